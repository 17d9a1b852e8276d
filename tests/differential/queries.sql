-- One statement a paragraph; every one must answer as one PostgreSQL would, wherever the tables are.
-- A line "-- refused: TEXT" before a statement: 0A000 with a message that contains TEXT is the expected answer for now.

-- scans, filters
SELECT * FROM people;

SELECT id, name FROM people WHERE name = 'Ada' ORDER BY id;

SELECT id FROM people WHERE name IS NULL OR name = '' ORDER BY id;

SELECT id, name FROM people WHERE name LIKE '%a%' ORDER BY id;

SELECT id, name FROM people WHERE name LIKE '100\%' OR name LIKE 'a\_b' OR name LIKE 'back\\%' ORDER BY id;

SELECT id, name FROM people WHERE name NOT LIKE '_da' ORDER BY id;

SELECT id FROM people WHERE salary BETWEEN 0 AND 2000 AND active IS NOT FALSE ORDER BY id;

SELECT id FROM people WHERE dept IN (1, 3, NULL) ORDER BY id;

SELECT id FROM people WHERE dept NOT IN (1, 3) ORDER BY id;

SELECT id FROM people WHERE dept NOT IN (1, NULL);

SELECT id, score FROM people WHERE score > 0 OR score IS NULL ORDER BY score DESC NULLS LAST, id;

SELECT id, joined FROM people WHERE joined >= DATE '2000-01-01' ORDER BY joined, id;

SELECT id FROM people WHERE active ORDER BY id DESC LIMIT 3;

SELECT id FROM people WHERE NOT active ORDER BY id OFFSET 2 LIMIT 3;

SELECT id, happened FROM events WHERE happened < TIMESTAMP '2000-01-01 00:00:00' ORDER BY id;

SELECT id FROM events WHERE ref = '00000001-0000-4000-8000-000000000001' ORDER BY id;

SELECT id, budget FROM depts WHERE budget > 9007199254740992;

SELECT id, opened FROM depts ORDER BY opened NULLS FIRST;

-- expressions
SELECT id, salary * 2, salary + 1, salary - 0.005, -salary FROM people ORDER BY id;

SELECT id, salary / 7 FROM people WHERE salary <> 0 ORDER BY id;

SELECT id, qty + 1::int2 FROM events WHERE qty < 32767 ORDER BY id;

SELECT qty + 1::int2 FROM events ORDER BY id;

SELECT 1 / (qty - qty) FROM events WHERE qty IS NOT NULL;

SELECT id / 7, id % 7, -id FROM events WHERE id < 90 ORDER BY id;

SELECT budget + 1 FROM depts ORDER BY id;

SELECT budget - 1 FROM depts WHERE id = 2;

SELECT id, score * 2, score / 3, score + 0.1 FROM people WHERE score < 1e200 ORDER BY id;

SELECT score / 0 FROM people WHERE score = 1.5;

SELECT id, ratio, ratio * 2, ratio::float8 FROM events ORDER BY id;

SELECT id, amount::int4, amount::int8, amount::float8 FROM events ORDER BY id;

SELECT id, score::int4 FROM people WHERE abs(score) < 100 ORDER BY id;

SELECT id, salary::numeric(10,1), salary::int4 FROM people ORDER BY id;

SELECT id, round(amount, 2), round(amount), trunc(amount, 1), ceil(amount), floor(amount), abs(amount) FROM events ORDER BY id;

SELECT id, name || '/' || id, length(name), upper(name), lower(name) FROM people ORDER BY id;

SELECT id, substring(name FROM 2 FOR 2), substring(name, 0, 3), left(name, 2), right(name, 2) FROM people ORDER BY id;

SELECT id, position('a' IN name), strpos(name, 'd'), replace(name, 'a', 'xx'), trim(name), ltrim(name), rtrim(name) FROM people ORDER BY id;

SELECT substring(name, 1, -1) FROM people WHERE name IS NOT NULL;

SELECT id, CASE WHEN dept = 1 THEN 'one' WHEN dept IS NULL THEN name ELSE 'other' END FROM people ORDER BY id;

SELECT id, CASE dept WHEN 1 THEN 10 WHEN 2 THEN 20 END, coalesce(name, 'none'), nullif(dept, 2) FROM people ORDER BY id;

