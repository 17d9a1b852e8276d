-- people.score has -0: what is put out is what is there, also where it is sorted by (DuckDB puts out its sort keys).
SELECT id, score FROM people ORDER BY score, id;

SELECT score, id FROM people ORDER BY score DESC NULLS LAST, id LIMIT 20;

SELECT DISTINCT score FROM people ORDER BY score;

SELECT score AS s, -score AS score FROM people ORDER BY people.score, id;

SELECT DISTINCT ON (score) score, id FROM people ORDER BY score, id;

SELECT score, count(*) FROM people GROUP BY score ORDER BY score;

SELECT score, sum(id) FROM people GROUP BY score HAVING count(*) > 1 ORDER BY score DESC;

SELECT id, score, rank() OVER (PARTITION BY score), count(*) OVER (ORDER BY score), lag(score) OVER (ORDER BY score, id) FROM people ORDER BY id;

SELECT id, score, row_number() OVER (PARTITION BY score::float4 ORDER BY id DESC), first_value(score) OVER (PARTITION BY dept ORDER BY score, id) FROM people ORDER BY id;

SELECT score FROM people UNION SELECT score FROM people WHERE id > 5 ORDER BY score;

(SELECT score::float4, id FROM people ORDER BY 1, 2 LIMIT 15) UNION ALL (SELECT score * 2, id FROM people ORDER BY score * 2 DESC, id LIMIT 5) ORDER BY 1, 2;

SELECT p.score, o.id FROM people p JOIN people o ON o.boss = p.id ORDER BY p.score, o.id;

SELECT score::text, to_jsonb(score), ARRAY[score], concat(score, '!') FROM people WHERE id < 20 ORDER BY score, id;

-- computed with
SELECT sum(score), avg(score), min(score), max(score) FROM people WHERE score = 0;

SELECT id, sum(score) OVER (PARTITION BY id), avg(score) OVER (PARTITION BY id) FROM people ORDER BY 1;

SELECT id, sum(-score) OVER (PARTITION BY id), sum(score::float4) OVER (ORDER BY id ROWS 1 PRECEDING) FROM people WHERE score < 1e10 ORDER BY 1;

SELECT score, sum(score), sum(score::float4), sum(-score) FROM people WHERE score < 1e10 GROUP BY score ORDER BY 1;

SELECT id, sum(score) FROM people WHERE score < 1e10 GROUP BY id ORDER BY 1;

SELECT p.score, sum(p.score * o.id) FROM people p JOIN events o ON o.person = p.id GROUP BY p.score ORDER BY 1;

SELECT id, trunc(score), round(score), ceil(score), floor(score), abs(score), sign(score), -score, score::numeric, score::int8, score * -1, score / 3, power(score, 3), sqrt(abs(score)), score::float4, least(score, 1), greatest(score, -1), coalesce(score, 0) FROM people WHERE score < 1e10 ORDER BY 1;

SELECT id, to_char(score, '999.99'), score::text, score || '', format('%s', score), json_build_array(score), degrees(score), radians(score), sin(score), tan(score), atan(score), cbrt(score), exp(score) FROM people WHERE score < 10 ORDER BY 1;

SELECT id, score FROM people WHERE score IN (0, 1.5) OR score = -0.0 ORDER BY 1;

SELECT id, nullif(score, 0), score IS DISTINCT FROM 0, score = ANY (ARRAY[0.0, 2.5]), CASE WHEN score = 0 THEN score END, float8larger(score, 0), mod(score::numeric, 2), score - 0, score + 0, 0 - score FROM people ORDER BY 1;

SELECT array_agg(score ORDER BY id), json_agg(score ORDER BY id), string_agg(score::text, ',' ORDER BY id), stddev(score), var_pop(score), percentile_disc(0.5) WITHIN GROUP (ORDER BY score), mode() WITHIN GROUP (ORDER BY score) FROM people WHERE score < 0.1;

-- a constant
SELECT id, least(ratio, '-0'), coalesce(ratio, '-0'), '-0'::float4 FROM events ORDER BY id;

SELECT id, least(score, '-0'), least(score, (-0.0)::float8), coalesce(score, '-0'), coalesce(score, '0'), ARRAY['-0', score] FROM people ORDER BY id;

SELECT id FROM people WHERE score = '-0' OR score IN ('-0', 2.5) ORDER BY id;
