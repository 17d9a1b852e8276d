-- Window functions: one statement a paragraph, as in queries.sql.

-- ranking
SELECT id, row_number() OVER (ORDER BY id) FROM people ORDER BY id;

SELECT id, dept, row_number() OVER (PARTITION BY dept ORDER BY id DESC) FROM people ORDER BY id;

SELECT id, rank() OVER (ORDER BY dept), dense_rank() OVER (ORDER BY dept) FROM people ORDER BY id;

SELECT id, rank() OVER (ORDER BY dept DESC NULLS LAST), dense_rank() OVER (ORDER BY dept NULLS FIRST) FROM people ORDER BY id;

SELECT id, percent_rank() OVER w, cume_dist() OVER w FROM people WINDOW w AS (PARTITION BY active ORDER BY dept) ORDER BY id;

SELECT id, ntile(3) OVER (ORDER BY id), ntile(100) OVER (ORDER BY id), ntile(1) OVER (PARTITION BY dept) FROM people ORDER BY id;

SELECT id, ntile(NULL) OVER (ORDER BY id) FROM people ORDER BY id;

SELECT ntile(0) OVER (ORDER BY id) FROM people;

SELECT id, rank() OVER (), row_number() OVER (PARTITION BY id) FROM people ORDER BY id;

SELECT id, rank() OVER (ORDER BY name), dense_rank() OVER (ORDER BY name DESC, id) FROM people ORDER BY id;

-- other rows
SELECT id, lag(id) OVER w, lead(id) OVER w, lag(name, 2) OVER w FROM people WINDOW w AS (ORDER BY id) ORDER BY id;

SELECT id, lag(id, 1, -1) OVER w, lead(salary, 2, 0) OVER w FROM people WINDOW w AS (PARTITION BY dept ORDER BY id) ORDER BY id;

SELECT id, lag(id, dept) OVER (ORDER BY id), lead(id, -1) OVER (ORDER BY id), lag(id, NULL::int) OVER (ORDER BY id) FROM people ORDER BY id;

SELECT id, first_value(id) OVER w, last_value(id) OVER w, nth_value(id, 2) OVER w FROM people WINDOW w AS (PARTITION BY dept ORDER BY id) ORDER BY id;

SELECT id, last_value(name) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;

SELECT id, nth_value(salary, 3) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;

SELECT nth_value(id, 0) OVER (ORDER BY id) FROM people;

SELECT id, nth_value(id, dept) OVER (ORDER BY id) FROM people WHERE dept > 0 OR dept IS NULL ORDER BY id;

-- aggregates over the default frame, with peers
SELECT id, dept, count(*) OVER (PARTITION BY dept), sum(salary) OVER (PARTITION BY dept) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY dept), count(*) OVER (ORDER BY dept DESC), count(name) OVER (ORDER BY active) FROM people ORDER BY id;

SELECT id, sum(salary) OVER (ORDER BY id), avg(salary) OVER (ORDER BY id), min(salary) OVER (ORDER BY id), max(name) OVER (ORDER BY id) FROM people ORDER BY id;

SELECT id, sum(id) OVER (), avg(id) OVER (PARTITION BY active ORDER BY dept) FROM people ORDER BY id;

SELECT id, string_agg(name, ',') OVER (ORDER BY id), array_agg(id) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;

SELECT id, bool_and(active) OVER (ORDER BY id), bool_or(active) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;

SELECT id, count(*) FILTER (WHERE active) OVER (ORDER BY id), sum(id) FILTER (WHERE dept = 1) OVER (PARTITION BY active) FROM people ORDER BY id;

SELECT id, sum(10 / dept) FILTER (WHERE dept <> 0) OVER (ORDER BY id) FROM people ORDER BY id;

SELECT id, stddev(id) OVER (ORDER BY id), variance(salary) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;

