-- Composers of war films that came out in winter.
SELECT min(p.name) AS composer, min(t.premiere) AS premiere
FROM title t, title_genre tg, genre g, credit c, job j, person p, title_kind k
WHERE tg.title_id = t.id AND g.id = tg.genre_id AND c.title_id = t.id AND j.id = c.job_id AND p.id = c.person_id
  AND k.id = t.kind_id AND g.name = 'War' AND j.name = 'composer' AND k.name <> 'episode'
  AND t.premiere BETWEEN DATE '1945-01-01' AND DATE '1989-12-31';
