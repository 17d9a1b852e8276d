-- arrays of rows: built, concatenated, searched, gathered
SELECT id, ARRAY[ROW(id, dept), ROW(boss, 1)] FROM people ORDER BY id;

SELECT id, ARRAY[ROW(id, title)] || ROW(7, 'x'::text) FROM depts ORDER BY id;

SELECT id, ROW(id, 2) = ANY (ARRAY[ROW(2, 2), ROW(id, NULL::int4)]) FROM depts ORDER BY id;

SELECT dept, array_agg(ROW(id, name) ORDER BY id) FROM people GROUP BY dept ORDER BY dept;

SELECT array_agg(d ORDER BY d.id) FROM depts d;

SELECT id, ARRAY(SELECT ROW(p.id, p.name) FROM people p WHERE p.dept = d.id ORDER BY p.id) FROM depts d ORDER BY id;

SELECT ARRAY(SELECT ROW(id, title) FROM depts ORDER BY id);

-- the least and greatest row
SELECT max(ROW(dept, id)), min(ROW(dept, id)) FROM people;

SELECT dept, max(ROW(salary, id)), min(ROW(score, name)) FROM people GROUP BY dept ORDER BY dept;

SELECT id, max(ROW(dept, id)) OVER (ORDER BY id ROWS 2 PRECEDING) FROM people ORDER BY id;

-- DISTINCT, GROUP BY and set operations over rows
SELECT DISTINCT ROW(dept, active) FROM people;

SELECT ROW(dept, salary), count(*) FROM people GROUP BY ROW(dept, salary);

SELECT DISTINCT d FROM depts d;

SELECT d, count(*) FROM depts d GROUP BY d;

SELECT ROW(dept, 1.0) FROM people UNION SELECT ROW(id, 1.00) FROM depts;

SELECT ROW(id, dept) FROM people INTERSECT SELECT ROW(id, 2) FROM depts;

SELECT ROW(dept) FROM people EXCEPT ALL SELECT ROW(id) FROM depts;

SELECT count(DISTINCT ROW(dept, active)), count(DISTINCT ROW(score, -0.0::float8)) FROM people;

SELECT * FROM (VALUES (ROW(1, 'a'::text)), (ROW(2, NULL))) v(r), depts d WHERE d.id = 1 ORDER BY r;

SELECT DISTINCT ARRAY[ROW(dept, active)] FROM people;

-- WITH RECURSIVE ... SEARCH and CYCLE
WITH RECURSIVE chain(id, boss) AS (
  SELECT id, boss FROM people WHERE boss IS NULL
  UNION ALL SELECT p.id, p.boss FROM people p JOIN chain c ON p.boss = c.id WHERE p.id < 30
) SEARCH DEPTH FIRST BY id SET seq SELECT id, boss, seq FROM chain ORDER BY seq LIMIT 20;

WITH RECURSIVE chain(id, boss) AS (
  SELECT id, boss FROM people WHERE boss IS NULL
  UNION ALL SELECT p.id, p.boss FROM people p JOIN chain c ON p.boss = c.id WHERE p.id < 30
) SEARCH BREADTH FIRST BY id SET seq SELECT id, boss, seq FROM chain ORDER BY seq, id;

WITH RECURSIVE ring(id, nxt) AS (
  SELECT id, 1 + id % 5 FROM depts WHERE id = 2
  UNION ALL SELECT d.id, 1 + d.id % 5 FROM depts d, ring r WHERE d.id = r.nxt
) CYCLE id SET looped USING path SELECT * FROM ring ORDER BY path;

WITH RECURSIVE ring(id, nxt) AS (
  SELECT id, 1 + id % 5 FROM depts
  UNION SELECT d.id, 1 + d.id % 5 FROM depts d, ring r WHERE d.id = r.nxt
) SEARCH DEPTH FIRST BY nxt SET seq CYCLE id, nxt SET looped TO 'Y' DEFAULT 'N' USING path SELECT id, nxt, seq, looped, path FROM ring ORDER BY seq;

WITH RECURSIVE ring(id, nxt) AS (
  SELECT id, 1 + id % 5 FROM depts
  UNION SELECT d.id, 1 + d.id % 5 FROM depts d, ring r WHERE d.id = r.nxt
) CYCLE id SET looped USING path SELECT count(*), count(*) FILTER (WHERE looped) FROM ring;

-- pairs in the select list: row values, NULL where a longer set goes on
SELECT id, jsonb_each(jsonb_build_object('a', id, 'b', title)) FROM depts ORDER BY id;

SELECT id, (jsonb_each_text(jsonb_build_object('a', id, 'b', title))).* FROM depts ORDER BY id;

SELECT id, (json_each(json_build_object('a', id))).key, generate_series(1, 2) FROM depts ORDER BY id, 3;

SELECT json_each_text(json_build_object('a', id)) AS e, generate_series(1, 2) AS n FROM depts ORDER BY e, n;

SELECT count(*) FROM (SELECT (jsonb_each(jsonb_build_object('a', id))).key FROM people) x;
