-- Joins whose build side sends its keys to the source of the probe side: by every type of key, and through every operator that lets them pass.

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person ORDER BY e.id;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id WHERE e.qty = 1 ORDER BY p.id, e.id;

-- text, among the keys '' and NULL, and the probe side has both as well
SELECT e.id, c.n FROM events e JOIN codes c ON c.code = e.kind ORDER BY e.id, c.n;

SELECT c.code, e.id FROM codes c JOIN events e ON e.kind = c.code WHERE e.id < 40 ORDER BY c.code, e.id;

SELECT p.id, q.id FROM people p JOIN people q ON p.name = q.name AND q.active JOIN events e ON e.person = q.id ORDER BY p.id, q.id, e.id;

SELECT e.id, t.k FROM events e JOIN (SELECT p.name AS k, p.id FROM people p UNION ALL VALUES ('it''s "quoted", {curly}', 1), ('back\slash', 2), (NULL, 3), ('NULL', 4), ('búy', 5)) t ON t.k = e.kind ORDER BY e.id, t.k;

SELECT p.id, t.k FROM people p JOIN (SELECT e.kind AS k FROM events e WHERE e.id < 20 UNION VALUES ('O''Hara'), ('back\slash'), ('zoë 🚀'), ('  pad '), ('NULL'), (NULL)) t ON t.k = p.name ORDER BY p.id;

-- varchar
SELECT e.id FROM events e JOIN codes c ON c.code::varchar(4) = e.kind::varchar(4) ORDER BY e.id;

-- int2, int8 and mixed integers
SELECT e.id, f.id FROM events e JOIN events f ON f.qty = e.qty AND f.id < 6 JOIN people p ON p.id = f.person ORDER BY 1, 2;

SELECT p.id, e.id FROM people p JOIN events e ON e.id = p.id AND e.qty < 3 ORDER BY 1;

SELECT d.id, e.qty FROM depts d JOIN events e ON e.qty = d.id ORDER BY 1, e.id;

SELECT d.id, e.id FROM depts d RIGHT JOIN events e ON e.id = d.budget ORDER BY e.id;

SELECT e.id, t.big FROM events e JOIN (SELECT p.id + 9007199254740952 AS big FROM people p) t ON t.big = e.id ORDER BY 1;

-- dates, infinite ones among them
SELECT p.id, t.day FROM people p JOIN (SELECT e.happened::date AS day FROM events e UNION ALL SELECT DATE '2020-02-29' + c.n % 2 FROM codes c WHERE c.n < 5 UNION ALL VALUES (DATE 'infinity'), ('-infinity'), (NULL), ('0044-03-15 BC'), ('1969-12-31')) t ON t.day = p.joined ORDER BY 1, 2;

-- integers of two widths: what does not fit the other one, extremes, all of them outside, negative ones alone
SELECT d.id, e.id FROM depts d JOIN events e ON e.qty = d.budget ORDER BY 1, 2;

SELECT e.id, t.big FROM events e JOIN (SELECT budget AS big FROM depts UNION ALL VALUES (32767), (-32769), (2147483648)) t ON t.big = e.qty ORDER BY 1, 2;

SELECT p.id, t.big FROM people p JOIN (SELECT budget AS big FROM depts UNION ALL VALUES (7), (2147483648), (-2147483649), (NULL)) t ON t.big = p.id ORDER BY 1, 2;

SELECT p.id, t.big FROM people p JOIN (SELECT e.id + 9000000000 AS big FROM events e) t ON t.big = p.id ORDER BY 1;

SELECT p.id, t.big FROM people p JOIN (SELECT e.id - 9100000000000000 AS big FROM events e) t ON t.big = p.id ORDER BY 1;

SELECT d.id, t.k FROM depts d JOIN (SELECT qty AS k, id FROM events) t ON t.k = d.budget ORDER BY 1, t.id;

SELECT d.id, t.k FROM depts d JOIN (SELECT e.id - 9223372036854775807 AS k FROM events e WHERE e.id < 9 UNION ALL VALUES (-9223372036854775808), (9223372036854775807)) t ON t.k = d.budget ORDER BY 1, 2;

SELECT e.id, t.k FROM events e JOIN (SELECT -p.id AS k FROM people p) t ON t.k = e.qty ORDER BY 1, 2;

SELECT e.id, t.k FROM events e JOIN (SELECT 1 - p.id AS k, p.dept FROM people p) t ON t.k = e.qty AND t.dept = e.person ORDER BY 1, 2;

