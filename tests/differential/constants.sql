-- Constants are computed while planning, and what raises there raises; beside NULL and false, too. Nor may a source that
-- simplifies an expression away swallow its error.

SELECT id + 1/0 + NULL FROM people;

SELECT id + NULL + 1/0 FROM people;

SELECT (id/0) + NULL FROM people;

SELECT NULL + (id/0) FROM people;

SELECT (id/0) + NULL::int4 FROM people WHERE id < 3;

SELECT id FROM people WHERE id/0 > NULL;

SELECT id FROM people WHERE id/0 > 1 AND false;

SELECT id FROM people WHERE id/0 > 1 AND NULL;

SELECT id FROM people WHERE 1/(id-id) > 1 AND NULL::bool;

SELECT id FROM people WHERE NULL::bool AND id/0 > 1;

SELECT id/0 = NULL, count(*) FROM people GROUP BY 1;

SELECT count(*) FROM people WHERE (id/(id-1)) * NULL IS NULL;

SELECT sum(id/(id-1) + NULL) FROM people;

SELECT id, 2147483647 + id + NULL FROM people;

SELECT id, (2147483647 + id) + NULL::int4 IS NULL FROM people;

SELECT id, CASE WHEN dept/(id-1) > 1 THEN NULL ELSE NULL END FROM people;

SELECT id, CASE WHEN dept/(id-1) > 1 THEN 1 ELSE 1 END FROM people;

SELECT id, coalesce(1, id/0) FROM people WHERE id < 3;

SELECT id, (id/0) IS NULL FROM people WHERE id < 3;

SELECT id, (id/0) IS NOT NULL FROM people WHERE id < 3;

SELECT id, nullif(id/(id-1), id/(id-1)) FROM people;

SELECT id FROM people WHERE id/(id-1) = id/(id-1);

SELECT id FROM people WHERE (id/(id-1)) IS NOT DISTINCT FROM (id/(id-1));

SELECT id, substr(name, 1, 2) || NULL || (id/(id-1))::text FROM people;

SELECT id FROM people WHERE id/(id-1) IN (NULL);

SELECT id FROM people WHERE id/(id-1) IN (NULL, 1);

SELECT id FROM people WHERE id/(id-1) BETWEEN 5 AND 1;

SELECT id FROM people WHERE id/(id-1) > 5 AND id/(id-1) < 1;

SELECT count(id/(id-1)) FROM people;

SELECT count(*) FROM (SELECT id/(id-1) AS x FROM people) t;

SELECT count(*) FROM (SELECT DISTINCT id/(id-1) AS x FROM people) t;

SELECT id, (id/(id-1)) * 0 FROM people;

SELECT id FROM people WHERE name LIKE NULL AND id/(id-1) > 0;

SELECT id, length(name) + NULL + id/(id-1) FROM people;

SELECT max(id/(id-1) + NULL) FROM people;

SELECT greatest(NULL, id/(id-1)) FROM people;

SELECT id FROM people WHERE NOT (id/(id-1) > NULL);

SELECT id FROM people WHERE (id/(id-1) > 0) IS NOT NULL OR true;

SELECT id FROM people WHERE true OR id/(id-1) > 0;

SELECT id FROM people WHERE dept > 1 OR (id/(id-1) > NULL);

SELECT a.id FROM people a JOIN depts d ON a.dept = d.id AND a.id/(a.id-1) > NULL;

SELECT id, abs(id/(id-1)) = NULL FROM people;

SELECT (1/0)::text || NULL || id FROM people;

SELECT 1/0 IS NULL FROM people;

SELECT id, score / 0 + NULL FROM people;

SELECT id, NULL::float8 + score / (id - 1) FROM people;

SELECT id, date_part('year', joined) + NULL + id/(id-1) FROM people;

SELECT id, salary * 1e30 * NULL::numeric FROM people;

SELECT id, joined + 2000000000 + NULL::int4 FROM people;

SELECT id, (joined + 2000000000) IS NULL FROM people;

