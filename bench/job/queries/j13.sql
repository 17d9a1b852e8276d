-- Effects studios of science fiction.
SELECT min(s.name) AS studio, min(t.name) AS film, max(f.amount) AS votes
FROM title t, title_genre tg, genre g, title_studio ts, studio_part sp, studio s, title_fact f, fact_kind fk
WHERE tg.title_id = t.id AND g.id = tg.genre_id AND ts.title_id = t.id AND sp.id = ts.part_id AND s.id = ts.studio_id
  AND f.title_id = t.id AND fk.id = f.kind_id
  AND g.name = 'Science Fiction' AND sp.name = 'effects' AND fk.name = 'votes' AND f.amount > 200 AND s.founded > 1950;