SELECT c.n, t.k FROM codes c JOIN (SELECT p.id - 20 AS k FROM people p UNION ALL VALUES (2147483647), (-2147483648)) t ON t.k = c.n ORDER BY 1, 2;

-- timestamps, infinite ones and those of any calendar among them
SELECT e.id, t.at FROM events e JOIN (SELECT p.joined::timestamp + interval '12 hours' AS at FROM people p UNION ALL SELECT happened FROM events WHERE id < 4 UNION ALL VALUES (TIMESTAMP '1969-07-20 20:17:40.123456'), (NULL)) t ON t.at = e.happened ORDER BY 1, 2;

SELECT e.id, t.at FROM events e JOIN (SELECT p.joined::timestamp AS at FROM people p UNION ALL VALUES (TIMESTAMP 'infinity'), ('-infinity'), ('2024-02-29 23:59:59')) t ON t.at = e.happened ORDER BY 1, 2;

SELECT e.id, t.at FROM events e JOIN (SELECT p.joined::timestamp AS at FROM people p UNION ALL VALUES (TIMESTAMP '294276-12-31 23:59:59.999999'), ('4713-01-01 00:00:00 BC'), ('2024-02-29 23:59:59')) t ON t.at = e.happened ORDER BY 1, 2;

SELECT e.id, t.at FROM events e JOIN (VALUES (TIMESTAMP '294276-12-31 23:59:59.999999'), ('294276-01-01'), ('infinity')) t (at) ON t.at = e.happened ORDER BY 1, 2;

SELECT d.id, t.at FROM depts d JOIN (SELECT p.joined::timestamp AT TIME ZONE 'UTC' AS at FROM people p UNION ALL VALUES (TIMESTAMPTZ '1960-01-01 00:00:00+00'), ('2020-03-29 01:30:00+00'), ('infinity'), (NULL)) t ON t.at = d.opened ORDER BY 1, 2;

SELECT p.id, t.day FROM people p JOIN (SELECT NULLIF(e.happened, e.happened)::date AS day FROM events e) t ON t.day = p.joined ORDER BY 1;

SELECT p.id, t.day FROM people p JOIN (SELECT DATE '1969-12-30' + c.n % 3 AS day FROM codes c WHERE c.n < 5) t ON t.day = p.joined ORDER BY 1, 2;

-- uuid
SELECT e.id, f.id FROM events e JOIN events f ON f.ref = e.ref JOIN people p ON p.id = f.id AND p.dept = 1 ORDER BY 1, 2;

SELECT e.id FROM events e WHERE e.ref IN (SELECT ('0000000' || (p.id % 7) || '-0000-4000-8000-00000000000' || (p.id % 3))::uuid FROM people p WHERE p.id < 5) ORDER BY 1;

-- types that send nothing
SELECT e.id, p.id FROM events e JOIN people p ON p.salary = e.amount ORDER BY 1, 2;

SELECT e.id, p.id FROM events e JOIN people p ON p.score = e.ratio ORDER BY 1, 2;

-- semi and anti joins
SELECT e.id FROM events e WHERE EXISTS (SELECT FROM people p WHERE p.id = e.person AND p.active) ORDER BY 1;

SELECT p.id FROM people p WHERE p.id IN (SELECT e.person FROM events e WHERE e.kind = 'buy') ORDER BY 1;

SELECT p.id FROM people p WHERE p.id NOT IN (SELECT e.person FROM events e WHERE e.person IS NOT NULL) ORDER BY 1;

SELECT p.id FROM people p WHERE p.dept NOT IN (SELECT e.person FROM events e WHERE e.qty = 1) ORDER BY 1;

SELECT e.id FROM events e WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = e.person) AND e.kind IN (SELECT code FROM codes) ORDER BY 1;

-- outer joins
SELECT e.id, p.id FROM events e LEFT JOIN people p ON p.id = e.person AND p.active ORDER BY 1, 2;

SELECT e.id, p.id FROM events e RIGHT JOIN people p ON p.id = e.person AND e.qty > 0 ORDER BY 2, 1;

SELECT e.id, p.id FROM events e FULL JOIN people p ON p.id = e.person AND p.dept = 1 ORDER BY 2, 1;

SELECT e.id, p.id, d.id FROM events e LEFT JOIN people p ON p.id = e.person RIGHT JOIN depts d ON d.id = p.dept ORDER BY 3, 1;

SELECT e.id, p.id, c.n FROM events e LEFT JOIN people p ON p.id = e.person JOIN codes c ON c.code = e.kind ORDER BY 1, 2, 3;

