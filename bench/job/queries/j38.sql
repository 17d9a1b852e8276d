-- The genres that a country's best-known people work in.
SELECT g.name AS genre, count(DISTINCT t.id) AS titles, min(p.name) AS person
FROM person p
JOIN credit c ON c.person_id = p.id
JOIN title t ON t.id = c.title_id
JOIN title_genre tg ON tg.title_id = t.id
JOIN genre g ON g.id = tg.genre_id
JOIN country n ON n.id = p.birth_country_id
WHERE n.code IN ('GB', 'AU', 'NZ')
  AND p.id IN (SELECT pf.person_id FROM person_fact pf JOIN fact_kind fk ON fk.id = pf.kind_id WHERE fk.name = 'trademark')
GROUP BY g.name
HAVING count(DISTINCT t.id) > 1
ORDER BY titles DESC, g.name
LIMIT 10;
