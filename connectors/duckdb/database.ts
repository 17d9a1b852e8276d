/**
 * DuckDB databases opened by this process: one instance a file, shared by the sources that name it, opened when first
 * needed, opened anew when the file has been replaced. Nothing here writes: sources are read-only, and inside the process
 * nobody else has the file, so what a lease sees does not change while it is held.
 */
import { stat } from 'node:fs/promises';
import { realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { assert } from '../../core/assert.ts';
import { allowedRoots } from './file-functions.ts';
import { allowance, stringLiteral } from './file-tables.ts';
import type { FileTable } from './file-tables.ts';

export interface DatabaseOptions {
  /** Absolute; undefined: in memory, for files as tables. */
  readonly path: string | undefined;
  readonly readOnly: boolean;
  readonly memoryLimit: string | undefined;
  readonly threads: number | undefined;
  readonly tables: readonly FileTable[];
  /** What calls of read_parquet() and its like may read. */
  readonly allowPaths: readonly string[];
}

/** A connection and what its session is set to. */
export interface PooledConnection {
  readonly connection: DuckDBConnection;
  timeZone: string | undefined;
}

const IDLE_CONNECTIONS_MAX = 16;

/** One opened instance. */
class OpenDatabase {
  readonly instance: DuckDBInstance;
  /** Inode, size and time of the file as it was opened. */
  readonly identity: string;
  private readonly idle: PooledConnection[] = [];
  private leases = 0;
  private retired = false;
  private closed = false;
  constructor(instance: DuckDBInstance, identity: string) {
    this.instance = instance;
    this.identity = identity;
  }

  lease(): Lease {
    assert(!this.closed, 'a lease of a closed database');
    this.leases++;
    return new Lease(this);
  }
  release(): void {
    this.leases--;
    this.closeIfUnused();
  }
  /** No new leases; closed with the last one. */
  retire(): void {
    this.retired = true;
    this.closeIfUnused();
  }
  private closeIfUnused(): void {
    if (!this.retired || this.leases > 0 || this.closed) return;
    this.closed = true;
    for (const { connection } of this.idle.splice(0)) connection.disconnectSync();
    this.instance.closeSync();
  }

  async connect(): Promise<PooledConnection> {
    return this.idle.pop() ?? { connection: await this.instance.connect(), timeZone: undefined };
  }
  giveBack(connection: PooledConnection, reusable: boolean): void {
    if (reusable && !this.closed && this.idle.length < IDLE_CONNECTIONS_MAX) this.idle.push(connection);
    else connection.connection.disconnectSync();
  }
}

/** The right to use a database; ended exactly once, after every connection is back. */
export class Lease {
  private readonly database: OpenDatabase;
  private ended = false;
  constructor(database: OpenDatabase) {
    this.database = database;
  }
  /** Changes with the file. */
  get identity(): string {
    return this.database.identity;
  }
  connect(): Promise<PooledConnection> {
    return this.database.connect();
  }
  giveBack(connection: PooledConnection, reusable: boolean): void {
    this.database.giveBack(connection, reusable);
  }
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.database.release();
  }
}

/** A file (or memory) as the sources that share it see it. */
class SharedDatabase {
  readonly users = new Map<object, DatabaseOptions>();
  private open: OpenDatabase | undefined;
  private opening: Promise<OpenDatabase> | undefined;

  /** Opens it when it is not, or (`fresh`) when its file is no longer the one that was opened. */
  async lease(fresh: boolean): Promise<Lease> {
    if (this.opening) return (await this.opening).lease();
    if (this.open && (!fresh || (await this.identity()) === this.open.identity)) return this.open.lease();
    this.opening ??= this.openNow();
    try {
      return (await this.opening).lease();
    } finally {
      this.opening = undefined;
      // Closed by its last user while it was being opened.
      if (this.users.size === 0) this.reset();
    }
  }

  private async openNow(): Promise<OpenDatabase> {
    const identity = await this.identity();
    // DuckDB locks per process and file: the old instance goes first, or when its last query ends.
    this.reset();
    const [options] = this.users.values();
    assert(options, 'a database without users');
    const instance = await DuckDBInstance.create(options.path ?? ':memory:', settings(options));
    try {
      await chooseOptimizers(instance);
      const users = [...this.users.values()];
      await restrict(
        instance,
        users.flatMap((user) => user.tables),
        await allowedRoots(users.flatMap((user) => user.allowPaths)),
      );
    } catch (error) {
      instance.closeSync();
      throw error;
    }
    this.open = new OpenDatabase(instance, identity);
    return this.open;
  }

