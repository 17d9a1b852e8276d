/**
 * A PostgreSQL source as a site: what it holds, what it evaluates exactly, and transactions that run fragments on it. Made
 * once per configured source by main; everything it does is reading.
 */
import pg from 'pg';
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { SiteCosts } from '../../algebra/site-costs.ts';
import type {
  BeginOptions,
  Capabilities,
  CollectedStatistics,
  Site,
  SiteTransaction,
  SourceSchema,
  StatisticsRequest,
  Verdict,
} from '../../algebra/site.ts';
import type { Datum } from '../../core/datum.ts';
import { queryCanceled, sourceError, sourceUnavailable, SqlError } from '../../core/sql-error.ts';
import { PostgresCapabilities } from './capabilities.ts';
import { isSpelled, spelledArray } from './case-spellings.ts';
import { connectReason, ConnectionPool } from './connection-pool.ts';
import { POSTGRES_COSTS } from './costs.ts';
import { describeSource } from './describe.ts';
import { measureLink } from './measure-link.ts';
import { PostgresTransaction } from './postgres-transaction.ts';
import type { RemoteConnection } from './remote-connection.ts';
import { SourceWriter } from './source-writer.ts';
import type { ShippedSql } from './shipped-writer.ts';
import { loadServerInfo } from './server-info.ts';
import { isMadeOfRows } from './object-numbers.ts';
import type { ServerInfo } from './server-info.ts';
import { CONNECTION_SETUP } from './session-settings.ts';
import { readStatistics } from './statistics.ts';

export interface PostgresSiteConfig {
  readonly name: string;
  /** `postgres://user@host:port/database?sslmode=…` */
  readonly url: string;
  readonly password?: string | undefined;
  readonly defaultSchema?: string | undefined;
  readonly pool?: {
    readonly max?: number | undefined;
    readonly waitTimeoutMs?: number | undefined;
    readonly idleTimeoutMs?: number | undefined;
  };
}

const POOL_MAX = 8;
const WAIT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;

const NOT_SEEN: Verdict = { verdict: 'no', reason: 'the source has not been reached yet' };
const NOTHING: Capabilities = { scalar: () => NOT_SEEN, aggregate: () => NOT_SEEN, operator: () => NOT_SEEN };

export const createPostgresSite = (config: PostgresSiteConfig): Site => new PostgresSite(config);

class PostgresSite implements Site {
  readonly name: string;
  readonly type = 'postgres';
  costs: SiteCosts = POSTGRES_COSTS;
  readonly defaultSchema: string;
  private readonly clientConfig: pg.ClientConfig;
  private readonly pool: ConnectionPool;
  private info: ServerInfo | undefined;
  private known: Capabilities = NOTHING;
  private whole: Capabilities = NOTHING;
  private written = new WeakMap<Rel, ShippedSql>();

  constructor(config: PostgresSiteConfig) {
    this.name = config.name;
    this.defaultSchema = config.defaultSchema ?? 'public';
    this.clientConfig = {
      connectionString: withPassword(config.url, config.password),
      application_name: 'tributary',
      // The URL alone says whether to encrypt: `pg` would take PGSSLMODE and PGSSLNEGOTIATION from our environment.
      ssl: false,
      sslnegotiation: 'postgres',
    };
    this.pool = new ConnectionPool({
      source: config.name,
      clientConfig: this.clientConfig,
      max: config.pool?.max ?? POOL_MAX,
      waitTimeoutMs: config.pool?.waitTimeoutMs ?? WAIT_TIMEOUT_MS,
      idleTimeoutMs: config.pool?.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    });
  }

  get capabilities(): Capabilities {
    return this.known;
  }

  get wholeStatements(): Capabilities {
    return this.whole;
  }

  describe(signal: AbortSignal): Promise<SourceSchema> {
    return this.withClient(signal, async (client) => {
      await this.learn(client);
      return describeSource(client);
    });
  }

