-- What the PostgreSQL source of `conformance -- sqlsmith` holds: a column of nearly every type, keys, views, inheritance.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE address AS (street text, number int);

CREATE TABLE scalars (
  id int PRIMARY KEY, b bool, s int2, l int8, r float4, f float8, n numeric(12,3), free numeric, t text, v varchar(12), c char(5),
  nm name, y bytea, d date, h time, hz timetz, ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb, m mood, o oid
);
INSERT INTO scalars
SELECT i, i % 3 = 0, i - 5, i * 1000000000000, i / 7.0, i * 1.25, i / 8.0, i * 12345678901234567890.5, 'text ' || i, 'v' || i, 'c' || i,
  'name' || i, decode(lpad(to_hex(i), 4, '0'), 'hex'), DATE '2024-01-31' + i, TIME '12:00' + i * INTERVAL '1 minute', '12:00:00+02',
  TIMESTAMP '2024-02-29 12:00' + i * INTERVAL '1 day', TIMESTAMPTZ '2024-03-31 00:30+00' + i * INTERVAL '1 hour',
  i * INTERVAL '1 month 2 days 3 seconds', lpad(to_hex(i), 32, '0')::uuid, json_build_object('k', i), jsonb_build_array(i, NULL, 'x'),
  (ARRAY['sad', 'ok', 'happy'])[1 + i % 3]::mood, i
FROM generate_series(1, 60) i;
INSERT INTO scalars (id) SELECT i FROM generate_series(61, 64) i;

CREATE TABLE containers (
  id int PRIMARY KEY REFERENCES scalars, ai int4[], at text[], an numeric[], ats timestamptz[], ir int4range, tr tstzrange,
  mr int8multirange, p positive, addr address, net inet, mac macaddr, bits bit(5), vb varbit, cash money, pt point, bx box, tv tsvector
);
INSERT INTO containers
SELECT i, ARRAY[i, NULL, i + 1], ARRAY['a', 'b' || i], ARRAY[i / 3.0], ARRAY[TIMESTAMPTZ '2024-01-01 00:00+00'], int4range(i, i + 5),
  tstzrange('2024-01-01 00:00+00', NULL), int8multirange(int8range(i, i + 2)), i, ROW('street', i)::address, '10.0.0.1', '08:00:2b:01:02:03',
  B'10101', B'11', i, point(i, -i), box(point(0, 0), point(i, i)), to_tsvector('simple', 'fat cat ' || i)
FROM generate_series(1, 30) i;

CREATE TABLE sales (id int8, region text COLLATE "C" NOT NULL, at date NOT NULL, amount numeric(10,2), scalar int, PRIMARY KEY (id, at))
  PARTITION BY RANGE (at);
CREATE TABLE sales_2023 PARTITION OF sales FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE sales_2024 PARTITION OF sales FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
INSERT INTO sales SELECT i, (ARRAY['north', 'süd', ''])[1 + i % 3], DATE '2023-10-01' + i, i / 4.0, i % 70 FROM generate_series(1, 200) i;

CREATE TABLE nothing (a int, b text);
CREATE VIEW monthly AS SELECT region, date_trunc('month', at)::date AS month, sum(amount) AS amount, count(*) FROM sales GROUP BY 1, 2;
CREATE MATERIALIZED VIEW happy AS SELECT id, t, m FROM scalars WHERE m = 'happy';
CREATE SCHEMA attic;
CREATE TABLE attic.boxes ("Box Number" int, "select" text);
INSERT INTO attic.boxes VALUES (1, 'first'), (2, NULL);
ANALYZE;
