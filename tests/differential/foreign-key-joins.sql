-- Joins along foreign keys that say no more than that there is a value, and those that look like it.

SELECT b.id FROM badges b JOIN people p ON p.id = b.owner ORDER BY 1;

SELECT b.id FROM badges b JOIN people p ON p.id = b.guest ORDER BY 1;

SELECT b.id, p.id, b.guest FROM badges b JOIN people p ON b.guest = p.id ORDER BY 1;

SELECT b.id, p.name FROM badges b JOIN people p ON b.guest = p.id ORDER BY 1;

SELECT count(*) FROM badges b, people o, people g WHERE o.id = b.owner AND g.id = b.guest;

SELECT b.id, o.id + g.id AS both FROM badges b, people o, people g WHERE o.id = b.owner AND g.id = b.guest AND o.id < g.id ORDER BY 1;

SELECT b.id, g.id FROM badges b JOIN people g ON g.id = b.guest AND g.id = b.owner ORDER BY 1;

SELECT b.id, g.id FROM badges b JOIN people g ON g.id = b.guest OR g.id = b.owner ORDER BY 1, 2;

SELECT b.id FROM badges b JOIN people g ON g.id = b.guest WHERE g.id > 20 ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.id = b.guest WHERE g.id IN (1, 8, 15, 22) AND g.id IS NOT NULL ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.id = b.guest WHERE g.active ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.id = b.guest WHERE 100 / (g.id - 8) > 0 ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.id = b.guest AND b.level > g.id - 30 ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.id = b.guest + 1 ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.dept = b.guest ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.id = b.level ORDER BY 1;

SELECT b.id FROM badges b JOIN people g ON g.id = b.guest AND b.guest = b.guest AND g.id = g.id ORDER BY 1;

-- two columns
SELECT b.id FROM badges b JOIN rooms r ON r.dept = b.room_dept AND r.no = b.room_no ORDER BY 1;

SELECT b.id, r.no, r.dept FROM badges b JOIN rooms r ON r.dept = b.room_dept AND r.no = b.room_no AND r.dept < 4 ORDER BY 1;

SELECT b.id FROM badges b JOIN rooms r ON r.dept = b.room_dept ORDER BY 1;

SELECT b.id FROM badges b JOIN rooms r ON r.dept = b.room_no AND r.no = b.room_dept ORDER BY 1;

SELECT b.id, r.label FROM badges b JOIN rooms r ON r.dept = b.room_dept AND r.no = b.room_no ORDER BY 1;

-- one behind the other
SELECT b.id FROM badges b JOIN rooms r ON r.dept = b.room_dept AND r.no = b.room_no JOIN depts d ON d.id = r.dept ORDER BY 1;

SELECT b.id, d.id FROM badges b JOIN rooms r ON r.dept = b.room_dept AND r.no = b.room_no JOIN depts d ON d.id = r.dept ORDER BY 1;

SELECT b.id, d.title FROM badges b JOIN rooms r ON r.dept = b.room_dept AND r.no = b.room_no JOIN depts d ON d.id = r.dept ORDER BY 1;

SELECT e.id, b.id FROM events e JOIN badges b ON b.guest = e.person JOIN people p ON p.id = e.person ORDER BY 1, 2;

SELECT e.id, b.id FROM events e JOIN people p ON p.id = e.person JOIN badges b ON b.guest = p.id ORDER BY 1, 2;

SELECT x.id, y.id FROM badges x JOIN people p ON p.id = x.guest JOIN badges y ON y.guest = p.id WHERE x.id < y.id ORDER BY 1, 2;

SELECT x.id, y.id FROM badges x JOIN rooms r ON r.no = x.room_no JOIN badges y ON y.room_dept = r.dept ORDER BY 1, 2;

SELECT v.id FROM (SELECT b.*, p.name, p.dept, d.title FROM badges b JOIN people p ON p.id = b.owner LEFT JOIN depts d ON d.id = p.dept) v ORDER BY 1;

SELECT count(v.level), v.room FROM (SELECT b.*, r.label, r.no AS room FROM badges b JOIN rooms r ON (r.dept, r.no) = (b.room_dept, b.room_no)) v GROUP BY v.room ORDER BY 2;

-- below and above of other operators
SELECT e.id, b.id FROM events e LEFT JOIN (badges b JOIN people p ON p.id = b.guest) ON b.id = e.qty ORDER BY 1, 2;

SELECT e.id, p.id FROM events e LEFT JOIN (badges b JOIN people p ON p.id = b.guest) ON b.id = e.qty ORDER BY 1, 2;

SELECT p.id, t.k FROM people p LEFT JOIN badges b ON b.guest = p.id AND b.level > 0 JOIN (SELECT id AS k FROM people) t ON t.k = b.owner ORDER BY 1, 2;

