/** What answers a query in the placement benchmark: the gateway under a variant's switches, or a peer over the same sources. */
import { copyFile } from 'node:fs/promises';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import pg from 'pg';
import { connectText } from '../../tests/support/differential.ts';
import type { Federation, FederationGateway, FederationSource } from '../../tests/support/federation.ts';
import type { Link } from './link.ts';
import type { Variant } from './variants.ts';

export interface Contender {
  readonly name: string;
  /** Rows of the answer, or that there was none within the limit. */
  run(sql: string): Promise<number | 'late'>;
  /** Of the gateway's variants: two of the same plan differ in noise alone. Nothing that runs changes it. */
  plan?(sql: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Stage {
  readonly federation: Federation;
  readonly gateway: FederationGateway;
  /** By the source's name; PostgreSQL sources only. */
  readonly links: ReadonlyMap<string, Link>;
  readonly limitMs: number;
}

/** The answer of a PostgreSQL server that ends statements at the limit. */
async function rowsInTime(answer: Promise<pg.QueryResult>): Promise<number | 'late'> {
  try {
    return (await answer).rows.length;
  } catch (error) {
    if ((error as pg.DatabaseError).code === QUERY_CANCELED) return 'late';
    throw error;
  }
}
const QUERY_CANCELED = '57014';

/** `switches` are those the gateway plans under: set anew for each run. */
export async function variantContender(variant: Variant, stage: Stage, switches: Set<string>): Promise<Contender> {
  const client = await connectText(stage.gateway.clientConfig);
  await client.query(`SET statement_timeout = ${stage.limitMs}`);
  const ask = (sql: string): Promise<pg.QueryResult> => {
    switches.clear();
    for (const rule of variant.disabled) switches.add(rule);
    // A comment of its own: the gateway keeps plans by their text.
    return client.query(sql.replace(/\b(select|with)\b/i, `$1 /* ${variant.name} */`));
  };
  return {
    name: variant.name,
    run: (sql) => rowsInTime(ask(sql)),
    plan: async (sql) => JSON.stringify((await ask(`EXPLAIN (COSTS OFF) ${sql}`)).rows),
    stop: () => client.end(),
  };
}

type PostgresSource = Extract<FederationSource, { type: 'postgres' }>;
const postgresSources = ({ gateway }: Stage): readonly PostgresSource[] =>
  gateway.sources.flatMap((source) => (source.type === 'postgres' ? [source] : []));

/** How postgres_fdw estimates: by asking the source (EXPLAIN over the link), or from its own statistics. */
const FOREIGN_ESTIMATES = ['remote', 'local'] as const;
const foreignName = (estimates: (typeof FOREIGN_ESTIMATES)[number]): string => `postgres_fdw ${estimates}`;
const DUCKDB_POSTGRES = 'DuckDB postgres';

export const PEERS: readonly string[] = [...FOREIGN_ESTIMATES.map(foreignName), DUCKDB_POSTGRES];

/** Starts the peers one by one; answers which cannot take part, and why. */
export async function joinPeers(stage: Stage, join: (peer: Contender) => void): Promise<Readonly<Record<string, string>>> {
  const absent: Record<string, string> = {};
  const readsAll = stage.gateway.sources.every(({ type }) => type === 'postgres');
  for (const estimates of FOREIGN_ESTIMATES) {
    if (readsAll) join(await foreignTables(stage, estimates));
    else absent[foreignName(estimates)] = 'it reads no DuckDB';
  }
  try {
    join(await attachedTables(stage));
  } catch (error) {
    absent[DUCKDB_POSTGRES] = (error as Error).message.split('\n')[0]!;
  }
  return absent;
}

/** A PostgreSQL that has the tables of all sources as foreign tables, with statistics of its own of them. */
async function foreignTables(stage: Stage, estimates: (typeof FOREIGN_ESTIMATES)[number]): Promise<Contender> {
  const { host, port, user } = stage.federation.postgres;
  const database = `fdw_${estimates}_${postgresSources(stage)[0]!.database}`;
  const admin = new pg.Client({ host, port, user, database: 'postgres' });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.end();
  const client = await connectText({ host, port, user, database });
  await client.query('CREATE EXTENSION postgres_fdw');
  for (const { name, database: remote } of postgresSources(stage)) {
    const link = stage.links.get(name)!;
    // Large fetches, and both sources at work at once.
    await client.query(
      `CREATE SERVER ${name} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${link.host}', port '${link.port}', ` +
        `dbname '${remote}', use_remote_estimate '${estimates === 'remote'}', fetch_size '10000', async_capable 'true')`,
    );
    await client.query(`CREATE USER MAPPING FOR CURRENT_USER SERVER ${name} OPTIONS (user '${user}')`);
    await client.query(`IMPORT FOREIGN SCHEMA public FROM SERVER ${name} INTO public`);
  }
  await client.query('ANALYZE');
  await client.query(`SET statement_timeout = ${stage.limitMs}`);
  return {
    name: foreignName(estimates),
    run: (sql) => rowsInTime(client.query(sql)),
    stop: () => client.end(),
  };
}

/** A DuckDB that holds the tables of a DuckDB source and reads those of PostgreSQL sources by its postgres extension. */
async function attachedTables(stage: Stage): Promise<Contender> {
  const local = stage.gateway.sources.find((source) => source.type === 'duckdb');
  const file = local ? `${local.path}.peer` : ':memory:';
  // The gateway has the original open.
  if (local) await copyFile(local.path, file);
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  const stop = (): Promise<void> => {
    connection.closeSync();
    instance.closeSync();
    return Promise.resolve();
  };
  try {
    await attachAll(connection, stage);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: DUCKDB_POSTGRES,
    async run(sql) {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        connection.interrupt();
      }, stage.limitMs);
      try {
        return (await connection.runAndReadAll(sql)).currentRowCount;
      } catch (error) {
        if (isLate) return 'late';
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    stop,
  };
}

async function attachAll(connection: DuckDBConnection, stage: Stage): Promise<void> {
  await connection.run('INSTALL postgres');
  await connection.run('LOAD postgres');
  const { user } = stage.federation.postgres;
  const path = (await connection.runAndReadAll('SELECT current_schema()')).getRows().map(([schema]) => String(schema));
  for (const { name, database } of postgresSources(stage)) {
    const { host, port } = stage.links.get(name)!;
    await connection.run(
      `ATTACH 'host=${host} port=${port} user=${user} dbname=${database}' AS ${name} (TYPE postgres, READ_ONLY)`,
    );
    path.push(`${name}.public`);
  }
  await connection.run(`SET search_path = '${path.join(',')}'`);
}
