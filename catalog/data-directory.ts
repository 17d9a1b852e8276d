/**
 * The folder an embedded catalog server lives in, from before its start until after its end:
 *
 *     gateway.lock      which gateway uses it (pid and start of that process)
 *     postmaster.json   which server runs on it, so that one orphaned by a killed gateway is found and ended
 *     postgres/         PostgreSQL's own data directory
 *
 * Invariants: at most one live gateway holds the lock; a process is only ever ended when pid, start time and data directory
 * all match what was written down.
 */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, readFile, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { exists, isErrno, isReachable, makePrivateFolder } from './postgres-binaries.ts';
import type { ServerAccount } from './postgres-binaries.ts';
import { isCluster } from './postgres-process.ts';
import { identify, processIdentity, stillRuns, workingDirectory } from './process-identity.ts';

const postmasterRecord = processIdentity.extend({ dataDir: z.string(), runtime: z.string() });

export class DataDirectory {
  readonly folder: string;
  /** PGDATA. */
  readonly cluster: string;
  /** Removed when released. */
  readonly temporary: boolean;
  private readonly lockFile: string;
  private readonly recordFile: string;
  private readonly lockText: string;

  private constructor(folder: string, temporary: boolean, lockText: string) {
    this.folder = folder;
    this.temporary = temporary;
    this.cluster = path.join(folder, 'postgres');
    this.lockFile = path.join(folder, 'gateway.lock');
    this.recordFile = path.join(folder, 'postmaster.json');
    this.lockText = lockText;
  }

  /** Creates the folder when needed and locks it; undefined: a temporary one. Throws when another gateway has it. */
  static async acquire(configured: string | undefined, temporaryFolder: string): Promise<DataDirectory> {
    const wanted = configured === undefined ? await mkdtemp(path.join(temporaryFolder, 'tributary-')) : path.resolve(configured);
    await makePrivateFolder(wanted);
    const ourselves = await identify(process.pid);
    const directory = new DataDirectory(
      await realpath(wanted),
      configured === undefined,
      JSON.stringify({ ...ourselves, nonce: Math.random() }),
    );
    await directory.lock();
    return directory;
  }

  private async lock(): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        await writeFile(this.lockFile, this.lockText, { flag: 'wx', mode: 0o600 });
        return;
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error;
      }
      const holder = await readIfPresent(this.lockFile);
      const parsed = holder === undefined ? undefined : processIdentity.safeParse(jsonOrUndefined(holder)).data;
      if (parsed && (await stillRuns(parsed))) {
        throw new Error(`data_dir ${this.folder} is in use by another gateway (process ${parsed.pid})`);
      }
      if (holder !== undefined) await this.removeStaleLock(holder);
    }
    throw new Error(`data_dir ${this.folder}: could not take ${this.lockFile}`);
  }

  /** Two gateways may find the same stale lock: what was moved away must be what was read, or it was the other's new one. */
  private async removeStaleLock(expected: string): Promise<void> {
    const aside = `${this.lockFile}.${process.pid}`;
    try {
      await rename(this.lockFile, aside);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return;
      throw error;
    }
    if ((await readIfPresent(aside)) === expected) await rm(aside, { force: true });
    else await rename(aside, this.lockFile);
  }

  /** Gives up the lock; a temporary folder goes. */
  async release(): Promise<void> {
    if (this.temporary) await rm(this.folder, { recursive: true, force: true });
    else if ((await readIfPresent(this.lockFile)) === this.lockText) await rm(this.lockFile, { force: true });
  }

  /** Who owns the cluster already: the account it has to be run under again. */
  async ownerUid(): Promise<number | undefined> {
    return (await isCluster(this.cluster)) ? (await stat(this.cluster)).uid : undefined;
  }

  /**
   * Lets another account reach its cluster. The folder itself stays ours, so that a server gone bad cannot make us write
   * through links it planted; Linux reaches the cluster as a working directory (postgres-process.ts).
   */
  async openTo(account: ServerAccount | undefined): Promise<void> {
    if (account && process.platform !== 'linux') await chmod(this.folder, 0o711);
  }

  /** What the server's trust rests on where there is no private socket: 32 random bytes, made once. */
  async secret(): Promise<Buffer> {
    const file = path.join(this.folder, 'secret');
    if (!(await exists(file))) await writeFile(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
    return Buffer.from(await readFile(file, 'utf8'), 'base64');
  }

  /** Refuses a cluster of another major version. */
  async checkVersion(major: string): Promise<void> {
    const found = (await readFile(path.join(this.cluster, 'PG_VERSION'), 'utf8')).trim();
    if (found !== major) {
      throw new Error(
        `data_dir ${this.folder} was written by PostgreSQL ${found}, and this gateway brings PostgreSQL ${major}, which cannot read it: ` +
          `move the folder away, start again, and replay the DDL you keep in catalog.setup`,
      );
    }
  }

  /** `runtime`: its RuntimeFolder. */
  async recordPostmaster(pid: number, runtime: string): Promise<void> {
    const identity = await identify(pid);
    if (identity)
      await writeFile(this.recordFile, JSON.stringify({ ...identity, dataDir: this.cluster, runtime }), { mode: 0o600 });
  }

  async forgetPostmaster(): Promise<void> {
    await rm(this.recordFile, { force: true });
  }

  /**
   * A killed server leaves `postmaster.pid`; when its pid means another process by now, PostgreSQL would take that for
   * itself and refuse to start. Removed only when no process works in the cluster any more.
   */
  async removeStalePidFile(): Promise<void> {
    const file = path.join(this.cluster, 'postmaster.pid');
    const text = await readIfPresent(file);
    if (text === undefined || process.platform !== 'linux') return;
    const workers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const folders = await Promise.all(workers.map((pid) => workingDirectory(Number(pid))));
    if (!folders.includes(this.cluster)) await rm(file, { force: true });
  }

  /** Ends the server that a killed gateway left running here. Returns its pid, if there was one. */
  async reapOrphan(): Promise<number | undefined> {
    const text = await readIfPresent(this.recordFile);
    const record = text === undefined ? undefined : postmasterRecord.safeParse(jsonOrUndefined(text)).data;
    if (!record || record.dataDir !== this.cluster) return undefined;
    const stillThere = (await stillRuns(record)) && [undefined, this.cluster].includes(await workingDirectory(record.pid));
    if (stillThere) await endProcess(record);
    if (path.basename(record.runtime).startsWith('tributary-')) await rm(record.runtime, { recursive: true, force: true });
    await this.forgetPostmaster();
    return stillThere ? record.pid : undefined;
  }
}

