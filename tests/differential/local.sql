-- Source tables with temporary, local and catalog tables of the session. Statements depend on the ones before them.

CREATE TEMP TABLE picks (id int4 PRIMARY KEY, label text, weight numeric(6,2), since date, tags text[], note varchar(5))

INSERT INTO picks SELECT i, CASE i % 4 WHEN 0 THEN NULL ELSE 'pick ' || i END, i * 1.5, date '2020-02-28' + i, ARRAY['a', 'b' || i], 'n' || i FROM generate_series(1, 30) i

CREATE TABLE pg_temp.local_codes AS SELECT * FROM (VALUES ('view', 1.5::float8), ('buy', NULL), (NULL, 3), ('', 0)) v(code, factor)

SELECT p.id, p.name, k.label, k.weight FROM people p JOIN picks k ON k.id = p.id ORDER BY p.id

SELECT p.id, k.label FROM people p LEFT JOIN picks k ON k.id = p.boss ORDER BY 1

SELECT k.id, p.name FROM people p RIGHT JOIN picks k ON k.id = p.dept ORDER BY 1, 2

SELECT k.id, d.title FROM picks k FULL JOIN depts d USING (id) ORDER BY 1

SELECT k.note, k.since, d.opened FROM picks k, depts d WHERE k.id = d.id AND k.since > date '2020-03-01' ORDER BY k.id

SELECT d.title, sum(k.weight), count(*) FROM picks k JOIN people p ON p.id = k.id JOIN depts d ON d.id = p.dept GROUP BY d.title ORDER BY d.title

SELECT e.kind, c.factor, count(*) FROM events e JOIN pg_temp.local_codes c ON c.code = e.kind GROUP BY 1, 2 ORDER BY 1, 2

SELECT id, name FROM people WHERE id IN (SELECT id FROM picks WHERE label LIKE 'pick 1%') ORDER BY id

SELECT id, name FROM people WHERE dept NOT IN (SELECT id FROM picks WHERE id > 2) ORDER BY id

SELECT id FROM picks WHERE EXISTS (SELECT FROM people p WHERE p.dept = picks.id) ORDER BY id

SELECT id, (SELECT max(weight) FROM picks WHERE picks.id <= people.dept) FROM people ORDER BY id

SELECT id, (SELECT max(weight) FROM picks) FROM depts ORDER BY id

SELECT id FROM people UNION SELECT id FROM picks ORDER BY id

SELECT id, 'person' FROM people UNION ALL SELECT id, label FROM picks ORDER BY 1, 2

SELECT id FROM picks EXCEPT SELECT dept FROM people ORDER BY id

WITH heavy AS (SELECT id, weight FROM picks WHERE weight > 10) SELECT h.id, p.salary FROM heavy h JOIN people p USING (id) ORDER BY h.id

WITH heavy AS MATERIALIZED (SELECT id, weight FROM picks WHERE weight > 10) SELECT a.id, b.weight, p.name FROM heavy a JOIN heavy b USING (id) JOIN people p USING (id) ORDER BY a.id

SELECT k.id, row_number() OVER (ORDER BY k.weight DESC), p.name FROM picks k JOIN people p USING (id) ORDER BY k.id

SELECT p.id, k.tags FROM people p JOIN picks k USING (id) WHERE 'b3' = ANY (k.tags) ORDER BY 1

-- refused: array subscript
SELECT p.name, k.tags[2] FROM people p JOIN picks k USING (id) WHERE k.id < 5 ORDER BY k.id

SELECT p.id, t.tag FROM people p JOIN (SELECT id, unnest(tags) AS tag FROM picks) t USING (id) WHERE p.id < 4 ORDER BY 1, 2

SELECT p.id, l.label FROM people p CROSS JOIN LATERAL (SELECT label FROM picks WHERE picks.id < p.dept ORDER BY picks.id LIMIT 1) l ORDER BY 1

SELECT 1 / (k.id - 3) FROM picks k JOIN people p USING (id)

SELECT d.title, k.weight / (d.budget) FROM picks k JOIN depts d USING (id)

SELECT count(*) FROM picks, depts

SELECT count(*) FROM people p WHERE EXISTS (SELECT FROM picks)

