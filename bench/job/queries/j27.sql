-- Actors, their biography, and the American studio of a well-known thriller.
SELECT min(p.name) AS actor, min(s.name) AS studio, min(t.name) AS film
FROM person p, person_fact pf, fact_kind pk, credit c, job j, title t, title_genre tg, genre g, title_studio ts, studio s,
     country sc
WHERE pf.person_id = p.id AND pk.id = pf.kind_id AND c.person_id = p.id AND j.id = c.job_id AND t.id = c.title_id
  AND tg.title_id = t.id AND g.id = tg.genre_id AND ts.title_id = t.id AND s.id = ts.studio_id AND sc.id = s.country_id
  AND pk.name IN ('biography', 'trademark') AND j.name = 'actor' AND g.name = 'Thriller' AND sc.code = 'US'
  AND t.year > 1985 AND p.name LIKE 'A%';
