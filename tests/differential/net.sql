-- Functions that have no kernel at home: the net evaluates them, wherever the tables are.

SELECT p.id, to_tsvector('english', p.name) FROM people p JOIN events e ON e.person = p.id ORDER BY p.id, e.id;

SELECT id, to_tsvector('simple', coalesce(name, '')) @@ to_tsquery('simple', 'ada | bela') FROM people ORDER BY id;

SELECT id, jsonb_path_query_array(jsonb_build_object('n', name, 's', salary), '$.*') FROM people ORDER BY id;

SELECT id, jsonb_pretty(jsonb_build_object('n', name, 'd', dept)) FROM people ORDER BY id;

SELECT id, format('%-12s|%5s|%L', name, dept, name) FROM people ORDER BY id;

SELECT id, ('10.0.0.' || id)::inet + dept FROM people ORDER BY id;

SELECT id, host(('192.168.' || dept || '.0/24')::cidr), masklen(('192.168.' || dept || '.0/24')::cidr) FROM people ORDER BY id;

SELECT id, regexp_replace(name, '(.)\1', '<\1>', 'g') FROM people ORDER BY id;

SELECT id, regexp_match(name, '^(.)(.)') FROM people ORDER BY id;

SELECT id, regexp_split_to_array(name, 'a') FROM people ORDER BY id;

SELECT id, array_positions(ARRAY[dept, boss, 1], 1) FROM people ORDER BY id;

SELECT id, array_replace(ARRAY[dept, boss], 1, 100), array_remove(ARRAY[dept, NULL, 3], 3) FROM people ORDER BY id;

SELECT id, int4range(0, id) * int4range(dept, 10) FROM people WHERE dept < 10 ORDER BY id;

SELECT id, lower(int4range(dept, dept + id)), upper_inc(numrange(salary, NULL)) FROM people ORDER BY id;

SELECT id, width_bucket(salary, 0, 2000, 4) FROM people ORDER BY id;

SELECT id, encode(sha256(convert_to(name, 'UTF8')), 'hex') FROM people ORDER BY id;

SELECT id, similarity_rank, sin(similarity_rank) FROM (SELECT id, ts_rank(to_tsvector('simple', name), 'ada'::tsquery) AS similarity_rank FROM people) t ORDER BY id;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id WHERE to_tsvector('simple', p.name || ' ' || e.kind) @@ 'view'::tsquery ORDER BY 1, 2;

SELECT d.title, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND point(p.id, d.id) <@ box(point(0, 0), point(20, 20)) ORDER BY 1, 2;

SELECT d.id, c.n FROM depts d JOIN codes c ON c.n = d.id AND to_tsvector('simple', c.code) @@ 'buy'::tsquery ORDER BY 1, 2;

SELECT tsvector_to_array(to_tsvector('simple', name)) AS words, count(*) FROM people GROUP BY 1 ORDER BY 2, 1;

SELECT jsonb_typeof(to_jsonb(name)) AS t, jsonb_array_length(jsonb_build_array(dept, name)) AS n, count(*) FROM people GROUP BY 1, 2 ORDER BY 1, 2;

SELECT dept, sum(width_bucket(salary, 0, 2000, 4)) FROM people GROUP BY dept ORDER BY dept;

SELECT dept, max(ts_rank(to_tsvector('simple', name), 'ada'::tsquery)) FILTER (WHERE name IS NOT NULL) FROM people GROUP BY dept ORDER BY dept;

SELECT id FROM people ORDER BY encode(sha256(convert_to(coalesce(name, ''), 'UTF8')), 'hex'), id;

SELECT id FROM people WHERE length(format('%5s', name)) = 5 AND dept = 1 ORDER BY id;

SELECT id, CASE WHEN dept = 1 THEN ('10.0.0.' || id)::inet ELSE NULL END FROM people ORDER BY id;

SELECT id, CASE WHEN dept < 0 THEN (name)::inet ELSE '::1'::inet END FROM people ORDER BY id;

SELECT id FROM people WHERE dept < 0 AND name::inet = '::1' ORDER BY id;

SELECT id, name::inet FROM people ORDER BY id;

SELECT id, name::point FROM people WHERE id = 1;

SELECT id, to_tsquery('simple', name) FROM people ORDER BY id;

SELECT e.id, date_bin('15 minutes', e.happened, timestamp '2000-01-01') FROM events e JOIN people p ON p.id = e.person ORDER BY e.id;

