/** EXPLAIN with costs, with the search, and after running: what it prints (explain.golden), figures of statistics injected. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { tableOfRows, type TableStatistics } from '../../algebra/statistics.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation, type FederationGateway } from '../support/federation.ts';
import { planWithDefaultCosts } from '../support/watched-plans.ts';
import { placement, TABLES } from './tables.ts';

const goldenFile = path.join(__dirname, 'explain.golden');
const ROWS: Readonly<Record<string, number>> = { orders: 200_000, customers: 3_000, products: 400 };

const JOIN = 'FROM orders o JOIN customers c USING (customer_id) JOIN staff s ON s.staff_id = o.seller WHERE c.vip';
const shown = [
  `EXPLAIN SELECT region, count(*) AS n FROM customers WHERE vip GROUP BY region ORDER BY n`,
  `EXPLAIN (VERBOSE) SELECT c.region, max(s.name) ${JOIN} GROUP BY c.region`,
  `EXPLAIN (OPTIMIZER) SELECT c.region, max(s.name) ${JOIN} GROUP BY c.region ORDER BY 1 LIMIT 3`,
  `EXPLAIN (OPTIMIZER, COSTS OFF, FORMAT YAML) SELECT o.total FROM orders o, customers c WHERE o.customer_id = c.customer_id AND o.total > (SELECT avg(balance) FROM customers)`,
  `EXPLAIN (OPTIMIZER, FORMAT JSON) SELECT customer_id FROM customers`,
];

let federation: Federation;
let gateway: FederationGateway;
let client: pg.Client;

beforeAll(async () => {
  federation = await Federation.create(TABLES);
  const statistics = { table: (table: { readonly name: string }): TableStatistics => tableOfRows(ROWS[table.name] ?? 1000) };
  const observer = { statistics, disabled: new Set<string>(), plan: planWithDefaultCosts };
  gateway = await federation.gateway(placement, { observer });
  client = await connectText(gateway.clientConfig);
});

afterAll(async () => {
  await client?.end();
  await gateway?.stop();
  await federation?.stop();
});

const linesOf = async (sql: string): Promise<string> => {
  const { rows, error } = await run(client, sql);
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return rows.map(([line]) => line).join('\n');
};

test('what EXPLAIN shows is what the golden file has', async () => {
  const parts: string[] = [];
  for (const sql of shown) parts.push(`${sql}\n----\n${await linesOf(sql)}\n`);
  const text = parts.join('\n');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(goldenFile, text);
  expect(text).toBe(readFileSync(goldenFile, 'utf8'));
});

test('VERBOSE tells what is due for memory that a query may not keep', async () => {
  const verbose = `EXPLAIN (VERBOSE, FORMAT JSON) SELECT c.region, max(s.name) ${JOIN} GROUP BY c.region`;
  const [document] = JSON.parse(await linesOf(verbose)) as [Record<string, unknown>];
  expect(document['Rates Between']).toEqual({ keySent: 500, keyInBitmap: 50, valueShipped: 150, valueWrittenForTheClient: 100, shipStartMs: 2 }); // prettier-ignore
  const { Expected, ...known } = document['Memory'] as Record<string, number>;
  expect(known).toEqual({ Allowed: 512 * 1024 ** 2, 'Overflow Cost': 1e5 });
  // The rows of customers that are vip, and the groups.
  expect(Expected).toBeGreaterThan(1500 * (28 + 16));
  expect(Expected).toBeLessThan(2 * 1500 * (28 + 16));
});

test('ANALYZE says what went to and came from each source, what keys spared, and where rows were far off', async () => {
  const plan = await linesOf(`EXPLAIN (ANALYZE) SELECT o.order_id, c.name ${JOIN}`);
  expect(plan).toMatch(/Keys Sent: customers.customer_id to shop \(4\)/);
  expect(plan).toMatch(/^Sent to shop: 52 bytes$/m);
  expect(plan).not.toContain('Sent to lake');
  expect(plan).toMatch(/^Received from lake: [1-9]\d* bytes, [1-9]\d* rows$/m);
  expect(plan).toMatch(/^Received from shop: [1-9]\d* bytes, [1-9]\d* rows$/m);
  expect(plan).toMatch(/Rows Spared: \d+ \(\d+ of 10000 expected without keys\)/);
  expect(plan).toMatch(/Misestimated: expected \d+ rows, \d+ times too many/);
});

test('ANALYZE counts the keys of all joins, and says once what they spared', async () => {
  const asked = `SELECT o.order_id, p.title FROM orders o JOIN products p ON p.product_id = o.seller WHERE p.category = 'toys'
    AND o.customer_id IN (SELECT customer_id FROM customers WHERE vip)`;
  const plan = await linesOf(`EXPLAIN (ANALYZE) ${asked}`);
  expect(plan.match(/Keys Sent: .*/g)).toEqual([
    'Keys Sent: customers.customer_id to shop (4)',
    'Keys Sent: products.product_id to shop (3)',
  ]);
  // PostgreSQL's arrays: 20 bytes, and 4 before each element.
  expect(plan).toMatch(/Remote Query on shop .*\n.*\n +Rows Spared: 199996 .*\n(?:.*\n)?\s+Sent: 96 bytes\n/);
  expect(plan.match(/Rows Spared/g)).toHaveLength(1);
  expect(plan).toMatch(/^Sent to shop: 96 bytes$/m);
  const [document] = JSON.parse(await linesOf(`EXPLAIN (ANALYZE, FORMAT JSON) ${asked}`)) as [Record<string, unknown>];
  expect(document['Sent']).toEqual(expect.arrayContaining([{ Site: 'shop', Bytes: 96 }, { Site: 'lake', Bytes: 0 }])); // prettier-ignore
});

test('what a LIMIT spared is not said to be the work of keys', async () => {
  const plan = await linesOf(`EXPLAIN (ANALYZE) SELECT o.order_id, c.name ${JOIN} LIMIT 2`);
  expect(plan).toContain('Keys Sent');
  expect(plan).not.toContain('Rows Spared');
});