SELECT o.owner, o.n FROM (SELECT owner, count(*) AS n FROM badges GROUP BY owner) o JOIN people p ON p.id = o.owner ORDER BY 1;

SELECT o.owner, o.guest, o.n FROM (SELECT owner, guest, count(*) AS n FROM badges GROUP BY ROLLUP (owner, guest)) o JOIN people p ON p.id = o.owner ORDER BY 1, 2, 3;

SELECT o.room_dept, o.room_no, o.n FROM (SELECT room_dept, room_no, count(*) AS n FROM badges GROUP BY CUBE (room_dept, room_no)) o JOIN rooms r ON r.dept = o.room_dept AND r.no = o.room_no ORDER BY 1, 2, 3;

SELECT DISTINCT b.level FROM badges b JOIN people p ON p.id = b.guest ORDER BY 1;

SELECT b.id, row_number() OVER (ORDER BY p.id, b.id) FROM badges b JOIN people p ON p.id = b.guest ORDER BY 1;

SELECT * FROM (SELECT guest AS g FROM badges UNION ALL SELECT dept FROM people) t JOIN people p ON p.id = t.g ORDER BY 1, 2;

SELECT p.id FROM (SELECT * FROM badges ORDER BY id LIMIT 7) b JOIN people p ON p.id = b.guest ORDER BY 1;

SELECT b.id FROM badges b JOIN (SELECT * FROM people ORDER BY id LIMIT 7) p ON p.id = b.guest ORDER BY 1;

-- refused: TABLESAMPLE
SELECT b.id FROM badges b JOIN people p TABLESAMPLE BERNOULLI (0) ON p.id = b.guest ORDER BY 1;

SELECT b.id FROM badges b JOIN ONLY people p ON p.id = b.guest ORDER BY 1;

WITH t AS MATERIALIZED (SELECT b.id, p.id AS guest FROM badges b JOIN people p ON p.id = b.guest) SELECT x.id, y.guest FROM t x JOIN t y ON x.id = y.guest ORDER BY 1, 2;

SELECT d.id, (SELECT count(*) FROM badges b JOIN people p ON p.id = b.guest WHERE b.level = d.id) FROM depts d ORDER BY 1;

-- EXISTS, IN and their opposites
SELECT b.id FROM badges b WHERE EXISTS (SELECT FROM people p WHERE p.id = b.guest) ORDER BY 1;

SELECT b.id FROM badges b WHERE b.guest IN (SELECT id FROM people) ORDER BY 1;

SELECT b.id FROM badges b WHERE b.owner IN (SELECT id FROM people) AND b.level > 0 ORDER BY 1;

SELECT b.id FROM badges b WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = b.guest) ORDER BY 1;

SELECT b.id FROM badges b WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = b.owner) ORDER BY 1;

SELECT b.id FROM badges b WHERE b.guest NOT IN (SELECT id FROM people) ORDER BY 1;

SELECT b.id FROM badges b WHERE b.guest NOT IN (SELECT id FROM people WHERE id < 0) ORDER BY 1;

SELECT b.id FROM badges b WHERE EXISTS (SELECT FROM people p WHERE p.id = b.guest AND p.active) ORDER BY 1;

SELECT b.id FROM badges b WHERE EXISTS (SELECT FROM people p WHERE p.id = b.guest AND p.id > 10 AND b.level < 2) ORDER BY 1;

SELECT b.id FROM badges b WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = b.guest AND p.id > 10) ORDER BY 1;

SELECT b.id FROM badges b WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = b.guest AND b.level IS NOT NULL) ORDER BY 1;

SELECT b.id FROM badges b WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = b.guest AND b IS NOT NULL) ORDER BY 1;

SELECT b.id FROM badges b WHERE (b.room_dept, b.room_no) IN (SELECT dept, no FROM rooms) ORDER BY 1;

SELECT b.id FROM badges b WHERE NOT EXISTS (SELECT FROM rooms r WHERE r.dept = b.room_dept AND r.no = b.room_no) ORDER BY 1;

SELECT b.id FROM badges b WHERE EXISTS (SELECT FROM rooms r JOIN depts d ON d.id = r.dept WHERE r.dept = b.room_dept AND r.no = b.room_no) ORDER BY 1;

SELECT b.id FROM badges b WHERE EXISTS (SELECT FROM people p WHERE p.id = b.guest) OR b.level = 2 ORDER BY 1;

SELECT b.id FROM badges b WHERE EXISTS (SELECT FROM people p WHERE p.id = b.guest LIMIT 0) ORDER BY 1;

SELECT b.id FROM badges b WHERE b.guest = ANY (SELECT p.id FROM people p WHERE p.id <> 8) ORDER BY 1;
