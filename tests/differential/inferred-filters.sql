-- What a filter says of one side of an equality, said of the other.

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person WHERE e.person = 5 ORDER BY 1;

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person WHERE p.id IN (3, 5, NULL) ORDER BY 1;

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person WHERE p.id NOT IN (3, 5) AND (e.person < 9 OR e.person > 30) ORDER BY 1;

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person WHERE p.id NOT IN (3, NULL) ORDER BY 1;

SELECT e.id, p.name FROM events e JOIN people p ON p.id = e.person WHERE e.person BETWEEN 4 AND 12 AND p.id <> 7 ORDER BY 1;

SELECT e.id, c.n FROM events e JOIN codes c ON c.code = e.kind WHERE e.kind > 'c' ORDER BY 1, 2;

SELECT e.id, c.n FROM events e JOIN codes c ON c.code = e.kind WHERE c.code = '' OR c.code = 'buy' ORDER BY 1, 2;

SELECT e.id, c.n FROM events e JOIN codes c ON c.code = e.kind WHERE c.code COLLATE "C" < 'w' ORDER BY 1, 2;

SELECT e.id, c.n FROM events e LEFT JOIN codes c ON c.code = e.kind WHERE e.kind <> 'view' ORDER BY 1, 2;

SELECT e.id, c.n FROM events e LEFT JOIN codes c ON c.code = e.kind AND c.code = 'buy' ORDER BY 1, 2;

SELECT e.id, p.id FROM events e RIGHT JOIN people p ON p.id = e.person WHERE p.id > 35 ORDER BY 2, 1;

SELECT e.id, p.id FROM events e FULL JOIN people p ON p.id = e.person AND p.id > 35 WHERE e.person < 9 OR e.person IS NULL ORDER BY 2, 1;

SELECT e.id FROM events e WHERE e.person < 9 AND EXISTS (SELECT FROM people p WHERE p.id = e.person) ORDER BY 1;

SELECT e.id FROM events e WHERE e.person > 30 AND NOT EXISTS (SELECT FROM people p WHERE p.id = e.person AND p.id < 40) ORDER BY 1;

SELECT p.id FROM people p WHERE p.dept = 2 AND p.dept NOT IN (SELECT e.person FROM events e WHERE e.qty = 1) ORDER BY 1;

SELECT p.id FROM people p WHERE p.dept = 2 AND p.dept NOT IN (SELECT e.person FROM events e WHERE e.person IS NOT NULL) ORDER BY 1;

SELECT a.id, e.id, d.id FROM people a JOIN events e ON e.person = a.id JOIN depts d ON d.id = a.id WHERE d.id <= 3 ORDER BY 1, 2;

SELECT a.id, e.id, d.id FROM people a LEFT JOIN (events e JOIN depts d ON d.id = e.person) ON e.person = a.id WHERE a.id < 4 ORDER BY 1, 2;

SELECT a.id, e.id, d.id FROM people a LEFT JOIN (events e LEFT JOIN depts d ON d.id = e.person) ON e.person = a.id WHERE a.id < 4 ORDER BY 1, 2;

SELECT p.id, t.n FROM people p JOIN (SELECT person, count(*) AS n FROM events GROUP BY person) t ON t.person = p.id WHERE p.id > 20 ORDER BY 1;

SELECT p.id, t.n FROM people p JOIN (SELECT person, count(*) AS n FROM events GROUP BY ROLLUP (person)) t ON t.person = p.id WHERE t.person > 20 ORDER BY 1;

SELECT p.id, t.r FROM people p JOIN (SELECT person, rank() OVER (ORDER BY person) AS r FROM events) t ON t.person = p.id WHERE p.id > 20 ORDER BY 1, 2;

SELECT p.id, t.person FROM people p JOIN (SELECT person FROM events ORDER BY id LIMIT 20) t ON t.person = p.id WHERE p.id > 10 ORDER BY 1;

SELECT p.id, t.k FROM people p JOIN (SELECT person AS k FROM events UNION SELECT n FROM codes) t ON t.k = p.id WHERE p.id < 4 ORDER BY 1;

