-- Subqueries of the select list that might raise, under LIMIT: they are evaluated for the rows that it leaves.

SELECT p.id, (SELECT sum(e.amount / e.qty) FROM events e WHERE e.person = p.id AND e.qty <> 0) AS share
FROM people p ORDER BY p.id LIMIT 5;

SELECT p.name, p.id, (SELECT max(e.qty + 1) FROM events e WHERE e.person = p.id) AS most
FROM people p ORDER BY p.salary DESC NULLS LAST, p.id LIMIT 7;

-- The sixth row and those behind it would divide by zero.
SELECT p.id, (SELECT count(*) / (6 - p.id) FROM events e WHERE e.person = p.id) AS n FROM people p ORDER BY p.id LIMIT 5;

SELECT p.id, (SELECT count(*) / (6 - p.id) FROM events e WHERE e.person = p.id) AS n FROM people p ORDER BY p.id LIMIT 6;

SELECT p.id + 1 AS next, (SELECT array_agg(e.amount / e.qty ORDER BY e.id) FROM events e WHERE e.person = p.id AND e.qty > 0) AS shares, p.name
FROM people p JOIN depts d ON d.id = p.dept ORDER BY d.title, p.id DESC LIMIT 4;

SELECT d.title, count(*) AS n, (SELECT sum(q.salary / q.id) FROM people q WHERE q.dept = d.id) AS share
FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.id, d.title ORDER BY d.title, n LIMIT 3;

SELECT p.id, EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.qty + 1 > 4) AS some,
  p.id IN (SELECT e.qty * 2 FROM events e WHERE e.person <= p.id) AS found
FROM people p ORDER BY p.id LIMIT 3;

SELECT p.id, row_number() OVER (ORDER BY p.id) AS r, (SELECT min(e.qty * 2) FROM events e WHERE e.person = p.id) AS least
FROM people p ORDER BY p.id DESC LIMIT 4;

SELECT * FROM (SELECT p.salary, (SELECT min(e.qty * 2) FROM events e WHERE e.person = p.id) AS least
  FROM people p ORDER BY p.salary NULLS FIRST FETCH FIRST 2 ROWS WITH TIES) t ORDER BY 1, 2;

SELECT t.id, t.most FROM (SELECT p.id, (SELECT max(e.qty + 1) FROM events e WHERE e.person = p.id) AS most FROM people p ORDER BY p.id LIMIT 5) t
WHERE t.most IS NOT NULL ORDER BY t.id;

SELECT p.id, (SELECT max(e.qty + 1) FROM events e WHERE e.person = p.id) AS most, (SELECT count(*) FROM events e WHERE e.person = p.id) AS n
FROM people p ORDER BY n DESC, p.id LIMIT 4;

-- What never raises may be spared by a CASE.
SELECT p.id, CASE WHEN p.active THEN (SELECT count(*) FROM events e WHERE e.person = p.id AND e.kind IN ('buy', 'view')) END AS n,
  coalesce((SELECT max(btrim(e.kind)) FROM events e WHERE e.person = p.id AND e.qty IS DISTINCT FROM 3), p.name) AS kind
FROM people p ORDER BY p.id;

SELECT p.id, CASE WHEN p.id > 2 THEN (SELECT max(greatest(e.qty, 2)) FROM events e WHERE nullif(e.person, 1) = p.id) ELSE 0 END AS q
FROM people p ORDER BY p.id LIMIT 6;

-- What ORDER BY begins with is computed for every row, whatever LIMIT leaves.
SELECT p.id, (SELECT sum(e.amount / e.qty) FROM events e WHERE e.person = p.id AND e.qty <> 0) AS share
FROM people p ORDER BY share DESC NULLS LAST, p.id LIMIT 3;

SELECT p.id, (SELECT count(*) FROM events e WHERE e.person = p.id AND e.kind SIMILAR TO '(b|v)%') AS n
FROM people p ORDER BY n DESC, p.id LIMIT 4 OFFSET 1;

SELECT d.title, (SELECT max(q.salary / q.id) FROM people q WHERE q.dept = d.id) AS most
FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.id, d.title ORDER BY (SELECT max(q.salary / q.id) FROM people q WHERE q.dept = d.id) NULLS FIRST, d.title LIMIT 2;

SELECT p.id, (SELECT count(*) / (6 - p.id) FROM events e WHERE e.person = p.id) AS n FROM people p ORDER BY n, p.id LIMIT 2;

SELECT p.id, (SELECT count(*) / (6 - p.id) FROM events e WHERE e.person = p.id) AS n FROM people p WHERE p.id <> 6 ORDER BY n, p.id LIMIT 2;
