-- Voices of games that follow a film, with what the film is about.
SELECT min(p.name) AS voice, min(g.name) AS game, min(w.word) AS word
FROM title g, title_kind gk, title_link l, title f, title_kind fk, title_keyword tk, keyword w, credit c, person p
WHERE gk.id = g.kind_id AND l.title_id = g.id AND f.id = l.other_id AND fk.id = f.kind_id AND tk.title_id = f.id
  AND w.id = tk.keyword_id AND c.title_id = g.id AND p.id = c.person_id
  AND gk.name IN ('game', 'video', 'short') AND fk.name = 'feature' AND c.billing < 8;
