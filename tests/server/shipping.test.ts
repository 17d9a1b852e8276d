/**
 * Relations on their way to a source: with parameters, within a snapshot, cancelled while they are collected, after an error,
 * and when they turn out to be far more than was thought.
 */
import type pg from 'pg';
import { tableOfRows } from '../../algebra/statistics.ts';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation, type FederationGateway } from '../support/federation.ts';
import { planWithDefaultCosts } from '../support/watched-plans.ts';

const FACTS = 2_000;
const DIMENSIONS = 60;

/** Where the facts are; the dimensions are at the other. */
const PLACES = ['pg', 'duck'] as const;
type Place = (typeof PLACES)[number];

let federation: Federation;
const gateways = new Map<Place, FederationGateway>();
const clients = new Map<Place, pg.Client>();
let oracle: pg.Client;

const closes = closedAfterAll();
beforeAll(async () => {
  federation = closes(
    await Federation.create([
      {
        name: 'facts',
        columns: ['id integer NOT NULL', 'dimension integer', 'amount numeric(8,2)'],
        primaryKey: ['id'],
        tuples: Array.from({ length: FACTS }, (_, i) => `(${i}, ${i % 11 === 0 ? 'NULL' : i % 90}, ${i}.25)`),
      },
      {
        name: 'dimensions',
        columns: ['id integer NOT NULL', 'name text'],
        primaryKey: ['id'],
        tuples: Array.from({ length: DIMENSIONS }, (_, i) => `(${i}, 'name ${i % 7}')`),
      },
    ]),
  );
  for (const place of PLACES) {
    const other = place === 'pg' ? 'duck' : 'pg';
    const gateway = closes(
      await federation.gateway((table) => (table === 'facts' ? place : other), { disabled: ['shipping-cost'] }),
    );
    gateways.set(place, gateway);
    clients.set(place, closes(await connectText(gateway.clientConfig)));
  }
  oracle = closes(await connectText(federation.oracleConfig()));
}, 120_000);

const GROUPS = `SELECT d.name, count(*), sum(f.amount) FROM facts f JOIN dimensions d ON d.id = f.dimension`;
const plan = async (client: pg.Client, sql: string): Promise<string> =>
  (await run(client, `EXPLAIN (COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');

test.each(PLACES)('to %s: parameters hold on both ways, each time with their values', async (place) => {
  const client = clients.get(place)!;
  const sql = `${GROUPS} WHERE d.id < $1 AND f.id > $2 GROUP BY d.name ORDER BY d.name`;
  expect(await plan(client, `${GROUPS} GROUP BY d.name`)).toContain(`Shipped to ${place}`);
  const analysed = (await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${GROUPS} GROUP BY d.name`)).rows
    .map(([line]) => line)
    .join('\n');
  expect(analysed).toMatch(/Sent: \d{3,4} bytes\n +Received: \d{2,3} bytes/);
  for (const values of [
    [5, 100],
    [50, 1_500],
    [0, 0],
  ]) {
    const query = { name: 'shipped', text: sql, values };
    expect((await client.query(query)).rows).toEqual((await oracle.query(query)).rows);
  }
});

