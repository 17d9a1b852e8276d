/**
 * A world: random tables in one PostgreSQL and behind gateways over several placements, kept for thousands of random
 * statements. PostgreSQL answers each statement once; several statements and placements are in flight. Failures come back
 * shrunk.
 */
import type pg from 'pg';
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import type { Gateway } from '../../server/main.ts';
import { withParameters } from './parameters.ts';
import type { PlacementChoice } from './placements.ts';
import { Random, querySeed } from './random.ts';
import { QueryGenerator, RISKY } from './random-query.ts';
import { randomSchema, TABLES_PER_STATEMENT, type FuzzTable } from './schema.ts';
import { shrink } from './shrink.ts';
import { sqlText, type SqlTree } from './sql-tree.ts';
import { count, emptyTally, type Failure, type Tally } from './tally.ts';
import { judge, limitOf, type Verdict } from './verdict.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly count: number;
  /** The first statement; for running one again. */
  readonly first?: number;
  readonly placements: Readonly<Record<string, PlacementChoice>>;
  /** How many of the placements each statement runs under; all by default. */
  readonly each?: number;
  /** Tables of the world. */
  readonly tables?: number;
  /** Instead of random statements: this one, `count` times. */
  readonly sql?: string;
  readonly failuresMax: number;
  readonly onFailure?: (failure: Failure) => void;
}

/** What both servers are told before any statement. */
const SESSION_SQL = "SET TimeZone = 'Europe/Berlin'; SET statement_timeout = '60s'";
const TIMED_OUT = '57014';
/** Statements in flight. */
const LANES = 3;
const TABLES = 24;
const NO_CONNECTION_FREE = '53300';

type Outcome = Awaited<ReturnType<typeof run>>;
type FuzzGateway = Gateway & { readonly clientConfig: pg.ClientConfig };

export async function runCampaign(options: CampaignOptions): Promise<Tally> {
  const tables = randomSchema(new Random(options.seed), options.tables ?? TABLES);
  // Every gateway keeps connections of its own to each of its sources.
  const federation = await Federation.create(
    tables.map((table) => table.federated),
    { max_connections: '150' },
  );
  const tally = emptyTally();
  const gateways: { name: string; gateway: FuzzGateway }[] = [];
  const lanes: Lane[] = [];
  try {
    for (const [name, { placement, disabled }] of Object.entries(options.placements)) {
      // Tables this small give a second thread nothing to do but to be woken.
      gateways.push({ name, gateway: await federation.gateway(placement, { threads: 1, ...(disabled ? { disabled } : {}) }) });
    }
    const first = options.first ?? 0;
    const laneCount = Math.min(LANES, options.count);
    for (let i = 0; i < laneCount; i++) lanes.push(await Lane.open(options, tables, federation, gateways, tally));
    let next = first;
    const work = async (lane: Lane): Promise<void> => {
      while (next < first + options.count && tally.failures.length < options.failuresMax) await lane.oneStatement(next++);
    };
    await Promise.all(lanes.map(work));
  } finally {
    for (const lane of lanes) await lane.close();
    for (const { gateway } of gateways) await gateway.stop();
    await federation.stop();
  }
  return tally;
}

/** A session with the oracle and one with each gateway; one statement at a time. */
class Lane {
  readonly #options: CampaignOptions;
  readonly #tables: readonly FuzzTable[];
  readonly #oracle: Session;
  readonly #targets: readonly Session[];
  readonly #tally: Tally;

  private constructor(
    options: CampaignOptions,
    tables: readonly FuzzTable[],
    oracle: Session,
    targets: readonly Session[],
    tally: Tally,
  ) {
    this.#options = options;
    this.#tables = tables;
    this.#oracle = oracle;
    this.#targets = targets;
    this.#tally = tally;
  }

  static async open(
    options: CampaignOptions,
    tables: readonly FuzzTable[],
    federation: Federation,
    gateways: readonly { readonly name: string; readonly gateway: FuzzGateway }[],
    tally: Tally,
  ): Promise<Lane> {
    const oracle = await Session.open('oracle', federation.oracleConfig());
    const targets: Session[] = [];
    for (const { name, gateway } of gateways) targets.push(await Session.open(name, gateway.clientConfig));
    return new Lane(options, tables, oracle, targets, tally);
  }

