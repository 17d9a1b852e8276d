-- GROUPING SETS, ROLLUP, CUBE and GROUPING().

SELECT dept, active, count(*), sum(salary) FROM people GROUP BY ROLLUP (dept, active) ORDER BY dept, active, 3;

SELECT dept, active, grouping(dept), grouping(active, dept), count(*) FROM people GROUP BY CUBE (dept, active) ORDER BY 1, 2, 3, 4;

SELECT dept, active, count(*) FROM people GROUP BY GROUPING SETS ((dept), (active), (), (dept)) ORDER BY 1, 2, 3;

SELECT dept, active, boss, count(*) FROM people GROUP BY dept, ROLLUP (active), GROUPING SETS ((boss), ()) ORDER BY 1, 2, 3, 4;

SELECT dept, active, count(*) FROM people GROUP BY DISTINCT ROLLUP (dept), ROLLUP (dept, active) ORDER BY 1, 2, 3;

SELECT dept, active, boss, grouping(dept, active, boss), count(*) FROM people GROUP BY CUBE ((dept, active), boss) ORDER BY 4, 1, 2, 3;

SELECT dept, count(*), sum(dept), avg(dept), min(dept), count(DISTINCT boss) FROM people GROUP BY ROLLUP (dept) ORDER BY 1, 2;

SELECT dept, count(*) FROM people WHERE id < 0 GROUP BY ROLLUP (dept);

SELECT count(*), sum(salary), grouping(dept) FROM people WHERE id < 0 GROUP BY GROUPING SETS ((), (dept), ());

SELECT count(*) FROM people WHERE id < 0 GROUP BY GROUPING SETS (());

SELECT count(*) FROM people GROUP BY ();

SELECT 1 AS one FROM people GROUP BY GROUPING SETS ((), ());

SELECT dept + 1 AS d, active, count(*) FROM people GROUP BY ROLLUP (dept + 1, active) ORDER BY 1, 2, 3;

SELECT dept, dept + 1, dept + 2, count(*) FROM people GROUP BY CUBE (dept, dept + 1) ORDER BY 1, 2, 4;

SELECT g + 1, h, n FROM (SELECT dept AS g, dept + 1 AS h, count(*) AS n FROM people GROUP BY CUBE (dept, dept + 1)) t ORDER BY 1, 2, 3;

SELECT a, b, count(*) FROM (SELECT dept AS a, dept AS b FROM people) t GROUP BY ROLLUP (a, b) ORDER BY 1, 2, 3;

SELECT dept, active, count(*) FROM people GROUP BY ROLLUP (dept, active) HAVING dept IS NOT NULL OR grouping(dept) = 1 ORDER BY 1, 2, 3;

SELECT dept, count(*) FROM people GROUP BY ROLLUP (dept) HAVING dept > 1 ORDER BY 1;

SELECT * FROM (SELECT dept, active, count(*) AS n FROM people GROUP BY CUBE (dept, active)) t WHERE dept IS NULL ORDER BY active, n;

SELECT * FROM (SELECT id, count(*) AS n FROM people GROUP BY ROLLUP (id)) t WHERE id IS NULL;

SELECT * FROM (SELECT id, grouping(id) AS g FROM people WHERE id < 4 GROUP BY CUBE (id)) t WHERE g = 1 OR id = 2 ORDER BY id;

SELECT coalesce(d.title, 'all') AS title, p.active, count(*), sum(p.salary) FROM people p JOIN depts d ON d.id = p.dept GROUP BY ROLLUP (d.title, p.active) ORDER BY 1, 2, 3;

SELECT e.kind, p.dept, count(*), sum(e.amount), avg(e.amount) FROM events e LEFT JOIN people p ON p.id = e.person GROUP BY CUBE (e.kind, p.dept) ORDER BY 1, 2, 3;

SELECT e.kind, p.dept, count(*) FILTER (WHERE e.qty > 0), count(DISTINCT e.person), string_agg(e.kind, ',' ORDER BY e.id) FROM events e LEFT JOIN people p ON p.id = e.person WHERE e.id < 30 GROUP BY ROLLUP (e.kind, p.dept) ORDER BY 1, 2, 3, 4;

SELECT d.id, d.title, count(p.id) FROM depts d LEFT JOIN people p ON p.dept = d.id GROUP BY d.id, ROLLUP (p.active) ORDER BY 1, 3;

SELECT dept, active FROM people GROUP BY ROLLUP (dept, active) ORDER BY grouping(dept, active), dept, active;

SELECT DISTINCT grouping(dept, active) FROM people GROUP BY CUBE (dept, active) ORDER BY 1;

SELECT count(*), sum(n) FROM (SELECT kind, person, count(*) AS n FROM events GROUP BY ROLLUP (kind, person)) t;

SELECT name FROM people p WHERE dept IN (SELECT dept FROM people GROUP BY ROLLUP (dept) HAVING count(*) > 3) ORDER BY id;

SELECT d.id, (SELECT sum(n) FROM (SELECT dept, count(*) AS n FROM people GROUP BY CUBE (dept)) t) FROM depts d ORDER BY 1;

SELECT dept, grouping(dept), count(*) FROM people GROUP BY dept ORDER BY 1;

SELECT kind, extract(year FROM happened), sum(amount) FROM events GROUP BY ROLLUP (kind, extract(year FROM happened)) ORDER BY 1, 2, 3;

SELECT dept, active, count(*) FROM people GROUP BY ROLLUP (dept, active) ORDER BY count(*) DESC, dept, active LIMIT 5;

WITH t AS (SELECT dept, active, sum(salary) AS s FROM people GROUP BY ROLLUP (dept, active)) SELECT a.dept, a.active, a.s, b.s FROM t a JOIN t b ON b.dept IS NOT DISTINCT FROM a.dept AND b.active IS NULL ORDER BY 1, 2, 3, 4;

SELECT 'x' AS label, dept, NULL::int AS nothing, count(*) FROM people GROUP BY 1, ROLLUP (2, 3) ORDER BY 2, 4;

SELECT p.dept, p.score, count(*) FROM people p GROUP BY GROUPING SETS ((p.dept, p.score), (p.score)) ORDER BY 1, 2, 3;

SELECT dept FROM people GROUP BY GROUPING SETS ((dept), (), ()) ORDER BY dept;

SELECT dept, count(*) FROM people GROUP BY GROUPING SETS ((dept), (), (dept), ()) ORDER BY 1, 2;

SELECT g FROM (SELECT dept AS g, count(*) AS n FROM people GROUP BY CUBE (dept)) t ORDER BY 1;

-- An output column at the source is called as a column of its own input, and the order is of that
(SELECT active, count(DISTINCT boss), count(DISTINCT dept) FROM people GROUP BY GROUPING SETS ((active, -2 - id), ()) ORDER BY 1 NULLS FIRST, 2 DESC, 3 DESC LIMIT 9) EXCEPT ALL SELECT active, id, id FROM people WHERE id < 0 ORDER BY 1, 2, 3;
