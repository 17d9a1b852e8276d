/** The time of a chosen plan against others of the same query, executed in turn. */
import type pg from 'pg';
import type { Rel } from '../../algebra/rel.ts';
import { planQuery } from '../../planner/plan-query.ts';
import type { JoinGraph } from '../../planner/place/join-graph.ts';
import { rewrite } from '../../planner/rewrite/rewrite.ts';
import type { PlannerObserver } from '../../server/start-gateway.ts';
import { run } from '../../tests/support/differential.ts';
import { Random } from '../random.ts';
import { median } from '../report.ts';
import { randomOrder } from './best-order.ts';
import { blocksOf, withOrders, type JoinOrder } from './blocks.ts';
import { chosenOrders } from './chosen-order.ts';

const RANDOM_ORDERS = 3;
/** Ours is too slow if it takes longer than so many times the time of another. */
export const SLACK = 1.5;
/** So many times more. */
const RUNS_AGAIN = 3;
/** Below this, times say nothing. */
const MS_MIN = 3;
export const LIMIT_MS = 10_000;
const QUERY_CANCELED = '57014';

/** A way to plan: with these orders, or as the search likes; rules that must not fire. */
interface Way {
  readonly name: string;
  readonly orders?: readonly JoinOrder[];
  readonly disabled: readonly string[];
}
const OURS: Way = { name: 'ours', disabled: [] };
/** The same orders: what is fetched once for two places is shared when all is placed, and hides which relations are where. */
export const OURS_UNSHARED: Way = { name: 'ours', disabled: ['shared-fetches'] };
const SEARCHED: readonly Way[] = [
  OURS,
  { name: 'everything pushed', disabled: ['cost-placement'] },
  { name: 'nothing pushed', disabled: ['placement'] },
];

/** A gateway that plans each statement the way it is told just before. */
export class Stage {
  way: Way = OURS;
  blocks: readonly JoinGraph[] = [];
  planned: readonly JoinOrder[] = [];

  readonly observer: PlannerObserver = {
    disabled: new Set(),
    plan: (query, context) => {
      const { orders, disabled } = this.way;
      const rewritten = rewrite(query, new Set());
      this.blocks = blocksOf(rewritten);
      const rules = new Set([...disabled, ...(orders ? ['order-joins'] : [])]);
      const rel: Rel = orders ? withOrders(rewritten, orders) : query;
      const plan = planQuery(rel, { ...context, disabled: rules });
      this.planned = chosenOrders(plan, this.blocks);
      return plan;
    },
  };
}

/** Milliseconds by way. */
export type Times = ReadonlyMap<string, number>;

export async function timeWays(
  client: pg.Client,
  sql: string,
  stage: Stage,
  best: readonly JoinOrder[],
  runs: number,
): Promise<Times> {
  const random = new Random(7);
  const ways: Way[] = [...SEARCHED, { name: 'fewest rows', orders: best, disabled: [] }];
  for (let i = 1; i <= RANDOM_ORDERS; i++) {
    const order = stage.blocks.map((graph) => randomOrder(graph, random));
    ways.push({ name: `by chance ${i}`, orders: order, disabled: [] });
  }
  const samples = new Map<string, number[]>();
  const times = await timeInTurns(client, sql, stage, ways, runs, samples);
  const rival = ways.find(({ name }) => times.get(name) === Math.min(...times.values()));
  if (rival === undefined || (timeFactor(times) ?? 1) <= SLACK || times.get(OURS.name) === LIMIT_MS) return times;
  return new Map([...times, ...(await timeInTurns(client, sql, stage, [OURS, rival], runs * RUNS_AGAIN, samples))]);
}

/** Medians of all `samples` so far, to which it adds. A first round warms up. */
async function timeInTurns(
  client: pg.Client,
  sql: string,
  stage: Stage,
  ways: readonly Way[],
  runs: number,
  samples: Map<string, number[]>,
): Promise<Times> {
  const unanswered = new Map<string, 'late' | 'failed'>();
  for (let round = 0; round <= runs; round++) {
    for (const way of ways) {
      if (unanswered.has(way.name)) continue;
      stage.way = way;
      const { rows, error } = await run(client, `EXPLAIN (ANALYZE, SUMMARY, FORMAT JSON) ${sql}`);
      if (error) {
        unanswered.set(way.name, error.code === QUERY_CANCELED || way === OURS ? 'late' : 'failed');
        if (error.code !== QUERY_CANCELED) console.log(`  ${way.name} failed: ${error.message}`);
      } else if (round > 0) {
        const [figures] = JSON.parse(rows[0]![0]!) as [{ 'Execution Time': number }];
        samples.set(way.name, [...(samples.get(way.name) ?? []), figures['Execution Time']]);
      }
    }
  }
  const times = new Map<string, number>();
  for (const { name } of ways) {
    const outcome = unanswered.get(name);
    if (outcome === 'late') times.set(name, LIMIT_MS);
    else if (outcome === undefined) times.set(name, median(samples.get(name)!));
  }
  return times;
}

/** Of the chosen plan, by the best known; undefined: no times were taken. */
export function timeFactor(times: Times): number | undefined {
  const ours = times.get(OURS.name);
  if (ours === undefined) return undefined;
  return Math.max(MS_MIN, ours) / Math.max(MS_MIN, Math.min(...times.values()));
}
