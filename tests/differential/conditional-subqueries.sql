-- Correlated subqueries where PostgreSQL might not evaluate them. These raise for no input.

SELECT id, CASE WHEN active THEN (SELECT max(upper(d.title) || '/' || d.id::text) FROM depts d WHERE d.id = p.dept) ELSE name END FROM people p ORDER BY id;

SELECT id, CASE WHEN name LIKE '%a%' THEN (SELECT count(*) FROM people q WHERE extract(year FROM q.joined) > extract(year FROM p.joined)) END FROM people p ORDER BY id;

SELECT id FROM people p WHERE id IN (3, 7 - dept, (SELECT max(q.id / 2) FROM people q WHERE q.dept < p.dept)) ORDER BY id;

SELECT id FROM people p WHERE active OR 2 < (SELECT count(*) FILTER (WHERE q.id % 3 = 1) FROM people q WHERE q.dept <> p.dept) ORDER BY id;

SELECT id, coalesce(name, (SELECT min(substring(q.name, 1, 2)) FROM people q WHERE q.dept = p.dept AND q.name NOT LIKE 'b%')) FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 2 THEN (SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY q.id::float8) FROM people q WHERE q.dept <> p.dept) END FROM people p ORDER BY id;

SELECT DISTINCT ON (1) (SELECT max(q.salary / 2) FROM people q WHERE q.dept = p.dept), id FROM people p ORDER BY 1 DESC NULLS LAST, 2 LIMIT 3;

SELECT id, CASE WHEN active THEN (SELECT min(regexp_replace(q.name, '[aeiou]+', '*')) FROM people q WHERE q.dept = p.dept AND q.name ~ '^[A-Za-z]') END FROM people p ORDER BY id;