SELECT id, CASE WHEN qty = 0 THEN NULL ELSE 100 / qty END FROM events ORDER BY id;

SELECT id, greatest(dept, boss, 3), least(dept, boss) FROM people ORDER BY id;

SELECT id, dept IS DISTINCT FROM boss, dept = boss, dept IS NOT DISTINCT FROM NULL FROM people ORDER BY id;

SELECT id, active AND dept = 1, active OR dept = 1, NOT active, active IS UNKNOWN FROM people ORDER BY id;

SELECT id, joined + 1, joined - 30, joined - DATE '2000-01-01' FROM people ORDER BY id;

SELECT id, joined + interval '1 month', joined - interval '1 year' FROM people ORDER BY id;

SELECT id, extract(year FROM joined), extract(month FROM joined), extract(dow FROM joined), extract(doy FROM joined) FROM people ORDER BY id;

SELECT id, extract(hour FROM happened), extract(epoch FROM happened), date_trunc('month', happened), happened::date FROM events ORDER BY id;

SELECT id, happened + interval '1 day 02:00:00', happened - TIMESTAMP '2024-01-01' FROM events ORDER BY id;

SELECT id, opened::date, extract(hour FROM opened), date_trunc('day', opened) FROM depts ORDER BY id;

SELECT id, name = ANY (ARRAY['Ada', 'bela', NULL]) FROM people ORDER BY id;

SELECT id, id::text, salary::text, joined::text, active::text, score::text FROM people ORDER BY id;

SELECT id, happened::text, ratio::text, ref::text FROM events ORDER BY id;

SELECT code::int4 FROM codes WHERE code = 'view';

SELECT id FROM people WHERE name < 'b' ORDER BY name, id;

SELECT name FROM people ORDER BY name, id;

SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind DESC;

-- joins
SELECT p.id, d.title FROM people p JOIN depts d ON d.id = p.dept ORDER BY p.id;

SELECT p.id, d.title FROM people p LEFT JOIN depts d ON d.id = p.dept ORDER BY p.id;

SELECT p.id, d.id, d.title FROM people p RIGHT JOIN depts d ON d.id = p.dept ORDER BY d.id, p.id;

SELECT p.id, d.id FROM people p FULL JOIN depts d ON d.id = p.dept ORDER BY p.id, d.id;

SELECT p.id, e.id, e.kind FROM people p LEFT JOIN events e ON e.person = p.id AND e.kind = 'buy' ORDER BY p.id, e.id;

SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id WHERE e.kind = 'buy' OR e.id IS NULL ORDER BY 1, 2;

SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id AND p.active WHERE p.id < 10 ORDER BY 1, 2;

SELECT p.id, e.id FROM people p FULL JOIN events e ON e.person = p.id AND e.amount > 0 ORDER BY 1, 2;

SELECT p.id, q.id FROM people p, people q WHERE p.boss = q.id AND p.dept = q.dept ORDER BY 1, 2;

SELECT p.name, count(*), sum(e.amount) FROM people p JOIN events e ON e.person = p.id GROUP BY p.name ORDER BY p.name;

SELECT p.id, c.n FROM people p JOIN codes c ON p.id < c.n ORDER BY 1, 2;

SELECT d.id, c.n FROM depts d LEFT JOIN codes c ON d.id > c.n ORDER BY 1, 2;

SELECT d.id, c.n FROM depts d FULL JOIN codes c ON d.id = c.n ORDER BY 1, 2;

SELECT d.id, c.code FROM depts d CROSS JOIN codes c ORDER BY 1, 2;

SELECT e.id, c.n FROM events e JOIN codes c ON c.code = e.kind ORDER BY 1, 2;

SELECT * FROM depts JOIN (SELECT id, count(*) AS c FROM people GROUP BY id) q USING (id) ORDER BY id;

SELECT * FROM depts NATURAL JOIN (SELECT id, name FROM people) q ORDER BY id;

SELECT * FROM depts FULL JOIN (SELECT n AS id, code FROM codes) q USING (id) ORDER BY id, code;

SELECT p.id, e.id, d.title FROM people p JOIN events e ON e.person = p.id JOIN depts d ON d.id = p.dept WHERE e.amount > 1 AND d.title <> 'R&D' ORDER BY 1, 2;

