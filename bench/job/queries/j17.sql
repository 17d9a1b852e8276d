-- Tall men in westerns.
SELECT min(p.name) AS man, min(pf.value) AS height, min(t.name) AS film
FROM person p, person_fact pf, fact_kind fk, credit c, job j, title t, title_genre tg, genre g
WHERE pf.person_id = p.id AND fk.id = pf.kind_id AND c.person_id = p.id AND j.id = c.job_id AND t.id = c.title_id
  AND tg.title_id = t.id AND g.id = tg.genre_id
  AND fk.name = 'height' AND pf.value > '185' AND p.gender = 'm' AND j.name = 'actor' AND g.name = 'Western';
