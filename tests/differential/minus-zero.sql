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