SELECT p.id, e.id, c.n FROM people p LEFT JOIN events e ON e.person = p.id LEFT JOIN codes c ON c.code = e.kind WHERE p.id <= 12 ORDER BY 1, 2, 3;

SELECT p.id FROM people p LEFT JOIN (depts d JOIN codes c ON c.n = d.id) ON d.id = p.dept ORDER BY 1;

SELECT e.id, d.id FROM events e JOIN depts d ON d.id = e.qty ORDER BY 1;

SELECT e.id, d.id FROM events e JOIN depts d ON d.budget = e.id ORDER BY 1;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id AND p.salary > e.amount ORDER BY 1, 2;

SELECT p.id, e.id FROM people p JOIN events e ON p.joined = e.happened::date ORDER BY 1, 2;

-- aggregates
SELECT count(*), count(name), count(DISTINCT name), count(DISTINCT dept) FROM people;

SELECT sum(salary), avg(salary), min(salary), max(salary) FROM people;

SELECT sum(score), avg(score), min(score), max(score) FROM people WHERE score < 1e200;

SELECT sum(id), avg(id), sum(qty), avg(qty), sum(amount), avg(amount), sum(ratio), avg(ratio) FROM events;

SELECT min(name), max(name), min(joined), max(joined), min(active::int4) FROM people;

SELECT min(happened), max(happened), min(kind), max(kind), min(id), max(qty) FROM events;

SELECT dept, count(*), sum(salary), avg(salary) FROM people GROUP BY dept ORDER BY dept;

SELECT dept, active, count(*) FROM people GROUP BY dept, active ORDER BY 1, 2;

SELECT dept, count(*) FROM people GROUP BY dept HAVING count(*) > 5 AND dept IS NOT NULL ORDER BY dept;

SELECT count(*) FROM people WHERE false;

SELECT sum(salary), max(name), count(*) FROM people WHERE id < 0;

SELECT dept, sum(salary) FROM people WHERE id < 0 GROUP BY dept;

SELECT count(*) FILTER (WHERE active), sum(salary) FILTER (WHERE dept = 1), avg(score) FILTER (WHERE false) FROM people;

SELECT sum(DISTINCT salary), avg(DISTINCT salary), count(DISTINCT salary) FROM people;

SELECT bool_and(active), bool_or(active), every(id > 0) FROM people;

SELECT bool_and(active), bool_or(active) FROM people GROUP BY dept ORDER BY dept;

SELECT dept % 2, count(*) FROM people GROUP BY 1 ORDER BY 1;

SELECT extract(year FROM joined) AS y, count(*) FROM people GROUP BY y ORDER BY y;

SELECT string_agg(name, ',' ORDER BY id) FROM people WHERE dept = 1;

SELECT d.title, avg(p.salary), count(p.id), sum(p.id) FROM depts d LEFT JOIN people p ON p.dept = d.id GROUP BY d.title ORDER BY 1;

SELECT d.id, d.title, count(*) FROM depts d JOIN people p ON p.dept = d.id GROUP BY d.id ORDER BY 1;

SELECT sum(budget) FROM depts;

SELECT sum(budget), avg(budget) FROM depts WHERE budget > 0;

SELECT stddev(salary), variance(salary), stddev_pop(id), var_pop(id) FROM people WHERE salary < 10000;

SELECT count(*) FROM people p JOIN events e ON e.person = p.id;

SELECT max(s) FROM (SELECT dept, sum(salary) AS s FROM people GROUP BY dept) q;

-- distinct, order, limit
SELECT DISTINCT dept FROM people ORDER BY dept;

SELECT DISTINCT dept, active FROM people ORDER BY 1, 2;

SELECT DISTINCT d.title FROM depts d JOIN people p ON p.dept = d.id ORDER BY 1;

SELECT id FROM people ORDER BY salary DESC, id LIMIT 5;

SELECT id, salary FROM people ORDER BY salary NULLS FIRST, id LIMIT 5 OFFSET 3;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id ORDER BY e.amount DESC NULLS LAST, p.id, e.id LIMIT 7;

SELECT id FROM people ORDER BY id LIMIT 0;

SELECT id FROM people ORDER BY id LIMIT NULL OFFSET 38;

SELECT id FROM people LIMIT -1;

SELECT id FROM people ORDER BY id OFFSET -1;

