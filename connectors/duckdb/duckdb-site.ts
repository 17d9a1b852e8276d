/**
 * A DuckDB source: a database file, read only, and Parquet, CSV or JSON files as tables. Opened when first needed, so a
 * file that is missing, locked or damaged fails only the queries that want it, and is picked up once it is right.
 */
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FileFunctions } from '../../algebra/file-functions.ts';
import type { Rel } from '../../algebra/rel.ts';
import type {
  BeginOptions,
  CollectedStatistics,
  Site,
  SiteTransaction,
  SourceSchema,
  StatisticsProblem,
  StatisticsRequest,
} from '../../algebra/site.ts';
import { queryCanceled } from '../../core/sql-error.ts';
import { withinStack } from '../sql/fragment-shapes.ts';
import { DuckDBCapabilities } from './capabilities.ts';
import { DUCKDB_COSTS } from './costs.ts';
import { DatabaseHandle } from './database.ts';
import type { Lease } from './database.ts';
import { DEFAULT_SCHEMA, describeDatabase } from './describe.ts';
import type { KnownRelations } from './describe.ts';
import { DuckDBTransaction } from './duckdb-transaction.ts';
import type { Logger } from './duckdb-transaction.ts';
import { DuckDBWriter } from './duckdb-writer.ts';
import { fragmentError, openError } from './errors.ts';
import { FILE_FUNCTIONS, isUrl } from './file-functions.ts';
import { fileTable } from './file-tables.ts';
import type { FileTable } from './file-tables.ts';
import { OpenCalls } from './open-calls.ts';
import { interruptible } from './result-stream.ts';
import { sampleTable, type SampledDatabase } from './statistics.ts';

export interface DuckDBSiteConfig {
  readonly name: string;
  /** The database file, relative to baseDir; none: only `tables`. */
  readonly path?: string | undefined;
  readonly readOnly?: boolean | undefined;
  /** Files as tables: name → path or glob, relative to baseDir. */
  readonly tables?: Readonly<Record<string, string>> | undefined;
  /** Folders and files that read_parquet(), read_csv() and read_json() may read; none: there are no such functions. */
  readonly allowPaths?: readonly string[] | undefined;
  readonly baseDir: string;
  /** As DuckDB spells it: "1GB". */
  readonly memoryLimit?: string | undefined;
  readonly threads?: number | undefined;
  readonly logger?: Logger | undefined;
}

/** Counting and sampling one table; a slow one shall not keep the others from theirs. */
const SAMPLING_TIMEOUT_MS = 10_000;

/** Raises 22023 for a file table whose format cannot be told; touches no file. */
export const createDuckDBSite = (config: DuckDBSiteConfig): Site => new DuckDBSite(config);

class DuckDBSite implements Site {
  readonly name: string;
  readonly type = 'duckdb';
  readonly costs = DUCKDB_COSTS;
  readonly defaultSchema = DEFAULT_SCHEMA;
  capabilities = new DuckDBCapabilities(new Map());
  private known: KnownRelations | undefined;
  readonly files: FileFunctions | undefined;
  private readonly tables: readonly FileTable[];
  private readonly calls: OpenCalls | undefined;
  private readonly database: DatabaseHandle;
  private readonly logger: Logger | undefined;

  constructor(config: DuckDBSiteConfig) {
    this.name = config.name;
    const allowPaths = (config.allowPaths ?? []).map((allowed) =>
      isUrl(allowed) ? allowed : path.resolve(config.baseDir, allowed),
    );
    this.logger = config.logger;
    this.tables = Object.entries(config.tables ?? {}).map(([name, file]) => fileTable(name, file, config.baseDir));
    this.database = new DatabaseHandle({
      path: config.path === undefined ? undefined : path.resolve(config.baseDir, config.path),
      readOnly: config.readOnly ?? true,
      memoryLimit: config.memoryLimit,
      threads: config.threads,
      tables: this.tables,
      allowPaths,
    });
    this.calls = allowPaths.length === 0 ? undefined : new OpenCalls(config.name, allowPaths);
    this.files = this.calls && {
      open: (call, signal) => this.withConnection(signal, (connection) => this.calls!.open(connection, call)),
      hasChanged: (table, signal) => this.withConnection(signal, (connection) => this.calls!.hasChanged(connection, table)),
    };
  }

