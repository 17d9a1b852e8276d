/**
 * Volatile functions of a PostgreSQL source: called by the source as often, and in the order, as PostgreSQL would. `tick`
 * counts its calls within the statement, so that what it returns tells which call a value came from; `ticks` how many there were.
 */
import { connectText, run } from '../support/differential.ts';
import { TwinDatabase } from '../support/twin-database.ts';

let twin: TwinDatabase;

beforeAll(async () => {
  twin = await TwinDatabase.start(
    `
    CREATE TABLE items (id int PRIMARY KEY, name text, price numeric(10,2), tags text[]);
    INSERT INTO items SELECT i, 'item ' || i, (i * 7 % 5) * 1.25, ARRAY['t' || i, 'u'] FROM generate_series(1, 12) i;
    CREATE TABLE written (id int);
    CREATE TYPE pair AS (low int, high text);
    CREATE FUNCTION ticks() RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT coalesce(nullif(current_setting('my.ticks', true), ''), '0')::int $$;
    CREATE FUNCTION tick(anyelement) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
      BEGIN PERFORM set_config('my.ticks', (coalesce(nullif(current_setting('my.ticks', true), ''), '0')::int + 1)::text, true);
      RETURN $1::text || '#' || current_setting('my.ticks'); END $$;
    CREATE FUNCTION pass(int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN PERFORM tick($1); RETURN $1 % 2 = 0; END $$;
    CREATE FUNCTION dice() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 4';
    CREATE FUNCTION upto(n int) RETURNS SETOF int LANGUAGE plpgsql VOLATILE AS
      $$ BEGIN FOR i IN 1..n LOOP PERFORM tick(i); RETURN NEXT i; END LOOP; END $$;
    CREATE FUNCTION rows_to(n int) RETURNS TABLE (a int, b text) LANGUAGE plpgsql VOLATILE AS
      $$ BEGIN RETURN QUERY SELECT i, tick(i) FROM generate_series(1, n) i; END $$;
    CREATE FUNCTION pair_of(n int) RETURNS pair LANGUAGE plpgsql VOLATILE AS $$ DECLARE p pair; BEGIN p.low := n; p.high := tick(n); RETURN p; END $$;
    CREATE FUNCTION pairs_to(n int) RETURNS SETOF pair LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN QUERY SELECT i, tick(i) FROM generate_series(1, n) i; END $$;
    CREATE FUNCTION item_of(n int) RETURNS items LANGUAGE plpgsql VOLATILE AS $$ DECLARE r items; BEGIN SELECT * INTO r FROM items WHERE id = n; RETURN r; END $$;
    CREATE FUNCTION both_of(n int, OUT a int, OUT b text) LANGUAGE plpgsql VOLATILE AS $$ BEGIN a := n; b := tick(n); END $$;
    CREATE FUNCTION anything(n int) RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN QUERY SELECT i, tick(i) FROM generate_series(1, n) i; END $$;
    CREATE FUNCTION a_record(n int) RETURNS record LANGUAGE plpgsql VOLATILE AS $$ DECLARE r record; BEGIN SELECT n AS a, tick(n) AS b INTO r; RETURN r; END $$;
    CREATE FUNCTION joined(VARIADIC parts text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN tick(array_to_string(parts, '+')); END $$;
    CREATE FUNCTION summed(a int, b int DEFAULT 10, c int DEFAULT 100) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN a + b + c; END $$;
    CREATE FUNCTION strictly(int) RETURNS text LANGUAGE plpgsql VOLATILE STRICT AS $$ BEGIN RETURN tick($1); END $$;
    CREATE FUNCTION nothing(int) RETURNS void LANGUAGE plpgsql VOLATILE AS $$ BEGIN PERFORM tick($1); END $$;
    CREATE FUNCTION fails(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RAISE EXCEPTION 'no %', $1 USING ERRCODE = 'ZZ123'; END $$;
    CREATE FUNCTION writes(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN INSERT INTO written VALUES ($1); RETURN $1; END $$;`,
    'auth: { method: trust, users: [{ name: tester, admin: true }, { name: clerk }] }',
  );
});

afterAll(() => twin?.stop());

