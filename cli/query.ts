/**
 * `tributary query`: one statement without a server. A gateway of its own is started on a free loopback port, with a
 * password only this process knows and a catalog of its own (with the configured `setup`), so that it also works next to a
 * running server.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { loadConfiguration } from '../server/configuration/load.ts';
import type { Configuration } from '../server/configuration/schema.ts';
import { startGateway } from '../server/main.ts';
import { alignedTable, csvTable } from './print-table.ts';
import { arrowStream, jsonRows } from './print-typed.ts';

export const QUERY_FORMATS = ['table', 'csv', 'json', 'arrow'] as const;
export type QueryFormat = (typeof QUERY_FORMATS)[number];

export interface TextResult {
  readonly names: readonly string[];
  readonly typeOids: readonly number[];
  /** PostgreSQL's text form; null for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

const NUMBER_OIDS = new Set([20, 21, 23, 26, 700, 701, 1700]);

export async function query(
  file: string,
  sql: string,
  options: { readonly format: QueryFormat; readonly explain: boolean },
): Promise<void> {
  const { configuration } = loadConfiguration(file, process.env);
  const password = randomBytes(24).toString('base64url');
  const gateway = await startGateway(forOneQuery(configuration, password));
  try {
    const { host, port } = gateway;
    const client = new pg.Client({
      host,
      port,
      user: 'cli',
      password,
      database: 'tributary',
      ssl: false,
      sslnegotiation: 'postgres',
    });
    await client.connect();
    try {
      const result = await runText(client, options.explain ? `EXPLAIN ${sql}` : sql);
      process.stdout.write(format(result, options.explain ? 'table' : options.format));
    } finally {
      await client.end();
    }
  } finally {
    await gateway.stop();
  }
}

const forOneQuery = (configuration: Configuration, password: string): Configuration => ({
  ...configuration,
  listen: { host: '127.0.0.1', port: 0 },
  auth: { method: 'scram-sha-256', allow_insecure: false, users: [{ name: 'cli', password, admin: true }] },
  catalog: {
    refresh: 0,
    statistics: 0,
    ...(configuration.catalog.setup === undefined ? {} : { setup: configuration.catalog.setup }),
  },
  log: { ...configuration.log, level: 'warn' },
  metrics: undefined,
});

/** Runs a statement and returns the values in PostgreSQL's text form; of several statements, the last result. */
export async function runText(client: pg.Client, sql: string): Promise<TextResult> {
  const asText = { getTypeParser: () => (value: string) => value };
  const result = await client.query<(string | null)[]>({ text: sql, rowMode: 'array', types: asText });
  const last = Array.isArray(result) ? (result as pg.QueryArrayResult<(string | null)[]>[]).at(-1)! : result;
  return { names: last.fields.map((f) => f.name), typeOids: last.fields.map((f) => f.dataTypeID), rows: last.rows };
}

/** psql's aligned table, numbers flush right. */
export const tableText = (result: TextResult): string =>
  alignedTable(
    result.names,
    result.typeOids.map((oid) => NUMBER_OIDS.has(oid)),
    result.rows,
  );

function format(result: TextResult, as: QueryFormat): string | Uint8Array {
  switch (as) {
    case 'table':
      return `${tableText(result)}\n`;
    case 'csv':
      return `${csvTable(result.names, result.rows)}\n`;
    case 'json':
      return `${jsonRows(result)}\n`;
    case 'arrow':
      return arrowStream(result);
  }
}