SELECT d.id, x.id FROM depts d JOIN (SELECT e.id, p.dept FROM events e FULL JOIN people p ON p.id = e.person) x ON x.dept = d.id ORDER BY 1, 2;

SELECT e.id, x.n FROM (SELECT e.* FROM events e WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = e.person)) e JOIN (SELECT c.code, c.n FROM codes c) x ON x.code = e.kind ORDER BY 1, 2;

-- through aggregates, DISTINCT, projections, sorts
SELECT p.name, t.n, t.s FROM people p JOIN (SELECT person, count(*) AS n, sum(amount) AS s FROM events GROUP BY person) t ON t.person = p.id ORDER BY p.id;

SELECT t.person, t.n FROM (SELECT e.person, count(d.id) AS n FROM events e LEFT JOIN depts d ON d.id = e.qty GROUP BY e.person) t WHERE t.person IN (SELECT id FROM people WHERE dept = 2) ORDER BY 1;

SELECT t.person, t.n FROM (SELECT person, count(*) AS n FROM events GROUP BY ROLLUP (person)) t JOIN people p ON p.id = t.person ORDER BY 1;

SELECT p.id, t.kind FROM (SELECT DISTINCT person, kind FROM events) t JOIN people p ON p.id = t.person ORDER BY 1, 2;

SELECT p.id, t.kind FROM (SELECT DISTINCT ON (person) person, kind FROM events ORDER BY person, id) t JOIN people p ON p.id = t.person ORDER BY 1, 2;

SELECT p.id, t.kind FROM (SELECT DISTINCT ON (kind) person, kind FROM events ORDER BY kind, id) t JOIN people p ON p.id = t.person ORDER BY 1, 2;

SELECT p.id, t.id FROM (SELECT id, person FROM events ORDER BY id LIMIT 12) t JOIN people p ON p.id = t.person ORDER BY 2;

SELECT p.id, t.r FROM (SELECT person, row_number() OVER (ORDER BY id) AS r FROM events) t JOIN people p ON p.id = t.person ORDER BY 2;

SELECT p.id, t.r FROM (SELECT person, rank() OVER (PARTITION BY person ORDER BY id) AS r FROM events) t JOIN people p ON p.id = t.person ORDER BY 1, 2;

SELECT t.k, d.title FROM (SELECT person + 1 AS k FROM events) t JOIN depts d ON d.id = t.k ORDER BY 1, 2;

SELECT d.id, t.k FROM (SELECT person AS k FROM events UNION SELECT dept FROM people) t JOIN depts d ON d.id = t.k ORDER BY 1;

SELECT d.id, t.k FROM (SELECT person AS k FROM events EXCEPT SELECT dept FROM people) t JOIN depts d ON d.id = t.k ORDER BY 1;

-- several joins send their keys to one source, and one join's probe side builds another
SELECT e.id FROM events e JOIN people p ON p.id = e.person JOIN codes c ON c.code = e.kind JOIN depts d ON d.id = p.dept ORDER BY 1;

SELECT e.id, p.id, d.id, b.id FROM events e JOIN people p ON p.id = e.person JOIN depts d ON d.id = p.dept JOIN people b ON b.id = p.boss ORDER BY 1, 2, 3;

SELECT e.id FROM events e WHERE e.person IN (SELECT id FROM people WHERE active) AND e.kind IN (SELECT code FROM codes WHERE n > 0) AND e.id IN (SELECT boss FROM people) ORDER BY 1;

SELECT e.id, f.id FROM events e JOIN people p ON p.id = e.person JOIN events f ON f.person = p.id AND f.kind = e.kind JOIN depts d ON d.id = p.dept WHERE d.title = 'Sales' ORDER BY 1, 2;

SELECT e.id, p.id FROM events e JOIN people p ON p.id = e.person AND p.name = e.kind ORDER BY 1;

SELECT e.id, c.n FROM events e JOIN codes c ON c.code = e.kind AND c.n = e.person ORDER BY 1;

-- build sides without rows, or with NULL keys alone
SELECT e.id FROM events e JOIN people p ON p.id = e.person AND p.id < 0 ORDER BY 1;

SELECT e.id, p.id FROM events e RIGHT JOIN people p ON p.id = e.person AND e.id < 0 ORDER BY 2;

SELECT e.id FROM events e JOIN (SELECT code FROM codes WHERE code IS NULL) c ON c.code = e.kind;

SELECT e.id FROM events e WHERE e.person IN (SELECT boss FROM people WHERE boss IS NULL);

