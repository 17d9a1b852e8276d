-- Directors of cheap films that earned a lot.
SELECT min(p.name) AS director, min(t.name) AS film
FROM title t, credit c, job j, person p, title_fact b, fact_kind bk, title_fact g, fact_kind gk
WHERE c.title_id = t.id AND j.id = c.job_id AND p.id = c.person_id AND b.title_id = t.id AND bk.id = b.kind_id
  AND g.title_id = t.id AND gk.id = g.kind_id
  AND j.name = 'director' AND bk.name = 'budget' AND b.amount < 5000000 AND gk.name = 'gross' AND g.amount > b.amount * 3;
