-- Who lent a voice to animated films.
SELECT min(p.name) AS voice, min(t.name) AS title
FROM person p, credit c, job j, title t, title_genre tg, genre g
WHERE c.person_id = p.id AND j.id = c.job_id AND t.id = c.title_id AND tg.title_id = t.id AND g.id = tg.genre_id
  AND j.name = 'actress' AND c.note LIKE '(voice%' AND g.name = 'Animation' AND p.name LIKE '%a';
