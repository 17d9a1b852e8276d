/**
 * Where an slt file runs: its statements change one PostgreSQL, the oracle; before the next query every table is copied to
 * the source that holds it, and a gateway over these sources is started.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type pg from 'pg';
import { parseConfiguration } from '../../server/configuration/load.ts';
import { startGateway, type Gateway } from '../../server/main.ts';
import { connectText } from '../support/differential.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

/** `mixed`: one table in PostgreSQL, the next in DuckDB, and so on. */
export type SltPlacement = 'postgres' | 'duckdb' | 'mixed';

const INSERT_ROWS_MAX = 500;
const STATEMENT_TIMEOUT_MS = 10_000;

export class SltWorld {
  readonly #postgres: TestPostgres;
  readonly #folder: string;
  readonly #placement: SltPlacement;
  #epochs = 0;
  #oracle: pg.Client | undefined;
  #running: { readonly gateway: Gateway; readonly client: pg.Client } | undefined;

  private constructor(postgres: TestPostgres, folder: string, placement: SltPlacement) {
    this.#postgres = postgres;
    this.#folder = folder;
    this.#placement = placement;
  }

  static async create(placement: SltPlacement): Promise<SltWorld> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-slt-'));
    await chmod(folder, 0o755);
    const world = new SltWorld(await startTestPostgres(), folder, placement);
    await world.reset();
    return world;
  }

  /** An empty oracle, for the next file. */
  async reset(): Promise<void> {
    await this.changed();
    await this.#oracle?.end();
    await this.#admin(`DROP DATABASE IF EXISTS oracle`);
    await this.#admin(`CREATE DATABASE oracle`);
    this.#oracle = await this.#connect('oracle');
  }

  get oracle(): pg.Client {
    return this.#oracle!;
  }

  /** The oracle's data is no longer what the gateway's sources hold. */
  async changed(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    await running.client.end();
    await running.gateway.stop();
  }

  /** A session of a gateway whose sources hold what the oracle holds. */
  async session(): Promise<pg.Client> {
    if (this.#running) return this.#running.client;
    const epoch = ++this.#epochs;
    const { rows } = await this.oracle.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY oid`,
    );
    const inDuckDB = (index: number): boolean => this.#placement === 'duckdb' || (this.#placement === 'mixed' && index % 2 === 1);
    const duckTables = rows.filter((_, i) => inDuckDB(i)).map((row) => row.name);
    const file = path.join(this.#folder, `epoch${epoch}.duckdb`);
    await this.#copyToDuckDB(file, duckTables);
    const database = `source${epoch}`;
    await this.#clone(database, duckTables);
    const { host, port, user } = this.#postgres;
    const yaml =
      `listen: { port: 0 }\nauth: { method: trust }\nlog: { level: silent }\nsources:\n` +
      `  pg: { type: postgres, url: "postgres://${user}@${host}:${port}/${database}" }\n` +
      `  duck: { type: duckdb, path: ${JSON.stringify(file)} }\n`;
    const gateway = await startGateway(parseConfiguration(yaml, path.join(this.#folder, 'tributary.yaml'), {}).configuration);
    const client = await connectText({ host: gateway.host, port: gateway.port, user: 'tester', database: 'tributary' });
    await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    this.#running = { gateway, client };
    return client;
  }

  async stop(): Promise<void> {
    await this.changed();
    await this.#oracle?.end();
    await this.#postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #connect(database: string): Promise<pg.Client> {
    const { host, port, user } = this.#postgres;
    const client = await connectText({ host, port, user, database });
    await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    return client;
  }

  async #admin(...statements: readonly string[]): Promise<void> {
    const client = await this.#connect('postgres');
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  /** A template must have no sessions: the oracle's is closed meanwhile. */
  async #clone(database: string, dropped: readonly string[]): Promise<void> {
    await this.oracle.end();
    await this.#admin(`CREATE DATABASE ${database} TEMPLATE oracle`);
    this.#oracle = await this.#connect('oracle');
    const client = await this.#connect(database);
    for (const table of dropped) await client.query(`DROP TABLE ${client.escapeIdentifier(table)} CASCADE`);
    await client.end();
  }

  async #copyToDuckDB(file: string, tables: readonly string[]): Promise<void> {
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    for (const table of tables) {
      const name = this.oracle.escapeIdentifier(table);
      const { rows: columns } = await this.oracle.query<{ name: string; type: string }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        [name],
      );
      const types = columns.map((column) => duckdbType(column.type));
      const declared = columns.map((column, i) => `${this.oracle.escapeIdentifier(column.name)} ${types[i]}`);
      await connection.run(`CREATE TABLE ${name} (${declared.join(', ')})`);
      const { rows } = await this.oracle.query<(string | null)[]>({ text: `SELECT * FROM ${name}`, rowMode: 'array' });
      for (let from = 0; from < rows.length; from += INSERT_ROWS_MAX) {
        const tuples = rows.slice(from, from + INSERT_ROWS_MAX).map((row) => {
          const values = row.map((value, i) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'::${types[i]}`));
          return `(${values.join(', ')})`;
        });
        await connection.run(`INSERT INTO ${name} VALUES ${tuples.join(', ')}`);
      }
    }
    connection.closeSync();
    instance.closeSync();
  }
}

function duckdbType(type: string): string {
  if (type.startsWith('character')) return 'VARCHAR';
  const words: Readonly<Record<string, string>> = {
    'double precision': 'DOUBLE',
    'timestamp without time zone': 'TIMESTAMP',
    'timestamp with time zone': 'TIMESTAMPTZ',
  };
  return words[type] ?? type;
}
