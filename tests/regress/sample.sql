-- A small file in the manner of PostgreSQL's own, for the runner: psql's commands, data, temporary tables, transactions.
\set limit 3
\set label 'it''s'

CREATE TABLE measured (id int PRIMARY KEY, kind char(4), amount numeric(8,2), taken timestamptz);
COPY measured FROM stdin;
1	a	10.50	2024-02-29 12:00:00+00
2	b	\N	2024-07-01 00:00:00+00
3	a	7.25	\N
\.

SELECT * FROM measured ORDER BY id;
SELECT kind, sum(amount), count(*) FROM measured GROUP BY kind HAVING count(*) < :limit;
SELECT :'label' AS label, "id" FROM measured WHERE id <= :limit;
SELECT max(id) AS highest FROM measured \gset
SELECT * FROM measured WHERE id = :highest;
SELECT taken, taken + interval '1 month' FROM measured WHERE taken IS NOT NULL ORDER BY taken DESC;

\if false
SELECT 'never' FROM nowhere;
\else
SELECT count(*) FROM measured;
\endif

-- One statement: its semicolons are quoted, commented or in parentheses.
SELECT $body$ ; $body$ || ';' /* ; /* ; */ */ || E'\';' AS ";" FROM measured WHERE (id = 1);

CREATE TEMP TABLE chosen (id int);
INSERT INTO chosen VALUES (1), (3);
SELECT m.id, m.amount FROM measured m JOIN chosen USING (id);

BEGIN;
DELETE FROM chosen WHERE id = 1;
SELECT count(*) FROM measured JOIN chosen USING (id);
SELECT 1 / (id - 1) FROM measured;
SELECT 'the block has failed' FROM measured;
ROLLBACK;
SELECT count(*) FROM measured JOIN chosen USING (id);

SELECT nothing FROM measured;
SELECT 1 +;
SET DateStyle = 'ISO, DMY';
SELECT taken FROM measured ORDER BY 1;
EXPLAIN SELECT * FROM measured;
DROP TABLE measured;
SELECT * FROM measured;
