CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b int);
CREATE TYPE person AS (name text, born date, home point, mood mood);
CREATE TYPE address AS (street text, codes varchar(5)[], pair pair);
CREATE TYPE nothing AS ();
CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE DOMAIN smaller AS small NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN label AS varchar(8) CHECK (VALUE <> '');
CREATE DOMAIN cents AS numeric(10, 2);
CREATE DOMAIN matrix AS int[] CHECK (array_ndims(VALUE) = 2);
CREATE DOMAIN ordered_pair AS pair CHECK ((VALUE).a <= (VALUE).b);
CREATE DOMAIN good_mood AS mood CHECK (VALUE IN ('ok', 'happy'));
CREATE FUNCTION is_even(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 0';
CREATE DOMAIN even AS int CHECK (is_even(VALUE));
CREATE DOMAIN even_small AS even CHECK (VALUE < 10);
CREATE TYPE texts AS RANGE (subtype = text, collation = "C");
CREATE TYPE floats AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = floats_multirange);
CREATE TYPE pairs AS RANGE (subtype = pair);
CREATE DOMAIN open_range AS floats CHECK (NOT isempty(VALUE));
CREATE TYPE account AS (owner person, balance cents, size small);
CREATE TABLE things (id smaller PRIMARY KEY, label label, price cents, grid matrix, m good_mood, span floats, spans floats_multirange, words texts);
INSERT INTO things SELECT i, 'thing ' || i, i * 1.256, ARRAY[[i, 2], [3, 4]], (ARRAY['ok', 'happy', NULL])[i % 3 + 1]::mood,
  CASE WHEN i % 4 > 0 THEN floats(i, i * 2.5, '[]') END, floats_multirange(floats(i, i + 1), floats(i + 2, 20)), texts(chr(96 + i), 'm')
FROM generate_series(1, 10) i;
CREATE TABLE people (id int PRIMARY KEY, p person, two pair, ordered ordered_pair, at address, many pair[], acc account, smalls small[], none nothing);
INSERT INTO people SELECT i, ROW('n, "' || i, DATE '2000-01-01' + i, point(i, -i), (ARRAY['sad', 'ok', 'happy'])[i % 3 + 1])::person, CASE WHEN i % 5 > 0 THEN ROW(i % 3, NULLIF(i, 4))::pair END,
  ROW(i, 7)::ordered_pair, ROW('s ' || i, ARRAY['a', NULL, 'b' || i], ROW(1, i))::address, ARRAY[ROW(i, 1), NULL, ROW(NULL, 2)]::pair[],
  ROW(ROW('o', NULL, NULL, 'ok'), i * 3.333, i)::account, ARRAY[i, 5], ROW()::nothing
FROM generate_series(1, 7) i;
CREATE TABLE staff (name text, pay int, mood mood);
CREATE TABLE hired (id int PRIMARY KEY, e staff, several staff[]);
INSERT INTO hired SELECT i, ROW('n' || i, i * 10, 'ok')::staff, ARRAY[ROW('m', i, NULL)::staff] FROM generate_series(1, 3) i;
