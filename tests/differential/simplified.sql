-- Conditions that follow from others, and expressions whose value needs no computing.

SELECT id FROM people WHERE dept > 1 AND dept >= 2 AND dept > 1 ORDER BY 1;

SELECT id FROM people WHERE dept < 9 AND 9 >= dept AND dept IS NOT NULL AND dept <> 9 ORDER BY 1;

SELECT id FROM people WHERE dept IN (1, 2, 3, NULL) AND dept <> 2 AND dept < 9 AND dept NOT IN (7, 8) ORDER BY 1;

SELECT id FROM people WHERE dept IN (1, 2, 3) AND dept IN (2, 3, 9) ORDER BY 1;

SELECT id FROM people WHERE dept IN (1, 2) AND dept IN (3, 9);

SELECT id FROM people WHERE dept IN (NULL) ORDER BY 1;

SELECT id FROM people WHERE dept NOT IN (1, NULL) ORDER BY 1;

SELECT id FROM people WHERE dept NOT IN (1, 2) AND dept <> 1 AND dept <> 3 ORDER BY 1;

SELECT id FROM people WHERE dept = ANY ('{}') AND dept > 1;

SELECT id FROM people WHERE dept <> ALL ('{}') AND id < 9 ORDER BY 1;

SELECT id FROM people WHERE dept <> ALL ('{}') AND dept IS NULL ORDER BY 1;

SELECT id FROM people WHERE dept = 1 AND dept IS NULL;

SELECT id FROM people WHERE dept IS NULL AND boss IS NULL ORDER BY 1;

SELECT id FROM people WHERE id IS NULL;

SELECT id FROM people WHERE id IS NOT NULL AND dept = 1 ORDER BY 1;

SELECT id FROM people WHERE salary > 1000 AND salary > 1000.00 AND salary >= 1e3 ORDER BY 1;

SELECT id FROM people WHERE salary IN (0, 1234.5, 10.1) AND salary > 0.00 AND salary < 'NaN' ORDER BY 1;

SELECT id FROM people WHERE salary = 1234.5 AND salary = 1234.50 ORDER BY 1;

SELECT id FROM people WHERE salary > 5 AND salary < 4.99;

SELECT id FROM people WHERE joined > '1990-01-01' AND joined >= '2000-01-01' AND joined < 'infinity' ORDER BY 1;

SELECT id FROM people WHERE joined > '-infinity' AND joined IS NOT NULL AND joined < '2001-01-01' ORDER BY 1;

SELECT id FROM people WHERE name IN ('Ada', 'bela', '') AND name <> 'Ada' AND name IS NOT NULL ORDER BY 1;

SELECT id FROM people WHERE name = 'Ada' AND name IN ('Ada', 'x') AND name > 'A' ORDER BY 1;

SELECT id FROM people WHERE name = 'Ada' AND name IN ('ada', 'ADA');

SELECT id FROM events WHERE happened > '2020-01-01' AND happened > '2024-02-01' AND happened < 'infinity' ORDER BY 1;

SELECT id FROM events WHERE happened > '2024-02-01' AND happened < '2024-01-01';

SELECT id FROM depts WHERE opened > '2020-01-01+00' AND opened >= '2019-01-01+01' ORDER BY 1;

SELECT id FROM events WHERE id > 5 AND id > 3000000000 AND id >= 7::int2 ORDER BY 1;

SELECT id FROM events WHERE qty > 0 AND qty > 5 AND qty < 40000 ORDER BY 1;

SELECT id FROM events WHERE ratio > 0 AND ratio > 1 AND ratio = 16777216 ORDER BY 1;

SELECT id FROM people WHERE id > 0 AND 10 / (id - 1) > 1 AND id > 1 ORDER BY 1;

SELECT id FROM people WHERE dept > 5 AND 10 / (id - 1) > 1 AND dept < 3;

SELECT e.id, p.id FROM events e JOIN people p ON p.id = e.person WHERE e.person > 3 AND p.id > 5 AND p.id < 40 AND e.person IN (6, 20, 41, NULL) ORDER BY 1, 2;

SELECT e.id FROM events e JOIN people p ON p.id = e.person WHERE e.person IN (1, 2, 3) AND p.id > 3;

SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND p.id > 3 AND p.id > 5 AND p.id IS NOT NULL ORDER BY 1, 2;

SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id WHERE p.id IS NULL ORDER BY 1;

SELECT d.id, p.id, p.id IS NULL, p.id IS NOT NULL, p.id = p.id, coalesce(p.id, -1), d.id IS NULL, coalesce(d.id, -1), d.id = d.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND p.id < 20 ORDER BY 1, 2;

SELECT d.id, p.id, coalesce(d.id, p.dept), coalesce(p.dept, d.id), d.id IS NULL OR p.dept IS NULL FROM depts d FULL JOIN people p ON p.dept = d.id ORDER BY 1, 2;

SELECT id, dept = dept AS same, NOT NOT (dept > 1) AS two, NOT (NOT (NOT active)) AS three FROM people ORDER BY 1;

SELECT id FROM people WHERE dept = dept ORDER BY 1;

SELECT id + 0, 0 + dept, dept - 0, id * 1, 1 * dept, dept / 1, 0 - id, id * 0, dept * 0 FROM people ORDER BY 1;

SELECT id + 0, qty + 0, qty + 0::int2, qty * 1::int8, id * 1, id - 0::int2, amount + 0, amount * 1, amount * 1.0, amount - 0.0000, ratio + 0, ratio * 1 FROM events ORDER BY 1;

SELECT sum(dept + 0), avg(id * 1), count(dept / 1), max(salary + 0), sum(score - 0) FROM people;

SELECT dept + 0 AS d, count(*) FROM people GROUP BY dept + 0 ORDER BY 1;

