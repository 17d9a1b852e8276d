/** The small shop of the session tests: `shop` on PostgreSQL, `lake` on DuckDB, or both as schemas of one PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestGateway } from './support.ts';
import type { TestGateway } from './support.ts';

const customers = (schema: string): string => `
  CREATE TABLE ${schema}.customers (id int PRIMARY KEY, name text NOT NULL, region varchar(10), credit numeric(10,2), created timestamptz);
  INSERT INTO ${schema}.customers SELECT i, 'name ' || i, (ARRAY['north', 'south', 'east'])[i % 3 + 1],
    CASE WHEN i % 4 > 0 THEN i * 1.25 END, timestamptz '2024-01-31 22:30:00+00' + i * interval '1 hour' FROM generate_series(1, 200) i;
  CREATE TABLE ${schema}.big AS SELECT i AS id, 'row number ' || i AS t FROM generate_series(1, 400000) i;`;

/** The same rows in both dialects. */
const orders = (schema: string, series: string): string =>
  `CREATE TABLE ${schema}.orders AS SELECT CAST(i AS int) AS id, CAST(i % 200 + 1 AS int) AS customer_id,
   CAST(i * 1.5 AS numeric(12,2)) AS total FROM ${series};`;

export interface Shop {
  readonly postgres: TestPostgres;
  readonly gateway: TestGateway;
  readonly duckdbFile: string;
  stop(): Promise<void>;
}

/** `oracle`: the PostgreSQL also holds everything under schemas `shop` and `lake`. */
export async function startShop(yaml = ''): Promise<Shop> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-shop-'));
  const duckdbFile = path.join(folder, 'lake.duckdb');
  const postgres = await startTestPostgres();
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE SCHEMA shop; CREATE SCHEMA lake; ${customers('public')} ${customers('shop')}
    ${orders('lake', 'generate_series(0, 4999) i')}`);
  await client.end();
  const instance = await DuckDBInstance.create(duckdbFile);
  const connection = await instance.connect();
  await connection.run(orders('main', 'generate_series(0, 4999) s(i)'));
  connection.closeSync();
  instance.closeSync();
  const gateway = await startTestGateway(`sources:
  shop: { type: postgres, url: "${postgres.url}" }
  lake: { type: duckdb, path: ${JSON.stringify(duckdbFile)} }
${yaml}`);
  return {
    postgres,
    gateway,
    duckdbFile,
    stop: async () => {
      await gateway.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
