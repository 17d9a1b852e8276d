-- Outer joins below conditions of other joins: inner where those ask for a partner, outer where they do not.

SELECT p.id, e.id, d.title FROM people p LEFT JOIN events e ON e.person = p.id JOIN depts d ON d.id = e.qty ORDER BY 1, 2, 3;

SELECT p.id, e.id, d.title FROM people p LEFT JOIN events e ON e.person = p.id LEFT JOIN depts d ON d.id = e.qty ORDER BY 1, 2, 3;

SELECT p.id, e.id, d.title FROM depts d LEFT JOIN (people p LEFT JOIN events e ON e.person = p.id) ON d.id = e.qty ORDER BY 3, 1, 2;

SELECT p.id, e.id, d.title FROM depts d RIGHT JOIN (people p LEFT JOIN events e ON e.person = p.id) ON d.id = e.qty ORDER BY 1, 2, 3;

SELECT p.id, e.id, d.title FROM depts d FULL JOIN (people p LEFT JOIN events e ON e.person = p.id) ON d.id = e.qty ORDER BY 1, 2, 3;

SELECT p.id, d.title FROM (people p FULL JOIN depts d ON d.id = p.dept) JOIN codes c ON c.n = p.boss ORDER BY 1, 2;

SELECT p.id, d.title FROM (people p FULL JOIN depts d ON d.id = p.dept) JOIN codes c ON c.n = p.boss AND c.n < d.id ORDER BY 1, 2;

SELECT v.id FROM (SELECT p.id, e.qty FROM people p LEFT JOIN events e ON e.person = p.id) v WHERE EXISTS (SELECT FROM depts d WHERE d.id = v.qty) ORDER BY 1;

SELECT v.id FROM (SELECT p.id, e.qty FROM people p LEFT JOIN events e ON e.person = p.id) v WHERE NOT EXISTS (SELECT FROM depts d WHERE d.id = v.qty) ORDER BY 1;

SELECT d.id FROM depts d WHERE NOT EXISTS (SELECT FROM people p LEFT JOIN events e ON e.person = p.id WHERE e.qty = d.id) ORDER BY 1;

SELECT d.id FROM depts d WHERE d.id NOT IN (SELECT e.qty FROM people p LEFT JOIN events e ON e.person = p.id) ORDER BY 1;

SELECT v.id, d.title FROM (SELECT p.id, coalesce(e.qty, 1) AS qty FROM people p LEFT JOIN events e ON e.person = p.id) v JOIN depts d ON d.id = v.qty ORDER BY 1, 2;

SELECT v.id, d.title FROM (SELECT p.id, max(e.qty) AS qty FROM people p LEFT JOIN events e ON e.person = p.id GROUP BY p.id) v JOIN depts d ON d.id = v.qty ORDER BY 1, 2;

SELECT v.id, d.title FROM (SELECT p.id, e.qty FROM people p LEFT JOIN events e ON e.person = p.id ORDER BY p.id, e.id LIMIT 20) v JOIN depts d ON d.id = v.qty ORDER BY 1, 2;

SELECT v.id, d.title, v.n FROM (SELECT p.id, e.qty, count(*) OVER (PARTITION BY p.id) AS n FROM people p LEFT JOIN events e ON e.person = p.id) v JOIN depts d ON d.id = v.qty ORDER BY 1, 2;

SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id JOIN depts d ON d.id = e.qty OR e.id IS NULL ORDER BY 1, 2;

SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id JOIN depts d ON d.id IS NOT DISTINCT FROM e.qty ORDER BY 1, 2;

SELECT p.id, e.id FROM people p LEFT JOIN events e ON e.person = p.id JOIN codes c ON c.n IS NOT DISTINCT FROM e.qty ORDER BY 1, 2;