SELECT id, CASE WHEN id IS NULL THEN 'x' WHEN id IS NOT NULL THEN name ELSE 'y' END AS a, CASE WHEN false THEN 1 WHEN dept = 1 THEN 2 WHEN NULL THEN 3 END AS b, CASE WHEN NULL THEN 1 ELSE 2.50 END AS c, CASE WHEN true THEN id ELSE salary END AS d FROM people ORDER BY 1;

SELECT id, coalesce(id, 10 / (id - 1)), CASE WHEN id IS NOT NULL THEN id ELSE 10 / (id - 1) END FROM people ORDER BY 1;

SELECT id, id IS NOT NULL OR 10 / (id - 1) > 1 AS a FROM people WHERE id > 1 ORDER BY 1;

SELECT id, id IS NOT NULL OR 10 / (id - 1) > 1 AS a FROM people ORDER BY 1;

SELECT id, id IS NULL AND 10 / (id - 1) > 1 AS a FROM people ORDER BY 1;

SELECT id FROM people WHERE id IS NULL OR dept = 3 ORDER BY 1;

SELECT id FROM people WHERE id IS NOT NULL OR dept = 3 ORDER BY 1;

SELECT id, id IS NOT NULL AND dept = 3 AS a, id IS NULL OR dept = 3 AS b, id IS NULL AND dept = 3 AS c, id IS NOT NULL OR dept = 3 AS d FROM people ORDER BY 1;

SELECT CASE WHEN id IS NOT NULL THEN id ELSE 1 / 0 END FROM people;

SELECT id IS NOT NULL OR 1 / 0 = 1 FROM people;

SELECT id IS NULL OR (SELECT 1 / 0) = 1 FROM people;

SELECT of, id FROM (SELECT 'people' AS of, id FROM people UNION ALL SELECT 'depts', id FROM depts) t WHERE (of = 'people' AND id < 4) OR of = 'depts' AND id > 3 ORDER BY 1, 2;

SELECT of, id FROM (SELECT 'people' AS of, id::int8 FROM people UNION ALL SELECT 'events', id FROM events UNION ALL SELECT NULL, 0) t WHERE of IN ('people', NULL, 'none') AND id < 4 ORDER BY 1, 2;

SELECT of, id, of IN ('people', NULL), of NOT IN ('people', NULL), of IS NULL FROM (SELECT 'people' AS of, id FROM people WHERE id < 3 UNION ALL SELECT 'depts', id FROM depts UNION ALL SELECT NULL, 0) t ORDER BY 1, 2;

SELECT of, id FROM (SELECT 'people' AS of, id, 10 / (id - 1) AS q FROM people UNION ALL SELECT 'depts', id, 1 FROM depts) t WHERE of = 'depts' AND q > 0 ORDER BY 1, 2;

SELECT id FROM people WHERE dept NOT IN (SELECT dept FROM people WHERE id IS NULL OR dept IS NOT NULL AND dept > 1 AND dept > 2) ORDER BY 1;

SELECT id FROM badges WHERE owner IS NOT NULL AND guest IS NOT NULL AND guest > 3 AND level IS NULL AND id IS NOT NULL ORDER BY 1;

SELECT dept, count(*) FILTER (WHERE id IS NOT NULL), count(*) FILTER (WHERE dept IS NOT NULL), bool_and(id = id) FROM people GROUP BY ROLLUP (dept) HAVING dept IS NOT NULL OR count(*) > 1 ORDER BY 1, 2;

SELECT dept, dept IS NULL, coalesce(dept, -1) FROM (SELECT id AS dept FROM depts) t GROUP BY GROUPING SETS ((dept), ()) ORDER BY 1;

PREPARE bounded AS SELECT id FROM people WHERE dept > $1 AND dept > 1 AND dept >= 1 AND dept = ANY ($2) AND dept IN (1, 2, 3) ORDER BY 1;

EXECUTE bounded(1, '{2,3,NULL}');

EXECUTE bounded(NULL, '{2}');

DEALLOCATE bounded;

-- a denied OR, each part by itself
SELECT p.id, d.id FROM people p JOIN depts d ON d.id = p.dept WHERE NOT (p.active OR d.title = 'Ops' OR p.salary IS NULL) ORDER BY 1, 2;

SELECT p.id FROM people p JOIN events e ON e.person = p.id WHERE NOT (p.dept > 2 OR e.kind LIKE 'v%' OR NOT (e.qty > 0)) ORDER BY 1;

SELECT p.id, NOT (p.active OR p.dept = 2), NOT (p.boss IS NULL), NOT (p.active AND p.dept = 2) FROM people p ORDER BY 1;

SELECT p.id FROM people p LEFT JOIN events e ON e.person = p.id AND NOT (e.kind = 'buy' OR p.dept = 1) ORDER BY 1;

-- times 0
SELECT id, id * 0, 0 * id, dept * 0, salary * 0, score * 0 FROM people ORDER BY id;

SELECT p.id, d.id * 0 FROM people p LEFT JOIN depts d ON d.id = p.dept ORDER BY 1;

-- an OR that a source evaluates in part
SELECT id FROM people WHERE (dept = 1 AND quote_literal(name) > '''b') OR (quote_literal(name) < '''b' AND active AND 10 / id > 1) OR dept = 3 ORDER BY 1;

SELECT id, kind FROM events WHERE (kind = 'buy' AND quote_literal(kind) > '''b') OR (qty > 0 AND quote_literal(kind) < '''c') ORDER BY 1;

-- nor is it, where an arm spares another its error
SELECT d.id FROM depts d WHERE d.id > 0 OR (d.id = (SELECT 1 / (max(id) - max(id)) FROM people) AND quote_literal(d.title) > 'x') ORDER BY d.id;
