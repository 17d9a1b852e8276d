-- Uncredited players of long casts.
SELECT min(p.name) AS player, min(t.name) AS film
FROM credit c, person p, title t, title_kind k, job j
WHERE p.id = c.person_id AND t.id = c.title_id AND k.id = t.kind_id AND j.id = c.job_id
  AND c.note = '(uncredited)' AND c.billing > 40 AND k.name = 'feature' AND j.name IN ('actor', 'actress') AND t.year > 1995;
