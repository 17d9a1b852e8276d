/** Sources that are down, locked, unreadable or refuse us: only the queries that need them fail. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { startTestPostgres } from '../support/postgres.ts';
import { startTestGateway } from './support.ts';
import type { TestGateway } from './support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-failing-'));
  const instance = await DuckDBInstance.create(path.join(folder, 'lake.duckdb'));
  const connection = await instance.connect();
  await connection.run('CREATE TABLE orders AS SELECT range::int AS id FROM range(10)');
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lake = (): string => `  lake: { type: duckdb, path: ${JSON.stringify(path.join(folder, 'lake.duckdb'))} }`;

async function withGateway(
  sources: string,
  work: (query: (sql: string) => Promise<string>, gateway: TestGateway) => Promise<void>,
): Promise<void> {
  const gateway = await startTestGateway(`metrics: { port: 0 }\nsources:\n${sources}`);
  const client = new pg.Client(gateway.address);
  await client.connect();
  const query = (sql: string): Promise<string> =>
    client.query<unknown[]>({ text: sql, rowMode: 'array' }).then(
      (result) => JSON.stringify(result.rows),
      (error: { code: string; message: string; detail?: string }) => `${error.code} ${error.message}`,
    );
  try {
    await work(query, gateway);
  } finally {
    await client.end();
    await gateway.stop();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function eventually(expected: string, ask: () => Promise<string>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await ask()) === expected) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await ask()).toBe(expected);
}

test('a source that is down at start, and its figures', async () => {
  await withGateway(
    `  shop: { type: postgres, url: "postgres://x@127.0.0.1:${await freePort()}/x" }\n${lake()}`,
    async (query, gateway) => {
      expect(await query('SELECT count(*) FROM lake.orders')).toBe('[["10"]]');
      expect(await query('SELECT count(*) FROM shop.customers')).toBe('08001 could not connect to source "shop"');
      const fetched = async (page: string): Promise<string> =>
        (await fetch(`http://127.0.0.1:${gateway.metricsPort}${page}`)).text();
      const figures = await fetched('/metrics');
      expect(figures).toContain('tributary_source_up{source="shop"} 0');
      expect(figures).toContain('tributary_source_up{source="lake"} 1');
      expect(figures).toContain('tributary_sessions 1');
      expect(await fetched('/healthz')).toBe('ok\n');
      expect(await fetched('/readyz')).toBe('ok\n');
    },
  );
});

test('a source that stops', async () => {
  const postgres = await startTestPostgres();
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE TABLE customers AS SELECT 1 AS id');
  await client.end();
  await withGateway(`  shop: { type: postgres, url: "${postgres.url}" }\n${lake()}`, async (query) => {
    expect(await query('SELECT id FROM shop.customers')).toBe('[[1]]');
    await postgres.stop();
    expect(await query('SELECT id FROM shop.customers')).toMatch(/^08\d\d\d /);
    expect(await query('SELECT count(*) FROM shop.customers c JOIN lake.orders o USING (id)')).toMatch(/^08\d\d\d /);
    expect(await query('SELECT count(*) FROM lake.orders')).toBe('[["10"]]');
  });
});

test('a wrong password at the source', async () => {
  const postgres = await startTestPostgres();
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE ROLE app LOGIN PASSWORD 'right'`);
  await client.query(`ALTER SYSTEM SET log_min_messages = 'fatal'`);
  await writeFile(
    path.join(postgres.dataDir, 'pg_hba.conf'),
    'host all app 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n',
  );
  await client.query('SELECT pg_reload_conf()');
  await client.end();
  const url = `postgres://app@${postgres.host}:${postgres.port}/postgres`;
  await withGateway(`  shop: { type: postgres, url: "${url}", password: wrong }\n${lake()}`, async (query) => {
    expect(await query('SELECT count(*) FROM lake.orders')).toBe('[["10"]]');
    expect(await query('SELECT * FROM shop.anything')).toBe('08001 could not connect to source "shop"');
  });
  await postgres.stop();
});

test('a DuckDB file that is none', async () => {
  await writeFile(path.join(folder, 'broken.duckdb'), 'this is no database');
  await withGateway(`  broken: { type: duckdb, path: ${path.join(folder, 'broken.duckdb')} }\n${lake()}`, async (query) => {
    expect(await query('SELECT count(*) FROM lake.orders')).toBe('[["10"]]');
    expect(await query('SELECT * FROM broken.anything')).toBe('08001 could not connect to source "broken"');
  });
});

test('a DuckDB file that another process has locked, until it lets go', async () => {
  const file = path.join(folder, 'locked.duckdb');
  // Held by name: an instance that nothing refers to is closed when garbage is collected, and its lock goes with it.
  const script = `const { DuckDBInstance } = require('@duckdb/node-api');
    (async () => {
      globalThis.instance = await DuckDBInstance.create(${JSON.stringify(file)});
      globalThis.connection = await globalThis.instance.connect();
      await globalThis.connection.run('CREATE TABLE t AS SELECT 7 AS a');
      console.log('locked');
      setInterval(() => {}, 1000);
    })();`;
  const holder = spawn(process.execPath, ['-e', script], { cwd: process.cwd(), stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => holder.once('close', resolve));
  try {
    await Promise.race([new Promise((resolve) => holder.stdout.once('data', resolve)), gone]);
    await withGateway(`  locked: { type: duckdb, path: ${file} }\n${lake()}`, async (query) => {
      expect(await query('SELECT count(*) FROM lake.orders')).toBe('[["10"]]');
      expect(await query('SELECT a FROM locked.t')).toBe('08001 could not connect to source "locked"');
      holder.kill('SIGKILL');
      await gone;
      await eventually('[[7]]', async () => {
        await query('NOTIFY tributary_refresh');
        return query('SELECT a FROM locked.t');
      });
    });
  } finally {
    holder.kill('SIGKILL');
    await gone;
  }
});
