-- Japanese animation with keywords of magic.
SELECT min(w.word) AS word, min(t.name) AS title
FROM title t, country c, title_genre tg, genre g, title_keyword tk, keyword w
WHERE c.id = t.country_id AND tg.title_id = t.id AND g.id = tg.genre_id AND tk.title_id = t.id AND w.id = tk.keyword_id
  AND c.code = 'JP' AND g.name = 'Animation' AND w.word IN ('magic', 'dragon', 'curse', 'prophecy');
