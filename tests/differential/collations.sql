-- Collations of PostgreSQL's own that are not by code point: the net orders, compares and changes case under them.

SELECT name FROM people ORDER BY name COLLATE "en-x-icu", id;

SELECT max(name COLLATE "und-x-icu"), min(name COLLATE "en-x-icu") FROM people;

SELECT id, lower(name COLLATE "tr-x-icu"), upper(name COLLATE "en-x-icu"), initcap(name COLLATE "unicode"), casefold(name COLLATE "unicode") FROM people;

SELECT id FROM people WHERE name COLLATE "unicode" > 'b';

SELECT id FROM people WHERE name COLLATE "en-x-icu" < 'b';

SELECT upper(name COLLATE "und-x-icu") AS n, count(*) FROM people GROUP BY 1;

SELECT name COLLATE "en-x-icu" AS n, count(*) FROM people GROUP BY 1 ORDER BY 1;

SELECT DISTINCT name COLLATE "en-x-icu" AS n FROM people ORDER BY 1;

SELECT DISTINCT name COLLATE "en-x-icu" AS n FROM people ORDER BY n DESC LIMIT 3;

SELECT DISTINCT ON (name COLLATE "en-x-icu") name, id FROM people ORDER BY name COLLATE "en-x-icu" DESC, id;

SELECT p.id, e.id FROM people p JOIN events e ON p.name COLLATE "en-x-icu" = e.kind;

SELECT p.id, e.id FROM people p JOIN events e ON p.name COLLATE "en-x-icu" < e.kind AND p.id = e.person;

SELECT p.id, e.id FROM people p JOIN events e ON p.name COLLATE "en-x-icu" < e.kind;

SELECT p.id, e.id FROM people p LEFT JOIN events e ON p.name COLLATE "en-x-icu" < e.kind AND e.person = p.id;

SELECT id, rank() OVER (ORDER BY name COLLATE "en-x-icu"), max(name COLLATE "en-x-icu") OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;

SELECT id, first_value(name) OVER (PARTITION BY name COLLATE "en-x-icu" ORDER BY id) FROM people ORDER BY id;

SELECT string_agg(name, ',' ORDER BY name COLLATE "en-x-icu", id), array_agg(DISTINCT name COLLATE "en-x-icu") FROM people;

SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY name COLLATE "en-x-icu"), mode() WITHIN GROUP (ORDER BY name COLLATE "en-x-icu") FROM people;

SELECT rank('b') WITHIN GROUP (ORDER BY name COLLATE "en-x-icu") FROM people;

SELECT id, greatest(name COLLATE "en-x-icu", 'b'), least(name, 'B' COLLATE "und-x-icu") FROM people ORDER BY id;

SELECT id FROM people WHERE name COLLATE "en-x-icu" BETWEEN 'a' AND 'p' ORDER BY id;

SELECT id FROM people WHERE name COLLATE "en-x-icu" IN ('Ada', 'bela') ORDER BY id;

SELECT id FROM people WHERE name COLLATE "en-x-icu" < ANY (ARRAY['a', 'b']) ORDER BY id;

-- refused: text_lt(text,text) under collation "en-x-icu"
SELECT id FROM people WHERE name COLLATE "en-x-icu" < ALL (SELECT kind FROM events WHERE kind > 'c') ORDER BY id;

SELECT id FROM people WHERE name COLLATE "en-x-icu" < ANY (SELECT kind FROM events) ORDER BY id;

SELECT id FROM people WHERE name COLLATE "en-x-icu" IN (SELECT code FROM codes) ORDER BY id;

SELECT id FROM people p WHERE EXISTS (SELECT FROM codes c WHERE c.code COLLATE "en-x-icu" > p.name) ORDER BY id;

SELECT id, name COLLATE "en-x-icu" LIKE 'A%', name COLLATE "tr-x-icu" ILIKE '%I%', name COLLATE "en-x-icu" ~ '^[[:alpha:]]+$', name COLLATE "tr-x-icu" ~* 'i' FROM people ORDER BY id;

SELECT k, k || 'x', upper(k), k < 'b' FROM (SELECT name COLLATE "en-x-icu" AS k FROM people OFFSET 0) t ORDER BY k, k DESC;

SELECT k || name FROM (SELECT name COLLATE "en-x-icu" AS k, name FROM people OFFSET 0) t;

SELECT k < name COLLATE "C" FROM (SELECT name COLLATE "en-x-icu" AS k, name FROM people OFFSET 0) t;

-- refused: upper(text) over several collations
SELECT upper(k || name) FROM (SELECT name COLLATE "en-x-icu" AS k, name COLLATE "de-x-icu" FROM people OFFSET 0) t;

-- refused: upper(text) over several collations
SELECT upper(k || name) FROM (SELECT name COLLATE "en-x-icu" AS k, name COLLATE "C" FROM people OFFSET 0) t;

