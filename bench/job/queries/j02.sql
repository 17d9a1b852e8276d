-- Films about murder.
SELECT min(t.name) AS film, count(*) AS films
FROM title t, title_kind k, title_keyword tk, keyword w
WHERE k.id = t.kind_id AND tk.title_id = t.id AND w.id = tk.keyword_id
  AND k.name = 'feature' AND w.word = 'murder' AND t.year BETWEEN 1990 AND 2010;