SELECT id, ('9999-12-31'::date - joined) * 2147483647 + NULL FROM people;

SELECT id FROM people GROUP BY id HAVING sum(id/(id-1)) > NULL;

SELECT id, bool_and(id/(id-1) > NULL) FROM people GROUP BY id;

SELECT CASE WHEN id > 0 THEN id ELSE 1/0 END FROM people;

SELECT CASE WHEN true THEN id ELSE 1/0 END FROM people;

SELECT CASE id WHEN 1 THEN 1/0 ELSE 2 END FROM people WHERE id = 2;

SELECT coalesce(id, 1/0) FROM people;

SELECT coalesce(1, 1/0) FROM people;

SELECT id FROM people WHERE id < 0 AND 1/0 = 1;

SELECT id FROM people WHERE false AND 1/0 = 1;

SELECT id FROM people WHERE NULL AND 1/0 = 1;

SELECT id FROM people WHERE id < 0 OR 1/0 = 1;

SELECT id FROM people LIMIT 0 OFFSET 1/0;

SELECT id FROM (SELECT id, 1/0 AS x FROM people) t;

SELECT id FROM (SELECT id, 1/0 AS x FROM people LIMIT 5) t ORDER BY id;

WITH t AS (SELECT 1/0 AS x FROM people) SELECT id FROM people;

SELECT id, (SELECT 1/0) FROM people WHERE id < 0;

SELECT id FROM people WHERE EXISTS (SELECT 1/0 FROM codes);

SELECT id FROM people WHERE id IN (SELECT 1/0 FROM codes WHERE n < 0);

SELECT count(*) FROM (SELECT 1/0 FROM people) t;

SELECT count(1/0) FROM people;

SELECT sum(id) FILTER (WHERE 1/0 = 1) FROM people;

SELECT id FROM people WHERE id < 0 UNION ALL SELECT 1/0 FROM people WHERE id < 0;

SELECT id FROM people WHERE false UNION ALL SELECT 1/0 FROM people WHERE false;

SELECT 1/0 FROM people WHERE false;

SELECT 'x'::int4 FROM people WHERE false;

SELECT id FROM people ORDER BY 1/0;

SELECT id FROM people GROUP BY id, 1/0;

SELECT d.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND 1/0 = 1;

SELECT id, row_number() OVER (ORDER BY 1/0) FROM people;

SELECT id FROM people WHERE name LIKE 'a\';

SELECT id FROM people WHERE id = ANY (ARRAY[1/0]);

SELECT greatest(id, 1/0), ARRAY[1/0, id] FROM people WHERE id < 0;

SELECT id FROM people, (VALUES (1/0)) AS v (x) WHERE id < 0;

SELECT id FROM people WHERE false AND id = 1/0;

SELECT id FROM (SELECT * FROM people WHERE id < 0) t WHERE 1/0 > 0;

SELECT factorial(-1) FROM people WHERE id < 0;

SELECT CASE WHEN id < 0 THEN sqrt(-1) ELSE 0 END FROM people;

SELECT CASE WHEN id < 0 THEN ('x' || id)::int4 ELSE 0 END FROM people;

SELECT id FROM people WHERE id < (SELECT 1/0 WHERE false);

SELECT id FROM (SELECT id, dept FROM people WHERE id/(id-1) > 3) t WHERE id/(id-1) < 1;

SELECT id FROM people WHERE NOT (id/(id-1) > 1) AND id/(id-1) > 2;

SELECT id FROM people WHERE id/(id-1) IN (1, 2) AND id/(id-1) NOT IN (1, 2);

-- A constant keeps its scale beside a column of another.
SELECT nullif(2460342::numeric, salary), nullif(salary, 5::numeric), nullif(1.5::numeric, salary) FROM people;

-- NULL that is known while running only, in texts: DuckDB makes an integer of such a concatenation.
SELECT '100%' || (SELECT json_agg(name)::text FROM people WHERE false) FROM people;

