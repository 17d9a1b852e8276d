/**
 * `npm run bench -- orders [--set tpch,job] [--scale S] [--split N] [--queries 3,5] [--runs 3]`: whether the order of joins
 * that the search chooses is a good one. For every query and split with fewer than ten relations a block: the true
 * rows that joins touch (what they read and make) and make, in the chosen order against the fewest of all orders (exact, and
 * the same on every machine); and the time of the chosen plan against others: the order of fewest rows, orders by chance, everything and nothing pushed, all
 * executed in turn, so that noise hits them alike. Always with the group in DuckDB and all else in PostgreSQL, on loopback.
 *
 * The best of several medians is the one that noise helped most: where ours seems too slow, both run again, often. What has no
 * answer in time counts with the limit, and so does ours when it fails; others that fail are left out.
 *
 * Rows say nothing of places: an order that touches more of them may be the better one, where keys that are sent spare most
 * of them, or a source joins before anything crosses a link. Where the two disagree, time decides.
 */
import pg from 'pg';
import { createPostgresSite } from '../../connectors/postgres/postgres-site.ts';
import type { Rel } from '../../algebra/rel.ts';
import { relInputs } from '../../algebra/transform.ts';
import type { RelationSet } from '../../planner/place/conflict-rules.ts';
import type { JoinGraph } from '../../planner/place/join-graph.ts';
import { chosen } from '../../tests/conformance/query-set.ts';
import { connectText, run } from '../../tests/support/differential.ts';
import { Federation } from '../../tests/support/federation.ts';
import { benchSets, split, type BenchSet } from '../query-sets.ts';
import { percentile, report, type Metric } from '../report.ts';
import { bestOrder, rowsMade, rowsTouched, type CountRows } from './best-order.ts';
import type { JoinOrder } from './blocks.ts';
import { LIMIT_MS, OURS_UNSHARED, SLACK, Stage, timeFactor, timeWays, type Times } from './time-ways.ts';
import { NO_LIMIT, TrueRows } from './true-rows.ts';

const RELATIONS_MAX = 9;
const DEFAULT_SCALE = 0.05;

export interface OrdersOptions {
  readonly set?: string | undefined;
  readonly scale?: number | undefined;
  readonly split?: string | undefined;
  readonly queries?: string | undefined;
  readonly runs?: string | undefined;
}

/** Rows of all joins, by the chosen order and by the best one. */
interface Compared {
  readonly ours: number;
  readonly best: number;
}

interface Measured {
  readonly query: string;
  readonly made: Compared;
  readonly touched: Compared;
  readonly times: Times;
}

interface MeasuredSplit {
  readonly measured: readonly Measured[];
  /** Queries whose orders cannot be compared. */
  readonly leftOut: number;
}

export async function orders(options: OrdersOptions): Promise<void> {
  const scale = options.scale ?? DEFAULT_SCALE;
  const metrics: Record<string, Metric> = {};
  for (const set of benchSets(options.set ?? 'tpch,job')) {
    const federation = await Federation.create(await set.tables(scale), { shared_buffers: '256MB' });
    const client = new pg.Client(federation.oracleConfig());
    await client.connect();
    const { host, port, user } = federation.postgres;
    const site = createPostgresSite({ name: 'oracle', url: `postgres://${user}@${host}:${port}/oracle` });
    try {
      const rows = new TrueRows(client, site);
      const groups = Object.keys(set.groups);
      for (const group of options.split === undefined ? groups : [groups[Number(options.split) - 1]!]) {
        const title = `${set.name} at scale ${scale}, ${group} in DuckDB, loopback`;
        console.log(`\n${title}`);
        Object.assign(metrics, summarize(title, await measureSplit(federation, set, group, rows, options)));
      }
    } finally {
      await client.end();
      await site.close();
      await federation.stop();
    }
  }
  report('orders', metrics);
}

async function measureSplit(
  federation: Federation,
  set: BenchSet,
  group: string,
  rows: TrueRows,
  options: OrdersOptions,
): Promise<MeasuredSplit> {
  const stage = new Stage();
  const gateway = await federation.gateway(split(set, group, 'duck', 'pg'), { observer: stage.observer, admin: 'bench' });
  const measured: Measured[] = [];
  let leftOut = 0;
  try {
    const client = await connectText(gateway.clientConfig);
    const analyzed = await run(client, 'ANALYZE');
    if (analyzed.error) throw new Error(`ANALYZE: ${analyzed.error.message}`);
    await run(client, `SET statement_timeout = ${LIMIT_MS}`);
    for (const [query, sql] of chosen(set, options.queries?.split(',').map(Number))) {
      stage.way = OURS_UNSHARED;
      const planned = await run(client, `EXPLAIN ${sql}`);
      if (planned.error) throw new Error(`${query}: ${planned.error.message}`);
      const blocks = stage.blocks.filter((graph) => graph.relations.length > 1);
      const largest = Math.max(0, ...blocks.map((graph) => graph.relations.length));
      if (blocks.length === 0 || largest > RELATIONS_MAX) continue;
      const compared = await compareRows(query, stage.blocks, stage.planned, rows);
      if (typeof compared === 'string') {
        console.log(`${query}  left out: ${compared}`);
        leftOut++;
        continue;
      }
      const runs = Number(options.runs ?? 3);
      const times = runs === 0 ? new Map<string, number>() : await timeWays(client, sql, stage, compared.best, runs);
      const found = { query, made: compared.made, touched: compared.touched, times };
      measured.push(found);
      console.log(lineOf(found));
    }
    await client.end();
  } finally {
    await gateway.stop();
  }
  return { measured, leftOut };
}

