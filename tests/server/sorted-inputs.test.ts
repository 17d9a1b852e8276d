/** Joins and groupings that do not fit a query's memory: sorted at their sources they pass by, and the answer is PostgreSQL's. */
import type pg from 'pg';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';

const ROWS = 60_000;
const NOTE = 'n'.repeat(40);

let oracle: pg.Client;
let sorted: pg.Client;
let hashed: pg.Client;
/** With more memory, by the rule spare-memory and without it. */
let sparing: pg.Client;
let unsparing: pg.Client;

const closes = closedAfterAll();
beforeAll(async () => {
  const key = (i: number): string => (i % 50 === 49 ? 'NULL' : `${Math.floor((i * 7919) % ROWS) >> 1}`);
  const federation = closes(
    await Federation.create([
      {
        name: 'sales',
        columns: ['id int4 NOT NULL', 'k int4', 'note text'],
        primaryKey: ['id'],
        tuples: Array.from({ length: ROWS }, (_, i) => `(${i}, ${key(i)}, '${NOTE}${i % 97}')`),
      },
      {
        name: 'stock',
        columns: ['k int8', 'name text'],
        tuples: Array.from({ length: ROWS }, (_, i) => `(${key(i + 11)}, '${NOTE}${i % 89}')`),
      },
    ]),
  );
  const start = async (disabled: readonly string[], queryMemory = '2MB'): Promise<pg.Client> => {
    const options = { queryMemory, disabled };
    const gateway = closes(await federation.gateway((table) => (table === 'stock' ? 'duck' : 'pg'), options));
    return closes(await connectText(gateway.clientConfig));
  };
  sorted = await start([]);
  hashed = await start(['merge-join', 'sorted-aggregate']);
  sparing = await start([], '7MB');
  unsparing = await start(['spare-memory'], '7MB');
  oracle = closes(await connectText(federation.oracleConfig()));
}, 120_000);

const JOIN = 'sales s JOIN stock t ON t.k = s.k';
const statements: readonly (readonly [string, string])[] = [
  ['Merge Join', `SELECT count(*), sum(length(s.note)), sum(length(t.name)), sum(s.id) FROM ${JOIN} WHERE s.note <> t.name`],
  [
    'Merge Left Join',
    `SELECT count(*), count(t.k), sum(length(t.name)) FROM sales s LEFT JOIN stock t ON t.k = s.k AND s.note < t.name`,
  ],
  ['Merge Semi Join', `SELECT count(*), sum(s.id) FROM sales s WHERE EXISTS (SELECT FROM stock t WHERE t.k = s.k AND t.name > s.note)`], // prettier-ignore
  ['Merge Anti Join', `SELECT count(*), sum(s.id) FROM sales s WHERE NOT EXISTS (SELECT FROM stock t WHERE t.k = s.k AND t.name > s.note)`], // prettier-ignore
  ['GroupAggregate', `SELECT s.k, sum(length(s.note)), sum(length(t.name)), count(*) FROM ${JOIN} WHERE s.note <> t.name GROUP BY s.k ORDER BY s.k LIMIT 5 OFFSET 9000`], // prettier-ignore
  [
    'GroupAggregate',
    `SELECT count(*), sum(v), max(k) FROM (SELECT k, var_samp(length(name)) AS v FROM stock GROUP BY k, name) q`,
  ],
  ['Unique', `SELECT count(*), sum(k) FROM (SELECT DISTINCT s.k FROM ${JOIN} WHERE s.note <> t.name) q`],
];

test.each(statements)('%s: %s', async (operator, sql) => {
  const plan = (await run(sorted, `EXPLAIN (COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');
  expect(plan).toContain(operator);
  const expected = await run(oracle, sql);
  expect((await run(sorted, sql)).error).toBeUndefined();
  expect((await run(sorted, sql)).rows).toEqual(expected.rows);
});

test('by hash they fail', async () => {
  for (const [, sql] of statements.slice(0, 5)) expect((await run(hashed, sql)).error?.code).toBe('53200');
});

test('of sides that would each fit, and not together, one is merged', async () => {
  const side = (from: number): string =>
    `(SELECT k, right(name, 28) AS name FROM stock ORDER BY k, name LIMIT 54000 OFFSET ${from})`;
  const sql = `SELECT count(*), sum(length(concat(s.note, a.name, b.name, c.name))), count(CASE WHEN a.name < b.name THEN c.name END) FROM sales s
    LEFT JOIN ${side(0)} a ON a.k = s.k LEFT JOIN ${side(500)} b ON b.k = s.id LEFT JOIN ${side(1_000)} c ON c.k = s.id + 1`;
  const plan = (await run(sparing, `EXPLAIN (COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');
  expect(plan.match(/-> {2}Hash Left Join/g)).toHaveLength(2);
  expect(plan).toContain('Merge Left Join');
  const expected = await run(oracle, sql);
  expect((await run(unsparing, sql)).error?.code).toBe('53200');
  expect((await run(sparing, sql)).error).toBeUndefined();
  expect((await run(sparing, sql)).rows).toEqual(expected.rows);
});
