-- Shapes that nobody writes and a generator of statements does.

SELECT id, int4mul(dept, dept), int4pl(id, dept), numeric_add(salary, salary) FROM people WHERE int4gt(id, dept) OR numeric_lt(salary, salary) ORDER BY id;

SELECT count(*) FROM events WHERE int2mul(1::int2, qty) = qty AND text_ge(kind, 'a') AND date_le(happened::date, DATE '2024-02-01');
