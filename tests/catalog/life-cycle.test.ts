/** Start, restart, crash, orphans, locks, and what is left behind: nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CatalogServer } from '../../catalog/catalog-server.ts';
import type { CatalogOptions } from '../../catalog/catalog-server.ts';
import type { CatalogLogEntry } from '../../catalog/log.ts';
import { exists } from '../../catalog/postgres-binaries.ts';
import { startTestPostgres } from '../support/postgres.ts';
import { customers, listing, shop } from './sample-source.ts';
import { Session } from './session.ts';

let folder: string;
/** Tests that run beside these have their own. */
let temporary: string;
let entries: CatalogLogEntry[];
const running = new Set<CatalogServer>();

async function start(options: Partial<CatalogOptions> = {}): Promise<CatalogServer> {
  const catalog = await CatalogServer.start({
    connections: 10,
    temporaryFolder: temporary,
    log: (entry) => entries.push(entry),
    ...options,
  });
  running.add(catalog);
  return catalog;
}
async function stop(catalog: CatalogServer): Promise<void> {
  running.delete(catalog);
  await catalog.stop();
}
const leftovers = async (): Promise<string[]> => (await readdir(temporary)).sort();
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never came true');
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-test-life-'));
  await chmod(folder, 0o755);
  temporary = path.join(folder, 't');
  await mkdir(temporary);
  await chmod(temporary, 0o777);
  entries = [];
});
afterEach(async () => {
  for (const catalog of running) await stop(catalog);
  await rm(folder, { recursive: true, force: true });
});

test('without data_dir: a temporary one, gone at the end with every process and file', async () => {
  const before = await leftovers();
  const catalog = await start();
  expect(await leftovers()).not.toEqual(before);
  const { processId } = catalog;
  await stop(catalog);
  expect(await leftovers()).toEqual(before);
  expect(isAlive(processId!)).toBe(false);
  expect(entries.filter((entry) => entry.level !== 'debug')).toEqual([]);
});

test('a restart finds mirrors, grants, views and local tables again; set-up runs once per text', async () => {
  const dataDir = path.join(folder, 'data');
  const first = await start({ dataDir });
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  await first.refresh(shop, listing());
  await first.ensureRole({ name: 'boss', admin: true, sources: ['shop'] });
  const setup = `CREATE VIEW public.v AS SELECT id FROM orders; GRANT SELECT ON public.v TO PUBLIC`;
  expect(await first.runSetup(setup)).toBe('done');
  await expect(first.runSetup('CREATE VIEW public.w AS SELECT 1; SELECT nonsense')).rejects.toMatchObject({
    fields: { code: '42703', position: 42 },
  });
  const session = await Session.open(first, 'boss');
  await session.run('CREATE TABLE public.kept AS SELECT 7 AS seven');
  session.connection.end();
  await stop(first);

  const second = await start({ dataDir });
  second.addSource(shop);
  expect(await second.runSetup(setup)).toBe('unchanged');
  const again = await Session.open(second, 'boss');
  expect(await again.value('SELECT seven FROM kept')).toBe('7');
  expect(await again.outcome('SELECT * FROM v')).toBe('55000');
  expect(await again.outcome('SELECT * FROM public.w')).toBe('42P01');
  expect(await second.refresh(shop, listing())).toMatchObject({ created: 0, altered: 0, dropped: 0 });
  const relations = [Number(await again.value(`SELECT 'orders'::regclass::oid`))];
  await second.lookup.ensure({ relations, types: [], functions: [], operators: [], collations: [] });
  expect(second.lookup.mirror(relations[0]!)?.table.name).toBe('orders');
  again.connection.destroy();
});

