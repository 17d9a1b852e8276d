-- Links between films with their studios, keywords and kinds.
SELECT min(a.name) AS film, min(b.name) AS other, min(s.name) AS studio, min(w.word) AS word
FROM title a, title_kind ka, country ca, title_link l, title b, title_kind kb, title_keyword tk, keyword w, title_studio ts,
     studio_part sp, studio s, country sc, title_genre tg, genre g, title_fact f
WHERE ka.id = a.kind_id AND ca.id = a.country_id AND l.title_id = a.id AND b.id = l.other_id AND kb.id = b.kind_id
  AND tk.title_id = b.id AND w.id = tk.keyword_id AND ts.title_id = b.id AND sp.id = ts.part_id AND s.id = ts.studio_id
  AND sc.id = s.country_id AND tg.title_id = b.id AND g.id = tg.genre_id AND f.title_id = b.id
  AND ka.name = 'feature' AND kb.name = 'feature' AND ca.continent IN ('America', 'Europe') AND sp.name <> 'sound'
  AND sc.code IN ('US', 'GB', 'FR') AND g.name IN ('Crime', 'Thriller', 'Mystery', 'Action') AND f.note = '(worldwide)'
  AND w.word LIKE '%e%' AND a.year > 1950;
