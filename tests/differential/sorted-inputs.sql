-- Joins, groups and DISTINCT of rows that come in order: by every type of key that has the order of its source, among NULLs and duplicates, in every order, and by those that have not.

SELECT e.id, p.name FROM (SELECT * FROM events ORDER BY person, id LIMIT 70) e JOIN (SELECT * FROM people ORDER BY id LIMIT 30) p ON p.id = e.person;

SELECT e.id, p.name FROM (SELECT * FROM events ORDER BY person DESC, id LIMIT 70) e JOIN (SELECT * FROM people ORDER BY id DESC LIMIT 30) p ON p.id = e.person;

SELECT e.id, c.n FROM (SELECT * FROM events ORDER BY kind, id LIMIT 80) e JOIN (SELECT * FROM codes ORDER BY code, n LIMIT 100) c ON c.code = e.kind;

SELECT e.id, c.n FROM (SELECT * FROM events ORDER BY kind DESC NULLS LAST, id LIMIT 80) e LEFT JOIN (SELECT * FROM codes ORDER BY code DESC NULLS LAST, n LIMIT 100) c ON c.code = e.kind;

-- one side's NULLs first, the other's last
SELECT e.id, c.n FROM (SELECT * FROM events ORDER BY kind NULLS FIRST, id LIMIT 80) e JOIN (SELECT * FROM codes ORDER BY code, n LIMIT 100) c ON c.code = e.kind;

SELECT e.id, p.id FROM (SELECT * FROM events ORDER BY kind NULLS FIRST, id LIMIT 60) e JOIN (SELECT * FROM people ORDER BY name NULLS FIRST, id LIMIT 35) p ON p.name = e.kind;

-- semi and anti, with and without a further condition
SELECT p.id FROM people p WHERE EXISTS (SELECT FROM events e WHERE e.person = p.id AND e.qty <> p.dept);

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM events e WHERE e.person = p.id);

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM events e WHERE e.person = p.id AND e.kind > p.name);

SELECT p.id FROM people p WHERE p.id IN (SELECT e.person FROM events e);

SELECT p.id FROM people p WHERE p.dept NOT IN (SELECT d.id FROM depts d);

-- several keys, the same one twice, and keys that are computed
SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id AND e.kind = p.name;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id AND e.qty = p.dept AND e.id > p.id;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id AND e.person = p.boss;

SELECT p.id, e.id FROM people p JOIN events e ON e.person + 1 = p.id;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id AND e.kind IS NOT DISTINCT FROM p.name;

-- integers of several widths, dates, timestamps, uuid, bool
SELECT e.id, d.title FROM events e JOIN depts d ON d.id = e.qty;

SELECT e.id, d.title FROM depts d LEFT JOIN events e ON e.id = d.budget;

SELECT p.id, e.id FROM people p JOIN events e ON e.happened::date = p.joined;

SELECT a.id, b.id FROM events a JOIN events b ON a.happened = b.happened AND a.id < b.id;

SELECT a.id, b.id FROM events a JOIN events b ON a.ref = b.ref AND a.id < b.id;

SELECT a.id, b.id FROM people a JOIN people b ON a.active = b.active AND a.id < b.id AND b.id < 9;

-- no order that is common: numeric of several scales, floats with -0
SELECT a.id, b.id FROM events a JOIN people b ON a.amount = b.salary;

SELECT a.id, b.id FROM events a JOIN people b ON a.ratio = b.score;

-- one merge join above another, and outer joins above them
SELECT p.id, e.id, d.title FROM people p JOIN events e ON e.person = p.id JOIN depts d ON d.id = p.id;

SELECT p.id, e.id, q.id FROM people p LEFT JOIN events e ON e.person = p.id LEFT JOIN people q ON q.id = e.person AND q.active;

SELECT p.id, e.id FROM people p RIGHT JOIN events e ON e.person = p.id;

SELECT p.id, e.id FROM people p FULL JOIN events e ON e.person = p.id;

-- groups
SELECT e.person, count(*), sum(e.amount), max(e.kind), count(DISTINCT e.qty) FROM events e GROUP BY e.person;

