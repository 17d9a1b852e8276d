-- Aggregates that may be computed in two steps around a join: NULL keys, duplicates on both sides, no rows at all.
SELECT d.title, sum(p.salary) AS pay, count(*) AS n, count(p.salary) AS paid FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title;

SELECT d.title, sum(e.qty) AS qty, avg(e.qty) AS mean, min(e.happened) AS first, max(e.happened) AS last FROM events e JOIN depts d ON d.id = e.qty GROUP BY d.title;

SELECT sum(e.amount) AS amount, count(*) AS n, count(e.amount) AS amounts, avg(e.amount) AS mean FROM events e JOIN people p ON p.id = e.person;

-- No rows: counts are 0 and sums NULL.
SELECT sum(e.amount) AS amount, count(*) AS n, count(e.amount) AS amounts, min(e.kind) AS kind FROM events e JOIN people p ON p.id = e.person AND p.name = 'nobody';

SELECT p.name, sum(e.amount) AS amount, count(*) AS n FROM events e JOIN people p ON p.id = e.person WHERE p.id < 0 GROUP BY p.name;

-- Either side's values, multiplied by what they meet.
SELECT p.name, sum(e.amount) AS amount, sum(p.salary) AS salaries, sum(p.dept) AS depts, count(p.joined) AS joined, count(e.ref) AS refs, avg(p.salary) AS mean FROM events e JOIN people p ON p.id = e.person GROUP BY p.name;

SELECT e.kind, sum(d.budget) AS budgets, sum(c.n) AS n, count(*) AS rows FROM events e JOIN codes c ON c.code = e.kind JOIN depts d ON d.id = c.n GROUP BY e.kind;

SELECT c.code, count(*) AS n, sum(c.n) AS codes, sum(e.qty) AS qty, min(e.amount) AS least, max(e.happened) AS at FROM codes c JOIN events e ON e.kind = c.code GROUP BY c.code;

SELECT c.n, count(DISTINCT e.person) AS people, count(DISTINCT e.kind) AS kinds, sum(DISTINCT e.qty) AS qty FROM codes c JOIN events e ON e.kind = c.code GROUP BY c.n;

-- Scales are the greatest of what was added.
SELECT c.code, sum(p.salary * 1.000) AS wide, sum(e.amount) AS amount, sum(p.salary / 3) AS third FROM people p JOIN events e ON e.person = p.id JOIN codes c ON c.code = e.kind GROUP BY c.code;

SELECT sum(round(e.amount, 1)) AS rounded, max(e.amount) AS most, min(round(e.amount, 1)) AS least FROM events e JOIN people p ON p.id = e.person WHERE p.active;

-- Texts in code point order, dates, uuids, booleans.
SELECT d.title, min(p.name) AS first, max(p.name) AS last, min(p.joined) AS joined, bool_and(p.active) AS active, bool_or(p.active) AS any, every(p.active) AS every, bit_and(p.boss) AS bits, bit_or(p.boss) AS more FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title;

SELECT p.active, min(e.kind) AS first, max(e.kind) AS last, max(e.happened) AS at FROM events e JOIN people p ON p.id = e.person GROUP BY p.active;

-- HAVING, ORDER BY, LIMIT above.
SELECT p.name, sum(e.amount) AS amount FROM events e JOIN people p ON p.id = e.person GROUP BY p.name HAVING count(*) > 2 AND sum(e.amount) IS NOT NULL ORDER BY amount DESC, p.name LIMIT 5;

-- Filters of calls: on one side, on the other, on both.
SELECT p.active, count(*) FILTER (WHERE e.kind = 'view') AS views, sum(e.amount) FILTER (WHERE p.dept = 1) AS of_one, count(e.amount) FILTER (WHERE e.qty > p.dept) AS more, count(*) FILTER (WHERE p.dept IS NULL) AS lost FROM events e JOIN people p ON p.id = e.person GROUP BY p.active;

-- Left joins: a row without a partner counts once.
SELECT d.title, count(*) AS rows, count(p.id) AS people, sum(p.salary) AS pay, sum(d.budget) AS budgets, min(p.name) AS first FROM depts d LEFT JOIN people p ON p.dept = d.id GROUP BY d.title;

SELECT p.dept, count(*) AS rows, count(e.id) AS events, sum(e.amount) AS amount, sum(coalesce(e.qty, 1)) AS qty, sum(p.salary) AS pay, count(*) FILTER (WHERE e.kind IS NULL) AS none, count(*) FILTER (WHERE e.kind = 'buy') AS bought FROM people p LEFT JOIN events e ON e.person = p.id AND e.amount > 0 GROUP BY p.dept;

