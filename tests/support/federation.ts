/**
 * The same tables in one PostgreSQL (the oracle) and spread over sources behind a gateway. One PostgreSQL server holds the
 * oracle and every PostgreSQL source as databases of their own; each DuckDB source is a file.
 */
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { startGateway, type Gateway } from '../../server/main.ts';
import type { PlannerObserver } from '../../server/start-gateway.ts';
import { parseConfiguration } from '../../server/configuration/load.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';

export interface FederationTable {
  readonly name: string;
  /** `name type [NOT NULL]`, in SQL that both databases read. */
  readonly columns: readonly string[];
  readonly primaryKey?: readonly string[];
  /** `FOREIGN KEY (…) REFERENCES …`, as long as both tables are at one source; in PostgreSQL only. */
  readonly foreignKeys?: readonly string[];
  /** Column lists; in PostgreSQL only. */
  readonly indexes?: readonly string[];
  /** Rows: a CSV file without header … */
  readonly csvFile?: string;
  /** … or tuples for INSERT … VALUES, in SQL that both databases read. */
  readonly tuples?: readonly string[];
}

/** Which source holds a table; sources called `duck…` or `lake…` are DuckDB, the others PostgreSQL. */
export type Placement = (table: string) => string;

export type FederationSource =
  | { readonly name: string; readonly type: 'postgres'; readonly database: string }
  | { readonly name: string; readonly type: 'duckdb'; readonly path: string };

export type FederationGateway = Gateway & {
  readonly clientConfig: pg.ClientConfig;
  readonly sources: readonly FederationSource[];
};

export class Federation {
  readonly postgres: TestPostgres;
  readonly tables: readonly FederationTable[];
  readonly #folder: string;
  #gateways = 0;

  private constructor(postgres: TestPostgres, tables: readonly FederationTable[], folder: string) {
    this.postgres = postgres;
    this.tables = tables;
    this.#folder = folder;
  }

