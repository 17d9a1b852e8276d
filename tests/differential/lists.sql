-- Equalities with constants, ORed: one list, with NULLs on either side of them.

SELECT id FROM people WHERE dept = 1 OR dept = 2 ORDER BY 1;

SELECT id, dept = 1 OR dept = 2 AS low FROM people ORDER BY 1;

SELECT id, dept = 1 OR dept = 2 OR dept = NULL AS low, NOT (dept = 1 OR dept = 2 OR dept = NULL) AS high FROM people ORDER BY 1;

SELECT id, dept = 1 OR dept IN (2, NULL) AS low, NOT (dept = 1 OR dept IN (3, NULL)) AS high FROM people ORDER BY 1;

SELECT id, dept = NULL OR dept IN (NULL) AS nothing FROM people ORDER BY 1;

SELECT id FROM people WHERE NOT (dept = 1 OR dept = 2 OR dept IN (3, 9)) ORDER BY 1;

SELECT id FROM people WHERE (dept = 1 OR dept = 2 OR salary > 1000) AND (id = 1 OR id = 2 OR id = 3 OR id = 40 OR boss IS NULL) ORDER BY 1;

SELECT id, (dept = 1 OR dept = 1) AS one, (1 = dept OR dept = 9 OR dept = 1) AS two FROM people ORDER BY 1;

SELECT id, dept = ANY ('{}') OR dept = 1 OR dept = 2 AS a, dept = ANY (NULL::int4[]) OR dept = 1 OR dept = 2 AS b, dept = ANY ('{{1,2},{3,4}}') OR dept = 9 OR dept = 2 AS c FROM people ORDER BY 1;

SELECT id FROM people WHERE (dept = 1 OR (dept = 2 OR dept = 3)) OR ((dept = 9)) ORDER BY 1;

SELECT id FROM people WHERE name = 'Ada' OR name = '' OR name = 'straße' OR name = 'back\slash' OR name = 'O''Hara' OR name = '  pad ' ORDER BY 1;

SELECT id, name = 'ada' OR name = NULL OR name = 'bela' AS known FROM people ORDER BY 1;

SELECT id FROM people WHERE salary = 0 OR salary = 1234.5 OR salary = -3.250 OR salary = 1e40 ORDER BY 1;

SELECT id, salary = 10.1 OR salary = 'NaN' OR salary IN (0.00, 1.23456) AS paid FROM people ORDER BY 1;

SELECT id FROM people WHERE score = 1.5 OR score = 'NaN' OR score = 0 OR score = '-Infinity' OR score = 1e300 ORDER BY 1;

SELECT id FROM people WHERE joined = '2020-02-29' OR joined = 'infinity' OR joined = '1969-12-31' ORDER BY 1;

SELECT id FROM people WHERE joined = '2020-02-29'::timestamp OR joined = '1969-12-31 00:00:01'::timestamp OR joined = '2000-01-01'::timestamp ORDER BY 1;

SELECT id FROM events WHERE id = 3 OR id = 5 OR id = 9007199254740993 OR id = 7::int2 OR id IN (8, 9) ORDER BY 1;

SELECT id FROM events WHERE qty = 1 OR qty = 0 OR qty = 32768 OR qty = (-32768)::int2 ORDER BY 1;

SELECT id FROM events WHERE amount = 1 OR amount = 0.005 OR amount = 7.7 OR amount = 1000000 ORDER BY 1;

SELECT id FROM events WHERE ratio = 0.1::float4 OR ratio = -2.5 OR ratio = 0.1 OR ratio = 16777216 ORDER BY 1;

SELECT id FROM events WHERE happened = '2024-01-31 12:00' OR happened = '1969-07-20 20:17:40.123456' OR happened = 'infinity' ORDER BY 1;

SELECT id FROM events WHERE ref = '00000001-0000-4000-8000-000000000001' OR ref = '00000002-0000-4000-8000-000000000002' ORDER BY 1;

SELECT id FROM depts WHERE opened = '2020-03-29 01:30+00' OR opened = '1960-01-01 00:00+00' OR opened = '-infinity' ORDER BY 1;

SELECT code, n FROM codes WHERE code = 'buy' OR n = 3 OR code = 'View' OR n = 2147483647 ORDER BY 1, 2;

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person WHERE (p.name = 'Ada' AND e.kind = 'buy') OR (p.name = '' AND e.kind = 'view') OR (p.name = 'bela' AND e.kind = '') ORDER BY 1, 2;

