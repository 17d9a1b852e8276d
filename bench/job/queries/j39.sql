-- Wide range conditions, and either of two kinds of filters.
SELECT min(t.name) AS title, min(f.value) AS fact
FROM title t, title_fact f, fact_kind fk, title_kind k, country c
WHERE f.title_id = t.id AND fk.id = f.kind_id AND k.id = t.kind_id AND c.id = t.country_id
  AND ((fk.name = 'rating' AND f.amount >= 8.5) OR (fk.name = 'runtime' AND f.amount >= 170))
  AND t.year BETWEEN 1950 AND 2020 AND (c.code = 'US' OR c.language = 'French') AND k.name NOT IN ('episode', 'game');
