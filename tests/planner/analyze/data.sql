-- Few distinct values, NULLs and duplicates, so that every join, subquery and set operation has both matches and gaps.
INSERT INTO shop.customers
SELECT i, CASE WHEN i % 4 = 0 THEN 'acme' ELSE 'name ' || i % 5 END, CASE i % 3 WHEN 0 THEN 'Paris' WHEN 1 THEN 'x' END, i * 10.5,
       (ARRAY['sad', 'ok', 'happy']::shop.mood[])[i % 4], date '2024-02-25' + i, ARRAY['x', 'y' || i]
FROM generate_series(1, 9) i;
INSERT INTO shop.orders
SELECT i, i % 11 + 1, CASE WHEN i % 7 > 0 THEN i % 5 * 60.25 END, timestamptz '2024-01-01 00:00+00' + i % 6 * interval '1 day',
       CASE WHEN i % 5 > 0 THEN (ARRAY['a', 'b', 'x y', 'acme'])[i % 4 + 1] END, CASE WHEN i % 4 > 0 THEN i % 3 END
FROM generate_series(1, 40) i;
INSERT INTO lake.events
SELECT nullif(i % 17, 0), nullif(i % 9, 0), CASE WHEN i % 4 > 0 THEN (ARRAY['x', 'a', 'acme'])[i % 3 + 1] END,
       timestamp '2024-01-02 00:00' + i % 5 * interval '1 day', i % 8 * 0.75, jsonb_build_object('a', i)
FROM generate_series(1, 60) i;
INSERT INTO lake.wide SELECT nullif(i % 6, 0), 'é' || i % 3, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'x' END FROM generate_series(1, 15) i;
INSERT INTO lake.secrets SELECT i, CASE WHEN i % 2 = 0 THEN 'acme' ELSE 'other' END, i * 100 FROM generate_series(1, 6) i;
