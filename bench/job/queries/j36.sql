-- Everything at once: seventeen relations.
SELECT min(t.name) AS film, min(o.name) AS other, min(p.name) AS person, min(s.name) AS studio, min(w.word) AS word
FROM title t, title_kind k, country tc, title_genre tg, genre g, title_link l, title o, title_keyword tk, keyword w,
     title_fact f, fact_kind fk, credit c, job j, person p, title_studio ts, studio_part sp, studio s
WHERE k.id = t.kind_id AND tc.id = t.country_id AND tg.title_id = t.id AND g.id = tg.genre_id AND l.title_id = t.id
  AND o.id = l.other_id AND tk.title_id = t.id AND w.id = tk.keyword_id AND f.title_id = t.id AND fk.id = f.kind_id
  AND c.title_id = t.id AND j.id = c.job_id AND p.id = c.person_id AND ts.title_id = t.id AND sp.id = ts.part_id
  AND s.id = ts.studio_id
  AND k.name = 'feature' AND tc.continent IN ('America', 'Europe') AND g.name IN ('Drama', 'Crime', 'Comedy', 'Thriller')
  AND l.link LIKE 'follow%' AND w.word < 'm' AND fk.name = 'rating' AND f.amount > 5 AND j.name IN ('actor', 'director')
  AND p.gender = 'm' AND sp.name IN ('production', 'distribution') AND s.country_id = t.country_id;