  private async withConnection<T>(signal: AbortSignal, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const lease = await this.lease(false);
    try {
      return await this.onConnection(lease, signal, (connection) =>
        work(connection).catch((error: unknown) => {
          throw fragmentError(this.name, error);
        }),
      );
    } finally {
      lease.end();
    }
  }

  async describe(signal: AbortSignal): Promise<SourceSchema> {
    const lease = await this.lease(true);
    try {
      return await this.describeNow(lease, signal);
    } finally {
      lease.end();
    }
  }

  private async describeNow(lease: Lease, signal: AbortSignal): Promise<SourceSchema> {
    const { schema, known } = await this.onConnection(lease, signal, async (connection) =>
      describeDatabase(connection, [...this.tables, ...((await this.calls?.tables(connection)) ?? [])]),
    );
    this.known = known;
    this.capabilities = new DuckDBCapabilities(known);
    return { ...schema, functions: this.calls ? FILE_FUNCTIONS : [] };
  }

  async *statistics(
    tables: readonly StatisticsRequest[],
    signal: AbortSignal,
  ): AsyncGenerator<CollectedStatistics | StatisticsProblem> {
    const lease = await this.lease(false);
    try {
      if (this.known === undefined) await this.describeNow(lease, signal);
      const context = {
        known: this.known!,
        files: [...this.tables, ...(this.calls?.known ?? [])],
        databaseVersion: lease.identity,
      };
      for (const table of tables) {
        const found = await this.sample(lease, context, table, signal);
        if (found) yield found;
      }
    } finally {
      lease.end();
    }
  }

  private async sample(
    lease: Lease,
    database: SampledDatabase,
    table: StatisticsRequest,
    signal: AbortSignal,
  ): Promise<CollectedStatistics | StatisticsProblem | undefined> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(SAMPLING_TIMEOUT_MS)]);
    try {
      return await this.onConnection(lease, limited, (connection) => sampleTable(connection, database, table, limited));
    } catch (error) {
      if (signal.aborted || !limited.aborted) throw error;
      const { schema, name } = table;
      return { schema, name, problem: `not sampled within ${SAMPLING_TIMEOUT_MS} ms` };
    }
  }

  private async onConnection<T>(
    lease: Lease,
    signal: AbortSignal,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    const pooled = await lease.connect();
    let done = false;
    try {
      const result = await interruptible(work(pooled.connection), signal, () => pooled.connection.interrupt());
      done = true;
      return result;
    } catch (error) {
      throw signal.aborted ? queryCanceled('user request') : openError(this.name, error);
    } finally {
      lease.giveBack(pooled, done);
    }
  }

  async begin(options: BeginOptions): Promise<SiteTransaction> {
    if (options.signal.aborted) throw queryCanceled('user request');
    const lease = await this.lease(false);
    try {
      if (this.known === undefined) await this.describeNow(lease, options.signal);
      const context = { source: this.name, lease, known: this.known!, capabilities: this.capabilities, log: this.logger };
      return new DuckDBTransaction(context, options);
    } catch (error) {
      lease.end();
      throw error;
    }
  }

  private async lease(fresh: boolean): Promise<Lease> {
    try {
      return await this.database.lease(fresh);
    } catch (error) {
      throw openError(this.name, error);
    }
  }

  sql(fragment: Rel): string {
    const writer = new DuckDBWriter(this.known ?? new Map(), this.capabilities.finder, undefined);
    return withinStack(() => writer.statement(fragment)).text;
  }

  canRelay(): boolean {
    return false;
  }

  close(): Promise<void> {
    this.database.close();
    return Promise.resolve();
  }
}
