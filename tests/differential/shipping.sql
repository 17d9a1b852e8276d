-- A small relation joined with another source's, grouped by its columns.
SELECT d.title, count(*), sum(e.amount), min(e.happened), max(p.joined)
FROM events e JOIN people p ON p.id = e.person JOIN depts d ON d.id = p.dept GROUP BY d.title

SELECT p.active, count(e.id), avg(e.qty), bool_or(p.salary > 10) FROM people p LEFT JOIN events e ON e.person = p.id GROUP BY p.active

-- Every kind of join, NULL keys and duplicates on both sides.
SELECT c.n, e.id FROM codes c JOIN events e ON e.kind = c.code

SELECT c.n, e.id FROM codes c LEFT JOIN events e ON e.kind = c.code AND e.qty > 0

SELECT c.n, e.id FROM codes c RIGHT JOIN people p ON p.id = c.n LEFT JOIN events e ON e.person = p.id

SELECT c.n, p.id FROM codes c FULL JOIN people p ON p.id = c.n

SELECT p.id, d.title FROM people p FULL JOIN depts d ON d.id = p.dept AND d.id = p.boss

SELECT p.name FROM people p WHERE EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.amount > 1)

SELECT p.name FROM people p WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.person = p.id)

SELECT p.id FROM people p WHERE p.id NOT IN (SELECT e.person FROM events e)

SELECT p.id FROM people p WHERE p.id NOT IN (SELECT e.person FROM events e WHERE e.person IS NOT NULL)

SELECT e.id FROM events e WHERE e.kind IN (SELECT code FROM codes)

SELECT e.id FROM events e WHERE (e.person, e.qty) IN (SELECT p.id, p.dept::int2 FROM people p)

SELECT p.id, e.id FROM people p CROSS JOIN events e WHERE p.id < 4 AND e.id < 4

SELECT p.id, e.id FROM people p JOIN events e ON e.person < p.boss AND p.salary > e.amount

SELECT p.id, e.id FROM people p JOIN events e ON p.name IS NOT DISTINCT FROM e.kind

-- Nothing is left of what is shipped.
SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id AND e.kind = 'no such'

SELECT count(*), sum(e.amount) FROM people p JOIN events e ON e.person = p.id WHERE p.name = 'nobody'

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.qty = 12)

SELECT e.kind, count(*) FROM events e FULL JOIN (SELECT * FROM people WHERE id < 0) p ON p.id = e.person GROUP BY e.kind

-- No column of it is read.
SELECT count(*) FROM events e, people p

SELECT e.id FROM events e WHERE EXISTS (SELECT 1 FROM people) AND e.id < 3

SELECT e.id, d.id FROM events e CROSS JOIN (SELECT 1 AS id FROM depts) d WHERE e.id < 3

-- Text: order, equality, classes of characters; empty strings, characters beyond ASCII.
SELECT p.name, e.kind FROM people p JOIN events e ON e.person = p.id WHERE p.name > e.kind

SELECT p.name, e.kind FROM people p JOIN events e ON e.person = p.id WHERE p.name < e.kind COLLATE "C" ORDER BY p.name, e.kind, e.id

SELECT min(p.name), max(p.name), e.kind FROM people p JOIN events e ON e.person = p.id GROUP BY e.kind ORDER BY max(p.name) DESC, e.kind

SELECT upper(p.name), lower(e.kind), initcap(p.name) FROM people p JOIN events e ON e.person = p.id WHERE upper(p.name) <> upper(e.kind)

SELECT c.code || '/' || p.name, length(p.name) FROM codes c JOIN people p ON p.id = c.n WHERE p.name LIKE '%a%' OR c.code ~ '^[[:alpha:]]+$'

SELECT DISTINCT p.name, c.code FROM people p JOIN codes c ON c.n > p.id ORDER BY 1, 2

SELECT string_agg(p.name, ',' ORDER BY p.name DESC, p.id) FROM people p JOIN events e ON e.person = p.id WHERE e.qty = 1

-- Numbers: display scales, extremes, infinities of floats.
SELECT p.salary, e.amount, p.salary + e.amount, p.salary * e.amount FROM people p JOIN events e ON e.person = p.id

SELECT p.dept, sum(p.salary), avg(p.salary), sum(e.amount * p.salary) FROM people p JOIN events e ON e.person = p.id GROUP BY p.dept

SELECT p.salary, count(*) FROM people p JOIN events e ON e.person = p.id GROUP BY p.salary ORDER BY p.salary NULLS FIRST