-- frames
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY id ROWS 2 PRECEDING), count(*) OVER (ORDER BY id ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING), min(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM people ORDER BY id;

SELECT id, array_agg(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;

SELECT id, count(*) OVER (ORDER BY dept GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW), sum(id) OVER (ORDER BY dept GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;

SELECT id, count(*) OVER (ORDER BY dept GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM people ORDER BY id;

SELECT id, count(*) OVER (ORDER BY dept RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY dept RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY dept RANGE UNBOUNDED PRECEDING EXCLUDE GROUP), sum(id) OVER (ORDER BY dept RANGE UNBOUNDED PRECEDING EXCLUDE TIES) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY dept, id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM people ORDER BY id;

SELECT id, first_value(id) OVER w, last_value(id) OVER w, nth_value(id, 2) OVER w FROM people
WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW) ORDER BY id;

SELECT id, last_value(dept) OVER (ORDER BY dept GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP) FROM people ORDER BY id;

SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN -1 PRECEDING AND CURRENT ROW) FROM people;

SELECT sum(id) OVER (ORDER BY id ROWS NULL PRECEDING) FROM people;

-- several windows, named ones
SELECT id, rank() OVER w, sum(salary) OVER (w ROWS UNBOUNDED PRECEDING), count(*) OVER (PARTITION BY active) FROM people WINDOW w AS (PARTITION BY dept ORDER BY id) ORDER BY id;

SELECT id, salary, salary - lag(salary) OVER (ORDER BY id), round(salary / sum(salary) OVER (), 4) FROM people WHERE salary <> 0 ORDER BY id;

SELECT id, row_number() OVER (PARTITION BY dept % 2, upper(name) ORDER BY id + 1, coalesce(salary, 0) DESC) FROM people ORDER BY id;

-- with grouping, joins, subqueries, DISTINCT, LIMIT
SELECT dept, count(*), rank() OVER (ORDER BY count(*) DESC, dept), sum(count(*)) OVER () FROM people GROUP BY dept ORDER BY dept;

SELECT dept, sum(salary), sum(sum(salary)) OVER (ORDER BY dept) FROM people GROUP BY dept HAVING count(*) > 1 ORDER BY dept;

SELECT p.id, d.title, count(e.id) OVER (PARTITION BY d.id), row_number() OVER (PARTITION BY p.id ORDER BY e.id)
FROM people p LEFT JOIN depts d ON d.id = p.dept LEFT JOIN events e ON e.person = p.id ORDER BY p.id, e.id;

SELECT id, dept FROM (SELECT id, dept, row_number() OVER (PARTITION BY dept ORDER BY id DESC) AS r FROM people) q WHERE r = 1 ORDER BY id;

SELECT id FROM (SELECT id, dept, rank() OVER (PARTITION BY dept ORDER BY id) AS r FROM people) q WHERE r <= 2 AND dept = 1 ORDER BY id;

SELECT DISTINCT dept, count(*) OVER (PARTITION BY dept) FROM people ORDER BY dept;

SELECT id FROM people ORDER BY rank() OVER (ORDER BY dept), id DESC LIMIT 3;

SELECT id, (SELECT max(id) FROM events e WHERE e.person = p.id), rank() OVER (ORDER BY (SELECT count(*) FROM events e WHERE e.person = p.id)) FROM people p ORDER BY id;

SELECT d.id, (SELECT max(r) FROM (SELECT rank() OVER (ORDER BY p.id) + d.id AS r FROM people p WHERE p.dept = d.id) q) FROM depts d ORDER BY d.id;

SELECT count(*) OVER () FROM people WHERE false;

SELECT 1 + sum(1) OVER () AS one, count(*) OVER (ORDER BY 1) FROM people;

SELECT id, happened, lag(happened) OVER (PARTITION BY person ORDER BY happened, id), count(*) OVER (PARTITION BY person ORDER BY happened) FROM events ORDER BY id;

WITH w AS (SELECT id, sum(id) OVER (ORDER BY id) AS total FROM people) SELECT a.id, b.total FROM w a JOIN w b ON a.id = b.id ORDER BY a.id;

SELECT id, sum(id) OVER (ORDER BY id) FROM people UNION ALL SELECT id, rank() OVER (ORDER BY id) FROM depts ORDER BY 1, 2;

-- rows counted off: DISTINCT ON, WITH TIES, LIMIT for each outer row
SELECT DISTINCT ON (dept) dept, id FROM people ORDER BY dept, id DESC;

SELECT DISTINCT ON (dept, active) id, name FROM people ORDER BY dept NULLS FIRST, active DESC, id;

SELECT DISTINCT ON (1) active, min(id) OVER (PARTITION BY active) FROM people;

SELECT DISTINCT ON (upper(kind)) kind, id FROM events ORDER BY upper(kind), id LIMIT 3;

SELECT DISTINCT ON (dept) dept, count(*) FROM people GROUP BY dept, active ORDER BY dept, count(*) DESC, active;

SELECT * FROM (SELECT id, dept FROM people ORDER BY dept FETCH FIRST 3 ROWS WITH TIES) q ORDER BY id;

SELECT dept FROM people ORDER BY dept DESC NULLS LAST OFFSET 5 FETCH FIRST 4 ROWS WITH TIES;

SELECT dept FROM people ORDER BY dept OFFSET 1 FETCH FIRST 0 ROWS WITH TIES;

SELECT dept FROM people ORDER BY dept OFFSET 7 FETCH FIRST ROW WITH TIES;

SELECT dept FROM people ORDER BY dept FETCH FIRST (-1) ROWS WITH TIES;

SELECT d.id, (SELECT p.id FROM people p WHERE p.dept = d.id ORDER BY p.salary DESC NULLS LAST, p.id LIMIT 1) FROM depts d ORDER BY d.id;

SELECT d.id, q.id FROM depts d, LATERAL (SELECT p.id FROM people p WHERE p.dept = d.id ORDER BY p.id DESC LIMIT 2) q ORDER BY 1, 2;

SELECT d.id, q.id FROM depts d LEFT JOIN LATERAL (SELECT p.id FROM people p WHERE p.dept = d.id ORDER BY p.id OFFSET 1 LIMIT 2) q ON true ORDER BY 1, 2;

SELECT d.id, q.n FROM depts d, LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM people p WHERE p.dept > d.id LIMIT 5) s) q ORDER BY 1;

