-- Titles without any keyword, from studios that have no known founding.
SELECT min(t.name) AS title, count(*) AS titles
FROM title t
JOIN title_kind k ON k.id = t.kind_id
JOIN country c ON c.id = t.country_id
LEFT JOIN title_keyword tk ON tk.title_id = t.id
WHERE k.name IN ('feature', 'tv film') AND c.continent = 'Europe' AND tk.id IS NULL
  AND EXISTS (SELECT 1 FROM title_studio ts JOIN studio s ON s.id = ts.studio_id WHERE ts.title_id = t.id AND s.founded IS NULL);
