/** Roles, views and policies set through the gateway hold for every execution over sources. */
import pg from 'pg';
import { startShop } from './shop.ts';
import type { Shop } from './shop.ts';

let shop: Shop;
let boss: pg.Client;
let clerk: pg.Client;

const connect = async (user: string): Promise<pg.Client> => {
  const client = new pg.Client({ ...shop.gateway.address, user });
  await client.connect();
  return client;
};

beforeAll(async () => {
  shop = await startShop(
    'auth: { method: trust, users: [{ name: boss, admin: true }, { name: clerk }, { name: guest, sources: [lake] }] }',
  );
  [boss, clerk] = await Promise.all([connect('boss'), connect('clerk')]);
});
afterAll(async () => {
  await clerk?.end();
  await boss?.end();
  await shop?.stop();
});

const count = async (client: pg.Client, from: string): Promise<number> =>
  Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${from}`)).rows[0]!.n);

const errorOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

test('only configured users get in', async () => {
  expect(await errorOf(connect('eve'))).toBe('28000 role "eve" does not exist');
});

test('sources of a user', async () => {
  const guest = await connect('guest');
  expect(await count(guest, 'lake.orders')).toBe(5000);
  expect(await count(guest, 'orders')).toBe(5000);
  expect(await errorOf(count(guest, 'shop.customers'))).toBe('42501 permission denied for schema shop');
  await guest.end();
});

test('privileges are checked at every execution of a kept statement, column by column', async () => {
  const kept = { name: 'kept', text: 'SELECT name FROM shop.customers WHERE id = 1' };
  expect((await clerk.query(kept)).rows).toEqual([{ name: 'name 1' }]);
  await boss.query('REVOKE SELECT ON shop.customers FROM clerk');
  expect(await errorOf(clerk.query(kept))).toBe('42501 permission denied for table customers');
  await boss.query('GRANT SELECT (id) ON shop.customers TO clerk');
  expect(await errorOf(clerk.query(kept))).toBe('42501 permission denied for table customers');
  expect(await errorOf(clerk.query('EXPLAIN SELECT name FROM shop.customers'))).toBe(
    '42501 permission denied for table customers',
  );
  expect(await count(clerk, '(SELECT id FROM shop.customers) c')).toBe(200);
  await boss.query('GRANT SELECT ON shop.customers TO clerk');
  expect((await clerk.query(kept)).rows).toEqual([{ name: 'name 1' }]);
});

test("a policy made later applies to a kept statement, and to the policy's role only", async () => {
  const kept = { name: 'policy', text: 'SELECT count(*)::int AS n FROM shop.customers' };
  expect((await clerk.query(kept)).rows).toEqual([{ n: 200 }]);
  await boss.query('ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY');
  await boss.query(`CREATE POLICY north ON shop.customers FOR SELECT USING (region = 'north' AND current_user = 'clerk')`);
  expect((await clerk.query(kept)).rows).toEqual([{ n: 66 }]);
  await boss.query('DROP POLICY north ON shop.customers');
  expect((await clerk.query(kept)).rows).toEqual([{ n: 0 }]);
  await boss.query('ALTER TABLE shop.customers DISABLE ROW LEVEL SECURITY');
  expect((await clerk.query(kept)).rows).toEqual([{ n: 200 }]);
});

test("a view over two sources, read with its owner's rights; replaced under a kept statement", async () => {
  await boss.query('CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO guest');
  await boss.query(
    `CREATE VIEW app.sales AS SELECT c.region, o.total FROM shop.customers c JOIN lake.orders o ON o.customer_id = c.id`,
  );
  await boss.query('GRANT SELECT ON app.sales TO guest');
  const guest = await connect('guest');
  const kept = { name: 'view', text: 'SELECT count(*)::int AS n FROM app.sales' };
  expect((await guest.query(kept)).rows).toEqual([{ n: 5000 }]);
  await boss.query(
    `CREATE OR REPLACE VIEW app.sales AS SELECT c.region, o.total FROM shop.customers c JOIN lake.orders o ON o.customer_id = c.id WHERE c.id = 1`,
  );
  expect((await guest.query(kept)).rows).toEqual([{ n: 25 }]);
  await guest.end();
});

test.each([
  ['shop.customers', 'customers', 5],
  ['lake.orders', 'orders', 7],
])(
  'what a policy or a security_barrier view on %s hides, no condition from outside ever runs on',
  async (table, name, hidden) => {
    const leaky = `1 / (id - ${hidden}) IS NOT NULL`;
    expect(await errorOf(count(clerk, `${table} WHERE ${leaky}`))).toBe('22012 division by zero');
    await boss.query(`CREATE VIEW app.guarded_${name} WITH (security_barrier) AS SELECT id FROM ${table} WHERE id <> ${hidden}`);
    await boss.query(`GRANT USAGE ON SCHEMA app TO clerk; GRANT SELECT ON app.guarded_${name} TO clerk`);
    const visible = await count(clerk, `app.guarded_${name}`);
    expect(await count(clerk, `app.guarded_${name} WHERE ${leaky}`)).toBe(visible);
    await boss.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
    await boss.query(`CREATE POLICY visible ON ${table} FOR SELECT USING (id <> ${hidden})`);
    expect(await count(clerk, `${table} WHERE ${leaky}`)).toBe(visible);
    expect(
      await count(clerk, `${table} t JOIN ${table} u ON t.id = u.id AND 1 / (t.id - ${hidden}) = 1 / (u.id - ${hidden})`),
    ).toBe(visible);
    expect(await count(clerk, `(SELECT 1 / (id - ${hidden}) AS leak FROM ${table} OFFSET 0) l`)).toBe(visible);
    await boss.query(`DROP POLICY visible ON ${table}; ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
  },
);