SELECT d.budget, p.score, d.budget / 2, -p.score FROM depts d JOIN people p ON p.dept = d.id

SELECT d.budget + 1 FROM depts d JOIN people p ON p.dept = d.id WHERE p.id > 0

SELECT p.salary / (p.dept - 1) FROM people p JOIN events e ON e.person = p.id

SELECT e.ratio, e.qty, p.score FROM events e JOIN people p ON p.id = e.person WHERE e.ratio > p.score OR p.score IS NULL

-- Times, uuids, booleans.
SELECT d.opened, e.happened, d.opened > e.happened FROM depts d JOIN people p ON p.dept = d.id JOIN events e ON e.person = p.id

SELECT p.joined, e.happened, e.happened::date - p.joined FROM people p JOIN events e ON e.person = p.id AND e.happened::date >= p.joined

SELECT e.ref, p.active, count(*) FROM events e JOIN people p ON p.id = e.person GROUP BY e.ref, p.active

SELECT a.ref, p.name FROM events a JOIN events b ON b.ref = a.ref JOIN people p ON p.id = b.person WHERE a.id < 20 AND b.id < 20

-- Under LIMIT, top-N, windows, sets and grouping sets.
SELECT p.name, e.amount FROM people p JOIN events e ON e.person = p.id ORDER BY e.amount DESC NULLS LAST, e.id LIMIT 7 OFFSET 2

SELECT e.kind, rank() OVER (PARTITION BY p.active ORDER BY e.id) FROM people p JOIN events e ON e.person = p.id

SELECT p.dept, e.kind, count(*), grouping(p.dept) FROM people p JOIN events e ON e.person = p.id GROUP BY ROLLUP (p.dept, e.kind)

SELECT p.name FROM people p JOIN events e ON e.person = p.id EXCEPT SELECT c.code FROM codes c

SELECT p.dept FROM people p JOIN events e ON e.person = p.id UNION SELECT c.n FROM codes c JOIN people q ON q.id = c.n

SELECT t.dept, sum(t.n) FROM (SELECT p.dept, e.kind, count(*) AS n FROM people p JOIN events e ON e.person = p.id GROUP BY p.dept, e.kind) t JOIN codes c ON c.code = t.kind GROUP BY t.dept

-- What is shipped is itself computed, grouped, limited or joined at home.
SELECT e.id, t.n FROM events e JOIN (SELECT dept, count(*) AS n FROM people GROUP BY dept) t ON t.dept = e.qty

SELECT e.id, t.name FROM events e JOIN (SELECT id, name FROM people ORDER BY salary DESC NULLS LAST, id LIMIT 5) t ON t.id = e.person

SELECT e.kind, count(*) FROM events e JOIN (SELECT p.id FROM people p JOIN codes c ON c.n = p.id UNION ALL SELECT id FROM depts) t ON t.id = e.person GROUP BY e.kind

SELECT e.id FROM events e JOIN (VALUES (1, 'x'), (2, 'y'), (NULL, 'z')) v (k, t) ON v.k = e.person

-- Correlated in the beginning.
SELECT p.id, (SELECT max(e.amount) FROM events e WHERE e.person = p.id) FROM people p

SELECT p.id, (SELECT count(*) FROM events e WHERE e.person = p.id AND e.amount > p.salary) FROM people p

SELECT p.id, t.kind FROM people p, LATERAL (SELECT e.kind FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 1) t

SELECT e.id FROM events e WHERE e.amount > (SELECT avg(x.amount) FROM events x JOIN people p ON p.id = x.person WHERE p.dept = e.qty)

-- WITH, and recursion that reads what is elsewhere.
WITH t AS (SELECT e.person, count(*) AS n FROM events e GROUP BY e.person) SELECT p.name, t.n FROM people p JOIN t ON t.person = p.id JOIN t AS u ON u.person = p.boss

WITH RECURSIVE r AS (SELECT p.id, p.boss, 1 AS depth FROM people p JOIN codes c ON c.n = p.id UNION ALL SELECT p.id, p.boss, r.depth + 1 FROM r JOIN people p ON p.id = r.boss JOIN events e ON e.id = p.id WHERE r.depth < 4) SELECT id, depth FROM r

-- What it raises.
SELECT e.id FROM events e JOIN (SELECT 1 / (id - 1) AS k FROM people) p ON p.k = e.person

SELECT p.name::int4 FROM people p JOIN events e ON e.person = p.id WHERE e.qty = 1

SELECT sum(d.budget * e.qty) FROM depts d JOIN people p ON p.dept = d.id JOIN events e ON e.person = p.id
