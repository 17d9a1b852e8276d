-- American distributors of Indian music films.
SELECT min(s.name) AS distributor, min(t.name) AS film
FROM title t, country tc, title_genre tg, genre g, title_studio ts, studio_part sp, studio s, country sc
WHERE tc.id = t.country_id AND tg.title_id = t.id AND g.id = tg.genre_id AND ts.title_id = t.id AND sp.id = ts.part_id
  AND s.id = ts.studio_id AND sc.id = s.country_id
  AND tc.code = 'IN' AND g.name IN ('Music', 'Romance') AND sp.name = 'distribution' AND sc.code = 'US'
  AND ts.note LIKE '%theatrical%';
