/**
 * Functions and aggregates that users made at the gateway, and volatile functions, over rows of sources: evaluated on the
 * session's own backend, in its transaction and with its user's rights.
 */
import pg from 'pg';
import { startShop, type Shop } from './shop.ts';

let shop: Shop;
let admin: pg.Client;
let ana: pg.Client;

const connect = async (user: string): Promise<pg.Client> => {
  const { host, port } = shop.gateway;
  const client = new pg.Client({ host, port, user, database: 'tributary' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};
const rows = async (client: pg.Client, sql: string): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
const errorOf = async (client: pg.Client, sql: string): Promise<string> => {
  try {
    await client.query(sql);
    return 'none';
  } catch (error) {
    return `${(error as pg.DatabaseError).code} ${(error as Error).message}`;
  }
};

beforeAll(async () => {
  shop = await startShop('auth: { method: trust, users: [{ name: boss, admin: true }, { name: ana }] }\n');
  admin = await connect('boss');
  ana = await connect('ana');
  await admin.query(`
    CREATE FUNCTION public.twice(x int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 2 * x';
    CREATE FUNCTION public.greet(name text, word text DEFAULT 'Hello') RETURNS text LANGUAGE sql AS $$SELECT word || ' ' || name$$;
    CREATE AGGREGATE public.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
    CREATE FUNCTION public.upto(n int) RETURNS SETOF int LANGUAGE sql AS 'SELECT generate_series(1, n)';
    CREATE SEQUENCE public.tickets; GRANT USAGE ON SEQUENCE public.tickets TO PUBLIC`);
});
afterAll(async () => {
  await ana?.end();
  await admin?.end();
  await shop?.stop();
});

test('a function of a user is called for each row, beside what sources and the gateway evaluate', async () => {
  expect(await rows(ana, 'SELECT id, twice(id) + 1, greet(name) FROM shop.customers WHERE twice(id) < 6 ORDER BY id')).toEqual([
    [1, 3, 'Hello name 1'],
    [2, 5, 'Hello name 2'],
  ]);
});

test('an aggregate of a user gets all rows of its groups', async () => {
  const byRegion = `SELECT region, total(id), count(*)::int FROM shop.customers GROUP BY region HAVING total(id) > 1 ORDER BY region`;
  const plain = byRegion.replaceAll('total(id)', 'sum(id)::int');
  expect(await rows(ana, byRegion)).toEqual(await rows(ana, plain));
  expect(await rows(ana, 'SELECT total(o.customer_id) FROM lake.orders o JOIN shop.customers c ON c.id = o.customer_id')).toEqual(
    await rows(ana, 'SELECT sum(o.customer_id)::int FROM lake.orders o JOIN shop.customers c ON c.id = o.customer_id'),
  );
  expect(await rows(ana, 'SELECT id, total(id) OVER (ORDER BY id) FROM shop.customers ORDER BY id LIMIT 3')).toEqual([
    [1, 1],
    [2, 3],
    [3, 6],
  ]);
  expect(await rows(ana, 'SELECT total(id) FROM shop.customers WHERE id < 0')).toEqual([[0]]);
});

test('functions in FROM, with the rows beside them', async () => {
  expect(
    await rows(
      ana,
      'SELECT c.id, u.n FROM shop.customers c, upto(c.id) WITH ORDINALITY AS u (n, o) WHERE c.id < 3 ORDER BY 1, 2',
    ),
  ).toEqual([
    [1, 1],
    [2, 1],
    [2, 2],
  ]);
});

test('volatile functions are evaluated once for each row, and not for rows that LIMIT spares', async () => {
  expect((await rows(ana, `SELECT nextval('tickets')::int FROM shop.customers WHERE id <= 5`)).flat()).toEqual([1, 2, 3, 4, 5]);
  expect((await rows(ana, `SELECT nextval('tickets')::int FROM shop.customers LIMIT 2`)).flat()).toEqual([6, 7]);
  expect((await rows(ana, `SELECT nextval('tickets')::int, id FROM shop.customers ORDER BY id DESC LIMIT 2`)).flat()).toEqual([
    8, 200, 9, 199,
  ]);
  expect(await rows(ana, `SELECT count(*)::int FROM shop.customers WHERE nextval('tickets') > 0`)).toEqual([[200]]);
  expect(await rows(ana, `SELECT nextval('tickets')::int`)).toEqual([[210]]);
  const [[distinct]] = (await rows(ana, 'SELECT count(DISTINCT random())::int FROM shop.customers')) as [[number]];
  expect(distinct).toBeGreaterThan(190);
  expect(
    await rows(ana, 'SELECT count(*)::int FROM shop.customers a JOIN shop.customers b ON a.id = b.id AND random() < 2'),
  ).toEqual([[200]]);
});

test('EXECUTE on such a function is asked for at every execution', async () => {
  await admin.query('REVOKE EXECUTE ON FUNCTION public.twice(int) FROM PUBLIC');
  expect(await errorOf(ana, 'SELECT twice(id) FROM shop.customers')).toBe('42501 permission denied for function twice');
  await admin.query('GRANT EXECUTE ON FUNCTION public.twice(int) TO PUBLIC');
  expect((await rows(ana, 'SELECT twice(id) FROM shop.customers WHERE id = 7')).flat()).toEqual([14]);
});

test('EXPLAIN says that the session evaluates it', async () => {
  const plan = (await rows(ana, 'EXPLAIN (COSTS OFF) SELECT twice(id) FROM shop.customers')).flat().join('\n');
  expect(plan).toContain('Remote Query on tributary (session)');
  expect(plan).toContain('public.twice(rows.c0)');
});

test('the error of a function is the statement’s', async () => {
  await admin.query(`CREATE FUNCTION public.split(x int) RETURNS int LANGUAGE sql AS 'SELECT 100 / (x - 3)'`);
  expect(await errorOf(ana, 'SELECT split(id) FROM shop.customers')).toBe('22012 division by zero');
  expect(await rows(ana, 'SELECT 1')).toEqual([[1]]);
});

test('PL/pgSQL: over rows of sources, with notices, never over the empty mirrors', async () => {
  await admin.query(`
    CREATE FUNCTION public.label(x int) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN RAISE NOTICE 'label %', x; IF x > 2 THEN RETURN 'many'; END IF; RETURN x::text; END $$;
    CREATE FUNCTION public.customers() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM shop.customers); END'`);
  const notices: string[] = [];
  ana.on('notice', ({ message }) => notices.push(message ?? ''));
  expect((await rows(ana, 'SELECT label(id) FROM shop.customers WHERE id < 4 ORDER BY id')).flat()).toEqual(['1', '2', 'many']);
  expect(notices).toEqual(['label 1', 'label 2', 'label 3']);
  for (const sql of ['SELECT customers()', 'SELECT id, customers() FROM shop.customers', 'SELECT * FROM customers() f'])
    expect(await errorOf(ana, sql)).toBe('0A000 reading federated table "customers" in this statement is not supported');
  expect(
    await errorOf(
      admin,
      `CREATE FUNCTION public.f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 0; END'`,
    ),
  ).toBe('0A000 a PL/pgSQL function with an EXCEPTION clause ("f") is not supported');
});

test('OFFSET evaluates volatile functions for the rows that it skips', async () => {
  await admin.query('CREATE SEQUENCE public.skips; GRANT USAGE ON SEQUENCE public.skips TO PUBLIC');
  const numbered = `SELECT nextval('skips')::int, id FROM shop.customers ORDER BY id LIMIT 2 OFFSET 3`;
  expect(await rows(ana, numbered)).toEqual([
    [4, 4],
    [5, 5],
  ]);
  expect(await rows(ana, `SELECT nextval('skips')::int`)).toEqual([[6]]);
});

test('what the transaction made is called before it is committed', async () => {
  await admin.query('BEGIN');
  try {
    await admin.query(`CREATE FUNCTION public.thrice(x int) RETURNS int LANGUAGE sql AS 'SELECT 3 * x';
      CREATE AGGREGATE public.last_of(int) (SFUNC = int4larger, STYPE = int)`);
    expect(await rows(admin, 'SELECT thrice(max(id)), last_of(id) FROM shop.customers')).toEqual([[600, 200]]);
  } finally {
    await admin.query('ROLLBACK');
  }
  expect(await errorOf(admin, 'SELECT thrice(id) FROM shop.customers')).toMatch(/^42883 /);
});

describe('functions in language SQL that read tables of sources', () => {
  let oracle: pg.Client;
  const made = `
    CREATE FUNCTION public.of_region(wanted text) RETURNS SETOF shop.customers LANGUAGE sql STABLE
      AS 'SELECT * FROM shop.customers WHERE region = wanted ORDER BY id DESC';
    CREATE FUNCTION public.sum_of(c int) RETURNS numeric LANGUAGE sql AS 'SELECT sum(total) FROM lake.orders WHERE customer_id = $1';
    CREATE FUNCTION public.first_order(c int, OUT id int, OUT total numeric) LANGUAGE sql
      AS 'SELECT o.id, o.total::numeric FROM lake.orders o WHERE o.customer_id = c ORDER BY o.id';
    CREATE FUNCTION public.regions() RETURNS TABLE (region varchar, n bigint) LANGUAGE sql
      BEGIN ATOMIC SELECT region, count(*) FROM shop.customers GROUP BY region ORDER BY region; END;
    CREATE FUNCTION public.best(c int) RETURNS numeric LANGUAGE sql AS 'SELECT sum_of(c) + 1';
    CREATE FUNCTION public.anything(lowest int) RETURNS SETOF record LANGUAGE sql
      AS 'SELECT id, name FROM shop.customers WHERE id >= lowest ORDER BY id';
    CREATE FUNCTION public.strictly(c int) RETURNS SETOF int STRICT LANGUAGE sql AS 'SELECT id FROM shop.customers WHERE id = c'`;
  beforeAll(async () => {
    oracle = new pg.Client({ connectionString: shop.postgres.url });
    await oracle.connect();
    await oracle.query(made);
    await admin.query(made);
    await admin.query(`CREATE FUNCTION public.by_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM shop.customers';
      CREATE VIEW public.sums AS SELECT c.id, sum_of(c.id) AS s, f.id AS o FROM shop.customers c LEFT JOIN LATERAL first_order(c.id) f ON true`);
    await oracle.query('CREATE VIEW public.sums AS SELECT c.id, sum_of(c.id) AS s, f.id AS o FROM shop.customers c LEFT JOIN LATERAL first_order(c.id) f ON true'); // prettier-ignore
    await admin.query('GRANT SELECT ON public.sums TO PUBLIC');
    await ana.query('SET search_path = public, shop, lake');
  });
  afterAll(async () => {
    await oracle?.end();
  });
  test.each([
    `SELECT id FROM of_region('north') LIMIT 2`,
    `SELECT count(*), max(name) FROM of_region('north') r WHERE id < 10`,
    `SELECT o, id FROM of_region('north') WITH ORDINALITY AS r (id, name, region, credit, created, o) WHERE o < 5 ORDER BY o`,
    'SELECT sum_of(5)',
    'SELECT id, sum_of(id) FROM shop.customers WHERE id IN (5, 300) OR id = 1 ORDER BY id',
    'SELECT c.id, f.* FROM shop.customers c, first_order(c.id + 1) f WHERE c.id < 3 ORDER BY 1',
    'SELECT c.id, r.id FROM shop.customers c, of_region(c.region) r WHERE c.id < 4 AND r.id < 8 ORDER BY 1, 2',
    'SELECT c.id, r.o, r.id FROM shop.customers c, of_region(c.region) WITH ORDINALITY AS r (id, n, g, d, t, o) WHERE c.id < 4 AND r.o < 3 ORDER BY 1, 2', // prettier-ignore
    'SELECT * FROM first_order(9999)',
    'SELECT * FROM regions()',
    'SELECT region, n FROM regions() WHERE n > (SELECT min(n) FROM regions()) ORDER BY 1',
    'SELECT * FROM ROWS FROM (regions(), generate_series(1, 2), sum_of(5)) AS x (r, n, i, s) ORDER BY 1',
    'SELECT best(5)',
    'SELECT count(*) FROM shop.customers WHERE best(id) > 90000',
    'SELECT * FROM anything(198) AS t (id int, name text)',
    'SELECT * FROM strictly(3)',
    'SELECT * FROM strictly(NULL)',
    'SELECT sum(s) FROM (SELECT sum_of(id) AS s FROM shop.customers WHERE id < 3) t',
    'SELECT * FROM sums WHERE id < 4 ORDER BY id',
    'SELECT CASE WHEN id = 1 THEN sum_of(id) END FROM shop.customers WHERE id < 3 ORDER BY id',
  ])('%s', async (sql) => {
    expect(await rows(ana, sql)).toEqual(await rows(oracle, sql));
  });
  test.each([
    'SELECT by_owner()',
    'SELECT sum_of((random() * 5)::int)',
    'SELECT regions()',
    'SELECT sum_of(max(id)) FROM shop.customers',
  ])('refused: %s', async (sql) => {
    expect(await errorOf(ana, sql)).toMatch(/^0A000 /);
  });
  test('what it reads is asked for with the caller’s rights, at every execution', async () => {
    await ana.query('PREPARE p (int) AS SELECT sum_of($1)');
    const answer = await rows(oracle, 'SELECT sum_of(5), -sum_of(5)');
    expect(await rows(ana, 'EXECUTE p (5)')).toEqual([answer[0]!.slice(0, 1)]);
    await admin.query('REVOKE SELECT ON lake.orders FROM ana');
    expect(await errorOf(ana, 'EXECUTE p (5)')).toBe('42501 permission denied for table orders');
    await admin.query('GRANT SELECT ON lake.orders TO ana');
    await admin.query('REVOKE EXECUTE ON FUNCTION public.sum_of(int) FROM PUBLIC');
    expect(await errorOf(ana, 'EXECUTE p (5)')).toBe('42501 permission denied for function sum_of');
    await admin.query('GRANT EXECUTE ON FUNCTION public.sum_of(int) TO PUBLIC');
    await admin.query(`CREATE OR REPLACE FUNCTION public.sum_of(c int) RETURNS numeric LANGUAGE sql
      AS 'SELECT -sum(total) FROM lake.orders WHERE customer_id = $1'`);
    expect(await rows(ana, 'EXECUTE p (5)')).toEqual([answer[0]!.slice(1)]);
  });
});
