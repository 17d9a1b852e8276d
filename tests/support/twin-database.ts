/**
 * One PostgreSQL twice: as the oracle, everything in a schema called `shop`, and as the source `shop` behind a gateway,
 * everything in `public`. A statement that names `shop.…` means the same in both.
 */
import pg from 'pg';
import { startTestGateway } from '../server/support.ts';
import type { TestGateway } from '../server/support.ts';
import { connectText, difference, run } from './differential.ts';
import { startTestPostgres } from './postgres.ts';

export class TwinDatabase {
  readonly oracle: pg.Client;
  readonly client: pg.Client;
  readonly gateway: TestGateway;
  readonly #source: pg.Client;
  readonly #stop: () => Promise<void>;

  private constructor(oracle: pg.Client, client: pg.Client, gateway: TestGateway, source: pg.Client, stop: () => Promise<void>) {
    this.oracle = oracle;
    this.client = client;
    this.gateway = gateway;
    this.#source = source;
    this.#stop = stop;
  }

  /** `script` must not name a schema. `more`: further lines of the configuration's `sources`. */
  static async start(script: string, more = ''): Promise<TwinDatabase> {
    const postgres = await startTestPostgres();
    const { host, port, user } = postgres;
    const admin = new pg.Client({ host, port, user, database: 'postgres' });
    await admin.connect();
    await admin.query('CREATE DATABASE oracle');
    await admin.query('CREATE DATABASE source');
    await admin.query('ALTER DATABASE oracle SET search_path = shop');
    await admin.end();
    const oracle = await connectText({ host, port, user, database: 'oracle' });
    const source = await connectText({ host, port, user, database: 'source' });
    await oracle.query(`CREATE SCHEMA shop; ${script}`);
    await source.query(script);
    const gateway = await startTestGateway(`sources:
  shop: { type: postgres, url: "postgres://${user}@${host}:${port}/source" }
${more}`);
    const client = await connectText(gateway.address);
    return new TwinDatabase(oracle, client, gateway, source, async () => {
      await client.end();
      await gateway.stop();
      await source.end();
      await oracle.end();
      await postgres.stop();
    });
  }

  /** In both. */
  async change(script: string): Promise<void> {
    await this.oracle.query(script);
    await this.#source.query(script);
    await this.client.query('NOTIFY tributary_refresh');
  }

  /** What the gateway answers otherwise than PostgreSQL. */
  async difference(sql: string): Promise<string | undefined> {
    const ordered = /\bORDER BY\b(?![^(]*\))/.test(sql);
    const differs = difference(await run(this.oracle, sql), await run(this.client, sql), { ordered });
    return differs && `${sql}\n   ${differs}`;
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}
