-- Murder films with votes and rating, their studios and distribution.
SELECT min(t.name) AS film, min(r.value) AS rating, min(s.name) AS studio
FROM title t, title_kind k, title_keyword tk, keyword w, title_fact r, fact_kind rk, title_fact v, fact_kind vk,
     title_studio ts, studio_part sp, studio s, country sc
WHERE k.id = t.kind_id AND tk.title_id = t.id AND w.id = tk.keyword_id AND r.title_id = t.id AND rk.id = r.kind_id
  AND v.title_id = t.id AND vk.id = v.kind_id AND ts.title_id = t.id AND sp.id = ts.part_id AND s.id = ts.studio_id
  AND sc.id = s.country_id
  AND k.name IN ('feature', 'tv film') AND w.word IN ('murder', 'blood', 'revenge') AND rk.name = 'rating'
  AND r.amount BETWEEN 5 AND 9 AND vk.name = 'votes' AND v.amount > 100 AND sp.name = 'production' AND sc.continent = 'Europe';
