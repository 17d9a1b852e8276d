-- Elements and slices of arrays, keys of jsonb.

SELECT id, nums[1], nums[2], nums[0], nums[-1], nums[99], tags[2] FROM lists

SELECT id, nums[id], nums[id - 1 : id], nums[NULL], nums[NULL : 2], nums[1 : NULL::int4] FROM lists

SELECT id, nums[2:3], nums[:2], nums[2:], nums[:], tags[:2], nums[3:1], nums[5:9] FROM lists

SELECT id, (nums[2:])[1], nums[2:3][1], nums[1][1], (ARRAY[tags, tags])[2][1], (ARRAY[tags, tags])[1], (ARRAY[nums, nums])[1:1][2:] FROM lists WHERE id IN (1, 6, 11)

SELECT id, ARRAY[[id, 2], [3, nums[1]]] AS m, (ARRAY[[id, 2], [3, nums[1]]])[2][2], (ARRAY[[id, 2], [3, nums[1]]])[1:1], (ARRAY[[id, 2], [3, nums[1]]])[:][2:] FROM lists

SELECT (array_agg(id ORDER BY id))[2], (array_agg(nums[1] ORDER BY id))[2:4] FROM lists

SELECT (string_to_array(name, 'a'))[1] AS p, count(*) FROM people GROUP BY 1 ORDER BY 1

SELECT id FROM lists WHERE nums[1] = 3 OR tags[1] IS NULL ORDER BY id

SELECT l.id, p.id FROM lists l JOIN people p ON p.id = l.nums[1] ORDER BY 1, 2

SELECT p.id, (SELECT nums[p.dept] FROM lists WHERE lists.id = p.dept) FROM people p ORDER BY 1

SELECT id, (doc::jsonb)['a'], (doc::jsonb)['a']['b'][1], (doc::jsonb)[0], (doc::jsonb)[1]['a'], (doc::jsonb)[-1], (doc::jsonb)[NULL] FROM lists

SELECT id, (doc::jsonb)[tags[1]] FROM lists

SELECT id, ('[0:2]={1,2,3}'::int4[])[id - 1], ('[0:2]={1,2,3}'::int4[])[id:], ('[-2:-1][5:6]={{1,2},{3,4}}'::int4[])[-1][6] FROM lists WHERE id < 5

SELECT nums[1] + 1 AS n, count(*) FROM lists GROUP BY nums[1] + 1 ORDER BY n NULLS FIRST

SELECT id, nums[2147483647], nums[-2147483648 : 2147483647] FROM lists ORDER BY nums[1] DESC, id

SELECT id, nums['2'::int8::int4], nums[1.6] FROM lists

SELECT id, tags[1] || 'x', upper(tags[1]), length((tags[2:])[1]) FROM lists ORDER BY tags[1], id

SELECT id, ('2 3'::int2vector)[id] FROM lists WHERE id < 3

SELECT title, (regexp_match(title, '(.)(.)'))[2] FROM depts ORDER BY 1

-- Of points and shapes.

SELECT id, (point(id, salary::float8))[0], (box(point(id, 1), point(2, 3)))[1], ('(1,2)'::point)[1], (point(id, 2))[7] FROM people ORDER BY id

SELECT id FROM people ORDER BY (point(dept, id))[0] NULLS FIRST, (point(dept, id))[1] DESC, id
