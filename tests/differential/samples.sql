-- TABLESAMPLE and ONLY. A seed draws the same rows from the same pages: the PostgreSQL sources are copies of the oracle's.

SELECT id FROM ONLY people ORDER BY id;

SELECT p.id, e.id FROM ONLY people p JOIN ONLY events e ON e.person = p.id ORDER BY 1, 2;

-- refused: TABLESAMPLE of
SELECT id, name FROM people TABLESAMPLE BERNOULLI (100) ORDER BY id;

-- refused: TABLESAMPLE of
SELECT count(*) FROM events TABLESAMPLE BERNOULLI (0);

-- refused: TABLESAMPLE of
SELECT id, kind FROM events TABLESAMPLE BERNOULLI (37.5) REPEATABLE (42) ORDER BY id;

-- refused: TABLESAMPLE of
SELECT id FROM ONLY people AS p TABLESAMPLE SYSTEM (50) REPEATABLE (0.25) WHERE id > 3 ORDER BY id;

-- refused: TABLESAMPLE of
SELECT d.name, count(*) FROM people p TABLESAMPLE BERNOULLI (60) REPEATABLE (7) JOIN depts d ON d.id = p.dept GROUP BY d.name ORDER BY 1;

-- refused: TABLESAMPLE of
WITH s AS MATERIALIZED (SELECT id FROM people TABLESAMPLE BERNOULLI (50)) SELECT (SELECT count(*) FROM s) = (SELECT count(*) FROM s);

-- The rows beside a subquery are drawn once.
-- refused: TABLESAMPLE of
SELECT bool_and(n IS NOT NULL) FROM (SELECT (SELECT count(*) FROM events e WHERE e.person = p.id) AS n FROM people p TABLESAMPLE BERNOULLI (50)) s;

-- refused: TABLESAMPLE of
SELECT count(*) FROM people TABLESAMPLE BERNOULLI (101);

-- refused: TABLESAMPLE of
SELECT count(*) FROM people TABLESAMPLE BERNOULLI (NULL);

-- refused: TABLESAMPLE of
SELECT count(*) FROM people TABLESAMPLE SYSTEM (10) REPEATABLE (NULL);

SELECT count(*) FROM people TABLESAMPLE nobody (10);

SELECT count(*) FROM people TABLESAMPLE BERNOULLI (1, 2);