SELECT e.kind, count(*) AS rows, count(p.id) AS people, sum(p.salary) AS pay, sum(e.qty) AS qty FROM people p RIGHT JOIN events e ON e.person = p.id AND e.qty IS NOT NULL GROUP BY e.kind;

SELECT c.code, count(*) AS rows, count(e.id) AS events, sum(e.qty) AS qty, sum(c.n) AS n FROM codes c FULL JOIN events e ON e.kind = c.code GROUP BY c.code;

SELECT d.title, count(*) AS rows, sum(e.amount) AS amount, count(p.id) AS people FROM depts d LEFT JOIN (people p JOIN events e ON e.person = p.id) ON p.dept = d.id GROUP BY d.title;

SELECT d.title, e.kind, count(*) AS rows, sum(e.amount) AS amount FROM people p LEFT JOIN depts d ON d.id = p.dept LEFT JOIN events e ON e.person = p.id GROUP BY d.title, e.kind;

-- Semi and anti joins.
SELECT e.kind, sum(e.amount) AS amount, count(*) AS n FROM events e WHERE e.person IN (SELECT id FROM people WHERE active) GROUP BY e.kind;

SELECT e.kind, sum(e.amount) AS amount, count(*) AS n FROM events e WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.id = e.person) GROUP BY e.kind;

SELECT sum(e.qty) AS qty, count(*) AS n FROM events e WHERE e.person NOT IN (SELECT id FROM people WHERE id > 20);

-- Expressions to group by, on one side and over both.
SELECT extract(year FROM e.happened) AS year, p.active, sum(e.amount) AS amount FROM events e JOIN people p ON p.id = e.person GROUP BY 1, 2;

SELECT upper(e.kind) AS kind, d.title, count(*) AS n FROM events e JOIN people p ON p.id = e.person JOIN depts d ON d.id = p.dept GROUP BY 1, 2;

SELECT coalesce(e.kind, p.name) AS either, count(*) AS n, sum(e.qty) AS qty FROM events e JOIN people p ON p.id = e.person GROUP BY 1;

SELECT coalesce(e.kind, 'none') AS kind, count(*) AS n FROM people p LEFT JOIN events e ON e.person = p.id GROUP BY 1;

-- What raises only where the join lets it.
SELECT d.title, sum(10 / (p.dept - 9)) AS parts, count(*) AS n FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title;

SELECT d.title, sum(10 / (p.dept - 1)) AS parts FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title;

-- Not to be split: floats, ordered aggregates, whole rows.
SELECT d.title, sum(p.score) AS score, count(*) AS n FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title;

SELECT d.title, string_agg(p.name, ',' ORDER BY p.id) AS names, count(*) AS n FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title;

SELECT d.title, count(p) AS people, count(*) AS n FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title;

SELECT e.kind, stddev(p.salary) AS spread FROM events e JOIN people p ON p.id = e.person GROUP BY e.kind;

-- Keys that are equal and not the same.
SELECT p.score, count(*) AS n FROM people p JOIN events e ON e.ratio = p.score GROUP BY p.score;

SELECT p.salary, count(*) AS n, sum(e.qty) AS qty FROM people p JOIN events e ON e.amount = p.salary GROUP BY p.salary;

SELECT d.title, count(*) AS n FROM people p JOIN depts d ON d.id::numeric / 2 = p.salary GROUP BY d.title;

-- Grouping sets are left as they are.
SELECT d.title, p.active, sum(p.salary) AS pay, count(*) AS n FROM people p JOIN depts d ON d.id = p.dept GROUP BY ROLLUP (d.title, p.active);

-- Without aggregates, and in a subquery.
SELECT e.kind, d.title FROM events e JOIN people p ON p.id = e.person JOIN depts d ON d.id = p.dept GROUP BY e.kind, d.title;

SELECT q.title, q.n FROM (SELECT d.title, count(*) AS n FROM people p JOIN depts d ON d.id = p.dept GROUP BY d.title) q WHERE q.n > 3;

SELECT d.title, (SELECT count(*) FROM people p JOIN events e ON e.person = p.id WHERE p.dept = d.id) AS n FROM depts d;

-- Conditions over three, products, inequalities.
SELECT p.active, count(*) AS n, sum(e.qty) AS qty FROM people p JOIN events e ON e.person = p.id JOIN depts d ON d.id = p.dept AND (e.qty > d.id OR p.boss < d.id) GROUP BY p.active;

SELECT count(*) AS n, sum(p.dept) AS depts, sum(c.n) AS codes FROM people p, codes c WHERE p.dept < c.n;

SELECT c.code, count(*) AS n, sum(p.salary) AS pay FROM people p, codes c GROUP BY c.code;

SELECT count(*) AS n, sum(c.n) AS codes FROM depts d, codes c
