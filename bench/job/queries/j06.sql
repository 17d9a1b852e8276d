-- Sequels of famous horror films.
SELECT min(a.name) AS film, min(b.name) AS sequel
FROM title a, title_link l, title b, title_fact f, fact_kind fk, title_genre tg, genre g
WHERE l.title_id = a.id AND b.id = l.other_id AND f.title_id = b.id AND fk.id = f.kind_id
  AND tg.title_id = b.id AND g.id = tg.genre_id
  AND l.link = 'follows' AND fk.name = 'votes' AND f.amount > 1000 AND g.name IN ('Horror', 'Thriller');