test.each([
  // Without a table.
  'SELECT shop.dice()',
  'SELECT shop.tick(1), shop.tick(2), shop.tick(2), shop.ticks()',
  "SELECT shop.tick('x'::text) || '!' AS t",
  'SELECT shop.nothing(1)',
  'SELECT shop.fails(1)',
  'SELECT CASE WHEN shop.dice() > 5 THEN shop.fails(1) ELSE shop.dice() END',
  'SELECT coalesce(shop.dice(), shop.fails(1))',
  'SELECT false AND shop.pass(1), shop.ticks()',
  'SELECT shop.strictly(NULL), shop.ticks()',
  "SELECT shop.joined('a', 'b'), shop.joined(VARIADIC ARRAY['c', 'd'])",
  'SELECT shop.summed(1), shop.summed(1, 2), shop.summed(c => 1, a => 2, b => 3), shop.summed(1, b => 5)',
  'VALUES (shop.tick(1)), (shop.tick(2)), (shop.tick(3))',
  // The select list, and what stands around it.
  'SELECT id, shop.tick(id) FROM shop.items ORDER BY id',
  'SELECT id, shop.tick(id), shop.tick(id) FROM shop.items ORDER BY id DESC LIMIT 3',
  'SELECT shop.tick(id) AS t FROM shop.items ORDER BY t',
  'SELECT id FROM shop.items ORDER BY shop.tick(id % 3), id',
  'SELECT id FROM shop.items ORDER BY shop.tick(id % 3), id LIMIT 4',
  'SELECT DISTINCT shop.dice() FROM shop.items',
  'SELECT DISTINCT ON (price) price, id FROM shop.items WHERE shop.pass(id) ORDER BY price, id',
  'SELECT a, a FROM (SELECT shop.tick(id) AS a, id FROM shop.items) s ORDER BY id',
  'SELECT a FROM (SELECT shop.tick(id) AS a, id FROM shop.items) s ORDER BY id LIMIT 2',
  'SELECT a, b FROM (SELECT shop.tick(id) AS a, price AS b FROM shop.items) s WHERE b > 1 ORDER BY b, a',
  "SELECT a FROM (SELECT shop.tick(id) AS a FROM shop.items) s WHERE a LIKE '%1' ORDER BY 1",
  'SELECT length(a), a FROM (SELECT shop.tick(id) AS a, id FROM shop.items OFFSET 2) s ORDER BY id',
  'SELECT count(*), shop.ticks() FROM (SELECT shop.tick(id) FROM shop.items) s',
  'SELECT count(*), shop.ticks() FROM (SELECT shop.tick(id) FROM shop.items LIMIT 4) s',
  'SELECT count(*), shop.ticks() FROM (SELECT id, shop.tick(id) FROM shop.items) s WHERE id < 5',
  'SELECT CASE WHEN id < 3 THEN shop.tick(id) END FROM shop.items ORDER BY id',
  'SELECT CASE WHEN false THEN a END, shop.ticks() FROM (SELECT shop.tick(id) AS a FROM shop.items WHERE id < 3) s',
  // Conditions.
  'SELECT id FROM shop.items WHERE shop.pass(id) ORDER BY id',
  'SELECT count(*), shop.ticks() FROM shop.items WHERE id > 4 AND shop.pass(id)',
  'SELECT count(*), shop.ticks() FROM shop.items WHERE shop.pass(id) OR id > 4',
  'SELECT i.id, j.id FROM shop.items i JOIN shop.items j ON i.id = j.id AND shop.pass(i.id) ORDER BY 1',
  'SELECT count(*), shop.ticks() FROM shop.items i LEFT JOIN shop.items j ON i.id = j.id AND shop.pass(j.id)',
  'SELECT price, count(*) FROM shop.items GROUP BY price HAVING shop.pass(count(*)::int) ORDER BY 1',
  // Groups and windows.
  'SELECT shop.dice(), count(*) FROM shop.items GROUP BY 1',
  'SELECT sum(shop.dice()), sum(shop.dice() + id), shop.ticks() FROM shop.items',
  'SELECT s, s + 1 FROM (SELECT price, sum(shop.dice()) AS s FROM shop.items GROUP BY price) g ORDER BY price',
  'SELECT id, sum(shop.dice()) OVER (ORDER BY id) FROM shop.items ORDER BY id',
  'SELECT id, shop.dice() + row_number() OVER (ORDER BY id) FROM shop.items ORDER BY id',
  "SELECT string_agg(shop.tick(id), ',' ORDER BY id) FROM shop.items",
  // Subqueries, WITH, set operations.
  'SELECT id, (SELECT shop.tick(1)) FROM shop.items ORDER BY id',
  'SELECT a, a FROM (SELECT (SELECT shop.tick(1)) AS a, id FROM shop.items) s ORDER BY id',
  'SELECT id FROM shop.items WHERE id IN (SELECT shop.dice() FROM shop.items) ORDER BY id',
  'SELECT id FROM shop.items WHERE id NOT IN (SELECT shop.dice() FROM shop.items) ORDER BY id',
  'SELECT id FROM shop.items WHERE EXISTS (SELECT shop.dice()) ORDER BY id',
  'WITH w AS (SELECT shop.tick(id) AS t FROM shop.items WHERE id < 4) SELECT a.t, b.t FROM w a JOIN w b USING (t) ORDER BY 1',
  'WITH w AS (SELECT shop.tick(id) AS t FROM shop.items WHERE id < 4) SELECT t FROM w ORDER BY 1',
  'WITH RECURSIVE r AS (SELECT 1 AS n, shop.tick(1) AS t UNION ALL SELECT n + 1, shop.tick(n + 1) FROM r WHERE n < 4) SELECT * FROM r',
  'SELECT shop.tick(1) UNION ALL SELECT shop.tick(2) UNION ALL SELECT name FROM shop.items WHERE id = 1',
  'SELECT t, t FROM (SELECT shop.tick(id) AS t FROM shop.items UNION SELECT name FROM shop.items) u ORDER BY 1',
  // Sets and rows.
  'SELECT * FROM shop.upto(3)',
  'SELECT * FROM shop.upto(3) WITH ORDINALITY AS u (a, n)',
  'SELECT shop.upto(3)',
  'SELECT id, shop.upto(id) FROM shop.items WHERE id < 4 ORDER BY id',
  'SELECT id, shop.upto(id), shop.upto(2) FROM shop.items WHERE id < 4 ORDER BY id',
  'SELECT count(*), shop.ticks() FROM (SELECT shop.upto(3)) s',
  'SELECT * FROM shop.upto(2) u, shop.upto(2) v',
  'SELECT i.id, u FROM shop.items i, shop.upto(i.id) u WHERE i.id < 4 ORDER BY 1, 2',
  'SELECT i.id, t FROM shop.items i, shop.tick(i.id) t WHERE i.id < 4 ORDER BY 1, 2',
  'SELECT v, r.* FROM (VALUES (1), (2)) v (v) LEFT JOIN shop.rows_to(3) r ON v < r.a ORDER BY 1, 2',
  'SELECT * FROM shop.rows_to(3)',
  'SELECT b, a FROM shop.rows_to(3) r WHERE a > 1',
  'SELECT x, y FROM shop.rows_to(2) WITH ORDINALITY AS r (x, y, n) ORDER BY n DESC',
  'SELECT * FROM shop.pair_of(3)',
  'SELECT high FROM shop.pairs_to(3) p WHERE low > 1',
  'SELECT * FROM shop.both_of(3)',
  'SELECT id, name, price::text, tags FROM shop.item_of(2)',
  'SELECT i.id, p.high FROM shop.items i, shop.pair_of(i.id) p WHERE i.id < 4 ORDER BY 1',
  'SELECT * FROM shop.anything(3) AS a (x int, y text)',
  'SELECT * FROM shop.a_record(3) AS a (x int, y text)',
  'SELECT * FROM ROWS FROM (shop.upto(3), shop.rows_to(2)) WITH ORDINALITY AS r (u, a, b, n)',
  'SELECT * FROM ROWS FROM (shop.upto(2), shop.anything(3) AS (x int, y text), generate_series(1, 4)) AS r (u, a, b, g)',
  'SELECT u FROM shop.upto(shop.dice()) u',
])('%s', async (sql) => {
  expect(await twin.difference(sql)).toBeUndefined();
});