SELECT * FROM (SELECT id, salary FROM people ORDER BY salary DESC NULLS LAST, id LIMIT 6) q WHERE salary < 50000 ORDER BY id;

SELECT id, lower(name) FROM people ORDER BY id LIMIT 4;

-- set operations
SELECT dept FROM people UNION SELECT id FROM depts ORDER BY 1;

SELECT dept FROM people UNION ALL SELECT id FROM depts ORDER BY 1;

SELECT dept FROM people INTERSECT SELECT id FROM depts ORDER BY 1;

SELECT dept FROM people INTERSECT ALL SELECT n FROM codes ORDER BY 1;

SELECT id FROM depts EXCEPT SELECT dept FROM people ORDER BY 1;

SELECT dept FROM people EXCEPT ALL SELECT id FROM depts ORDER BY 1;

SELECT name FROM people UNION SELECT kind FROM events UNION ALL SELECT code FROM codes ORDER BY 1;

(SELECT id FROM people ORDER BY id LIMIT 2) UNION ALL (SELECT id FROM depts ORDER BY id DESC LIMIT 2) ORDER BY 1;

SELECT x, count(*) FROM (SELECT dept AS x FROM people UNION ALL SELECT qty FROM events) u WHERE x > 0 GROUP BY x ORDER BY x;

SELECT salary FROM people UNION SELECT amount FROM events ORDER BY 1;

-- subqueries
SELECT id FROM people WHERE dept IN (SELECT id FROM depts WHERE title = 'Ops') ORDER BY id;

SELECT id FROM people WHERE dept NOT IN (SELECT id FROM depts WHERE title = 'Ops') ORDER BY id;

SELECT id FROM depts WHERE id NOT IN (SELECT dept FROM people);

SELECT id FROM depts WHERE id NOT IN (SELECT dept FROM people WHERE dept IS NOT NULL) ORDER BY id;

SELECT id FROM people WHERE salary > (SELECT avg(amount) FROM events) ORDER BY id;

SELECT id, (SELECT max(title) FROM depts) FROM people ORDER BY id;

SELECT id FROM people WHERE EXISTS (SELECT 1 FROM codes WHERE n > 1000) ORDER BY id LIMIT 2;

SELECT id FROM people WHERE NOT EXISTS (SELECT 1 FROM codes WHERE n > 1000);

SELECT id FROM people WHERE dept = ANY (SELECT id FROM depts) AND boss > ALL (SELECT id FROM depts WHERE id < 3) ORDER BY id;

SELECT id, dept IN (SELECT n FROM codes) FROM people ORDER BY id;

SELECT id, dept = ALL (SELECT n FROM codes WHERE n < 0) FROM people ORDER BY id;

SELECT (SELECT id FROM depts);

SELECT id FROM people WHERE dept = (SELECT n FROM codes WHERE code = 'nothing');

SELECT id FROM people p WHERE EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.kind = 'buy') ORDER BY id;

SELECT id FROM people p WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.person = p.id) ORDER BY id;

SELECT id, (SELECT count(*) FROM events e WHERE e.person = p.id) FROM people p ORDER BY id;

SELECT id, (SELECT sum(amount) FROM events e WHERE e.person = p.id) FROM people p ORDER BY id;

SELECT p.id FROM people p WHERE p.salary > (SELECT avg(q.salary) FROM people q WHERE q.dept = p.dept) ORDER BY 1;

SELECT id FROM people p WHERE dept IN (SELECT d.id FROM depts d WHERE d.id <> p.boss) ORDER BY id;

SELECT id, (SELECT title FROM depts d WHERE d.id = p.dept) FROM people p ORDER BY id;

-- correlated subqueries and LATERAL
SELECT id, (SELECT count(*) FROM events e WHERE e.person > p.id) FROM people p ORDER BY id;

SELECT id, (SELECT count(*) FROM events e WHERE e.person = p.id OR e.kind = p.name) FROM people p ORDER BY id;

SELECT id, (SELECT sum(e.amount * p.salary) FROM events e WHERE e.person = p.id) FROM people p ORDER BY id;

SELECT id, (SELECT max(e.amount) + p.salary FROM events e WHERE e.person <= p.dept) FROM people p ORDER BY id;

SELECT id, (SELECT d.title FROM depts d WHERE d.id = p.dept AND d.title <> p.name) FROM people p ORDER BY id;

