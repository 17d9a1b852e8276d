/** Merge join, grouping and DISTINCT of sorted rows against the same by hash: every key type, order and way to cut rows into batches. */
import type { AggregatePlan, DistinctPlan, HashJoinPlan, MergeJoinPlan, Plan } from '../../../algebra/plan.ts';
import type { RelColumn, SortKey } from '../../../algebra/rel.ts';
import type { Datum } from '../../../core/datum.ts';
import { arrayTypeOf, sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { MemoryBudget } from '../../../executor/memory/memory-budget.ts';
import { FakeSite, type FakeTable } from '../../support/fake-site.ts';
import {
  aggregateCall,
  bag,
  batchesOf,
  bool,
  call,
  column,
  int4,
  int8,
  node,
  numericType,
  open,
  random,
  ref,
  remote,
  run,
  show,
  text,
} from './plan-builder.ts';
import type { Row } from './plan-builder.ts';

/** Values in ascending order. */
interface KeyCase {
  readonly name: string;
  readonly left: SqlType;
  readonly right: SqlType;
  readonly values: readonly Datum[];
}
const uuid = (n: number): Datum => Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? n * 60 : i));
const keyCases: readonly KeyCase[] = [
  { name: 'int4', left: int4, right: int4, values: [-2147483648, -1, 0, 7, 2147483647] },
  { name: 'int8', left: int8, right: int8, values: [-9223372036854775808n, -4294967296, -1, 0, 4294967295, 4294967296, 9223372036854775807n] }, // prettier-ignore
  { name: 'int4 = int8', left: int4, right: int8, values: [-5, 0, 1, 3, 9] },
  { name: 'int8 = int2', left: int8, right: sqlType('int2'), values: [-5, 0, 1, 3, 9] },
  { name: 'date', left: sqlType('date'), right: sqlType('date'), values: [-10000, 0, 1, 8000] },
  { name: 'timestamptz', left: sqlType('timestamptz'), right: sqlType('timestamptz'), values: [-86_400_000_001, -1, 0, 5_000_000_000] }, // prettier-ignore
  { name: 'bool', left: bool, right: bool, values: [false, true] },
  { name: 'text', left: text, right: sqlType('varchar'), values: ['', 'Z', 'a', 'a b', 'aa', 'ä', '\uffff', '🚀'] },
  { name: 'bytea', left: sqlType('bytea'), right: sqlType('bytea'), values: [Uint8Array.of(), Uint8Array.of(0), Uint8Array.of(0, 0), Uint8Array.of(255)] }, // prettier-ignore
  { name: 'uuid', left: sqlType('uuid'), right: sqlType('uuid'), values: [uuid(0), uuid(1), uuid(2), uuid(4)] },
];

interface Order {
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}
const orders: readonly Order[] = [false, true].flatMap((descending) => [false, true].map((nullsFirst) => ({ descending, nullsFirst }))); // prettier-ignore

/** Rows of (key, second key, payload), by the first keys in order. */
function sortedRows(next: (below: number) => number, rows: number, keys: readonly (readonly Datum[])[], order: Order): Row[] {
  const ranks = Array.from({ length: rows }, () => keys.map((values) => next(values.length + 1) - 1));
  // Rank -1 stands for NULL.
  const place = (rank: number): number =>
    rank < 0 ? (order.nullsFirst ? -Infinity : Infinity) : order.descending ? -rank : rank;
  ranks.sort((a, b) => {
    const k = a.findIndex((rank, i) => rank !== b[i]);
    return k < 0 ? 0 : place(a[k]!) < place(b[k]!) ? -1 : 1;
  });
  return ranks.map((own, i) => [...own.map((rank, k) => (rank < 0 ? null : keys[k]![rank]!)), i]);
}

const tableOf = (columns: readonly RelColumn[], rows: readonly Row[], batchRows: number): FakeTable => ({
  batches: batchesOf(columns.map(({ type }) => type), rows, batchRows), // prettier-ignore
});
const sortKeys = (columns: readonly RelColumn[], order: Order): readonly SortKey[] =>
  columns.map(({ id, type }) => ({ column: id, type, ...order }));

const sizes: readonly (readonly [number, number])[] = [
  [0, 4],
  [4, 0],
  [9, 7],
  [40, 30],
  [3, 60],
];

