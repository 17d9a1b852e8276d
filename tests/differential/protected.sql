-- LIMIT and OFFSET are barriers: what they let through is computed before a condition above spares any of it.
SELECT q FROM (SELECT id, 10 / (id - 1) AS q FROM people LIMIT 50) t WHERE id IS NULL;

SELECT q FROM (SELECT id, 10 / (id - 1) AS q FROM people OFFSET 0) t WHERE id = 3;

SELECT t.q FROM (SELECT id, 10 / (id - 1) AS q FROM people OFFSET 0) t JOIN depts d ON d.id = t.id WHERE d.id > 3;

SELECT id FROM (SELECT id, 10 / (id - 1) AS q FROM people LIMIT 50) t WHERE id < 4;

-- AND and OR of a value stop at the first that decides.
SELECT id = 2 OR 10 / (id - 1) > 1 FROM people WHERE id < 3;

SELECT id, id = 1 OR 10 / (id - 1) > 1 FROM people;

SELECT id, id <> 1 AND 10 / (id - 1) > 1 FROM people;

SELECT 10 / (id - 1) > 1 AND id < 0 FROM people;

SELECT 10 / (id - 1) > 1 AND id IS NULL FROM people;

SELECT 10 / (id - 1) > 1 OR id > 0 FROM people;

SELECT count(*) FILTER (WHERE id = 1 OR 10 / (id - 1) > 1) FROM people;

SELECT sum(CASE WHEN id <> 1 AND 10 / (id - 1) > 1 THEN 1 END) FROM people;

SELECT id FROM people WHERE CASE WHEN id = 1 OR 10 / (id - 1) > 1 THEN true END;

-- A function in FROM, or a set in a select list, is not computed for rows that are not wanted.
SELECT p.id, g FROM people p, generate_series(1, 10 / (p.id - 1)) g WHERE p.id = 3;

SELECT p.id, j.key FROM people p, json_each_text(CASE WHEN p.id = 3 THEN '{"a": 1}' ELSE '[]' END::json) j WHERE p.id = 3;

SELECT id, g FROM (SELECT id, generate_series(1, 10 / (id - 1)) AS g FROM people) t WHERE id = 3;

SELECT id, g FROM (SELECT id, generate_series(1, 10 / (id - 1)) AS g FROM people OFFSET 0) t WHERE id = 3;

SELECT p.id, g FROM people p LEFT JOIN LATERAL generate_series(1, p.id) g ON true WHERE p.id < 3 AND g > 1;