SELECT id, (SELECT d.title FROM depts d WHERE d.id > p.dept) FROM people p WHERE dept >= 4 ORDER BY id;

SELECT id, (SELECT d.title FROM depts d WHERE d.id > p.dept) FROM people p ORDER BY id;

SELECT id, (SELECT c.n FROM codes c WHERE c.code = p.name) FROM people p ORDER BY id;

SELECT id, (SELECT c.n FROM codes c WHERE c.code = e.kind) FROM events e WHERE kind = 'buy' ORDER BY id;

SELECT id, CASE WHEN kind = 'view' THEN (SELECT c.n FROM codes c WHERE c.code = e.kind) END FROM events e ORDER BY id;

SELECT id, EXISTS (SELECT 1 FROM events e WHERE e.person > p.id) FROM people p ORDER BY id;

SELECT id, NOT EXISTS (SELECT 1 FROM events e WHERE e.person > p.id AND e.kind < p.name) FROM people p ORDER BY id;

SELECT id FROM people p WHERE EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.kind = 'buy') OR dept = 2 ORDER BY id;

SELECT id FROM people p WHERE EXISTS (SELECT kind FROM events e WHERE e.person < p.boss GROUP BY kind HAVING count(*) > p.dept) ORDER BY id;

SELECT id FROM people p WHERE NOT EXISTS (SELECT kind FROM events e WHERE e.person < p.boss GROUP BY kind HAVING count(*) > p.dept) ORDER BY id;

SELECT id, dept IN (SELECT c.n FROM codes c WHERE c.n <> p.id) FROM people p ORDER BY id;

SELECT id, dept NOT IN (SELECT c.n FROM codes c WHERE c.n < p.id OR c.code = p.name) FROM people p ORDER BY id;

SELECT id, dept > ALL (SELECT c.n FROM codes c WHERE c.n < p.dept) FROM people p ORDER BY id;

SELECT id, dept < ANY (SELECT c.n FROM codes c WHERE c.n > p.id OR c.n IS NULL) FROM people p ORDER BY id;

SELECT id, (dept, id) IN (SELECT c.n, d.id FROM codes c, depts d WHERE d.id <> p.boss OR p.boss IS NULL) FROM people p ORDER BY id;

SELECT id FROM people p WHERE dept NOT IN (SELECT c.n FROM codes c WHERE c.n < p.boss) ORDER BY id;

SELECT id FROM people p WHERE dept IN (SELECT count(*) FROM events e WHERE e.person = p.id) ORDER BY id;

SELECT id FROM people p WHERE dept = ANY (SELECT e.qty FROM events e WHERE e.person = p.id UNION SELECT d.id FROM depts d WHERE d.id > p.boss) ORDER BY id;

SELECT id, ARRAY(SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id) FROM people p ORDER BY id;

SELECT id, ARRAY(SELECT e.kind FROM events e WHERE e.person < p.dept ORDER BY e.amount DESC NULLS LAST, e.id) FROM people p ORDER BY id;

SELECT id, (SELECT count(DISTINCT kind) FROM events e WHERE e.person = p.dept OR e.qty = p.boss) FROM people p ORDER BY id;

SELECT id, (SELECT string_agg(x.kind, ',' ORDER BY x.kind) FROM (SELECT DISTINCT e.kind FROM events e WHERE e.person > p.id) x) FROM people p ORDER BY id;

SELECT id, (SELECT count(*) FROM (SELECT e.person FROM events e WHERE e.qty = p.dept UNION ALL SELECT q.id FROM people q WHERE q.boss = p.id) u) FROM people p ORDER BY id;

SELECT id, (SELECT count(*) FROM (SELECT e.person FROM events e WHERE e.qty = p.dept INTERSECT SELECT q.id FROM people q WHERE q.id > p.id) u) FROM people p ORDER BY id;

SELECT id, (SELECT count(*) FROM (SELECT q.id FROM people q WHERE q.id > p.id EXCEPT SELECT e.person FROM events e) u) FROM people p ORDER BY id;

SELECT id, (SELECT sum(v.x) FROM (VALUES (p.dept), (p.boss), (1)) v(x)) FROM people p ORDER BY id;

SELECT id, (SELECT p.dept + 1), (SELECT p.name), (SELECT p.salary) FROM people p ORDER BY id;