SELECT id, name || (SELECT json_agg(name)::text FROM people WHERE false) || 'x' AS whole FROM people ORDER BY id;

SELECT id, length('a' || (SELECT json_agg(name)::text FROM people WHERE id < 0)) FROM people ORDER BY id;

SELECT id FROM people WHERE name = 'a' || (SELECT json_agg(name)::text FROM people WHERE false) OR id = 3;

SELECT id, name || (SELECT json_agg(id)::text FROM people WHERE id < 3) FROM people ORDER BY id;

-- What no kernel computes is a constant all the same: a strict function of a NULL does not look at its other arguments.
SELECT jsonb_path_query_first('1'::jsonb, '$.a') || name::jsonb FROM people;

SELECT id FROM people WHERE jsonb_path_exists('{"a": 1}', '$.b') AND name::int > 0 ORDER BY id;

SELECT id, CASE WHEN '10.0.0.1'::inet << '10.0.0.0/8' THEN id ELSE name::int END FROM people ORDER BY id;

SELECT coalesce(id, name::int), nullif(jsonb_path_query_first('1'::jsonb, '$.a'), name::jsonb) FROM people WHERE id < 3 ORDER BY id;

SELECT id FROM people WHERE jsonb_path_exists(jsonb_path_query_first('{"a": {"b": 1}}', '$.a'), '$.b') ORDER BY id LIMIT 3;

SELECT CASE WHEN id > 0 THEN id ELSE jsonb_path_query_first('1', 'strict $.a')::int END FROM people WHERE id < 3 ORDER BY id;

-- CASE whose branches are never taken is a NULL, too
SELECT id, CASE WHEN false THEN salary END / (name::numeric(6,2)), CASE WHEN NULL THEN id END + name::int FROM people ORDER BY id;

SELECT id, CASE WHEN id > 0 THEN 1 WHEN true THEN name::int END FROM people ORDER BY id;

SELECT id, CASE WHEN false THEN 1 / 0 WHEN true THEN NULL::int ELSE 2 / 0 END * name::int FROM people ORDER BY id;

SELECT id, CASE 1 WHEN 2 THEN name::int END - name::int FROM people ORDER BY id;

-- A constant of a subquery that PostgreSQL computes by itself is a column outside: what raises of it raises for rows.
SELECT c / 0 FROM (SELECT 1 AS c, count(*) FROM people GROUP BY dept HAVING false) q;

SELECT c / 0, n FROM (SELECT 1 AS c, count(*) AS n FROM people GROUP BY dept) q;

SELECT c / 0, n FROM (SELECT 1 AS c, row_number() OVER (ORDER BY id) AS n FROM people WHERE id < 0) q;

SELECT p.id, CASE p.id WHEN q.c::int THEN 1 ELSE 2 END FROM (SELECT DISTINCT 9007199254740993, 100 FROM events) q (c, k) JOIN people p ON q.k = p.id;

SELECT p.id, CASE p.id WHEN q.c::int THEN 1 ELSE 2 END FROM (SELECT DISTINCT 9007199254740993, kind FROM events) q (c, k) JOIN people p ON q.k = p.name;

SELECT p.id, q.c::int FROM (SELECT 9007199254740993, id FROM events ORDER BY id LIMIT 1) q (c, k) JOIN people p ON q.k = p.id AND p.id < 0;

SELECT p.id, q.c::int FROM (SELECT 9007199254740993, id FROM events ORDER BY id LIMIT 1) q (c, k) JOIN people p ON q.k = p.id OR p.id = 3;

SELECT c || 'x', c::int FROM (SELECT 'a' AS c, dept FROM people WHERE id < 0 GROUP BY dept) q;

SELECT c + 1, c - 1, dept FROM (SELECT 7 AS c, dept FROM people GROUP BY dept) q ORDER BY dept;

SELECT DISTINCT c, '[1]'::json IS NULL, dept FROM (SELECT DISTINCT 'x' AS c, dept FROM people) q ORDER BY dept;