SELECT e.id, isfinite(e.happened), justify_interval(e.happened - timestamp '2024-01-01') FROM events e ORDER BY e.id;

SELECT e.id, e.ref, uuid_extract_version(e.ref) FROM events e ORDER BY e.id;

SELECT e.id, bit_count(e.qty::int4::bit(32)), e.qty::int4::bit(32) FROM events e ORDER BY e.id;

SELECT e.id, factorial(abs(e.qty % 5)), gcd(e.id, 12), lcm(e.qty::int8, 6) FROM events e ORDER BY e.id;

SELECT e.id, round(log(2, abs(e.amount) + 1), 6), scale(e.amount), min_scale(e.amount), trim_scale(e.amount) FROM events e ORDER BY e.id;

SELECT e.id, tsrange(e.happened, NULL), e.happened <@ tsrange('2024-01-01', '2024-02-15') FROM events e ORDER BY e.id;

SELECT e.id, e.ratio, e.amount, e.happened, e.ref, e.qty, to_jsonb(e.kind) || to_jsonb(e.amount) FROM events e ORDER BY e.id;

SELECT DISTINCT p.dept FROM people p WHERE to_tsvector('simple', p.name) @@ 'ada'::tsquery ORDER BY 1;

SELECT name FROM people WHERE to_tsvector('simple', name) @@ 'ada'::tsquery UNION SELECT code FROM codes WHERE to_tsvector('simple', code) @@ 'buy'::tsquery ORDER BY 1;

SELECT id, format('%s of %s', name, (SELECT max(id) FROM codes c, people q WHERE c.n = q.dept)) FROM people ORDER BY id LIMIT 5;

SELECT d.title, p.id FROM depts d JOIN people p ON p.dept = d.id AND point(p.id, d.id) <@ box(point(0, 0), point(20, 20)) ORDER BY 1, 2;

SELECT d.title, p.id FROM depts d JOIN people p ON point(p.id, d.id) <@ box(point(0, 0), point(20, 2)) ORDER BY 1, 2;

SELECT d.title, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND to_tsvector('simple', p.name) @@ 'ada'::tsquery ORDER BY 1, 2;

SELECT p.id FROM people p WHERE NOT EXISTS (SELECT FROM codes c WHERE format('%-5s', c.code) = format('%-5s', p.name)) ORDER BY 1;

SELECT p.id, c.n FROM people p JOIN codes c ON to_tsvector('simple', p.name) = to_tsvector('simple', c.code) ORDER BY 1, 2;

-- age(x) counts from today, by the session's own clock.
SELECT id, age(joined) = age(current_date::timestamptz, joined::timestamptz) FROM people ORDER BY id;

SELECT d.id, age(opened) = age(current_date::timestamptz, opened), age(opened AT TIME ZONE 'UTC') = age(current_date::timestamp, opened AT TIME ZONE 'UTC') FROM depts d JOIN people p ON p.dept = d.id ORDER BY p.id;

SELECT count(*) FROM events WHERE age(happened) > '1 year' AND extract(year FROM age(happened)) > 0;

-- Templates of numbers; functions of PostgreSQL 18 alone.
SELECT id, to_number(salary::text, 'S99999999D99'), to_number('<' || abs(id) || '>', '999PR'), to_number(to_char(salary, 'FM99,999,990.00'), '99G999G990D00') FROM people WHERE salary IS NOT NULL ORDER BY id;

SELECT id, to_number(name, '999') FROM people WHERE name = '100%' ORDER BY id;

SELECT to_number(name, '999') FROM people;

SELECT sum(to_number(id::text, 'RN')) FROM people;

SELECT id FROM people WHERE to_number(id || ',5', '99D9') > 100 ORDER BY id;

SELECT to_number(kind, 'FM9') FROM events WHERE kind IS NULL;

SELECT id, gamma(id), lgamma(id), erf(score), erfc(score) FROM people WHERE id < 20 ORDER BY id;

SELECT gamma(score) FROM people;

SELECT gamma(-id) FROM people;

SELECT erf(ratio), erfc(ratio) FROM events;

SELECT id, crc32(convert_to(name, 'UTF8')), crc32c(convert_to(name, 'UTF8')) FROM people ORDER BY id;

SELECT kind, max(crc32(kind::bytea)) FROM events WHERE kind <> '' GROUP BY kind ORDER BY kind;