SELECT id, (SELECT count(d.id) FROM events e LEFT JOIN depts d ON d.id = e.qty AND d.id > p.dept WHERE e.person = p.id) FROM people p ORDER BY id;

SELECT id, (SELECT count(*) FROM depts d FULL JOIN (SELECT * FROM codes c WHERE c.n < p.id) c ON c.n = d.id) FROM people p ORDER BY id;

SELECT id, (SELECT count(*) FROM (SELECT * FROM codes c WHERE c.n < p.dept) c RIGHT JOIN depts d ON c.n = d.id AND d.id <> p.boss) FROM people p ORDER BY id;

SELECT d.id, (SELECT count(*) FROM people p WHERE p.dept = d.id AND EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.qty > d.id)) FROM depts d ORDER BY id;

SELECT d.id, (SELECT max((SELECT count(*) FROM events e WHERE e.person = p.id AND e.qty >= d.id)) FROM people p WHERE p.dept <> d.id) FROM depts d ORDER BY id;

SELECT d.id, (SELECT count(*) FROM people p WHERE (SELECT count(*) FROM events e WHERE e.qty = d.id) > p.dept) FROM depts d ORDER BY id;

SELECT d.id FROM depts d WHERE NOT EXISTS (SELECT 1 FROM people p WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.person = p.id OR d.id = p.dept)) ORDER BY id;

SELECT p.id FROM people p WHERE p.salary > (SELECT avg(q.salary) FROM people q WHERE q.dept IS NOT DISTINCT FROM p.dept) ORDER BY 1;

SELECT dept, count(*) FROM people p GROUP BY dept HAVING count(*) > (SELECT count(*) FROM events e WHERE e.qty < p.dept) ORDER BY 1;

SELECT dept, (SELECT count(*) FROM events e WHERE e.qty <= p.dept) FROM people p GROUP BY dept ORDER BY 1;

SELECT id FROM people p ORDER BY (SELECT count(*) FROM events e WHERE e.person > p.boss), id;

SELECT sum((SELECT count(*) FROM events e WHERE e.person < p.id)) FROM people p;

SELECT count(*) FROM people p JOIN depts d ON EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.qty = d.id);

SELECT p.id, d.id FROM people p LEFT JOIN depts d ON d.id = p.dept AND EXISTS (SELECT 1 FROM events e WHERE e.person = p.id AND e.qty > d.id) ORDER BY 1, 2;

SELECT p.id, d.id FROM depts d RIGHT JOIN people p ON d.id < (SELECT count(*) FROM events e WHERE e.person = p.id) ORDER BY 1, 2;

SELECT id, (SELECT min(e.ratio) FROM events e WHERE e.ratio > p.score) FROM people p ORDER BY id;

SELECT id, (SELECT max(p.score) FROM depts d WHERE d.id > p.dept) FROM people p ORDER BY id;

SELECT id, (SELECT max(e.amount + x.total) FROM events e WHERE e.qty > x.n) FROM (SELECT min(id) AS id, sum(salary) AS total, count(*) AS n FROM people GROUP BY dept) x ORDER BY id;

SELECT p.id, x.c, x.s FROM people p, LATERAL (SELECT count(*) AS c, sum(e.amount) AS s FROM events e WHERE e.person = p.id) x ORDER BY 1;

SELECT p.id, x.* FROM people p CROSS JOIN LATERAL (SELECT e.id AS event, e.kind, p.name FROM events e WHERE e.person = p.id AND e.qty > 0) x ORDER BY 1, 2;

SELECT p.id, x.event FROM people p LEFT JOIN LATERAL (SELECT e.id AS event FROM events e WHERE e.person = p.id AND e.qty > p.dept) x ON true ORDER BY 1, 2;

SELECT p.id, x.kind, x.n FROM people p LEFT JOIN LATERAL (SELECT e.kind, count(*) AS n FROM events e WHERE e.person < p.dept GROUP BY e.kind) x ON x.n > 1 ORDER BY 1, 2, 3;

SELECT p.id, v.x FROM people p, LATERAL (VALUES (p.dept), (p.boss)) v(x) ORDER BY 1, 2;

SELECT p.id, a.n, b.m FROM people p, LATERAL (SELECT count(*) AS n FROM events e WHERE e.person = p.id) a, LATERAL (SELECT count(*) AS m FROM events e WHERE e.qty < a.n) b ORDER BY 1;