SELECT k || name, length(k || name) FROM (SELECT upper(name COLLATE "en-x-icu") AS k, lower(name COLLATE "de-x-icu") AS name FROM people OFFSET 0) t;

-- refused: upper(text) over several collations
SELECT upper(k || name) FROM (SELECT upper(name COLLATE "en-x-icu") AS k, lower(name COLLATE "de-x-icu") AS name FROM people OFFSET 0) t;

SELECT name COLLATE "en-x-icu" FROM people UNION SELECT kind FROM events ORDER BY 1;

SELECT name COLLATE "en-x-icu" FROM people UNION ALL SELECT kind COLLATE "en-x-icu" FROM events ORDER BY 1;

SELECT name COLLATE "en-x-icu" FROM people UNION ALL SELECT kind COLLATE "de-x-icu" FROM events ORDER BY 1;

SELECT name COLLATE "en-x-icu" FROM people INTERSECT SELECT kind FROM events ORDER BY 1;

SELECT id, ARRAY[name COLLATE "en-x-icu", 'b'] < ARRAY['b'] FROM people ORDER BY id;

SELECT id FROM people ORDER BY ARRAY[name COLLATE "en-x-icu"], id;

SELECT max(ARRAY[name COLLATE "en-x-icu"]) FROM people;

-- refused: order under collation "en-x-icu"
SELECT id FROM people ORDER BY ROW(name COLLATE "en-x-icu", id);

SELECT id FROM people WHERE ROW(name COLLATE "en-x-icu", id) < ROW('b', 20) ORDER BY id;

SELECT id FROM people ORDER BY name::varchar COLLATE "en-x-icu", id;

SELECT id FROM people ORDER BY name::char(8) COLLATE "en-x-icu", id;

SELECT id, name::char(8) COLLATE "en-x-icu" < 'b' FROM people ORDER BY id;

SELECT id, CASE WHEN name COLLATE "en-x-icu" < 'b' THEN lower(name COLLATE "tr-x-icu") ELSE name END FROM people ORDER BY id;

SELECT nullif(name COLLATE "en-x-icu", 'Ada'), name COLLATE "en-x-icu" IS DISTINCT FROM 'Ada' FROM people;

SELECT COLLATION FOR (name COLLATE "en-x-icu") FROM people;

SELECT count(*) FILTER (WHERE name COLLATE "en-x-icu" < 'b') FROM people;

SELECT dept, max(name COLLATE "en-x-icu") AS m FROM people GROUP BY dept HAVING min(name COLLATE "en-x-icu") < 'b' ORDER BY m, dept;

SELECT dept, max(name COLLATE "en-x-icu") AS m FROM people GROUP BY ROLLUP (dept) ORDER BY m, dept;

SELECT name FROM people ORDER BY name COLLATE "en-x-icu" FETCH FIRST 3 ROWS WITH TIES;

SELECT name FROM people ORDER BY name COLLATE "ucs_basic", id;

SELECT id, name COLLATE "pg_unicode_fast" < 'b', upper(name COLLATE "pg_unicode_fast") FROM people ORDER BY id;

SELECT name FROM people ORDER BY name COLLATE "pg_unicode_fast", id;

SELECT p.name, d.title FROM people p JOIN depts d ON d.id = p.dept ORDER BY d.title COLLATE "en-x-icu" DESC, p.name COLLATE "de-x-icu", p.id;

SELECT id, (SELECT max(kind COLLATE "en-x-icu") FROM events e WHERE e.person = p.id) FROM people p ORDER BY id;

SELECT id, replace(name COLLATE "en-x-icu", 'a', 'b'), split_part(name COLLATE "en-x-icu", 'a', 1), strpos(name COLLATE "en-x-icu", 'd'), starts_with(name COLLATE "en-x-icu", 'A') FROM people ORDER BY id;

SELECT id, regexp_replace(name COLLATE "tr-x-icu", '[[:upper:]]', '-', 'g'), name COLLATE "tr-x-icu" SIMILAR TO '[[:upper:]]%' FROM people ORDER BY id;

WITH RECURSIVE r (n, k) AS (SELECT 1, 'a' COLLATE "en-x-icu" UNION ALL SELECT n + 1, p.name FROM r JOIN people p ON p.id = n + 1 WHERE n < 5 AND p.name > r.k COLLATE "en-x-icu") SELECT * FROM r;

SELECT array_agg(name ORDER BY name COLLATE "en-x-icu" DESC NULLS LAST, id) FROM people GROUP BY dept;

SELECT min(name COLLATE "en-x-icu"), min(name COLLATE "C"), min(name) FROM people;

SELECT kind COLLATE "en-x-icu", lag(kind) OVER (ORDER BY kind COLLATE "en-x-icu", id) FROM events ORDER BY kind COLLATE "en-x-icu", id;

SELECT 'a' COLLATE "en-x-icu" < 'B', id FROM people ORDER BY id;

