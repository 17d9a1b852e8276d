/**
 * One PostgreSQL server as a child process: initdb, start, wait until it answers, stop. Used by the catalog server and by
 * tests that need a source.
 *
 * The child never outlives us: it is stopped on request, killed when this process exits, and a watcher (a shell waiting on
 * a pipe that only we hold) kills it when we are killed ourselves. It runs in its own session, so that a terminal's
 * Ctrl-C reaches it through us, in order.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chown, mkdir, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import path from 'node:path';
import { serialize } from 'pg-protocol';
import { exists, isReachable } from './postgres-binaries.ts';
import type { PostgresBinaries, ServerAccount } from './postgres-binaries.ts';

/** A Unix socket `directory/.s.PGSQL.port`, or TCP. */
export type PostgresAddress =
  | { readonly kind: 'socket'; readonly directory: string; readonly port: number }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export interface PostgresOptions {
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | undefined;
  readonly dataDir: string;
  readonly superuser: string;
  readonly address: PostgresAddress;
  /** Passed as `-c name=value`, above the configuration file. */
  readonly settings: Readonly<Record<string, string>>;
  /** Removed by the watcher when we are killed. */
  readonly temporaryFolders?: readonly string[];
  readonly onLog?: (line: string) => void;
  readonly startTimeoutMs?: number;
}

export interface PostgresProcess {
  readonly pid: number;
  readonly address: PostgresAddress;
  /** Settles when the postmaster is gone, for whatever reason. Never rejects. */
  readonly exited: Promise<void>;
  /** Disconnects every session and waits for the end. Idempotent. */
  stop(): Promise<void>;
}

export const socketPath = (address: PostgresAddress & { kind: 'socket' }): string =>
  path.join(address.directory, `.s.PGSQL.${address.port}`);

export function openSocket(address: PostgresAddress): Socket {
  return address.kind === 'socket'
    ? connect(socketPath(address))
    : connect({ host: address.host, port: address.port, noDelay: true });
}

/**
 * A data directory below a folder closed to the server's account (`/root/project/.tributary`) is still open as its working
 * directory, which we set before the account changes, and Linux gives that a name.
 */
async function reachableName(dataDir: string, account: ServerAccount | undefined): Promise<string> {
  if (process.platform !== 'linux' || (await isReachable(dataDir, account))) return dataDir;
  return '/proc/self/cwd';
}

const asAccount = (account: ServerAccount | undefined): { uid?: number; gid?: number } =>
  account ? { uid: account.uid, gid: account.gid } : {};

const serverEnvironment = (): NodeJS.ProcessEnv => ({
  ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
  ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }),
  ...(process.env['LD_LIBRARY_PATH'] === undefined ? {} : { LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] }),
  LC_ALL: 'C',
  TZ: 'UTC',
});

/**
 * Creates an empty cluster at `dataDir`, whole or not at all (it is built next door and renamed). UTF-8, code-point order,
 * trust; bootstrap superuser `superuser`.
 */
export async function initializeCluster(options: {
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | undefined;
  readonly dataDir: string;
  readonly superuser: string;
  /** A file, readable by the account, with the superuser's password. */
  readonly passwordFile?: string;
}): Promise<void> {
  const { binaries, account, dataDir } = options;
  const draft = `${dataDir}.initdb`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (account) await chown(draft, account.uid, account.gid);
  const directory = ['-D', await reachableName(draft, account), '-U', options.superuser];
  const locale = ['-E', 'UTF8', '--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'];
  const password = options.passwordFile === undefined ? [] : [`--pwfile=${options.passwordFile}`];
  const rest = [
    '--auth=trust',
    '--no-sync',
    '--no-instructions',
    '--wal-segsize=1',
    '--set=timezone=UTC',
    '--set=log_timezone=UTC',
  ];
  const child = launch(binaries.launcher.initdb, binaries.initdb, [...directory, ...locale, ...password, ...rest], {
    ...asAccount(account),
    cwd: draft,
    env: serverEnvironment(),
  });
  const output = collectOutput(child);
  const { code, reason } = await ended(child);
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true });
    const how =
      binaries.launcher.initdb.length > 0
        ? ', in a user namespace, since our own user is root or has no entry in /etc/passwd'
        : '';
    throw new Error(`initdb failed${how}: ${reason ?? output().trim()}`);
  }
  await rename(draft, dataDir);
}

