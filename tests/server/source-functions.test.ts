/** Functions that users gave a PostgreSQL source, called through the gateway: what they answer there, and what is refused. */
import { connectText, run } from '../support/differential.ts';
import { TwinDatabase } from '../support/twin-database.ts';

let twin: TwinDatabase;

beforeAll(async () => {
  twin = await TwinDatabase.start(
    `
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TABLE items (id int PRIMARY KEY, name text, price numeric(10,2), m mood, tags text[]);
    INSERT INTO items SELECT i, 'item ' || i, i * 1.25, (ARRAY['sad', 'ok', 'happy'])[i % 3 + 1]::mood, ARRAY['t' || i, 'u'] FROM generate_series(1, 20) i;
    CREATE FUNCTION double(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
    CREATE FUNCTION gross(price numeric, rate numeric DEFAULT 0.2) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT AS 'BEGIN RETURN price * (1 + rate); END';
    CREATE FUNCTION priced(wanted int) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT price FROM items WHERE id = wanted';
    CREATE FUNCTION named(wanted int, VARIADIC parts text[]) RETURNS text LANGUAGE plpgsql STABLE AS
      'BEGIN RETURN (SELECT name FROM items WHERE id = wanted) || array_to_string(parts, ''/''); END';
    CREATE FUNCTION first_of(anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
    CREATE FUNCTION better(mood) RETURNS mood LANGUAGE sql IMMUTABLE AS $$ SELECT CASE $1 WHEN 'sad' THEN 'ok'::mood ELSE 'happy' END $$;
    CREATE FUNCTION root(positive) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT sqrt($1)';
    CREATE FUNCTION maybe(int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce($1::text, 'none') $$;
    CREATE FUNCTION upto(n int) RETURNS SETOF int LANGUAGE sql IMMUTABLE AS 'SELECT generate_series(1, n)';
    CREATE FUNCTION cheaper(than numeric) RETURNS TABLE (item int, cost numeric) LANGUAGE sql STABLE AS 'SELECT id, price FROM items WHERE price < than';
    CREATE FUNCTION only_names(than numeric) RETURNS TABLE (title text) LANGUAGE sql STABLE AS 'SELECT name FROM items WHERE price < than';
    CREATE FUNCTION items_of(id int) RETURNS SETOF items LANGUAGE sql STABLE AS 'SELECT * FROM items WHERE items.id <= $1';
    CREATE FUNCTION bounds(OUT low int, OUT high int) LANGUAGE sql STABLE AS 'SELECT min(id), max(id) FROM items';
    CREATE FUNCTION anything() RETURNS SETOF record LANGUAGE sql STABLE AS 'SELECT id, name FROM items';
    CREATE FUNCTION dice() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 4';
    CREATE FUNCTION fails(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'no %', $1 USING ERRCODE = 'ZZ123'; END $$;
    CREATE FUNCTION overloaded(int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'int' $$;
    CREATE FUNCTION overloaded(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'text' $$;
    CREATE FUNCTION overloaded(numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'numeric' $$;`,
    'auth: { method: trust, users: [{ name: tester, admin: true }, { name: clerk }] }',
  );
});

afterAll(() => twin?.stop());

test.each([
  'SELECT shop.double(21)',
  'SELECT id, shop.double(id) FROM shop.items WHERE shop.double(id) > 30 ORDER BY shop.double(id) DESC',
  'SELECT shop.gross(price), shop.gross(price, 0.5), shop.gross(rate => 0.1, price => price) FROM shop.items ORDER BY id',
  'SELECT shop.gross(NULL, 1)',
  'SELECT sum(shop.gross(price)) FROM shop.items GROUP BY shop.double(id % 3) ORDER BY 1',
  'SELECT shop.priced(3), shop.priced(99)',
  "SELECT shop.named(id, 'a', 'b') FROM shop.items ORDER BY id LIMIT 3",
  "SELECT shop.named(2, VARIADIC ARRAY['x', 'y'])",
  'SELECT shop.first_of(tags) FROM shop.items ORDER BY id',
  'SELECT shop.first_of(ARRAY[1.5, 2])',
  'SELECT id, shop.better(m)::text FROM shop.items ORDER BY id',
  'SELECT shop.root(16), shop.root(id) FROM shop.items ORDER BY id',
  'SELECT shop.root(-1)',
  'SELECT shop.maybe(NULL), shop.maybe(1)',
  'SELECT * FROM shop.upto(4)',
  'SELECT * FROM shop.upto(3) WITH ORDINALITY AS u (a, b)',
  'SELECT shop.upto(3)',
  'SELECT i.id, u FROM shop.items i, shop.upto(i.id) u WHERE i.id < 4 ORDER BY 1, 2',
  'SELECT * FROM shop.cheaper(4) ORDER BY item',
  'SELECT c.cost, i.name FROM shop.cheaper(9.5) c JOIN shop.items i ON i.id = c.item ORDER BY 1',
  'SELECT * FROM shop.only_names(4) ORDER BY title',
  'SELECT id, name, price::text, m::text, tags FROM shop.items_of(2) ORDER BY id',
  'SELECT * FROM shop.bounds()',
  'SELECT low + high FROM shop.bounds()',
  'SELECT * FROM shop.anything() AS a (x int, y text) ORDER BY x DESC LIMIT 2',
  'SELECT shop.fails(1)',
  'SELECT CASE WHEN id > 100 THEN shop.fails(id) ELSE 0 END FROM shop.items',
  "SELECT shop.overloaded(1), shop.overloaded('x'), shop.overloaded(1.5), shop.overloaded(id::numeric) FROM shop.items LIMIT 1",
  'SELECT shop.overloaded(name) FROM shop.items LIMIT 1',
  'SELECT shop.double()',
  'SELECT shop.double(1, 2)',
  'SELECT shop.nobody(1)',
  'SELECT i.id FROM shop.items i WHERE EXISTS (SELECT FROM shop.cheaper(i.price) c WHERE c.item = i.id - 1) ORDER BY id',
  'SELECT s.d FROM (SELECT shop.double(id) AS d FROM shop.items) s JOIN generate_series(1, 5) g ON g = s.d ORDER BY 1',
])('%s', async (sql) => {
  expect(await twin.difference(sql)).toBeUndefined();
});

