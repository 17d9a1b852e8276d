-- Films in another language than their country's.
SELECT min(t.name) AS film, min(f.value) AS language
FROM title t, country c, title_fact f, fact_kind fk, title_kind k
WHERE c.id = t.country_id AND f.title_id = t.id AND fk.id = f.kind_id AND k.id = t.kind_id
  AND fk.name = 'language' AND f.value <> c.language AND k.name = 'feature' AND c.continent IN ('Asia', 'Africa');
