/**
 * The catalog server as the rest of the gateway sees it: a PostgreSQL that holds an empty mirror of every source's tables,
 * analyses every statement, answers catalog queries and keeps each session's state.
 *
 * Its life: start (embedded, or an existing one by URL) → bootstrap → `refresh` per source → `runSetup` → sessions `connect`
 * → stop. When the embedded server crashes it is started again; sessions see their connection close and connect anew.
 */
import { createHash, createHmac } from 'node:crypto';
import type { CatalogLookup } from '../algebra/catalog-lookup.ts';
import type { SourceSchema } from '../algebra/site.ts';
import { SqlError, sqlError } from '../core/sql-error.ts';
import { AdminConnection } from './admin-connection.ts';
import type { AdminTarget } from './admin-connection.ts';
import { BackendConnection, cancelBackend } from './backend-connection.ts';
import { bootstrap } from './bootstrap.ts';
import { adminTarget, embeddedTarget, urlTarget } from './catalog-target.ts';
import type { CatalogTarget } from './catalog-target.ts';
import { EmbeddedServer, POSTGRES_MAJOR, sessionPassword } from './embedded-server.ts';
import type { CatalogLog } from './log.ts';
import { CachedLookup, sessionLookup } from './lookup.ts';
import { StatisticsStore } from './statistics-store.ts';
import { refreshMirrors } from './mirror/refresh.ts';
import type { RefreshResult } from './mirror/refresh.ts';
import { ALLOW_DO, REFUSE_DO } from './procedural-language.ts';
import { quoteName, quoteText } from './quote.ts';
import { CATALOG_DATABASE, isReservedName, NET_ROLE } from './reserved-names.ts';
import { ensureRole } from './roles.ts';
import type { RoleOptions } from './roles.ts';
import { scramVerifier } from './scram-client.ts';

export interface CatalogOptions {
  /** Embedded server: where it keeps its data; undefined: a temporary folder. Not with `url`. */
  readonly dataDir?: string | undefined;
  /** Where temporary folders are made; default: the system's. */
  readonly temporaryFolder?: string | undefined;
  /** An existing PostgreSQL 18, entered as a superuser. */
  readonly url?: string | undefined;
  /** Embedded server: sessions reach it by loopback with derived passwords, as where there are no Unix sockets. */
  readonly loopback?: boolean | undefined;
  /** Sessions at the same time; the server gets a few more for ourselves. */
  readonly connections: number;
  readonly log: CatalogLog;
}

export interface SessionOptions {
  /** A role made by `ensureRole`, or by an administrator in SQL. */
  readonly user: string;
  /** Start-up values of settings, which RESET returns to. Ours (see `analysisSettings`) win. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface SourceName {
  readonly name: string;
  readonly defaultSchema: string;
}

/** What makes Parse report the rewritten tree. In force on every session's backend, whatever its user sets. */
export const analysisSettings: Readonly<Record<string, string>> = {
  debug_print_rewritten: 'on',
  debug_pretty_print: 'off',
  client_min_messages: 'log',
  client_encoding: 'UTF8',
};

/** SQL of a number that is another one once any user's or our DDL has been committed. */
export const DDL_GENERATION = 'tributary.ddl_generation()';

/** Connections of the net, beside those of sessions. */
export const NET_CONNECTIONS = 8;

/** How to reach the catalog's database as one role. */
export type CatalogLogin = AdminTarget;

const PENDING_RETRY_MS = 500;

export class CatalogServer {
  readonly lookup: CatalogLookup;
  readonly statistics: StatisticsStore;
  private readonly cache: CachedLookup;
  private readonly target: CatalogTarget;
  private readonly embedded: EmbeddedServer | undefined;
  private readonly log: CatalogLog;
  /** Lookups wait for nothing long; DDL has its own connection. */
  private readonly lookupConnection: AdminConnection;
  private readonly ddlConnection: AdminConnection;
  /** DDL of ours runs one after another. */
  private ddlQueue: Promise<unknown> = Promise.resolve();
  private readonly retries = new Map<string, NodeJS.Timeout>();
  private readonly sources = new Map<string, SourceName>();
  private readonly passwords = new Map<string, Promise<string | undefined>>();
  private generation: string | undefined;
  private stopped = false;

