/** Sources that come late, go in the middle and return; and mirrors that cannot follow them. */
import { readdirSync } from 'node:fs';
import { createServer, connect as connectTo } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import pg from 'pg';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestGateway } from './support.ts';
import type { TestGateway } from './support.ts';

/** Stands before a server; while it is down, connections are refused and those that were are cut. */
class Switch {
  private readonly target: number;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  port = 0;

  constructor(target: number) {
    this.target = target;
  }

  async up(): Promise<void> {
    this.server = createServer((socket) => {
      const onward = connectTo(this.target, '127.0.0.1');
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.sockets.delete(from);
          to.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.server!.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

let postgres: TestPostgres;
let source: pg.Client;
let line: Switch;
let gateway: TestGateway;
let client: pg.Client;

const query = (sql: string): Promise<string> =>
  client.query<unknown[]>({ text: sql, rowMode: 'array' }).then(
    (result) => JSON.stringify(Array.isArray(result) ? result.at(-1).rows : result.rows),
    (error: { code: string; message: string; detail?: string }) => `${error.code} ${error.message}`,
  );

async function eventually(expected: string, ask: () => Promise<string>): Promise<void> {
  let answer = await ask();
  for (let tries = 0; tries < 200 && answer !== expected; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    answer = await ask();
  }
  expect(answer).toBe(expected);
}

const openFiles = (): number => readdirSync('/proc/self/fd').length;

beforeAll(async () => {
  postgres = await startTestPostgres();
  source = new pg.Client({ connectionString: postgres.url });
  await source.connect();
  await source.query(`CREATE TABLE customers AS SELECT i AS id, 'name ' || i AS name FROM generate_series(1, 100) i;
    CREATE TABLE big AS SELECT i AS id, repeat('x', 200) AS t FROM generate_series(1, 100000) i`);
  line = new Switch(postgres.port);
  await line.up();
  await line.down();
  gateway = await startTestGateway(`catalog: { refresh: 0 }
sources:
  shop: { type: postgres, url: "postgres://${postgres.user}@127.0.0.1:${line.port}/${postgres.database}", pool: { max: 3, wait: 2s } }`);
  client = new pg.Client(gateway.address);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await gateway?.stop();
  await line?.down();
  await source?.end();
  await postgres?.stop();
});

test('down at start, picked up when it comes', async () => {
  expect(await query('SELECT count(*) FROM shop.customers')).toBe('08001 could not connect to source "shop"');
  expect(await query('SELECT count(*) FROM pg_class WHERE false')).toBe('[["0"]]');
  await line.up();
  await eventually('[["100"]]', () => query('SELECT count(*) FROM shop.customers'));
});

test('cut in the middle of a result: that statement fails, the next one works', async () => {
  const before = openFiles();
  expect(await query('BEGIN')).toBe('[]');
  await client.query('DECLARE c CURSOR FOR SELECT * FROM shop.big');
  await client.query('FETCH 10 FROM c');
  await line.down();
  expect(await query('FETCH ALL FROM c')).toBe('08006 connection to source "shop" was lost');
  expect(await query('SELECT 1')).toMatch(/^25P02/);
  expect(await query('ROLLBACK')).toBe('[]');
  expect(await query('SELECT count(*) FROM shop.customers')).toBe('08001 could not connect to source "shop"');
  expect(await query('SELECT 1')).toBe('[[1]]');
  await line.up();
  expect(await query('SELECT count(*) FROM shop.customers')).toBe('[["100"]]');
  for (let tries = 0; tries < 100 && openFiles() > before; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(openFiles()).toBeLessThanOrEqual(before);
});

test('restarted while idle: pooled connections that died are no error', async () => {
  await Promise.all([query('SELECT id FROM shop.customers WHERE id = 1'), query('SELECT id FROM shop.customers WHERE id = 2')]);
  await line.down();
  await line.up();
  expect(await query('SELECT count(*) FROM shop.customers')).toBe('[["100"]]');
});

test('more statements with two fragments than connections: all get their turn', async () => {
  const scattered = await startTestGateway(`catalog: { refresh: 0 }
planner: { disable: [placement] }
sources:
  shop: { type: postgres, url: "${postgres.url}", pool: { max: 3 } }`);
  const answers = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const each = new pg.Client(scattered.address);
      await each.connect();
      await each.query(`BEGIN ISOLATION LEVEL ${['READ COMMITTED', 'REPEATABLE READ'][i % 2]}`);
      const answer = await each.query<{ n: number }>('SELECT count(*)::int AS n FROM shop.customers JOIN shop.big USING (id)');
      await each.query('COMMIT');
      await each.end();
      return answer.rows[0]!.n;
    }),
  );
  expect(new Set(answers)).toEqual(new Set([100]));
  // Statistics are read in the background, and done with soon.
  const busy = `SELECT FROM pg_stat_activity WHERE application_name = 'tributary' AND state <> 'idle'`;
  await eventually('0', async () => String((await source.query(busy)).rowCount));
  await scattered.stop();
});

test("a change that a user's view blocks: reading the table says what holds it", async () => {
  const boss = client;
  expect(await query('CREATE TEMP VIEW report AS SELECT name FROM shop.customers')).toBe('[]');
  const kept = { name: 'kept', text: 'SELECT id FROM shop.customers WHERE id = 1' };
  expect((await boss.query(kept)).rows).toEqual([{ id: 1 }]);
  await source.query('ALTER TABLE customers DROP COLUMN name');
  await query('NOTIFY tributary_refresh');
  const error: unknown = await boss.query(kept).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: '55000',
    message: 'table "public.customers" of source "shop" has changed and could not be taken over',
    detail: expect.stringContaining('view pg_temp') as unknown,
  });
  expect(await query('DROP VIEW report')).toBe('[]');
  await query('NOTIFY tributary_refresh');
  expect((await boss.query(kept)).rows).toEqual([{ id: 1 }]);
});
