/**
 * `npm run bench -- qerror [--set tpch,tpcds,job] [--scale S] [--queries 3,5]`: how far estimated row counts are from the
 * true ones. With everything done at home each filter, join and aggregate is a node with both figures; with fragments
 * placed, a node of a source stands for the whole fragment. The q-error of a node is max(estimate / truth, truth /
 * estimate), both taken as at least one row.
 */
import { connectText, run } from '../tests/support/differential.ts';
import { Federation } from '../tests/support/federation.ts';
import { chosen } from '../tests/conformance/query-set.ts';
import { benchSets, split, type BenchSet } from './query-sets.ts';
import { median, percentile, report, type Metric } from './report.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly Site: string;
  readonly 'Plan Rows': number;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
  readonly [property: string]: unknown;
}

interface Measured {
  readonly query: string;
  readonly operator: string;
  readonly estimated: number;
  readonly actual: number;
  readonly q: number;
}

/** A node's rows are all its rows unless what is above stopped asking: a LIMIT, or a join one side of which came out empty. */
const READS_ALL: ReadonlySet<string> = new Set(['Sort', 'Aggregate', 'WindowAgg', 'Unique']);
const STOPS_EARLY: ReadonlySet<string> = new Set(['Limit', 'Nested Loop']);

function measure(query: string, root: PlanNode): Measured[] {
  const found: Measured[] = [];
  const visit = (node: PlanNode, whole: boolean): void => {
    const { 'Plan Rows': estimated, 'Actual Rows': actual, 'Actual Loops': loops, Plans: inputs = [] } = node;
    if (whole && loops === 1) {
      const [low, high] = [Math.min(estimated, actual), Math.max(estimated, actual)];
      found.push({ query, operator: operatorOf(node), estimated, actual, q: Math.max(1, high) / Math.max(1, low) });
    }
    const type = node['Node Type'];
    for (const input of inputs) visit(input, READS_ALL.has(type) || (whole && !STOPS_EARLY.has(type)));
  };
  visit(root, true);
  return found;
}

const DETAILS = ['Hash Cond', 'Join Filter', 'Filter', 'Group Key', 'Remote SQL'];

function operatorOf(node: PlanNode): string {
  const details = DETAILS.flatMap((name) => (node[name] === undefined ? [] : [String(node[name])])).join(' ');
  const text = `${node['Node Type']}${node.Site === 'local' ? '' : ` on ${node.Site}`}: ${details}`.replaceAll(/\s+/g, ' ');
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

/** At home, and under each split of the set. */
const modesOf = (set: BenchSet) => [
  { mode: 'at home', placement: () => 'pg', disabled: ['placement'] },
  ...Object.keys(set.groups).map((group) => ({
    mode: `${group} in DuckDB`,
    placement: split(set, group, 'duck', 'pg'),
    disabled: [],
  })),
];

const DEFAULT_SCALES: Readonly<Record<string, number>> = { tpch: 0.05, tpcds: 0.01, job: 0.1 };

export interface QErrorOptions {
  readonly sets: string;
  readonly scale: number | undefined;
  readonly queries: readonly number[] | undefined;
}

export async function qError(options: QErrorOptions): Promise<void> {
  const metrics: Record<string, Metric> = {};
  for (const set of benchSets(options.sets)) {
    const scale = options.scale ?? DEFAULT_SCALES[set.name]!;
    const federation = await Federation.create(await set.tables(scale), { shared_buffers: '256MB' });
    try {
      for (const { mode, placement, disabled } of modesOf(set)) {
        const nodes = await measureAll(federation, set, placement, disabled, options.queries);
        Object.assign(metrics, summarize(`${set.name} at scale ${scale}, ${mode}`, nodes));
      }
    } finally {
      await federation.stop();
    }
  }
  report('qerror', metrics);
}

async function measureAll(
  federation: Federation,
  set: BenchSet,
  placement: Parameters<Federation['gateway']>[0],
  disabled: readonly string[],
  queries: readonly number[] | undefined,
): Promise<readonly Measured[]> {
  const gateway = await federation.gateway(placement, { disabled, admin: 'bench' });
  const nodes: Measured[] = [];
  try {
    const client = await connectText(gateway.clientConfig);
    const analyzed = await run(client, 'ANALYZE');
    if (analyzed.error) throw new Error(`ANALYZE: ${analyzed.error.message}`);
    await run(client, `SET statement_timeout = '60s'`);
    for (const [query, sql] of chosen(set, queries)) {
      const explained = await run(client, `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`);
      if (explained.error) console.log(`${set.name} ${query}: left out: ${explained.error.message}`);
      else nodes.push(...measure(query, (JSON.parse(explained.rows[0]![0]!) as [{ Plan: PlanNode }])[0].Plan));
    }
    await client.end();
  } finally {
    await gateway.stop();
  }
  return nodes;
}

function summarize(title: string, nodes: readonly Measured[]): Record<string, Metric> {
  if (nodes.length === 0) return {};
  const errors = nodes.map(({ q }) => q);
  const joins = nodes.filter(({ operator }) => /^(Hash Join|Nested Loop)/.test(operator)).map(({ q }) => q);
  const metric = (ours: number): Metric => ({ ours, reference: null, ratio: null, unit: '×', target: '–', ok: null });
  console.log(`\n${title}: ${nodes.length} nodes; the ten farthest off:`);
  for (const { query, operator, estimated, actual, q } of [...nodes].sort((a, b) => b.q - a.q).slice(0, 10))
    console.log(`  ${q.toFixed(1).padStart(10)}×  ${query}  estimated ${Math.round(estimated)}, actual ${actual}  ${operator}`);
  return {
    [`${title}, median of ${nodes.length} nodes`]: metric(median(errors)),
    [`${title}, p95`]: metric(percentile(errors, 95)),
    [`${title}, max`]: metric(Math.max(...errors)),
    ...(joins.length === 0 ? {} : { [`${title}, p95 of ${joins.length} joins`]: metric(percentile(joins, 95)) }),
  };
}
