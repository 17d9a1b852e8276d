-- Tables and ROW(…) as values: records, JSON of them, their fields, NULL.

SELECT id, row_to_json(p) FROM people p WHERE id < 6 ORDER BY id

SELECT to_json(e), to_jsonb(e.*) FROM events e WHERE id < 12

SELECT row_to_json(d, true) FROM depts d

SELECT p::text FROM people p

SELECT e::text FROM events e WHERE id < 20

SELECT ROW(id, name, salary, joined, score, active, NULL, 'a b', '(', '"', '\', '') FROM people ORDER BY id

SELECT ROW(), ROW(NULL), ROW(1), (1, 'x') FROM depts

SELECT row_to_json(s) FROM (SELECT id, title AS name, ARRAY[id, 2] AS list, opened FROM depts) s

SELECT row_to_json(s) FROM (SELECT id, upper(title) FROM depts) AS s (k, v)

SELECT json_agg(d ORDER BY id) FROM depts d

SELECT jsonb_agg(to_jsonb(d) - 'budget' ORDER BY id) FROM depts d

SELECT dept, json_agg(row_to_json(p) ORDER BY id) FROM people p GROUP BY dept ORDER BY dept

SELECT dept, json_agg((id, name) ORDER BY id) FROM people GROUP BY dept ORDER BY dept

SELECT d.title, (SELECT json_agg(e) FROM (SELECT id, kind FROM events WHERE person = d.id ORDER BY id) e) FROM depts d ORDER BY d.id

SELECT d.title, json_build_object('dept', d, 'people', (SELECT count(*) FROM people p WHERE p.dept = d.id)) FROM depts d ORDER BY d.id

SELECT count(p), count(DISTINCT p.dept) FROM people p

SELECT count(d), count(*) FROM people p LEFT JOIN depts d ON d.id = p.dept

SELECT p.id, d IS NULL, d IS NOT NULL, row_to_json(d) FROM people p LEFT JOIN depts d ON d.id = p.dept

SELECT p.id, s FROM people p LEFT JOIN (SELECT id, NULL::int4 AS n FROM depts) s ON s.id = p.dept AND p.id < 10

SELECT p.id, c::text, c IS NULL FROM people p FULL JOIN codes c ON c.n = p.id

SELECT id FROM people p WHERE p IS NOT NULL

SELECT id, (dept, boss) IS NULL, (dept, boss) IS NOT NULL, NOT (dept, boss) IS NULL FROM people

SELECT n FROM codes c WHERE c IS NULL

SELECT (p).name, (p).id + 1 FROM people p

SELECT (s.p).name, (s.p).salary, s.p IS NOT NULL FROM (SELECT p, id FROM people p OFFSET 0) s WHERE (s.p).id < 9

SELECT (s.r).f1, (s.r).f2 FROM (SELECT ROW(id, title) AS r FROM depts) s

SELECT row_to_json(j) FROM (people p JOIN depts d ON p.dept = d.id) j WHERE j.boss < 4

SELECT row_to_json(j) FROM (people p JOIN depts d USING (id)) j

SELECT CASE WHEN id > 2 THEN d END, coalesce(CASE WHEN id > 2 THEN d END, d)::text FROM depts d

SELECT concat('<', d, '>'), format('%s', d) FROM depts d

SELECT row_to_json(w) FROM (WITH w AS MATERIALIZED (SELECT id, d FROM depts d) SELECT * FROM w) w

WITH w AS MATERIALIZED (SELECT id, d FROM depts d) SELECT (w.d).title, w.id, w FROM w ORDER BY id

SELECT to_json(x) FROM generate_series(1, 3) x, depts WHERE depts.id = 1

SELECT row_to_json(x) FROM generate_series(1, 3) WITH ORDINALITY AS x (a, b), depts WHERE depts.id = 1

SELECT jsonb_build_array(ROW(id, ROW(title, ARRAY[1, 2])), d) FROM depts d

SELECT ROW(id, ROW(title, opened, NULL), ARRAY['a', NULL, 'b c']) FROM depts

SET TimeZone = 'America/New_York'

SET DateStyle = 'German, DMY'

SELECT d, row_to_json(d), ROW(opened, opened::date, interval '1 day 2 hours', '\x00ff'::bytea, 1.5::float8), d::text FROM depts d

RESET DateStyle

RESET TimeZone

SELECT row_to_json(v) FROM (VALUES (1, 'a'), (2, NULL)) v (n, t), depts WHERE depts.id = n

SELECT id, (SELECT p FROM people p WHERE p.id = d.id) FROM depts d

SELECT id, (SELECT (p).name FROM people p WHERE p.id = d.id), (SELECT row_to_json(p) FROM people p WHERE p.id = d.id) FROM depts d

-- refused: row value in a set operation
SELECT d FROM depts d UNION ALL SELECT d FROM depts d

SELECT min(d.id), max(row_to_json(d)::text) FROM depts d

-- refused: array_agg over
SELECT array_agg(d) FROM depts d

-- refused: equality of
SELECT DISTINCT (dept, active) FROM people

SELECT p FROM people p ORDER BY p

SELECT d = d, d < d, d IS DISTINCT FROM d FROM depts d

SELECT a.id, b.id FROM people a, people b WHERE (a.dept, a.active) > (b.dept, b.active) AND a.id < 9 AND b.id < 9

SELECT a.id, b.id, a < b, a = b, a <> b FROM depts a, depts b ORDER BY a DESC, b

SELECT p.id FROM people p ORDER BY ROW(dept, active, name), id

-- refused: correlation by a column of type
SELECT s.id, (SELECT count(*) FROM depts d WHERE d.id = (s.p).dept) FROM (SELECT p, id FROM people p OFFSET 0) s

-- refused: correlation by a column of type
SELECT s.id, (SELECT count(*) FROM depts d WHERE d.id > 2 AND (s.p).name IS NOT NULL) FROM (SELECT p, id FROM people p OFFSET 0) s

SELECT d.id, (SELECT p FROM people p WHERE p.boss = d.id AND p.id > 5 ORDER BY p.id LIMIT 1) FROM depts d

SELECT d.id, x FROM depts d LEFT JOIN LATERAL (SELECT p FROM people p WHERE p.dept = d.id ORDER BY p.id LIMIT 2) x ON true ORDER BY d.id

SELECT d.id, x.p, (x.p).id FROM depts d CROSS JOIN LATERAL (SELECT p FROM people p WHERE p.dept = d.id ORDER BY p.id LIMIT 2) x

SELECT lag(id) OVER (ORDER BY id), row_to_json(d), row_number() OVER (ORDER BY d) FROM depts d

SELECT p.id FROM people p WHERE (SELECT d FROM depts d WHERE d.id = p.dept) IS NULL

SELECT p.id FROM people p WHERE ROW(p.dept) = ANY (SELECT d.id FROM depts d WHERE d.id > 2)

SELECT max(d), min(d) FROM depts d

SELECT max(d)::text, to_json(min(d)) FROM depts d JOIN people p ON p.dept = d.id

SELECT id, max(d) OVER (ORDER BY id), min(d) OVER (ORDER BY id DESC ROWS 1 PRECEDING) FROM depts d ORDER BY id

SELECT p.dept, max(d), max(p) IS NULL FROM people p LEFT JOIN depts d ON d.id = p.dept GROUP BY p.dept ORDER BY 1
