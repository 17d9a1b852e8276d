/** Statistics of both kinds of sources: collected by ANALYZE, shown by tributary_stats, followed by estimates. */
import type pg from 'pg';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';

const ROWS = 2_000;
const tuples = Array.from({ length: ROWS }, (_, i) => {
  const kind = i % 10 === 0 ? 'NULL' : i % 2 === 0 ? `'often'` : `'kind ${i % 40}'`;
  return `(${i}, ${kind}, DATE '2000-01-01' + ${i % 365})`;
});
const columns = ['id integer NOT NULL', 'kind text', 'day date'];

let federation: Federation;
let client: pg.Client;
const closes = closedAfterAll();
beforeAll(async () => {
  federation = closes(
    await Federation.create([
      { name: 'a', columns, primaryKey: ['id'], tuples },
      { name: 'b', columns, primaryKey: ['id'], tuples },
    ]),
  );
  const gateway = closes(await federation.gateway((table) => (table === 'a' ? 'shop' : 'duck'), { admin: 'operator' }));
  client = closes(await connectText(gateway.clientConfig));
}, 120_000);

const facts = (table: string): Promise<{ rows: readonly (readonly (string | null)[])[] }> =>
  run(
    client,
    `SELECT attname, round(null_frac::numeric, 1), round(n_distinct), most_common_vals[1], round(most_common_freqs[1]::numeric, 1)
     FROM tributary_stats.columns WHERE tablename = '${table}' ORDER BY attname`,
  );

test('nothing is known before ANALYZE, and the same of both sources after it', async () => {
  expect((await facts('a')).rows).toEqual([]);
  expect((await run(client, 'ANALYZE')).error).toBeUndefined();
  for (const table of ['a', 'b']) {
    const [day, id, kind] = (await facts(table)).rows;
    expect(day!.slice(0, 3)).toEqual(['day', '0.0', '365']);
    expect(id!.slice(0, 3)).toEqual(['id', '0.0', String(ROWS)]);
    expect(kind).toEqual(['kind', '0.1', '21', 'often', '0.4']);
  }
  const sizes = await run(client, `SELECT source, tablename, rows FROM tributary_stats.tables ORDER BY 1`);
  expect(sizes.rows).toEqual([
    ['duck', 'b', String(ROWS)],
    ['shop', 'a', String(ROWS)],
  ]);
});

const estimate = async (sql: string): Promise<number> => {
  const explained = await run(client, `EXPLAIN ${sql}`);
  return Number(/rows=(\d+)/.exec(explained.rows[0]![0]!)![1]);
};

test.each(['a', 'b'])('estimates of %s follow its statistics', async (table) => {
  await run(client, 'ANALYZE');
  const near = (rows: number): number[] => [rows * 0.9, rows * 1.1];
  const cases: readonly (readonly [string, number])[] = [
    [`kind = 'often'`, 800],
    [`kind IS NULL`, 200],
    [`kind IN ('kind 1', 'kind 3')`, 100],
    [`kind LIKE 'of%'`, 800],
    [`day >= DATE '2000-07-01'`, 914],
    [`day >= DATE '2000-07-01' AND day < DATE '2000-08-01'`, 155],
    [`id = 7`, 1],
    [`id < 500`, 500],
  ];
  for (const [condition, rows] of cases) {
    const estimated = await estimate(`SELECT id, kind FROM ${table} WHERE ${condition}`);
    const [low, high] = near(rows);
    expect([condition, estimated >= low!, estimated <= high! || rows < 10]).toEqual([condition, true, true]);
  }
  expect(await estimate(`SELECT kind, count(*) FROM ${table} GROUP BY kind`)).toBeLessThan(25);
});

test('a table and a source can be named', async () => {
  expect((await run(client, 'ANALYZE shop.a')).error).toBeUndefined();
  expect((await run(client, 'ANALYZE duck')).error).toBeUndefined();
  expect((await run(client, 'ANALYZE nowhere')).error).toMatchObject({ code: '42P01' });
});
