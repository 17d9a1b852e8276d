/** Random statements against one PostgreSQL and through gateways over several placements; failures come back shrunk. */
import type pg from 'pg';
import { connectText, run } from '../support/differential.ts';
import { Federation, type Placement } from '../support/federation.ts';
import type { Gateway } from '../../server/main.ts';
import { withParameters } from './parameters.ts';
import { Random, querySeed } from './random.ts';
import { QueryGenerator, RISKY } from './random-query.ts';
import { randomSchema, type FuzzTable } from './schema.ts';
import { shrink } from './shrink.ts';
import { sqlText, type SqlTree } from './sql-tree.ts';
import { judge, type Verdict } from './verdict.ts';

export interface PlacementChoice {
  readonly placement: Placement;
  readonly disabled?: readonly string[];
}

/** By name, for `--placement`. */
export const FUZZ_PLACEMENTS: Readonly<Record<string, PlacementChoice>> = {
  postgres: { placement: () => 'pg' },
  duckdb: { placement: () => 'duck' },
  split: { placement: (table) => (table === 't1' || table === 't4' ? 'duck' : 'pg') },
  spread: { placement: (table) => ({ t1: 'pg1', t2: 'pg2' })[table] ?? 'duck' },
  'scans only': { placement: (table) => (table === 't2' ? 'duck' : 'pg'), disabled: ['placement'] },
  plain: {
    placement: (table) => (table === 't3' ? 'pg' : 'duck'),
    disabled: ['push-filters', 'order-joins', 'merge-projects', 'limit-below-project', 'simplify-outer-joins', 'split-averages'],
  },
};

export interface Failure {
  readonly seed: number;
  readonly index: number;
  readonly placement: string;
  readonly sql: string;
  /** Of its parameters. */
  readonly values: readonly string[];
  readonly detail: string;
  /** The whole statement before it was shrunk. */
  readonly original: string;
}

export interface Tally {
  statements: number;
  readonly verdicts: Map<Verdict['kind'], number>;
  /** 0A000 and skipped statements by message. */
  readonly messages: Map<string, number>;
  readonly failures: Failure[];
}

export interface CampaignOptions {
  readonly seed: number;
  readonly count: number;
  /** The first statement; for running one again. */
  readonly first?: number;
  readonly placements: readonly string[];
  /** Instead of random statements: this one, `count` times. */
  readonly sql?: string;
  readonly failuresMax: number;
  readonly onFailure?: (failure: Failure) => void;
}

/** What both servers are told before any statement. */
export const SESSION_SQL = "SET TimeZone = 'Europe/Berlin'; SET statement_timeout = '20s'";

export async function runCampaign(options: CampaignOptions): Promise<Tally> {
  const tables = randomSchema(new Random(options.seed));
  const federation = await Federation.create(tables.map((table) => table.federated));
  const tally: Tally = { statements: 0, verdicts: new Map(), messages: new Map(), failures: [] };
  const gateways: Target[] = [];
  try {
    const oracle = await open(federation.oracleConfig());
    for (const name of options.placements) {
      const { placement, disabled } = FUZZ_PLACEMENTS[name]!;
      gateways.push(await Target.start(name, await federation.gateway(placement, disabled ? { disabled } : {})));
    }
    const first = options.first ?? 0;
    for (let index = first; index < first + options.count && tally.failures.length < options.failuresMax; index++) {
      await oneStatement(options, tables, index, oracle, gateways, tally);
    }
    await oracle.end();
  } finally {
    for (const target of gateways) await target.stop();
    await federation.stop();
  }
  return tally;
}

async function oneStatement(
  options: CampaignOptions,
  tables: readonly FuzzTable[],
  index: number,
  oracle: pg.Client,
  targets: readonly Target[],
  tally: Tally,
): Promise<void> {
  const random = new Random(querySeed(options.seed, index));
  const made: SqlTree = options.sql ?? new QueryGenerator(random, tables).statement();
  const mayRaise = typeof made === 'string' || (made.kind === 'node' && made.category === RISKY);
  const { tree, values } = random.chance(0.15) ? withParameters(made, random) : { tree: made, values: [] };
  const sql = sqlText(tree);
  const expected = await run(oracle, sql, values);
  tally.statements++;
  for (const target of targets) {
    const verdict = judge(sql, expected, await target.run(sql, values), mayRaise);
    count(tally.verdicts, verdict.kind);
    if (verdict.kind === 'refused' || verdict.kind === 'skipped') count(tally.messages, `${verdict.kind}: ${verdict.message}`);
    if (verdict.kind !== 'different') continue;
    const family = familyOf(verdict.detail);
    const check = async (text: string): Promise<Verdict> =>
      judge(text, await run(oracle, text, values), await target.run(text, values), mayRaise);
    const shrunk = await shrink(tree, async (text) => {
      const again = await check(text);
      return again.kind === 'different' && familyOf(again.detail) === family;
    });
    const small = sqlText(shrunk);
    const last = await check(small);
    const detail = last.kind === 'different' ? last.detail : verdict.detail;
    const failure = { seed: options.seed, index, placement: target.name, sql: small, values, detail, original: sql };
    tally.failures.push(failure);
    options.onFailure?.(failure);
    // The other placements most likely show the same.
    return;
  }
}

/** Shrinking keeps to one kind of failure: an SQLSTATE, wrong rows, wrong columns. */
const familyOf = (detail: string): string => /got ([0-9A-Z]{5}) /.exec(detail)?.[1] ?? detail.split(/[ :]/)[0]!;

const count = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

async function open(config: pg.ClientConfig): Promise<pg.Client> {
  const client = await connectText(config);
  await client.query(SESSION_SQL);
  return client;
}

/** A gateway with one session; a session that breaks is a failure of the statement, and is opened anew. */
class Target {
  readonly name: string;
  readonly #gateway: Gateway & { clientConfig: pg.ClientConfig };
  #client: pg.Client;

  private constructor(name: string, gateway: Gateway & { clientConfig: pg.ClientConfig }, client: pg.Client) {
    this.name = name;
    this.#gateway = gateway;
    this.#client = client;
  }

  static async start(name: string, gateway: Gateway & { clientConfig: pg.ClientConfig }): Promise<Target> {
    return new Target(name, gateway, await open(gateway.clientConfig));
  }

  async run(sql: string, values: readonly string[]): Promise<Awaited<ReturnType<typeof run>>> {
    try {
      return await run(this.#client, sql, values);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#client = await open(this.#gateway.clientConfig);
      return { columns: [], typeOids: [], rows: [], error: { code: '08006', message: error.message } };
    }
  }

  async stop(): Promise<void> {
    await this.#client.end();
    await this.#gateway.stop();
  }
}