-- refused: to_tsvector(regconfig,text)
SELECT to_tsvector('simple', k || name) FROM (SELECT name COLLATE "en-x-icu" AS k, name COLLATE "de-x-icu" FROM people) t;

SELECT k || name FROM (SELECT name COLLATE "en-x-icu" AS k, name COLLATE "de-x-icu" FROM people) t;

-- refused: upper(text) over several collations
SELECT upper(k || name) FROM (SELECT name COLLATE "POSIX" AS k, name COLLATE "C" FROM people OFFSET 0) t;

SELECT p.name FROM people p JOIN events e ON e.person = p.id ORDER BY p.name COLLATE "en-x-icu", e.kind COLLATE "tr-x-icu" DESC, p.id, e.id;

SELECT p.name, upper(p.name COLLATE "tr-x-icu"), lower(e.kind COLLATE "tr-x-icu") FROM people p JOIN events e ON e.person = p.id ORDER BY 1, 2, 3;

SELECT p.name FROM people p JOIN events e ON lower(p.name COLLATE "tr-x-icu") = lower(e.kind COLLATE "tr-x-icu") OR p.name COLLATE "en-x-icu" < e.kind AND p.id = e.person ORDER BY p.name COLLATE "en-x-icu";

SELECT p.dept, max(e.kind COLLATE "en-x-icu") FROM people p JOIN events e ON e.person = p.id GROUP BY p.dept ORDER BY p.dept;

SELECT k, count(*) FROM (SELECT name COLLATE "en-x-icu" AS k FROM people UNION ALL SELECT kind FROM events) t GROUP BY k ORDER BY k DESC;

SELECT id FROM people WHERE name COLLATE "C" > 'b' AND name COLLATE "en-x-icu" > 'b' ORDER BY id;

SELECT id, tags COLLATE "en-x-icu" < ARRAY['b', 'A'] FROM lists ORDER BY tags COLLATE "en-x-icu", id;

SELECT max(tags COLLATE "en-x-icu") FROM lists;

SELECT id, tags FROM lists WHERE 'B' COLLATE "en-x-icu" > ANY (tags) ORDER BY id;

SELECT array_agg(DISTINCT t COLLATE "en-x-icu" ORDER BY t COLLATE "en-x-icu") FROM lists, unnest(tags) AS t;

SELECT t COLLATE "en-x-icu" FROM lists, unnest(tags) AS t ORDER BY 1;

SELECT id, t COLLATE "en-x-icu" < 'b' FROM lists, LATERAL (SELECT max(x COLLATE "en-x-icu") FROM unnest(tags) AS x) AS m (t) ORDER BY t, id;

SELECT id, COLLATION FOR (name COLLATE "en-x-icu") FROM people ORDER BY id;

SELECT row_number() OVER (ORDER BY name COLLATE "en-x-icu", id), name FROM people LIMIT 7;

SELECT title FROM depts UNION SELECT name COLLATE "de-x-icu" FROM people ORDER BY 1 LIMIT 5;

SELECT id, ts_rank(to_tsvector('simple', name COLLATE "en-x-icu"), to_tsquery('simple', 'ada')) FROM people WHERE id < 3 ORDER BY id;

SELECT id, xmlelement(NAME x, name COLLATE "en-x-icu")::text, JSON_OBJECT('a' VALUE upper(name COLLATE "tr-x-icu")) FROM people WHERE id < 14 ORDER BY id;

SELECT id FROM people WHERE name COLLATE "en-x-icu" >= ALL (ARRAY['A', 'b']) ORDER BY id;

SELECT count(DISTINCT lower(name COLLATE "tr-x-icu")) FROM people;

SELECT id, k < 'b', k FROM (SELECT id, coalesce(name, 'zz') COLLATE "en-x-icu" AS k FROM people ORDER BY id LIMIT 9) t ORDER BY k, id;

SELECT id, width_bucket(name, ARRAY['A', 'b', 'C'] COLLATE "en-x-icu") FROM people ORDER BY id;

SELECT k < name COLLATE "C" FROM (SELECT name COLLATE "en-x-icu" AS k, name FROM people) t;

SELECT coalesce(k, name) FROM (SELECT name COLLATE "en-x-icu" AS k, name COLLATE "de-x-icu" FROM people) t;

-- refused: texteq(text,text) over several collations
SELECT nullif(t, u) FROM (SELECT title COLLATE "C" AS t, title COLLATE "POSIX" AS u FROM depts) x;

-- refused: texteq(text,text) over several collations
SELECT t IS DISTINCT FROM u FROM (SELECT title COLLATE "C" AS t, title COLLATE "POSIX" AS u FROM depts) x;

-- refused: greatest over several collations
SELECT greatest(t, u) FROM (SELECT title COLLATE "C" AS t, title COLLATE "POSIX" AS u FROM depts) x;

-- refused: over several collations
SELECT min(t || u) FROM (SELECT title COLLATE "C" AS t, title COLLATE "POSIX" AS u FROM depts) x;