SELECT e.id, p.id FROM events e RIGHT JOIN (SELECT id, boss FROM people WHERE boss IS NULL) p ON p.boss = e.person ORDER BY 2;

SELECT count(*) FROM events e JOIN people p ON p.id = e.person WHERE p.name = 'nobody';

-- read in part
SELECT e.id FROM events e JOIN people p ON p.id = e.person LIMIT 0;

SELECT count(*) FROM (SELECT e.id FROM events e JOIN people p ON p.id = e.person LIMIT 3) t;

SELECT EXISTS (SELECT FROM events e JOIN people p ON p.id = e.person JOIN codes c ON c.code = e.kind);

SELECT d.id, (SELECT min(e.id) FROM events e JOIN people p ON p.id = e.person WHERE p.dept = d.id) FROM depts d ORDER BY 1;

SELECT e.id FROM events e JOIN people p ON p.id = e.person WHERE e.qty > (SELECT min(n) FROM codes) AND p.dept < (SELECT max(id) FROM depts) ORDER BY 1;

SELECT p.id FROM people p WHERE p.salary > ANY (SELECT e.amount FROM events e JOIN depts d ON d.id = e.person) ORDER BY 1;

-- in set operations, WITH and its recursion
SELECT e.id FROM events e JOIN people p ON p.id = e.person AND p.active UNION ALL SELECT p.id FROM people p JOIN codes c ON c.code = p.name UNION ALL SELECT e.id FROM events e JOIN depts d ON d.id = e.person ORDER BY 1;

SELECT e.person FROM events e JOIN people p ON p.id = e.person INTERSECT SELECT p.boss FROM people p JOIN events e ON e.person = p.id ORDER BY 1;

WITH busy AS MATERIALIZED (SELECT e.person, e.kind FROM events e JOIN people p ON p.id = e.person WHERE p.active) SELECT b.person, c.n, o.kind FROM busy b JOIN codes c ON c.code = b.kind JOIN busy o ON o.person = b.person ORDER BY 1, 2, 3;

WITH busy AS MATERIALIZED (SELECT person FROM events WHERE kind = 'buy') SELECT p.id, d.title FROM people p JOIN busy b ON b.person = p.id JOIN depts d ON d.id = p.dept WHERE EXISTS (SELECT FROM busy o WHERE o.person = p.boss) ORDER BY 1;

WITH RECURSIVE above AS (SELECT p.id, p.boss FROM people p JOIN events e ON e.person = p.id AND e.kind = 'view' UNION SELECT p.id, p.boss FROM people p JOIN above a ON p.id = a.boss JOIN events e ON e.person = a.id) SELECT a.id, a.boss, d.title FROM above a JOIN people p ON p.id = a.id LEFT JOIN depts d ON d.id = p.dept ORDER BY 1;

-- conditions without columns, on one side, over three tables, and cross joins
SELECT e.id, p.id FROM events e JOIN people p ON p.id = e.person AND NULL JOIN depts d ON d.id = p.dept;

SELECT d.id, t.id FROM depts d LEFT JOIN (SELECT e.id, p.dept FROM events e JOIN people p ON p.id = e.person AND (SELECT count(*) FROM codes) > 100) t ON t.dept = d.id ORDER BY 1;

SELECT d.id, c.n, e.id FROM depts d CROSS JOIN codes c JOIN events e ON e.kind = c.code AND e.person + d.id = c.n ORDER BY 1, 2, 3;

SELECT p.id, e.id, d.id FROM people p LEFT JOIN events e ON e.person = p.id AND p.dept = 1 JOIN depts d ON coalesce(p.dept, e.qty) = d.id AND p.id < 20 ORDER BY 1, 2, 3;

SELECT d.id, t.id FROM depts d LEFT JOIN (SELECT e.id, e.person FROM events e WHERE EXISTS (SELECT FROM people p WHERE p.id = e.person AND p.active)) t ON t.person = d.id ORDER BY 1, 2;

SELECT d.id, t.id FROM (SELECT e.id, e.person FROM events e WHERE (SELECT count(*) FROM codes) > 3) t RIGHT JOIN depts d ON t.person = d.id ORDER BY 1, 2;

PREPARE keyed AS SELECT e.id, p.id FROM events e JOIN people p ON p.id = e.person AND p.dept < $1 WHERE e.qty >= $2 AND e.id > (SELECT min(n) FROM codes WHERE n > $3) ORDER BY 1;

EXECUTE keyed(3, 0, -1);

EXECUTE keyed(NULL, 0, -1);

DEALLOCATE keyed;
