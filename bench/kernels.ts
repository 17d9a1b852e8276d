/**
 * `npm run bench -- kernels`: the executor's hot loops without any source, 6M rows against 1.5M, one thread. Median CPU time
 * of three runs.
 */
import type { AggregatePlan, HashJoinPlan, Plan, SortPlan } from '../algebra/plan.ts';
import type { RelColumn } from '../algebra/rel.ts';
import type { AggregateCall, ColumnId, FunctionRef, Scalar } from '../algebra/scalar.ts';
import type { Rel } from '../algebra/rel.ts';
import type { SiteTransaction } from '../algebra/site.ts';
import type { Batch, Column } from '../core/batch.ts';
import { BATCH_ROWS } from '../core/batch.ts';
import { sqlType } from '../core/sql-type.ts';
import type { SqlType } from '../core/sql-type.ts';
import { executePlan } from '../executor/execute.ts';
import { MemoryBudget } from '../executor/memory/memory-budget.ts';

const FACTS = 6_000_000;
const DIMENSION = 1_500_000;

const int4 = sqlType('int4');
const int8 = sqlType('int8');
const text = sqlType('text');
const numeric = sqlType('numeric');

/** A source of generated rows: batches are made once and read again. */
const tables = new Map<string, readonly Batch[]>();
const transaction: SiteTransaction = {
  query: (fragment: Rel) => {
    const batches = fragment.kind === 'scan' ? tables.get(fragment.table.name)! : [];
    let at = 0;
    return Promise.resolve({ next: () => Promise.resolve(batches[at++] ?? null), close: () => Promise.resolve() });
  },
  end: () => Promise.resolve(),
};

function int64s(length: number, value: (row: number) => number): { values: BigInt64Array; words: Int32Array } {
  const values = new BigInt64Array(length);
  const words = new Int32Array(values.buffer);
  for (let i = 0; i < length; i++) {
    const v = value(i);
    words[2 * i] = v | 0;
    words[2 * i + 1] = Math.floor(v / 4294967296);
  }
  return { values, words };
}

function texts(length: number, value: (row: number) => string): Column {
  const data = Buffer.from(Array.from({ length }, (_, i) => value(i)).join(''), 'utf8');
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) offsets[i + 1] = offsets[i]! + Buffer.byteLength(value(i));
  return { layout: 'bytes', length, valid: null, offsets, data };
}

type Maker = (from: number, length: number) => Column;
const mixed = (row: number): number => Math.imul(row, 0x9e3779b1) >>> 0;
const int8Of =
  (value: (row: number) => number): Maker =>
  (from, length) => ({
    layout: 'int64',
    length,
    valid: null,
    ...int64s(length, (i) => value(from + i)),
  });
const int4Of =
  (value: (row: number) => number): Maker =>
  (from, length) => ({
    layout: 'int32',
    length,
    valid: null,
    values: Int32Array.from({ length }, (_, i) => value(from + i)),
  });
const numericOf =
  (value: (row: number) => number): Maker =>
  (from, length) => ({
    layout: 'decimal',
    scale: 2,
    length,
    valid: null,
    ...int64s(length, (i) => value(from + i)),
  });
const textOf =
  (value: (row: number) => string): Maker =>
  (from, length) =>
    texts(length, (i) => value(from + i));

function makeTable(name: string, rows: number, makers: readonly Maker[]): void {
  const batches: Batch[] = [];
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    const length = Math.min(BATCH_ROWS, rows - from);
    batches.push({ length, columns: makers.map((make) => make(from, length)) });
  }
  tables.set(name, batches);
}

let ids = 1;
const column = (type: SqlType): RelColumn => ({ id: ids++ as ColumnId, name: 'c', type });
const ref = (of: RelColumn): Scalar => ({ kind: 'column', column: of.id, type: of.type });
const node = (columns: readonly RelColumn[]) => ({ id: ids++, columns, estimatedRows: 1 });
const scan = (name: string, columns: readonly RelColumn[]): Plan => ({
  ...node(columns),
  kind: 'remote',
  site: 'memory',
  fragment: {
    kind: 'scan',
    table: { site: 'memory', mirrorOid: 0, schema: '', name, keys: [] },
    columns: columns.map((c) => ({ ...c, sourceName: c.name })),
  },
});
const aggregateFunction = (signature: string): FunctionRef => ({
  oid: 0,
  schema: 'pg_catalog',
  name: signature,
  signature,
  kind: 'aggregate',
  volatility: 'immutable',
  strict: false,
  leakproof: false,
  returnsSet: false,
});
const aggregate = (signature: string, type: SqlType, ...args: Scalar[]): AggregateCall => ({
  fn: aggregateFunction(signature),
  args,
  type,
  distinct: false,
  filter: null,
  orderBy: [],
  inputCollation: 'none',
});
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

/** CPU time: what other processes do to the wall clock is not ours. */
async function measure(plan: Plan): Promise<{ ms: number; rows: number }> {
  const started = process.cpuUsage();
  const stream = executePlan(
    { root: plan, subplans: [] },
    {
      transactions: () => transaction,
      params: [],
      settings: { timeZone: 'UTC', dateStyle: 'ISO, MDY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
      signal: new AbortController().signal,
      memory: new MemoryBudget(8 * 2 ** 30),
    },
  );
  let rows = 0;
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) rows += batch.length;
  await stream.close();
  const { user, system } = process.cpuUsage(started);
  return { ms: (user + system) / 1000, rows };
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
