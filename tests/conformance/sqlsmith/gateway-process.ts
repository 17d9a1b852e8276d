/** A gateway over one PostgreSQL and one DuckDB source in a process of its own, which may crash: it is then started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts';

const LAUNCH = path.join(__dirname, '../../cli/launch.cjs');
const script = (name: string): string => path.join(__dirname, name);

export class GatewayProcess {
  readonly #folder: string;
  readonly #postgres: TestPostgres;
  readonly #onCrash: (how: string, errors: string) => void;
  #child: ChildProcess | undefined;
  #stopping = false;
  port = 0;

  private constructor(folder: string, postgres: TestPostgres, onCrash: (how: string, errors: string) => void) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.#onCrash = onCrash;
  }

  static async start(onCrash: (how: string, errors: string) => void): Promise<GatewayProcess> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-sqlsmith-'));
    await chmod(folder, 0o755);
    const postgres = await startTestPostgres();
    const made = new GatewayProcess(folder, postgres, onCrash);
    try {
      await made.#fillSources();
      await made.#serve();
    } catch (error) {
      await made.stop();
      throw error;
    }
    return made;
  }

  async #fillSources(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#postgres.url });
    await client.connect();
    await client.query(readFileSync(script('postgres.sql'), 'utf8'));
    await client.end();
    const instance = await DuckDBInstance.create(path.join(this.#folder, 'lake.duckdb'));
    const connection = await instance.connect();
    await connection.run(readFileSync(script('duckdb.sql'), 'utf8'));
    connection.closeSync();
    instance.closeSync();
    await writeFile(
      path.join(this.#folder, 'tributary.yaml'),
      `listen: { port: 0 }\nauth: { method: trust }\nlog: { level: error }\ncatalog: { setup: ${JSON.stringify(script('setup.sql'))} }
sources:\n  shop: { type: postgres, url: "${this.#postgres.url}" }\n  lake: { type: duckdb, path: ./lake.duckdb }\n`,
    );
  }

  async #serve(): Promise<void> {
    const child = spawn(process.execPath, [LAUNCH, 'serve', '-c', path.join(this.#folder, 'tributary.yaml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)));
    const ready = new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const port = /ready on .*:(\d+)/.exec(chunk.toString())?.[1];
        if (port !== undefined) resolve(void (this.port = Number(port)));
      });
      child.once('close', () => reject(new Error(`the gateway did not start: ${errors}`)));
    });
    await ready;
    child.once('close', (code, signal) => {
      if (this.#stopping) return;
      this.#onCrash(signal ?? `exit code ${code}`, errors);
      this.#serve().catch((error: unknown) => this.#onCrash('no restart', String(error)));
    });
  }

  /** For a gateway whose event loop is stuck. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await closed;
      clearTimeout(timer);
    }
    await this.#postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
