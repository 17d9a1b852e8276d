-- Ordered-set and hypothetical-set aggregates, statistics, JSON.

SELECT dept, percentile_cont(0.5) WITHIN GROUP (ORDER BY salary), percentile_disc(0.25) WITHIN GROUP (ORDER BY salary) FROM people GROUP BY dept ORDER BY dept;

SELECT percentile_cont(ARRAY[0, 0.25, NULL, 0.9, 1]) WITHIN GROUP (ORDER BY id), percentile_disc(ARRAY[0.1, 0.5, 1]) WITHIN GROUP (ORDER BY name DESC) FROM people;

SELECT percentile_disc(ARRAY[[0.1, 0.5], [0.9, NULL]]) WITHIN GROUP (ORDER BY joined), percentile_disc(0) WITHIN GROUP (ORDER BY salary) FROM people;

SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY id) FROM people;

SELECT percentile_cont(-1) WITHIN GROUP (ORDER BY id) FROM people WHERE id < 0;

SELECT percentile_disc(ARRAY[0.5, 2]) WITHIN GROUP (ORDER BY id) FROM people WHERE id < 0;

SELECT percentile_cont(NULL) WITHIN GROUP (ORDER BY id), percentile_disc(NULL::float8[]) WITHIN GROUP (ORDER BY id), percentile_disc('{}'::float8[]) WITHIN GROUP (ORDER BY id) FROM people;

SELECT dept, percentile_cont(0.3) WITHIN GROUP (ORDER BY id DESC) FILTER (WHERE id > 5) FROM people GROUP BY dept ORDER BY dept;

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY opened - TIMESTAMPTZ '2020-01-01 00:00:00+00') FROM depts;
-- refused: percentile_cont

SELECT active, mode() WITHIN GROUP (ORDER BY dept), mode() WITHIN GROUP (ORDER BY name DESC), mode() WITHIN GROUP (ORDER BY boss) FROM people GROUP BY active ORDER BY active;

SELECT mode() WITHIN GROUP (ORDER BY kind), mode() WITHIN GROUP (ORDER BY kind DESC) FROM events WHERE person < 20;

SELECT mode() WITHIN GROUP (ORDER BY id) FROM people WHERE id < 0;

SELECT dept, rank(20) WITHIN GROUP (ORDER BY id), dense_rank(3) WITHIN GROUP (ORDER BY boss), percent_rank(20) WITHIN GROUP (ORDER BY id DESC), cume_dist(1) WITHIN GROUP (ORDER BY dept) FROM people GROUP BY dept ORDER BY dept;

SELECT rank(2, 'view') WITHIN GROUP (ORDER BY n, code DESC), dense_rank(NULL, 'b') WITHIN GROUP (ORDER BY n NULLS FIRST, code), cume_dist(NULL) WITHIN GROUP (ORDER BY n) FROM codes;

SELECT rank(1) WITHIN GROUP (ORDER BY id), dense_rank(1) WITHIN GROUP (ORDER BY id), percent_rank(1) WITHIN GROUP (ORDER BY id), cume_dist(1) WITHIN GROUP (ORDER BY id) FROM people WHERE id < 0;

SELECT e.kind, percentile_disc(0.5) WITHIN GROUP (ORDER BY e.amount), rank(5) WITHIN GROUP (ORDER BY e.amount), mode() WITHIN GROUP (ORDER BY p.dept) FROM events e JOIN people p ON p.id = e.person GROUP BY ROLLUP (e.kind) ORDER BY 1, 2, 3;

SELECT dept, rank(dept) WITHIN GROUP (ORDER BY id) FROM people WHERE dept IS NOT NULL GROUP BY dept ORDER BY dept;
-- refused: direct arguments of rank

SELECT dept, rank(dept) WITHIN GROUP (ORDER BY id) FROM people GROUP BY ROLLUP (dept) ORDER BY dept;
-- refused: direct arguments of rank

SELECT percentile_cont((SELECT 0.25)) WITHIN GROUP (ORDER BY id) FROM people;

SELECT corr(id, dept), covar_pop(id, dept), covar_samp(id, dept), regr_count(id, dept), regr_avgx(id, dept), regr_avgy(id, dept) FROM people;

SELECT dept, regr_slope(id, boss), regr_intercept(id, boss), regr_r2(id, boss), regr_sxx(id, boss), regr_syy(id, boss), regr_sxy(id, boss) FROM people GROUP BY dept ORDER BY dept;

SELECT corr(id, 1), regr_r2(1, id), covar_samp(id, id), regr_count(NULL::float8, id) FROM people WHERE id = 1;

SELECT corr(score, id), regr_sxx(score, id), regr_count(score, id) FROM people WHERE score = 'NaN' OR score > 1e308 AND score <> 'Infinity';

SELECT p.active, corr(e.qty, p.id), regr_slope(e.qty, p.id) FROM events e JOIN people p ON p.id = e.person GROUP BY CUBE (p.active) ORDER BY 1, 2;

SELECT json_agg(name ORDER BY id), jsonb_agg(salary ORDER BY id) FROM people WHERE id < 6;

SELECT json_agg(ARRAY[dept, boss] ORDER BY id), json_agg(joined ORDER BY id), jsonb_agg(active ORDER BY id) FROM people WHERE id < 9;

SELECT dept, json_object_agg(id, name ORDER BY id), jsonb_object_agg(name, id ORDER BY id) FROM people WHERE id < 12 GROUP BY dept ORDER BY dept;

