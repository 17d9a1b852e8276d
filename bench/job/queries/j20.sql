-- Inspectors in Scandinavian crime, and who produced it.
SELECT min(a.character) AS inspector, min(p.name) AS player, min(pp.name) AS producer
FROM title t, country n, title_genre tg, genre g, credit a, person p, credit pr, job pj, person pp
WHERE n.id = t.country_id AND tg.title_id = t.id AND g.id = tg.genre_id AND a.title_id = t.id AND p.id = a.person_id
  AND pr.title_id = t.id AND pj.id = pr.job_id AND pp.id = pr.person_id
  AND n.code IN ('SE', 'DK', 'NO') AND g.name = 'Crime' AND a.character LIKE 'Inspector %' AND pj.name = 'producer';
