-- What random statements found, shrunk, over the tables of tests/differential. One statement a paragraph, with the texts of its parameters.

-- greatest() and least() of byte strings looked at a value before there was one
SELECT least(NULL::uuid, ref, '00000001-0000-4000-8000-000000000001'), greatest(ref, NULL::uuid) FROM events ORDER BY 1, 2;

SELECT greatest(NULL::bytea, '\x6162'::bytea) FROM depts;

-- DISTINCT below UNION ALL lost columns that nobody reads, and rows with them
SELECT 1 AS one FROM (SELECT dept AS x, boss AS y FROM people UNION ALL (SELECT DISTINCT dept, boss FROM people)) t;

SELECT x FROM (SELECT dept AS x, boss AS y FROM people UNION ALL (SELECT DISTINCT dept, boss FROM people ORDER BY 1 DESC, 2)) t ORDER BY x;

SELECT id FROM depts WHERE id IN (SELECT x FROM (SELECT DISTINCT dept AS x, boss AS y FROM people ORDER BY 1, 2 LIMIT 3) t) ORDER BY id;

-- an array of arrays became a list
SELECT '{{1,2},{3,4}}'::int4[], '[0:1]={5,6}'::int4[] FROM depts UNION SELECT ARRAY[id], NULL FROM depts ORDER BY 1, 2;

-- an alias called like a column
SELECT t1.id FROM people t1 WHERE NOT EXISTS (SELECT 1 FROM (SELECT id AS t1, dept AS t2 FROM people) q, (SELECT id AS t1 FROM depts) t2 WHERE q.t1 = t2.t1 AND q.t2 = t1.dept) ORDER BY 1;

-- an outer join on numbers of two scales, in a subquery
SELECT count(*) FROM codes WHERE NOT EXISTS (SELECT 1 FROM people p LEFT JOIN events e ON p.salary = e.amount);

-- a NULL array is no empty one
SELECT id, 3 <> ALL (CASE WHEN id > 2 THEN ARRAY[1, 2] END), 3 = ANY (CASE WHEN id > 2 THEN ARRAY[1, 2] END) FROM depts ORDER BY id;

-- DuckDB filtered below a LIMIT by the keys of the join above it (not every time)
SELECT a.id, b.id FROM (SELECT id FROM people ORDER BY id LIMIT 1) a JOIN people b ON b.id = a.id AND b.id = 8;

SELECT id FROM (SELECT id FROM people ORDER BY id LIMIT 1) a WHERE id IN (SELECT boss FROM people WHERE id = 15);

SELECT id FROM depts WHERE id IN (SELECT dept FROM people ORDER BY dept NULLS FIRST LIMIT 2);

WITH a AS (SELECT id FROM people ORDER BY id LIMIT 1) SELECT a.id, b.id FROM a JOIN people b ON b.id = a.id AND b.id = 8;

-- DISTINCT over a grouping key that is not selected
SELECT DISTINCT count(*) FROM people GROUP BY dept, active ORDER BY 1 DESC;

SELECT DISTINCT -21 AS x FROM people GROUP BY dept;

-- a subquery of known scale reached DuckDB as a parameter of none
SELECT id, round((SELECT sum(p.id::int8) FROM people p JOIN generate_series(1, 3) AS g ON g = p.dept), 1) FROM depts ORDER BY id;

SELECT id, x + 1 FROM (SELECT id, (SELECT sum(p.id::int8) FROM people p JOIN generate_series(1, 3) AS g ON g = p.dept) AS x FROM depts) q WHERE id > 1 ORDER BY id;

-- the aggregates of a subquery in the select list were taken for those of the query around it
SELECT (SELECT count(*) FROM depts) AS n FROM (SELECT min(id) FROM people) q;

SELECT NOT EXISTS (SELECT FROM depts d WHERE 5 < ALL (SELECT p.id FROM people p WHERE p.dept = d.id)) AS none FROM (SELECT min(id) FROM people) q;

-- a parameter compared with an empty array was bound at DuckDB though nothing of it was written
-- parameters: ["7"]
SELECT id FROM people WHERE $1::int4 = ANY ('{}'::int4[]) ORDER BY id;

-- parameters: ["7"]
SELECT id FROM events WHERE $1::int4 <> ALL ('{}'::int4[]) AND id < 4 ORDER BY id;

-- a constant as a window's key was cast to a numeric too small for it
SELECT id, count(*) OVER (PARTITION BY 99999999999999999999.999 ORDER BY 0.00001, id) FROM codes JOIN depts ON n = id ORDER BY id;

SELECT id, max(id) OVER (ORDER BY 99999999999999999999.999) FROM people ORDER BY id;

-- a condition without columns of an inner join below an outer one was put above both
SELECT d.id FROM depts d LEFT JOIN (people p JOIN events e ON NULL::bool) ON p.dept = d.id ORDER BY d.id;

SELECT d.id, count(*) FROM people p JOIN events e ON false RIGHT JOIN depts d ON NULL::bool GROUP BY d.id ORDER BY d.id;