describe.each(['inner', 'left', 'semi', 'anti'] as const)('merge join %s', (type) => {
  test.each(keyCases.map((one) => [one.name, one] as const))('on %s', async (_name, keyCase) => {
    let seed = 1;
    for (const [leftRows, rightRows] of sizes) {
      for (const keys of [1, 2]) {
        const order = orders[seed % 4]!;
        const next = random(seed++);
        const second = [0, 1, 2];
        const left = [column('k', keyCase.left), ...(keys > 1 ? [column('k2', int4)] : []), column('lv', int4)];
        const right = [column('k', keyCase.right), ...(keys > 1 ? [column('k2', int4)] : []), column('rv', int4)];
        const values = [keyCase.values, second].slice(0, keys);
        const [lefts, rights] = [sortedRows(next, leftRows, values, order), sortedRows(next, rightRows, values, order)];
        for (const residual of [false, true]) {
          const sides = {
            ...node(type === 'semi' || type === 'anti' ? left : [...left, ...right]),
            type,
            left: remote('l', left),
            right: remote('r', right),
            residual: residual ? [call('int4lt(int4,int4)', bool, ref(left.at(-1)!), ref(right.at(-1)!))] : [],
          };
          const hash: HashJoinPlan = {
            ...sides,
            kind: 'hashjoin',
            leftKeys: left.slice(0, keys).map(ref),
            rightKeys: right.slice(0, keys).map(ref),
            nullAware: false,
          };
          const merge: MergeJoinPlan = {
            ...sides,
            kind: 'mergejoin',
            leftKeys: sortKeys(left.slice(0, keys), order),
            rightKeys: sortKeys(right.slice(0, keys), order),
          };
          const expected = bag(await run(hash, { l: tableOf(left, lefts, 100), r: tableOf(right, rights, 100) }));
          for (const [leftCut, rightCut] of [
            [1, 1],
            [1, 100],
            [100, 1],
            [2, 3],
            [3, 2],
            [5, 4],
            [100, 100],
          ] as const) {
            const tables = { l: tableOf(left, lefts, leftCut), r: tableOf(right, rights, rightCut) };
            expect(bag(await run(merge, tables))).toEqual(expected);
            const kept = merge.columns.slice(-1);
            const narrow: Plan = { ...node(kept), kind: 'project', input: merge, exprs: kept.map(ref) };
            expect(await run(narrow, tables)).toHaveLength(expected.length);
          }
        }
      }
    }
  });
});

test('pairs of one key may be more than a batch', async () => {
  const [left, right] = [[column('k', int4), column('lv', int4)], [column('k', int4), column('rv', int4)]] as const; // prettier-ignore
  const rows = (many: number): Row[] => [[0, 0], ...Array.from({ length: many }, (_, i): Row => [1, i]), [2, 0]];
  const merge: MergeJoinPlan = {
    ...node([...left, ...right]),
    kind: 'mergejoin',
    type: 'inner',
    left: remote('l', left),
    right: remote('r', right),
    leftKeys: sortKeys([left[0]!], orders[0]!),
    rightKeys: sortKeys([right[0]!], orders[0]!),
    residual: [],
  };
  const found = await run(merge, { l: tableOf(left, rows(300), 70), r: tableOf(right, rows(200), 90) });
  expect(found).toHaveLength(60_002);
  expect(new Set(found.map(show)).size).toBe(60_002);
});

test('no more is kept of the right side than one key and a batch', async () => {
  const [left, right] = [[column('k', int4)], [column('k', int4), column('v', text)]] as const;
  const rows = Array.from({ length: 5_000 }, (_, i) => i);
  const merge: MergeJoinPlan = {
    ...node([...left, ...right]),
    kind: 'mergejoin',
    type: 'inner',
    left: remote('l', left),
    right: remote('r', right),
    leftKeys: sortKeys(left, orders[0]!),
    rightKeys: sortKeys([right[0]], orders[0]!),
    residual: [],
  };
  const tables = {
    l: tableOf(left, rows.map((k) => [k]), 64), // prettier-ignore
    r: tableOf(right, rows.map((k) => [k, 'x'.repeat(100)]), 100), // prettier-ignore
  };
  const memory = new MemoryBudget(64 * 1024);
  expect(await run(merge, tables, { memory })).toHaveLength(5_000);
  expect(memory.peakBytes).toBeGreaterThan(0);
});

