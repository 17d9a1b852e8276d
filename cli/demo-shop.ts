/**
 * The demo's sources and gateway in a temporary folder: an embedded PostgreSQL, a DuckDB file, and Tributary before them.
 */
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { locatePostgres, unprivilegedAccount } from '../catalog/postgres-binaries.ts';
import { initializeCluster, startPostgres, type PostgresProcess } from '../catalog/postgres-process.ts';
import { parseConfiguration } from '../server/configuration/load.ts';
import { startGateway } from '../server/main.ts';
import { LAKE_SQL, SHOP_SQL } from './demo-data.ts';

export interface DemoShop {
  readonly host: string;
  readonly port: number;
  /** Stops everything and removes the folder. */
  stop(): Promise<void>;
}

export async function startDemoShop(port: number): Promise<DemoShop> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-demo-'));
  const started: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const undo of started.splice(0).reverse()) await undo();
  };
  try {
    await chmod(folder, 0o755);
    const socketFolder = path.join(folder, 'socket');
    const shop = await startShop(folder, socketFolder);
    started.push(() => shop.stop());
    const lake = path.join(folder, 'lake.duckdb');
    await fillLake(lake);
    const url = `postgres://demo@/shop?host=${encodeURIComponent(socketFolder)}&port=5432`;
    const yaml = [
      `listen: { host: 127.0.0.1, port: ${port} }`,
      'auth: { method: trust }',
      'sources:',
      `  shop: { type: postgres, url: ${JSON.stringify(url)} }`,
      `  lake: { type: duckdb, path: ${JSON.stringify(lake)} }`,
      'log: { level: warn }',
    ].join('\n');
    const gateway = await startGateway(parseConfiguration(yaml, path.join(folder, 'tributary.yaml'), {}).configuration);
    started.push(() => gateway.stop());
    return { host: gateway.host, port: gateway.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startShop(folder: string, socketFolder: string): Promise<PostgresProcess> {
  const account = await unprivilegedAccount();
  const binaries = await locatePostgres(account);
  const dataDir = path.join(folder, 'pg', 'data');
  for (const each of [path.dirname(dataDir), socketFolder]) {
    await mkdir(each, { recursive: true });
    if (account) await chown(each, account.uid, account.gid);
  }
  await initializeCluster({ binaries, account, dataDir, superuser: 'demo' });
  const shop = await startPostgres({
    binaries,
    account,
    dataDir,
    superuser: 'demo',
    address: { kind: 'socket', directory: socketFolder, port: 5432 },
    settings: { fsync: 'off' },
    temporaryFolders: [folder],
  });
  const connect = async (database: string, sql: string): Promise<void> => {
    const client = new pg.Client({
      host: socketFolder,
      port: 5432,
      user: 'demo',
      database,
      ssl: false,
      sslnegotiation: 'postgres',
    });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await connect('postgres', 'CREATE DATABASE shop');
  await connect('shop', SHOP_SQL);
  return shop;
}

async function fillLake(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  for (const sql of LAKE_SQL) await connection.run(sql);
  await connection.run('CHECKPOINT');
  connection.closeSync();
  instance.closeSync();
}
