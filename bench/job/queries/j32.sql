-- Remakes: both films' countries, ratings and genres.
SELECT min(a.name) AS remake, min(b.name) AS original, min(ra.value) AS rating_now, min(rb.value) AS rating_then
FROM title a, country ca, title_fact ra, fact_kind ka, title_link l, title b, country cb, title_fact rb, fact_kind kb,
     title_kind tk, title_genre tg, genre g, title_studio ts
WHERE ca.id = a.country_id AND ra.title_id = a.id AND ka.id = ra.kind_id AND l.title_id = a.id AND b.id = l.other_id
  AND cb.id = b.country_id AND rb.title_id = b.id AND kb.id = rb.kind_id AND tk.id = a.kind_id AND tg.title_id = b.id
  AND g.id = tg.genre_id AND ts.title_id = a.id
  AND l.link IN ('remake of', 'follows') AND ka.name = 'rating' AND kb.name = 'rating' AND ra.amount < rb.amount
  AND ca.code <> 'FR' AND cb.continent = 'America' AND tk.name IN ('feature', 'tv film') AND g.name IN ('Drama', 'Comedy');
