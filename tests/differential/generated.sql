-- Shapes that nobody writes and a generator of statements does.

SELECT id, int4mul(dept, dept), int4pl(id, dept), numeric_add(salary, salary) FROM people WHERE int4gt(id, dept) OR numeric_lt(salary, salary) ORDER BY id;

SELECT count(*) FROM events WHERE int2mul(1::int2, qty) = qty AND text_ge(kind, 'a') AND date_le(happened::date, DATE '2024-02-01');

SELECT d.id, l.id FROM (SELECT id, nullif(id, id) AS k FROM depts) d, LATERAL (SELECT p.id FROM people p WHERE p.dept IS NOT DISTINCT FROM d.k ORDER BY p.id LIMIT 2) l ORDER BY d.id, l.id;

SELECT d.id, c.code, c.n FROM depts d LEFT JOIN codes c ON c.n IS NOT DISTINCT FROM nullif(d.id, d.id) ORDER BY d.id, c.code;

SELECT p.id, e.id FROM people p JOIN events e ON to_jsonb(p.dept) = to_jsonb(e.person) AND p.id = e.person ORDER BY p.id, e.id;

SELECT count(*) FROM people p JOIN events e ON jsonb_build_array(p.dept, p.boss) = jsonb_build_array(e.person, e.person);
