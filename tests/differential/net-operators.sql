-- Operators over types and aggregates that have no kernel at home: the net sorts, groups, joins and aggregates.

SELECT id, ('10.0.0.' || (id * 7 % 11))::inet AS address FROM people ORDER BY address DESC, id;

SELECT id FROM people ORDER BY int4range(dept, dept + id) NULLS FIRST, id LIMIT 7 OFFSET 2;

SELECT DISTINCT ('10.0.0.' || dept)::inet FROM people;

SELECT DISTINCT int4range(0, dept), dept = 1 FROM people;

SELECT ('10.0.0.' || dept)::inet AS a, count(*), sum(salary) FROM people GROUP BY a ORDER BY a;

SELECT int4range(0, dept) AS r, count(DISTINCT name), max(salary) FROM people GROUP BY r ORDER BY r DESC;

SELECT int4range(0, dept) AS r, dept % 2 AS odd, count(*), grouping(int4range(0, dept)) FROM people GROUP BY ROLLUP (int4range(0, dept), dept % 2) ORDER BY 1, 2, 3, 4;

SELECT dept, max(('10.0.0.' || id)::inet), min(('10.0.' || id || '.0/24')::cidr) FROM people GROUP BY dept ORDER BY dept;

SELECT dept, range_agg(int4range(id, id + 2)), range_intersect_agg(int4range(0, id)) FROM people GROUP BY dept ORDER BY dept;

SELECT sum(salary::money), max(salary::money) FROM people;

SELECT dept, sum(salary::money) FILTER (WHERE salary > 0) FROM people GROUP BY dept ORDER BY dept;

SELECT dept, any_value(point(1, 2))::text, count(*) FROM people GROUP BY dept ORDER BY dept;

SELECT dept, array_agg(DISTINCT ('10.0.0.' || (id % 3))::inet) FROM people GROUP BY dept ORDER BY dept;

SELECT dept, array_agg(id ORDER BY ('10.0.0.' || (id * 7 % 11))::inet, id DESC) FROM people GROUP BY dept ORDER BY dept;

SELECT dept, json_object_agg_unique(id, name ORDER BY id) FROM people GROUP BY dept ORDER BY dept;

SELECT json_object_agg_unique(dept, name) FROM people WHERE dept IS NOT NULL;

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY happened - timestamp '2024-01-01') FROM events;

SELECT kind, percentile_cont(ARRAY[0.25, 0.5]) WITHIN GROUP (ORDER BY happened - timestamp '2024-01-01') FROM events GROUP BY kind ORDER BY kind;

SELECT max(ARRAY[id, dept]), min(ARRAY[name]) FROM people;

SELECT max('0/0'::pg_lsn + id) FROM people;

SELECT bit_and(id::bit(8)), bit_or(id::bit(8)), bit_xor(id::bit(8)) FROM people WHERE id > 1;

SELECT dept, count(*) FROM people WHERE id < 0 GROUP BY dept HAVING max(('10.0.0.' || id)::inet) > '10.0.0.3';

SELECT max(('10.0.0.' || id)::inet) FROM people WHERE id < 0;

SELECT max(name::inet) FROM people;

SELECT ('10.0.0.' || dept)::inet FROM people UNION SELECT ('10.0.0.' || n)::inet FROM codes;

SELECT ('10.0.0.' || dept)::inet FROM people INTERSECT ALL SELECT ('10.0.0.' || n)::inet FROM codes;

SELECT ('10.0.0.' || dept)::inet FROM people EXCEPT SELECT ('10.0.0.' || n)::inet FROM codes;

SELECT int4range(0, dept) FROM people UNION SELECT int4range(0, n + 1) FROM codes WHERE n > 0;

SELECT p.id, c.n FROM people p JOIN codes c ON ('10.0.0.' || p.dept)::inet = ('10.0.0.' || c.n)::inet ORDER BY 1, 2;

SELECT p.id, c.n FROM people p LEFT JOIN codes c ON ('10.0.0.' || p.dept)::inet = ('10.0.0.' || c.n)::inet ORDER BY 1, 2;

SELECT p.id, c.n FROM people p FULL JOIN codes c ON ('10.0.0.' || p.dept)::inet = ('10.0.0.' || c.n)::inet AND c.n > 0 ORDER BY 1, 2;

SELECT d.title, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND point(p.id, d.id) <@ box(point(0, 0), point(20, 20)) ORDER BY 1, 2;

SELECT d.title, p.id FROM depts d RIGHT JOIN people p ON p.dept = d.id AND int4range(0, d.id + 2) @> p.dept ORDER BY 1, 2;

SELECT p.id FROM people p WHERE EXISTS (SELECT FROM codes c WHERE int4range(0, c.n) @> p.dept) ORDER BY 1;

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM codes c WHERE int4range(0, c.n) @> p.dept) ORDER BY 1;

SELECT p.id FROM people p WHERE ('10.0.0.' || p.dept)::inet IN (SELECT ('10.0.0.' || n)::inet FROM codes) ORDER BY 1;

SELECT p.id FROM people p WHERE ('10.0.0.' || p.dept)::inet NOT IN (SELECT ('10.0.0.' || n)::inet FROM codes WHERE n IS NOT NULL) ORDER BY 1;

SELECT v.a, p.id FROM (VALUES ('10.0.0.1'::inet), (NULL), ('10.0.0.3')) AS v (a) JOIN people p ON v.a = ('10.0.0.' || p.dept)::inet ORDER BY 1, 2;

