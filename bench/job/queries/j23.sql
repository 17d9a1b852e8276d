-- Rating and votes of films with a tagline.
SELECT min(r.value) AS rating, min(v.amount) AS votes, min(tl.value) AS tagline
FROM title t, title_kind k, title_fact r, fact_kind rk, title_fact v, fact_kind vk, title_fact tl, fact_kind tlk
WHERE k.id = t.kind_id AND r.title_id = t.id AND rk.id = r.kind_id AND v.title_id = t.id AND vk.id = v.kind_id
  AND tl.title_id = t.id AND tlk.id = tl.kind_id
  AND k.name = 'feature' AND rk.name = 'rating' AND r.amount > 7 AND vk.name = 'votes' AND v.amount > 5000
  AND tlk.name = 'tagline' AND tl.value LIKE '%story of%';