test('a new object earlier in search_path is what a kept statement reads from then on', async () => {
  const session = await connect('clerk');
  const kept = { name: 'shadowed', text: 'SELECT count(*)::int AS n FROM customers' };
  expect((await session.query(kept)).rows).toEqual([{ n: 200 }]);
  await session.query('CREATE TEMP TABLE customers (id int)');
  const after = await errorOf(session.query(kept));
  expect(after).toMatch(/^0A000 a statement whose tables have moved/);
  expect((await session.query('SELECT count(*)::int AS n FROM customers')).rows).toEqual([{ n: 0 }]);
  await session.end();
});

test.each([
  [
    "INSERT INTO shop.customers (id, name) VALUES (1, 'x')",
    '0A000 a data-modifying statement over federated tables is not supported',
  ],
  ['DELETE FROM lake.orders', '0A000 a data-modifying statement over federated tables is not supported'],
  ['SELECT * FROM shop.customers FOR UPDATE', '0A000 FOR UPDATE or FOR SHARE of federated tables is not supported'],
  [
    'SELECT * INTO TEMP copied FROM shop.customers',
    '0A000 reading federated table "customers" in this statement is not supported',
  ],
  [
    'CREATE MATERIALIZED VIEW copied AS SELECT * FROM shop.customers',
    '0A000 CREATE MATERIALIZED VIEW over federated tables is not supported',
  ],
  ['DO $$ BEGIN PERFORM 1 FROM shop.customers; END $$', '0A000 DO is not supported'],
  ["LOAD 'auto_explain'", '0A000 LOAD is not supported'],
  ['ALTER SYSTEM SET work_mem = 1', '0A000 ALTER SYSTEM is not supported'],
  ["COPY (SELECT 1) TO PROGRAM 'cat'", '0A000 COPY to a file or program is not supported'],
  ["PREPARE TRANSACTION 'x'", '0A000 two-phase commit is not supported'],
  ['SET ROLE tributary_owner', '42501 permission denied to set role "tributary_owner"'],
])('%s', async (sql, error) => {
  expect(await errorOf(boss.query(sql))).toBe(error);
  expect((await boss.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