  private async identity(): Promise<string> {
    const [options] = this.users.values();
    if (!options?.path) return '';
    const file = await stat(options.path);
    return `${file.dev}:${file.ino}:${file.size}:${file.mtimeMs}`;
  }

  /** The next lease opens anew. */
  reset(): void {
    this.open?.retire();
    this.open = undefined;
  }
}

function settings(options: DatabaseOptions): Record<string, string> {
  return {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: path.join(os.tmpdir(), `tributary-duckdb-${process.pid}`),
    // Every order that matters is written as ORDER BY; a plain scan may come in any.
    preserve_insertion_order: 'false',
    ...(options.path !== undefined && options.readOnly ? { access_mode: 'READ_ONLY' } : {}),
    ...(options.memoryLimit ? { memory_limit: options.memoryLimit } : {}),
    ...(options.threads ? { threads: String(options.threads) } : {}),
  };
}

/**
 * Of some joins DuckDB 1.5.6 cannot plan the first rows of each group with the first, an internal error; with the second
 * a join's keys spare rows of its other side a condition that raises for them.
 */
const UNWANTED_OPTIMIZERS: readonly string[] = ['top_n_window_elimination', 'join_filter_pushdown'];

/**
 * Joins run in the order that they are written in: the planner chose it by most common values and histograms, of which
 * DuckDB has none. Within a view nobody has ordered them: where one joins, DuckDB orders all joins itself.
 */
async function chooseOptimizers(instance: DuckDBInstance): Promise<void> {
  const connection = await instance.connect();
  try {
    const joining = await connection.runAndReadAll(JOINING_VIEW);
    const disabled = [...UNWANTED_OPTIMIZERS, ...(joining.currentRowCount === 0 ? ['join_order'] : [])];
    await connection.run(`SET GLOBAL disabled_optimizers = '${disabled.join()}'`);
  } finally {
    connection.disconnectSync();
  }
}

/** A view whose parse tree has a join, or whose definition cannot be told from its columns' names. */
const JOINING_VIEW = `
  SELECT tree FROM (SELECT json_serialize_sql(regexp_replace(sql, '^CREATE VIEW .*? AS ', ''))::VARCHAR AS tree
                 FROM duckdb_views() WHERE NOT internal)
   WHERE contains(tree, '"type":"JOIN"') OR contains(tree, '"error":true') LIMIT 1`;

/** From here on the instance reads the configured files and nothing else; that cannot be undone. */
async function restrict(instance: DuckDBInstance, tables: readonly FileTable[], roots: readonly string[]): Promise<void> {
  const allowances = tables.map(allowance);
  const paths = allowances.flatMap((allowed) => ('path' in allowed ? [stringLiteral(allowed.path)] : []));
  const directories = allowances.flatMap((allowed) => ('directory' in allowed ? [stringLiteral(allowed.directory)] : []));
  // One of them may be a file as well as a folder.
  paths.push(...roots.map(stringLiteral));
  directories.push(...roots.map((root) => stringLiteral(root.endsWith('/') ? root : `${root}/`)));
  const connection = await instance.connect();
  try {
    if (paths.length > 0) await connection.run(`SET allowed_paths = [${paths.join(', ')}]`);
    if (directories.length > 0) await connection.run(`SET allowed_directories = [${directories.join(', ')}]`);
    await connection.run('SET enable_external_access = false');
  } finally {
    connection.disconnectSync();
  }
}

const byPath = new Map<string, SharedDatabase>();

/** A source's hold on its database, from creation to close. */
export class DatabaseHandle {
  private readonly shared: SharedDatabase;
  private readonly key: string | undefined;

  constructor(options: DatabaseOptions) {
    this.key = options.path === undefined ? undefined : realPath(options.path);
    const known = this.key === undefined ? undefined : byPath.get(this.key);
    this.shared = known ?? new SharedDatabase();
    this.shared.users.set(this, options);
    if (this.key !== undefined) byPath.set(this.key, this.shared);
    // Files another source has not been allowed yet: the next lease opens with them.
    if (known && options.tables.length + options.allowPaths.length > 0) known.reset();
  }
  /** `fresh`: look whether the file has been replaced. */
  lease(fresh: boolean): Promise<Lease> {
    return this.shared.lease(fresh);
  }
  close(): void {
    this.shared.users.delete(this);
    if (this.shared.users.size > 0) return;
    this.shared.reset();
    if (this.key !== undefined) byPath.delete(this.key);
  }
}

/** The file itself whatever name it goes by; one that is not there yet keeps the name it was given. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return file;
    return path.resolve(file);
  }
}