async function endProcess(record: z.infer<typeof postmasterRecord>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(record.pid, signal);
    for (let waitedMs = 0; waitedMs < 3_000; waitedMs += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (!(await stillRuns(record))) return;
    }
  }
  throw new Error(`the orphaned PostgreSQL ${record.pid} on ${record.dataDir} does not end`);
}

/** Where a running server meets us: `folder` is written by us alone, `socket` is entered by its account (and us) alone. */
export interface RuntimeFolder {
  readonly folder: string;
  /** Undefined: there is no place for one. */
  readonly socket: string | undefined;
}

/** What fits the 107 bytes (macOS: 103) that a Unix socket's address can hold. */
const SOCKET_PATH_MAX_BYTES = 103;

/** A new folder outside the data directory, reachable for the server's account, preferably with a socket. The caller removes it. */
export async function makeRuntimeFolder(
  account: ServerAccount | undefined,
  temporaryFolder: string,
  wantSocket: boolean,
): Promise<RuntimeFolder> {
  const bases = new Set([temporaryFolder, ...(process.platform === 'win32' ? [] : ['/tmp', '/dev/shm', '/var/tmp'])]);
  const canHaveSocket = wantSocket && process.platform !== 'win32';
  for (const socketWanted of canHaveSocket ? [true, false] : [false]) {
    for (const base of bases) {
      const length = Buffer.byteLength(path.join(base, 'tributary-XXXXXX', 's', '.s.PGSQL.5432'));
      if (socketWanted && length > SOCKET_PATH_MAX_BYTES) continue;
      if (!(await exists(base)) || !(await isReachable(base, account))) continue;
      try {
        return await runtimeFolderIn(base, socketWanted, account);
      } catch (error) {
        if (!isErrno(error, 'EROFS', 'EACCES', 'EPERM', 'ENOSPC')) throw error;
      }
    }
  }
  throw new Error(`no temporary folder to be found that can be written, in ${[...bases].join(', ')}`);
}

async function runtimeFolderIn(base: string, withSocket: boolean, account: ServerAccount | undefined): Promise<RuntimeFolder> {
  const folder = await mkdtemp(path.join(base, 'tributary-'));
  if (account) await chmod(folder, 0o755);
  if (!withSocket) return { folder, socket: undefined };
  const socket = path.join(folder, 's');
  await makePrivateFolder(socket);
  if (account) await chown(socket, account.uid, account.gid);
  return { folder, socket };
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A half-written record of a killed gateway is no record. */
function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
