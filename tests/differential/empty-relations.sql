-- Conditions that nothing fulfils, and what they leave of a query.

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id WHERE 1 = 0;

SELECT id, of FROM (SELECT 'people' AS of, id FROM people UNION ALL SELECT 'events', id FROM events UNION ALL SELECT 'depts', id FROM depts) t WHERE of = 'events' ORDER BY 1;

SELECT id, of FROM (SELECT 'people' AS of, id::int8 FROM people UNION SELECT 'events', id FROM events UNION SELECT 'depts', id FROM depts) t WHERE of IN ('events', 'none') ORDER BY 1;

SELECT id, kind FROM (SELECT 1 AS kind, id FROM people UNION ALL SELECT 2, id FROM depts UNION ALL SELECT NULL, id FROM events) t WHERE kind < 2 OR kind IS NULL ORDER BY 1, 2;

SELECT id, kind FROM (SELECT 1 AS kind, id FROM people UNION ALL SELECT 2, id FROM depts UNION ALL SELECT NULL, id FROM events) t WHERE kind <> 2 ORDER BY 1, 2;

SELECT count(*), sum(id), max(name) FROM people WHERE dept = 1 AND dept = 2;

SELECT dept, count(*) FROM people WHERE dept > 3 AND dept <= 3 GROUP BY dept;

SELECT dept, count(*) FROM people WHERE false GROUP BY ROLLUP (dept);

SELECT id FROM people WHERE dept >= 2 AND dept <= 2 ORDER BY 1;

SELECT id FROM people WHERE id > 5 AND 7 > id ORDER BY 1;

SELECT id FROM people WHERE name = 'Ada' AND name = 'ada';

SELECT id FROM people WHERE name = 'Ada' AND name <> 'Ada';

SELECT id FROM people WHERE joined = DATE '2020-01-01' AND joined < DATE '2019-01-01';

SELECT id FROM people WHERE joined > DATE '2020-01-01' AND joined < DATE 'infinity' ORDER BY 1;

SELECT id FROM people WHERE dept = 1 AND dept = NULL;

SELECT id FROM people WHERE dept > 5 AND dept < 3 OR id = 4;

SELECT id, 10 / id FROM people WHERE dept > 5 AND dept < 3;

SELECT id FROM people WHERE dept > 5 AND dept < 3 AND 10 / (id - id) > 1;

SELECT 1 / 0 FROM people WHERE false;

SELECT id FROM people WHERE false AND 1 / 0 = 1;

SELECT id FROM people WHERE 1 / 0 = 1 AND false;

SELECT x FROM (SELECT 1 / 0 AS x FROM people) t WHERE false;

SELECT d.id, t.name FROM depts d LEFT JOIN (SELECT * FROM people WHERE 1 = 2) t ON t.dept = d.id ORDER BY 1;

SELECT d.id, t.name FROM (SELECT * FROM people WHERE 1 = 2) t RIGHT JOIN depts d ON t.dept = d.id ORDER BY 1;

SELECT d.id, t.name FROM (SELECT * FROM people WHERE 1 = 2) t FULL JOIN depts d ON t.dept = d.id ORDER BY 1;

SELECT d.id, coalesce(t.name, 'nobody') FROM depts d LEFT JOIN (SELECT * FROM people WHERE 1 = 2) t ON t.dept = d.id WHERE t.id IS NULL ORDER BY 1;

SELECT d.id FROM depts d WHERE NOT EXISTS (SELECT FROM people p WHERE p.dept = d.id AND 1 = 2) ORDER BY 1;

SELECT d.id FROM depts d WHERE d.id NOT IN (SELECT p.dept FROM people p WHERE 1 = 2) ORDER BY 1;

SELECT d.id FROM depts d WHERE d.id IN (SELECT p.dept FROM people p WHERE p.id = 1 AND p.id = 2);

SELECT d.id, EXISTS (SELECT FROM people WHERE false), (SELECT max(id) FROM people WHERE 1 = 2), ARRAY(SELECT id FROM people WHERE false) FROM depts d ORDER BY 1;

SELECT id FROM people WHERE false INTERSECT SELECT id FROM depts;

SELECT id FROM depts INTERSECT ALL SELECT id FROM people WHERE false;

SELECT dept FROM people EXCEPT SELECT id FROM depts WHERE 1 = 2 ORDER BY 1;

SELECT dept FROM people EXCEPT ALL SELECT id FROM depts WHERE 1 = 2 ORDER BY 1;

SELECT dept FROM people UNION SELECT id FROM depts WHERE 1 = 2 ORDER BY 1;

SELECT id FROM people WHERE false UNION ALL SELECT id FROM depts WHERE false;

SELECT id, row_number() OVER (ORDER BY id) FROM people WHERE 1 = 2 ORDER BY 1 LIMIT 3;

SELECT count(*), (SELECT count(*) FROM events) FROM (SELECT DISTINCT dept FROM people WHERE 2 < 1) t;

WITH none AS MATERIALIZED (SELECT id FROM people WHERE false) SELECT d.id, n.id FROM depts d LEFT JOIN none n ON n.id = d.id ORDER BY 1;

WITH RECURSIVE r AS (SELECT id FROM people WHERE 1 = 2 UNION ALL SELECT r.id + 1 FROM r) SELECT * FROM r;

SELECT random() < 2 FROM people WHERE 1 = 2;

PREPARE nothing AS SELECT id FROM people WHERE dept = $1 AND dept = 2 AND dept < $2 ORDER BY 1;

EXECUTE nothing(2, 3);

EXECUTE nothing(1, 3);

DEALLOCATE nothing;

SELECT d.id, p.name FROM depts d LEFT JOIN people p ON p.dept = d.id AND 1 = 2 ORDER BY 1;

SELECT d.id, p.name FROM depts d FULL JOIN people p ON p.dept = d.id AND false ORDER BY 1, 2;

SELECT d.id, p.name FROM depts d RIGHT JOIN people p ON NULL ORDER BY 1, 2;

SELECT d.id FROM depts d WHERE NOT EXISTS (SELECT FROM people p WHERE p.dept = d.id AND d.id = 1 AND 'a' = 'b') ORDER BY 1;

SELECT d.id, p.name, e.id FROM depts d JOIN people p ON p.dept = d.id AND NULL JOIN events e ON e.person = p.id;
