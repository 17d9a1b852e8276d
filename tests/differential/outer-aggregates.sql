-- Aggregates in a subquery that are an outer query's, and grouping by what set-returning functions return.

SELECT dept, sum(DISTINCT boss) FROM people a GROUP BY dept HAVING EXISTS (SELECT 1 FROM depts d WHERE sum(DISTINCT a.boss) > d.id) ORDER BY dept;

SELECT dept, sum(DISTINCT boss) FILTER (WHERE boss > 4) FROM people a GROUP BY dept HAVING EXISTS (SELECT 1 FROM depts d WHERE count(DISTINCT a.boss) = d.id) ORDER BY dept;

SELECT (SELECT max((SELECT d.id FROM depts d WHERE d.id = p.dept))) FROM people p;

SELECT (SELECT max((SELECT d.id FROM depts d WHERE d.id = p.dept)) FILTER (WHERE p.id < 10)) FROM people p;

SELECT (SELECT max(0) FILTER (WHERE active)) FROM people;

SELECT dept, (SELECT title FROM depts d WHERE d.id = min(p.dept) OR d.id = max(p.id) ORDER BY id LIMIT 1) AS t, count(*) FROM people p GROUP BY dept ORDER BY dept;

SELECT dept, (SELECT count(*) FROM events e WHERE e.person = max(p.id)), (SELECT sum(d.id + count(p.name)) FROM depts d) FROM people p GROUP BY dept ORDER BY dept;

SELECT dept, active, (SELECT string_agg(d.title, ',' ORDER BY d.id) FROM depts d WHERE d.id <= grouping(p.dept, p.active) + 1) FROM people p GROUP BY CUBE (dept, active) ORDER BY dept, active, 3;

SELECT count(*), (SELECT (SELECT sum(p.id) FROM depts d WHERE d.id = 1)) FROM people p;

SELECT dept, generate_series(1, dept) AS g, count(*) FROM people GROUP BY 1, 2 ORDER BY 1, 2;

SELECT g, count(*) FROM (SELECT generate_series(1, dept) AS g, count(*) FROM people GROUP BY 1) s GROUP BY g ORDER BY g;

SELECT dept, count(*), min(id), max(id), unnest('{1,1,3}'::int[]) FROM people WHERE dept = 1 GROUP BY dept, unnest('{1,1,3}'::int[]) ORDER BY 5;

SELECT dept, generate_series(1, 2) AS g, count(*) FROM people GROUP BY CUBE (dept, g) ORDER BY 1, 2, 3;

SELECT generate_series(1, 3) AS g, sum(count(*)) OVER (PARTITION BY generate_series(1, 3) ORDER BY generate_series(1, 3)) FROM people GROUP BY g ORDER BY g;

SELECT unnest(string_to_array(name, 'a')) AS part, count(*) FROM people GROUP BY part HAVING count(*) > 1 ORDER BY part;
