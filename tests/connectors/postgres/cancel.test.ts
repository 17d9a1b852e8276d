/** A cancel request that is long on its way: it stops what it was sent for, or nothing. */
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { queryMessage } from '../../../connectors/postgres/frontend-messages.ts';
import { RemoteConnection } from '../../../connectors/postgres/remote-connection.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

const CANCEL_REQUEST = 80_877_102;
const LATE_MS = 300;

let server: TestPostgres;
let slowCancels: net.Server;
let connection: RemoteConnection;

beforeAll(async () => {
  server = await startTestPostgres();
  slowCancels = net.createServer((near) => {
    const far = net.connect(server.port, server.host);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.once('data', (first) => {
      const isCancel = first.length === 16 && first.readInt32BE(4) === CANCEL_REQUEST;
      setTimeout(() => far.write(first) && near.pipe(far), isCancel ? LATE_MS : 0);
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => slowCancels.listen(0, '127.0.0.1', resolve));
  const { port } = slowCancels.address() as AddressInfo;
  const client = new pg.Client({ host: '127.0.0.1', port, user: server.user, database: server.database });
  await client.connect();
  connection = new RemoteConnection('shop', client, () => undefined);
});

afterAll(async () => {
  connection?.close();
  slowCancels?.close();
  await server?.stop();
});

const run = (sql: string): Promise<{ error: Error | null }> => connection.request([queryMessage(sql)]);

test('a statement sent after one that ended before its cancel came is not hit by it', async () => {
  const first = run('SELECT pg_sleep(0.05)');
  const cancelled = connection.cancel();
  expect((await first).error).toBeNull();
  expect((await run('SELECT pg_sleep(1)')).error).toBeNull();
  await cancelled;
  expect((await run('SELECT 1')).error).toBeNull();
});

test('statements sent meanwhile go in their order; one that runs when it comes is stopped', async () => {
  const first = run('SELECT pg_sleep(10)');
  void connection.cancel();
  void connection.cancel();
  const later = [run('CREATE TEMP TABLE kept (n int)'), run('INSERT INTO kept VALUES (1)'), run('SELECT 1 / (1 - n) FROM kept')];
  expect((await first).error).toMatchObject({ code: '57014' });
  expect((await Promise.all(later)).map(({ error }) => (error as { code?: string } | null)?.code)).toEqual([
    undefined,
    undefined,
    '22012',
  ]);
});