SELECT p.id FROM (people p LEFT JOIN codes c ON c.n = p.id) JOIN depts e ON false FULL JOIN depts d ON d.id = p.dept ORDER BY d.id;

-- the left side of IN (SELECT …) was a NaN, which no DECIMAL is
SELECT id FROM people WHERE (dept, 'NaN'::numeric) = ANY (SELECT e.id, e.amount FROM events e) ORDER BY id;

SELECT id FROM events WHERE (id, 1.0005) IN (SELECT e.id, e.amount FROM events e) OR (id, 'NaN'::numeric) IN (SELECT d.id, NULL::numeric FROM depts d) ORDER BY id;

-- DuckDB takes date_trunc compared with a constant for a range, and loses NULL and infinity on the way
SELECT id, date_trunc('month', happened) <> timestamp '2024-02-29', date_trunc('month', happened) = timestamp '2024-02-29', date_trunc('day', happened) IS DISTINCT FROM timestamp '2024-02-29' FROM events ORDER BY id;

SELECT id FROM events WHERE NOT (date_trunc('year', happened) = timestamp '2024-02-01') ORDER BY id;

SELECT id, date_trunc('month', happened) >= timestamp '2024-01-31', date_trunc('month', happened) < timestamp '2024-02-01', date_trunc('year', happened) <= timestamp 'infinity', timestamp 'infinity' > date_trunc('year', happened) FROM events ORDER BY id;

-- and a cast to date compared with infinity raises there
SELECT id, nullif(happened::date, date 'infinity'), happened::date = date '-infinity', happened::date = date '2024-01-31', happened::date > date '5874897-12-31' FROM events ORDER BY id;

-- NULLIF beside a NULL does not evaluate its other argument
SELECT id, md5(kind), nullif(NULL::int2, (qty * 1000000)::int2), nullif(qty, NULL) FROM events ORDER BY id;

-- the fields of a row lost their names where the catalog server evaluated it
SELECT greatest(NULL::jsonb, to_jsonb(q)), xmlforest(to_jsonb(q) AS x) FROM (SELECT id AS a, name AS b, dept + 1 FROM people) q ORDER BY 1;

-- a text that becomes a domain over varchar was still of type text
SELECT s.a, nullif(s.a, s.b) FROM (SELECT name::information_schema.character_data AS a, 'Ann'::text::information_schema.character_data AS b FROM people) s ORDER BY 1;

-- an aggregate was written into the FILTER of a window over its group
SELECT dept, n, count(*) FILTER (WHERE n > 2) OVER (ORDER BY dept) FROM (SELECT dept, count(*) AS n FROM people GROUP BY dept) g ORDER BY dept;

-- a group's key held a subquery, which GROUP BY did not know for the one in the select list
SELECT x.v, count(*) FROM (SELECT nullif(dept, (SELECT mode() WITHIN GROUP (ORDER BY NULL::int4) FROM people)) AS v FROM people) x GROUP BY x.v ORDER BY 1;

-- correlation by a name
SELECT x.n, (SELECT count(*) FROM depts d WHERE d.title <> x.n) FROM (SELECT name::name AS n, id FROM people) x ORDER BY x.id;

-- DuckDB moved what overflows to the other side of a comparison, where nothing did
SELECT (id + 2147483646) < 7 FROM people;
SELECT (id * 40000)::int2 IN (1, 2) FROM people;
SELECT CASE id + 2147483646 WHEN 3 THEN 1 ELSE 2 END FROM people;
SELECT v FROM (SELECT DISTINCT id * 1000000000 AS v FROM people) x WHERE v < 3;
SELECT v, count(*) FROM (SELECT id + 1 AS v FROM people) x GROUP BY v HAVING v < 4 ORDER BY v;
SELECT id + 1, (id + 1) * count(*) FROM people GROUP BY id + 1 HAVING id + 1 < 4 ORDER BY id + 1;

-- what was said NOT to be distinct was a part of the left side
SELECT id FROM people WHERE (name IS DISTINCT FROM 'Ada') IS NOT DISTINCT FROM (id > 2) ORDER BY id;

-- to DuckDB arithmetic with a decimal that is NULL is of type INTEGER
SELECT (dept::numeric - 1), (SELECT max(NULL::int2) FROM depts d) FROM people WHERE NULL::bool;

-- to DuckDB a smallint and a number make a smallint
SELECT qty + 1, 1 + qty, qty * 3, qty - 70000, qty + 1 > 4 FROM events ORDER BY id;

-- DuckDB 1.5 loses rows of an EXISTS with both <> and < of outer columns
SELECT p.id FROM people p WHERE EXISTS (SELECT 1 FROM depts d WHERE d.id <> p.dept AND d.id < p.id) ORDER BY p.id;
SELECT p.id FROM people p WHERE NOT EXISTS (SELECT 1 FROM people d WHERE d.dept IS DISTINCT FROM p.dept AND d.salary > p.salary) ORDER BY p.id;

