/**
 * Input that makes no sense: each gets PostgreSQL's error or a clear one, alone; the server and its other sessions go on; in
 * the end nothing is left open.
 */
import { readdirSync } from 'node:fs';
import { writeParse, writeQuery } from '../../server/wire/frontend-messages.ts';
import { int32, startupPacket, WireClient } from '../support/wire-client.ts';
import { startTestGateway } from './support.ts';
import type { TestGateway } from './support.ts';

let gateway: TestGateway;
let bystander: WireClient;
let openFiles: number;

const countOpenFiles = (): number => readdirSync('/proc/self/fd').length;

beforeAll(async () => {
  gateway = await startTestGateway('limits: { connections: 8 }');
  bystander = await WireClient.connect(gateway.address);
  openFiles = countOpenFiles();
});
afterAll(async () => {
  bystander?.end();
  await gateway?.stop();
});

afterEach(async () => {
  expect(await bystander.query('select 1 as alive')).toEqual(['T alive:23/-1/0', 'D 1', 'C SELECT 1', 'Z I']);
});

/** What a connection that sends only this hears. */
async function answerTo(bytes: Uint8Array): Promise<string[]> {
  const client = await WireClient.open(gateway.address);
  client.send(bytes);
  return client.untilClosed();
}

describe('start-up packets', () => {
  test('an impossible length', async () => {
    expect(await answerTo(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toEqual([
      'E | FATAL | 08P01 | invalid length of startup packet',
    ]);
    expect(await answerTo(Buffer.concat([int32(4), int32(196608)]))).toEqual([
      'E | FATAL | 08P01 | invalid length of startup packet',
    ]);
    expect(await answerTo(Buffer.concat([int32(10_001), int32(196608)]))).toEqual([
      'E | FATAL | 08P01 | invalid length of startup packet',
    ]);
  });

  test('protocol 2', async () => {
    expect(await answerTo(startupPacket({ user: 'x' }, 131072))).toEqual([
      'E | FATAL | 0A000 | unsupported frontend protocol 2.0: server supports 3.0 to 3.2',
    ]);
  });

  test('no user, no terminator, an unknown setting, another encoding', async () => {
    expect(await answerTo(startupPacket({ database: 'tributary' }))).toEqual([
      'E | FATAL | 28000 | no PostgreSQL user name specified in startup packet',
    ]);
    const unterminated = Buffer.concat([int32(196608), Buffer.from('user\0x')]);
    expect(await answerTo(Buffer.concat([int32(unterminated.length + 4), unterminated]))).toEqual([
      'E | FATAL | 08P01 | invalid startup packet layout: expected terminator as last byte',
    ]);
    expect(await answerTo(startupPacket({ user: 'tester', database: 'tributary', nosuch: '1' }))).toEqual([
      'E | FATAL | 42704 | unrecognized configuration parameter "nosuch"',
    ]);
    expect(await answerTo(startupPacket({ user: 'tester', database: 'tributary', client_encoding: 'LATIN1' }))).toEqual([
      'E | FATAL | 0A000 | client_encoding "LATIN1" is not supported | H=Use UTF8.',
    ]);
  });

  test('a newer minor version and unknown options are negotiated', async () => {
    const client = await WireClient.open(gateway.address);
    client.send(startupPacket({ user: 'tester', database: 'tributary', '_pq_.wish': '1' }, 196608 + 9));
    const lines = await client.untilReady();
    expect(lines[0]).toBe(`v ${196608 + 2} _pq_.wish`);
    expect(client.secret).toHaveLength(32);
    client.end();
  });
});

describe('messages', () => {
  test('an unknown type, an impossible length', async () => {
    for (const [bytes, error] of [
      [Buffer.concat([Buffer.from('~'), int32(4)]), 'E | FATAL | 08P01 | invalid frontend message type 126'],
      [Buffer.concat([Buffer.from('Q'), int32(3)]), 'E | FATAL | 08P01 | invalid message length'],
      [Buffer.concat([Buffer.from('S'), int32(40_000)]), 'E | FATAL | 08P01 | invalid message length'],
    ] as const) {
      const client = await WireClient.connect(gateway.address);
      client.send(bytes);
      expect(await client.untilClosed()).toEqual([error]);
    }
  });

  test('a NUL inside SQL, and bytes that are not UTF-8', async () => {
    const client = await WireClient.connect(gateway.address);
    client.send(writeQuery('select 1\0select 2'));
    expect(await client.untilReady()).toEqual(['E | ERROR | 08P01 | invalid message format', 'Z I']);
    const invalid = Buffer.concat([Buffer.from("select '"), Buffer.from([0xe2, 0x28, 0xa1]), Buffer.from("'\0")]);
    client.send(Buffer.concat([Buffer.from('Q'), int32(invalid.length + 4), invalid]));
    expect(await client.untilReady()).toEqual([
      'E | ERROR | 22021 | invalid byte sequence for encoding "UTF8": 0xe2 0x28 0xa1',
      'Z I',
    ]);
    expect(await client.query('select 3 as three')).toEqual(['T three:23/-1/0', 'D 3', 'C SELECT 1', 'Z I']);
    client.end();
  });

  test('a truncated message and a client that vanishes', async () => {
    const client = await WireClient.connect(gateway.address);
    client.send(Buffer.concat([Buffer.from('Q'), int32(1000), Buffer.from('select')]));
    client.socket.destroy();
    await client.untilClosed();
  });

  test('a statement of 10 MB', async () => {
    const client = await WireClient.connect(gateway.address);
    const text = 'x'.repeat(10 << 20);
    client.send(writeQuery(`select length('${text}') as n`));
    expect(await client.untilReady()).toEqual(['T n:23/-1/0', `D ${10 << 20}`, 'C SELECT 1', 'Z I']);
    client.end();
  });

  test('10,000 parentheses, 50,000 operators', async () => {
    const client = await WireClient.connect(gateway.address);
    const nested = await client.query(`select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`);
    expect(nested[0]).toMatch(/^E \| ERROR \| (54001|42601) \| (stack depth limit exceeded|memory exhausted)/);
    const chained = await client.query(`select 1${'+1'.repeat(50_000)}`);
    expect(chained[0]).toMatch(/^E \| ERROR \| 54001 \| stack depth limit exceeded/);
    client.send(Buffer.concat([writeParse('', `select 1${'+1'.repeat(50_000)}`), Buffer.from('S'), int32(4)]));
    expect((await client.untilReady())[0]).toMatch(/^E \| ERROR \| 54001/);
    expect(await client.query('select 4 as four')).toEqual(['T four:23/-1/0', 'D 4', 'C SELECT 1', 'Z I']);
    client.end();
  });
});

describe('cancel requests', () => {
  const cancel = (processId: number, secret: Buffer): Promise<string[]> =>
    answerTo(Buffer.concat([int32(12 + secret.length), int32(80877102), int32(processId), secret]));

  test('a wrong secret does nothing, the right one cancels what the catalog server runs', async () => {
    const client = await WireClient.connect(gateway.address);
    client.send(writeQuery('select pg_sleep(60)'));
    await cancel(client.processId, Buffer.from('nope'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await cancel(client.processId, client.secret);
    expect(await client.untilReady()).toEqual([
      'T pg_sleep:2278/-1/0',
      'E | ERROR | 57014 | canceling statement due to user request',
      'Z I',
    ]);
    client.end();
  });
});

test('more clients than allowed', async () => {
  const clients = await Promise.all(Array.from({ length: 7 }, () => WireClient.connect(gateway.address)));
  expect(await answerTo(startupPacket({ user: 'tester', database: 'tributary' }))).toEqual([
    'E | FATAL | 53300 | sorry, too many clients already',
  ]);
  for (const client of clients) client.end();
  await Promise.all(clients.map((client) => client.untilClosed()));
});

test('nothing is left behind', async () => {
  // Only the bystander's socket, its peer and its backend are still open.
  for (let tries = 0; tries < 100 && (gateway.sessions() > 1 || countOpenFiles() > openFiles); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(gateway.sessions()).toBe(1);
  expect(countOpenFiles()).toBeLessThanOrEqual(openFiles);
});
