-- Frames of which both ends move: aggregates that take rows out again, min and max, and the others.

SELECT id, sum(id) OVER w, avg(id) OVER w, count(*) OVER w, count(name) OVER w, sum(dept) OVER w, avg(boss) OVER w FROM people
WINDOW w AS (ORDER BY id ROWS BETWEEN 4 PRECEDING AND 1 FOLLOWING) ORDER BY id;

SELECT id, sum(salary) OVER w, avg(salary) OVER w, min(salary) OVER w, max(salary) OVER w FROM people
WINDOW w AS (PARTITION BY active ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) ORDER BY id;

SELECT id, sum(id) OVER w, avg(id) OVER w, sum(qty) OVER w, sum(amount) OVER w FROM events
WINDOW w AS (PARTITION BY kind ORDER BY id ROWS BETWEEN 1 PRECEDING AND 3 FOLLOWING) ORDER BY id;

SELECT id, sum(id * 1000000000000) OVER w, avg(id * 1000000000000) OVER w FROM events WHERE id < 1000
WINDOW w AS (ORDER BY id ROWS BETWEEN 10 PRECEDING AND 10 FOLLOWING) ORDER BY id;

-- the display scale of what is left
SELECT id, sum(n) OVER w, avg(n) OVER w, min(n) OVER w, max(n) OVER w
FROM (SELECT id, CASE id % 5 WHEN 0 THEN 1.5 WHEN 1 THEN 2 WHEN 2 THEN 0.12345 WHEN 3 THEN NULL ELSE 1e30 END AS n FROM people) q
WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY id;

SELECT id, sum(n) OVER w, avg(n) OVER w, count(n) OVER w, min(n) OVER w, max(n) OVER w
FROM (SELECT id, CASE id % 7 WHEN 0 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 4 THEN '-Infinity' WHEN 5 THEN NULL ELSE 1.25 * id END AS n FROM people) q
WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) ORDER BY id;

SELECT id, min(n) OVER w, max(n) OVER w, min(f) OVER w, max(f) OVER w
FROM (SELECT id, CASE WHEN id % 2 = 0 THEN 1.0 ELSE 1.00 END AS n, CASE id % 4 WHEN 0 THEN 0.0 WHEN 1 THEN -0.0 WHEN 2 THEN score ELSE 'NaN' END AS f FROM people) q
WINDOW w AS (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) ORDER BY id;

-- empty, shrinking, jumping
SELECT id, sum(id) OVER w, count(*) OVER w, min(name) OVER w, max(name) OVER w FROM people WINDOW w AS (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) ORDER BY id;

SELECT id, sum(id) OVER w, avg(salary) OVER w, count(*) OVER w, max(joined) OVER w FROM people WINDOW w AS (ORDER BY id ROWS BETWEEN 3 FOLLOWING AND 5 FOLLOWING) ORDER BY id;

SELECT id, sum(id) OVER w, count(*) OVER w, max(id) OVER w FROM people WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 4 PRECEDING) ORDER BY id;

SELECT id, sum(id) OVER w, count(*) OVER w, min(id) OVER w, max(joined) OVER w FROM people WINDOW w AS (ORDER BY dept GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY id;

SELECT id, sum(id) OVER w, count(*) OVER w, min(id) OVER w FROM people WINDOW w AS (ORDER BY id / 4 GROUPS BETWEEN 2 FOLLOWING AND 3 FOLLOWING) ORDER BY id;

SELECT id, sum(id) OVER w, avg(qty) OVER w, max(amount) OVER w FROM events WINDOW w AS (ORDER BY person RANGE BETWEEN 5 PRECEDING AND 2 FOLLOWING) ORDER BY id;

SELECT id, sum(salary) OVER w, min(salary) OVER w FROM people WINDOW w AS (ORDER BY joined RANGE BETWEEN '1 year' PRECEDING AND '1 day' PRECEDING) ORDER BY id;

-- FILTER, EXCLUDE
SELECT id, sum(id) FILTER (WHERE active) OVER w, count(*) FILTER (WHERE dept = 1) OVER w, max(name) FILTER (WHERE id % 3 = 0) OVER w, min(100 / dept) FILTER (WHERE dept <> 0) OVER w FROM people
WINDOW w AS (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING) ORDER BY id;

SELECT id, sum(id) OVER w, max(id) OVER w, min(name) OVER w, max(joined) OVER w FROM people WINDOW w AS (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW) ORDER BY id;

SELECT id, max(salary) OVER (ORDER BY dept GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP), min(id) OVER (ORDER BY dept GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM people ORDER BY id;

-- min and max of other types
SELECT id, min(happened) OVER w, max(happened) OVER w, min(ratio) OVER w, max(ratio) OVER w, min(amount) OVER w, max(kind) OVER w, min(qty) OVER w, max(kind::char(4)) OVER w, min(ARRAY[qty]) OVER w FROM events
WINDOW w AS (ORDER BY id ROWS BETWEEN 6 PRECEDING AND 2 PRECEDING) ORDER BY id;

-- what does not forget: from scratch
SELECT id, sum(score) OVER w, bool_and(active) OVER w, string_agg(name, '|') OVER w, array_agg(id) OVER w, round(stddev(id) OVER w, 6), sum(joined - date '2000-01-01') OVER w FROM people
WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) ORDER BY id;

-- the sum that overflows is an error, the one that would have is not
SELECT id, sum(CASE WHEN id = 5 THEN 9223372036854775807 ELSE id END) OVER (ORDER BY id ROWS 1 PRECEDING) FROM people ORDER BY id;

SELECT id, sum(dept * 100000000) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;
