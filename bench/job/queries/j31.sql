-- Women of Japanese animation: roles, births, studios.
SELECT min(p.name) AS voice, min(c.character) AS character, min(s.name) AS studio
FROM title t, country n, title_genre tg, genre g, credit c, job j, person p, country bc, title_studio ts, studio_part sp,
     studio s, title_kind k
WHERE n.id = t.country_id AND tg.title_id = t.id AND g.id = tg.genre_id AND c.title_id = t.id AND j.id = c.job_id
  AND p.id = c.person_id AND bc.id = p.birth_country_id AND ts.title_id = t.id AND sp.id = ts.part_id AND s.id = ts.studio_id
  AND k.id = t.kind_id
  AND n.code = 'JP' AND bc.code = 'JP' AND g.name = 'Animation' AND j.name = 'actress' AND c.note = '(voice)'
  AND p.gender = 'f' AND sp.name = 'production' AND s.name LIKE '%Animation' AND t.year > 1990;
