/** One fetch for both sides of a join, of more rows than any buffer on the way holds: it must neither stop nor be asked for twice. */
import type pg from 'pg';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';

const ROWS = 60_000;

let federation: Federation;
let gateway: Awaited<ReturnType<Federation['gateway']>>;
let client: pg.Client;
let oracle: pg.Client;

const closes = closedAfterAll();
beforeAll(async () => {
  federation = closes(
    await Federation.create([
      {
        name: 'parts',
        columns: ['id integer NOT NULL', 'parent integer', 'label text'],
        tuples: Array.from({ length: ROWS }, (_, i) => `(${i}, ${i === 0 ? 'NULL' : i >> 1}, 'part ${'x'.repeat(60)} ${i}')`),
      },
      { name: 'marks', columns: ['id integer NOT NULL'], tuples: ['(7)', '(8)', '(59999)'] },
    ]),
  );
  oracle = closes(await connectText(federation.oracleConfig()));
}, 120_000);

const placements = {
  'parts in PostgreSQL': (table: string) => (table === 'parts' ? 'pg' : 'duck'),
  'parts in DuckDB': (table: string) => (table === 'parts' ? 'duck' : 'pg'),
} as const;

/** Kept at home by a full join with another source, which no source can do. */
const joined = (what: string): string =>
  `SELECT ${what} FROM (parts a FULL JOIN marks m ON m.id = a.id) JOIN (parts b FULL JOIN marks n ON n.id = -b.id) ON b.parent = a.id`;

describe.each(Object.entries(placements))('%s', (_, placement) => {
  const closes = closedAfterAll();
  beforeAll(async () => {
    gateway = closes(await federation.gateway(placement, { disabled: ['order-joins', 'eager-aggregates'] }));
    client = closes(await connectText(gateway.clientConfig));
  }, 60_000);

  const fetches = (lines: readonly (string | null)[]): readonly string[] =>
    lines.flatMap((line, i) => (/Remote SQL: .*parts/.test(line!) ? [lines[i - 1]!.trim()] : []));

  test('build and probe side', async () => {
    const sql = joined('count(*), sum(length(a.label)), sum(length(b.label)), count(m.id)');
    expect((await run(client, sql)).rows).toEqual((await run(oracle, sql)).rows);
    const explained = (await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)).rows.map(([line]) => line!);
    expect(fetches(explained)).toEqual([expect.stringMatching(new RegExp(`rows=${ROWS}.00 loops=1\\)$`))]);
    expect(explained.filter((line) => line.includes('Read of Shared fetch 1'))).toHaveLength(2);
    expect(explained.some((line) => /^ *Shared fetch 1$/.test(line))).toBe(true);
  });

  test('a LIMIT ends one or both of them', async () => {
    const sql = `SELECT count(*) FROM (SELECT * FROM (${joined('a.id')}) x LIMIT 10) y`;
    expect((await run(client, sql)).rows).toEqual([['10']]);
    expect((await run(client, sql)).rows).toEqual([['10']]);
  });

  test('a client that goes away while it reads leaves the session usable', async () => {
    const pid = (await run(client, 'SELECT pg_backend_pid()')).rows[0]![0];
    const running = run(client, joined('a.label, b.label'));
    const other = await connectText(gateway.clientConfig);
    await run(other, `SELECT pg_cancel_backend(${pid})`);
    await other.end();
    const outcome = await running;
    // It may have been faster.
    expect([undefined, '57014']).toContain(outcome.error?.code);
    expect((await run(client, joined('count(*)'))).rows).toEqual([[String(ROWS - 1)]]);
  });

  test('switched off by name', async () => {
    const plain = await federation.gateway(placement, { disabled: ['order-joins', 'shared-fetches'] });
    const own = await connectText(plain.clientConfig);
    const explained = (await run(own, `EXPLAIN (COSTS OFF) ${joined('count(*)')}`)).rows.map(([line]) => line!);
    expect(fetches(explained)).toHaveLength(2);
    await own.end();
    await plain.stop();
  });
});