SELECT d.id, q.* FROM depts d, LATERAL (SELECT p.id, row_number() OVER (ORDER BY p.id), sum(p.id + d.id) OVER (PARTITION BY p.active ORDER BY p.id) FROM people p WHERE p.dept = d.id) q ORDER BY 1, 2;

SELECT d.id, (SELECT array_agg(x) FROM (SELECT p.id AS x FROM people p WHERE p.dept <> d.id ORDER BY p.id LIMIT 0) s) FROM depts d ORDER BY d.id;

SELECT p.id FROM people p WHERE p.id IN (SELECT e.id FROM events e WHERE e.person >= p.dept ORDER BY e.id LIMIT 10) ORDER BY 1;

SELECT d.id, q.* FROM depts d, LATERAL (SELECT DISTINCT ON (p.active) p.active, p.id FROM people p WHERE p.dept = d.id ORDER BY p.active, p.id) q ORDER BY 1, 2;

SELECT d.id, q.* FROM depts d, LATERAL (SELECT p.salary FROM people p WHERE p.dept = d.id ORDER BY p.salary FETCH FIRST 2 ROWS WITH TIES) q ORDER BY 1, 2;

SELECT dept, active, count(*), rank() OVER (PARTITION BY grouping(dept, active) ORDER BY count(*) DESC), sum(count(*)) OVER (PARTITION BY dept) FROM people GROUP BY ROLLUP (dept, active) ORDER BY 1, 2, 3, 4;

-- filters above windows
SELECT * FROM (SELECT id, dept, active, rank() OVER (PARTITION BY dept ORDER BY id) AS r, count(*) OVER (PARTITION BY active, dept) AS c FROM people) q WHERE dept > 1 AND active AND id > 5 ORDER BY id;

SELECT * FROM (SELECT id, dept, sum(id) OVER (PARTITION BY dept) AS s, sum(id) OVER () AS t FROM people) q WHERE dept IS NULL OR dept = 2 ORDER BY id;

SELECT q.id, q.n, d.title FROM (SELECT id, dept, row_number() OVER (PARTITION BY dept ORDER BY salary DESC NULLS LAST, id) AS n FROM people) q JOIN depts d ON d.id = q.dept WHERE d.title = 'Ops' AND q.n <= 2 ORDER BY 1;

SELECT * FROM (SELECT p.id, e.kind, lag(e.id) OVER (PARTITION BY e.kind ORDER BY e.id) AS b FROM people p JOIN events e ON e.person = p.id) q WHERE kind = 'buy' AND id < 20 ORDER BY 1, 3;

-- Nothing to order by: DuckDB 1.5.6 ends its process over this.
SELECT dense_rank() OVER () FROM people WHERE id IN (SELECT id FROM depts);

SELECT dense_rank() OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM events WHERE person IN (SELECT id FROM people);

-- the other rows of a group raise as well
SELECT DISTINCT ON (person) person, 1 / (id - 1) FROM events ORDER BY person, id DESC;

SELECT p.id, (SELECT 1 / (e.id - 1) FROM events e WHERE e.person = p.id ORDER BY e.id DESC LIMIT 1) FROM people p ORDER BY 1;

SELECT id, rank() OVER (PARTITION BY person ORDER BY 1 / (id + 1), id), 1 / (id + 1) FROM events ORDER BY id;
