-- a subquery or a group that is nothing but a column of the row around
SELECT p.id, (SELECT string_agg(coalesce(x.dept::text, 'n'), ',' ORDER BY x.dept) FROM (SELECT p.dept FROM depts d GROUP BY CUBE (p.dept)) x) FROM people p ORDER BY p.id;

SELECT p.id, x.a, x.b, x.c, x.g FROM people p JOIN LATERAL (SELECT p.dept, d.id % 2, count(*), grouping(p.dept) FROM depts d GROUP BY CUBE (p.dept, d.id % 2)) x(a, b, c, g) ON true ORDER BY 1, 2, 3, 4, 5;

SELECT p.id, x.a, x.b, x.c FROM people p JOIN LATERAL (SELECT p.dept + 1, sum(p.dept), count(*) FROM depts d GROUP BY ROLLUP (p.dept)) x(a, b, c) ON true ORDER BY 1, 2, 3, 4;

SELECT p.id, x.a, x.b FROM people p JOIN LATERAL (SELECT p.dept, (SELECT p.dept) FROM depts d GROUP BY ROLLUP (p.dept) HAVING p.dept IS NULL) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.a, x.b FROM people p JOIN LATERAL (SELECT p.dept, (SELECT p.dept) FROM depts d GROUP BY ROLLUP (p.dept)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.a, x.b FROM people p JOIN LATERAL (SELECT p.dept, 1 FROM depts d GROUP BY ROLLUP (p.dept) HAVING p.dept IS NULL) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.a, x.b FROM people p JOIN LATERAL (SELECT d.id % 2, (SELECT p.dept) FROM depts d GROUP BY ROLLUP (d.id % 2)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.a, x.b FROM people p JOIN LATERAL (SELECT p.dept, p.dept FROM depts d GROUP BY p.dept HAVING p.dept IS NULL) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.a, x.b FROM people p JOIN LATERAL (SELECT d.id % 2, (SELECT p.dept) FROM depts d) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.a FROM people p JOIN LATERAL (SELECT row_number() OVER (PARTITION BY (SELECT p.dept) ORDER BY d.id) FROM depts d) x(a) ON true ORDER BY 1, 2;

SELECT p.id, (SELECT x.a FROM depts d, LATERAL (SELECT max(p.id)) x(a) WHERE d.id = 1) FROM people p GROUP BY p.id ORDER BY 1;

SELECT p.dept, x.a FROM (SELECT dept, count(*) AS n FROM people GROUP BY dept) p JOIN LATERAL (SELECT d.id, (SELECT (SELECT p.n)) FROM depts d) x(i, a) ON x.i = p.dept ORDER BY 1, 2;

SELECT p.dept, (SELECT array_agg(a ORDER BY a) FROM (SELECT (SELECT count(p.id)) + d.id AS a FROM depts d) x) FROM people p GROUP BY p.dept ORDER BY 1;

SELECT p.id, x.a FROM people p JOIN LATERAL (SELECT DISTINCT (SELECT p.dept) FROM depts d) x(a) ON true ORDER BY 1, 2;

SELECT p.id, x.a FROM people p JOIN LATERAL (SELECT d.id FROM depts d ORDER BY (SELECT p.dept), d.id LIMIT 1) x(a) ON true ORDER BY 1, 2;

-- PostgreSQL groups by what reads no column of the query only in the entry of the select list
SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT p.dept + 1, p.dept + 1 FROM depts d GROUP BY ROLLUP (p.dept + 1)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT p.dept + 1, (p.dept + 1) * 2 FROM depts d GROUP BY ROLLUP (p.dept + 1)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT (p.dept + 1) * 2, 1 FROM depts d GROUP BY ROLLUP (p.dept + 1)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT p.dept + 1, 1 FROM depts d GROUP BY ROLLUP (p.dept + 1) HAVING p.dept + 1 IS NULL) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT p.dept + 1, p.dept + 1 FROM depts d GROUP BY ROLLUP (p.dept + 1, d.id % 2)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT p.dept, p.dept FROM depts d GROUP BY ROLLUP (p.dept)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT p.dept, p.dept FROM depts d GROUP BY ROLLUP (p.dept, d.id % 2)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.* FROM people p JOIN LATERAL (SELECT p.dept+1, p.dept, p.dept+1 FROM depts d GROUP BY ROLLUP (p.dept, p.dept + 1)) x(a, b) ON true ORDER BY 1, 2, 3;

SELECT x.* FROM (SELECT 3+id*0, 3+id*0, 4 FROM depts d GROUP BY ROLLUP (3+id*0)) x;

SELECT x.* FROM (SELECT 3, 3, 4 FROM depts d GROUP BY ROLLUP (1)) x;

SELECT x.* FROM (SELECT now() is null, now() is null, 4 FROM depts d GROUP BY ROLLUP (now() is null)) x;

-- and windows over such groups
SELECT p.id, x.a, x.r FROM people p JOIN LATERAL (SELECT p.dept, rank() OVER (ORDER BY p.dept) FROM depts d GROUP BY ROLLUP (p.dept, d.id % 2)) x(a, r) ON true ORDER BY 1, 2, 3;

SELECT p.id, x.a, x.r FROM people p JOIN LATERAL (SELECT p.dept, rank() OVER (ORDER BY p.dept) FROM depts d GROUP BY ROLLUP (p.dept)) x(a, r) ON true ORDER BY 1, 2, 3;

SELECT 3 AS a, count(*) OVER (PARTITION BY 3) FROM depts d GROUP BY ROLLUP (1, d.id) ORDER BY 1, 2;

-- WITH queries that read an outer row: several times, if nobody can tell.
SELECT id, (WITH s AS (SELECT e.qty FROM events e WHERE e.person = p.id) SELECT max(a.qty) - min(b.qty) FROM s a, s b) FROM people p ORDER BY 1

SELECT p.id, x.* FROM people p, LATERAL (WITH s AS (SELECT e.qty, p.dept FROM events e WHERE e.person = p.id) SELECT a.qty, b.dept FROM s a JOIN s b ON a.qty = b.dept + 4 UNION ALL SELECT count(*), max(dept) FROM s) x ORDER BY 1, 2, 3

SELECT id, (WITH s AS (SELECT count(*) AS n, min(e.kind) AS kind FROM events e WHERE e.person = p.id GROUP BY e.qty) SELECT sum(a.n) FROM s a WHERE a.n = (SELECT max(n) FROM s)) FROM people p ORDER BY 1

-- refused: WITH query
SELECT id FROM people p WHERE EXISTS (WITH s AS (SELECT d.id FROM depts d WHERE d.id > p.dept), t AS (SELECT id + 1 AS id FROM s UNION SELECT id FROM s) SELECT FROM s JOIN t USING (id) WHERE (SELECT count(*) FROM t) > 2) ORDER BY 1

SELECT id FROM people p WHERE EXISTS (WITH s AS (SELECT d.id FROM depts d WHERE d.id > p.dept), t AS (SELECT id FROM s UNION SELECT id FROM s) SELECT FROM s JOIN t USING (id) WHERE (SELECT count(*) FROM t) > 2) ORDER BY 1

-- refused: WITH query
SELECT id, (WITH s AS MATERIALIZED (SELECT e.qty FROM events e WHERE e.person = p.id) SELECT max(qty) FROM s) FROM people p ORDER BY 1

-- refused: WITH query
SELECT id, (WITH s AS (SELECT 10 / e.qty AS qty FROM events e WHERE e.person = p.id AND e.qty <> 0) SELECT max(a.qty) FROM s a, s b) FROM people p ORDER BY 1

-- refused: WITH query
SELECT id, (WITH s AS (SELECT e.id FROM events e WHERE e.person = p.id LIMIT 1) SELECT max(a.id) - min(b.id) FROM s a, s b) FROM people p ORDER BY 1

-- refused: WITH query
SELECT id, (WITH RECURSIVE s AS (SELECT p.id AS n UNION ALL SELECT n + 1 FROM s WHERE n < 5) SELECT max(n) FROM s) FROM people p ORDER BY 1

SELECT id, (WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 5) SELECT max(n) FROM s WHERE n <> p.id) FROM people p ORDER BY 1