SELECT e.id, p.name FROM events e LEFT JOIN people p ON p.id = e.person AND (p.dept = 1 OR p.dept = 2 OR e.qty = 0 OR e.qty = 1) ORDER BY 1, 2;

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person WHERE e.person = 5 OR e.person = 12 OR e.person = 19 ORDER BY 1;

SELECT d.id FROM depts d WHERE NOT EXISTS (SELECT FROM people p WHERE p.dept = d.id AND (p.boss = 1 OR p.boss = 2 OR p.boss = NULL)) ORDER BY 1;

SELECT dept, count(*) FILTER (WHERE boss = 1 OR boss = 2), sum(CASE WHEN name = 'Ada' OR name = 'bela' THEN 1 ELSE 0 END) FROM people GROUP BY dept HAVING dept = 1 OR dept = 2 OR dept IS NULL ORDER BY 1;

SELECT id FROM people WHERE upper(name) = 'ADA' OR upper(name) = 'BELA' OR id + 1 = 4 OR id + 1 = 5 ORDER BY 1;

SELECT id FROM people WHERE 10 / (id - 1) = 5 OR 10 / (id - 1) = 2;

SELECT id FROM people WHERE id = 1 OR 10 / (id - 1) = 2 OR 10 / (id - 1) = 1 ORDER BY 1;

SELECT id FROM people WHERE active = true OR active = NULL ORDER BY 1;

PREPARE listed AS SELECT id FROM people WHERE dept = $1 OR dept = 2 OR dept = 3 OR dept = $2 ORDER BY 1;

EXECUTE listed(1, NULL);

EXECUTE listed(NULL, 9);

DEALLOCATE listed;

-- What stands before it raises first.
SELECT id FROM people WHERE id = 1 OR 10 / (id - 2) > 100 OR id = 2;

SELECT id FROM people WHERE id = 2 OR 10 / (id - 2) > 100 OR id = 1;

-- an array that is a subquery
SELECT id FROM people WHERE dept <> ALL ((SELECT array_agg(id) FROM depts WHERE budget > 0)::int4[]) ORDER BY id;

SELECT p.id FROM (SELECT (SELECT max(NULL::int4[]) FROM depts) AS a FROM depts) d JOIN people p ON p.id < 3 WHERE p.dept <> ALL (d.a);

SELECT p.id, d.id FROM people p LEFT JOIN depts d ON d.id = p.dept AND d.id = ANY ((SELECT array_agg(person) FROM events)::int4[]) ORDER BY 1, 2;

-- outer joins on the elements of an array
SELECT p.id, o.id FROM people p LEFT JOIN people o ON o.boss = p.id AND o.dept = ANY (NULL::int4[]) ORDER BY 1, 2;

SELECT p.id, c.id FROM people p LEFT JOIN (SELECT id, ARRAY[id, 9] AS both FROM depts) c ON c.id <= p.dept AND p.dept = ANY (c.both) ORDER BY 1, 2;

-- a list of one subquery is no subquery: without a row it is NULL
SELECT id, id = ANY (ARRAY[(SELECT id FROM depts WHERE id < 0)]), id <> ALL (ARRAY[(SELECT id FROM depts WHERE id < 0)]) FROM people ORDER BY id;

SELECT id FROM people WHERE id <> ALL (ARRAY[(SELECT id FROM depts WHERE id < 0)]) ORDER BY id;

SELECT id FROM people WHERE id <> ALL (ARRAY[(SELECT id FROM depts)]) ORDER BY id;

SELECT id FROM people WHERE id = ANY (ARRAY[(SELECT id FROM people ORDER BY id LIMIT 2)]);

SELECT id FROM people WHERE salary <> ALL (ARRAY[(SELECT salary FROM people WHERE id < 0)]) OR salary = ANY (ARRAY[(SELECT max(salary) FROM people)]) ORDER BY id;

SELECT id FROM people WHERE name = ANY (ARRAY[(SELECT title FROM depts WHERE id = 9)::varchar]) OR name <> ALL (ARRAY[(SELECT title FROM depts WHERE id = 1)::varchar]) ORDER BY id;
