-- LIMIT and OFFSET in correlated and LATERAL subqueries that are known only when they run; negative ones raise only then.

SELECT p.id, x.id FROM people p, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT 2)) x ORDER BY 1, 2

SELECT p.id, x.id FROM people p, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT min(id) FROM depts)) x ORDER BY 1, 2

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 2 - 1) FROM people p ORDER BY 1, 2

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id DESC LIMIT (SELECT 1) OFFSET (SELECT 1)) FROM people p ORDER BY 1, 2

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 1 - 2) FROM people p ORDER BY 1, 2

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT -1) FROM people p WHERE p.id < 0 ORDER BY 1, 2

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT -1) FROM people p ORDER BY 1, 2

SELECT p.id, CASE WHEN p.id < 0 THEN (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT -1)) END FROM people p ORDER BY 1, 2

SELECT p.id, CASE WHEN p.id = 3 THEN (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT 1)) END FROM people p ORDER BY 1, 2

SELECT p.id, CASE WHEN p.id = 3 THEN (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT -1)) END FROM people p ORDER BY 1, 2

SELECT p.id FROM people p WHERE EXISTS (SELECT FROM events e WHERE e.person = p.id LIMIT (SELECT 1)) ORDER BY 1

SELECT p.id FROM people p WHERE EXISTS (SELECT FROM events e WHERE e.person = p.id LIMIT (SELECT 0)) ORDER BY 1

SELECT p.id FROM people p WHERE EXISTS (SELECT FROM events e WHERE e.person = p.id LIMIT (SELECT NULL::int8)) ORDER BY 1

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM events e WHERE e.person = p.id LIMIT (SELECT -1)) ORDER BY 1

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM events e WHERE e.person = p.id LIMIT (SELECT 1)) ORDER BY 1

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM events e WHERE e.person = p.id LIMIT (SELECT 1) OFFSET 1) ORDER BY 1

SELECT p.id, x.id FROM people p, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT p.dept) x ORDER BY 1, 2

SELECT p.id, x.id FROM people p, LATERAL (SELECT d.id FROM depts d ORDER BY d.id LIMIT p.dept - 1 OFFSET p.dept) x ORDER BY 1, 2

SELECT p.id, ARRAY(SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT p.dept) FROM people p ORDER BY 1, 2

SELECT p.id, (SELECT count(*) FROM depts d, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id AND e.qty <> d.id ORDER BY e.id LIMIT d.id) x) FROM people p ORDER BY 1, 2

SELECT p.id, (SELECT count(*) FROM depts d, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT 2)) x) FROM people p ORDER BY 1, 2

SELECT p.id, (SELECT count(*) FROM depts d, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT greatest(p.dept, d.id)) x) FROM people p ORDER BY 1, 2

SELECT p.id, 5 IN (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT 2)) FROM people p ORDER BY 1, 2

SELECT p.id FROM people p WHERE 5 NOT IN (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT 2)) ORDER BY 1

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT (SELECT 1)) FROM people p ORDER BY 1 LIMIT 3

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT extract(year from now())::int / 2000) FROM people p ORDER BY 1 LIMIT 3

SELECT p.id, CASE WHEN p.id = 3 THEN (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT extract(year from now())::int / 2000) END FROM people p ORDER BY 1 LIMIT 3

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 1.4) FROM people p ORDER BY 1 LIMIT 3

SELECT p.id, (SELECT e.id FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT '1' || '000000000000000000000000') FROM people p ORDER BY 1 LIMIT 3

SELECT p.id, x.id FROM people p JOIN depts d ON d.id = p.dept, LATERAL (SELECT e.id FROM events e WHERE e.person = p.id UNION ALL (SELECT o.id FROM people o WHERE o.boss = p.id ORDER BY o.id OFFSET (SELECT 1)) LIMIT p.dept + 20) x ORDER BY 1, 2

-- What WHERE says of the outer rows alone spares them the subquery.
SELECT p.id, x.n FROM people p, LATERAL (SELECT max(e.id / (p.id - 3)) AS n FROM events e WHERE e.person = p.id) x WHERE p.id <> 3 ORDER BY 1, 2

SELECT p.id, x.n FROM people p, LATERAL (SELECT e.id / (p.id - 3) AS n FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 2) x WHERE p.id <> 3 ORDER BY 1, 2

SELECT p.id, x.n, y.n FROM people p LEFT JOIN LATERAL (SELECT e.id / (p.id - 3) AS n FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 2) x ON true, LATERAL (SELECT count(*) AS n FROM events f WHERE f.id > x.n) y WHERE p.id <> 3 AND x.n <> 1 ORDER BY 1, 2, 3

SELECT p.id, x.n FROM people p, LATERAL (SELECT e.id / (p.id - 3) AS n FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 2) x WHERE p.id <> 3 AND EXISTS (SELECT FROM depts d WHERE d.id = p.dept) AND p.id IN (SELECT id FROM depts) ORDER BY 1, 2

SELECT d.id, (SELECT sum(x.n) FROM people p, LATERAL (SELECT e.id / (p.id - 3) AS n FROM events e WHERE e.person = p.id ORDER BY e.id LIMIT 2) x WHERE p.id <> 3 AND p.dept = d.id) FROM depts d ORDER BY 1, 2
