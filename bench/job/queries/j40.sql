-- Titles that share a studio and a keyword with a famous one.
SELECT min(b.name) AS like_it, min(a.name) AS famous
FROM title a, title_fact v, fact_kind vk, title_studio sa, title_studio sb, title b, title_keyword ka, title_keyword kb, keyword w
WHERE v.title_id = a.id AND vk.id = v.kind_id AND sa.title_id = a.id AND sb.studio_id = sa.studio_id AND b.id = sb.title_id
  AND ka.title_id = a.id AND kb.keyword_id = ka.keyword_id AND kb.title_id = b.id AND w.id = ka.keyword_id
  AND vk.name = 'votes' AND v.amount > 100000 AND a.id <> b.id AND b.year > 2000 AND w.word LIKE '%-%';
