-- Joins that add nothing, and those that look as if they did not.

SELECT e.id, e.kind FROM events e LEFT JOIN people p ON p.id = e.person ORDER BY 1;

SELECT e.id, count(*) FROM events e LEFT JOIN people p ON p.id = e.person LEFT JOIN depts d ON d.id = e.qty GROUP BY e.id ORDER BY 1;

SELECT count(*) FROM depts d RIGHT JOIN (people p RIGHT JOIN events e ON p.id = e.person) ON d.id = e.qty;

SELECT e.id FROM events e LEFT JOIN (people p JOIN depts d ON d.id = p.dept) ON p.id = e.person ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN (people p LEFT JOIN depts d ON d.id = p.dept) ON p.id = e.person ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT person, count(*) AS n FROM events GROUP BY person) t ON t.person = p.id ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT DISTINCT person FROM events) t ON t.person = p.id ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT DISTINCT person, kind FROM events) t ON t.person = p.id ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT DISTINCT person, kind FROM events) t ON t.person = p.id AND t.kind = p.name ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT person, count(*) AS n FROM events GROUP BY ROLLUP (person)) t ON t.person = p.dept ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT max(person) AS m FROM events) t ON t.m > p.id ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN people p ON p.id = e.person AND p.active AND e.qty > 0 ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN people p ON p.id = e.person OR p.boss = e.person ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN people p ON p.dept = e.person ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN codes c ON c.code = e.kind ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN people p ON p.id = e.person WHERE p.id IS NULL ORDER BY 1;

SELECT DISTINCT e.kind FROM events e LEFT JOIN people p ON p.id = e.person ORDER BY 1;

SELECT DISTINCT * FROM (SELECT e.kind, p.dept FROM events e LEFT JOIN people p ON p.id = e.person) t ORDER BY 1, 2;

SELECT e.id, row_number() OVER (ORDER BY p.name, e.id) FROM events e LEFT JOIN people p ON p.id = e.person ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN people p ON p.id = e.person UNION ALL SELECT d.id FROM depts d LEFT JOIN people p ON p.id = d.id ORDER BY 1;

WITH t AS MATERIALIZED (SELECT e.id, p.name FROM events e LEFT JOIN people p ON p.id = e.person) SELECT a.id, b.name FROM t a JOIN t b ON a.id = b.id ORDER BY 1;

SELECT d.id, (SELECT count(*) FROM events e LEFT JOIN people p ON p.id = e.person WHERE e.qty = d.id) FROM depts d ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN people p ON p.id = e.person AND 1 / (p.id - p.id) > 0 WHERE e.id < 5 ORDER BY 1;

SELECT e.id FROM events e FULL JOIN people p ON p.id = e.person ORDER BY 1;

SELECT d.id FROM depts d LEFT JOIN people p ON p.id::text = d.id::text ORDER BY 1;

SELECT e.id FROM events e LEFT JOIN people p ON p.id = e.qty ORDER BY 1;

-- what may raise goes only where PostgreSQL does without it too
SELECT p.id FROM people p LEFT JOIN (SELECT id FROM depts WHERE 1 / (id - 1) >= 0) d ON d.id = p.dept ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT id FROM depts WHERE 1 / (id - 1) >= 0 OFFSET 0) d ON d.id = p.dept ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT id FROM depts LIMIT -1) d ON d.id = p.dept ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT d.id FROM depts d WHERE EXISTS (SELECT FROM rooms r WHERE r.dept = d.id) AND 1 / (d.id - 1) >= 0) d ON d.id = p.dept ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT d.id FROM depts d LEFT JOIN rooms r ON r.dept = d.id AND r.no = 1 WHERE 1 / (d.id - 1) >= 0) d ON d.id = p.dept ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT DISTINCT dept, no FROM rooms WHERE 1 / (no - 1) >= 0) d ON d.dept = p.dept AND d.no = p.id ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT dept, max(id) FROM people WHERE 1 / (id - 1) >= 0 GROUP BY dept ORDER BY dept LIMIT 3) d ON d.dept = p.id ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN (SELECT DISTINCT id, sum(1 / (id - 1)) OVER () FROM depts) d ON d.id = p.dept ORDER BY 1;

-- one table twice
SELECT a.name, b.salary FROM people a JOIN people b ON b.id = a.id ORDER BY a.id;

SELECT a.name, b.salary, c.joined FROM people a JOIN people b ON b.id = a.id JOIN people c ON c.id = b.id WHERE a.active AND b.dept = 1 AND c.salary > 0 ORDER BY a.id;

SELECT a.name, e.id FROM people a JOIN events e ON e.person = a.id JOIN people b ON b.id = e.person WHERE a.dept < b.dept + 1 ORDER BY 2;

SELECT a.*, b.* FROM people a JOIN people b ON b.id = a.id WHERE a.boss = b.dept ORDER BY a.id;

SELECT a.id, b.id FROM people a JOIN people b ON b.dept = a.dept AND b.boss = a.boss ORDER BY 1, 2;

SELECT a.id FROM people a JOIN people b ON b.id = a.id AND a.dept = b.dept ORDER BY 1;

SELECT a.id FROM people a JOIN people b ON b.id = a.id AND a.dept <> b.dept ORDER BY 1;

SELECT a.id, b.boss FROM people a JOIN people b ON b.id = a.boss JOIN people c ON c.id = a.id ORDER BY 1;

SELECT a.id, d.title FROM (people a JOIN depts d ON d.id = a.dept) JOIN (people b JOIN events e ON e.person = b.id) ON a.id = b.id ORDER BY 1, e.id;

SELECT a.id, b.name FROM people a LEFT JOIN people b ON b.id = a.id AND b.active ORDER BY 1;

SELECT a.id FROM people a WHERE EXISTS (SELECT FROM people b WHERE b.id = a.id AND b.active) ORDER BY 1;

SELECT count(*), sum(a.salary), min(b.name) FROM people a JOIN people b USING (id) WHERE a.dept IS NULL OR b.dept = 2;

SELECT a.k, b.v FROM (SELECT id AS k FROM people) a JOIN (SELECT id, name AS v FROM people) b ON b.id = a.k ORDER BY 1;

SELECT a.code, b.n FROM codes a JOIN codes b ON a.code = b.code AND a.n = b.n ORDER BY 1, 2;

SELECT a.ref, b.kind FROM events a JOIN events b ON a.id = b.id WHERE 10 / a.qty > 1 AND b.qty > 0 ORDER BY a.id;
