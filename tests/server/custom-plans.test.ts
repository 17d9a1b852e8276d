/**
 * Statements at a PostgreSQL source whose parameters were found on the way: it plans for their values, however often they
 * come. Its generic plan, which a named statement may have from its sixth execution on, takes every list for ten elements long.
 */
import pg from 'pg';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';

const FACTS = 30_000;
const DIMENSIONS = 3_000;
const EXECUTIONS = 8;

let federation: Federation;
const closes = closedAfterAll();
beforeAll(async () => {
  federation = closes(
    await Federation.create([
      {
        name: 'facts',
        columns: ['id integer NOT NULL', 'dimension integer', 'amount numeric(8,2)'],
        primaryKey: ['id'],
        tuples: Array.from({ length: FACTS }, (_, i) => `(${i}, ${(i * 7) % 20_000}, ${i}.25)`),
        indexes: ['dimension'],
      },
      {
        name: 'dimensions',
        columns: ['id integer NOT NULL', 'name text'],
        primaryKey: ['id'],
        tuples: Array.from({ length: DIMENSIONS }, (_, i) => `(${i}, 'name ${i % 7}')`),
      },
    ]),
  );
  // A view of the connection that reads it: the one used last, as long as no two are used at once.
  const { host, port, user } = federation.postgres;
  const template = new pg.Client({ host, port, user, database: 'pristine' });
  await template.connect();
  await template.query('CREATE VIEW prepared AS SELECT statement, generic_plans FROM pg_catalog.pg_prepared_statements');
  await template.end();
}, 120_000);

interface Executed {
  readonly plan: string;
  /** What the source's connection has under a name after all executions. */
  readonly named: readonly { readonly statement: string; readonly generic_plans: string }[];
}

async function executed(disabled: readonly string[], text: string, values: readonly number[] = []): Promise<Executed> {
  const placement = (table: string): string => (table === 'facts' ? 'pg' : 'duck');
  const gateway = await federation.gateway(placement, { admin: 'operator', disabled });
  const client = await connectText(gateway.clientConfig);
  try {
    expect((await run(client, 'ANALYZE')).error).toBeUndefined();
    const { rows } = await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${text.replace('$1', String(values[0]))}`);
    for (let i = 0; i < EXECUTIONS; i++) expect((await client.query(text, [...values])).rows).toHaveLength(1);
    const named = await client.query<Executed['named'][number]>('SELECT * FROM prepared');
    return { plan: rows.map(([line]) => line).join('\n'), named: named.rows };
  } finally {
    await client.end();
    await gateway.stop();
  }
}

const JOIN = 'SELECT count(*), sum(f.amount) FROM facts f JOIN dimensions d ON d.id = f.dimension';
const joinedHere = ['infer-filters', 'eager-aggregates', 'shipping'];

test.each([
  { what: 'a list of keys', disabled: joinedHere, where: 'd.id < 1500', shows: /Keys Sent: .* \(1500\)/ },
  { what: 'a bitmap', disabled: [...joinedHere, 'key-lists'], where: 'd.id < 2500', shows: /Keys Sent: .* \(bitmap: 2500\)/ },
  { what: 'a range', disabled: [...joinedHere, 'key-lists', 'key-bitmaps'], where: 'd.id < 2500', shows: /\(range: too many\)/ },
  { what: 'a relation', disabled: ['shipping-cost'], where: 'd.id < 2500', shows: /Shipped to pg/ },
])(
  '$what is planned for each time',
  async ({ disabled, where, shows }) => {
    const { plan, named } = await executed(disabled, `${JOIN} WHERE ${where}`);
    expect(plan).toMatch(shows);
    expect(named).toEqual([]);
  },
  60_000,
);

test('a subquery of another source is planned for each time, too', async () => {
  const text = 'SELECT count(*) FROM facts WHERE dimension = ANY (ARRAY(SELECT id FROM dimensions WHERE id < 1500))';
  const { plan, named } = await executed([], text);
  expect(plan).toContain('InitPlan');
  expect(named).toEqual([]);
}, 60_000);

test('parameters of the statement alone are left to the source, as with its own clients', async () => {
  const { named } = await executed([], 'SELECT amount FROM facts WHERE id = $1', [5]);
  expect(named).toMatchObject([{ statement: 'SELECT amount FROM public.facts WHERE id = $1::int4' }]);
  expect(Number(named[0]!.generic_plans)).toBeGreaterThan(0);
}, 60_000);