  async close(): Promise<void> {
    for (const session of [this.#oracle, ...this.#targets]) await session.close();
  }

  async oneStatement(index: number): Promise<void> {
    const { sql: given, seed, each } = this.#options;
    const random = new Random(querySeed(seed, index));
    const tables = random.sample(this.#tables, TABLES_PER_STATEMENT);
    const made: SqlTree = given ?? new QueryGenerator(random, tables).statement();
    const mayRaise = typeof made === 'string' || (made.kind === 'node' && made.category === RISKY);
    const { tree, values } = random.chance(0.15) ? withParameters(made, random) : { tree: made, values: [] };
    const targets = each === undefined ? this.#targets : random.sample(this.#targets, each);
    const sql = sqlText(tree);
    const expected = await this.#oracle.run(sql, values);
    this.#tally.statements++;
    const answers = await Promise.all(
      targets.map(async (target) => ({ target, verdict: await this.#judged(target, sql, values, expected, mayRaise) })),
    );
    for (const { verdict } of answers) {
      count(this.#tally.verdicts, verdict.kind);
      if (!('message' in verdict)) continue;
      const reason = `${verdict.kind}: ${verdict.message}`;
      count(this.#tally.reasons, reason);
      const known = this.#tally.examples[reason];
      if (known === undefined || sql.length < known.length) this.#tally.examples[reason] = sql;
    }
    const wrong = answers.find(({ verdict }) => verdict.kind === 'different');
    if (wrong?.verdict.kind !== 'different') return;
    const failure = await this.#shrunk(index, tree, values, wrong.target, wrong.verdict.detail, mayRaise);
    this.#tally.failures.push(failure);
    this.#options.onFailure?.(failure);
  }

  async #judged(target: Session, sql: string, values: readonly string[], expected: Outcome, mayRaise: boolean): Promise<Verdict> {
    const actual = await target.run(sql, values);
    const verdict = judge(sql, expected, actual, mayRaise);
    const limit = limitOf(actual);
    const other = this.#targets.find(({ name }) => name === this.#options.placements[target.name]?.limitedAs);
    if (verdict.kind !== 'different' || limit === undefined || other === undefined) return verdict;
    const again = judge(sql, expected, await other.run(sql, values), mayRaise);
    const message = `the ${limit} limit without the planner's rules, right with them`;
    return again.kind === 'equal' ? { kind: 'skipped', message } : verdict;
  }

  async #shrunk(
    index: number,
    tree: SqlTree,
    values: readonly string[],
    target: Session,
    firstDetail: string,
    mayRaise: boolean,
  ): Promise<Failure> {
    const family = familyOf(firstDetail);
    // Each try to shrink it would take as long.
    if (family === TIMED_OUT)
      return { seed: this.#options.seed, index, placement: target.name, sql: sqlText(tree), values, detail: firstDetail, original: sqlText(tree) }; // prettier-ignore
    const check = async (text: string): Promise<Verdict> =>
      judge(text, await this.#oracle.run(text, values), await target.run(text, values), mayRaise);
    const shrunk = await shrink(tree, async (text) => {
      const again = await check(text);
      return again.kind === 'different' && familyOf(again.detail) === family;
    });
    const sql = sqlText(shrunk);
    const last = await check(sql);
    const detail = last.kind === 'different' ? last.detail : firstDetail;
    return { seed: this.#options.seed, index, placement: target.name, sql, values, detail, original: sqlText(tree) };
  }
}

/** Shrinking keeps to one kind of failure: an SQLSTATE, wrong rows, wrong columns. */
const familyOf = (detail: string): string => /got ([0-9A-Z]{5}) /.exec(detail)?.[1] ?? detail.split(/[ :]/)[0]!;

/** A session that breaks is a failure of its statement, and is opened anew. */
class Session {
  readonly name: string;
  readonly #config: pg.ClientConfig;
  #client: pg.Client;

  private constructor(name: string, config: pg.ClientConfig, client: pg.Client) {
    this.name = name;
    this.#config = config;
    this.#client = client;
  }

  static async open(name: string, config: pg.ClientConfig): Promise<Session> {
    return new Session(name, config, await connect(config));
  }

  async run(sql: string, values: readonly string[]): Promise<Outcome> {
    const once = (): Promise<Outcome> => run(this.#client, sql, values.length === 0 ? undefined : values);
    try {
      const outcome = await once();
      // On a busy machine the statements of other lanes may hold a source's connections for long.
      return outcome.error?.code === NO_CONNECTION_FREE ? await once() : outcome;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#client = await connect(this.#config);
      return { columns: [], typeOids: [], rows: [], error: { code: '08006', message: error.message } };
    }
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

async function connect(config: pg.ClientConfig): Promise<pg.Client> {
  const client = await connectText(config);
  await client.query(SESSION_SQL);
  return client;
}