SELECT id, v FROM people, (VALUES (to_tsvector('simple', 'a b')), (to_tsvector('simple', 'c'))) AS t (v) WHERE id < 3 ORDER BY id, v;

SELECT id FROM people ORDER BY id LIMIT length(host('10.0.0.1'::inet)) - 5 OFFSET masklen('10.0.0.0/2'::cidr);

SELECT id, sum(width_bucket(salary, 0, 2000, 4)) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;

SELECT id, count(host(('10.0.0.' || id)::inet)) FILTER (WHERE id < 9) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;

SELECT id, max(host(('10.0.0.' || (id * 100))::inet)) FILTER (WHERE id < 2) OVER (ORDER BY id) FROM people ORDER BY id;

SELECT id, s FROM people, generate_series(1, bit_count(id::bit(8))) AS s WHERE id < 10 ORDER BY id, s;

SELECT id, w FROM people, regexp_split_to_table(name, '[ae]') AS w ORDER BY id, w;

SELECT id, w, n FROM people CROSS JOIN LATERAL regexp_split_to_table(coalesce(name, 'none'), '') WITH ORDINALITY AS t (w, n) ORDER BY id, n;

SELECT id, string_to_table(name, 'a') FROM people WHERE id < 9 ORDER BY 1, 2;

SELECT x, count(*) FROM people, string_to_table(coalesce(name, 'x') || ',y', ',') AS x GROUP BY x ORDER BY max(('10.0.0.' || id)::inet), x;

SELECT DISTINCT ON (('10.0.0.' || dept)::inet) ('10.0.0.' || dept)::inet AS a, id FROM people ORDER BY a, id DESC;

SELECT id, rank() OVER (ORDER BY ('10.0.0.' || dept)::inet) FROM people ORDER BY id;

SELECT a, count(*) FROM (SELECT DISTINCT ('10.0.0.' || dept)::inet AS a, name FROM people) t GROUP BY a ORDER BY a LIMIT 2;

SELECT (SELECT max(('10.0.0.' || c.n)::inet) FROM codes c WHERE c.n < p.dept) FROM people p ORDER BY p.id;

SELECT array_agg(r ORDER BY r) FROM (SELECT int4range(0, dept) AS r FROM people WHERE id < 9) t;

SELECT 1 FROM people ORDER BY int4range(0, id) DESC LIMIT 2;

SELECT count(*) FROM (SELECT FROM people ORDER BY int4range(0, id) LIMIT 9) t;

SELECT id, row_number() OVER w, first_value(name) OVER w, sum(salary::money) OVER (PARTITION BY int4range(0, dept) ORDER BY id) FROM people WINDOW w AS (PARTITION BY int4range(0, dept) ORDER BY ('10.0.0.' || id)::inet DESC) ORDER BY id;

SELECT id, max(('10.0.0.' || id)::inet) FILTER (WHERE dept = 1) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;

SELECT dept, max(count(*)) OVER (ORDER BY int4range(0, dept)) FROM people GROUP BY dept ORDER BY dept;

SELECT id, sum(id) OVER (ORDER BY id RANGE BETWEEN 3 PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;

SELECT id, count(*) OVER (PARTITION BY dept ORDER BY joined RANGE BETWEEN '1 year' PRECEDING AND CURRENT ROW) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY salary RANGE BETWEEN 10.5 PRECEDING AND 1000 FOLLOWING EXCLUDE CURRENT ROW), count(id) OVER (ORDER BY score RANGE 1 PRECEDING) FROM people ORDER BY id;

SELECT id, sum(id) OVER (ORDER BY id RANGE BETWEEN -1 PRECEDING AND CURRENT ROW) FROM people ORDER BY id;

-- Functions of arrays whose elements are only carried: the array is itself carried as text.
SELECT id FROM people WHERE ARRAY[('10.0.0.' || id)::inet] <@ ARRAY['10.0.0.1'::inet, '10.0.0.2'] ORDER BY id;

SELECT array_length(array_agg(('10.0.0.' || id)::inet), 1), array_agg(('10.0.0.' || id)::inet) && ARRAY['10.0.0.1'::inet] FROM people;

SELECT p.id, array_position(ARRAY['10.0.0.1'::inet, '10.0.0.2'], ('10.0.0.' || c.n)::inet) FROM people p JOIN codes c ON c.n = p.id ORDER BY p.id;

SELECT id, array_remove(ARRAY['10.0.0.1'::inet, '10.0.0.2'], ('10.0.0.' || id)::inet) FROM people ORDER BY id;

SELECT p.id, ARRAY[p.a, NULL], (ARRAY[p.a, '1.1.1.1'])[2], cardinality(ARRAY[p.a]) FROM (SELECT id, ('10.0.0.' || id)::inet AS a FROM people) p JOIN events e ON e.id = p.id ORDER BY p.id;

SELECT p.id, unnest(ARRAY[p.a, NULL]), generate_subscripts(ARRAY[p.a], 1) FROM (SELECT id, ('10.0.0.' || id)::inet AS a FROM people) p JOIN events e ON e.id = p.id ORDER BY p.id, 2;

SELECT p.id, v FROM (SELECT id, ('10.0.0.' || id)::inet AS a FROM people) p JOIN events e ON e.id = p.id, unnest(ARRAY[p.a, '1.1.1.1']) AS v ORDER BY p.id, v;

-- One at home, one at the net.
-- refused: values of type pg_catalog.record beside the aggregate bit_and(bit)
SELECT max(ROW(id)), bit_and(id::bit(8)) FROM people;
