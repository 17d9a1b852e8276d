-- SQL/JSON and XML expressions: sent to PostgreSQL, or to the net.

SELECT id, doc IS JSON, doc::text IS JSON OBJECT, doc::text IS JSON ARRAY WITH UNIQUE KEYS, doc::text IS NOT JSON SCALAR FROM lists

SELECT name FROM people WHERE name IS JSON

SELECT id, JSON_VALUE(doc, '$.a.b[0]'), JSON_VALUE(doc, '$.a.b[1]' RETURNING numeric), JSON_VALUE(doc, '$.x' DEFAULT 'none' ON EMPTY), JSON_VALUE(doc, '$.a' NULL ON ERROR) FROM lists

SELECT id, JSON_VALUE(doc, '$.a' ERROR ON ERROR) FROM lists WHERE id = 1

SELECT id, JSON_QUERY(doc, '$.a.b'), JSON_QUERY(doc, '$.a.b[*]' WITH WRAPPER), JSON_QUERY(doc, '$.a.b[2]' OMIT QUOTES), JSON_QUERY(doc, '$.zz' EMPTY ARRAY ON EMPTY) FROM lists

SELECT id, JSON_QUERY(doc, '$.a.b' RETURNING jsonb), JSON_QUERY(doc, '$.a.b' RETURNING text), JSON_QUERY(doc, '$.a.b[0 to 1]' WITH CONDITIONAL WRAPPER) FROM lists

SELECT id, JSON_EXISTS(doc, '$.a'), JSON_EXISTS(doc, 'strict $.a.c' TRUE ON ERROR), JSON_EXISTS(doc, '$.a.b[*] ? (@ > $x)' PASSING id AS x) FROM lists

SELECT id FROM lists WHERE JSON_EXISTS(doc, '$.a.b[*] ? (@ == 1)') AND id < 10

SELECT id, JSON_OBJECT('id' VALUE id, 'tags' : tags, 'n' VALUE nums[1] ABSENT ON NULL), JSON_OBJECT('a' : doc RETURNING jsonb), JSON_OBJECT() FROM lists

SELECT id, JSON_ARRAY(id, tags[1], doc NULL ON NULL), JSON_ARRAY(tags[1], nums[1]), JSON_ARRAY(RETURNING jsonb), JSON_ARRAY(id RETURNING text) FROM lists

SELECT id, JSON_SCALAR(id), JSON_SCALAR(tags[1]), JSON_SERIALIZE(doc), JSON('{"a": ' || id || '}'), JSON_SERIALIZE(doc RETURNING varchar) FROM lists

SELECT JSON_ARRAYAGG(id ORDER BY id), JSON_OBJECTAGG(id : tags[1] ABSENT ON NULL RETURNING jsonb) FROM lists

SELECT JSON_OBJECT(name : id WITH UNIQUE KEYS) FROM people WHERE id = 4

SELECT id, xmlelement(NAME "row_x0020_y z", xmlattributes(id AS "n ä", tags[1] AS t), tags[1], doc), xmlforest(id, tags[1] AS "a b") FROM lists

SELECT xmlconcat(xmlelement(NAME a, title), xmlelement(NAME b, id)), xmlserialize(CONTENT xmlelement(NAME c, budget) AS text) FROM depts

SELECT title, xmlparse(CONTENT '<a>' || id || '</a>') IS DOCUMENT, xmlpi(NAME php, title), xmlroot(xmlparse(DOCUMENT '<x/>'), VERSION '1.0', STANDALONE YES), xmlcomment(title) FROM depts

-- the parser gives texts in the document no collation
SELECT p.id, j.* FROM people p, json_table(('{"a":"' || p.dept || '"}')::jsonb, '$' COLUMNS (e text PATH '$.a')) j ORDER BY 1;

SELECT p.id, j.* FROM people p, json_table(to_jsonb(p.id::text), '$' COLUMNS (e text PATH '$')) j ORDER BY 1;

SELECT p.id, j.* FROM people p, json_table(jsonb_build_object('a', to_char(p.id, '999'), 'n', concat(p.name, p.id)), '$' COLUMNS (e text PATH '$.n')) j ORDER BY 1;
