/**
 * Executions teach: the true rows of fragments correct the estimates of later statements, whatever these are otherwise; what
 * was not read to its end teaches nothing, and ANALYZE begins anew.
 */
import type pg from 'pg';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation, type FederationGateway } from '../support/federation.ts';

const ROWS = 20_000;
/** Four columns that say the same: half of the rows 0, the others 1 to 100. */
const people = Array.from({ length: ROWS }, (_, i) => {
  const district = i % 2 === 0 ? 0 : 1 + ((i >> 1) % 100);
  return `(${i}, ${Array(4).fill(district).join(', ')})`;
});
/** All about people of district 8. */
const notes = Array.from({ length: 2_000 }, (_, i) => `(${i}, ${15 + 200 * (i % 100)})`);
const visits = Array.from({ length: ROWS }, (_, i) => `(${i}, ${(i * 7) % ROWS}, ${i % 500})`);
const SAME_DISTRICT = 'city = 8 AND zip = 8 AND area = 8 AND phone = 8';

let federation: Federation;
let gateway: FederationGateway;
let client: pg.Client;
const closes = closedAfterAll();
beforeAll(async () => {
  federation = closes(
    await Federation.create([
      { name: 'people', columns: ['id int4 NOT NULL', 'city int4', 'zip int4', 'area int4', 'phone int4'], primaryKey: ['id'], tuples: people }, // prettier-ignore
      { name: 'notes', columns: ['id int4 NOT NULL', 'person int4'], primaryKey: ['id'], tuples: notes },
      { name: 'visits', columns: ['id int4 NOT NULL', 'person int4', 'day int4'], primaryKey: ['id'], tuples: visits },
    ]),
  );
  gateway = closes(
    await federation.gateway((table) => (table === 'visits' ? 'duck' : 'shop'), { feedback: true, admin: 'operator' }),
  );
  client = closes(await connectText(gateway.clientConfig));
}, 120_000);
beforeEach(async () => {
  expect((await run(client, 'ANALYZE')).error).toBeUndefined();
});

const lines = async (sql: string): Promise<string> => (await run(client, sql)).rows.map(([line]) => line).join('\n');
const explained = (sql: string): Promise<string> => lines(`EXPLAIN (VERBOSE) ${sql}`);
/** Of the plan's topmost node. */
const rowsOf = (plan: string): number => Number(/rows=(\d+)/.exec(plan)![1]);

test('one execution corrects an estimate that correlated columns made wrong', async () => {
  const sql = `SELECT id FROM people WHERE ${SAME_DISTRICT}`;
  const before = await explained(sql);
  expect(rowsOf(before)).toBeLessThan(10);
  expect(before).not.toContain('Estimate:');
  expect((await run(client, sql)).rows).toHaveLength(100);
  // Written otherwise, and asked for other columns.
  const after = await explained('SELECT * FROM people p WHERE phone = 8 AND area = 8 AND p.zip = 3 + 5 AND city = 8');
  expect(rowsOf(after)).toBe(100);
  expect(after).toContain('Estimate: learned from 1 earlier execution\n');
  await run(client, sql);
  expect(await explained(sql)).toContain('Estimate: learned from 2 earlier executions\n');
  expect(rowsOf(await explained('SELECT id FROM people WHERE city = 8 AND zip = 8'))).not.toBe(100);
});

test('EXPLAIN ANALYZE teaches, and tells what was believed before', async () => {
  const sql = `EXPLAIN (ANALYZE, VERBOSE) SELECT id FROM people WHERE ${SAME_DISTRICT}`;
  const first = await lines(sql);
  expect(first).toContain('Misestimated: expected');
  expect(first).not.toContain('Estimate:');
  const second = await lines(sql);
  expect(second).not.toContain('Misestimated');
  expect(second).toContain('Estimate: learned from 1 earlier execution\n');
});

test('a better plan follows', async () => {
  const sql = 'SELECT v.day, p.id FROM visits v JOIN people p ON p.id = v.person WHERE v.day < 250 AND p.city = 0 AND p.zip <> 0';
  const before = await explained(sql);
  expect(before).not.toContain('Keys Sent');
  const rows = (await run(client, sql)).rows;
  expect(await explained(sql)).toContain('Keys Sent: people.id to duck');
  expect((await run(client, sql)).rows).toEqual(rows);
});

