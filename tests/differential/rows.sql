-- Rows compared with rows, lists of rows and subqueries.

SELECT id, dept, boss FROM people WHERE (dept, boss) < (2, 5)

SELECT id, (dept, boss) < (2, 5), (dept, boss) <= (2, 5), (dept, boss) > (2, 5), (dept, boss) >= (2, 5), (dept, boss) = (2, 5), (dept, boss) <> (2, 5) FROM people

SELECT id, (dept, boss, salary) < (2, NULL, 10.10), (dept, NULL, boss) < (2, 1, 5), (boss, dept, salary) >= (4, 2, 10.1) FROM people

SELECT id FROM events WHERE (qty, id) > (1, 5) ORDER BY qty, id LIMIT 7

SELECT id, (name, salary) < ('Ada', 5), (name, joined) >= ('bela', date '2000-01-01'), (name, id) > (NULL, 1) FROM people

SELECT id, (dept, 10 / (id - 5)) < (2, 3) FROM people WHERE id <> 5

SELECT id, (dept, 10 / (id - 5)) < (id, 3) FROM people

SELECT id, (dept, 10 / (id - 5)) > (0, 3) FROM people WHERE dept IS NOT NULL AND dept > 0

SELECT id, (dept, boss) IS DISTINCT FROM (2, 5), (dept, boss) IS NOT DISTINCT FROM (NULL, 7) FROM people

SELECT id, (dept, boss) IN ((1, 5), (2, 3), (NULL, 4)), (dept, boss) NOT IN ((1, 5), (2, 3)) FROM people

SELECT id FROM people WHERE (dept, boss) IN ((1, 5), (2, 3), (3, 9), (9, 1))

SELECT id FROM people WHERE (dept, boss) IN (SELECT n, n + 1 FROM codes WHERE n < 100)

SELECT id FROM people WHERE (dept, name) IN (SELECT n, 'Ada' FROM codes) OR id = 3

SELECT id, (dept, id) IN (SELECT n, person FROM codes, events) FROM people WHERE id < 20

SELECT id FROM people WHERE (dept, boss) NOT IN (SELECT n, n FROM codes WHERE n < 5)

SELECT id FROM people WHERE (dept, boss) NOT IN (SELECT n, n FROM codes)

SELECT id, (dept, boss) NOT IN (SELECT n, n FROM codes) FROM people

SELECT id, (dept, boss) = ANY (SELECT n, n FROM codes), (dept, boss) <> ALL (SELECT n, n + 1 FROM codes WHERE n < 100), (dept, boss) <> ANY (SELECT n, n + 1 FROM codes WHERE n < 100) FROM people

SELECT id, (dept, boss) < ANY (SELECT n, n FROM codes), (dept, boss) >= ALL (SELECT n, n FROM codes WHERE n < 3), (dept, boss) > ALL (SELECT n, n FROM codes WHERE false) FROM people

SELECT id FROM people WHERE (dept, boss) > ALL (SELECT n, n FROM codes WHERE n < 3)

SELECT id FROM people WHERE NOT (dept, boss) > ALL (SELECT n, n FROM codes WHERE n < 3)

SELECT id FROM people WHERE (dept, boss) <= ALL (SELECT n, n FROM codes) AND id < 50

SELECT id FROM people WHERE (dept, boss) > ALL (SELECT n, n FROM codes WHERE n < -100) AND NOT (dept, boss) < ALL (SELECT n, n FROM codes)

SELECT p.id FROM people p WHERE (p.dept, p.boss) >= ALL (SELECT d.id, e.qty FROM depts d, events e WHERE e.person = p.id)

SELECT p.id FROM people p WHERE NOT (p.dept, p.boss) >= ALL (SELECT d.id, e.qty FROM depts d, events e WHERE e.person = p.id)

SELECT p.id FROM people p WHERE p.dept >= ALL (SELECT e.qty FROM events e WHERE e.person = p.id)

SELECT p.id FROM people p WHERE NOT p.dept >= ALL (SELECT e.qty FROM events e WHERE e.person = p.id)