  async *statistics(tables: readonly StatisticsRequest[], signal: AbortSignal): AsyncGenerator<CollectedStatistics> {
    yield* await this.withClient(signal, async (client) => {
      this.costs = { ...POSTGRES_COSTS, link: await measureLink(client) };
      return await readStatistics(client, tables);
    });
  }

  async begin(options: BeginOptions): Promise<SiteTransaction> {
    if (this.info === undefined) await this.withClient(options.signal, (client) => this.learn(client));
    const started = Date.now();
    const connections = await this.pool.acquire(Math.max(1, options.fragments), options.signal);
    const release = (connection: RemoteConnection): void => this.pool.release(connection);
    const write = (fragment: Rel, params: readonly Datum[]): ShippedSql => {
      const written = this.write(fragment);
      return hasFewSpellings(written, params) ? written : this.newWriter(false).statement(fragment);
    };
    const context = { source: this.name, begin: options, write, release, waitedMs: Date.now() - started };
    try {
      return await PostgresTransaction.begin(context, connections);
    } catch (error) {
      connections.forEach(release);
      throw error;
    }
  }

  sql(fragment: Rel): string {
    return this.write(fragment).text;
  }

  /** Our own encoder gives the same bytes, save for arrays of enums: they carry the source's OID of the enum. */
  canRelay(columns: readonly RelColumn[]): boolean {
    return !columns.some(({ type }) => isMadeOfRows(type) || type.element?.kind === 'enum');
  }

  close(): Promise<void> {
    this.pool.close();
    return Promise.resolve();
  }

  /** A prepared statement runs the same fragment again and again: it is written once. */
  private write(fragment: Rel): ShippedSql {
    let written = this.written.get(fragment);
    if (written === undefined) {
      written = this.newWriter().statement(fragment);
      this.written.set(fragment, written);
    }
    return written;
  }

  private newWriter(spellsParameters = true): SourceWriter {
    return new SourceWriter({ site: this.name, defaultSchema: this.defaultSchema }, this.info, spellsParameters);
  }

  private async learn(client: pg.Client): Promise<void> {
    this.info = await loadServerInfo(client);
    this.written = new WeakMap();
    const names = { site: this.name, defaultSchema: this.defaultSchema };
    this.known = new PostgresCapabilities(names, this.info);
    this.whole = new PostgresCapabilities(names, this.info, true);
  }

  /** A connection of `pg`'s own for metadata. */
  private async withClient<T>(signal: AbortSignal, use: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionTimeoutMillis: WAIT_TIMEOUT_MS, ...this.clientConfig });
    let failure: unknown;
    client.on('error', (error) => {
      failure = error;
    });
    const onAbort = (): void =>
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      await client.connect();
      await client.query(CONNECTION_SETUP);
      return await use(client);
    } catch (error) {
      if (signal.aborted) throw signal.reason instanceof SqlError ? signal.reason : queryCanceled('user request');
      throw failureOf(this.name, failure ?? error);
    } finally {
      signal.removeEventListener('abort', onAbort);
      await Promise.allSettled([client.end()]);
    }
  }
}

/** What the source itself answers keeps its code; all else means that it was not reached. */
function failureOf(source: string, error: unknown): SqlError {
  const isAnswer = error instanceof pg.DatabaseError && error.severity !== 'FATAL';
  return isAnswer ? sourceError(source, error.code ?? 'XX000', error.message) : sourceUnavailable(source, connectReason(error));
}

/** Whether the values can be bound to what was written for any. */
const hasFewSpellings = ({ parameters }: ShippedSql, params: readonly Datum[]): boolean =>
  parameters.every((param) => !isSpelled(param) || spelledArray(params[param.index - 1]!, param.spellings) !== undefined);

/** `pg` takes the password of a URL before any other. */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const parsed = new URL(url);
  parsed.password = encodeURIComponent(password);
  return parsed.href;
}
