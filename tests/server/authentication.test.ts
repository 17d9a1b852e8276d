/** Who gets in: SCRAM with real clients, TLS in its three openings, databases and roles that do not exist. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import pg from 'pg';
import postgres from 'postgres';
import { int32, startupPacket, WireClient } from '../support/wire-client.ts';
import { startTestGateway } from './support.ts';
import type { TestGateway } from './support.ts';

const certificate = path.join(__dirname, '..', 'support', 'tls', 'server.crt');
const key = path.join(__dirname, '..', 'support', 'tls', 'server.key');

/** A verifier as PostgreSQL stores it. */
function storedVerifier(password: string): string {
  const salt = Buffer.from('0123456789abcdef');
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(`
listen: { port: 0, tls: { cert: ${certificate}, key: ${key} } }
auth: { method: scram-sha-256, users: [{ name: ana, password: "pä ss" }, { name: bob, password: "${storedVerifier('stored')}" }] }
`);
});
afterAll(() => gateway?.stop());

const config = (more: pg.ClientConfig): pg.ClientConfig => ({
  host: '127.0.0.1',
  port: gateway.port,
  database: 'tributary',
  ...more,
});

async function who(more: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(config(more));
  try {
    await client.connect();
    const result = await client.query<{ current_user: string }>('SELECT current_user');
    return result.rows[0]!.current_user;
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  } finally {
    await client.end();
  }
}

const ssl = { rejectUnauthorized: false };

test('SCRAM lets in who knows the password, clear text or verifier in the file', async () => {
  expect(await who({ user: 'ana', password: 'pä ss' })).toBe('ana');
  expect(await who({ user: 'bob', password: 'stored' })).toBe('bob');
});

test('a wrong password and an unknown name are refused in the same words', async () => {
  expect(await who({ user: 'ana', password: 'wrong' })).toBe('28P01 password authentication failed for user "ana"');
  expect(await who({ user: 'eve', password: 'wrong' })).toBe('28P01 password authentication failed for user "eve"');
});

test('a database that does not exist', async () => {
  expect(await who({ user: 'ana', password: 'pä ss', database: 'nope' })).toBe('3D000 database "nope" does not exist');
});

test('TLS on request, with and without channel binding', async () => {
  expect(await who({ user: 'ana', password: 'pä ss', ssl })).toBe('ana');
  expect(await who({ user: 'ana', password: 'pä ss', ssl, enableChannelBinding: true })).toBe('ana');
  const sql = postgres({
    host: '127.0.0.1',
    port: gateway.port,
    database: 'tributary',
    user: 'bob',
    password: 'stored',
    ssl,
    max: 1,
  });
  expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  await sql.end();
});

test('TLS at once needs ALPN', async () => {
  const answer = (protocols: string[]): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTls({ host: '127.0.0.1', port: gateway.port, ALPNProtocols: protocols, rejectUnauthorized: false });
      let bytes = '';
      socket.on('secureConnect', () => socket.write(startupPacket({ user: 'ana', database: 'tributary' })));
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.toString('latin1');
        socket.end();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(bytes));
    });
  expect(await answer(['postgresql'])).toContain('SCRAM-SHA-256-PLUS');
  expect(await answer([])).not.toContain('SCRAM');
});

test('encryption requests are answered before the start-up packet', async () => {
  const client = await WireClient.open(gateway.address);
  const gss = Buffer.concat([int32(8), int32(80877104)]);
  const answered = new Promise<string>((resolve) => client.socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  client.send(gss);
  expect(await answered).toBe('N');
  client.socket.destroy();
});
