/** The keys of a join's build side at the source of its probe side: sent, counted, and held back when there are too many. */
import type pg from 'pg';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';

/** So many that keys are worth it even if the machine is busy, and the link seems slow. */
const FACTS = 30_000;
const DIMENSIONS = 600;

let federation: Federation;
let gateway: Awaited<ReturnType<Federation['gateway']>>;
let client: pg.Client;
let oracle: pg.Client;

const closes = closedAfterAll();
beforeAll(async () => {
  federation = closes(
    await Federation.create([
      {
        name: 'facts',
        columns: ['id integer NOT NULL', 'dimension integer', 'label text', 'amount numeric(8,2)'],
        primaryKey: ['id'],
        tuples: Array.from({ length: FACTS }, (_, i) => {
          const dimension = i % 13 === 0 ? 'NULL' : String(i % 1000);
          return `(${i}, ${dimension}, 'label ${i % 50}', ${i}.25)`;
        }),
      },
      {
        name: 'dimensions',
        columns: ['id integer NOT NULL', 'name text', 'label text'],
        primaryKey: ['id'],
        tuples: Array.from(
          { length: DIMENSIONS },
          (_, i) => `(${i}, 'name ${i}', ${i % 7 === 0 ? 'NULL' : `'label ${i % 60}'`})`,
        ),
      },
    ]),
  );
  oracle = closes(await connectText(federation.oracleConfig()));
}, 120_000);

interface Case {
  readonly sql: string;
  /** What EXPLAIN says of them; undefined: none is ever sent. */
  readonly sent: string | undefined;
  /** What they weigh: PostgreSQL's array, wherever they go. */
  readonly bytes?: number;
  /** No row can match: the facts are not asked for. */
  readonly isSpared?: boolean;
}
const cases: readonly Case[] = [
  { sql: `SELECT f.id, d.name FROM facts f JOIN dimensions d ON d.id = f.dimension WHERE d.name = 'name 7'`, sent: '1' },
  {
    sql: `SELECT f.id FROM facts f WHERE f.dimension IN (SELECT d.id FROM dimensions d WHERE d.name < 'name 12')`,
    sent: '24',
    bytes: 20 + 24 * 8,
  },
  {
    sql: `SELECT f.id, d.name FROM facts f JOIN dimensions d ON d.id = f.dimension WHERE d.name = 'nobody'`,
    sent: '0',
    isSpared: true,
  },
  {
    sql: `SELECT d.name, sum(f.amount) FROM facts f JOIN dimensions d ON d.id = f.dimension WHERE d.id < 3 GROUP BY d.name`,
    sent: '3',
  },
  { sql: `SELECT f.id FROM facts f JOIN dimensions d ON d.label = f.label AND d.id = f.dimension WHERE d.id < 9`, sent: '7' },
  { sql: `SELECT f.id FROM facts f JOIN (SELECT NULLIF(id, id) AS id FROM dimensions WHERE name < 'name 12') d ON d.id = f.dimension`, sent: '0', isSpared: true }, // prettier-ignore
  // A pattern's estimate is far too low here: every name matches.
  {
    sql: `SELECT count(*) FROM facts f JOIN dimensions d ON d.id = f.dimension WHERE reverse(d.name) LIKE '%eman'`,
    sent: 'range: too many',
  },
  { sql: `SELECT f.id, d.name FROM facts f LEFT JOIN dimensions d ON d.id = f.dimension AND d.name = 'name 7'`, sent: undefined },
];

const placements = {
  'facts in PostgreSQL': (table: string) => (table === 'facts' ? 'pg' : 'duck'),
  'facts in DuckDB': (table: string) => (table === 'facts' ? 'duck' : 'pg'),
} as const;

describe.each(Object.entries(placements))('%s', (_, placement) => {
  const closes = closedAfterAll();
  beforeAll(async () => {
    // What else would keep these rows from travelling.
    const disabled = ['infer-filters', 'eager-aggregates', 'shipping'];
    gateway = closes(await federation.gateway(placement, { admin: 'operator', disabled }));
    client = closes(await connectText(gateway.clientConfig));
    expect((await run(client, 'ANALYZE')).error).toBeUndefined();
  }, 60_000);

  test.each(cases)('$sent: $sql', async ({ sql, sent, bytes, isSpared }) => {
    const [expected, actual] = [await run(oracle, sql), await run(client, sql)];
    expect(actual.error).toBeUndefined();
    expect([...actual.rows].map(String).sort()).toEqual([...expected.rows].map(String).sort());
    const explained = await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`);
    const plan = explained.rows.map(([line]) => line).join('\n');
    expect(/Keys Sent: .* to \w+ \((.*)\)/.exec(plan)?.[1]).toBe(sent);
    expect(/Remote Query on \w+ \(never executed\)/.test(plan)).toBe(isSpared === true);
    if (bytes !== undefined) expect(plan).toMatch(new RegExp(`^Sent to \\w+: ${bytes} bytes$`, 'm'));
  });
});

/** What EXPLAIN says where the facts are, in PostgreSQL and in DuckDB, when no list may go. */
const unlisted: readonly {
  readonly sql: string;
  readonly sent: readonly [string | undefined, string | undefined];
  readonly bytes: number;
}[] = [
  {
    sql: `SELECT f.id, d.name FROM facts f JOIN dimensions d ON d.id = f.dimension WHERE d.id < 400 AND d.label IS NOT NULL`,
    sent: ['bitmap: 342', undefined],
    // The bounds 1 and 399, and a bit for each value.
    bytes: 8 + 50,
  },
  // Half of the values between the bounds.
  {
    sql: `SELECT f.id FROM facts f JOIN dimensions d ON d.id = f.dimension WHERE d.id < 300 AND d.id IN (SELECT d2.id * 2 FROM dimensions d2)`,
    sent: ['bitmap: 150', undefined],
    bytes: 8 + 38,
  },
];

describe.each([...Object.entries(placements).entries()])('without lists: %s', (at, [, placement]) => {
  const closesUnlisted = closedAfterAll();
  test.each(unlisted)('$sql', async ({ sql, sent, bytes }) => {
    const disabled = ['infer-filters', 'eager-aggregates', 'shipping', 'key-lists'];
    const unlistedGateway = closesUnlisted(await federation.gateway(placement, { admin: 'operator', disabled }));
    const own = closesUnlisted(await connectText(unlistedGateway.clientConfig));
    expect((await run(own, 'ANALYZE')).error).toBeUndefined();
    const [expected, actual] = [await run(oracle, sql), await run(own, sql)];
    expect([...actual.rows].map(String).sort()).toEqual([...expected.rows].map(String).sort());
    const plan = (await run(own, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');
    expect(/Keys Sent: .* to \w+ \((.*)\)/.exec(plan)?.[1]).toBe(sent[at]);
    expect(/^Sent to \w+: (\d+) bytes$/m.exec(plan)?.[1]).toBe(sent[at] && String(bytes));
  });
});
