/**
 * Where slt files run: their statements change one PostgreSQL, the oracle. Before the next query the tables of every
 * placement are made what the oracle's are, in the sources that hold them (slt-copy.ts), and its views are made anew at the
 * gateway. One gateway a placement lives through all files: what changed, it reads again.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { parseConfiguration } from '../../server/configuration/load.ts';
import type { Configuration } from '../../server/configuration/schema.ts';
import { startGateway, type Gateway } from '../../server/main.ts';
import { connectText } from '../support/differential.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { fillDuckDB, fillPostgres, readTables, readViews, type CopiedTable } from './slt-copy.ts';

/** `mixed`: one table in PostgreSQL, the next in DuckDB, and so on. */
export const SLT_PLACEMENTS = ['postgres', 'duckdb', 'mixed'] as const;
export type SltPlacement = (typeof SLT_PLACEMENTS)[number];

const STATEMENT_TIMEOUT_MS = 10_000;
const ADMIN = 'tester';

const isInDuckDB = (placement: SltPlacement, index: number): boolean =>
  placement === 'duckdb' || (placement === 'mixed' && index % 2 === 1);

/** What is asked at once: PostgreSQL and, in the order of the world's placements, the gateways. */
export interface SltLane {
  readonly oracle: pg.Client;
  readonly targets: readonly pg.Client[];
}

export class SltWorld {
  readonly placements: readonly SltPlacement[];
  readonly #postgres: TestPostgres;
  readonly #folder: string;
  readonly #targets: Target[] = [];
  readonly #lanes: SltLane[] = [];
  #changed = true;
  #viewsChanged = false;

  private constructor(placements: readonly SltPlacement[], postgres: TestPostgres, folder: string) {
    this.placements = placements;
    this.#postgres = postgres;
    this.#folder = folder;
  }

