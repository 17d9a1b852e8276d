/**
 * The catalog server's process over time: first start (initdb), restart on an existing data directory, restart after a crash
 * while the gateway runs, end. Its address never changes, so a session only has to connect again.
 *
 * Sessions reach it through a Unix socket in a folder of mode 0700, or, where there is none, on loopback with passwords
 * derived from a secret in the data directory.
 */
import { createHmac } from 'node:crypto';
import { chown, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { DataDirectory, makeRuntimeFolder } from './data-directory.ts';
import type { RuntimeFolder } from './data-directory.ts';
import { messageOf } from './log.ts';
import type { CatalogLog } from './log.ts';
import { locatePostgres, unprivilegedAccount } from './postgres-binaries.ts';
import type { PostgresBinaries, ServerAccount } from './postgres-binaries.ts';
import { initializeCluster, isCluster, startPostgres } from './postgres-process.ts';
import type { PostgresAddress, PostgresProcess } from './postgres-process.ts';
import { BOOTSTRAP_ROLE } from './reserved-names.ts';

/** Trees are PostgreSQL's own format and belong to a major version. */
export const POSTGRES_MAJOR = '18';

export interface EmbeddedServerOptions {
  /** Undefined: a temporary folder, removed at the end, and nothing is synced to disk. */
  readonly dataDir: string | undefined;
  /** Default: the system's. */
  readonly temporaryFolder?: string | undefined;
  readonly maxConnections: number;
  /** Loopback with passwords even where a Unix socket is possible. */
  readonly loopback?: boolean | undefined;
  readonly log: CatalogLog;
}

const RESTART_ATTEMPTS = 40;

/**
 * What a session may make the server do is bounded; what anyone says to it is never written to a log. Users cannot change
 * the logging settings (they need a superuser), and LOG messages, which trees are, stay below `fatal`.
 */
const serverSettings = (options: EmbeddedServerOptions): Record<string, string> => ({
  max_connections: String(options.maxConnections),
  superuser_reserved_connections: '5',
  shared_buffers: '32MB',
  work_mem: '2MB',
  maintenance_work_mem: '32MB',
  temp_file_limit: '1GB',
  temp_buffers: '2MB',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_worker_processes: '0',
  io_method: 'sync',
  dynamic_shared_memory_type: process.platform === 'win32' ? 'windows' : 'mmap',
  jit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  max_logical_replication_workers: '0',
  max_prepared_transactions: '0',
  max_locks_per_transaction: '256',
  fsync: options.dataDir === undefined ? 'off' : 'on',
  full_page_writes: options.dataDir === undefined ? 'off' : 'on',
  autovacuum_max_workers: '1',
  restart_after_crash: 'on',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_connections: '',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
});

export class EmbeddedServer {
  readonly address: PostgresAddress;
  /** The key of sessions' passwords; undefined: the private socket is trusted. */
  readonly secret: Buffer | undefined;
  private readonly options: EmbeddedServerOptions;
  private readonly directory: DataDirectory;
  private readonly runtime: RuntimeFolder;
  private readonly binaries: PostgresBinaries;
  private readonly account: ServerAccount | undefined;
  private server: PostgresProcess | undefined;
  /** Settles when the server, which crashed, is back (or cannot be brought back). */
  private restarting: Promise<void> | undefined;
  private stopping = false;

  private constructor(parts: {
    readonly options: EmbeddedServerOptions;
    readonly directory: DataDirectory;
    readonly runtime: RuntimeFolder;
    readonly binaries: PostgresBinaries;
    readonly account: ServerAccount | undefined;
    readonly address: PostgresAddress;
    readonly secret: Buffer | undefined;
  }) {
    this.options = parts.options;
    this.directory = parts.directory;
    this.runtime = parts.runtime;
    this.binaries = parts.binaries;
    this.account = parts.account;
    this.address = parts.address;
    this.secret = parts.secret;
  }

  static async start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const temporaryFolder = options.temporaryFolder ?? os.tmpdir();
    const directory = await DataDirectory.acquire(options.dataDir, temporaryFolder);
    let runtime: RuntimeFolder | undefined;
    try {
      const account = await unprivilegedAccount(await directory.ownerUid());
      const binaries = await locatePostgres(account);
      const orphan = await directory.reapOrphan();
      if (orphan !== undefined)
        options.log({ level: 'warn', message: 'ended the catalog server a killed gateway left behind', postmaster: orphan });
      await directory.openTo(account);
      runtime = await makeRuntimeFolder(account, temporaryFolder, !options.loopback);
      const secret = await directory.secret();
      const address = await chooseAddress(runtime);
      const server = new EmbeddedServer({
        options, directory, runtime, binaries, account, address, secret: runtime.socket === undefined ? secret : undefined,
      }); // prettier-ignore
      if (!(await isCluster(directory.cluster))) await server.initialize(secret);
      await directory.checkVersion(POSTGRES_MAJOR);
      await server.writeAccessRules();
      await directory.removeStalePidFile();
      await server.launch();
      return server;
    } catch (error) {
      if (runtime) await rm(runtime.folder, { recursive: true, force: true });
      await directory.release();
      throw error;
    }
  }

  /** Resolves when the server takes connections: at once, or after a restart that is under way. */
  async ready(): Promise<void> {
    await this.restarting;
  }

  /** The postmaster's process id. */
  get pid(): number {
    return this.server?.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.restarting?.catch(() => undefined); // it was reported when it failed
    await this.server?.stop();
    await this.directory.forgetPostmaster();
    await rm(this.runtime.folder, { recursive: true, force: true });
    await this.directory.release();
  }

  private async initialize(secret: Buffer): Promise<void> {
    const passwordFile = path.join(this.runtime.folder, 'password');
    const password = sessionPassword(secret, BOOTSTRAP_ROLE);
    await writeFile(passwordFile, password, { flag: 'wx', mode: 0o600 });
    try {
      if (this.account) await chown(passwordFile, this.account.uid, this.account.gid);
      await initializeCluster({
        binaries: this.binaries,
        account: this.account,
        dataDir: this.directory.cluster,
        superuser: BOOTSTRAP_ROLE,
        passwordFile,
      });
    } finally {
      await rm(passwordFile, { force: true });
    }
  }

  /** On the socket only we are let in: by its folder's mode, and when the server's account is another, by our name as well. */
  private async writeAccessRules(): Promise<void> {
    const { folder, socket } = this.runtime;
    const us = this.account ? ownName() : undefined;
    const rule =
      socket !== undefined
        ? `local all all ${us === undefined ? 'trust' : 'peer map=gateway'}`
        : 'host all all 127.0.0.1/32 scram-sha-256';
    await writeFile(path.join(folder, 'pg_hba.conf'), `${rule}\n`, { mode: 0o644 });
    await writeFile(path.join(folder, 'pg_ident.conf'), us === undefined ? '' : `gateway "${us}" all\n`, { mode: 0o644 });
  }

  private async launch(): Promise<void> {
    const { log } = this.options;
    // FATAL ends one connection, and its client is told; PANIC ends the server. What explains a line has its level.
    let level: 'debug' | 'warn' = 'warn';
    const levelOf = (line: string): 'debug' | 'warn' => {
      if (!/\] (?:DETAIL|HINT|CONTEXT|STATEMENT): /.test(line)) level = /\] FATAL: /.test(line) ? 'debug' : 'warn';
      return level;
    };
    const server = await startPostgres({
      binaries: this.binaries,
      account: this.account,
      dataDir: this.directory.cluster,
      superuser: BOOTSTRAP_ROLE,
      address: this.address,
      settings: {
        ...serverSettings(this.options),
        hba_file: path.join(this.runtime.folder, 'pg_hba.conf'),
        ident_file: path.join(this.runtime.folder, 'pg_ident.conf'),
      },
      temporaryFolders: [this.runtime?.folder, this.directory.temporary ? this.directory.folder : undefined].filter(
        (f) => f !== undefined,
      ),
      onLog: (line) => log({ level: levelOf(line), message: 'catalog server', line }),
    });
    this.server = server;
    await this.directory.recordPostmaster(server.pid, this.runtime.folder);
    void server.exited.then(() => {
      if (this.stopping) return;
      log({ level: 'error', message: 'the catalog server ended unexpectedly: starting it again' });
      this.restarting = this.relaunch();
      this.restarting.then(
        () => {
          this.restarting = undefined;
          log({ level: 'info', message: 'the catalog server is back' });
        },
        (error: unknown) => log({ level: 'error', message: 'the catalog server does not start', error: String(error) }),
      );
    });
  }

  private async relaunch(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.directory.removeStalePidFile();
        return await this.launch();
      } catch (error) {
        // Its sessions may need a moment to notice, and hold the shared memory until they have.
        if (attempt === RESTART_ATTEMPTS || this.stopping) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.min(50 * attempt, 500)));
      }
    }
  }
}

/** A role's password on a server that cannot trust its socket: known to who knows the secret, the same every time. */
export const sessionPassword = (secret: Buffer, role: string): string =>
  createHmac('sha256', secret).update(`tributary role ${role}`).digest('base64');

async function chooseAddress({ socket }: RuntimeFolder): Promise<PostgresAddress> {
  if (socket !== undefined) return { kind: 'socket', directory: socket, port: 5432 };
  return { kind: 'tcp', host: '127.0.0.1', port: await freePort() };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Undefined for a uid without a passwd entry. */
function ownName(): string | undefined {
  try {
    return os.userInfo().username;
  } catch (error) {
    if (messageOf(error).includes('uv_os_get_passwd')) return undefined;
    throw error;
  }
}
