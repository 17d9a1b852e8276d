-- Editors of French films with distribution elsewhere in Europe.
SELECT min(p.name) AS editor, min(t.name) AS film, min(s.name) AS distributor
FROM title t, country tc, credit c, job j, person p, title_studio ts, studio_part sp, studio s, country sc, title_kind k
WHERE tc.id = t.country_id AND c.title_id = t.id AND j.id = c.job_id AND p.id = c.person_id AND ts.title_id = t.id
  AND sp.id = ts.part_id AND s.id = ts.studio_id AND sc.id = s.country_id AND k.id = t.kind_id
  AND tc.code = 'FR' AND j.name = 'editor' AND sp.name = 'distribution' AND sc.continent = 'Europe' AND sc.code <> 'FR'
  AND k.name IN ('feature', 'short') AND t.year BETWEEN 1960 AND 2000;