  /** Starts PostgreSQL and loads every table once, there (database `oracle`) and into one DuckDB file. */
  static async create(tables: readonly FederationTable[], settings: Readonly<Record<string, string>> = {}): Promise<Federation> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-federation-'));
    await chmod(folder, 0o755);
    const postgres = await startTestPostgres({ settings });
    const federation = new Federation(postgres, tables, folder);
    await federation.#loadOracle();
    await federation.#loadDuckDB();
    return federation;
  }

  oracleConfig(): pg.ClientConfig {
    const { host, port, user } = this.postgres;
    return { host, port, user, database: 'oracle' };
  }

  /** A gateway over the tables spread as `placement` says. */
  async gateway(
    placement: Placement,
    options: {
      readonly disabled?: readonly string[];
      /** What was executed before may change plans. */
      readonly feedback?: boolean;
      readonly observer?: PlannerObserver;
      /** May do what only an operator may; the others then do not come in. */
      readonly admin?: string;
      /** What one query may keep, as the configuration has it. */
      readonly queryMemory?: string;
      /** Of each DuckDB source; as many as there are processors by default. */
      readonly threads?: number;
      /** Where a PostgreSQL source is reached, by its name, when not straight at its server. */
      readonly reach?: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
    } = {},
  ): Promise<FederationGateway> {
    const run = ++this.#gateways;
    const tablesOf = new Map<string, string[]>();
    for (const table of this.tables)
      tablesOf.set(placement(table.name), [...(tablesOf.get(placement(table.name)) ?? []), table.name]);
    const lines: string[] = [];
    const sources: FederationSource[] = [];
    const threads = options.threads === undefined ? '' : `, threads: ${options.threads}`;
    for (const [name, kept] of tablesOf) {
      const dropped = this.tables.map((t) => t.name).filter((table) => !kept.includes(table));
      if (!/^(duck|lake)/.test(name)) {
        const database = `${name}_${run}`;
        await this.#cloneOracle(database, dropped);
        const { host, port } = options.reach?.get(name) ?? this.postgres;
        sources.push({ name, type: 'postgres', database });
        lines.push(`  ${name}: { type: postgres, url: "postgres://${this.postgres.user}@${host}:${port}/${database}" }`);
      } else {
        const file = path.join(this.#folder, `${name}_${run}.duckdb`);
        await this.#cloneDuckDB(file, dropped);
        sources.push({ name, type: 'duckdb', path: file });
        lines.push(`  ${name}: { type: duckdb, path: ${JSON.stringify(file)}${threads} }`);
      }
    }
    const disabled = [...(options.disabled ?? []), ...(options.feedback === true ? [] : ['feedback'])];
    const disable = disabled.length > 0 ? `planner: { disable: [${disabled.join(', ')}] }\n` : '';
    const limits = options.queryMemory === undefined ? '' : `limits: { query_memory: ${options.queryMemory} }\n`;
    const users = options.admin === undefined ? '' : `, users: [{ name: ${options.admin}, admin: true }]`;
    const yaml = `listen: { port: 0 }\nauth: { method: trust${users} }\nlog: { level: silent }\ncatalog: { statistics: 0 }\n${limits}${disable}sources:\n${lines.join('\n')}\n`;
    const { configuration } = parseConfiguration(yaml, path.join(this.#folder, 'tributary.yaml'), {});
    const gateway = await startGateway(configuration, options.observer);
    return Object.assign(gateway, {
      sources,
      clientConfig: { host: gateway.host, port: gateway.port, user: options.admin ?? 'tester', database: 'tributary' },
    });
  }

  async stop(): Promise<void> {
    await this.postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #admin<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const { host, port, user } = this.postgres;
    const client = new pg.Client({ host, port, user, database });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async #loadOracle(): Promise<void> {
    await this.#admin('postgres', (client) => client.query('CREATE DATABASE oracle'));
    await this.#admin('oracle', async (client) => {
      for (const table of this.tables) {
        await client.query(createTable(table));
        if (table.csvFile) await client.query(`COPY ${table.name} FROM '${table.csvFile}' (FORMAT csv)`);
        if (table.tuples?.length) await client.query(insertTuples(table));
        for (const columns of table.indexes ?? []) await client.query(`CREATE INDEX ON ${table.name} (${columns})`);
      }
      for (const { name, foreignKeys = [] } of this.tables)
        for (const key of foreignKeys) await client.query(`ALTER TABLE ${name} ADD ${key}`);
      await client.query('ANALYZE');
    });
    // Clones are made from this one: a template must have no sessions, and the oracle has.
    await this.#admin('postgres', (client) => client.query('CREATE DATABASE pristine TEMPLATE oracle'));
  }

  async #loadDuckDB(): Promise<void> {
    await withDuckDB(this.#allTables, async (execute) => {
      for (const table of this.tables) {
        await execute(createTable(table));
        if (table.csvFile) await execute(`COPY ${table.name} FROM '${table.csvFile}' (FORMAT csv, HEADER false)`);
        if (table.tuples?.length) await execute(insertTuples(table));
      }
      await execute('CHECKPOINT');
    });
  }

  get #allTables(): string {
    return path.join(this.#folder, 'all.duckdb');
  }

  async #cloneOracle(database: string, dropped: readonly string[]): Promise<void> {
    await this.#admin('postgres', (client) => client.query(`CREATE DATABASE ${database} TEMPLATE pristine`));
    if (dropped.length > 0) await this.#admin(database, (client) => client.query(`DROP TABLE ${dropped.join(', ')} CASCADE`));
  }

  async #cloneDuckDB(file: string, dropped: readonly string[]): Promise<void> {
    await copyFile(this.#allTables, file);
    if (dropped.length === 0) return;
    await withDuckDB(file, async (execute) => {
      for (const table of dropped) await execute(`DROP TABLE ${table}`);
    });
  }
}

async function withDuckDB(file: string, work: (execute: (sql: string) => Promise<unknown>) => Promise<void>): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    await work((sql) => connection.run(sql));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const createTable = (table: FederationTable): string => {
  const key = table.primaryKey?.length ? [`PRIMARY KEY (${table.primaryKey.join(', ')})`] : [];
  return `CREATE TABLE ${table.name} (${[...table.columns, ...key].join(', ')})`;
};

const insertTuples = (table: FederationTable): string => `INSERT INTO ${table.name} VALUES ${table.tuples!.join(', ')}`;
