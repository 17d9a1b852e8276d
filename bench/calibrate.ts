/**
 * `npm run calibrate [-- --rows N] [--rounds N]`: measures on this machine what the cost model takes for granted, and prints
 * each figure beside the default (planner/cost/home-costs.ts, connectors/…/costs.ts). It changes nothing. Rates are of processor
 * time: of this process, which the executor and DuckDB run in, and of PostgreSQL's backend (outside of Linux: its own clock).
 */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import type pg from 'pg';
import type { SiteCosts } from '../algebra/site-costs.ts';
import { DUCKDB_COSTS } from '../connectors/duckdb/costs.ts';
import { POSTGRES_COSTS } from '../connectors/postgres/costs.ts';
import { HOME_COSTS } from '../planner/cost/home-costs.ts';
import { connectText, run } from '../tests/support/differential.ts';
import { Federation, type FederationGateway } from '../tests/support/federation.ts';
import { measureHome } from './calibrate/home.ts';
import { measureLinkRates } from './calibrate/link.ts';
import { measureIndex, measureRates, type Rates, type Timer } from './calibrate/rates.ts';
import { calibrationTables } from './calibrate/tables.ts';

/** A default that is farther off is marked. */
const FAR_OFF = 3;

/** The fastest of some: what else the machine does only ever adds. */
const fastest =
  (rounds: number, once: Timer): Timer =>
  async (sql) => {
    let best = Infinity;
    for (let round = 0; round <= rounds; round++) best = Math.min(best, await once(sql));
    return best;
  };

const answer = async (client: pg.Client, sql: string): Promise<string> => {
  const { rows, error } = await run(client, sql);
  if (error) throw new Error(`${sql}: ${error.message}`);
  return rows.map(([line]) => line).join('\n');
};

const processorMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

/** Of another process; undefined where the system does not tell. */
async function processorNs(pid: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  return Number((await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')[0]);
}

/** In this process, on one thread. */
const timedHere =
  (work: (sql: string) => Promise<unknown>): Timer =>
  async (sql) => {
    const started = process.cpuUsage();
    await work(sql);
    return processorMs(started);
  };

/** Until the gateway has all rows of a statement that is one fragment. */
const timedFragment =
  (client: pg.Client): Timer =>
  async (sql) => {
    const [explained] = JSON.parse(await answer(client, `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`)) as [
      { readonly Plan: { readonly 'Actual Total Time': number } },
    ];
    return explained.Plan['Actual Total Time'];
  };

async function withClient<T>(gateway: FederationGateway, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectText(gateway.clientConfig);
  try {
    return await work(client);
  } finally {
    await client.end();
    await gateway.stop();
  }
}

async function postgresRates(federation: Federation, rows: number, rounds: number): Promise<Rates> {
  const client = await connectText(federation.oracleConfig());
  try {
    for (const setting of [`work_mem = '512MB'`, 'jit = off', 'max_parallel_workers_per_gather = 0', 'enable_nestloop = off'])
      await answer(client, `SET ${setting}`);
    const pid = Number(await answer(client, 'SELECT pg_backend_pid()'));
    const time = fastest(rounds, async (sql) => {
      const startedNs = await processorNs(pid);
      const [explained] = JSON.parse(await answer(client, `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`)) as [
        { readonly 'Execution Time': number },
      ];
      return startedNs === undefined ? explained['Execution Time'] : ((await processorNs(pid))! - startedNs) / 1e6;
    });
    const rates = await measureRates(time, rows);
    for (const method of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin']) await answer(client, `SET enable_${method} = off`);
    await answer(client, 'SET enable_nestloop = on');
    return { ...rates, ...(await measureIndex(time, rows)) };
  } finally {
    await client.end();
  }
}

async function duckdbRates(file: string, rows: number, rounds: number): Promise<Rates> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY', threads: '1' });
  const connection = await instance.connect();
  try {
    const time = fastest(rounds, timedHere((sql) => connection.run(`EXPLAIN ANALYZE ${sql}`))); // prettier-ignore
    const rates = Object.entries(await measureRates(time, rows));
    // Its work is shared out among all processors.
    return Object.fromEntries(rates.map(([name, ns]) => [name, ns / os.availableParallelism()]));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function print(title: string, measured: Readonly<Record<string, number>>, defaults: Readonly<Record<string, number>>): void {
  console.log(`\n${title.padEnd(24)}${'measured'.padStart(12)}${'default'.padStart(12)}${'ratio'.padStart(9)}`);
  for (const [name, standard] of Object.entries(defaults)) {
    const found = measured[name];
    if (found === undefined) continue;
    const ratio = found / standard;
    const mark = ratio > FAR_OFF || ratio < 1 / FAR_OFF ? `  more than ${FAR_OFF}× off` : '';
    console.log(`  ${name.padEnd(22)}${found.toPrecision(3).padStart(12)}${String(standard).padStart(12)}${ratio.toFixed(2).padStart(9)}${mark}`); // prettier-ignore
  }
}

const printSite = (name: string, rates: Rates, link: SiteCosts['link'], defaults: SiteCosts): void => {
  print(`${name} (ns)`, rates, { ...defaults.compute });
  print(`${name}, link`, { ...link }, { ...defaults.link });
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { rows: { type: 'string', default: '300000' }, rounds: { type: 'string', default: '5' } },
  });
  const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
  print('gateway (ns)', await measureHome(rows, rounds), { ...HOME_COSTS });
  const federation = await Federation.create(await calibrationTables(rows), { shared_buffers: '512MB' });
  try {
    const postgres = await postgresRates(federation, rows, rounds);
    const postgresLink = await withClient(await federation.gateway(() => 'pg'), (client) =>
      measureLinkRates(fastest(rounds, timedFragment(client)), rows, postgres.scanRow ?? 0),
    );
    const lake = await federation.gateway(() => 'duck');
    const duckdbLink = await withClient(lake, (client) => measureLinkRates(fastest(rounds, timedFragment(client)), rows, 0));
    const [source] = lake.sources;
    if (source?.type !== 'duckdb') throw new Error('the gateway was to read a DuckDB file');
    const duckdb = await duckdbRates(source.path, rows, rounds);
    printSite('PostgreSQL', postgres, postgresLink, POSTGRES_COSTS);
    printSite('DuckDB', duckdb, duckdbLink, DUCKDB_COSTS);
  } finally {
    await federation.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
