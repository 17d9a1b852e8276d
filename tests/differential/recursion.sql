-- WITH RECURSIVE over columns of any source.

WITH RECURSIVE up (id, boss, depth) AS (SELECT id, boss, 0 FROM people WHERE id > 30 UNION ALL SELECT p.id, p.boss, up.depth + 1 FROM people p JOIN up ON p.id = up.boss WHERE up.depth < 5) SELECT * FROM up ORDER BY 1, 2, 3;

WITH RECURSIVE up AS (SELECT id, boss FROM people WHERE id > 30 UNION SELECT p.id, p.boss FROM people p, up WHERE p.id = up.boss) SELECT * FROM up ORDER BY 1, 2;

WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT n.i, d.title FROM n LEFT JOIN depts d ON d.id = n.i ORDER BY n.i;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT n.i, (SELECT count(*) FROM depts) FROM n LIMIT 5;

WITH RECURSIVE r (id, path) AS (SELECT id, name::text FROM people WHERE boss IS NULL UNION ALL SELECT p.id, r.path || '/' || coalesce(p.name, '?') FROM people p JOIN r ON p.boss = r.id WHERE length(r.path) < 12) SELECT * FROM r ORDER BY id, path;

WITH RECURSIVE r (id) AS (SELECT 1 UNION SELECT e.person FROM events e JOIN r ON e.qty = r.id JOIN people p ON p.id = e.person) SELECT r.id, p.name FROM r JOIN people p USING (id) ORDER BY 1;

WITH RECURSIVE r (id, x) AS (SELECT id, 1.5 FROM depts UNION ALL SELECT r.id, r.x * 2 FROM r JOIN depts d ON d.id = r.id LEFT JOIN people p ON p.id = d.id WHERE r.x < 20) SELECT id, sum(x) FROM r GROUP BY id ORDER BY id;

WITH RECURSIVE r (i) AS (SELECT n FROM codes UNION SELECT (i % 5) + 1 FROM r WHERE i IS NOT NULL) SELECT a.i, b.i FROM r a JOIN r b ON a.i = b.i + 1 ORDER BY 1, 2;

WITH RECURSIVE r (i) AS (SELECT id FROM depts WHERE false UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r;

WITH RECURSIVE r (id, n) AS (SELECT id, 0 FROM people WHERE id = 40 UNION ALL SELECT q.boss, r.n + 1 FROM r, LATERAL (SELECT p.boss FROM people p WHERE p.id = r.id AND p.boss IS NOT NULL) q) SELECT * FROM r ORDER BY n;

WITH RECURSIVE r (id) AS (SELECT id FROM depts UNION ALL SELECT r.id + 10 FROM r WHERE r.id < 30 AND EXISTS (SELECT 1 FROM people p WHERE p.id = r.id)) SELECT * FROM r ORDER BY id;

WITH RECURSIVE plain AS (SELECT id FROM depts), r (i) AS (SELECT id FROM plain UNION ALL SELECT i + 5 FROM r WHERE i < 20) SELECT r.i, plain.id FROM r LEFT JOIN plain ON r.i = plain.id ORDER BY 1, 2;

SELECT p.id, (WITH RECURSIVE f (i, v) AS (SELECT 1, 1 UNION ALL SELECT i + 1, v * (i + 1) FROM f WHERE i < 5) SELECT max(v) FROM f) FROM people p ORDER BY p.id LIMIT 2;

WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT g + r.i FROM r, generate_series(1, 2) AS g WHERE r.i < 6) SELECT r.i, d.title FROM r LEFT JOIN depts d ON d.id = r.i ORDER BY 1, 2;

WITH RECURSIVE r (id, n) AS (WITH top AS (SELECT id, boss FROM people WHERE boss IS NOT NULL) SELECT id, 0 FROM top WHERE id > 35 UNION ALL SELECT top.boss, n + 1 FROM r JOIN top USING (id) WHERE n < 4) SELECT * FROM r ORDER BY 1, 2;

WITH RECURSIVE r (id, n) AS (SELECT id, 0 FROM depts UNION ALL (WITH big AS (SELECT * FROM r WHERE n < 3), twice AS MATERIALIZED (SELECT id, n FROM big) SELECT p.id, t.n + 1 FROM twice t JOIN people p ON p.boss = t.id JOIN big ON big.id = t.id)) SELECT n, count(*) FROM r GROUP BY n ORDER BY n;

WITH RECURSIVE r (i) AS (WITH RECURSIVE s (j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM s WHERE j < 3) SELECT j FROM s UNION ALL SELECT i * 2 + j FROM r, s WHERE i < 20) SELECT r.i, d.title FROM r LEFT JOIN depts d ON d.id = r.i ORDER BY 1, 2;

WITH RECURSIVE r (i) AS (SELECT id FROM depts UNION ALL SELECT i + 1 FROM (WITH a AS (SELECT i FROM r WHERE i < 9) SELECT i FROM a) q) SELECT count(*), sum(i) FROM r;