test.each([
  ['SELECT shop.dice() FROM pg_catalog.pg_am', 'the function shop.dice() away from source shop'],
  ['SELECT shop.double(g) FROM (SELECT random() AS r, 1 AS g) s', 'away from source shop'],
  ['SELECT shop.gross(rate => 0.1)', undefined],
])('refused: %s', async (sql, reason) => {
  const { error } = await run(twin.client, sql);
  expect(error).toMatchObject({ code: reason === undefined ? '42883' : '0A000', message: expect.stringContaining(reason ?? '') });
});

test('nothing calls them on the catalog server', async () => {
  await twin.client.query("CREATE FUNCTION pg_temp.around() RETURNS int LANGUAGE sql AS 'SELECT shop.double(1)'");
  // A function in SQL is inlined, and what it calls runs at its source.
  expect((await run(twin.client, 'SELECT pg_temp.around()')).rows).toEqual([['2']]);
  await twin.client.query("CREATE FUNCTION pg_temp.within() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN shop.double(1); END'");
  const { error } = await run(twin.client, 'SELECT pg_temp.within()');
  expect(error).toMatchObject({ code: '0A000', message: expect.stringContaining('away from source "shop"') });
});

test('parameters, and the same statement again', async () => {
  const sql = 'SELECT id FROM shop.items WHERE shop.double(id) = $1';
  for (const [value, id] of [[8, '4'], [10, '5'], [12, '6']]) {
    expect((await twin.client.query<{ id: string }>(sql, [value])).rows).toEqual([{ id }]);
  }
}); // prettier-ignore

test('the next fragment names pg_catalog alone again', async () => {
  await twin.client.query('SELECT shop.double(1)');
  expect((await twin.client.query("SELECT name FROM shop.items WHERE id = 1")).rows).toEqual([{ name: 'item 1' }]);
}); // prettier-ignore

test('EXPLAIN shows where it runs', async () => {
  const { rows } = await run(twin.client, 'EXPLAIN (COSTS OFF) SELECT shop.double(id) FROM shop.items');
  expect(rows.flat().join('\n')).toMatch(/SELECT public\.double\(id\) AS double FROM public\.items/);
});

test('a function that changes, goes and comes is followed', async () => {
  await twin.change('CREATE FUNCTION lately(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + 1 $$');
  expect(await twin.difference('SELECT shop.lately(1)')).toBeUndefined();
  await twin.change('DROP FUNCTION lately(int); CREATE FUNCTION lately(int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text $$');
  expect(await twin.difference('SELECT shop.lately(1)')).toBeUndefined();
  await twin.change('DROP FUNCTION lately(int)');
  expect(await twin.difference('SELECT shop.lately(1)')).toBeUndefined();
}); // prettier-ignore

test('EXECUTE is asked of the user, and stays revoked when the function is made anew', async () => {
  await twin.change('CREATE FUNCTION guarded() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$');
  const clerk = await connectText({ ...twin.gateway.address, user: 'clerk' });
  const answer = async (): Promise<unknown> => (await run(clerk, 'SELECT shop.guarded()')).error?.code;
  expect(await answer()).toBeUndefined();
  await twin.client.query('REVOKE EXECUTE ON FUNCTION shop.guarded() FROM PUBLIC');
  expect(await answer()).toBe('42501');
  await twin.change('DROP FUNCTION guarded()');
  expect(await answer()).toBe('42883');
  await twin.change('CREATE FUNCTION guarded() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 1::text $$');
  expect(await answer()).toBe('42501');
  await twin.client.query('GRANT EXECUTE ON FUNCTION shop.guarded() TO clerk');
  expect(await answer()).toBeUndefined();
  await clerk.end();
});

test('nobody but the source changes a declaration', async () => {
  for (const sql of [
    'DROP FUNCTION shop.double(int)',
    'ALTER FUNCTION shop.double(int) STABLE',
    "CREATE OR REPLACE FUNCTION shop.double(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION shop.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  ])
    expect((await run(twin.client, sql)).error).toMatchObject({ code: '0A000' });
});
