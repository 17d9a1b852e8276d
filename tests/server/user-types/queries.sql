-- Rows of composite types: whole, their fields, compared, ordered, grouped.

SELECT * FROM shop.people ORDER BY id

SELECT p, two, at FROM shop.people WHERE id < 3

SELECT id, (p).name, (p).born + 1, (p).home, (p).mood FROM shop.people ORDER BY id

SELECT (at).street, (at).codes[3], ((at).pair).b, (at).pair FROM shop.people ORDER BY id

SELECT (p).*, (two).* FROM shop.people ORDER BY id

SELECT ((acc).owner).name, (acc).balance, (acc).size, acc FROM shop.people ORDER BY id

SELECT many[1], (many[3]).b, many[2] IS NULL, many[1:2] FROM shop.people ORDER BY id

SELECT id FROM shop.people WHERE two = ROW(1, 4)::shop.pair OR two = ROW(2, 2)::shop.pair OR two > ROW(2, 2)::shop.pair ORDER BY id

SELECT id, two FROM shop.people ORDER BY two NULLS FIRST, id DESC

SELECT two, count(*) FROM shop.people GROUP BY two ORDER BY two

SELECT DISTINCT two FROM shop.people

SELECT id FROM shop.people WHERE two IS NULL

SELECT id FROM shop.people WHERE two IS NOT NULL ORDER BY id

SELECT a.id, b.id FROM shop.people a JOIN shop.people b ON a.two = b.two ORDER BY 1, 2

SELECT min(two), max(two) FROM shop.people

SELECT two = ANY (many), ROW(1, 1)::shop.pair = ANY (many) FROM shop.people ORDER BY id

SELECT id, two *= ROW(1, 1)::shop.pair, record_image_eq(two, ordered) FROM shop.people ORDER BY id

SELECT row_to_json(p), to_jsonb(at), to_json(many) FROM shop.people ORDER BY id

SELECT json_agg(two ORDER BY id), count(p) FROM shop.people

SELECT two::text, p::text FROM shop.people ORDER BY id

SELECT '(1,2)'::shop.pair, ('(1,2)'::shop.pair).b, NULL::shop.pair, ROW(1, NULL)::shop.pair, ROW()::shop.nothing FROM shop.people WHERE id = 1

SELECT '("a, b",2001-02-03,"(1,2)",ok)'::shop.person, ('("a, b",2001-02-03,"(1,2)",ok)'::shop.person).home FROM shop.people WHERE id = 1

SELECT ('(' || id || ',3)')::shop.pair FROM shop.people ORDER BY id

SELECT CASE WHEN id > 2 THEN two ELSE ROW(0, 0)::shop.pair END, coalesce(two, ROW(9, 9)::shop.pair) FROM shop.people ORDER BY id

SELECT p FROM shop.people UNION ALL SELECT p FROM shop.people

SELECT two FROM shop.people UNION SELECT ordered::shop.pair FROM shop.people

SELECT x.id, (x.two).a FROM (SELECT id, two FROM shop.people OFFSET 0) x WHERE (x.two).b > 3 ORDER BY 1

SELECT none, id FROM shop.people ORDER BY id

SELECT array_agg(two ORDER BY id) FROM shop.people

SELECT jsonb_populate_record(NULL::shop.pair, '{"a": 1, "b": 2}'), (json_populate_record(two, '{"a": 77}')).* FROM shop.people ORDER BY id

-- Domains: columns of them, casts to them, what they forbid.

SELECT * FROM shop.things ORDER BY id

SELECT id + 1, upper(label), label || '!', price * 2, grid[1][1], grid[1:1], m FROM shop.things ORDER BY id

SELECT id::shop.small, (id + 89)::shop.small FROM shop.things ORDER BY id

SELECT (id + 95)::shop.small FROM shop.things

SELECT NULLIF(id, 3)::shop.smaller FROM shop.things ORDER BY id

SELECT id::text::shop.small, price::shop.cents, 1.999::shop.cents, (price * 3)::shop.cents FROM shop.things ORDER BY id

SELECT ('label ' || id)::shop.label, 'much too long a label'::shop.label FROM shop.things ORDER BY id

SELECT substr(label, 20)::shop.label FROM shop.things

SELECT ROW(id, 5)::shop.ordered_pair FROM shop.things WHERE id < 6 ORDER BY id

SELECT ROW(id, 5)::shop.ordered_pair FROM shop.things ORDER BY id

SELECT ordered, (ordered).a FROM shop.people ORDER BY id

SELECT '{{1,2},{3,4}}'::shop.matrix, '{1,2}'::shop.matrix FROM shop.things

SELECT ARRAY[id, 3]::shop.matrix FROM shop.things

SELECT ARRAY[id, 3]::shop.small[], smalls[1], smalls FROM shop.people ORDER BY id

SELECT ARRAY[id, 300]::shop.small[] FROM shop.people

SELECT 'ok'::shop.good_mood, m::shop.good_mood FROM shop.things ORDER BY id

SELECT 'sad'::shop.mood::shop.good_mood

SELECT 'happy'::shop.good_mood

SELECT 4::shop.even, 4::shop.even_small

SELECT 3::shop.even

SELECT 12::shop.even_small

SELECT (id * 2)::shop.even FROM shop.things ORDER BY id

SELECT id::shop.even FROM shop.things

SELECT g::shop.even FROM generate_series(2, 3) g

SELECT 7::shop.smaller, NULL::shop.small

SELECT NULL::shop.smaller

SELECT max(id), sum(price), count(DISTINCT label) FROM shop.things

SELECT t.id, p.id FROM shop.things t JOIN shop.people p ON t.id = p.id AND t.label = 'thing ' || p.id ORDER BY 1

-- Ranges over types that have none.

SELECT span, spans, words, lower(span), upper(words), isempty(span), spans[1] IS NULL FROM shop.things ORDER BY id

SELECT span, spans, words, lower(span), upper(words), isempty(span) FROM shop.things ORDER BY id

SELECT id FROM shop.things WHERE span @> 4.5::float8 ORDER BY id

SELECT id FROM shop.things WHERE span && shop.floats(2, 3) OR spans @> 19.5::float8 ORDER BY id

SELECT id, span * shop.floats(3, 5), span < shop.floats(3, 5) FROM shop.things ORDER BY span, id

SELECT words @> 'k'::text, words || '' FROM shop.things ORDER BY id

SELECT words @> 'k'::text, words::text, '[a,b)'::shop.texts, shop.texts('a', 'c') FROM shop.things ORDER BY id

SELECT range_agg(span) FROM shop.things

SELECT span, count(*) FROM shop.things GROUP BY span ORDER BY span

SELECT shop.pairs(ROW(1, 2)::shop.pair, ROW(id, 3)::shop.pair) FROM shop.people ORDER BY id

SELECT shop.pairs('(1,2)', two) FROM shop.people WHERE id = 2

SELECT 'empty'::shop.floats::shop.open_range FROM shop.things

SELECT span::shop.open_range FROM shop.things ORDER BY id

SELECT unnest(spans) FROM shop.things WHERE id = 2

-- The row of a table as a column is only a text here.

SELECT id, e, several, e::text, e || '!', CAST(e AS varchar(4)), e::shop.label FROM shop.hired ORDER BY id

SELECT upper(e) FROM shop.hired