  private constructor(target: CatalogTarget, embedded: EmbeddedServer | undefined, log: CatalogLog) {
    this.target = target;
    this.embedded = embedded;
    this.log = log;
    const open = (): AdminConnection =>
      new AdminConnection(adminTarget(target, CATALOG_DATABASE), () => embedded?.ready() ?? Promise.resolve());
    this.lookupConnection = open();
    this.ddlConnection = open();
    this.cache = new CachedLookup(this.lookupConnection);
    this.lookup = this.cache;
    this.statistics = new StatisticsStore(this.lookupConnection, (table) => this.cache.mirror(table.mirrorOid)?.estimatedRows);
  }

  /** Throws when the server cannot be started or entered, or is not PostgreSQL 18. */
  static async start(options: CatalogOptions): Promise<CatalogServer> {
    const { url, dataDir, temporaryFolder, loopback, log } = options;
    const embedded =
      url === undefined
        ? await EmbeddedServer.start({
            dataDir,
            temporaryFolder,
            loopback,
            maxConnections: options.connections + NET_CONNECTIONS + 15,
            log,
          })
        : undefined;
    const target = embedded ? embeddedTarget(embedded) : urlTarget(url ?? '');
    const server = new CatalogServer(target, embedded, log);
    try {
      await prepareDatabase(target);
      await bootstrap(server.ddlConnection);
      await server.statistics.load();
      server.cache.preload().catch((error: unknown) => {
        if (!server.stopped) log({ level: 'warn', message: 'could not read ahead in the catalog', error: String(error) });
      });
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Process id of the embedded server. */
  get processId(): number | undefined {
    return this.embedded?.pid;
  }

  /** A backend for one session, logged in as its user. Waits while the server restarts. */
  async connect(session: SessionOptions): Promise<BackendConnection> {
    if (isReservedName(session.user))
      throw sqlError('28000', `role "${session.user}" is not permitted to log in`, { severity: 'FATAL' });
    const options = {
      address: this.target.address,
      tls: this.target.tls,
      user: session.user,
      database: CATALOG_DATABASE,
      parameters: { search_path: this.searchPath(), ...session.parameters, ...analysisSettings },
      password: await this.passwordOf(session.user),
    };
    for (let waitedMs = 0; ; waitedMs += 25) {
      await this.embedded?.ready();
      try {
        return await BackendConnection.open(options);
      } catch (error) {
        if (this.stopped || !this.embedded || waitedMs > 5_000 || !isRestarting(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  }

  /** The role under which the net evaluates expressions: it owns nothing, is a member of nothing and may only name types of sources. */
  async netLogin(): Promise<CatalogLogin> {
    return { ...adminTarget(this.target, CATALOG_DATABASE), user: NET_ROLE, password: await this.passwordOf(NET_ROLE) };
  }

  /** Asks the server to cancel what that backend runs. */
  async cancel(connection: BackendConnection): Promise<void> {
    await cancelBackend(this.target.address, connection.processId, connection.secretKey);
  }

  /** Every source's default schema, the named source's first, then public. */
  searchPath(first?: string): string {
    const names = [...this.sources.keys()].filter((name) => name !== first);
    return ['$user', ...(first === undefined ? [] : [first]), ...names, 'public'].map(quoteName).join(', ');
  }

  /** A source's default schema joins the search path, in the order of these calls. Refused for a reserved name. */
  addSource(source: SourceName): void {
    if (isReservedName(source.name)) throw sqlError('42939', `source name "${source.name}" is reserved`);
    this.sources.set(source.name, source);
  }

  /** These, in this order, make the search path of sessions that connect from now on. Mirrors of others stay, unread. */
  setSources(sources: readonly SourceName[]): void {
    this.sources.clear();
    for (const { name, defaultSchema } of sources) this.addSource({ name, defaultSchema });
    for (const [name, retry] of this.retries) if (!this.sources.has(name)) clearTimeout(retry);
  }

  /**
   * Makes the mirror of `source` what `schema` lists. Changes that met a session's lock are tried again by themselves until
   * they succeed or a newer listing comes.
   */
  async refresh(source: SourceName, schema: SourceSchema): Promise<RefreshResult> {
    this.addSource(source);
    clearTimeout(this.retries.get(source.name));
    const result = await this.exclusively(() => refreshMirrors(this.ddlConnection, source, schema));
    this.cache.forget();
    if (result.pending.length > 0 && !this.stopped) {
      const retry = setTimeout(() => {
        this.refresh(source, schema).catch((error: unknown) =>
          this.log({ level: 'warn', message: 'refresh failed', source: source.name, error: String(error) }),
        );
      }, PENDING_RETRY_MS);
      retry.unref();
      this.retries.set(source.name, retry);
    }
    return result;
  }

  /** Objects as a session sees them that has made some in its transaction; for one statement of it. */
  sessionLookup(describe: (sql: string) => Promise<string>): CatalogLookup {
    return sessionLookup(this.lookupConnection, describe);
  }

  async ensureRole(role: RoleOptions): Promise<void> {
    await this.exclusively(() => ensureRole(this.ddlConnection, role));
  }

  /**
   * Runs the operator's set-up script as superuser, in one transaction, unless this very text has run here before. Throws
   * the server's error, with the position in `sql`.
   */
  async runSetup(sql: string): Promise<'done' | 'unchanged'> {
    return this.exclusively(async () => {
      const hash = createHash('sha256').update(sql).digest('hex');
      const known = await this.ddlConnection.rows('SELECT FROM tributary.setup_run WHERE hash = $1', [hash]);
      if (known.length > 0) return 'unchanged';
      // SET LOCAL needs a transaction block of its own, and the script may not see its position shifted.
      await this.ddlConnection.run('BEGIN');
      try {
        await this.ddlConnection.run(`SET LOCAL search_path = ${this.searchPath()}`);
        await this.ddlConnection.run(ALLOW_DO);
        await this.ddlConnection.run(sql);
        await this.ddlConnection.run(
          `${REFUSE_DO};INSERT INTO tributary.setup_run (hash) VALUES (${quoteText(hash)});INSERT INTO tributary.ddl_change VALUES (1);COMMIT`,
        );
      } catch (error) {
        await this.ddlConnection.run('ROLLBACK');
        throw error;
      }
      this.cache.forget();
      return 'done';
    });
  }

  /** What a session read as DDL_GENERATION: cached knowledge of user objects is dropped when it moved. True when it did. */
  noteGeneration(generation: string): boolean {
    if (generation === this.generation) return false;
    this.generation = generation;
    this.cache.forget();
    return true;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const retry of this.retries.values()) clearTimeout(retry);
    await this.ddlQueue.catch(() => undefined); // its caller was told
    await this.lookupConnection.end();
    await this.ddlConnection.end();
    await this.embedded?.stop();
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.ddlQueue.then(work, work);
    this.ddlQueue = result;
    return result;
  }

  /** Where the socket is not ours alone, each role gets a password only the holder of the secret can derive. */
  private passwordOf(role: string): Promise<string | undefined> {
    const { secret } = this.target;
    if (!secret) return Promise.resolve(undefined);
    let password = this.passwords.get(role);
    if (!password) {
      password = this.setPassword(secret, role);
      this.passwords.set(role, password);
      password.catch(() => this.passwords.delete(role));
    }
    return password;
  }

  private async setPassword(secret: Buffer, role: string): Promise<string> {
    const password = sessionPassword(secret, role);
    const salt = createHmac('sha256', secret).update(`salt ${role}`).digest().subarray(0, 16);
    const verifier = scramVerifier(password, salt);
    const [found] = await this.lookupConnection.rows<{ rolpassword: string | null }>(
      'SELECT rolpassword FROM pg_authid WHERE rolname = $1',
      [role],
    );
    if (found && found.rolpassword !== verifier) {
      await this.exclusively(() => this.ddlConnection.run(`ALTER ROLE ${quoteName(role)} PASSWORD ${quoteText(verifier)}`));
    }
    return password;
  }
}

/** Makes our database, and refuses any other major version: the format of trees belongs to it. */
async function prepareDatabase(target: CatalogTarget): Promise<void> {
  const connection = new AdminConnection(adminTarget(target, target.database));
  try {
    const [found] = await connection.rows<{ version: string; exists: boolean }>(
      `SELECT current_setting('server_version') AS version, EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists`, [CATALOG_DATABASE],
    ); // prettier-ignore
    const version = found?.version ?? '';
    if (version.split('.')[0] !== POSTGRES_MAJOR) {
      throw new Error(`the catalog server is PostgreSQL ${version}: this gateway needs PostgreSQL ${POSTGRES_MAJOR}`);
    }
    if (found?.exists) return;
    await connection.run(
      `CREATE DATABASE ${quoteName(CATALOG_DATABASE)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' ` +
        `LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`,
    );
  } finally {
    await connection.end();
  }
}

/** Connection refused, or "starting up", "shutting down", "in recovery mode". */
const isRestarting = (error: unknown): boolean => error instanceof SqlError && ['08006', '57P03', '57P01'].includes(error.code);
