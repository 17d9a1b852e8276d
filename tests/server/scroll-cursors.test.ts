/** Cursors that go back: the same FETCH and MOVE statements, at random, on PostgreSQL and through the gateway. */
import type pg from 'pg';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';

const ROWS = 7;

let federation: Federation;
let gateway: Awaited<ReturnType<Federation['gateway']>>;
let oracle: pg.Client;
let client: pg.Client;

beforeAll(async () => {
  const tuples = Array.from({ length: ROWS }, (_, i) => `(${i + 1}, 'row ${i + 1}')`);
  federation = await Federation.create([{ name: 'steps', columns: ['id int', 'name text'], tuples }]);
  gateway = await federation.gateway(() => 'pg');
  oracle = await connectText(federation.oracleConfig());
  client = await connectText(gateway.clientConfig);
});

afterAll(async () => {
  await client?.end();
  await oracle?.end();
  await gateway?.stop();
  await federation?.stop();
});

/** A small generator of its own: the same movements in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

function movement(pick: (below: number) => number): string {
  const count = pick(2 * ROWS + 5) - ROWS - 2;
  const words = ['NEXT', 'PRIOR', 'FIRST', 'LAST', 'ALL', 'FORWARD', 'BACKWARD', 'FORWARD ALL', 'BACKWARD ALL'];
  const counted = [`${count}`, `FORWARD ${count}`, `BACKWARD ${count}`, `ABSOLUTE ${count}`, `RELATIVE ${count}`];
  const where = pick(2) === 0 ? words[pick(words.length)]! : counted[pick(counted.length)]!;
  return `${pick(3) === 0 ? 'MOVE' : 'FETCH'} ${where} FROM c`;
}

const tagged = async (session: pg.Client, sql: string): Promise<unknown> => {
  const { command, rowCount } = await session.query(sql);
  return { command, rowCount };
};

test.each(['SCROLL CURSOR', 'CURSOR', 'SCROLL CURSOR WITH HOLD'])('%s', async (kind) => {
  const pick = random(kind.length);
  for (let round = 0; round < 12; round++) {
    const declare = `BEGIN; DECLARE c ${kind} FOR SELECT * FROM steps ORDER BY id`;
    for (const session of [oracle, client]) await session.query(declare);
    const past: string[] = [];
    for (let step = 0; step < 25; step++) {
      const sql = movement(pick);
      past.push(sql);
      if (sql.startsWith('MOVE')) expect([past, await tagged(client, sql)]).toEqual([past, await tagged(oracle, sql)]);
      else
        expect([past, difference(await run(oracle, sql), await run(client, sql), { ordered: true })]).toEqual([past, undefined]);
    }
    for (const session of [oracle, client]) await session.query('CLOSE c; COMMIT');
  }
});

test('NO SCROLL goes forward only, in steps of any length', async () => {
  for (const sql of ['FETCH ABSOLUTE 3 FROM c', 'FETCH RELATIVE 2 FROM c', 'FETCH 1 FROM c', 'FETCH PRIOR FROM c']) {
    for (const session of [oracle, client])
      await session.query('BEGIN; DECLARE c NO SCROLL CURSOR FOR SELECT * FROM steps ORDER BY id; FETCH 1 FROM c');
    expect(difference(await run(oracle, sql), await run(client, sql), { ordered: true })).toBeUndefined();
    for (const session of [oracle, client]) await session.query('ROLLBACK');
  }
});

test('a cursor declared without a word gives up going back when it has passed much', async () => {
  const declare = (scroll: string): string =>
    `BEGIN; DECLARE c ${scroll} CURSOR FOR SELECT repeat(name, 200000) AS long FROM steps ORDER BY id; MOVE ALL FROM c`;
  await client.query(declare(''));
  expect((await run(client, 'FETCH PRIOR FROM c')).error?.code).toBe('55000');
  await client.query('ROLLBACK');
  await client.query(declare('SCROLL'));
  expect((await run(client, 'FETCH FIRST FROM c')).rows[0]![0]).toHaveLength(1_000_000);
  await client.query('ROLLBACK');
});