test.each([
  ['SELECT shop.tick(g) FROM generate_series(1, 3) g JOIN pg_class c ON c.oid = g', '0A000'],
  ['SELECT shop.tick(i.id) FROM shop.items i JOIN pg_catalog.pg_am a ON a.oid = i.id', '0A000'],
  ['SELECT i.id, u FROM shop.items i LEFT JOIN LATERAL shop.upto(i.id) u ON true', '0A000'],
  ['SELECT DISTINCT ON (price) price, shop.tick(id) FROM shop.items ORDER BY price, id', '0A000'],
  ['SELECT price, shop.tick(id) FROM shop.items ORDER BY price FETCH FIRST 2 ROWS WITH TIES', '0A000'],
  ['SELECT * FROM shop.items i WHERE EXISTS (SELECT FROM shop.upto(3) u WHERE u = i.id)', '0A000'],
  ['SELECT shop.writes(1)', '25006'],
  ['EXPLAIN ANALYZE SELECT shop.writes(1)', '25006'],
])('refused: %s', async (sql, code) => {
  const { error } = await run(twin.client, sql);
  expect(error?.code).toBe(code);
});

test('views over them, also beside a table', async () => {
  const views = `
    CREATE VIEW pg_temp.ticked AS SELECT id, shop.tick(id) AS t FROM shop.items;
    CREATE VIEW pg_temp.counted AS SELECT * FROM shop.upto(3) WITH ORDINALITY AS u (a, n);
    CREATE VIEW pg_temp.rowed AS SELECT r.* FROM shop.rows_to(2) r;`;
  await twin.oracle.query(views);
  await twin.client.query(views);
  for (const sql of [
    'SELECT * FROM pg_temp.counted',
    'SELECT * FROM pg_temp.rowed',
    'SELECT t FROM pg_temp.ticked WHERE id > 9 ORDER BY id',
    'SELECT i.id, c.n FROM pg_temp.counted c JOIN shop.items i ON i.id = c.a ORDER BY 1',
  ])
    expect(await twin.difference(sql)).toBeUndefined();
});