SELECT p.id, t.k FROM people p JOIN (SELECT person AS k FROM events WHERE person < 9) t ON t.k = p.id JOIN depts d ON d.id = t.k ORDER BY 1;

SELECT p.id, e.id FROM people p JOIN events e ON e.amount = p.salary WHERE p.salary > 0.5 ORDER BY 1, 2;

SELECT p.id, e.id FROM people p JOIN events e ON e.ratio = p.score WHERE p.score >= 0 ORDER BY 1, 2;

SELECT p.id, e.id FROM people p JOIN events e ON e.id = p.id WHERE p.id = 7 ORDER BY 1, 2;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id AND e.qty = p.id WHERE p.id > 0 AND e.qty < 2 ORDER BY 1, 2;

PREPARE inferred AS SELECT e.id, p.id FROM events e JOIN people p ON p.id = e.person WHERE p.id >= $1 AND e.person = ANY ($2) ORDER BY 1;

EXECUTE inferred(3, '{3,4,NULL}');

EXECUTE inferred(NULL, '{3}');

DEALLOCATE inferred;

-- an OR over both sides of outer joins
SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id AND ((p.dept = 1 AND e.kind = 'buy') OR (p.dept = 2 AND e.kind = 'view')) ORDER BY 1, 2;

SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id WHERE (p.dept = 1 AND e.kind IS NULL) OR (p.dept = 2 AND e.qty IS NULL) ORDER BY 1, 2;

SELECT p.id, e.id FROM people p RIGHT JOIN events e ON e.person = p.id WHERE (p.dept IS NULL AND e.kind = 'buy') OR (p.id = 2 AND e.qty > 0) ORDER BY 1, 2;

SELECT p.id, e.id FROM people p FULL JOIN events e ON e.person = p.id WHERE (p.dept IS NULL AND e.kind = 'buy') OR (p.id = 2 AND e.qty IS NULL) ORDER BY 1, 2;

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM events e WHERE e.person = p.id AND ((p.dept = 1 AND e.kind = 'buy') OR (p.dept = 2 AND e.kind = 'view'))) ORDER BY 1;

SELECT p.id, e.id, d.id FROM people p LEFT JOIN events e ON e.person = p.id LEFT JOIN depts d ON d.id = p.dept WHERE (p.dept = 1 AND d.budget IS NULL) OR (p.dept = 2 AND e.kind = 'view') ORDER BY 1, 2, 3;

-- what an arm spares is not implied
SELECT e.id FROM events e JOIN people p ON p.id = e.person WHERE (p.dept = 77 AND 100 / e.qty <> 7) OR (p.dept = 2 AND e.qty IS NOT NULL);

-- across the widths of integers
SELECT e.kind, b.id FROM events e JOIN badges b ON b.id = e.id WHERE e.id = 5;

SELECT e.kind, p.name FROM events e JOIN people p ON p.id = e.id WHERE e.id = 5;

SELECT e.kind, p.name FROM events e JOIN people p ON p.id = e.id WHERE p.id IN (5, 6);

SELECT e.kind, p.name FROM events e JOIN people p ON e.id = p.id WHERE e.id > 5 AND 9 >= e.id;

SELECT e.kind, p.name FROM events e JOIN people p ON e.id = p.id WHERE e.id > 5000000000 OR e.id = 3;

SELECT e.kind, p.name FROM events e LEFT JOIN people p ON e.id = p.id WHERE e.id BETWEEN 38 AND 43 AND e.id <> 40;

SELECT r.label, p.name FROM rooms r JOIN people p ON p.id = r.no AND p.id <= 40000 AND r.no <> 3;

SELECT r.label, e.kind FROM rooms r JOIN events e ON e.id = r.no JOIN people p ON p.id = e.id WHERE r.no IN (1, 3, NULL);

SELECT e.id FROM events e WHERE e.id IN (SELECT no FROM rooms WHERE no > 3) ORDER BY 1;

SELECT e.id FROM events e WHERE e.id < 5 AND NOT EXISTS (SELECT FROM rooms r WHERE r.no = e.id) ORDER BY 1;

SELECT e.qty, p.id FROM events e FULL JOIN people p ON p.id = e.qty WHERE e.qty = 1;
