-- Functions in FROM and set-returning functions in the select list.

SELECT p.id, g FROM people p, generate_series(1, p.dept) AS g ORDER BY p.id, g;

SELECT p.id, g.n FROM people p LEFT JOIN LATERAL generate_series(p.dept, 3) AS g (n) ON true ORDER BY p.id, g.n;

SELECT p.id, g.n FROM people p LEFT JOIN LATERAL generate_series(p.dept, 3) AS g (n) ON g.n > 1 ORDER BY p.id, g.n;

SELECT g, d.title FROM generate_series(1, 7, 2) AS g LEFT JOIN depts d ON d.id = g ORDER BY g;

SELECT d.id, u.* FROM depts d, unnest(ARRAY[d.id, NULL, 7], ARRAY[d.title]) WITH ORDINALITY AS u (a, b, n) ORDER BY d.id, u.n;

SELECT d.id, r.* FROM depts d, ROWS FROM (generate_series(1, d.id), generate_series(d.id, 1, -1)) AS r (up, down) ORDER BY d.id, r.up;

SELECT p.id, generate_series(1, p.dept), p.name FROM people p ORDER BY p.id, 2;

SELECT id, generate_series(1, 2) AS a, generate_series(1, 3) AS b FROM depts ORDER BY id, b;

SELECT id, generate_series(1, generate_series(1, 3)) AS a, generate_series(2, 4) AS b FROM depts ORDER BY id, b, a;

SELECT dept, count(*), generate_series(1, count(*)) AS g FROM people GROUP BY dept ORDER BY dept, g;

SELECT DISTINCT generate_series(1, dept) AS g FROM people ORDER BY g DESC LIMIT 2;

SELECT id, generate_series(id, 3) AS g FROM depts ORDER BY id LIMIT 4 OFFSET 1;

SELECT id, unnest(string_to_array(name, 'a')) AS part FROM people ORDER BY id, part;

SELECT id, unnest(ARRAY[ARRAY[id, 1], ARRAY[NULL, dept]]) AS x FROM people ORDER BY id, x;

SELECT d.id, s, s2 FROM depts d, generate_subscripts(ARRAY[d.id, 5, 6], 1) s, generate_subscripts(ARRAY[d.id, 5], 1, true) s2 ORDER BY 1, 2, 3;

SELECT e.id, x FROM events e, generate_series(e.amount, e.amount + 1, 0.25) AS x WHERE e.id < 12 ORDER BY e.id, x;

SELECT d.id, x FROM depts d, generate_series(9223372036854775805, 9223372036854775807) AS x ORDER BY d.id, x;

SELECT d.id, x FROM depts d, generate_series(2147483645, 2147483647) AS x ORDER BY d.id, x;

SELECT e.id, x FROM events e, generate_series(e.happened, e.happened + INTERVAL '3 months', INTERVAL '1 month') AS x ORDER BY e.id, x;

SELECT d.id, x FROM depts d, generate_series(d.opened, d.opened + INTERVAL '2 days', INTERVAL '18 hours') AS x ORDER BY d.id, x;

SELECT d.id, x FROM depts d, generate_series(1, 5, d.id - 3) AS x ORDER BY d.id, x;

SELECT d.id, x FROM depts d, generate_series(1, d.id::numeric, 0) AS x;

SELECT p.id, j FROM people p, jsonb_array_elements(jsonb_build_array(p.id, p.name, NULL, ARRAY[p.dept])) AS j ORDER BY p.id, j::text;

SELECT p.id, j FROM people p, jsonb_array_elements_text(jsonb_build_array(p.id, p.name, NULL, ARRAY[p.dept])) AS j ORDER BY p.id, j;

SELECT p.id, j FROM people p, json_array_elements_text(json_build_array(p.id, p.name, NULL)) AS j ORDER BY p.id, j;

SELECT p.id, key, value FROM people p, jsonb_each(jsonb_build_object('id', p.id, 'n', p.name)) ORDER BY p.id, key;

