-- Women who wrote and acted in the same title.
SELECT min(p.name) AS person, min(t.name) AS title
FROM person p, credit w, job wj, credit a, job aj, title t
WHERE w.person_id = p.id AND wj.id = w.job_id AND a.person_id = p.id AND aj.id = a.job_id
  AND t.id = w.title_id AND t.id = a.title_id
  AND wj.name = 'writer' AND aj.name = 'actress' AND p.gender = 'f' AND t.year > 1980;
