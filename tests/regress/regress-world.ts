/**
 * Where a regression file runs: a plain PostgreSQL database, the oracle, and a copy of it that is the gateway's source.
 * Both start as the same database, filled by the files that the others build on.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { parseConfiguration } from '../../server/configuration/load.ts';
import { startGateway, type Gateway } from '../../server/main.ts';
import { connectText } from '../support/differential.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

/** What pg_regress gives to every session. */
const SESSION_SETTINGS: readonly string[] = [
  `SET TimeZone = 'America/Los_Angeles'`,
  `SET DateStyle = 'Postgres, MDY'`,
  `SET IntervalStyle = 'postgres_verbose'`,
];
const STATEMENT_TIMEOUT_MS = 20_000;
const RECOVERY_ATTEMPTS = 40;
const RECOVERY_PAUSE_MS = 250;
/** Where the source keeps what the file makes as temporary: a pooled connection would not see another session's. */
export const TEMPORARY_SCHEMA = 'regress_temporary';
const USER = 'regress';
/** Two sources of the gateway, which are the same database: a query may take some of its tables from one, some from the other. */
export const FIRST_SOURCE = 'pg';
export const SECOND_SOURCE = 'other';

export class RegressWorld {
  readonly #postgres: TestPostgres;
  readonly #folder: string;
  /** Whether queries are asked under other placements, too. */
  readonly asksPlacements: boolean;
  #databases = 0;

  private constructor(postgres: TestPostgres, folder: string, asksPlacements: boolean) {
    this.#postgres = postgres;
    this.#folder = folder;
    this.asksPlacements = asksPlacements;
  }