SELECT p.id, e.k, e.v FROM people p, json_each_text(json_build_object('id', p.id, 'n', p.name)) AS e (k, v) ORDER BY p.id, e.k;

SELECT p.id, jsonb_object_keys(jsonb_build_object('b', p.id, 'a', p.name)) AS k FROM people p ORDER BY p.id, k;

SELECT id, jsonb_array_elements(to_jsonb(id)) FROM depts;

SELECT d.id, x FROM depts d, upper(d.title) AS x ORDER BY d.id;

SELECT d.id, (SELECT sum(g) FROM generate_series(1, d.id) AS g) FROM depts d ORDER BY d.id;

SELECT d.id FROM depts d WHERE EXISTS (SELECT 1 FROM generate_series(2, d.id) AS g WHERE g > 3) ORDER BY d.id;

SELECT d.id FROM depts d WHERE 3 IN (SELECT generate_series(1, d.id)) ORDER BY d.id;

SELECT d.id, ARRAY(SELECT g * 2 FROM generate_series(1, d.id) AS g ORDER BY g DESC) FROM depts d ORDER BY d.id;

SELECT g, count(p.id) FROM generate_series(0, 4) AS g LEFT JOIN people p ON p.dept = g GROUP BY g ORDER BY g;

SELECT p.id, u FROM people p JOIN unnest(ARRAY[1, 3, 3, NULL]) AS u ON p.dept = u ORDER BY p.id, u;

SELECT s.id, s.g FROM (SELECT id, generate_series(1, 3) AS g FROM depts) s WHERE s.id > 2 AND s.g > 1 ORDER BY 1, 2;

SELECT count(*) FROM people, generate_series(1, 20000) AS g;

SELECT generate_series(1, dept) AS g, count(*) FROM people GROUP BY g ORDER BY 1;

SELECT unnest(ARRAY[dept, 1]) AS u, generate_series(1, 3) AS g, count(*), sum(salary) FROM people GROUP BY u, g ORDER BY 1, 2;

SELECT generate_series(1, 2) + dept AS x, max(id) FROM people GROUP BY generate_series(1, 2) + dept ORDER BY x;

SELECT dept, generate_series(1, 2) AS x, count(*) FROM people GROUP BY ROLLUP (dept, generate_series(1, 2)) ORDER BY 1, 2;

SELECT generate_series(1, dept) AS g, generate_series(1, count(*)) AS c FROM people GROUP BY g ORDER BY 1, 2;

SELECT p.id, r.* FROM people p, json_to_recordset(json_build_array(json_build_object('a', p.id, 'b', p.name), json_build_object('a', 2))) AS r (a int, b text) ORDER BY 1, 2;

SELECT p.id, r.* FROM people p, jsonb_to_record(jsonb_build_object('a', p.id, 'b', p.name, 'c', ARRAY[p.dept])) AS r (a int, b text, c int[]) ORDER BY 1;

SELECT p.id, m FROM people p, regexp_matches(p.name, '([a-z])([a-z])', 'g') AS m ORDER BY 1, 2;

SELECT p.id, regexp_matches(p.name, '[aeiou]', 'g') AS m FROM people p ORDER BY 1, 2;

SELECT p.id, w FROM people p, regexp_split_to_table(p.name, '[aeiou]') WITH ORDINALITY AS w (w, n) ORDER BY 1, w.n;

SELECT p.id, string_to_table(p.name, 'a') AS w FROM people p ORDER BY 1, 2;

SELECT d.id, g FROM depts d, generate_series(d.opened, d.opened + INTERVAL '2 days', INTERVAL '1 day', 'America/New_York') AS g ORDER BY 1, 2;

SELECT d.id, r.* FROM depts d, ROWS FROM (json_to_recordset(json_build_array(json_build_object('a', d.id))) AS (a int, b text), generate_series(1, 3)) WITH ORDINALITY AS r (x, y, z, n) ORDER BY 1, n;

