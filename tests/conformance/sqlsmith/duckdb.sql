-- What the DuckDB source of `conformance -- sqlsmith` holds: DuckDB's own types next to those it shares with PostgreSQL.
CREATE TABLE facts AS
SELECT i::int AS id, i % 3 = 0 AS b, (i - 5)::smallint AS s, i * 1000000000000 AS l, (i / 7)::float AS r, i * 1.25::double AS f,
  (i / 8)::decimal(12, 3) AS n, (i * 100)::decimal(38, 6) AS wide, 'text ' || i AS t, encode('b' || i) AS y, DATE '2024-01-31' + i::int AS d,
  TIME '12:00:00' + INTERVAL (i) MINUTE AS h, TIMESTAMP '2024-02-29 12:00:00' + INTERVAL (i) DAY AS ts,
  TIMESTAMPTZ '2024-03-31 00:30:00+00' + INTERVAL (i) HOUR AS tz, INTERVAL (i) MONTH AS iv,
  ('00000000-0000-0000-0000-0000000000' || lpad(i::text, 2, '0'))::uuid AS u
FROM range(1, 61) r(i);
INSERT INTO facts (id) SELECT i FROM range(61, 65) r(i);

CREATE TYPE size AS ENUM ('small', 'large');
CREATE TABLE shapes AS
SELECT i::int AS id, i::tinyint AS ti, i::utinyint AS uti, i::usmallint AS us, i::uinteger AS ui, i::ubigint AS ub, i::hugeint AS hi,
  [i, NULL, i + 1]::int[] AS ai, ['a', 'b' || i] AS texts, {'a': i, 'b': 'x'} AS st, MAP {'k': i} AS mp,
  (CASE WHEN i % 2 = 0 THEN 'small' ELSE 'large' END)::size AS e, TIMESTAMP_NS '2024-01-01 00:00:00.123456789' AS tns,
  CAST('{"k": ' || i || '}' AS json) AS j, '1010'::bit AS bits
FROM range(1, 31) r(i);

CREATE TABLE visits AS SELECT i AS id, (i % 65)::int AS fact, (i % 200) AS sale, 'page ' || (i % 9) AS page,
  TIMESTAMP '2024-01-01 00:00:00' + INTERVAL (i) MINUTE AS seen FROM range(1, 401) r(i);
CREATE TABLE nobody (a int, b text);
CREATE VIEW pages AS SELECT page, count(*) AS visits, max(seen) AS latest FROM visits GROUP BY page;