interface ComparedRows {
  readonly made: Compared;
  readonly touched: Compared;
  /** By block, the order in which joins touch the fewest rows. */
  readonly best: readonly JoinOrder[];
}

/** Or why they cannot be. */
async function compareRows(
  query: string,
  blocks: readonly JoinGraph[],
  planned: readonly JoinOrder[],
  trueRows: TrueRows,
): Promise<ComparedRows | string> {
  const [made, touched] = [
    { ours: 0, best: 0 },
    { ours: 0, best: 0 },
  ];
  const best: JoinOrder[] = [];
  for (const [i, graph] of blocks.entries()) {
    const key = `${query} ${i}`;
    if (graph.relations.some(readsWith)) return 'it joins the rows of a WITH';
    const order = planned[i]!;
    if (order.length !== graph.relations.length - 1) return `block ${i + 1} is not joined as one`;
    const rowsOf = async (set: RelationSet): Promise<number> => {
      const below = order.filter(([left, right]) => ((left | right) & ~set) === 0);
      return (await trueRows.count(key, graph, set, below, NO_LIMIT))!;
    };
    const own = { made: 0, touched: 0 };
    for (const [a, b] of order) {
      const rows = await rowsOf(a | b);
      own.made += rows;
      own.touched += rowsTouched(await rowsOf(a), await rowsOf(b)) + rows;
    }
    const count: CountRows = (set, joined, limit) => trueRows.count(key, graph, set, joined, limit);
    const fewest = await bestOrder(graph, rowsMade, own.made, count);
    const cheapest = await bestOrder(graph, rowsTouched, own.touched, count);
    if (fewest === undefined || cheapest === undefined) throw new Error(`${query}: no order is as good as the chosen one`);
    made.ours += own.made;
    made.best += fewest.total;
    touched.ours += own.touched;
    touched.best += cheapest.total;
    best.push(cheapest.order);
  }
  return { made, touched, best };
}

const readsWith = (rel: Rel): boolean => rel.kind === 'ctescan' || relInputs(rel).some(readsWith);

/** No rows at all are as good as one. */
const rowFactor = ({ ours, best }: Compared): number => Math.max(1, ours) / Math.max(1, best);

const verdict = (factor: number): string => `${factor.toFixed(2)}${factor > SLACK ? ' MISSED' : ''}`;

function lineOf(measured: Measured): string {
  const rows = (compared: Compared): string => `${compared.ours} / ${compared.best} = ${verdict(rowFactor(compared))}`;
  const byTime = [...measured.times].sort((a, b) => a[1] - b[1]).map(([name, ms]) => `${name} ${ms.toFixed(1)}`);
  const factor = timeFactor(measured.times);
  const times = factor === undefined ? '' : `   time ${verdict(factor)}  (${byTime.join(', ')})`;
  return `${measured.query}  touched ${rows(measured.touched)}   made ${rows(measured.made)}${times}`;
}

function summarize(title: string, { measured, leftOut }: MeasuredSplit): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  const add = (what: string, factors: readonly number[]): void => {
    if (factors.length === 0) return;
    const within = factors.filter((factor) => factor <= SLACK).length;
    metrics[`${title}: ${what} within ${SLACK}× of the best${leftOut === 0 ? '' : `, ${leftOut} more left out`}`] = {
      ours: within,
      reference: factors.length,
      ratio: within / factors.length,
      unit: 'queries',
      target: 'all',
      ok: within === factors.length,
    };
    metrics[`${title}: ${what}, p95`] = {
      ours: percentile(factors, 95),
      reference: null,
      ratio: null,
      unit: '×',
      target: `≤ ${SLACK}×`,
      ok: percentile(factors, 95) <= SLACK,
    };
  };
  add('rows touched', measured.map((one) => rowFactor(one.touched))); // prettier-ignore
  add('rows made', measured.map((one) => rowFactor(one.made))); // prettier-ignore
  add('time', measured.flatMap((one) => timeFactor(one.times) ?? [])); // prettier-ignore
  return metrics;
}