test('a side that has ended ends the join, and the other is not read on', async () => {
  const [left, right] = [[column('k', int4)], [column('k', int4)]] as const;
  const merge: MergeJoinPlan = {
    ...node([...left, ...right]),
    kind: 'mergejoin',
    type: 'inner',
    left: remote('l', left),
    right: remote('r', right),
    leftKeys: sortKeys(left, orders[0]!),
    rightKeys: sortKeys(right, orders[0]!),
    residual: [],
  };
  const long = Array.from({ length: 1_000 }, (_, i): Row => [i]);
  for (const short of ['l', 'r']) {
    const sides = { l: tableOf(left, long, 10), r: tableOf(right, long, 10), [short]: tableOf(left, [[3]], 10) };
    const site = new FakeSite(sides);
    const stream = open(merge, site);
    expect((await stream.next())?.length).toBe(1);
    expect(await stream.next()).toBeNull();
    expect(site.open).toBe(0);
    await stream.close();
  }
});

test.each(keyCases.map((one) => [one.name, one] as const))('groups and distinct rows of sorted %s', async (_name, keyCase) => {
  for (let seed = 0; seed < 24; seed++) {
    const next = random(seed + 1);
    const keys = 1 + (seed % 2);
    const columns = [column('k', keyCase.left), ...(keys > 1 ? [column('k2', int4)] : []), column('v', int4)];
    const values = [keyCase.left.kind === 'int4' ? [-5, 0, 1, 3, 9] : keyCase.values, [0, 1, 2]].slice(0, keys);
    const rows = sortedRows(next, [0, 1, 17, 40][seed % 4]!, values, orders[(seed >> 2) % 4]!);
    const groups = columns.slice(0, keys);
    const v = ref(columns.at(-1)!);
    const calls = [
      aggregateCall('count()', int8, []),
      aggregateCall('sum(int4)', int8, [v]),
      aggregateCall('max(int4)', int4, [v], { filter: call('int4lt(int4,int4)', bool, v, { kind: 'const', type: int4, value: 20 }) }), // prettier-ignore
      aggregateCall('count(any)', int8, [ref(columns[0]!)], { distinct: true }),
      aggregateCall('array_agg(anynonarray)', arrayTypeOf(int4)!, [v]),
      aggregateCall('avg(int4)', numericType, [v]),
    ];
    const hash: AggregatePlan = {
      ...node([...groups.map(({ type }) => column('g', type)), ...calls.map(({ type }) => column('a', type))]),
      kind: 'aggregate',
      input: remote('t', columns),
      groups: groups.map(({ id }) => id),
      calls,
    };
    const distinct: DistinctPlan = { ...node(groups), kind: 'distinct', input: remote('g', groups) };
    const tables = (cut: number) => ({ t: tableOf(columns, rows, cut), g: tableOf(groups, rows.map((row) => row.slice(0, keys)), cut) }); // prettier-ignore
    const [grouped, different] = [bag(await run(hash, tables(100))), bag(await run(distinct, tables(100)))];
    for (const cut of [1, 2, 3, 5, 16, 100]) {
      expect(bag(await run({ ...hash, isSorted: true }, tables(cut)))).toEqual(grouped);
      expect(bag(await run({ ...distinct, isSorted: true }, tables(cut)))).toEqual(different);
    }
  }
});

test('no more is kept than the groups of a batch', async () => {
  const columns = [column('k', int4), column('v', text)];
  const rows = Array.from({ length: 20_000 }, (_, i): Row => [i >> 1, 'x'.repeat(50)]);
  const plan: AggregatePlan = {
    ...node([column('k', int4), column('max', text)]),
    kind: 'aggregate',
    input: remote('t', columns),
    groups: [columns[0]!.id],
    calls: [aggregateCall('max(text)', text, [ref(columns[1]!)])],
    isSorted: true,
  };
  const memory = new MemoryBudget(128 * 1024);
  expect(await run(plan, { t: tableOf(columns, rows, 256) }, { memory })).toHaveLength(10_000);
});