SELECT d.id, x.id, x.n FROM depts d, LATERAL (SELECT p.id, y.n FROM people p, LATERAL (SELECT count(*) AS n FROM events e WHERE e.person = p.id AND e.qty > d.id) y WHERE p.dept = d.id) x ORDER BY 1, 2;

SELECT d.id, x.s FROM depts d, LATERAL (SELECT d.id + 1 AS s) x ORDER BY 1;

SELECT p.id, x.a FROM people p, LATERAL (SELECT p.salary AS a UNION ALL SELECT e.amount FROM events e WHERE e.person = p.id) x ORDER BY 1, 2;

SELECT p.id, x.id FROM people p, LATERAL (SELECT DISTINCT q.dept AS id FROM people q WHERE q.boss = p.boss) x ORDER BY 1, 2;

SELECT id, (SELECT count(*) FROM depts d WHERE d.id > p.dept AND p.score::text <> d.title) FROM people p ORDER BY id;

SELECT x.s, (SELECT max(x.s) FROM depts) FROM (VALUES (1.0), (1.00), (NULL), (2)) x(s) ORDER BY 1, 2;

-- refused: correlated subquery
SELECT id, CASE WHEN dept <> 2 THEN (SELECT sum(10 / (d.id - 2 - p.dept)) FROM depts d WHERE d.id > p.dept) END FROM people p ORDER BY id;

SELECT p.id, x.id FROM people p, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 2) x ORDER BY 1, 2;

SELECT p.id FROM people p WHERE EXISTS (SELECT 1 FROM events e WHERE e.person > p.boss LIMIT 1) ORDER BY 1;

WITH busy AS MATERIALIZED (SELECT person, count(*) AS n FROM events GROUP BY person) SELECT id, (SELECT max(b.n) FROM busy b WHERE b.person < p.id) FROM people p ORDER BY id;

SELECT id, coalesce((SELECT max(e.amount) FROM events e WHERE e.person > p.id), 0) FROM people p ORDER BY id;

SELECT id FROM events e WHERE amount = (SELECT max(f.amount) FROM events f WHERE f.kind = e.kind AND f.qty IS NOT DISTINCT FROM e.qty) ORDER BY id;

SELECT id, (SELECT count(*) FROM codes c WHERE c.code IN (SELECT e.kind FROM events e WHERE e.person = p.id)) FROM people p ORDER BY id;

SELECT id, (SELECT 10 / (p.dept - 2)) FROM people p ORDER BY id;

SELECT id, (SELECT sum(10 / d.id) FROM depts d WHERE d.id > p.dept) FROM people p ORDER BY id;

-- WITH, VALUES, derived tables
WITH rich AS (SELECT id, dept FROM people WHERE salary > 100) SELECT d.title, count(*) FROM rich r JOIN depts d ON d.id = r.dept GROUP BY 1 ORDER BY 1;

WITH a AS (SELECT dept, sum(salary) AS s FROM people GROUP BY dept) SELECT x.dept, y.dept FROM a x JOIN a y ON x.s < y.s ORDER BY 1, 2;

WITH a AS MATERIALIZED (SELECT id FROM people WHERE id < 5), b AS (SELECT a.id, e.kind FROM a JOIN events e ON e.person = a.id) SELECT * FROM b ORDER BY 1, 2;

SELECT v.x, p.id FROM (VALUES (1, 'one'), (3, 'three'), (NULL, 'none')) v(x, y) LEFT JOIN people p ON p.dept = v.x ORDER BY 1, 2;

VALUES (1, 'a'), (2, NULL) ORDER BY 1;

SELECT q.d, q.c FROM (SELECT dept AS d, count(*) AS c FROM people GROUP BY dept) q WHERE q.c > 5 ORDER BY 1;

SELECT a.id + b.id AS s FROM (SELECT id FROM people WHERE id < 3) a, (SELECT id FROM depts) b ORDER BY s;

SELECT count(*) FROM (SELECT 1 FROM people) q;

SELECT 1 FROM people WHERE id < 4;

SELECT p.* FROM people p WHERE p.id = 7;

SELECT p.id AS "Weird ""name""", p.name AS name, p.name AS name FROM people p WHERE id = 1;

-- session functions
SELECT id FROM people WHERE joined < now() ORDER BY id;

