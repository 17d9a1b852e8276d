-- Episodes of crime series that are about a heist.
SELECT min(s.name) AS series, min(e.name) AS episode
FROM title e, title s, title_kind ek, title_genre tg, genre g, title_keyword tk, keyword w
WHERE s.id = e.series_id AND ek.id = e.kind_id AND tg.title_id = s.id AND g.id = tg.genre_id
  AND tk.title_id = e.id AND w.id = tk.keyword_id
  AND ek.name = 'episode' AND g.name = 'Crime' AND w.word IN ('heist', 'police', 'prison') AND e.season < 6;
