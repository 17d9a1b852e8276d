-- Correlated subqueries where PostgreSQL might not evaluate them: they become joins, since what they compute raises for no input.

SELECT id, CASE WHEN active THEN (SELECT max(upper(d.title) || '/' || d.id::text) FROM depts d WHERE d.id = p.dept) ELSE name END FROM people p ORDER BY id;

SELECT id, CASE WHEN name LIKE '%a%' THEN (SELECT count(*) FROM people q WHERE extract(year FROM q.joined) > extract(year FROM p.joined)) END FROM people p ORDER BY id;

SELECT id FROM people p WHERE id IN (3, 7 - dept, (SELECT max(q.id / 2) FROM people q WHERE q.dept < p.dept)) ORDER BY id;

SELECT id FROM people p WHERE active OR 2 < (SELECT count(*) FILTER (WHERE q.id % 3 = 1) FROM people q WHERE q.dept <> p.dept) ORDER BY id;

SELECT id, coalesce(name, (SELECT min(substring(q.name, 1, 2)) FROM people q WHERE q.dept = p.dept AND q.name NOT LIKE 'b%')) FROM people p ORDER BY id;

SELECT id, CASE WHEN id > 2 THEN (SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY q.id::float8) FROM people q WHERE q.dept <> p.dept) END FROM people p ORDER BY id;

SELECT DISTINCT ON (1) (SELECT max(q.salary / 2) FROM people q WHERE q.dept = p.dept), id FROM people p ORDER BY 1 DESC NULLS LAST, 2 LIMIT 3;

SELECT id, CASE WHEN active THEN (SELECT min(regexp_replace(q.name, '[aeiou]+', '*')) FROM people q WHERE q.dept = p.dept AND q.name ~ '^[A-Za-z]') END FROM people p ORDER BY id;

-- These may raise: where the branch is not taken nothing does.
-- refused: correlated subquery of this shape
SELECT id, CASE WHEN id < 0 THEN (SELECT max(1 / (q.id - q.id)) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;

-- refused: correlated subquery of this shape
SELECT id, CASE WHEN id < 0 THEN (SELECT max(q.id / -1) FROM people q WHERE q.dept = p.dept) END FROM people p ORDER BY id;
