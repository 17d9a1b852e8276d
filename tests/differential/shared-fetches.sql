-- The same rows of a source read by several places of a plan: fetched once, whatever they are read for.

SELECT a.id, b.name FROM people a JOIN events e ON e.person = a.id JOIN people b ON b.id = a.boss ORDER BY e.id, a.id;

SELECT a.id, b.id FROM people a JOIN people b ON b.dept = a.dept AND b.id > a.id JOIN codes c ON c.n = a.id ORDER BY 1, 2;

SELECT a.id, b.id FROM events a JOIN events b ON b.person = a.person AND b.kind = a.kind WHERE a.id < b.id ORDER BY 1, 2;

-- other columns of the same rows
SELECT a.name, b.salary, c.joined FROM people a JOIN events e ON e.person = a.id JOIN people b ON b.id = e.qty JOIN people c ON c.id = e.id ORDER BY 1, 2, 3;

SELECT a.name, b.salary FROM people a JOIN codes c ON c.n = a.id JOIN people b ON b.id = c.n WHERE a.active AND b.active ORDER BY 1, 2;

SELECT x.n, y.n FROM (SELECT dept, count(*) AS n FROM people GROUP BY dept) x JOIN events e ON e.person = x.dept JOIN (SELECT dept, count(*) AS n FROM people GROUP BY dept) y ON y.dept = e.qty ORDER BY 1, 2;

-- in subqueries, read or not
SELECT d.id, (SELECT max(e.amount) FROM events e) - (SELECT min(e.amount) FROM events e) FROM depts d WHERE d.id < (SELECT count(*) FROM people) AND d.id <= (SELECT count(*) FROM people) ORDER BY 1;

SELECT d.id, CASE WHEN d.id < 0 THEN (SELECT max(id) FROM people) ELSE 1 END, d.id + (SELECT max(id) FROM people) FROM depts d ORDER BY 1;

SELECT d.id FROM depts d WHERE d.id IN (SELECT person FROM events WHERE kind = 'buy') OR d.id + 1 IN (SELECT person FROM events WHERE kind = 'buy') ORDER BY 1;

SELECT EXISTS (SELECT FROM events WHERE qty = 1), (SELECT count(*) FROM events WHERE qty = 1), EXISTS (SELECT FROM events WHERE qty = 1);

-- set operations, DISTINCT, limits
SELECT id FROM people WHERE active UNION ALL SELECT id FROM events WHERE qty = 1 UNION ALL SELECT id FROM people WHERE active ORDER BY 1;

SELECT person FROM events INTERSECT SELECT id FROM people INTERSECT SELECT person FROM events ORDER BY 1;

SELECT boss FROM people EXCEPT SELECT person FROM events EXCEPT ALL SELECT boss FROM people ORDER BY 1;

SELECT count(*) FROM (SELECT id FROM people UNION ALL SELECT person FROM events UNION ALL SELECT id FROM people LIMIT 7) t;

(SELECT id, name FROM people ORDER BY name, id LIMIT 3) UNION ALL SELECT n, code FROM codes UNION ALL (SELECT id, name FROM people ORDER BY name, id LIMIT 3);

-- outer, semi and anti joins over one relation twice
SELECT a.id, b.id FROM people a LEFT JOIN events e ON e.person = a.id AND e.qty > 0 LEFT JOIN people b ON b.id = e.qty ORDER BY 1, 2;

SELECT a.id FROM people a WHERE NOT EXISTS (SELECT FROM people b JOIN events e ON e.person = b.id WHERE b.boss = a.id) ORDER BY 1;

SELECT a.id FROM people a JOIN codes c ON c.n = a.dept WHERE a.id NOT IN (SELECT b.boss FROM people b WHERE b.boss IS NOT NULL) ORDER BY 1;

SELECT a.id, b.id FROM (SELECT * FROM people WHERE dept = 1) a FULL JOIN events e ON e.person = a.id FULL JOIN (SELECT * FROM people WHERE dept = 1) b ON b.id = e.qty ORDER BY 1, 2, e.id;

-- WITH of the statement beside it, and recursion
WITH p AS MATERIALIZED (SELECT id, boss FROM people), q AS MATERIALIZED (SELECT id, name FROM people) SELECT p.id, q.name, e.id FROM p JOIN q ON q.id = p.boss JOIN events e ON e.person = p.id ORDER BY e.id, p.id;

WITH RECURSIVE p AS MATERIALIZED (SELECT id, boss FROM people), up AS (SELECT 9 AS id UNION ALL SELECT p.boss FROM p JOIN up ON up.id = p.id WHERE p.boss IS NOT NULL) SELECT up.id, d.title FROM up LEFT JOIN depts d ON d.id = up.id ORDER BY 1;

WITH RECURSIVE up AS (SELECT p.id, p.boss FROM people p JOIN events e ON e.person = p.id WHERE e.id < 20 UNION SELECT p.id, p.boss FROM people p JOIN up ON up.boss = p.id JOIN events e ON e.person = p.id) SELECT up.id, q.name FROM up JOIN people q ON q.id = up.boss ORDER BY 1, 2;

-- errors, wherever they are met first
SELECT a.id, b.id FROM people a JOIN events e ON e.person = a.id JOIN people b ON b.id = e.qty WHERE 1 / (a.id - a.id) > 0 AND 1 / (b.id - b.id) > 0;

SELECT (SELECT 1 / (count(*) - count(*)) FROM people) + (SELECT 1 / (count(*) - count(*)) FROM people), d.id FROM depts d JOIN codes c ON c.n = d.id;

-- volatile, and so never shared
SELECT count(*) FROM (SELECT random() AS r FROM people) a JOIN (SELECT random() AS r FROM people) b ON a.r = b.r;

PREPARE twice AS SELECT a.id, b.name FROM people a JOIN events e ON e.person = a.id JOIN people b ON b.id = e.qty WHERE a.dept = $1 AND b.dept = $1 ORDER BY 1, 2;

EXECUTE twice(1);

EXECUTE twice(NULL);

DEALLOCATE twice;
