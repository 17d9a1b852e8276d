-- JSON_TABLE over constants, beside a table
SELECT d.id, j.* FROM depts d, JSON_TABLE('[{"a":1,"b":"x"},{"a":2},{"b":[1,2]}]'::jsonb, '$[*]'
  COLUMNS (n FOR ORDINALITY, a int, b text PATH '$.b', c json PATH '$.b', has bool EXISTS PATH '$.b')) j
WHERE d.id < 3;

-- with values of the rows beside it
SELECT p.id, j.* FROM people p, JSON_TABLE(jsonb_build_array(p.id, p.dept, p.name), '$[*]' COLUMNS (n FOR ORDINALITY, v text PATH '$')) j
WHERE p.id < 9 ORDER BY p.id, j.n;

SELECT p.id, j.v FROM people p LEFT JOIN JSON_TABLE(jsonb_build_array(p.dept, p.boss), '$[*] ? (@ > $low)' PASSING 2 AS low
  COLUMNS (v int PATH '$')) j ON true ORDER BY p.id, j.v;

SELECT p.id, j.* FROM people p LEFT JOIN LATERAL JSON_TABLE(jsonb_build_object('k', p.dept, 'l', jsonb_build_array(p.id, p.boss)), '$' AS top
  COLUMNS (k numeric(4,1), NESTED PATH '$.l[*]' AS inner_path COLUMNS (x varchar(1) PATH '$', i FOR ORDINALITY))) j ON j.x <> '1'
ORDER BY p.id, j.i;

-- two nested paths side by side, one within the other
SELECT * FROM depts d, JSON_TABLE(jsonb_build_object('a', jsonb_build_array(1, 2), 'b', jsonb_build_array(jsonb_build_array(d.id, 7), '[]'::jsonb)), '$'
  COLUMNS (NESTED '$.a[*]' COLUMNS (a int PATH '$'), NESTED '$.b[*]' COLUMNS (o FOR ORDINALITY, NESTED '$[*]' COLUMNS (b int8 PATH '$')))) j
ORDER BY d.id, j.a, j.o, j.b;

SELECT j.* FROM depts d, JSON_TABLE(jsonb_build_array(d.title), '$[*]' COLUMNS (
  a int PATH '$' DEFAULT 7 ON ERROR, b text PATH '$.x' DEFAULT 'none' ON EMPTY, c text FORMAT JSON PATH '$' WITH WRAPPER,
  d text PATH '$' OMIT QUOTES, e int EXISTS PATH '$.x', f jsonb PATH '$.x' NULL ON EMPTY)) j ORDER BY d.id;

-- an error is an error
SELECT j.* FROM depts d, JSON_TABLE(jsonb_build_array(d.title), '$[*]' COLUMNS (a int PATH '$' ERROR ON ERROR)) j;

SELECT j.* FROM depts d, JSON_TABLE(jsonb_build_array(d.id), 'strict $.x' COLUMNS (a int PATH '$') ERROR ON ERROR) j;

SELECT d.id, count(j.a), sum(j.a) FROM depts d JOIN people p ON p.dept = d.id
  CROSS JOIN LATERAL JSON_TABLE(jsonb_build_array(p.id, d.id), '$[*]' COLUMNS (a int PATH '$')) j GROUP BY d.id;

SELECT id, (SELECT max(a) FROM JSON_TABLE(jsonb_build_array(p.id, p.dept), '$[*]' COLUMNS (a int PATH '$')) j) FROM people p WHERE id < 5;

SELECT id FROM people p WHERE EXISTS (SELECT FROM JSON_TABLE(jsonb_build_array(p.boss), '$[*]' COLUMNS (a int PATH '$')) j WHERE j.a = p.dept);

-- XMLTABLE
SELECT d.id, x.* FROM depts d, XMLTABLE('/r/i' PASSING XMLPARSE(DOCUMENT '<r><i a="1">x</i><i a="2"/></r>')
  COLUMNS n FOR ORDINALITY, a int PATH '@a', t text PATH 'text()' DEFAULT 'none', i xml PATH '.') x WHERE d.id < 3 ORDER BY d.id, x.n;

SELECT p.id, x.* FROM people p, LATERAL XMLTABLE('/r/v' PASSING XMLELEMENT(NAME r, XMLELEMENT(NAME v, p.id), XMLELEMENT(NAME v, p.dept))
  COLUMNS v text PATH '.' NOT NULL, n FOR ORDINALITY) x WHERE p.id < 9 ORDER BY p.id, x.n;

SELECT d.id, x.* FROM depts d LEFT JOIN XMLTABLE(XMLNAMESPACES('http://x.y' AS zz), '/zz:r/zz:v' PASSING
  XMLPARSE(CONTENT '<r xmlns="http://x.y"><v>' || d.id || '</v></r>') COLUMNS v numeric(6,2) PATH '.', w text PATH '@w' DEFAULT d.title) x ON x.v > 2
ORDER BY d.id;

SELECT x.* FROM depts d, XMLTABLE('/r' PASSING XMLELEMENT(NAME r, d.title) COLUMNS v int PATH 'missing' NOT NULL) x;

SELECT name, count(*) FROM people p, XMLTABLE('/r/v' PASSING XMLELEMENT(NAME r, XMLFOREST(p.name AS v, p.id AS w)) COLUMNS v text PATH '.') x GROUP BY name;

-- SQL/JSON aggregates that become another type, and IS JSON over bytes
SELECT dept, JSON_ARRAYAGG(id ORDER BY id RETURNING text), JSON_OBJECTAGG(id VALUE dept RETURNING varchar(20)) FROM people GROUP BY dept;

SELECT JSON_ARRAYAGG(title ORDER BY id RETURNING text) || '!' FROM depts;

SELECT id, decode(encode(convert_to('[' || id || ']', 'UTF8'), 'hex'), 'hex') IS JSON ARRAY FROM depts;

SELECT id, JSON_VALUE(jsonb_build_array(title), '$[0]' RETURNING varchar(2)), JSON_QUERY(jsonb_build_array(id), '$[0]' RETURNING numeric(5,2)) FROM depts;