SELECT p.id FROM people p WHERE p.dept < ALL (SELECT e.qty + p.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 3)

SELECT p.id FROM people p WHERE NOT p.dept < ALL (SELECT max(e.qty) + p.id FROM events e WHERE e.person = p.id GROUP BY e.kind)

SELECT d.id, count(*) FROM depts d JOIN people p ON p.dept = d.id GROUP BY d.id HAVING count(*) >= ALL (SELECT count(*) FROM events e WHERE e.person = d.id GROUP BY e.kind)

SELECT id FROM people WHERE 10 / dept > ALL (SELECT 10 / n FROM codes WHERE n > 100)

SELECT p.id FROM people p WHERE to_jsonb(p.dept) >= ALL (SELECT to_jsonb(e.qty) FROM events e WHERE e.person = p.id)

SELECT id, to_jsonb(dept) > to_jsonb(boss), jsonb_build_array(dept) <= to_jsonb(name), to_jsonb(people) < jsonb_build_object('id', 1) FROM people WHERE id < 20

SELECT id FROM people WHERE (dept, boss) < ANY (SELECT n, n FROM codes WHERE n < 3)

SELECT id FROM people WHERE NOT (dept, boss) < ANY (SELECT n, n FROM codes WHERE n < 3)

SELECT p.id FROM people p WHERE (p.dept, p.id) IN (SELECT d.id, e.person FROM depts d, events e WHERE e.qty = p.dept)

SELECT p.id FROM people p WHERE (p.dept, p.id) NOT IN (SELECT d.id, e.person FROM depts d, events e WHERE e.qty = p.dept)

SELECT p.id, (p.dept, p.boss) > ALL (SELECT d.id, e.qty FROM depts d, events e WHERE e.person = p.id) FROM people p

SELECT p.id, (p.dept, p.boss) <> ALL (SELECT d.id, e.qty FROM depts d, events e WHERE e.person = p.id) FROM people p

SELECT id, (dept, boss) = (SELECT n, n + 1 FROM codes WHERE code = 'view'), (dept, boss) < (SELECT n, n FROM codes WHERE code = 'View') FROM people

SELECT id, (dept, boss) = (SELECT n, n FROM codes WHERE false), (dept, boss) <> (SELECT n, n FROM codes WHERE code = 'zzz') FROM people

SELECT id, (dept, boss) = (SELECT n, n FROM codes) FROM people

SELECT p.id, (p.dept, p.salary) >= (SELECT d.id, 10 FROM depts d WHERE d.id = p.boss) FROM people p

SELECT p.id FROM people p WHERE (p.dept, p.boss) = (SELECT d.id, d.id + 1 FROM depts d WHERE d.id = p.dept)

SELECT p.id FROM people p WHERE (p.salary, p.id) = (SELECT max(q.salary), max(q.id) FROM people q WHERE q.dept = p.dept)

SELECT p.id, d.id FROM people p JOIN depts d ON (p.dept, p.boss) = (d.id, d.id) ORDER BY 1, 2

SELECT p.id, d.id FROM people p JOIN depts d ON (p.dept, p.boss) < (d.id, d.id) ORDER BY 1, 2

SELECT p.id, e.id FROM people p LEFT JOIN events e ON (p.id, p.dept) = (e.person, e.qty) ORDER BY 1, 2

SELECT dept, count(*) FROM people GROUP BY dept HAVING (count(*), dept) > (3, 1) ORDER BY dept

SELECT (1, 2) < (1, 3), (1, NULL) < (2, 3), (1, NULL) < (1, 3), (1, 2) = (1, 2), count(*) FROM people

SELECT id FROM people WHERE CASE WHEN (dept, boss) < (3, 3) THEN (id, id) > (5, 5) ELSE (salary, id) <= (10.10, 20) END ORDER BY id

-- The number of a table is its source's own.
-- refused: system column
SELECT tableoid FROM people;

-- refused: system column
SELECT count(*) FROM people p JOIN events e ON e.person = p.id WHERE p.tableoid = 1;
