-- Old European films named after something.
SELECT min(t.name) AS first_name, min(t.year) AS first_year
FROM title t
JOIN title_kind k ON k.id = t.kind_id
JOIN country c ON c.id = t.country_id
WHERE k.name = 'feature' AND c.continent = 'Europe' AND t.name LIKE 'The %' AND t.year < 1970;