SELECT e.kind, e.qty, count(*), min(p.name), array_agg(p.id ORDER BY p.id DESC) FROM events e JOIN people p ON p.id = e.person GROUP BY e.kind, e.qty;

SELECT e.person, avg(e.amount), var_samp(e.qty), count(*) FILTER (WHERE p.active) FROM events e JOIN people p ON p.id = e.person GROUP BY e.person HAVING count(*) > 1;

SELECT p.active, percentile_disc(0.5) WITHIN GROUP (ORDER BY e.id) FROM events e JOIN people p ON p.id = e.person GROUP BY p.active;

SELECT e.amount, count(*) FROM events e JOIN people p ON p.id = e.person GROUP BY e.amount;

SELECT e.kind, p.active, count(*) FROM events e JOIN people p ON p.id = e.person GROUP BY ROLLUP (e.kind, p.active);

SELECT e.ref, e.happened, count(*), string_agg(p.name, ',' ORDER BY p.name, e.id) FROM events e LEFT JOIN people p ON p.id = e.person GROUP BY e.ref, e.happened;

SELECT count(*) FROM events e JOIN people p ON p.id = e.person WHERE e.id < 0 GROUP BY e.kind;

-- rows
SELECT DISTINCT e.kind, p.active FROM events e JOIN people p ON p.id = e.person;

SELECT DISTINCT e.person FROM events e LEFT JOIN people p ON p.id = e.person;

SELECT DISTINCT e.kind, p.salary FROM events e JOIN people p ON p.id = e.person;

SELECT DISTINCT kind FROM (SELECT e.kind FROM events e ORDER BY e.kind DESC LIMIT 40) q;

SELECT kind, count(*) FROM (SELECT e.kind, e.id FROM events e ORDER BY e.kind NULLS FIRST, e.id LIMIT 40) q JOIN people p ON p.id = q.id GROUP BY kind;

-- in WITH, in a subquery, and under LIMIT, which reads no further
WITH j AS MATERIALIZED (SELECT e.person, p.name FROM events e JOIN people p ON p.id = e.person) SELECT name, count(*) FROM j GROUP BY name;

SELECT d.title, (SELECT count(*) FROM events e JOIN people p ON p.id = e.person WHERE p.dept = d.id) FROM depts d ORDER BY d.id;

SELECT e.person, count(*) FROM events e JOIN people p ON p.id = e.person GROUP BY e.person ORDER BY e.person LIMIT 3;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id ORDER BY p.id, e.id LIMIT 4;

-- sorted already
SELECT p.id, count(*) FROM events e JOIN people p ON p.id = e.person GROUP BY p.id ORDER BY p.id;

SELECT e.person, p.name FROM (SELECT * FROM events ORDER BY person DESC, id LIMIT 80) e JOIN (SELECT * FROM people ORDER BY id DESC LIMIT 40) p ON p.id = e.person ORDER BY p.id DESC, e.id;

SELECT e.person, e.kind FROM (SELECT * FROM events ORDER BY person NULLS FIRST, kind DESC, id LIMIT 80) e JOIN codes c ON c.code = e.kind ORDER BY e.person NULLS FIRST, e.kind DESC;

SELECT DISTINCT e.person FROM events e JOIN people p ON p.id = e.person ORDER BY e.person LIMIT 5 OFFSET 2;

SELECT kind, person FROM (SELECT e.kind, e.person FROM events e WHERE e.kind <> ALL (SELECT c.code FROM codes c WHERE c.n = 1) ORDER BY e.kind, e.person, e.id LIMIT 50) q WHERE person IN (SELECT p.id FROM people p WHERE p.active) ORDER BY kind, person;

-- by a key of either side
SELECT p.id, e.person, count(*) FROM events e JOIN people p ON p.id = e.person GROUP BY p.id, e.person;

SELECT b.id, d.title, count(*) FROM events e JOIN people p ON p.id = e.person JOIN badges b ON b.id = p.id LEFT JOIN depts d ON d.id = b.id GROUP BY b.id, d.title;