test('a join that was seen is known within larger ones, in whatever order they are written', async () => {
  const larger = `EXPLAIN (OPTIMIZER) SELECT n.id, v.day FROM visits v JOIN people p ON v.person = p.id JOIN notes n ON n.person = p.id WHERE p.city = 8`;
  const before = await lines(larger);
  expect(before).toMatch(/{people, notes} {2}rows=\d\d /);
  expect(before).toMatch(/{visits, people, notes} {2}rows=\d\d /);
  const pair = 'SELECT n.id FROM notes n JOIN people p ON n.person = p.id WHERE p.city = 8';
  expect((await run(client, pair)).rows).toHaveLength(2_000);
  expect(rowsOf(await explained('SELECT 1 FROM people p, notes n WHERE p.city = 8 AND p.id = n.person'))).toBe(2_000);
  const search = await lines(larger);
  expect(search).toMatch(/{people, notes} {2}rows=2000 /);
  expect(search).toMatch(/{visits, people, notes} {2}rows=2000 /);
  expect(rowsOf(search)).toBe(2_000);
});

test('joins, filters and groups in the gateway teach as well', async () => {
  const joined =
    'FROM people p JOIN visits v ON v.person = p.id AND v.person - p.id < 1 AND v.person - p.id > -1 WHERE p.city = 0';
  const grouped = `SELECT p.id, v.id, count(*) ${joined} GROUP BY p.id, v.id`;
  const before = await explained(grouped);
  expect(rowsOf(before)).toBeLessThan(4_000);
  expect(before).toContain('Hash Join');
  expect((await run(client, `SELECT count(*) ${joined}`)).rows).toEqual([['10000']]);
  const after = await explained(grouped);
  expect(rowsOf(after)).toBe(10_000);
  expect(after).toContain('Estimate: learned from 1 earlier execution\n');
});

test.each<[string, string[], string[]]>([
  ['a LIMIT', [`SELECT p.id FROM people p WHERE ${SAME_DISTRICT} LIMIT 5`], []],
  // Person 19815 lives there, too.
  ['an error', [`SELECT 1 / (id - 19815) FROM people p WHERE ${SAME_DISTRICT}`], ['22012']],
  [
    'a cancel',
    [
      'SET statement_timeout = 50',
      `SELECT p.id FROM people p JOIN visits v ON p.city + v.day > 7 JOIN visits w ON p.city + w.day > 7 WHERE ${SAME_DISTRICT}`,
      'SET statement_timeout = 0',
    ],
    ['57014'],
  ],
  [
    'a cursor not read to its end',
    ['BEGIN', `DECLARE c CURSOR FOR SELECT p.id FROM people p WHERE ${SAME_DISTRICT}`, 'FETCH 20 FROM c', 'CLOSE c', 'COMMIT'],
    [],
  ],
])('%s teaches nothing', async (_what, statements, error) => {
  const errors: unknown[] = [];
  for (const statement of statements) errors.push((await run(client, statement)).error?.code);
  expect(errors.filter(Boolean)).toEqual(error);
  expect(rowsOf(await explained(`SELECT id FROM people WHERE ${SAME_DISTRICT}`))).toBeLessThan(10);
});

test('a cursor read to its end teaches', async () => {
  await run(client, 'BEGIN');
  await run(client, `DECLARE c CURSOR FOR SELECT p.id FROM people p WHERE ${SAME_DISTRICT}`);
  expect((await run(client, 'FETCH 20 FROM c')).rows).toHaveLength(20);
  expect((await run(client, 'FETCH ALL FROM c')).rows).toHaveLength(80);
  await run(client, 'COMMIT');
  expect(rowsOf(await explained(`SELECT id FROM people WHERE ${SAME_DISTRICT}`))).toBe(100);
});

test('ANALYZE forgets', async () => {
  const sql = `SELECT id FROM people WHERE ${SAME_DISTRICT}`;
  await run(client, sql);
  expect(rowsOf(await explained(sql))).toBe(100);
  await run(client, 'ANALYZE shop');
  expect(rowsOf(await explained(sql))).toBeLessThan(10);
});

test('parameters have the mean of what their values had', async () => {
  const sql = 'SELECT id FROM people WHERE city = $1';
  await run(client, `PREPARE of_city(int) AS ${sql}`);
  const plan = 'EXPLAIN (VERBOSE) EXECUTE of_city(8)';
  const before = rowsOf(await lines(plan));
  for (const city of [0, 8]) await run(client, `EXECUTE of_city(${city})`);
  expect(before).toBeLessThan(1_000);
  expect(rowsOf(await lines(plan))).toBe((10_000 + 100) / 2);
  await run(client, 'DEALLOCATE of_city');
});
