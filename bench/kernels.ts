/**
 * `npm run bench -- kernels`: the executor's hot loops without any source, 6M rows against 1.5M, one thread. Median CPU time
 * of three runs.
 */
import type { AggregatePlan, HashJoinPlan, Plan, SortPlan } from '../algebra/plan.ts';
import type { RelColumn } from '../algebra/rel.ts';
import type { AggregateCall } from '../algebra/scalar.ts';
import { sqlType } from '../core/sql-type.ts';
import type { SqlType } from '../core/sql-type.ts';
import {
  aggregate,
  column,
  int4Of,
  int8Of,
  makeTable,
  measure,
  mixed,
  node,
  numericOf,
  ref,
  scan,
  textOf,
} from './memory-source.ts';

const FACTS = 6_000_000;
const DIMENSION = 1_500_000;

const int4 = sqlType('int4');
const int8 = sqlType('int8');
const text = sqlType('text');
const numeric = sqlType('numeric');

const group = (input: Plan, groups: readonly RelColumn[], calls: readonly AggregateCall[]): AggregatePlan => ({
  ...node([...groups, ...calls.map((call) => column(call.type))]),
  kind: 'aggregate',
  input,
  groups: groups.map((c) => c.id),
  calls,
});
const count = aggregate('count()', int8);

function join(key: SqlType, payload: boolean, facts: string, dimension: string, type: HashJoinPlan['type'] = 'inner'): Plan {
  const left = [column(key), column(numeric)];
  const right = [column(key), column(int4)];
  const plan: HashJoinPlan = {
    ...node(type === 'semi' ? left : [...left, ...right]),
    kind: 'hashjoin',
    type,
    left: scan(facts, left),
    right: scan(dimension, right),
    leftKeys: [ref(left[0]!)],
    rightKeys: [ref(right[0]!)],
    residual: [],
    nullAware: false,
  };
  return payload ? plan : group(plan, [], [count]);
}

function sort(topN: number | null): Plan {
  const columns = [column(int8), column(numeric)];
  const plan: SortPlan = {
    ...node(columns),
    kind: 'sort',
    input: scan('facts8', columns),
    keys: [{ column: columns[1]!.id, type: numeric, descending: true, nullsFirst: true }],
  };
  return topN === null ? plan : { ...plan, topN: { limit: { kind: 'const', type: int8, value: topN }, offset: null } };
}

function priceReport(): Plan {
  const columns = [column(text), column(text), column(numeric), column(numeric), column(int4)];
  const [flag, status, quantity, price] = columns as [RelColumn, RelColumn, RelColumn, RelColumn];
  return group(
    scan('lineitem', columns),
    [flag, status],
    [
      aggregate('sum(numeric)', numeric, ref(quantity)),
      aggregate('sum(numeric)', numeric, ref(price)),
      aggregate('avg(numeric)', numeric, ref(quantity)),
      aggregate('avg(numeric)', numeric, ref(price)),
      count,
    ],
  );
}

function groupBy(table: string, key: SqlType): Plan {
  const columns = [column(key), column(numeric)];
  return group(scan(table, columns), [columns[0]!], [count, aggregate('sum(numeric)', numeric, ref(columns[1]!))]);
}

const price = (row: number): number => (mixed(row + 7) % 10_000_000) + 90_000;
const plans: readonly (readonly [string, () => Plan])[] = [
  ['join int8, sparse keys, count', () => join(int8, false, 'facts8', 'dimension8')],
  ['join int8, sparse keys, rows out', () => join(int8, true, 'facts8', 'dimension8')],
  ['semi join int8', () => join(int8, true, 'facts8', 'dimension8', 'semi')],
  ['join int4, count', () => join(int4, false, 'facts4', 'dimension4')],
  ['join text, count', () => join(text, false, 'factsText', 'dimensionText')],
  ['group by int8, 1.5M groups', () => groupBy('facts8', int8)],
  ['group by text, 1.5M groups', () => groupBy('factsText', text)],
  ['Q1: two texts, four sums', priceReport],
  ['sort by numeric', () => sort(null)],
  ['top 100 by numeric', () => sort(100)],
];

function makeTables(): void {
  const key = (row: number): number => 4 * (mixed(row) % DIMENSION) + 5_000_000_000;
  makeTable('facts8', FACTS, [int8Of(key), numericOf(price)]);
  makeTable('dimension8', DIMENSION, [int8Of((row) => 4 * row + 5_000_000_000), int4Of((row) => row)]);
  makeTable('facts4', FACTS, [int4Of((row) => mixed(row) % DIMENSION), numericOf(price)]);
  makeTable('dimension4', DIMENSION, [int4Of((row) => row), int4Of((row) => row)]);
  const name = (n: number): string => `Customer#${String(n).padStart(9, '0')}`;
  makeTable('factsText', FACTS, [textOf((row) => name(mixed(row) % DIMENSION)), numericOf(price)]);
  makeTable('dimensionText', DIMENSION, [textOf(name), int4Of((row) => row)]);
  makeTable('lineitem', FACTS, [
    textOf((row) => 'ANR'[mixed(row) % 3]!),
    textOf((row) => 'FO'[mixed(row + 1) % 2]!),
    numericOf((row) => 100 * ((mixed(row) % 50) + 1)),
    numericOf(price),
    int4Of((row) => mixed(row) % 2500),
  ]);
}

export async function kernels(): Promise<void> {
  makeTables();
  for (const [label, plan] of plans) {
    const runs: number[] = [];
    let rows = 0;
    for (let i = 0; i < 3; i++) {
      const result = await measure(plan());
      runs.push(result.ms);
      rows = result.rows;
    }
    runs.sort((a, b) => a - b);
    const ms = runs[1]!;
    const rate = (FACTS / ms / 1000).toFixed(1);
    process.stdout.write(`${label.padEnd(36)} ${ms.toFixed(0).padStart(6)} ms ${rate.padStart(6)} Mrow/s in, ${rows} rows out\n`);
  }
}
