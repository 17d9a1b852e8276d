/** The command line as a user meets it: exit codes, the ready line, problems with their place, signals. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import pg from 'pg';

let folder: string;
const running = new Set<ChildProcess>();

async function makeLake(name: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(path.join(folder, `${name}.duckdb`));
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE ${name} AS SELECT range::int AS id, range * 1.5 AS amount FROM range(${rows})`);
  connection.closeSync();
  instance.closeSync();
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-cli-'));
  await makeLake('orders', 3);
  await makeLake('visits', 5);
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const write = async (yaml: string, name = 'tributary.yaml'): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, yaml);
  return file;
};

interface Started {
  readonly child: ChildProcess;
  readonly out: { text: Buffer; errors: string };
  readonly exit: Promise<number | null>;
}

/** The command line from its source, in a process of its own. */
function start(...args: string[]): Started {
  const child = spawn(process.execPath, [path.join(__dirname, 'launch.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A user's settings for psql are none of ours.
    env: { ...process.env, LAKE: 'orders.duckdb', PGSSLMODE: 'require', PGSSLNEGOTIATION: 'direct' },
  });
  running.add(child);
  const out = { text: Buffer.alloc(0), errors: '' };
  child.stdout.on('data', (bytes: Buffer) => (out.text = Buffer.concat([out.text, bytes])));
  child.stderr.on('data', (bytes: Buffer) => (out.errors += bytes.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  void exit.then(() => running.delete(child));
  return { child, out, exit };
}

async function run(...args: string[]): Promise<{ code: number | null; text: string; errors: string; bytes: Buffer }> {
  const { out, exit } = start(...args);
  const code = await exit;
  return { code, text: out.text.toString(), errors: out.errors, bytes: out.text };
}

async function eventually(test: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await test()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it never came true');
}

async function ready(started: Started): Promise<number> {
  await eventually(() => /ready on/.test(started.out.text.toString()) || started.child.exitCode !== null);
  const [, port] = /^tributary ready on 127\.0\.0\.1:(\d+)\n$/.exec(started.out.text.toString()) ?? [];
  if (port === undefined) throw new Error(`not ready: ${started.out.errors}`);
  return Number(port);
}

async function ask(port: number, user: string, sql: string): Promise<string> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, database: 'tributary' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return JSON.stringify((await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  } finally {
    await client.end();
  }
}

const lake = 'lake: { type: duckdb, path: "./${LAKE}" }';

describe('bad usage and bad files are exit code 2', () => {
  test('an unknown command, an unknown option, an unknown format', async () => {
    const file = await write(`auth: { method: trust }\nsources:\n  ${lake}\n`);
    const answers = await Promise.all([
      run('fly'),
      run('serve', '--loud'),
      run('query', '-c', file, 'SELECT 1', '--format', 'xml'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(answers[2]!.errors).toContain('Allowed choices are table, csv, json, arrow');
  });

  test('serve and check name every problem with its line and column, and a near key', async () => {
    const file = await write(
      'listen: { prot: 1 }\nauth: { method: trust }\nsources:\n  a: { type: duckdb, pth: x }\n  pg_a: { type: postgres, url: "x" }\n',
      'bad.yaml',
    );
    for (const command of ['serve', 'check']) {
      const { code, text, errors } = await run(command, '-c', file);
      expect({ code, text }).toEqual({ code: 2, text: '' });
      expect(errors).toContain(`${file}:1:11: listen: unknown key "prot"; did you mean "port"?`);
      expect(errors).toContain(`${file}:4:22: sources.a: unknown key "pth"; did you mean "path"?`);
      expect(errors).toMatch(/bad\.yaml:5:\d+: .*pg_a/);
    }
    const unset = await write('sources:\n  a: { type: postgres, url: "postgres://${NOBODY_SET_THIS}@h/d" }\n', 'unset.yaml');
    expect((await run('check', '-c', unset)).errors).toContain(':2:29: environment variable NOBODY_SET_THIS is not set');
  });
});

test('check: what the sources hold, and those that fail with their place', async () => {
  const file = await write(
    `auth: { method: trust }\nsources:\n  ${lake}\n  gone: { type: duckdb, path: ./nothing.duckdb }\n`,
    'half.yaml',
  );
  const { code, text } = await run('check', '-c', file);
  expect(code).toBe(1);
  expect(text).toContain('main.orders: table, 2 columns, about 3 rows');
  expect(text).toMatch(/half\.yaml:4:3: source gone: could not connect to source "gone"/);
  expect(text).toMatch(/1 problem\n$/);
});

test('query: every format, a failing statement is exit code 1', async () => {
  const file = await write(`auth: { method: trust }\nsources:\n  ${lake}\n`, 'query.yaml');
  const sql = 'SELECT id, amount FROM lake.orders ORDER BY id LIMIT 2';
  const [table, csv, json, arrow, plan, failed] = await Promise.all([
    run('query', '-c', file, sql),
    run('query', '-c', file, sql, '--format', 'csv'),
    run('query', '-c', file, sql, '--format', 'json'),
    run('query', '-c', file, sql, '--format', 'arrow'),
    run('query', '-c', file, sql, '--explain'),
    run('query', '-c', file, 'SELECT nothing FROM lake.orders'),
  ]);
  expect([table, csv, json, arrow, plan, failed].map((each) => each!.code)).toEqual([0, 0, 0, 0, 0, 1]);
  expect(table!.text).toContain(' id | amount');
  expect(csv!.text).toBe('id,amount\n0,0.0\n1,1.5\n');
  expect(JSON.parse(json!.text)).toHaveLength(2);
  expect(tableFromIPC(arrow!.bytes).numRows).toBe(2);
  expect(plan!.text).toContain('Remote Query on lake');
  expect(failed!.errors).toContain('column "nothing" does not exist');
});

test('serve: the ready line, SIGHUP, a bad file that changes nothing, SIGTERM', async () => {
  const yaml = (users: string, sources: string): string =>
    `listen: { port: 5433 }\nauth: { method: trust, users: [${users}] }\nlog: { level: error }\nsources:\n  ${sources}\n`;
  const file = await write(yaml('{ name: ana }', lake), 'serve.yaml');
  const server = start('serve', '-c', file, '--port', '0');
  const port = await ready(server);
  expect(await ask(port, 'ana', 'SELECT count(*) FROM lake.orders')).toBe('[["3"]]');
  expect(await ask(port, 'ben', 'SELECT 1')).toMatch(/^28000/);
  const session = new pg.Client({ host: '127.0.0.1', port, user: 'ana', database: 'tributary' });
  let ended = '';
  session.on('error', (error: Error & { code?: string }) => (ended ||= error.code ?? error.message));
  await session.connect();
  await session.query('BEGIN; DECLARE kept CURSOR FOR SELECT id FROM lake.orders ORDER BY id');
  expect((await session.query('FETCH 1 FROM kept')).rows).toEqual([{ id: 0 }]);

  await write('listen: { port: 5433 }\nauth: { method: nonsense }\n', 'serve.yaml');
  server.child.kill('SIGHUP');
  await eventually(() => server.out.errors.includes('configuration unchanged'));
  expect(server.out.errors).toMatch(/serve\.yaml:2:\d+: auth\.method: /);
  expect(await ask(port, 'ana', 'SELECT count(*) FROM lake.orders')).toBe('[["3"]]');

  // Another user, another source, and the old one gone.
  await write(yaml('{ name: ana, sources: [] }, { name: ben }', 'visits: { type: duckdb, path: ./visits.duckdb }'), 'serve.yaml');
  server.child.kill('SIGHUP');
  await eventually(async () => (await ask(port, 'ben', 'SELECT count(*) FROM visits')) === '[["5"]]');
  expect(await ask(port, 'ana', 'SELECT count(*) FROM visits.visits')).toBe('42501 permission denied for schema visits');
  expect(await ask(port, 'ben', 'SELECT count(*) FROM lake.orders')).toBe('42501 permission denied for schema lake');
  // What was running goes on with what it had.
  expect((await session.query('FETCH 2 FROM kept')).rows).toEqual([{ id: 1 }, { id: 2 }]);
  await session.query('COMMIT');
  expect(await ask(port, 'ben', 'SELECT 1')).toBe('[[1]]');

  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);
  await eventually(() => ended !== '');
  expect(ended).toBe('57P01');
  expect(server.out.text.toString()).toBe(`tributary ready on 127.0.0.1:${port}\n`);
}, 60_000);
