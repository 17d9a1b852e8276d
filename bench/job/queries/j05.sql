-- Studios that made films in another country than their own.
SELECT min(s.name) AS studio, min(t.name) AS film
FROM studio s, country sc, title_studio ts, studio_part sp, title t, country tc
WHERE sc.id = s.country_id AND ts.studio_id = s.id AND sp.id = ts.part_id AND t.id = ts.title_id AND tc.id = t.country_id
  AND sc.code = 'FR' AND tc.code IN ('US', 'GB', 'CA') AND sp.name = 'production' AND ts.note = '(co-production)';
