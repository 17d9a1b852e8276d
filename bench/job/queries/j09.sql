-- Black and white films after colour had won.
SELECT min(t.name) AS film, min(t.year) AS year
FROM title t, title_kind k, title_fact colour, fact_kind ck, title_fact runtime, fact_kind rk
WHERE k.id = t.kind_id AND colour.title_id = t.id AND ck.id = colour.kind_id AND runtime.title_id = t.id
  AND rk.id = runtime.kind_id AND k.name = 'feature' AND ck.name = 'colour' AND colour.value = 'Black and White'
  AND rk.name = 'runtime' AND runtime.amount > 120 AND t.year > 1975;