-- keys for a column that is called otherwise at its source
SELECT q.c1 FROM people p LEFT JOIN (SELECT (SELECT 3 FROM depts d WHERE d.id < e.person ORDER BY 1 LIMIT 1), unnest(ARRAY[1, 2]) FROM events e) q (c1, c2) ON p.id = q.c2 ORDER BY 1;

-- constants in DISTINCT: of a type that only PostgreSQL compares, and nothing else
SELECT DISTINCT to_jsonb(width_bucket(0, 0, 10, 4)), dept FROM people ORDER BY dept;
SELECT DISTINCT to_jsonb(1), ARRAY[2, NULL] FROM people p JOIN events e ON e.person = p.id;
SELECT DISTINCT '[1]'::jsonb FROM people WHERE id < 0;
SELECT count(*) FROM (SELECT DISTINCT 1, NULL::text FROM events UNION ALL SELECT DISTINCT 2, 'x' FROM people WHERE id < 0) x;
SELECT id FROM people WHERE dept IN (SELECT DISTINCT 2 FROM events) ORDER BY id;
SELECT p.id, x.n FROM people p, LATERAL (SELECT DISTINCT 7 AS n, p.dept FROM events e WHERE e.person = p.id) x ORDER BY p.id;
SELECT p.id, (SELECT DISTINCT 'one' FROM events e WHERE e.person = p.id) FROM people p ORDER BY p.id;

-- a parameter in NULLIF came out of DuckDB with the column's scale
SELECT id, nullif($1::numeric, salary) FROM people ORDER BY id
-- parameters: ["1.5"]

-- beside a parameter that makes a strict function NULL, its other arguments are not computed
SELECT id, ($1::jsonb -> 'a') || kind::jsonb FROM events ORDER BY id
-- parameters: ["null"]

SELECT id, length(kind) / nullif($1::int4, 0), (10 / (id - 1)) + $1::int4 FROM events ORDER BY id
-- parameters: ["0"]

SELECT id, $1::int4 + 10 / (id - 1) FROM events ORDER BY id
-- parameters: [null]

-- a subquery written twice, in an aggregate's argument and in its ORDER BY, was not the same one for DISTINCT
SELECT array_agg(DISTINCT (q.c1)[1] ORDER BY (q.c1)[1] DESC) FROM (SELECT ARRAY(SELECT id FROM depts ORDER BY 1 DESC) FROM people) q(c1);

SELECT string_agg(DISTINCT c1, ',' ORDER BY c1) FROM (SELECT (SELECT max(name) FROM people) || id FROM depts) q(c1);

SELECT array_agg(DISTINCT id + (SELECT count(*) FROM depts) ORDER BY id + (SELECT count(*) FROM depts) DESC) FROM people;

-- a constant of a subquery in FROM is one in the query around it, whose errors PostgreSQL raises while planning
SELECT CASE WHEN q.c / 0 > 1 THEN 1 END FROM (SELECT false::int4 FROM people) q (c) WHERE false;

SELECT c / 0 FROM (SELECT 1 FROM events) q (c) WHERE c = 2;

SELECT CASE 7 WHEN 1 THEN 2 WHEN (q.c / 0) THEN 3 ELSE 4 END FROM (SELECT id FROM people GROUP BY ROLLUP (id)) r JOIN (SELECT date '1969-12-31' - date '1969-12-31' AS c FROM events WHERE id < 0) q ON true;

SELECT sum(c / 0) FROM (SELECT 1 AS c, id FROM people) q WHERE id = 99 AND id < 3;

SELECT id FROM depts LEFT JOIN (SELECT 1 AS c, person FROM events WHERE id < 0) q ON c / 0 = id;

-- unless an outer join may make it NULL
SELECT depts.id, c / 0 FROM depts LEFT JOIN (SELECT 1 AS c, id FROM people WHERE id < 0) q ON q.id = depts.id ORDER BY 1;

SELECT dept, c + 1, grouping(dept, c + 1), count(*), sum(c) FROM (SELECT 1 AS c, dept FROM people WHERE id < 9) q GROUP BY ROLLUP (dept, c + 1) ORDER BY 1, 2, 3;

SELECT id, CASE 2 WHEN id THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END, CASE NULL::int WHEN id THEN 1 ELSE 2 END FROM depts ORDER BY id;

-- DuckDB's calendar is longer: a date that only it has was compared there
SELECT id, (date '5874897-12-31' + qty) IS NOT DISTINCT FROM NULL::date FROM events ORDER BY id;

SELECT id FROM events WHERE date '4714-11-24 BC' - qty < date '2024-01-01' ORDER BY id;

SELECT id, timestamp '4714-11-24 BC' - make_interval(days => id) < happened FROM events ORDER BY id;

SELECT id, happened - interval '8000 years' < timestamp 'infinity' FROM events ORDER BY id;

-- DuckDB takes no window within OVER, neither in a subquery there
SELECT DISTINCT ON (1) (SELECT min(q.c) FROM (SELECT name AS c, percent_rank() OVER (ORDER BY id) FROM people) q) FROM events ORDER BY 1 DESC;