SELECT p.id FROM people p JOIN picks k ON p.id = k.id ORDER BY k.weight DESC, p.id LIMIT 3 OFFSET 2

SELECT c.relname::text, d.title FROM depts d JOIN pg_class c ON c.relname = 'pg_' || lower(d.title) ORDER BY 1

SELECT count(*) > 0 FROM depts d, pg_class c WHERE c.relname = 'pg_type' AND d.id = 1

SELECT d.id, t.typname FROM depts d JOIN pg_type t ON t.typname = 'int' || (d.id * 2) ORDER BY 1

-- refused: format_type
SELECT d.id, t.typname, format_type(t.oid, NULL) FROM depts d JOIN pg_type t ON t.typlen = d.id WHERE t.typname IN ('int4', 'int2', 'bool') ORDER BY 1, 2

-- refused: oid
SELECT d.id, a.attname, a.type FROM depts d JOIN (SELECT attnum, attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'pg_catalog.pg_am'::regclass AND NOT attisdropped OFFSET 0) a ON a.attnum = d.id ORDER BY 1

SELECT d.id, c.column_name, c.data_type FROM depts d JOIN information_schema.columns c ON c.ordinal_position = d.id WHERE c.table_schema = 'pg_catalog' AND c.table_name = 'pg_am' ORDER BY 1

SELECT d.id, c.column_name, c.is_nullable, c.udt_name FROM depts d JOIN information_schema.columns c ON c.ordinal_position = d.id WHERE c.table_name = 'picks' ORDER BY 1

SELECT d.id, s.setting FROM depts d JOIN pg_settings s ON s.name = 'server_encoding' ORDER BY 1

CREATE VIEW pg_temp.local_view AS SELECT code, factor * 2 AS twice FROM pg_temp.local_codes

SELECT e.id, v.twice FROM events e JOIN pg_temp.local_view v ON v.code = e.kind ORDER BY e.id, v.twice

CREATE VIEW pg_temp.both_view AS SELECT e.id, e.kind, c.factor FROM events e LEFT JOIN pg_temp.local_codes c ON c.code = e.kind

SELECT * FROM pg_temp.both_view ORDER BY id, factor

SELECT kind, sum(factor) FROM pg_temp.both_view GROUP BY kind HAVING count(*) > 1 ORDER BY kind

