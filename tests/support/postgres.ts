/**
 * An empty PostgreSQL 18 for tests: loopback TCP on a free port, trust, nothing synced, removed at stop() and when the test
 * process ends in any way. initdb runs once per machine; every server starts from a copy of its result.
 */
import { spawn } from 'node:child_process';
import { chown, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { exists, locatePostgres, unprivilegedAccount } from '../../catalog/postgres-binaries.ts';
import type { PostgresBinaries, ServerAccount } from '../../catalog/postgres-binaries.ts';
import { initializeCluster, startPostgres } from '../../catalog/postgres-process.ts';

export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const superuser = 'postgres';

/** `settings`: further `name: value` of postgresql.conf. */
export async function startTestPostgres(
  options: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TestPostgres> {
  const account = await unprivilegedAccount();
  const binaries = await locatePostgres(account);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-test-'));
  if (account) await chown(folder, account.uid, account.gid);
  const dataDir = path.join(folder, 'data');
  try {
    await copyFolder(await clusterTemplate(binaries, account), dataDir, account);
    const host = '127.0.0.1';
    const server = await onFreePort((port) =>
      startPostgres({
        binaries,
        account,
        dataDir,
        superuser,
        address: { kind: 'tcp', host, port },
        settings: {
          fsync: 'off',
          synchronous_commit: 'off',
          full_page_writes: 'off',
          shared_buffers: '32MB',
          max_connections: '60',
          autovacuum: 'off',
          ...options.settings,
        },
        temporaryFolders: [folder],
      }),
    );
    const { port } = server.address;
    return {
      host,
      port,
      user: superuser,
      database: 'postgres',
      url: `postgres://${superuser}@${host}:${port}/postgres`,
      dataDir,
      pid: server.pid,
      stop: async () => {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Another process may take the port between our asking and PostgreSQL's binding: then another one. */
async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 5 || !String(error).includes('could not bind')) throw error;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Several Jest workers may build it at once; the first rename wins, the others use its result. */
async function clusterTemplate(binaries: PostgresBinaries, account: ServerAccount | undefined): Promise<string> {
  const template = path.join(
    os.tmpdir(),
    `tributary-test-cluster-${binaries.version}-${account?.uid ?? process.geteuid?.() ?? 0}`,
  );
  if (await exists(path.join(template, 'PG_VERSION'))) return template;
  const folder = await mkdtemp(`${template}.`);
  if (account) await chown(folder, account.uid, account.gid);
  const draft = path.join(folder, 'data');
  await initializeCluster({ binaries, account, dataDir: draft, superuser });
  await rename(draft, template).catch(async (error: unknown) => {
    if (!(await exists(path.join(template, 'PG_VERSION')))) throw error;
  });
  await rm(folder, { recursive: true, force: true });
  return template;
}

async function copyFolder(from: string, to: string, account: ServerAccount | undefined): Promise<void> {
  const child = spawn('cp', ['-Rp', from, to], { stdio: 'inherit', ...(account ? { uid: account.uid, gid: account.gid } : {}) });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`could not copy ${from}`);
}