test('a second gateway on the same data_dir is refused; a stale lock is not in the way', async () => {
  const dataDir = path.join(folder, 'data');
  const catalog = await start({ dataDir });
  await expect(start({ dataDir })).rejects.toThrow(`is in use by another gateway (process ${process.pid})`);
  await stop(catalog);
  await writeFile(path.join(dataDir, 'gateway.lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
  await stop(await start({ dataDir }));
  await writeFile(path.join(dataDir, 'gateway.lock'), '{"pid":');
  await stop(await start({ dataDir }));
});

test('the server crashes: sessions see their connection close, new ones work, nothing is lost', async () => {
  const catalog = await start({ dataDir: path.join(folder, 'data') });
  await catalog.refresh(shop, listing());
  await catalog.ensureRole({ name: 'ana', admin: false, sources: ['shop'] });
  const session = await Session.open(catalog, 'ana');
  const closed = new Promise((resolve) => session.connection.onClose(resolve));
  const crashed = catalog.processId!;
  process.kill(crashed, 'SIGKILL');
  await closed;
  const next = await Session.open(catalog, 'ana');
  expect(await next.outcome('SELECT * FROM orders')).toBe('55000');
  expect(catalog.processId).not.toBe(crashed);
  await catalog.ensureRole({ name: 'eve', admin: false, sources: ['shop'] });
  const relations = [Number(await next.value(`SELECT 'shop.orders'::regclass::oid`))];
  await catalog.lookup.ensure({ relations, types: [], functions: [], operators: [], collations: [] });
  expect(catalog.lookup.mirror(relations[0]!)).toBeDefined();
  expect(entries.map((entry) => entry.message)).toEqual(
    expect.arrayContaining(['the catalog server ended unexpectedly: starting it again', 'the catalog server is back']),
  );
  next.connection.destroy();
});

test('one backend is killed: PostgreSQL restarts the others, and new sessions work', async () => {
  const catalog = await start();
  await catalog.ensureRole({ name: 'ana', admin: false, sources: [] });
  const [one, two] = [await Session.open(catalog, 'ana'), await Session.open(catalog, 'ana')];
  const closed = Promise.all([one, two].map((session) => new Promise((resolve) => session.connection.onClose(resolve))));
  process.kill(one.connection.processId, 'SIGKILL');
  await closed;
  const next = await Session.open(catalog, 'ana');
  expect(await next.value('SELECT 1')).toBe('1');
  await catalog.ensureRole({ name: 'eve', admin: false, sources: [] });
  next.connection.destroy();
});

/** A gateway in a process of its own, to be killed. Prints the pid of its catalog server. */
async function gatewayProcess(options: string, behind: readonly string[] = []): Promise<{ pid: number; postmaster: number }> {
  const script = path.join(folder, 'gateway.ts');
  await writeFile(
    script,
    `import { CatalogServer } from '${path.resolve('catalog/catalog-server.ts')}';
     void CatalogServer.start({ connections: 5, temporaryFolder: ${JSON.stringify(temporary)}, log: () => undefined, ${options} }).then((catalog) => {
       console.log(catalog.processId);
       setInterval(() => undefined, 1000);
     });`,
  );
  const [command, ...args] = [...behind, process.execPath, 'tests/support/run-typescript.cjs', script];
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const postmaster = await new Promise<number>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
  );
  return { pid: child.pid!, postmaster };
}

test('a killed gateway takes its server along, and its temporary folders', async () => {
  const before = await leftovers();
  const gateway = await gatewayProcess('');
  expect(isAlive(gateway.postmaster)).toBe(true);
  process.kill(gateway.pid, 'SIGKILL');
  await until(async () => !isAlive(gateway.postmaster) && (await leftovers()).length === before.length);
});

test('an orphan is ended at the next start, if it is the very process that was written down', async () => {
  const dataDir = path.join(folder, 'data');
  const gateway = await gatewayProcess(`dataDir: ${JSON.stringify(dataDir)}`);
  // Its watcher is stopped first, as when the whole container lost its processes' parents.
  for (const name of (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry))) {
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('read -r _') && command.includes(`\0${gateway.postmaster}\0`)) process.kill(Number(name), 'SIGKILL');
  }
  process.kill(gateway.pid, 'SIGKILL');
  await until(() => !isAlive(gateway.pid) || entries.length > 0);
  const catalog = await start({ dataDir });
  await until(() => !isAlive(gateway.postmaster)); // its zombie is somebody else's to collect
  expect(entries).toContainEqual(expect.objectContaining({ level: 'warn', postmaster: gateway.postmaster }));
  await stop(catalog);
  expect(await exists(path.join(dataDir, 'postmaster.json'))).toBe(false);

  const bystander = spawn('sleep', ['60']);
  await writeFile(
    path.join(dataDir, 'postmaster.json'),
    JSON.stringify({ pid: bystander.pid, started: 'never', runtime: '/', dataDir: path.join(dataDir, 'postgres') }),
  );
  await writeFile(
    path.join(dataDir, 'postgres', 'postmaster.pid'),
    `${bystander.pid}\n${path.join(dataDir, 'postgres')}\n0\n5432\n\n\n\n`,
  );
  await stop(await start({ dataDir }));
  expect(bystander.exitCode).toBeNull();
  bystander.kill();
});

/** Namespaces of unprivileged users are switched off in many containers. */
const canBeAnyone =
  process.geteuid?.() === 0 && spawnSync('sh', ['-c', 'setpriv --reuid=54321 --clear-groups unshare --user true']).status === 0;