  static async create(placements: readonly SltPlacement[], lanes = 1): Promise<SltWorld> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-slt-'));
    await chmod(folder, 0o755);
    const world = new SltWorld(placements, await startTestPostgres(), folder);
    try {
      await world.#start(lanes);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async #start(lanes: number): Promise<void> {
    const admin = await this.#connect('postgres');
    for (const database of ['oracle', ...this.placements.map(sourceOf)]) await admin.query(`CREATE DATABASE ${database}`);
    await admin.end();
    for (const placement of this.placements) {
      const target = new Target(placement, this.#postgres, this.#folder, await this.#connect(sourceOf(placement)));
      this.#targets.push(target);
      await target.start();
    }
    for (let i = 0; i < lanes; i++) {
      const lane = { oracle: await this.#connect('oracle'), targets: [] as pg.Client[] };
      this.#lanes.push(lane);
      for (const target of this.#targets) lane.targets.push(await target.connect());
    }
  }

  /** Where statements go that change something; `changed` is told of them. */
  get oracle(): pg.Client {
    return this.#lanes[0]!.oracle;
  }

  /** An empty oracle, for the next file. */
  async reset(): Promise<void> {
    await this.oracle.query('DISCARD TEMP; DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    this.#changed = true;
  }

  /** The oracle ran this statement. */
  changed(sql: string): void {
    if (/^\s*(?:CREATE|DROP)\s+VIEW\b/i.test(sql)) this.#viewsChanged = true;
    else this.#changed = true;
  }

  /** Sessions with gateways whose sources hold what the oracle holds. */
  async lanes(): Promise<readonly SltLane[]> {
    if (this.#changed || this.#viewsChanged) {
      const tables = this.#changed ? await readTables(this.oracle) : undefined;
      const views = await readViews(this.oracle);
      await Promise.all(this.#targets.map((target) => target.become(tables, views)));
      this.#changed = this.#viewsChanged = false;
    }
    return this.#lanes;
  }

  async stop(): Promise<void> {
    for (const { oracle, targets } of this.#lanes) for (const client of [oracle, ...targets]) await client.end();
    for (const target of this.#targets) await target.stop();
    await this.#postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #connect(database: string): Promise<pg.Client> {
    const { host, port, user } = this.#postgres;
    const client = await connectText({ host, port, user, database });
    await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    return client;
  }
}

const sourceOf = (placement: SltPlacement): string => `source_${placement}`;

/** One placement: its sources and the gateway over them. */
class Target {
  readonly #placement: SltPlacement;
  readonly #postgres: TestPostgres;
  readonly #folder: string;
  /** Fills the PostgreSQL source. */
  readonly #source: pg.Client;
  #gateway: Gateway | undefined;
  /** Makes the views. */
  #client: pg.Client | undefined;
  #views: string[] = [];
  #file: string;
  #files = 0;
  /** How many tables the sources hold. */
  #inPostgres = 0;
  #inDuckDB = 0;

  constructor(placement: SltPlacement, postgres: TestPostgres, folder: string, source: pg.Client) {
    this.#placement = placement;
    this.#postgres = postgres;
    this.#folder = folder;
    this.#source = source;
    this.#file = this.#nextFile();
  }

  async start(): Promise<void> {
    await fillDuckDB(this.#file, []);
    this.#gateway = await startGateway(this.#configuration());
    this.#client = await this.connect();
  }

  async connect(): Promise<pg.Client> {
    const { host, port } = this.#gateway!;
    const client = await connectText({ host, port, user: ADMIN, database: 'tributary' });
    await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    return client;
  }

  /** `tables` undefined: they are as before. */
  async become(
    tables: readonly CopiedTable[] | undefined,
    views: readonly { name: string; definition: string }[],
  ): Promise<void> {
    const client = this.#client!;
    if (this.#views.length > 0) await client.query(`DROP VIEW ${this.#views.join(', ')} CASCADE`);
    this.#views = [];
    if (tables !== undefined) {
      await this.#fillPostgres(tables.filter((_, i) => !isInDuckDB(this.#placement, i)));
      await this.#fillDuckDB(tables.filter((_, i) => isInDuckDB(this.#placement, i)));
    }
    for (const { name, definition } of views) {
      await client.query(`CREATE VIEW public.${name} AS ${definition}`);
      this.#views.push(`public.${name}`);
    }
  }

  async #fillPostgres(tables: readonly CopiedTable[]): Promise<void> {
    if (tables.length === 0 && this.#inPostgres === 0) return;
    this.#inPostgres = tables.length;
    await fillPostgres(this.#source, tables);
    await this.#client!.query("NOTIFY tributary_refresh, 'pg'");
  }

  /** A new file is a new source, which the gateway reads as soon as it is told of it. */
  async #fillDuckDB(tables: readonly CopiedTable[]): Promise<void> {
    if (tables.length === 0 && this.#inDuckDB === 0) return;
    this.#inDuckDB = tables.length;
    const before = this.#file;
    this.#file = this.#nextFile();
    await fillDuckDB(this.#file, tables);
    await this.#gateway!.reload(this.#configuration());
    await rm(before, { force: true });
  }

  async stop(): Promise<void> {
    await this.#client?.end();
    await this.#gateway?.stop();
    await this.#source.end();
  }

  #nextFile(): string {
    return path.join(this.#folder, `${this.#placement}${++this.#files}.duckdb`);
  }

  #configuration(): Configuration {
    const { host, port, user } = this.#postgres;
    const yaml =
      `listen: { port: 0 }\nauth: { method: trust, users: [{ name: ${ADMIN}, admin: true }] }\nlog: { level: silent }\n` +
      `catalog: { statistics: 0, refresh: 0 }\nsources:\n` +
      `  pg: { type: postgres, url: "postgres://${user}@${host}:${port}/${sourceOf(this.#placement)}" }\n` +
      `  duck: { type: duckdb, path: ${JSON.stringify(this.#file)} }\n`;
    return parseConfiguration(yaml, path.join(this.#folder, 'tributary.yaml'), {}).configuration;
  }
}
