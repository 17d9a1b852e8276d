-- How many people of each continent play in American films, by decade.
SELECT c.continent, t.year / 10 * 10 AS decade, count(DISTINCT p.id) AS people, min(p.name) AS first
FROM title t, country tc, credit cr, job j, person p, country c
WHERE tc.id = t.country_id AND cr.title_id = t.id AND j.id = cr.job_id AND p.id = cr.person_id AND c.id = p.birth_country_id
  AND tc.code = 'US' AND j.name IN ('actor', 'actress') AND t.year >= 1980 AND c.code <> 'US'
GROUP BY c.continent, t.year / 10 * 10
ORDER BY c.continent, decade;