describe.each([
  ['a user without a name in /etc/passwd', ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups']],
  ['root that may not change its user', ['setpriv', '--bounding-set=-setuid,-setgid,-chown']],
])('%s', (_, behind) => {
  (canBeAnyone ? test : test.skip)('needs unshare: runs it in a user namespace', async () => {
    const gateway = await gatewayProcess('', behind);
    expect(gateway.postmaster).toBeGreaterThan(0);
    process.kill(gateway.pid, 'SIGKILL');
    await until(async () => !isAlive(gateway.postmaster) && (await leftovers()).length === 0);
  });
});

test('a data_dir of another major version is refused by name', async () => {
  const dataDir = path.join(folder, 'data');
  await stop(await start({ dataDir }));
  await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  await expect(start({ dataDir })).rejects.toThrow(/written by PostgreSQL 17.*brings PostgreSQL 18/);
  expect(await exists(path.join(dataDir, 'gateway.lock'))).toBe(false);
});

test('a data_dir below a folder only its owner may enter, with a long, odd path', async () => {
  const closed = path.join(folder, 'closed');
  await mkdir(closed, { mode: 0o700 });
  await chmod(closed, 0o700);
  const catalog = await start({ dataDir: path.join(closed, `it's a "folder" ${'x'.repeat(120)}`, '.tributary') });
  await catalog.ensureRole({ name: 'ana', admin: false, sources: [] });
  const session = await Session.open(catalog, 'ana');
  expect(await session.value('SELECT 1')).toBe('1');
  session.connection.destroy();
});

test('a temporary folder longer than a socket path may be', async () => {
  const long = path.join(folder, 'y'.repeat(120));
  await mkdir(long, { mode: 0o777 });
  await stop(await start({ temporaryFolder: long }));
  expect(await readdir(long)).toEqual([]);
});

test('by loopback: sessions need the derived password, and have it', async () => {
  const catalog = await start({ loopback: true });
  await catalog.refresh(shop, listing([customers], []));
  await catalog.ensureRole({ name: 'ana', admin: false, sources: ['shop'] });
  const session = await Session.open(catalog, 'ana');
  expect(await session.outcome('SELECT * FROM customers')).toBe('55000');
  session.connection.destroy();
});

test('an existing PostgreSQL 18 by URL, with SCRAM', async () => {
  const server = await startTestPostgres();
  try {
    const admin = await start({ url: server.url });
    await admin.runSetup(`ALTER ROLE postgres PASSWORD 'p%:@ss'`);
    await stop(admin);
    await writeFile(path.join(server.dataDir, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
    process.kill(server.pid, 'SIGHUP');
    const url = server.url.replace('postgres@', `postgres:${encodeURIComponent('p%:@ss')}@`);
    const catalog = await start({ url });
    await catalog.refresh(shop, listing([customers], []));
    await catalog.ensureRole({ name: 'ana', admin: false, sources: ['shop'] });
    const session = await Session.open(catalog, 'ana');
    expect(await session.outcome('SELECT * FROM customers')).toBe('55000');
    session.connection.destroy();
    await stop(catalog);
    await expect(start({ url: url.replace('p%25', 'wrong') })).rejects.toMatchObject({ fields: { code: '28P01' } });
    await expect(start({ url: `postgres://x@127.0.0.1:1/none` })).rejects.toMatchObject({ fields: { code: '08006' } });
  } finally {
    for (const catalog of running) await stop(catalog);
    await server.stop();
  }
});

test('nothing anyone says is written to a log', async () => {
  const dataDir = path.join(folder, 'data');
  const catalog = await start({ dataDir });
  await catalog.refresh(shop, listing());
  await catalog.ensureRole({ name: 'boss', admin: true, sources: ['shop'] });
  const session = await Session.open(catalog, 'boss');
  for (const sql of [
    `SELECT * FROM shop.customers WHERE email = 'Zaubernuss'`,
    `SELECT 'Zaubernuss'::int`,
    `SELECT 1/0, 'Zaubernuss'`,
    `CREATE ROLE other PASSWORD 'Zaubernuss'`,
    'SET log_statement = all',
    'SET log_min_messages = debug5',
    `SET log_min_error_statement = debug5`,
    'SET debug_print_parse = on; SET debug_print_plan = on; SET debug_print_raw_parse = on',
    `SELECT 'Zaubernuss'`,
    `SELECT pg_sleep(0), 'Zaubernuss' FROM nowhere`,
  ]) {
    await session.query(sql);
  }
  session.connection.destroy();
  await stop(catalog);
  expect(JSON.stringify(entries)).not.toContain('Zaubernuss');
  const log = await readdir(path.join(dataDir, 'postgres', 'log')).catch(() => []);
  expect(log).toEqual([]);
});