test("planner settings of the session hold for what a function plans, and for nobody else's calls", async () => {
  const script = `CREATE FUNCTION planned() RETURNS text LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RETURN current_setting('enable_hashjoin') || ' ' || current_setting('work_mem') || ' ' || current_setting('DateStyle'); END $$`;
  await twin.change(script);
  const both = async (sql: string): Promise<void> => {
    await twin.oracle.query(sql);
    await twin.client.query(sql);
  };
  const same = async (): Promise<void> => expect(await twin.difference('SELECT shop.planned()')).toBeUndefined();
  await same();
  await both('SET enable_hashjoin = off');
  await both("SET work_mem = '77kB'");
  await same();
  const other = await connectText(twin.gateway.address);
  const { rows } = await run(other, 'SELECT shop.planned()');
  expect(rows[0]![0]).toMatch(/^on /);
  await other.end();
  await same();
  await both('RESET work_mem');
  await same();
  await both('BEGIN');
  await both("SET LOCAL work_mem = '99kB'");
  await same();
  await both('ROLLBACK');
  await both('RESET enable_hashjoin');
  await same();
});

test('EXECUTE is asked of the user', async () => {
  const clerk = await connectText({ ...twin.gateway.address, user: 'clerk' });
  expect((await run(clerk, 'SELECT shop.dice()')).rows).toEqual([['4']]);
  await twin.client.query('REVOKE EXECUTE ON FUNCTION shop.dice() FROM PUBLIC');
  expect((await run(clerk, 'SELECT shop.dice()')).error?.code).toBe('42501');
  await twin.client.query('GRANT EXECUTE ON FUNCTION shop.dice() TO PUBLIC');
  await clerk.end();
});

test('neither planning nor EXPLAIN calls one; parameters reach it', async () => {
  expect((await run(twin.client, 'EXPLAIN SELECT shop.fails(1)')).error).toBeUndefined();
  await twin.client.query('PREPARE p AS SELECT shop.fails(1)');
  expect((await run(twin.client, 'EXECUTE p')).error?.code).toBe('ZZ123');
  const sql = 'SELECT shop.tick($1::int) AS t, count(*) FROM shop.items WHERE shop.pass(id + $1)';
  for (const value of [1, 2]) {
    const { rows } = await twin.client.query(sql, [value]);
    expect(rows).toEqual((await twin.oracle.query(sql, [value])).rows);
  }
});

test('what one leaves behind in its session at the source, nobody meets', async () => {
  await twin.change(`CREATE FUNCTION keep() RETURNS text LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN PERFORM set_config('default_transaction_read_only', 'off', false), pg_advisory_lock(77);
       RETURN set_config('my.kept', coalesce(current_setting('my.kept', true), '') || 'x', false); END $$`);
  for (let i = 0; i < 3; i++) expect((await run(twin.client, 'SELECT shop.keep()')).rows).toEqual([['x']]);
  expect((await run(twin.client, 'SELECT shop.writes(1)')).error?.code).toBe('25006');
  expect((await run(twin.client, 'SELECT count(*) FROM shop.written')).rows).toEqual([['0']]);
});
