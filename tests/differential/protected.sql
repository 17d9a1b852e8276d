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