  /** `fill` runs on the database that every file starts from. */
  static async create(fill: (client: pg.Client, folder: string) => Promise<void>, asksPlacements = true): Promise<RegressWorld> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-regress-'));
    await chmod(folder, 0o755);
    const world = new RegressWorld(
      await startTestPostgres({ settings: { max_prepared_transactions: '4' } }),
      folder,
      asksPlacements,
    );
    await world.#admin('CREATE DATABASE base');
    const client = await world.connect('base');
    await fill(client, folder);
    await client.end();
    return world;
  }

  get folder(): string {
    return this.#folder;
  }

  /** `fill` runs before the database is copied. */
  async stage(fill: (client: pg.Client, folder: string) => Promise<void>): Promise<RegressStage> {
    const number = ++this.#databases;
    const [oracle, source] = [`oracle${number}`, `source${number}`];
    await this.#admin(`CREATE DATABASE ${oracle} TEMPLATE base STRATEGY file_copy`);
    const client = await this.connect(oracle);
    await fill(client, this.#folder);
    await client.query(`CREATE SCHEMA ${TEMPORARY_SCHEMA}`);
    await client.end();
    await this.#admin(`CREATE DATABASE ${source} TEMPLATE ${oracle} STRATEGY file_copy`);
    const stage = new RegressStage(this, oracle, source);
    await stage.start();
    return stage;
  }

  async connect(database: string): Promise<pg.Client> {
    const { host, port, user } = this.#postgres;
    const client = await connectText({ host, port, user, database });
    await prepareSession(client);
    return client;
  }

  async startGateway(source: string, disabled: ReadonlySet<string>): Promise<Gateway> {
    const { host, port, user } = this.#postgres;
    await writeFile(path.join(this.#folder, 'setup.sql'), 'GRANT ALL ON SCHEMA public TO PUBLIC');
    const yaml =
      `listen: { port: 0 }\nauth: { method: trust, users: [{ name: ${USER}, admin: true }] }\nlog: { level: silent }\n` +
      `catalog: { setup: ./setup.sql, refresh: 0 }\n` +
      `sources:\n${(this.asksPlacements ? [FIRST_SOURCE, SECOND_SOURCE] : [FIRST_SOURCE])
        .map((name) => `  ${name}: { type: postgres, url: "postgres://${user}@${host}:${port}/${source}", pool: { max: 16 } }\n`)
        .join('')}`;
    return startGateway(parseConfiguration(yaml, path.join(this.#folder, 'tributary.yaml'), {}).configuration, {
      disabled,
      // Whoever asks for these gets a new plan each time.
      fired: new Set(),
    });
  }

  async drop(...databases: readonly string[]): Promise<void> {
    for (const database of databases) await this.#admin(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  }

  /** A copy of a source as it is now, to return to. Nobody may be connected to it meanwhile. */
  async copy(from: string, to: string): Promise<void> {
    await this.#admin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`,
      `CREATE DATABASE ${to} TEMPLATE ${from} STRATEGY file_copy`,
    );
  }

  async replace(database: string, by: string): Promise<void> {
    await this.#admin(`DROP DATABASE ${database} WITH (FORCE)`, `ALTER DATABASE ${by} RENAME TO ${database}`);
  }

  async stop(): Promise<void> {
    await this.#postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #admin(...statements: readonly string[]): Promise<void> {
    const { host, port, user } = this.#postgres;
    const client = await connectText({ host, port, user, database: 'postgres' });
    for (const statement of statements) await client.query(statement);
    await client.end();
  }
}

async function prepareSession(client: pg.Client): Promise<void> {
  await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
  for (const setting of SESSION_SETTINGS) await client.query(setting);
}

/** The sessions of one file. */
export class RegressStage {
  readonly #world: RegressWorld;
  readonly #oracleName: string;
  readonly #sourceName: string;
  #oracle: pg.Client | undefined;
  #source: pg.Client | undefined;
  #session: pg.Client | undefined;
  #gateway: Gateway | undefined;
  readonly #disabled = new Set<string>();
  #stale = false;
  #saved: string | undefined;
  /** Where the file has its unqualified names looked up. */
  #path: readonly string[] = ['public'];
  /** SET statements of the file, for a new session of the source. */
  readonly #settings: string[] = [];

  constructor(world: RegressWorld, oracle: string, source: string) {
    this.#world = world;
    this.#oracleName = oracle;
    this.#sourceName = source;
  }

  async start(): Promise<void> {
    this.#gateway = await this.#world.startGateway(this.#sourceName, this.#disabled);
    await this.reconnect();
  }

  /** After a crash of the server, which is back in a moment. */
  async recover(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.reconnect();
        return;
      } catch (error) {
        if (attempt === RECOVERY_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, RECOVERY_PAUSE_MS));
      }
    }
  }

  /** As psql's `\c`: new sessions everywhere; temporary tables are gone. */
  async reconnect(): Promise<void> {
    await this.#session?.end();
    await this.#oracle?.end();
    this.#settings.length = 0;
    this.#oracle = await this.#world.connect(this.#oracleName);
    await this.#source?.end();
    this.#source = await this.#world.connect(this.#sourceName);
    await this.#source.query(`DROP SCHEMA IF EXISTS ${TEMPORARY_SCHEMA} CASCADE; CREATE SCHEMA ${TEMPORARY_SCHEMA}`);
    this.#path = ['public'];
    await this.#source.query(`SET search_path = ${this.sourcePath}`);
    this.#stale = true;
    await this.reconnectSession();
  }

  async reconnectSession(): Promise<void> {
    const { host, port } = this.#gateway!;
    this.#session = await connectText({ host, port, user: USER, database: FIRST_SOURCE });
    await prepareSession(this.#session);
    await this.#session.query(`SET search_path = ${gatewayPath(this.#path)}`);
    for (const setting of this.#settings) await this.#session.query(setting).catch(alreadyReported);
  }

  get oracle(): pg.Client {
    return this.#oracle!;
  }

  get source(): pg.Client {
    return this.#source!;
  }

  get folder(): string {
    return this.#world.folder;
  }

  /** The session of the gateway, its mirrors up to date. */
  async session(): Promise<pg.Client> {
    if (this.#stale) {
      this.#stale = false;
      await this.#gateway!.refresh();
    }
    return this.#session!;
  }

  /** Whether queries are asked under other placements, too. */
  get asksPlacements(): boolean {
    return this.#world.asksPlacements;
  }

  /** Runs `work` with nothing sent to the sources but scans. */
  async withoutPlacement<T>(work: () => Promise<T>): Promise<T> {
    this.#disabled.add('placement');
    try {
      return await work();
    } finally {
      this.#disabled.clear();
    }
  }

  /** Its mirrors may be older than the source. */
  get staleSession(): pg.Client {
    return this.#session!;
  }

  sourceChanged(): void {
    this.#stale = true;
  }

  /** Temporary objects come first, as they do on PostgreSQL. */
  get sourcePath(): string {
    return [TEMPORARY_SCHEMA, ...this.#path].map(quoted).join(', ');
  }

  /** For a statement that makes an object to stay. */
  get creationPath(): string {
    return [...this.#path, TEMPORARY_SCHEMA].map(quoted).join(', ');
  }

  async setSearchPath(schemas: readonly string[]): Promise<void> {
    this.#path = schemas;
    await this.#source!.query(`SET search_path = ${this.sourcePath}`);
    await this.#session!.query(`SET search_path = ${gatewayPath(schemas)}`);
  }

  remember(setting: string): void {
    this.#settings.push(setting);
  }

  /** The source commits each statement, so that the gateway sees it: a transaction that rolls back returns to this. */
  async save(): Promise<void> {
    if (this.#saved !== undefined) return;
    await this.#source!.end();
    this.#saved = `${this.#sourceName}_saved`;
    await this.#world.copy(this.#sourceName, this.#saved);
    await this.#connectSource();
  }

  async endTransaction(committed: boolean): Promise<void> {
    const saved = this.#saved;
    if (saved === undefined) return;
    this.#saved = undefined;
    if (committed) await this.#world.drop(saved);
    else {
      await this.#source!.end();
      await this.#world.replace(this.#sourceName, saved);
      await this.#connectSource();
      this.#stale = true;
    }
  }

  async stop(): Promise<void> {
    for (const client of [this.#session, this.#oracle, this.#source]) await client?.end();
    await this.#gateway?.stop();
    await this.#world.drop(this.#oracleName, this.#sourceName, `${this.#sourceName}_saved`);
  }

  async #connectSource(): Promise<void> {
    this.#source = await this.#world.connect(this.#sourceName);
    await this.#source.query(`SET search_path = ${this.sourcePath}`);
    for (const setting of this.#settings) await this.#source.query(setting).catch(alreadyReported);
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What a session of the gateway made itself, then the mirrors of the source's schemas. */
const gatewayPath = (schemas: readonly string[]): string => {
  const mirrors = schemas.map((schema) =>
    schema === 'public' ? FIRST_SOURCE : schema === 'pg_catalog' ? schema : `${FIRST_SOURCE}.${schema}`,
  );
  return ['public', `${FIRST_SOURCE}.${TEMPORARY_SCHEMA}`, ...mirrors].map(quoted).join(', ');
};

/** A SET that one of the sessions refuses was counted when the file said it. */
const alreadyReported = (): void => {};
