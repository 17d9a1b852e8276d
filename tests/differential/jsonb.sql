-- jsonb sorted, grouped and joined here. Numbers are equal across scales: 1 and 1.0.

SELECT id, jsonb_build_object('d', dept, 'n', name) AS j FROM people ORDER BY j DESC, id;

SELECT id, jsonb_build_array(dept, salary) -> (id % 3) AS j FROM people ORDER BY j NULLS FIRST, id;

SELECT id FROM people ORDER BY jsonb_build_array(dept, salary / 7, name), id LIMIT 7 OFFSET 2;

SELECT 1 FROM people ORDER BY to_jsonb(id) DESC LIMIT 2;

SELECT count(*) FROM (SELECT FROM people ORDER BY to_jsonb(id) LIMIT 9) t;

SELECT j FROM (VALUES ('[]'::jsonb), ('1'), ('"a"'), ('null'), ('[1]'), ('{}'), ('true'), ('-1.5'), ('[[]]'), ('{"b": 1}'), ('{"a": 2}'), ('10'), ('-10'), ('0.05')) v (j), codes c WHERE c.n = 1 ORDER BY j;

SELECT DISTINCT jsonb_build_object('d', dept), dept = 1 FROM people;

SELECT count(DISTINCT to_jsonb(salary)), count(DISTINCT to_jsonb(salary * 1.00)) FROM people;

SELECT jsonb_build_object('d', dept) AS j, count(*), sum(salary) FROM people GROUP BY j ORDER BY j;

SELECT to_jsonb(dept % 2 * CASE WHEN id % 3 = 0 THEN 1.0 ELSE 1.00 END)::int4 AS n, count(*) FROM people GROUP BY to_jsonb(dept % 2 * CASE WHEN id % 3 = 0 THEN 1.0 ELSE 1.00 END) ORDER BY 1;

SELECT to_jsonb(dept) AS j, dept % 2 AS odd, count(*), grouping(to_jsonb(dept)) FROM people GROUP BY ROLLUP (to_jsonb(dept), dept % 2) ORDER BY 1, 2, 3, 4;

SELECT to_jsonb(dept) FROM people EXCEPT SELECT to_jsonb(n) FROM codes;

SELECT to_jsonb(dept) FROM people INTERSECT ALL SELECT to_jsonb(n) FROM codes;

SELECT trim_scale(j::numeric) FROM (SELECT to_jsonb(1.0 + dept) AS j FROM people UNION SELECT to_jsonb(n + 1.00) FROM codes) t;

SELECT * FROM ((SELECT to_jsonb(dept) FROM people ORDER BY to_jsonb(name), id DESC) INTERSECT (SELECT to_jsonb(n) FROM codes ORDER BY 1 DESC)) t ORDER BY 1;

(SELECT to_jsonb(dept) AS j FROM people ORDER BY j) UNION (SELECT to_jsonb(n) FROM codes ORDER BY n LIMIT 2) ORDER BY j;

SELECT p.id, c.n FROM people p JOIN codes c ON to_jsonb(p.dept) = to_jsonb(c.n * 1.0) ORDER BY 1, 2;

SELECT p.id, c.n FROM people p FULL JOIN codes c ON to_jsonb(p.dept) = to_jsonb(c.n * 1.0) ORDER BY 1, 2;

SELECT p.id, c.n FROM people p LEFT JOIN codes c ON to_jsonb(p.dept) IS NOT DISTINCT FROM to_jsonb(c.n * 1.0) ORDER BY 1, 2;

SELECT id FROM people WHERE to_jsonb(dept) IN (SELECT to_jsonb(n * 1.0) FROM codes) ORDER BY id;

SELECT id FROM people WHERE to_jsonb(dept) NOT IN (SELECT to_jsonb(n * 1.0) FROM codes WHERE n IS NOT NULL) ORDER BY id;

SELECT array_agg(j ORDER BY j), array_agg(DISTINCT j ORDER BY j DESC) FROM (SELECT to_jsonb(dept) AS j FROM people WHERE id < 9) t;

SELECT mode() WITHIN GROUP (ORDER BY to_jsonb(dept)), percentile_disc(0.4) WITHIN GROUP (ORDER BY to_jsonb(name)) FROM people;

SELECT id, rank() OVER (PARTITION BY to_jsonb(dept) ORDER BY to_jsonb(name) DESC), dense_rank() OVER (ORDER BY to_jsonb(dept)) FROM people ORDER BY id;

SELECT greatest(to_jsonb(id), to_jsonb(name), to_jsonb(dept)), least(to_jsonb(salary), jsonb_build_array(dept)), nullif(to_jsonb(dept), to_jsonb(1.0)) FROM people ORDER BY id;

SELECT count(*) FROM people p JOIN codes c ON ARRAY[to_jsonb(p.dept)] = ARRAY[to_jsonb(c.n * 1.0)];

SELECT ARRAY[to_jsonb(dept % 2), to_jsonb(1)] AS a, count(*) FROM people GROUP BY a ORDER BY a;

SELECT DISTINCT ROW(to_jsonb(dept), dept % 2)::text FROM people WHERE ROW(to_jsonb(dept), 1) <> ROW(to_jsonb(1.0), 1);

WITH RECURSIVE r (j) AS (SELECT to_jsonb(1) UNION SELECT to_jsonb((j::int4 % 5) + 1) FROM r) SELECT j FROM r ORDER BY j;

SELECT DISTINCT ON (to_jsonb(dept)) to_jsonb(dept), id FROM people ORDER BY to_jsonb(dept), id DESC;

SELECT to_jsonb(dept) AS j, id FROM people ORDER BY j FETCH FIRST 3 ROWS WITH TIES;

SELECT count(*) FROM (SELECT ROW(id, ARRAY[to_jsonb(dept)]) AS r FROM people OFFSET 0) x JOIN (SELECT ROW(id, ARRAY[to_jsonb(id)]) AS r FROM depts OFFSET 0) y ON x.r = y.r;

SELECT DISTINCT (to_jsonb(('1' || repeat('1', 100000))::numeric) || to_jsonb(dept % 2 + 0.5)) ->> 1 FROM people;

SELECT id FROM people ORDER BY (repeat('[', 500) || id || repeat(']', 500))::jsonb DESC;
