-- VALUES of one row with subqueries that read outer rows
SELECT id, (WITH c(x) AS (VALUES (p.dept)) VALUES ((SELECT x FROM c))) FROM people p;

SELECT id, (VALUES ((SELECT title FROM depts WHERE id = p.dept))) FROM people p;

SELECT p.id, v.* FROM people p, LATERAL (VALUES ((SELECT title FROM depts d WHERE d.id = p.dept), (SELECT count(*) FROM events e WHERE e.person = p.id))) v;

SELECT d.id, (SELECT sum(v.n) FROM people p, LATERAL (VALUES ((SELECT count(*) FROM events e WHERE e.person = p.id AND e.qty = d.id))) v(n) WHERE p.dept = d.id) FROM depts d;

-- the collation of an expression, which is evaluated
SELECT id, COLLATION FOR (title COLLATE "C"), COLLATION FOR ((SELECT name COLLATE "POSIX" FROM people p WHERE p.id = d.id)) FROM depts d;

SELECT COLLATION FOR ((SELECT title COLLATE "C" FROM depts));

-- refused: the order of pg_catalog.jsonb
SELECT least(NULL::jsonb, (SELECT NULL::jsonb FROM depts d WHERE d.id <> p.dept ORDER BY 1 NULLS FIRST LIMIT 1)) FROM people p;