-- These may raise, and do only for the rows that come to them.
SELECT id, CASE WHEN id < 0 THEN (SELECT max(1 / (q.id - q.id)) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 3 THEN (SELECT max(1 / (q.id - q.id)) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id < 0 THEN (SELECT max(q.id / -1) FROM people q WHERE q.dept = p.dept) ELSE 7 END FROM people p ORDER BY id;

SELECT id, CASE WHEN id <> 3 THEN (SELECT max(10 / (p.id - 3)) FROM people q WHERE q.dept = p.dept) ELSE 7 END FROM people p ORDER BY id;

SELECT id, CASE id WHEN 3 THEN -1 WHEN 4 THEN (SELECT sum(10 / (p.id - 3)) FROM people q WHERE q.dept = p.dept) ELSE (SELECT sum(20 / (p.id - 3)) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;

SELECT id FROM people p WHERE id = 3 OR 2 < (SELECT sum(30 / (p.id - 3)) FROM people q WHERE q.dept = p.dept) ORDER BY id;

SELECT id, id <> 3 AND 2 < (SELECT sum(30 / (p.id - 3)) FROM people q WHERE q.dept = p.dept) FROM people p ORDER BY id;

SELECT id, coalesce(nullif(id, 4), (SELECT sum(30 / (p.id - 3)) FROM people q WHERE q.dept = p.dept)) FROM people p ORDER BY id;

SELECT id, coalesce(nullif(id, 3), (SELECT sum(30 / (p.id - 3)) FROM people q WHERE q.dept = p.dept)) FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 3 THEN CASE WHEN active THEN (SELECT string_agg(q.name || (10 / (p.id - 3))::text, ',' ORDER BY q.id) FROM people q WHERE q.dept = p.dept) ELSE 'no' END END FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 3 THEN EXISTS (SELECT 1 / (p.id - 3) FROM people q WHERE q.dept = p.dept LIMIT 1) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 3 THEN ARRAY (SELECT q.id / (p.id - 3) FROM people q WHERE q.dept = p.dept ORDER BY q.id) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 3 THEN 1 = ANY (SELECT q.id / (p.id - 3) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id <> 3 THEN (SELECT q.id / (p.id - 3) FROM people q WHERE q.dept = p.dept AND q.id > p.id ORDER BY q.id LIMIT 1) END FROM people p ORDER BY id;

SELECT id, CASE WHEN dept <> 3 THEN (SELECT q.id FROM people q WHERE q.dept = p.dept AND q.id <> p.id) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id = 1 THEN (SELECT q.name FROM people q WHERE q.id = p.id + 1) END FROM people p ORDER BY id;

SELECT dept, CASE WHEN count(*) > 2 THEN (SELECT 100 / (count(*) - 2) FROM depts d WHERE d.id = p.dept GROUP BY d.id) END FROM people p GROUP BY dept ORDER BY dept;

SELECT dept, CASE WHEN count(*) > 2 THEN (SELECT sum(100 / (count(p.id) - 2)) FROM depts d WHERE d.id = p.dept) END FROM people p GROUP BY dept ORDER BY dept;

SELECT id, CASE WHEN id > 3 THEN (SELECT sum(CASE WHEN q.id > 2 THEN (SELECT max(10 / (q.id - 2)) FROM depts d WHERE d.id = q.dept) END) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 3 THEN (SELECT max(1 / (q.id - q.id)) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id LIMIT 2;

SELECT id, CASE WHEN id <> 3 THEN (SELECT 60 / (p.id - 3)) END FROM people p ORDER BY id;

SELECT id, CASE WHEN (SELECT count(*) FROM people q WHERE q.dept = p.dept) > 2 THEN (SELECT sum(q.id) / ((SELECT count(*) FROM people r WHERE r.dept = p.dept) - 2) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;

SELECT id, (SELECT CASE WHEN p.id > 3 THEN (SELECT sum(r.id / (p.id - 3)) FROM people r WHERE r.dept = p.dept) END FROM depts d WHERE d.id = p.dept) FROM people p ORDER BY id;

SELECT d.id, x.n FROM depts d LEFT JOIN LATERAL (SELECT CASE WHEN d.id <> 2 THEN (SELECT sum(p.id / (d.id - 2)) FROM people p WHERE p.dept = d.id) END AS n) x ON true ORDER BY d.id;

SELECT id, rank() OVER (ORDER BY CASE WHEN id <> 3 THEN (SELECT sum(q.id / (p.id - 3)) FROM people q WHERE q.dept = p.dept) END NULLS FIRST, id) FROM people p ORDER BY id;

SELECT id, CASE WHEN id <> 3 THEN (SELECT count(*) FROM people q WHERE q.id > 10 / (p.id - 3)) END FROM people p ORDER BY id;

SELECT id, CASE WHEN id <> 3 THEN (SELECT d.title FROM depts d WHERE d.id = 6 / (p.id - 3)) END FROM people p ORDER BY id;

SELECT id, p.dept IN (1, 2) OR EXISTS (SELECT FROM depts d WHERE d.id = p.dept * 1000000 / 1000000) FROM people p ORDER BY id;

SELECT id FROM people p WHERE CASE WHEN id > 3 THEN EXISTS (SELECT FROM depts d WHERE d.id = 100 / (p.id - 3)) ELSE active END ORDER BY id;

-- A condition on the subquery's tables alone goes to their source, one on the outer row alone to its source.
-- refused: correlated subquery that might raise an error for rows it does not choose
SELECT id, CASE WHEN id <> 3 THEN (SELECT count(*) FROM people q WHERE 10 / (p.id - 3) > 1) END FROM people p ORDER BY id;

-- refused: correlated subquery that might raise an error for rows it does not choose
SELECT id, CASE WHEN id < 0 THEN (SELECT count(*) FROM people q WHERE 10 / (q.id - 3) > p.id) END FROM people p ORDER BY id;

-- refused: correlated subquery that might raise an error for rows it does not choose
SELECT id, CASE WHEN id < 0 THEN (SELECT count(*) FROM people q WHERE 10 / (q.id - 3) = p.id) END FROM people p ORDER BY id;

-- Without outer columns: DuckDB would evaluate them for no row, and so would whoever sends their values ahead.
SELECT d.id, CASE WHEN d.id = 100 THEN (SELECT 1 / (max(id) - max(id)) FROM people) END FROM depts d ORDER BY d.id;

SELECT d.id, coalesce(d.id, (SELECT id FROM people)) FROM depts d ORDER BY d.id;

SELECT d.id FROM depts d WHERE d.id > 0 OR d.id = (SELECT 1 / (max(id) - max(id)) FROM people) ORDER BY d.id;

SELECT d.id, CASE WHEN d.id > 2 THEN (SELECT max(id) / 2 FROM people) END FROM depts d ORDER BY d.id;

SELECT d.id, CASE WHEN d.id > 2 THEN (SELECT 1 / (max(id) - max(id)) FROM people) END FROM depts d ORDER BY d.id;

SELECT sum(CASE WHEN d.id = 100 THEN (SELECT id FROM people) ELSE d.id END) FROM depts d;

-- groups need not be told apart
SELECT a.id FROM people a WHERE EXISTS (SELECT FROM events b WHERE b.person = a.id GROUP BY 10 / b.qty);

SELECT a.id FROM people a WHERE EXISTS (SELECT FROM events b WHERE b.person = a.id GROUP BY b.qty HAVING count(*) > 1);

SELECT a.id, EXISTS (SELECT max(qty) FROM events b WHERE b.person = a.id GROUP BY ()) FROM people a;

-- of one side of a cross product
SELECT count(*), min(a.id), max(b.id) FROM people a CROSS JOIN depts b WHERE (SELECT count(*) FROM events e WHERE e.person = b.id) > 1;

SELECT count(*), min(a.id), max(b.id) FROM people a, depts b WHERE a.dept = 2 AND (SELECT string_agg(e.kind, ',' ORDER BY e.id) FROM events e WHERE e.person < b.id) IN ('buy', b.title, 'x') AND b.id > 1;

SELECT count(*), min(a.id), max(b.id) FROM people a, depts b WHERE a.dept = b.id AND (SELECT string_agg(e.kind, ',' ORDER BY e.id) FROM events e WHERE e.person < b.id) > 'b';

SELECT count(*), min(a.id), max(b.id) FROM people a, depts b, codes c WHERE a.dept = c.n AND ((SELECT sum(e.qty) FROM events e WHERE e.person = b.id AND e.id > b.id) > 5 OR (SELECT max(e.qty) FROM events e WHERE e.person < b.id) = 1 OR b.budget IS NULL);

SELECT count(*), min(a.id), max(b.id) FROM people a, depts b WHERE (SELECT count(*) FROM events e WHERE e.person = b.id) > (SELECT count(*) FROM events e WHERE e.person = a.id);

SELECT a.id, b.id, (SELECT count(*) FROM events e WHERE e.person = b.id) FROM people a CROSS JOIN depts b WHERE a.id < 3 AND (SELECT count(*) FROM events e WHERE e.person = b.id) > 1 ORDER BY 1, 2;