test('a transaction keeps its snapshot of the source that they are sent to', async () => {
  const [client, gateway] = [clients.get('pg')!, gateways.get('pg')!];
  const sql = `${GROUPS} GROUP BY d.name ORDER BY d.name`;
  const { host, port, user } = federation.oracleConfig();
  const source = gateway.sources.find(({ name }) => name === 'pg')!;
  const direct = await connectText({
    host: host!,
    port: port!,
    user: user!,
    database: 'database' in source ? source.database : '',
  });
  try {
    const before = (await run(oracle, sql)).rows;
    await run(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    expect((await run(client, sql)).rows).toEqual(before);
    await run(direct, 'UPDATE facts SET amount = amount + 1');
    expect((await run(client, sql)).rows).toEqual(before);
    await run(client, 'COMMIT');
    expect((await run(client, sql)).rows).not.toEqual(before);
    await run(direct, 'UPDATE facts SET amount = amount - 1');
    expect((await run(client, sql)).rows).toEqual(before);
  } finally {
    await direct.end();
  }
});

test.each(PLACES)('to %s: what takes too long is cancelled, what raises raises, and the session goes on', async (place) => {
  const client = clients.get(place)!;
  const slow = `(SELECT a.id % 9 AS id, count(*) AS n FROM dimensions a, dimensions b, dimensions c, dimensions d, dimensions e, dimensions g GROUP BY 1)`;
  const asked = (shipped: string): string =>
    `SELECT sum(f.amount), sum(s.n) FROM facts f JOIN ${shipped} s ON s.id = f.dimension`;
  expect(await plan(client, asked(slow))).toContain(`Shipped to ${place}`);
  await run(client, "SET statement_timeout = '300ms'");
  expect((await run(client, asked(slow))).error?.code).toBe('57014');
  await run(client, 'SET statement_timeout = 0');
  const raising = '(SELECT id, 1 / (id - 40) AS n FROM dimensions)';
  expect((await run(client, asked(raising))).error?.code).toBe('22012');
  const sql = asked('(SELECT id, id * 2 AS n FROM dimensions)');
  expect((await run(client, sql)).rows).toEqual((await run(oracle, sql)).rows);
});

describe.each(PLACES)('to %s: what is far more than was to be shipped', (place) => {
  // 648,000 rows.
  const many = '(SELECT a.id, b.id AS n FROM dimensions a, dimensions b, dimensions c, dimensions d WHERE d.id < 3)';
  const asked = (value: string): string =>
    `SELECT d.n, count(*), ${value} FROM facts f JOIN ${many} d ON d.id = f.dimension WHERE f.id < 100 GROUP BY d.n ORDER BY d.n`;
  const sql = asked('sum(f.amount)');

  test('is joined at home', async () => {
    const client = clients.get(place)!;
    expect(await plan(client, sql)).toContain(`Shipped to ${place}`);
    const answer = await run(client, sql);
    expect(answer.error).toBeUndefined();
    expect(answer.rows).toEqual((await run(oracle, sql)).rows);
  });

  test('EXPLAIN ANALYZE shows the plan that was run, and why it is another', async () => {
    const lines = (await run(clients.get(place)!, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)).rows.map(([line]) => line);
    expect(lines).toContainEqual(expect.stringMatching(/^Planned Again: More than \d+ rows came of a relation/));
    expect(lines.join('\n')).not.toContain('Shipped to');
  });

  test('leaves a transaction as it is', async () => {
    const client = clients.get(place)!;
    await run(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    const answer = await run(client, sql.replace('f.id < 100', 'f.id < 101'));
    const next = await run(client, 'SELECT count(*) FROM facts');
    await run(client, 'COMMIT');
    expect(answer.rows).toEqual((await run(oracle, sql.replace('f.id < 100', 'f.id < 101'))).rows);
    expect(next.rows).toEqual([[`${FACTS}`]]);
  });

  test('is refused where a volatile function would be called twice', async () => {
    const client = clients.get(place)!;
    const answer = await run(client, `SELECT random() < 2, q.* FROM (${sql}) q`);
    expect(answer.error).toMatchObject({ code: '53200', message: 'out of memory' });
    expect((await run(client, 'SELECT 1')).rows).toEqual([['1']]);
  });
});

describe.each(PLACES)('to %s: what is more than is worth to be shipped', (place) => {
  /** So many facts that shipping spares some ten milliseconds. */
  const rows: Readonly<Record<string, number>> = { facts: place === 'pg' ? 300_000 : 1_200_000, dimensions: 10 };
  const observer = {
    statistics: { table: ({ name }: { readonly name: string }) => tableOfRows(rows[name]!) },
    disabled: new Set(['key-filters', 'eager-aggregates']),
    plan: planWithDefaultCosts,
  };
  // 216,000 rows; 1,000 by estimate.
  const many = '(SELECT a.id, b.id AS n, c.id AS m FROM dimensions a, dimensions b, dimensions c GROUP BY 1, 2, 3)';
  const sql = `SELECT d.n, count(*) FROM facts f JOIN ${many} d ON d.id = f.dimension WHERE f.id < 100 GROUP BY d.n ORDER BY d.n`;
  let client: pg.Client;

  const closesHere = closedAfterAll();
  beforeAll(async () => {
    const other = place === 'pg' ? 'duck' : 'pg';
    const gateway = closesHere(await federation.gateway((table) => (table === 'facts' ? place : other), { observer }));
    client = closesHere(await connectText(gateway.clientConfig));
  });

  test('is joined at home', async () => {
    expect(await plan(client, sql)).toContain(`Shipped to ${place}`);
    expect((await run(client, sql)).rows).toEqual((await run(oracle, sql)).rows);
    const lines = (await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');
    const seen = Number(/^Planned Again: More than (\d+) rows came/m.exec(lines)?.[1]);
    expect(seen).toBeGreaterThan(2_000);
    expect(seen).toBeLessThan(216_000);
    expect(lines).not.toContain('Shipped to');
  });

  test('goes there all the same once a row is out, and where a function must not be called again', async () => {
    const after = `SELECT id, 0 FROM dimensions WHERE id < 3 UNION ALL (${sql})`;
    expect(await plan(client, after)).toContain(`Shipped to ${place}`);
    expect((await run(client, after)).rows).toEqual((await run(oracle, after)).rows);
    const once = `SELECT random() < 2, q.* FROM (${sql}) q`;
    expect(await plan(client, once)).toContain(`Shipped to ${place}`);
    expect((await run(client, once)).rows).toEqual((await run(oracle, once)).rows);
  });
});
