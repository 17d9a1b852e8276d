-- GROUPING SETS, ROLLUP and CUBE within each outer row.

SELECT d.id, q.* FROM depts d, LATERAL (SELECT p.active, count(*), sum(p.id), grouping(p.active) FROM people p WHERE p.dept = d.id GROUP BY ROLLUP (p.active)) q ORDER BY 1, 2, 5;

SELECT d.id, q.* FROM depts d LEFT JOIN LATERAL (SELECT p.active, p.boss % 2 AS b, count(*), max(p.salary), grouping(p.active, p.boss % 2) FROM people p WHERE p.dept = d.id GROUP BY GROUPING SETS ((p.active), (p.boss % 2))) q ON true ORDER BY 1, 2, 3, 6;

SELECT d.id, (SELECT max(n) FROM (SELECT count(*) AS n FROM people p WHERE p.dept = d.id GROUP BY CUBE (p.active, p.boss)) q) FROM depts d ORDER BY d.id;

SELECT d.id, (SELECT sum(g) FROM (SELECT grouping(p.active, p.boss) AS g FROM people p WHERE p.dept > d.id GROUP BY CUBE (p.active, p.boss)) q) FROM depts d ORDER BY d.id;

SELECT d.id, ARRAY(SELECT count(*) || ':' || coalesce(p.active::text, '-') FROM people p WHERE p.dept = d.id GROUP BY ROLLUP (p.active) ORDER BY count(*), p.active) FROM depts d ORDER BY d.id;

SELECT d.id FROM depts d WHERE 7 IN (SELECT count(*) FROM people p WHERE p.dept = d.id GROUP BY GROUPING SETS ((), (p.active))) ORDER BY d.id;

SELECT d.id FROM depts d WHERE EXISTS (SELECT FROM people p WHERE p.dept = d.id GROUP BY ROLLUP (p.active) HAVING count(*) = 0) ORDER BY d.id;

SELECT d.id, q.* FROM depts d, LATERAL (SELECT p.active, sum(p.id + d.id) AS s, count(p.name) FROM people p WHERE p.dept <> d.id AND p.id < 20 GROUP BY ROLLUP (p.active) HAVING sum(p.id) > d.id) q ORDER BY 1, 2, 3;

SELECT d.id, q.* FROM depts d, LATERAL (SELECT p.active, e.kind, count(*), grouping(e.kind) FROM people p JOIN events e ON e.person = p.id WHERE p.dept = d.id GROUP BY p.active, ROLLUP (e.kind)) q ORDER BY 1, 2, 3, 4, 5;
