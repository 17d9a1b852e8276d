-- Keywords of badly rated horror from big studios.
SELECT min(w.word) AS word, min(s.name) AS studio
FROM title t, title_genre tg, genre g, title_keyword tk, keyword w, title_fact f, fact_kind fk, title_studio ts, studio s
WHERE tg.title_id = t.id AND g.id = tg.genre_id AND tk.title_id = t.id AND w.id = tk.keyword_id AND f.title_id = t.id
  AND fk.id = f.kind_id AND ts.title_id = t.id AND s.id = ts.studio_id
  AND g.name = 'Horror' AND fk.name = 'rating' AND f.amount < 4 AND s.name LIKE '%Pictures' AND t.year > 1990;
