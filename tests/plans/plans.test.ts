/**
 * *.plan: statements, what the planner did with them, and the plan. A case, up to the next empty line but one:
 *
 *   # words for the reader
 *   stats shop.orders rows=1e6 customer_id=1..5000    instead of what the source says: a column's values, evenly spread
 *   learned customers rows=5                          what an earlier execution had of what the statement reads of the table
 *   plan expect=RULE expect-not=RULE disable=RULE …
 *   SELECT …
 *   ----
 *   the plan
 *
 * Every statement is also run: rows as PostgreSQL's. UPDATE_GOLDEN=1 rewrites what is below the dashes.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import type { QueryPlan } from '../../algebra/plan.ts';
import type { Rel } from '../../algebra/rel.ts';
import { tableOfRows } from '../../algebra/statistics.ts';
import type { TableStatistics } from '../../algebra/statistics.ts';
import { visitRel } from '../../algebra/transform.ts';
import { LearnedRows } from '../../planner/estimate/learned-rows.ts';
import { ruleNames, type PlanContext } from '../../planner/plan-query.ts';
import { learnRows } from '../../server/feedback.ts';
import type { Gateway } from '../../server/main.ts';
import { remotesOf } from '../../server/remote-fragments.ts';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import { planWithDefaultCosts } from '../support/watched-plans.ts';
import { faultsOfExplained } from './explained.ts';
import { compactPlan } from './plan-text.ts';
import { placement, TABLES } from './tables.ts';

const update = process.env['UPDATE_GOLDEN'] === '1';
const DEFAULT_ROWS = 1000;

interface PlanCase {
  readonly question: string;
  readonly sql: string;
  readonly stats: ReadonlyMap<string, TableStatistics>;
  readonly learned: ReadonlyMap<string, number>;
  readonly expect: readonly string[];
  readonly expectNot: readonly string[];
  readonly disable: readonly string[];
  readonly plan: string;
}

function parseCase(text: string): PlanCase {
  const [question = '', plan = ''] = text.split('\n----\n');
  const stats = new Map<string, TableStatistics>();
  const learned = new Map<string, number>();
  const options = new Map<string, string[]>();
  const sql: string[] = [];
  for (const line of question.replace(/\n----$/, '').split('\n')) {
    const stat = /^stats (\S+) rows=(\S+)((?: \w+=-?\d+\.\.-?\d+)*)$/.exec(line);
    const learnedRows = /^learned (\S+) rows=(\S+)$/.exec(line);
    if (stat) stats.set(stat[1]!, tableWith(Number(stat[2]), stat[3]!));
    else if (learnedRows) learned.set(learnedRows[1]!, Number(learnedRows[2]));
    else if (/^plan( |$)/.test(line)) {
      for (const word of line.slice(5).split(/\s+/).filter(Boolean)) {
        const [name, value] = word.split('=');
        if (!['expect', 'expect-not', 'disable'].includes(name!) || !value) throw new Error(`unknown word in "${line}"`);
        options.set(name!, [...(options.get(name!) ?? []), value]);
      }
    } else if (!line.startsWith('#')) sql.push(line);
  }
  return {
    question: question.replace(/\n----$/, ''),
    sql: sql.join('\n'),
    stats,
    learned,
    expect: options.get('expect') ?? [],
    expectNot: options.get('expect-not') ?? [],
    disable: options.get('disable') ?? [],
    plan: plan.trimEnd(),
  };
}

/** `columns`: ` name=least..greatest`, several times. */
function tableWith(rows: number, columns: string): TableStatistics {
  const known = [...columns.matchAll(/(\w+)=(-?\d+)\.\.(-?\d+)/g)].map(([, name, least, greatest]) => {
    const distinct = Math.min(rows, Number(greatest) - Number(least) + 1);
    return [name!, { nullFraction: 0, distinct, width: 4, common: [], histogram: [least!, greatest!] }] as const;
  });
  return { ...tableOfRows(rows), columns: new Map(known) };
}