SELECT count(*) FROM events WHERE happened < current_date;

SELECT id, current_user = current_user FROM depts ORDER BY id;

-- errors
SELECT nothing FROM people;

SELECT id FROM nowhere;

SELECT name + 1 FROM people;

SELECT id FROM people GROUP BY dept;

SELECT sum(name) FROM people;

SELECT p.id FROM people p JOIN events e ON id = 1;

SELECT id FROM people WHERE id = 'x';

SELECT id FROM people UNION SELECT name FROM people;

SELECT upper(id) FROM people;

-- What stands beside a NULL in a strict call, or beside what decides an AND or OR, is not evaluated.
SELECT id FROM people WHERE NOT 1000000 * id * 1000000 <= 18 / CAST(NULL AS int);

SELECT count(*) FROM people WHERE 1 / (id - 1) > 0 AND false;

SELECT count(*) FROM people p JOIN events e ON 1 / (p.id - 1) > 0 OR true;

SELECT 1 / (id - id) + NULL, true OR 1 / (id - id) = 1 FROM people;

SELECT id FROM people WHERE false AND id > 1 / 0;

-- Output columns with the names of others, and an order of those
SELECT name AS boss, -boss AS id FROM people ORDER BY people.boss, people.id DESC LIMIT 5;

SELECT count(*) AS dept, max(name) AS id FROM people GROUP BY people.dept ORDER BY -people.dept LIMIT 4;

(SELECT name AS boss, -boss AS id FROM people ORDER BY people.boss, people.id DESC LIMIT 5) EXCEPT ALL SELECT name, id FROM people WHERE id < 0 ORDER BY 1, 2;

SELECT name AS boss, dept AS id, id AS dept FROM people WHERE boss > 1 AND id < 30 ORDER BY people.id;

SELECT max(name) AS boss, count(*) AS dept FROM people GROUP BY boss, dept HAVING max(people.boss) > 1 ORDER BY 1, 2;

SELECT dept AS boss, boss AS dept, count(*) AS id FROM people GROUP BY people.dept, people.boss HAVING count(people.id) > 1 ORDER BY people.boss, people.dept;

SELECT id AS dept, dept AS id, row_number() OVER (PARTITION BY people.dept ORDER BY people.boss, people.id) AS boss FROM people ORDER BY people.id;

SELECT DISTINCT dept AS boss, boss AS dept FROM people ORDER BY people.boss, people.dept;

SELECT -dept AS boss, sum(boss) OVER (PARTITION BY people.dept) AS dept, boss + 1 AS id FROM people ORDER BY people.boss, people.id LIMIT 9;

SELECT DISTINCT ON (people.boss) name AS boss, id AS dept FROM people ORDER BY people.boss, people.dept, people.id;

SELECT sum(boss) AS dept, min(dept) AS boss FROM people GROUP BY -people.dept ORDER BY sum(people.dept), -people.dept LIMIT 5;

SELECT x.boss AS id FROM (SELECT id AS boss, boss AS id, dept FROM people ORDER BY people.boss, people.id LIMIT 7) x ORDER BY x.id, x.boss;

SELECT p.dept AS id, e.id AS dept FROM people p JOIN events e ON e.person = p.id ORDER BY p.id, e.id LIMIT 9;

SELECT dept AS id, (SELECT count(*) FROM events e WHERE e.person = people.id) AS boss FROM people ORDER BY people.boss, people.id LIMIT 9;

SELECT name || 'x' AS name FROM people GROUP BY people.name ORDER BY people.name DESC LIMIT 3;

SELECT lower(name) AS kind, id FROM people UNION ALL SELECT kind, person FROM events ORDER BY kind, id LIMIT 9;

-- PostgreSQL sorts what needs no order, so it divides.
SELECT DISTINCT dept FROM (SELECT dept FROM people ORDER BY 1 / (dept - dept)) t;

(SELECT dept FROM people ORDER BY 1 / (dept - dept)) EXCEPT (SELECT n FROM codes);

SELECT DISTINCT dept FROM (SELECT dept FROM people ORDER BY dept + 1) t;

SELECT * FROM ((SELECT dept FROM people ORDER BY salary, id DESC) INTERSECT (SELECT n FROM codes ORDER BY n + 1)) t ORDER BY 1;
