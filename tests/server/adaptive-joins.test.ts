/**
 * Plans that turn into others as rows come: a join builds its other side, or sends keys after all, or does not; what was to be
 * shipped stays. The answer is the same, and EXPLAIN ANALYZE tells.
 */
import { tableOfRows, type TableStatistics } from '../../algebra/statistics.ts';
import { Federation } from '../support/federation.ts';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { planWithDefaultCosts } from '../support/watched-plans.ts';

const tuples = (rows: number): string[] => Array.from({ length: rows }, (_, i) => `(${i}, ${i % 40})`);

test('the build side is flipped and named', async () => {
  const federation = await Federation.create([
    { name: 'few', columns: ['id int4 NOT NULL', 'k int4'], primaryKey: ['id'], tuples: tuples(20) },
    { name: 'many', columns: ['id int4 NOT NULL', 'k int4'], primaryKey: ['id'], tuples: tuples(400) },
  ]);
  // Without placement and search by cost nothing tells beforehand which is the larger side, and every join looks.
  const gateway = await federation.gateway((table) => (table === 'few' ? 'pg' : 'duck'), {
    disabled: ['placement', 'order-joins'],
  });
  const client = await connectText(gateway.clientConfig);
  try {
    const explained = async (sql: string): Promise<string> =>
      (await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');
    const sql = 'SELECT count(*), sum(few.id), sum(many.id) FROM few LEFT JOIN many ON many.k = few.k';
    expect((await run(client, sql)).rows).toEqual([['200', '1900', '37900']]);
    expect(await explained(sql)).toMatch(/Build Side: left, after \d+ rows of the right/);
    expect(await explained('SELECT count(*) FROM many JOIN few ON many.k = few.k')).not.toContain('Build Side');
  } finally {
    await client.end();
    await gateway.stop();
    await federation.stop();
  }
});

describe('by what rows came', () => {
  /** As they are said to be, and what is switched off. */
  const observer = {
    rows: {} as Readonly<Record<string, number>>,
    disabled: new Set<string>(),
    statistics: {
      table: ({ name }: { readonly name: string }): TableStatistics => ({
        ...tableOfRows(observer.rows[name]!),
        columns: new Map([['k', { nullFraction: 0, distinct: 40, width: 4, common: [], histogram: ['0', '39'] }]]),
      }),
    },
    plan: planWithDefaultCosts,
  };
  const closes = closedAfterAll();
  let federation: Federation;
  let explained: (sql: string, rows: Readonly<Record<string, number>>, disabled?: readonly string[]) => Promise<string>;

  beforeAll(async () => {
    federation = closes(
      await Federation.create([
        { name: 'few', columns: ['id int4 NOT NULL', 'k int4'], primaryKey: ['id'], tuples: tuples(2_000) },
        { name: 'many', columns: ['id int4 NOT NULL', 'k int4'], primaryKey: ['id'], tuples: tuples(400) },
      ]),
    );
    const gateway = closes(await federation.gateway((table) => (table === 'few' ? 'pg' : 'duck'), { observer }));
    const oracle = closes(await connectText(federation.oracleConfig()));
    const client = closes(await connectText(gateway.clientConfig));
    explained = async (sql, rows, disabled = []) => {
      observer.rows = rows;
      observer.disabled.clear();
      for (const rule of disabled) observer.disabled.add(rule);
      const answer = await run(client, sql);
      expect(answer.error).toBeUndefined();
      expect(answer.rows).toEqual((await run(oracle, sql)).rows);
      return (await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');
    };
  }, 120_000);

  test('more than 100,000 rows, and twice what was expected, flip the build side', async () => {
    const sql =
      'SELECT count(*), sum(few.id), sum(m.id) FROM few LEFT JOIN (SELECT a.id, b.k FROM many a, many b) m ON m.k = few.id';
    const off = ['key-filters', 'shipping', 'eager-aggregates'];
    expect(await explained(sql, { few: 2_000, many: 30 }, off)).toMatch(/Build Side: left, after 1\d{5} rows of the right/);
    expect(await explained(sql, { few: 2_000, many: 300 }, off)).not.toContain('Build Side');
  });

  describe('keys that were expected to be too many', () => {
    const rows = { few: 1e7, many: 1.2e6 };
    const off = ['shipping', 'eager-aggregates'];

    test('go where they are few', async () => {
      const sql = 'SELECT count(*), sum(few.k) FROM few JOIN many ON many.id = few.id WHERE many.k <> many.id';
      const plan = await explained(sql, rows, off);
      expect(plan).toMatch(/Keys Sent: many.id to pg \(360, 1199999 were expected\)/);
      expect(plan).toMatch(/Remote Query on pg .*rows=360\.00 /);
      expect(await explained(sql, rows, [...off, 'adaptive-joins'])).not.toContain('Keys Sent');
    });

    test('do not go where they are not', async () => {
      // Of k there are 40 values: more than 20 keys are not worth it.
      const sql = 'SELECT count(*), sum(few.id) FROM few JOIN many ON many.id = few.k WHERE many.k <> many.id';
      const plan = await explained(sql, rows, off);
      expect(plan).toMatch(/Keys Sent: many.id to pg \(none: too many\)/);
      expect(plan).toMatch(/Remote Query on pg .*rows=2000\.00 /);
    });
  });

  describe('forced', () => {
    test('a join that was to send its keys builds the other side', async () => {
      const sql = 'SELECT count(*), sum(few.k) FROM few JOIN many ON many.id = few.id WHERE many.k = 5';
      const rows = { few: 1e6, many: 1e3 };
      const off = ['shipping', 'eager-aggregates'];
      expect(await explained(sql, rows, off)).toMatch(/Keys Sent: many.id to pg \(10\)/);
      expect(await explained(sql, rows, [...off, 'adaptive-cost'])).toMatch(/Keys Sent: many.id to pg \(none: too many\)/);
    });

    test('keys of a whole table go', async () => {
      const sql = 'SELECT count(*), sum(few.k) FROM few JOIN many ON many.id = few.id';
      const rows = { few: 1e6, many: 1e6 };
      const off = ['shipping', 'eager-aggregates'];
      expect(await explained(sql, rows, off)).not.toContain('Keys Sent');
      expect(await explained(sql, rows, [...off, 'adaptive-cost'])).toMatch(
        /Keys Sent: many.id to pg \(400, \d+ were expected\)/,
      );
    });

    test('what was to be shipped stays', async () => {
      const sql = 'SELECT many.k, count(*) FROM few JOIN many ON many.id = few.k GROUP BY many.k ORDER BY many.k';
      const rows = { few: 1e6, many: 400 };
      const off = ['key-filters', 'eager-aggregates'];
      expect(await explained(sql, rows, off)).toContain('Shipped to pg');
      const forced = await explained(sql, rows, [...off, 'adaptive-cost']);
      expect(forced).toMatch(/^Planned Again: More than \d+ rows came/m);
      expect(forced).not.toContain('Shipped to');
    });
  });
});
