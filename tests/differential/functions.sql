-- Functions and casts over columns of any source.

SELECT id, concat(name, '-', dept), concat_ws('/', name, dept, active), format('%s: %L', id, name) FROM people ORDER BY id;

SELECT id, quote_ident(name), quote_nullable(name), num_nulls(name, dept, salary) FROM people ORDER BY id;

SELECT id FROM people WHERE name ~ '^[A-ZÄÖÜ]' OR name ~* 'a$' ORDER BY id;

SELECT id, regexp_replace(name, '[^a-zA-Z]+', '_', 'g'), substring(name from '[a-z]+') FROM people ORDER BY id;

SELECT id FROM people WHERE name SIMILAR TO '%(a|d)%' ORDER BY id;

SELECT id, regexp_match(name, '^(.)(.*)$'), regexp_count(name, 'a') FROM people ORDER BY id;

SELECT id, to_char(joined, 'YYYY-MM'), to_char(joined, 'FMDay, DDth FMMonth'), date_part('quarter', joined) FROM people ORDER BY id;

SELECT id, to_char(opened, 'YYYY-MM-DD HH24:MI:SS TZH'), opened AT TIME ZONE 'America/New_York', date_trunc('hour', opened, 'Asia/Kolkata') FROM depts ORDER BY id;

SELECT id, to_char(salary, 'FM999,999,990.00'), to_char(salary, 'S00000.0'), to_char(score, '990.99') FROM people WHERE score < 1e6 ORDER BY id;

SELECT id, to_date(to_char(joined, 'DD.MM.YYYY'), 'DD.MM.YYYY') = joined FROM people ORDER BY id;

SELECT id, make_interval(days => dept, hours => id), make_date(2000, 1 + id % 12, 1) FROM people ORDER BY id;

SELECT id, date_bin('7 days', happened, TIMESTAMP '2000-01-03') FROM events WHERE happened IS NOT NULL ORDER BY id;

SELECT id, json_build_object('id', id, 'name', name, 'joined', joined), to_jsonb(ARRAY[dept, boss]) FROM people ORDER BY id;

SELECT id, jsonb_build_object('a', dept, 'b', ARRAY[id, boss]) -> 'b' ->> 0, jsonb_set(jsonb_build_object('n', name), '{m}', '1') FROM people ORDER BY id;

SELECT id, string_to_array(name, 'a'), array_to_string(ARRAY[dept, boss], ',', '?'), ARRAY[dept, boss] || id FROM people ORDER BY id;

SELECT id, array_position(ARRAY[1, 2, 3], dept), ARRAY[dept, boss]::text[], cardinality(string_to_array(name, 'a')) FROM people ORDER BY id;

SELECT id, encode(convert_to(name, 'UTF8'), 'base64'), decode(encode(convert_to(name, 'UTF8'), 'hex'), 'hex') FROM people ORDER BY id;

SELECT id FROM people WHERE (joined, INTERVAL '1 year') OVERLAPS (DATE '2000-06-01', DATE '2020-06-01') ORDER BY id;

SELECT p.id, e.id FROM people p JOIN events e ON e.person = p.id AND concat(p.name, e.kind) ~ 'a.*v' ORDER BY p.id, e.id;

-- pg_typeof names the domain
SELECT pg_typeof(s.a), pg_typeof(s.b), pg_typeof(s.a || 'x') FROM (SELECT name::information_schema.character_data AS a, id AS b FROM people) s ORDER BY s.b LIMIT 3;

SELECT pg_typeof(id), pg_typeof(salary), pg_typeof(name), pg_typeof(id::information_schema.cardinal_number) FROM people ORDER BY id LIMIT 2;

SELECT pg_typeof(table_name), pg_typeof(d.title) FROM information_schema.tables t, depts d WHERE t.table_name = 'pg_class' ORDER BY d.id;

-- units that are key words
SELECT extract('select' FROM joined) FROM people;

SELECT extract('table' FROM happened) FROM events;

SELECT id, extract('YEAR' FROM joined), extract(timezone FROM opened), extract('zone' FROM opened) FROM people JOIN depts USING (id);