/** What the plan's fragments over one of the tables teach. */
function taught(query: Rel, given: PlanContext, rows: ReadonlyMap<string, number>): LearnedRows {
  const { record: _, ...context } = given;
  const learned = new LearnedRows(Infinity);
  const first = planWithDefaultCosts(query, { ...context, learned, fired: new Set() });
  const read = new Map<number, number>();
  for (const { id, fragment } of remotesOf(first)) {
    const found = rows.get(tablesIn(fragment).join(' '));
    if (found !== undefined) read.set(id, found);
  }
  learnRows({ learned, statistics: context.statistics }, first, read);
  return learned;
}

function tablesIn(fragment: Rel): readonly string[] {
  const tables: string[] = [];
  visitRel(fragment, (rel) => {
    if (rel.kind === 'scan') tables.push(rel.table.name);
  });
  return tables;
}

const observer = {
  injected: new Map<string, TableStatistics>() as ReadonlyMap<string, TableStatistics>,
  learned: new Map<string, number>() as ReadonlyMap<string, number>,
  disabled: new Set<string>(),
  fired: new Set<string>(),
  statistics: {
    table: (table: { readonly site: string; readonly name: string }): TableStatistics =>
      observer.injected.get(`${table.site}.${table.name}`) ?? tableOfRows(DEFAULT_ROWS),
  },
  plan: (query: Rel, context: PlanContext): QueryPlan => {
    const learned = observer.learned.size === 0 ? undefined : taught(query, context, observer.learned);
    return planWithDefaultCosts(query, { ...context, learned });
  },
};

let federation: Federation;
let gateway: Gateway;
let oracle: pg.Client;
let client: pg.Client;

beforeAll(async () => {
  federation = await Federation.create(TABLES);
  const started = await federation.gateway(placement, { observer });
  gateway = started;
  oracle = await connectText(federation.oracleConfig());
  client = await connectText(started.clientConfig);
});

afterAll(async () => {
  await client?.end();
  await oracle?.end();
  await gateway?.stop();
  await federation?.stop();
});

const isOrdered = (sql: string): boolean => /\bORDER BY\b(?![^(]*\))/.test(sql);

/** Each case of each file. */
const FILES = new Map(
  readdirSync(__dirname)
    .filter((file) => file.endsWith('.plan'))
    .map((file) => [file, readFileSync(path.join(__dirname, file), 'utf8').trimEnd().split('\n\n').map(parseCase)] as const),
);

/** Switches of the search between what it weighs and what it must: they change what others do, and do nothing themselves. */
const MODES = ['adaptive-cost', 'sorting-cost', 'shipping-cost', 'cost-placement'];

describe.each(ruleNames.filter((rule) => !MODES.includes(rule)))('rule %s', (rule) => {
  const cases = [...FILES.values()].flat();
  test('has a case where it fires', () => expect(cases.some((one) => one.expect.includes(rule))).toBe(true));
  test('has a case where it does not', () => expect(cases.some((one) => one.expectNot.includes(rule))).toBe(true));
});

describe.each([...FILES])('%s', (file, parsed) => {
  const results: string[] = [];

  test.each(parsed.map((one) => [one.sql, one] as const))('%s', async (_sql, one) => {
    observer.injected = one.stats;
    observer.learned = one.learned;
    observer.disabled.clear();
    for (const rule of one.disable) observer.disabled.add(rule);
    observer.fired.clear();
    const explained = await run(client, `EXPLAIN (COSTS OFF) ${one.sql}`);
    const fired = [...observer.fired];
    const plan = explained.error
      ? `error ${explained.error.code}: ${explained.error.message}`
      : compactPlan(explained.rows.map(([line]) => line!));
    results.push(`${one.question}\n----\n${plan}`);
    expect(fired).toEqual(expect.arrayContaining([...one.expect]));
    expect(fired.filter((rule) => one.expectNot.includes(rule))).toEqual([]);
    if (!update) expect(plan).toBe(one.plan);
    if (explained.error) return;
    const told = await run(client, `EXPLAIN (OPTIMIZER, FORMAT JSON) ${one.sql}`);
    expect(faultsOfExplained(told.rows[0]![0]!)).toEqual([]);
    const differs = difference(await run(oracle, one.sql), await run(client, one.sql), { ordered: isOrdered(one.sql) });
    expect(differs).toBeUndefined();
  });

  if (update) afterAll(() => writeFileSync(path.join(__dirname, file), `${results.join('\n\n')}\n`));
});