function launch(
  launcher: readonly string[],
  program: string,
  args: readonly string[],
  options: {
    readonly uid?: number;
    readonly gid?: number;
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly detached?: boolean;
  },
): ChildProcess {
  const [command, ...before] = [...launcher, program];
  return spawn(command ?? program, [...before, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Rejects, with the server's own words, when it does not come up. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresProcess> {
  const { binaries, account, dataDir, address } = options;
  const listen: Record<string, string> =
    address.kind === 'socket'
      ? { listen_addresses: '', unix_socket_directories: address.directory, unix_socket_permissions: '0700' }
      : { listen_addresses: address.host, unix_socket_directories: '' };
  const settings = Object.entries({ ...listen, ...options.settings, port: String(address.port) });
  const directory = await reachableName(dataDir, account);
  const args = ['-D', directory, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = launch(binaries.launcher.postgres, binaries.postgres, args, {
    ...asAccount(account),
    cwd: dataDir,
    env: {
      ...serverEnvironment(),
      // Sessions go before the postmaster when memory runs out: then PostgreSQL recovers by itself.
      ...(process.platform === 'linux' ? { PG_OOM_ADJUST_FILE: '/proc/self/oom_score_adj', PG_OOM_ADJUST_VALUE: '500' } : {}),
    },
    detached: true,
  });
  const output = collectOutput(child, options.onLog);
  const end = ended(child);
  const server = new RunningPostgres(child, options, end);
  const outcome = await Promise.race([
    end.then(({ reason }) => reason ?? output().trim()),
    untilReady(options, options.startTimeoutMs ?? 60_000, () => server.gone),
  ]);
  if (outcome === 'ready') return server;
  await server.stop();
  throw new Error(`PostgreSQL did not start: ${outcome === 'timeout' ? 'no answer in time' : outcome}`);
}

class RunningPostgres implements PostgresProcess {
  readonly pid: number;
  readonly address: PostgresAddress;
  readonly exited: Promise<void>;
  gone = false;
  private readonly child: ChildProcess;
  private readonly watcher: ChildProcess | undefined;
  private readonly killAtExit = (): void => {
    if (!this.gone) this.child.kill('SIGQUIT');
  };

  constructor(child: ChildProcess, options: PostgresOptions, end: Promise<unknown>) {
    this.child = child;
    this.pid = child.pid ?? 0;
    this.address = options.address;
    this.watcher = child.pid === undefined ? undefined : startWatcher(child.pid, options);
    process.once('exit', this.killAtExit);
    this.exited = end.then(() => {
      this.gone = true;
      process.off('exit', this.killAtExit);
      this.watcher?.kill('SIGKILL');
    });
  }

  async stop(): Promise<void> {
    for (const [signal, patienceMs] of [
      ['SIGINT', 5_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 5_000],
    ] as const) {
      // prettier-ignore
      if (this.gone) break;
      this.child.kill(signal);
      await within(this.exited, patienceMs);
    }
    await this.exited;
  }
}

/**
 * `read` returns when the other end of its standard input closes, that is, when this process is gone. The watcher is killed
 * as soon as the postmaster is, so that it never signals a stranger with a reused pid.
 */
function startWatcher(postmasterPid: number, options: PostgresOptions): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const script = 'read -r _; kill -QUIT "$0"; if [ $# -gt 0 ]; then sleep 1; rm -rf -- "$@"; fi';
  const watcher = spawn('/bin/sh', ['-c', script, String(postmasterPid), ...(options.temporaryFolders ?? [])], {
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', (error) => options.onLog?.(`no watcher for PostgreSQL: ${error.message}`));
  watcher.stdin?.on('error', () => undefined); // it was killed before we closed it: nothing was to be written
  watcher.unref();
  if (watcher.stdin && 'unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return watcher;
}

/** The last 8 KB a child wrote, for the error message should it fail. */
function collectOutput(child: ChildProcess, onLine?: (line: string) => void): () => string {
  let tail = '';
  const take = (chunk: string): void => {
    tail = (tail + chunk).slice(-8192);
    if (onLine) for (const line of chunk.split('\n')) if (line !== '') onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', take);
  return () => tail;
}

function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly reason?: string }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, reason: error.message }));
    child.once('close', (code) => resolve({ code }));
  });
}

async function untilReady(options: PostgresOptions, timeoutMs: number, givenUp: () => boolean): Promise<'ready' | 'timeout'> {
  const deadline = Date.now() + timeoutMs;
  // Each question costs the server a process: one that recovers from a crash is asked less and less often.
  for (let pauseMs = 10; Date.now() < deadline && !givenUp(); pauseMs = Math.min(pauseMs * 1.2, 250)) {
    if (await answers(options)) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return 'timeout';
}

/** Whether a start-up packet is met by anything but "the database system is starting up" (57P03). */
function answers({ address, superuser }: PostgresOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket(address);
    let received = Buffer.alloc(0);
    const settle = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(2_000, () => settle(false));
    socket.on('error', () => settle(false)); // not listening yet: that is the answer
    socket.on('close', () => settle(received.length > 0 && !received.includes('C57P03\0')));
    socket.on('connect', () => socket.write(serialize.startup({ user: superuser, database: 'postgres' })));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.includes('C57P03\0')) settle(false);
      else if (received[0] === 0x52 || received.includes('\0\0', 5)) settle(true);
    });
  });
}

function within(promise: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** True once `initializeCluster` has succeeded there. */
export const isCluster = (dataDir: string): Promise<boolean> => exists(path.join(dataDir, 'PG_VERSION'));
