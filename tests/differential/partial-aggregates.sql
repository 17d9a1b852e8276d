-- Unions of several sources, each aggregated, made distinct or cut for itself.
SELECT k, count(*) AS n, sum(v) AS total, avg(v) AS mean, min(v) AS least, count(v) AS some FROM (SELECT dept AS k, salary AS v FROM people UNION ALL SELECT qty, amount FROM events UNION ALL SELECT n, NULL FROM codes) u GROUP BY k;

SELECT count(*) AS n, sum(v) AS total, max(t) AS last, bool_or(v > 1) AS any FROM (SELECT dept AS v, name AS t FROM people UNION ALL SELECT qty, kind FROM events) u;

SELECT count(*) AS n, sum(v) AS total FROM (SELECT dept AS v FROM people WHERE id < 0 UNION ALL SELECT qty FROM events WHERE id < 0) u;

SELECT t, count(DISTINCT v) AS vs, count(*) AS n, sum(DISTINCT v) AS total FROM (SELECT name AS t, dept AS v FROM people UNION ALL SELECT kind, qty FROM events) u GROUP BY t;

SELECT count(DISTINCT t) AS texts, count(DISTINCT v) FILTER (WHERE t <> '') AS vs FROM (SELECT name AS t, dept AS v FROM people UNION ALL SELECT code, n FROM codes) u;

SELECT upper(t) AS t, count(*) FILTER (WHERE v > 0) AS n, sum(v * 2) AS double FROM (SELECT name AS t, dept AS v FROM people UNION ALL SELECT code, n FROM codes WHERE n < 100) u GROUP BY upper(t);

SELECT v, v AS again, count(*) AS n FROM (SELECT dept AS v FROM people UNION ALL SELECT n FROM codes UNION ALL (SELECT qty FROM events UNION ALL SELECT id FROM depts)) u GROUP BY v HAVING count(*) > 1;

SELECT k, sum(v) AS total, sum(s) AS sum FROM (SELECT dept AS k, salary AS v, 1.5 AS s FROM people UNION ALL SELECT qty, amount, 0.250 FROM events) u GROUP BY k;

SELECT k, sum(f) AS total, count(*) AS n FROM (SELECT dept AS k, score AS f FROM people UNION ALL SELECT qty, ratio FROM events) u GROUP BY k;

SELECT k, string_agg(t, ',' ORDER BY t) AS texts FROM (SELECT dept AS k, name AS t FROM people UNION ALL SELECT n, code FROM codes) u GROUP BY k;

SELECT 10 / k AS part, count(*) AS n FROM (SELECT dept AS k FROM people UNION ALL SELECT qty FROM events) u GROUP BY 1;

SELECT k, grouping(k) AS g, count(*) AS n FROM (SELECT dept AS k FROM people UNION ALL SELECT n FROM codes) u GROUP BY ROLLUP (k);

-- DISTINCT and set operations.
SELECT DISTINCT k, t FROM (SELECT dept AS k, name AS t FROM people UNION ALL SELECT n, code FROM codes) u;

SELECT dept FROM people UNION SELECT qty FROM events UNION SELECT n FROM codes;

SELECT salary FROM people UNION SELECT amount FROM events;

SELECT dept, active FROM people UNION SELECT qty, NULL FROM events;

SELECT dept FROM people INTERSECT SELECT qty FROM events;

SELECT qty FROM events EXCEPT SELECT dept FROM people;

SELECT name FROM people INTERSECT SELECT code FROM codes;

SELECT kind FROM events EXCEPT SELECT code FROM codes;

SELECT dept FROM people INTERSECT ALL SELECT qty FROM events;

SELECT qty FROM events EXCEPT ALL SELECT dept FROM people;

SELECT amount::numeric FROM events EXCEPT SELECT salary::numeric FROM people;

SELECT DISTINCT d.title FROM people p JOIN depts d ON d.id = p.dept;

SELECT DISTINCT e.kind, p.active FROM events e JOIN people p ON p.id = e.person;

SELECT DISTINCT e.kind FROM events e, depts d WHERE d.id < 0;

-- Presence only.
SELECT d.id, d.title FROM depts d WHERE d.id IN (SELECT dept FROM people);

SELECT p.id FROM people p WHERE p.id NOT IN (SELECT person FROM events WHERE person IS NOT NULL);

SELECT p.id FROM people p WHERE p.id NOT IN (SELECT person FROM events);

SELECT p.id FROM people p WHERE EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.qty < p.dept);

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.person = p.id OR e.kind = p.name);

SELECT p.id FROM people p WHERE p.salary IN (SELECT amount FROM events);

SELECT c.code, c.n FROM codes c WHERE EXISTS (SELECT 1 FROM events e JOIN people p ON p.id = e.person WHERE e.kind = c.code AND p.active);

-- The first rows.
SELECT v, t FROM (SELECT id AS v, name AS t FROM people UNION ALL SELECT id, kind FROM events) u ORDER BY v, t LIMIT 7;

SELECT t, v FROM (SELECT name AS t, id AS v FROM people UNION ALL SELECT kind, id FROM events UNION ALL SELECT code, n FROM codes) u ORDER BY t DESC, v DESC NULLS LAST LIMIT 5 OFFSET 3;

SELECT v + 1 AS next, t FROM (SELECT id AS v, name AS t FROM people UNION ALL SELECT id, kind FROM events) u ORDER BY v + 1 DESC, t LIMIT 4;

SELECT upper(t) AS t FROM (SELECT name AS t FROM people UNION ALL SELECT kind FROM events) u ORDER BY upper(t) LIMIT 9 OFFSET 60;

SELECT count(*) AS n FROM (SELECT id FROM people UNION ALL SELECT id FROM events LIMIT 11) u;

SELECT count(*) AS n FROM (SELECT id FROM people UNION ALL SELECT id FROM events LIMIT 0) u;

SELECT count(*) AS n FROM (SELECT id FROM people UNION ALL SELECT id FROM events LIMIT NULL OFFSET 100) u;

SELECT id FROM people UNION ALL SELECT id FROM events LIMIT -1;

SELECT p.id, d.title FROM people p LEFT JOIN depts d ON d.id = p.dept ORDER BY p.id DESC LIMIT 6 OFFSET 2;

SELECT e.id, p.name, d.title FROM events e LEFT JOIN people p ON p.id = e.person LEFT JOIN depts d ON d.id = p.dept ORDER BY e.id LIMIT 5;

SELECT p.id, e.id AS event FROM people p LEFT JOIN events e ON e.person = p.id ORDER BY p.id, e.id LIMIT 8;

SELECT p.id, e.id AS event FROM events e RIGHT JOIN people p ON p.id = e.person AND e.qty > 0 ORDER BY p.joined NULLS FIRST, p.id, e.id LIMIT 8;

SELECT count(*) AS n FROM (SELECT p.id FROM people p LEFT JOIN events e ON e.person = p.id LIMIT 10) q;

SELECT p.id, p.salary FROM people p LEFT JOIN depts d ON d.id = 6 / p.dept ORDER BY p.id LIMIT 3;

SELECT count(*) AS n FROM (SELECT p.id FROM people p FULL JOIN events e ON e.person = p.id ORDER BY p.id LIMIT 10) q
