/** Statements over sources that are huge or deep: an answer or PostgreSQL's error, and the session goes on; also when logged. */
import { withoutLiterals } from '../../server/slow-query.ts';
import { writeQuery } from '../../server/wire/frontend-messages.ts';
import { WireClient } from '../support/wire-client.ts';
import { startShop } from './shop.ts';
import type { Shop } from './shop.ts';

let shop: Shop;
let client: WireClient;
beforeAll(async () => {
  // Every statement is a slow one.
  shop = await startShop('log: { level: silent, slow_query: 0.001 }');
  client = await WireClient.connect(shop.gateway.address);
});
afterEach(async () => {
  expect(await client.query('select 1 as alive')).toEqual(['T alive:23/-1/0', 'D 1', 'C SELECT 1', 'Z I']);
});
afterAll(async () => {
  client?.end();
  await shop?.stop();
});

async function ask(sql: string): Promise<string[]> {
  client.send(writeQuery(sql));
  return client.untilReady();
}

const TABLES = ['shop.customers', 'lake.orders', 'shop.customers JOIN lake.orders USING (id)'];

test.each(TABLES)('10 MB over %s', async (from) => {
  const text = 'x'.repeat(10 << 20);
  expect(await ask(`SELECT count(*)::int4 AS n FROM ${from} WHERE id::text = '${text}'`)).toEqual([
    'T n:23/-1/0',
    'D 0',
    'C SELECT 1',
    'Z I',
  ]);
});

test.each(TABLES)('nesting over %s', async (from) => {
  const nested = await ask(`SELECT id FROM ${from} WHERE ${'('.repeat(10_000)}id = 1${')'.repeat(10_000)}`);
  expect(nested[0]).toMatch(/^E \| ERROR \| (54001|42601) \| (stack depth limit exceeded|memory exhausted)/);
  const chained = await ask(`SELECT id FROM ${from} WHERE id${' + 1'.repeat(7_000)} = 1`);
  expect(chained[0]).toMatch(/^E \| ERROR \| 54001 \| stack depth limit exceeded/);
  const listed = await ask(
    `SELECT id FROM ${from} WHERE id IN (${Array.from({ length: 50_000 }, (_, i) => i + 7).join(', ')}) AND id < 8`,
  );
  expect(listed.slice(1)).toEqual(['D 7', 'C SELECT 1', 'Z I']);
});

test('literals in the log of slow queries', () => {
  expect(withoutLiterals(`SELECT "a ""1""", 'it''s', B'01', t1.c2, 12.5e3, -7 FROM "x'y" WHERE a = '' AND b = 'z'`)).toBe(
    `SELECT "a ""1""", ?, B?, t1.c2, ?, -? FROM "x'y" WHERE a = ? AND b = ?`,
  );
  expect(withoutLiterals(`SELECT '${"''".repeat(20 << 20)}'`)).toBe('SELECT ?');
  expect(withoutLiterals(`SELECT 1${' + a'.repeat(100_000)}, 'secret'`)).toMatch(/^SELECT \?( \+ a)* ?\+? ?a?…$/);
});