CREATE FUNCTION pg_temp.shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(t) || ''!'''

-- refused: shout
SELECT p.id, p.name FROM people p JOIN picks k USING (id) WHERE pg_temp.shout(k.label) = 'PICK 1!'

BEGIN

CREATE TEMP TABLE fleeting (n int) ON COMMIT DROP

INSERT INTO fleeting VALUES (1), (2), (2), (NULL)

SELECT f.n, d.title FROM fleeting f LEFT JOIN depts d ON d.id = f.n ORDER BY 1, 2

DELETE FROM fleeting WHERE n = 2

SELECT f.n, d.title FROM fleeting f JOIN depts d ON d.id = f.n

SAVEPOINT s

SELECT d.id / f.n FROM fleeting f, depts d WHERE 1 / (f.n - 1) = 1

SELECT 1

ROLLBACK TO s

SELECT count(*) FROM fleeting f, depts d

DECLARE c CURSOR FOR SELECT f.n, d.title FROM fleeting f CROSS JOIN depts d ORDER BY 1, 2

INSERT INTO fleeting VALUES (7)

FETCH 3 FROM c

FETCH ALL FROM c

CLOSE c

COMMIT

PREPARE joined(int) AS SELECT p.id, k.label FROM people p JOIN picks k USING (id) WHERE k.id > $1 AND k.id < $1 + 4 ORDER BY 1

EXECUTE joined(3)

ALTER TABLE picks DROP COLUMN note

EXECUTE joined(20)

UPDATE picks SET label = 'changed' WHERE id = 21

EXECUTE joined(20)

DEALLOCATE joined

DROP VIEW pg_temp.both_view, pg_temp.local_view

DROP TABLE pg_temp.local_codes

DROP FUNCTION pg_temp.shout(text)

CREATE DOMAIN pg_temp.positive AS int4 CHECK (VALUE > 0)

CREATE TEMP TABLE wide (id pg_temp.positive, plain text, c text COLLATE "C", u text COLLATE "unicode", padded char(8), ref uuid, happened timestamp, at timestamptz, amount numeric, ratio float4, qty int2)

INSERT INTO wide SELECT i, (ARRAY['Ada', 'bela', '', 'Ürsula', NULL])[i % 5 + 1], 'C' || i, 'straße' || i, 'p' || i, ('0000000' || i % 7 || '-0000-4000-8000-00000000000' || i % 3)::uuid, timestamp '2024-01-31 12:00:00' + i % 3 * interval '1 day', timestamptz '2024-10-27 00:30:00+00', i * 7.7, i / 4.0, i - 60 FROM generate_series(1, 400) i

ANALYZE wide

SELECT w.id, d.title, d.opened - w.at FROM wide w JOIN depts d ON d.id = w.id ORDER BY 1

SELECT w.plain, count(*), sum(w.amount), max(p.name) FROM wide w JOIN people p ON p.dept = w.id GROUP BY w.plain ORDER BY 1

SELECT p.id, w.id FROM people p JOIN wide w ON w.plain = p.name ORDER BY 1, 2

SELECT e.id, w.id FROM events e JOIN wide w ON w.ref = e.ref AND w.happened = e.happened ORDER BY 1, 2

SELECT w.id, e.amount FROM wide w JOIN events e ON e.amount = w.amount ORDER BY 1, 2

SELECT w.id, e.id FROM wide w JOIN events e ON e.qty = w.qty ORDER BY 1, 2

SELECT w.id, w.padded || p.name, lower(w.u) || p.name, w.c || p.name FROM wide w LEFT JOIN people p ON p.id = w.id AND p.name <> w.c WHERE w.id < 50 ORDER BY 1

SELECT a || b, concat(a, b) FROM (SELECT id, plain COLLATE "C" AS a, c COLLATE "unicode" AS b FROM wide) w JOIN depts d USING (id) ORDER BY id

SELECT a || b FROM (SELECT id, plain COLLATE "unicode" AS a FROM wide) w JOIN (SELECT id, title COLLATE "C" AS b FROM depts) d USING (id) ORDER BY id

SELECT w.id FROM wide w WHERE w.id IN (SELECT boss FROM people) AND NOT EXISTS (SELECT FROM depts d WHERE d.id = w.id) ORDER BY 1

SELECT w.id FROM wide w WHERE w.id NOT IN (SELECT person FROM events WHERE person IS NOT NULL) AND w.id < 60 ORDER BY 1

SELECT count(*), count(w.id), count(p.id) FROM wide w FULL JOIN people p ON p.id = w.id

SELECT count(*) FROM wide, (SELECT FROM depts) d

SELECT w.id, 1 / (w.id - p.id) FROM wide w JOIN people p ON p.boss = w.id

SELECT d.title, row_number() OVER (PARTITION BY d.title ORDER BY w.id) FROM wide w JOIN depts d ON d.id = w.id ORDER BY 1, 2

DROP TABLE wide

CREATE TEMP TABLE made AS SELECT p.id, p.name, p.salary, p.joined, p.score, p.active, d.title, d.budget, d.opened FROM people p LEFT JOIN depts d ON d.id = p.dept

SELECT * FROM made ORDER BY id

SELECT attname, format_type(atttypid, atttypmod), attcollation FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum > 0 ORDER BY attnum

CREATE TEMP TABLE made AS SELECT id FROM people

CREATE TEMP TABLE IF NOT EXISTS made AS SELECT id FROM people

CREATE TEMP TABLE renamed (a, b) ON COMMIT PRESERVE ROWS AS SELECT e.id, k.label FROM events e JOIN picks k ON k.id = e.person WITH DATA

SELECT * FROM renamed ORDER BY 1, 2

CREATE TEMP TABLE hollow AS SELECT ref, ratio, qty, happened, 'x' AS u FROM events WITH NO DATA

SELECT * FROM hollow

CREATE TEMP TABLE failing AS SELECT 1 / (id - 2) AS q FROM people

SELECT * FROM failing