SELECT d.id, j FROM depts d, jsonb_path_query(jsonb_build_array(d.id, d.id + 1, 'x'), '$[*] ? (@ > 2)') AS j ORDER BY 1, j::text;

SELECT count(*) FROM people p WHERE 'a' IN (SELECT regexp_split_to_table(p.name, ''));

SELECT jsonb_path_query(jsonb_build_array(d.id, 7), '$[*]') AS j, count(*) FROM depts d GROUP BY j ORDER BY j::text;

SELECT d.id, r.* FROM depts d LEFT JOIN LATERAL json_to_record(json_build_object('x', d.id)) AS r (x numeric(6,2), y text) ON r.x > 2 ORDER BY 1;

SELECT a.id, e.key, e.value FROM depts a, json_each(json_build_object('a', a.id)) e ORDER BY 1;


SELECT a.id, b.id FROM lists a LEFT JOIN lists b ON b.id = a.id AND (b.id = ANY (b.nums) OR a.id <> ALL (a.nums)) ORDER BY 1, 2;

-- PostgreSQL expands a set after the sort: it stays in its own order.
SELECT p.id, generate_series(1, 5) AS n FROM people p ORDER BY p.id LIMIT 7;

SELECT p.id, unnest(ARRAY[3, 1, 2]) AS n, generate_series(1, 4) AS m FROM people p ORDER BY p.id DESC LIMIT 9 OFFSET 2;

SELECT p.id, generate_series(1, generate_series(1, 3)) AS n FROM people p ORDER BY p.id LIMIT 13;

SELECT d.title, unnest(array_agg(p.id ORDER BY p.id DESC)) AS id FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.id, d.title ORDER BY d.title, d.id LIMIT 8;

-- a subquery that DISTINCT rows are ordered by is not written again, under whatever name
(SELECT DISTINCT (SELECT max(d.id) FROM depts d) FROM people ORDER BY 1 DESC LIMIT 7) UNION ALL (SELECT max(person) FROM events) ORDER BY 1 LIMIT 9;

-- where the left has no row, the right is not read
(SELECT id FROM people WHERE id < 0) EXCEPT (SELECT 10 / (id - 2) FROM depts);

(SELECT n, id FROM unnest(NULL::int4[]) n CROSS JOIN people) EXCEPT ALL (SELECT NULL, 10 / (id - 2) FROM depts);

(SELECT id FROM people WHERE id < 0) INTERSECT (SELECT 10 / (id - 2) FROM depts);

(SELECT id FROM people WHERE id < 1) EXCEPT ALL (SELECT 10 / (person - 2) FROM events);

-- computed before the rows are sorted
SELECT * FROM (SELECT 1 / (id - 30) AS x, amount FROM events UNION ALL SELECT 2, salary FROM people) u ORDER BY amount LIMIT 2;

SELECT 1 / (id - 30) FROM (SELECT id, amount FROM events UNION ALL SELECT id, salary FROM people) u ORDER BY amount LIMIT 2;

-- arrays whose elements are cast
SELECT nums FROM lists UNION ALL SELECT ARRAY[1.5];

SELECT nums FROM lists UNION SELECT ARRAY[1]::bigint[];

SELECT ARRAY['a']::varchar[] FROM depts UNION ALL SELECT tags FROM lists;

SELECT ARRAY['a ']::char(3)[] FROM depts UNION SELECT tags FROM lists;

SELECT ARRAY['a ']::char(3)[] FROM depts UNION SELECT ARRAY['a']::varchar[] FROM codes;

SELECT ARRAY[id] FROM depts INTERSECT SELECT ARRAY[id]::bigint[] FROM events;

SELECT ARRAY[[id]] FROM depts EXCEPT SELECT ARRAY[[id::numeric]] FROM people WHERE id < 4;

SELECT ARRAY[opened::date] FROM depts UNION ALL SELECT ARRAY[happened] FROM events WHERE id < 3;
