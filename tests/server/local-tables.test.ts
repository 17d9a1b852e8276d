/** Source tables with local, temporary and catalog tables of the session: rights, policies, transactions, cancelling. */
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
  await admin.query(`CREATE TABLE public.targets (region varchar(10) PRIMARY KEY, goal int, owner text);
    INSERT INTO public.targets VALUES ('north', 10, 'ana'), ('south', 20, 'boss'), ('west', 30, 'ana')`);
});
afterAll(async () => {
  await ana?.end();
  await admin?.end();
  await shop?.stop();
});

const joined =
  'SELECT t.region, t.goal, count(c.id)::int FROM public.targets t LEFT JOIN shop.customers c USING (region) GROUP BY 1, 2 ORDER BY 1';

test('rights on a local table are asked for at every execution', async () => {
  await ana.query(`PREPARE j AS ${joined}`);
  expect(await errorOf(ana, 'EXECUTE j')).toBe('42501 permission denied for table targets');
  await admin.query('GRANT SELECT ON public.targets TO ana');
  expect(await rows(ana, 'EXECUTE j')).toEqual([
    ['north', 10, 66],
    ['south', 20, 67],
    ['west', 30, 0],
  ]);
  await admin.query('REVOKE SELECT ON public.targets FROM ana');
  expect(await errorOf(ana, 'EXECUTE j')).toBe('42501 permission denied for table targets');
  await admin.query('GRANT SELECT ON public.targets TO ana');
});

test('policies of a local table are those of the session', async () => {
  await admin.query(`ALTER TABLE public.targets ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.targets USING (owner = current_user)`);
  expect((await rows(ana, joined)).map(([region]) => region)).toEqual(['north', 'west']);
  expect((await rows(admin, joined)).map(([region]) => region)).toEqual(['north', 'south', 'west']);
});

test('what a view shows by the rights of its owner is refused', async () => {
  await admin.query(`CREATE VIEW public.both AS ${joined}; GRANT SELECT ON public.both TO ana`);
  expect(await rows(admin, 'SELECT count(*)::int FROM public.both')).toEqual([[3]]);
  expect(await errorOf(ana, 'SELECT * FROM public.both')).toMatch(/^0A000 .*"targets"/);
  await admin.query('DROP VIEW public.both; ALTER TABLE public.targets DISABLE ROW LEVEL SECURITY');
});

test('EXPLAIN names the site', async () => {
  const lines = (await rows(ana, `EXPLAIN ${joined}`)).flat().join('\n');
  expect(lines).toContain('Remote Query on tributary (session)');
  expect(lines).toContain('FROM public.targets');
});

test('an error of a fragment fails the transaction, and ROLLBACK TO brings it back', async () => {
  await ana.query('BEGIN; CREATE TEMP TABLE t (n int); INSERT INTO t VALUES (0); SAVEPOINT s');
  expect(await errorOf(ana, 'SELECT 1 / n FROM t JOIN shop.customers c ON c.id > n')).toBe('22012 division by zero');
  expect(await errorOf(ana, 'SELECT 1')).toMatch(/^25P02/);
  await ana.query('ROLLBACK TO s');
  expect(await rows(ana, 'SELECT n, count(*)::int FROM t, shop.customers GROUP BY n')).toEqual([[0, 200]]);
  expect(await errorOf(ana, 'SELECT n FROM t, lake.orders o WHERE 10 / (o.id - 3) > 100')).toMatch(/^22012/);
  expect(await errorOf(ana, 'SELECT 1')).toMatch(/^25P02/);
  await ana.query('ROLLBACK');
  expect(await errorOf(ana, 'SELECT * FROM t')).toMatch(/^42P01/);
});

test('cancelling and the time-out end a fragment on the backend', async () => {
  const endless = `SELECT count(*) FROM shop.customers c JOIN
    (SELECT count(*) AS n FROM pg_class a, pg_class b, pg_class d, pg_class e) x ON c.id = x.n`;
  await ana.query("SET statement_timeout = '200ms'");
  expect(await errorOf(ana, endless)).toBe('57014 canceling statement due to statement timeout');
  await ana.query('RESET statement_timeout');
  const { pid } = (await ana.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!;
  const cancelled = errorOf(ana, endless);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const other = new pg.Client({ host: shop.gateway.host, port: shop.gateway.port, user: 'ana', database: 'tributary' });
  await other.connect();
  expect((await other.query(`SELECT pg_cancel_backend(${pid}) AS done`)).rows).toEqual([{ done: true }]);
  await other.end();
  expect(await cancelled).toMatch(/^57014/);
  expect(await rows(ana, 'SELECT count(*)::int FROM shop.customers')).toEqual([[200]]);
});

test('a cursor shows the tables as they were when it was declared, and may outlive its transaction', async () => {
  await ana.query('BEGIN; CREATE TEMP TABLE k AS SELECT g AS id FROM generate_series(1, 3) g');
  await ana.query('DECLARE h CURSOR WITH HOLD FOR SELECT k.id, c.name FROM k JOIN shop.customers c USING (id) ORDER BY 1');
  await ana.query('DELETE FROM k');
  await ana.query('COMMIT');
  expect(await rows(ana, 'FETCH 2 FROM h')).toEqual([
    [1, 'name 1'],
    [2, 'name 2'],
  ]);
  await ana.query('DROP TABLE k');
  expect(await rows(ana, 'FETCH ALL FROM h')).toEqual([[3, 'name 3']]);
  await ana.query('CLOSE h');
});

test('a search_path that puts other schemas before pg_catalog is refused', async () => {
  await ana.query('SET search_path = public, pg_catalog');
  expect(await errorOf(ana, joined)).toMatch(/^0A000 .*search_path/);
  await ana.query('RESET search_path');
});

test('CREATE TABLE AS over sources counts its rows and belongs to the transaction', async () => {
  await ana.query('BEGIN');
  const made = await ana.query(
    `CREATE TEMP TABLE made AS SELECT o.id, c.name, o.total FROM lake.orders o, shop.customers c WHERE c.id < 9`,
  );
  expect([made.command, made.rowCount]).toEqual(['SELECT', 40_000]);
  expect(await rows(ana, 'SELECT count(*)::int, sum(id)::int, max(name) FROM made')).toEqual([[40_000, 99_980_000, 'name 8']]);
  const again = await ana.query('CREATE TEMP TABLE joined AS SELECT b.id FROM made b JOIN shop.customers c ON c.id = b.id');
  expect(again.rowCount).toBe(1_600);
  await ana.query('ROLLBACK');
  expect(await errorOf(ana, 'SELECT FROM made')).toMatch(/^42P01/);
  expect(await errorOf(ana, 'CREATE TEMP TABLE bad AS SELECT 1 / (id - 7) AS q FROM shop.customers')).toMatch(/^22012/);
  expect(await errorOf(ana, 'SELECT FROM bad')).toMatch(/^42P01/);
  await ana.query({ text: 'CREATE TEMP TABLE few AS SELECT id FROM shop.customers WHERE id < $1::int', values: [4] });
  expect(await rows(ana, 'SELECT id FROM few ORDER BY 1')).toEqual([[1], [2], [3]]);
  expect(await errorOf(ana, 'CREATE MATERIALIZED VIEW pg_temp.m AS SELECT id FROM shop.customers')).toMatch(/^0A000/);
});