SELECT json_agg(id), jsonb_agg(id), json_object_agg(id, id) FROM people WHERE id < 0;

SELECT json_object_agg(code, n) FROM codes;

SELECT jsonb_object_agg(code, n) FROM codes;

SELECT json_agg_strict(n ORDER BY n), jsonb_agg_strict(code ORDER BY code), json_object_agg_strict(n, code ORDER BY n) FROM codes WHERE n IS NOT NULL;

SELECT json_agg(DISTINCT dept), jsonb_agg(DISTINCT active ORDER BY active DESC) FROM people;

SELECT json_agg(json_build_object('id', id) ORDER BY id), jsonb_agg(to_jsonb(name) ORDER BY id DESC) FROM people WHERE id < 4;

SELECT p.dept, json_agg(e.kind ORDER BY e.id), jsonb_object_agg(e.id, e.amount) FROM people p JOIN events e ON e.person = p.id WHERE e.id < 25 GROUP BY p.dept ORDER BY p.dept;

SELECT bool_and(active), every(id > 0), bool_or(active), bit_and(id), bit_or(dept), bit_xor(boss), any_value(1) FROM people;

SELECT string_agg(DISTINCT kind, ',' ORDER BY kind DESC), array_agg(DISTINCT person ORDER BY person DESC NULLS LAST), count(DISTINCT kind) FROM events;

SELECT array_agg(DISTINCT dept), sum(DISTINCT dept), avg(DISTINCT dept ORDER BY dept) FROM people;

SELECT json_agg_strict(CASE WHEN id > 1 THEN ARRAY[id] END ORDER BY id), json_agg(CASE WHEN id <> 2 THEN ARRAY[id] END ORDER BY id) FROM people WHERE id < 5;

SELECT json_agg_strict(CASE WHEN id < 0 THEN id END), json_object_agg_strict(id, CASE WHEN id < 0 THEN id END) FROM people WHERE id < 5;

SELECT json_object_agg_strict(code, NULL::int) FROM codes;

SELECT trim_scale(variance(CASE id WHEN 1 THEN 3e-500 WHEN 2 THEN -3e-500 WHEN 3 THEN 4e-500 - 1e-16383 WHEN 4 THEN -4e-500 + 1e-16383 ELSE 0 END) * 1e1000) FROM people WHERE id < 6;

SELECT variance(9e131071 + id), stddev_pop(9e131071 + id), var_pop(id), stddev(id) FROM people WHERE id < 6;

-- Ranks and percentiles in correlated subqueries: a rank among no rows is the first.
SELECT d.id, (SELECT rank(3) WITHIN GROUP (ORDER BY p.id) FROM people p WHERE p.dept = d.id) FROM depts d ORDER BY d.id;

SELECT d.id, (SELECT dense_rank(d.id) WITHIN GROUP (ORDER BY p.id) FROM people p WHERE p.dept = d.id) FROM depts d ORDER BY d.id;

SELECT d.id, (SELECT percent_rank(d.id, 'x') WITHIN GROUP (ORDER BY p.id, p.name DESC) FROM people p WHERE p.dept = d.id) FROM depts d ORDER BY d.id;

SELECT d.id, (SELECT cume_dist(d.budget) WITHIN GROUP (ORDER BY p.id::int8) FILTER (WHERE p.active) FROM people p WHERE p.dept <> d.id) FROM depts d ORDER BY d.id;

SELECT d.id, (SELECT rank(7) WITHIN GROUP (ORDER BY p.id) + count(*) FROM people p WHERE p.dept = d.id AND p.id > 1000) FROM depts d ORDER BY d.id;

SELECT d.id, (SELECT cume_dist(7) WITHIN GROUP (ORDER BY p.id) FROM people p WHERE p.id > 1000 + d.id), (SELECT percent_rank(7) WITHIN GROUP (ORDER BY p.id) FROM people p WHERE p.id > 1000 + d.id) FROM depts d ORDER BY d.id;

SELECT d.id, (SELECT percentile_disc(d.id / 10.0) WITHIN GROUP (ORDER BY p.id) FROM people p WHERE p.dept = d.id) FROM depts d ORDER BY d.id;

-- arguments that may raise for the rows that FILTER leaves out
SELECT sum(10 / qty) FILTER (WHERE qty <> 0), count(*) FROM events;

SELECT sum(CASE WHEN qty <> 0 THEN 10 / qty END), count(*) FROM events;

SELECT avg(10 / qty) FILTER (WHERE qty <> 0 AND 10 / qty > 3), count(*) FROM events;

SELECT kind, string_agg((10 / qty)::text, ',' ORDER BY 10 / qty) FILTER (WHERE qty > 0) FROM events GROUP BY kind ORDER BY 1;

SELECT kind, count(DISTINCT 10 / qty) FILTER (WHERE qty > 0) FROM events GROUP BY kind ORDER BY 1;

SELECT sum(amount / qty) FILTER (WHERE qty <> 0), count(*) FROM events;

SELECT sum(salary * 10 / dept) FILTER (WHERE dept <> 0), min(100 / (id - 5)) FILTER (WHERE id <> 5), max(score / (id - 5)) FILTER (WHERE id <> 5) FROM people;

SELECT sum(amount + qty) FILTER (WHERE qty <> 0), count(*) FROM events;
