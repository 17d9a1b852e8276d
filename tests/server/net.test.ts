/** The net under way: errors, cancelling, more statements than it has connections, its backends dying. */
import type pg from 'pg';
import { TABLES } from '../differential/tables.ts';
import { connectText } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';

let federation: Federation;
let gateway: Awaited<ReturnType<Federation['gateway']>>;
let client: pg.Client;

beforeAll(async () => {
  federation = await Federation.create(TABLES);
  gateway = await federation.gateway(() => 'duck');
  client = await connectText(gateway.clientConfig);
});

afterAll(async () => {
  await client?.end();
  await gateway?.stop();
  await federation?.stop();
});

const answer = (sql: string, on = client): Promise<unknown> =>
  on.query<Record<string, string>>(sql).then(
    ({ rows }) => rows.map((row) => Object.values(row)),
    (error: { code: string; message: string; detail?: string; position?: string }) => error,
  );

const ROW_BY_ROW = `SELECT count(host(('10.0.0.' || a.id)::inet)) FROM people a`;
const WHOLE = `SELECT max(('10.0.0.' || a.id)::inet) FROM people a`;
const MANY = ', people b, people c, people d, people e';

async function eventually(sql: string, expected: unknown): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (JSON.stringify(await answer(sql)) === JSON.stringify(expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await answer(sql)).toEqual(expected);
}

const LEFT_BEHIND = `SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r' AND relname LIKE 'rows%'`;

test('an error is the statement’s own: no source, no position in another text', async () => {
  for (const sql of ['SELECT name::inet FROM people WHERE id = 1', 'SELECT max(name::inet) FROM people']) {
    const error = await answer(sql);
    expect(error).toMatchObject({ code: '22P02', message: 'invalid input syntax for type inet: "Ada"' });
    expect(error).toMatchObject({ detail: undefined, position: undefined });
  }
  await eventually(LEFT_BEHIND, [['0']]);
});

test.each([
  ['row by row', ROW_BY_ROW, [['40']]],
  ['whole', WHOLE, [['10.0.0.40']]],
])('cancelled while it works %s, it serves the next statement', async (_, sql, rows) => {
  const other = await connectText(gateway.clientConfig);
  await other.query('SET statement_timeout = 300');
  expect(await answer(sql + MANY, other)).toMatchObject({ code: '57014' });
  await other.query('SET statement_timeout = 0');
  expect(await answer(sql, other)).toEqual(rows);
  await other.end();
  await eventually(LEFT_BEHIND, [['0']]);
});

test.each([
  // 31 addresses of nine letters and 9 of eight, each in a row of its own; or the greatest of them.
  ['row by row', ROW_BY_ROW, 31 * 20 + 9 * 19],
  ['whole', WHOLE, 20],
])('EXPLAIN ANALYZE tells what was sent from what came back: %s', async (_, sql, received) => {
  const plan = ((await answer(`EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)) as string[][]).flat().join('\n');
  expect(plan).toMatch(new RegExp(` Sent: ${20 + 40 * 8} bytes\\n +Received: ${received} bytes`));
});

test('rows nobody reads any more leave nothing behind', async () => {
  const first = `SELECT a.id FROM people a, people b ORDER BY to_jsonb(a.id), to_jsonb(b.id)`;
  await client.query('BEGIN');
  await client.query(`DECLARE c CURSOR FOR ${first}`);
  expect(await answer('FETCH 2 FROM c')).toEqual([['1'], ['1']]);
  await client.query('COMMIT');
  await eventually(LEFT_BEHIND, [['0']]);
});

test('more statements than connections wait for their turn', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => connectText(gateway.clientConfig)));
  const answers = await Promise.all(clients.map((own, i) => answer(i % 2 === 0 ? ROW_BY_ROW : WHOLE, own)));
  expect(answers).toEqual(clients.map((_, i) => (i % 2 === 0 ? [['40']] : [['10.0.0.40']])));
  await Promise.all(clients.map((own) => own.end()));
  await eventually(LEFT_BEHIND, [['0']]);
});

test('a client that leaves takes its statement along', async () => {
  const other = await connectText(gateway.clientConfig);
  const gone = answer(WHOLE + MANY, other);
  await eventually(`SELECT count(*) > 0 FROM pg_class WHERE relpersistence = 't' AND relname LIKE 'rows%'`, [['t']]);
  (other as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  expect(await gone).toBeInstanceOf(Error);
  await eventually(LEFT_BEHIND, [['0']]);
  expect(await answer(WHOLE)).toEqual([['10.0.0.40']]);
});
