-- Select lists of subqueries that may raise, read by joins, CASE, FILTER.

SELECT x.q, x.id FROM (SELECT id, person, 100 / qty AS q FROM events) x JOIN depts p ON p.id = x.id AND x.id < 4;

SELECT x.q, x.id FROM (SELECT id, person, 100 / (id-20) AS q FROM events) x JOIN depts p ON p.id = x.id;

SELECT p.id, x.q FROM people p LEFT JOIN (SELECT person, 100 / qty AS q FROM events) x ON x.person = p.id AND p.dept = 77 WHERE p.id < 3 ORDER BY 1;

SELECT p.id, x.q FROM people p LEFT JOIN (SELECT person, coalesce(100 / qty, 4) AS q FROM events) x ON x.person = p.id AND p.dept = 77 WHERE p.id < 3 ORDER BY 1;

SELECT CASE WHEN qty <> 0 THEN q END FROM (SELECT qty, 10 / qty AS q FROM events) t;

SELECT sum(q) FILTER (WHERE qty <> 0), count(*) FROM (SELECT qty, 10 / qty AS q FROM events) t;

SELECT sum(CASE WHEN qty <> 0 THEN q END), avg(q) FILTER (WHERE qty > 0) FROM (SELECT qty, 10 / qty AS q FROM events) t;

SELECT CASE WHEN qty <> 0 THEN q END FROM (SELECT qty, 10 / qty AS q FROM events OFFSET 0) t;

WITH t AS (SELECT qty, 10 / qty AS q FROM events) SELECT CASE WHEN qty <> 0 THEN q END FROM t;

WITH t AS MATERIALIZED (SELECT qty, 10 / qty AS q FROM events) SELECT CASE WHEN qty <> 0 THEN q END FROM t;

SELECT p.name, sum(x.q) FROM (SELECT id, 100 / (id-20) AS q FROM events) x JOIN people p ON p.id = x.id AND p.id < 10 GROUP BY p.name ORDER BY 1;

SELECT p.name, x.q FROM (SELECT id, 100 / (id-20) AS q FROM events) x FULL JOIN people p ON p.id = x.id  WHERE p.id < 10 ORDER BY p.id;

SELECT p.name, x.q FROM (SELECT id, 100 / (id-20) AS q FROM events) x RIGHT JOIN people p ON p.id = x.id AND p.id <> 20 AND x.q > -1 ORDER BY p.id;

SELECT x.q FROM (SELECT id, 100 / (id-20) AS q FROM events) x WHERE EXISTS (SELECT FROM depts d WHERE d.id = x.id) ORDER BY 1;

SELECT x.q, y.r FROM (SELECT id, 100 / (id-20) AS q FROM events) x JOIN depts d ON d.id = x.id JOIN (SELECT id, 7 / (id - 30) AS r FROM people) y ON y.id = d.id ORDER BY 1;

SELECT x.q, sum(n) FROM (SELECT id, 100 / (id-20) AS q FROM events) x JOIN codes c ON c.n = x.id GROUP BY x.q ORDER BY 1;

SELECT x.q FROM (SELECT id, 100 / (id-20) AS q FROM events) x JOIN people p ON p.id = x.id WHERE x.id <> 20 AND x.q > 3 ORDER BY 1;

SELECT DISTINCT x.q FROM (SELECT id, 100 / (id-20) AS q FROM events) x JOIN depts p ON p.id = x.id ORDER BY 1;

SELECT x.q, row_number() OVER (ORDER BY x.q, x.id) FROM (SELECT id, 100 / (id-20) AS q FROM events) x JOIN depts p ON p.id = x.id ORDER BY x.id;
