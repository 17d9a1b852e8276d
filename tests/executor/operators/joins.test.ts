/** Hash join and nested loop against a naive join over the same rows: every type, NULLs, duplicates, residuals. */
import type { HashJoinPlan, NestedLoopPlan, Plan, PlanMetrics } from '../../../algebra/plan.ts';
import type { Scalar } from '../../../algebra/scalar.ts';
import type { Batch } from '../../../core/batch.ts';
import type { Datum, Numeric } from '../../../core/datum.ts';
import { compareNumeric } from '../../../core/numeric.ts';
import { sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import type { Row } from './plan-builder.ts';
import {
  bag,
  batchesOf,
  bool,
  call,
  column,
  decimal,
  int4,
  int8,
  node,
  numericType,
  random,
  ref,
  remote,
  run,
  show,
  text,
} from './plan-builder.ts';

type JoinType = HashJoinPlan['type'];
const types: readonly JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti'];

/** true, false or NULL for a pair. */
type Condition = (l: Row, r: Row) => boolean | null;
const and = (values: readonly (boolean | null)[]): boolean | null =>
  values.includes(false) ? false : values.includes(null) ? null : true;

function naive(type: JoinType, left: readonly Row[], right: readonly Row[], on: Condition, nullAware = false): Row[] {
  const out: Row[] = [];
  const rightMatched = right.map(() => false);
  const rightNulls: Datum[] = [null, null, null];
  for (const l of left) {
    const verdicts = right.map((r) => on(l, r));
    const matches = right.filter((_, i) => verdicts[i] === true);
    verdicts.forEach((verdict, i) => {
      if (verdict === true) rightMatched[i] = true;
    });
    if (type === 'semi' && matches.length > 0) out.push(l);
    if (type === 'anti' && (nullAware ? verdicts.every((v) => v === false) : matches.length === 0)) out.push(l);
    if (type === 'semi' || type === 'anti') continue;
    for (const r of matches) out.push([...l, ...r]);
    if (matches.length === 0 && (type === 'left' || type === 'full')) out.push([...l, ...rightNulls]);
  }
  if (type === 'right' || type === 'full') {
    right.forEach((r, i) => {
      if (!rightMatched[i]) out.push([null, null, null, ...r]);
    });
  }
  return out;
}

interface KeyCase {
  readonly name: string;
  readonly leftType: SqlType;
  readonly rightType: SqlType;
  readonly left: (n: number) => Datum;
  readonly right: (n: number) => Datum;
  readonly equals: (a: never, b: never) => boolean;
}
const same = (a: Datum, b: Datum): boolean => a === b;
const keyCases: readonly KeyCase[] = [
  { name: 'int4', leftType: int4, rightType: int4, left: (n) => n - 3, right: (n) => n - 3, equals: same },
  { name: 'int8', leftType: int8, rightType: int8, left: (n) => big(n), right: (n) => big(n), equals: same },
  { name: 'int4 = int8', leftType: int4, rightType: int8, left: (n) => n - 3, right: (n) => n - 3, equals: same },
  {
    name: 'text',
    leftType: text,
    rightType: sqlType('varchar'),
    left: (n) => 'ä'.repeat(n),
    right: (n) => 'ä'.repeat(n),
    equals: same,
  },
  {
    name: 'char(n)',
    leftType: sqlType('bpchar'),
    rightType: sqlType('bpchar'),
    left: (n) => `k${n}  `,
    right: (n) => `k${n}`,
    equals: (a: string, b: string) => a.trimEnd() === b.trimEnd(),
  },
  {
    name: 'numeric of several scales',
    leftType: numericType,
    rightType: numericType,
    left: (n) => [decimal(150n, 2), decimal(0n, 3), decimal(100n, 0), { kind: 'nan' } as Numeric][n % 4]!,
    right: (n) =>
      [decimal(15n, 1), decimal(0n, 0), decimal(1000n, 1), { kind: 'nan' } as Numeric, decimal(10n ** 30n, 0)][n % 5]!,
    equals: (a: Numeric, b: Numeric) => compareNumeric(a, b) === 0,
  },
  {
    name: 'float8',
    leftType: sqlType('float8'),
    rightType: sqlType('float8'),
    left: (n) => [0, -0, Number.NaN, 1.5][n % 4]!,
    right: (n) => [-0, Number.NaN, Infinity, 1.5][n % 4]!,
    equals: (a: number, b: number) => a === b || (a !== a && b !== b),
  },
];
const big = (n: number): Datum => (n % 2 === 0 ? n : 0x7fff_0000_0000_0000n + BigInt(n));

interface Generated {
  readonly left: Row[];
  readonly right: Row[];
}
/** Rows of (key, second key, payload). */
function generate(
  seed: number,
  keyCase: KeyCase,
  leftRows: number,
  rightRows: number,
  values: number,
  nullOneIn: number,
): Generated {
  const next = random(seed);
  const rows = (count: number, key: (n: number) => Datum): Row[] =>
    Array.from({ length: count }, (_, i) => [
      nullOneIn > 0 && next(nullOneIn) === 0 ? null : key(next(values)),
      nullOneIn > 0 && next(nullOneIn) === 0 ? null : next(2),
      i,
    ]);
  return { left: rows(leftRows, keyCase.left), right: rows(rightRows, keyCase.right) };
}

function setUp(keyCase: KeyCase, data: Generated, batchRows: number) {
  const left = [column('k', keyCase.leftType), column('k2', int4), column('lv', int4)];
  const right = [column('k', keyCase.rightType), column('k2', int4), column('rv', int4)];
  const tables = {
    l: {
      batches: batchesOf(
        left.map((c) => c.type),
        data.left,
        batchRows,
      ),
    },
    r: {
      batches: batchesOf(
        right.map((c) => c.type),
        data.right,
        batchRows,
      ),
    },
  };
  return { left, right, tables };
}

const sizes: readonly (readonly [number, number, number, number, number])[] = [
  // left rows, right rows, distinct keys, one NULL in, rows a batch
  [0, 5, 4, 0, 3],
  [5, 0, 4, 0, 3],
  [23, 17, 6, 5, 4],
  [40, 30, 3, 8, 7],
  [30, 8, 100, 0, 64],
];

for (const keyCase of keyCases) {
  for (const type of types) {
    for (const residual of [false, true]) {
      test(`hash join ${type} on ${keyCase.name}${residual ? ' with a residual' : ''}`, async () => {
        for (const [index, [l, r, values, nulls, batchRows]] of sizes.entries()) {
          for (const keys of [1, 2]) {
            const data = generate(index * 31 + keys, keyCase, l, r, values, nulls);
            const { left, right, tables } = setUp(keyCase, data, batchRows);
            const plan: HashJoinPlan = {
              ...node(type === 'semi' || type === 'anti' ? left : [...left, ...right]),
              kind: 'hashjoin',
              type,
              left: remote('l', left),
              right: remote('r', right),
              leftKeys: left.slice(0, keys).map(ref),
              rightKeys: right.slice(0, keys).map(ref),
              residual: residual ? [call('int4lt(int4,int4)', bool, ref(left[2]!), ref(right[2]!))] : [],
              nullAware: false,
            };
            const expected = naive(type, data.left, data.right, condition(keyCase, keys, residual));
            expect(bag(await run(plan, tables))).toEqual(bag(expected));
            // Whichever side is built: where the right one grows beyond so many rows, the left one if it has fewer.
            const flips = type === 'semi' || type === 'anti' ? [] : [0, 9];
            for (const flipAt of flips) expect(bag(await run({ ...plan, flipAt }, tables))).toEqual(bag(expected));
            // Columns nobody reads are not carried: what remains must be the same.
            for (const positions of [[2], [5, 1], []]) {
              const kept = positions.flatMap((position) => plan.columns[position] ?? []);
              const narrow: Plan = { ...node(kept), kind: 'project', input: plan, exprs: kept.map(ref) };
              const cut = expected.map((row) => positions.filter((position) => position < row.length).map((p) => row[p]!));
              expect(bag(await run(narrow, tables))).toEqual(bag(cut));
              if (flips.length > 0)
                expect(bag(await run({ ...narrow, input: { ...plan, flipAt: 3 } } as Plan, tables))).toEqual(bag(cut));
            }
          }
        }
      });
    }
  }
}

function condition(keyCase: KeyCase, keys: number, residual: boolean): Condition {
  return (l, r) =>
    and([
      l[0] === null || r[0] === null ? null : keyCase.equals(l[0] as never, r[0] as never),
      keys < 2 ? true : l[1] === null || r[1] === null ? null : l[1] === r[1],
      !residual || (l[2] as number) < (r[2] as number),
    ]);
}

for (const keys of [1, 2]) {
  for (const residual of [false, true]) {
    test(`NOT IN over ${keys} columns${residual ? ' with a condition' : ''}`, async () => {
      const keyCase = keyCases[0]!;
      for (let seed = 1; seed < 40; seed++) {
        const nulls = seed % 3 === 0 ? 0 : 6;
        const data = generate(seed, keyCase, 12, seed % 7, 5, nulls);
        const { left, right, tables } = setUp(keyCase, data, 5);
        const plan: HashJoinPlan = {
          ...node(left),
          kind: 'hashjoin',
          type: 'anti',
          left: remote('l', left),
          right: remote('r', right),
          leftKeys: left.slice(0, keys).map(ref),
          rightKeys: right.slice(0, keys).map(ref),
          residual: residual ? [call('int4lt(int4,int4)', bool, ref(left[2]!), ref(right[2]!))] : [],
          nullAware: true,
        };
        const on = condition(keyCase, keys, residual);
        expect(bag(await run(plan, tables))).toEqual(bag(naive('anti', data.left, data.right, on, true)));
        const equals: Scalar[] = left.slice(0, keys).map((c, i) => call('int4eq(int4,int4)', bool, ref(c), ref(right[i]!)));
        const loop: NestedLoopPlan = { ...plan, kind: 'nestedloop', on: [...equals, ...plan.residual] };
        expect(bag(await run(loop, tables))).toEqual(bag(naive('anti', data.left, data.right, on, true)));
      }
    });
  }
}

for (const type of types) {
  test(`nested loop ${type}`, async () => {
    const keyCase = keyCases[0]!;
    for (const [index, [l, r, values, nulls, batchRows]] of sizes.entries()) {
      const data = generate(index, keyCase, l, r, values, nulls);
      for (const conditions of [0, 1, 2]) {
        const { left, right, tables } = setUp(keyCase, data, batchRows);
        const on = [
          call('int4le(int4,int4)', bool, ref(left[0]!), ref(right[0]!)),
          call('int4ne(int4,int4)', bool, ref(left[2]!), ref(right[2]!)),
        ].slice(0, conditions);
        const plan: NestedLoopPlan = {
          ...node(type === 'semi' || type === 'anti' ? left : [...left, ...right]),
          kind: 'nestedloop',
          type,
          left: remote('l', left),
          right: remote('r', right),
          on,
          nullAware: false,
        };
        const expected = naive(type, data.left, data.right, (a, b) =>
          and([
            conditions < 1 || (a[0] === null || b[0] === null ? null : (a[0] as number) <= (b[0] as number)),
            conditions < 2 || a[2] !== b[2],
          ]),
        );
        expect(bag(await run(plan, tables))).toEqual(bag(expected));
      }
    }
  });
}

test('the smaller side is built, once the rows show which it is', async () => {
  const data = (left: number, right: number): Generated => generate(7, keyCases[0]!, left, right, 50, 0);
  const flippedAt = async (left: number, right: number, flipAt: number): Promise<number | undefined> => {
    const sides = setUp(keyCases[0]!, data(left, right), 10);
    const plan: HashJoinPlan = {
      ...node([...sides.left, ...sides.right]),
      kind: 'hashjoin',
      type: 'inner',
      left: remote('l', sides.left),
      right: remote('r', sides.right),
      leftKeys: [ref(sides.left[0]!)],
      rightKeys: [ref(sides.right[0]!)],
      residual: [],
      nullAware: false,
      flipAt,
    };
    const metrics: PlanMetrics = new Map();
    await run(plan, sides.tables, { metrics });
    return metrics.get(plan.id)!.buildFlippedAt;
  };
  expect(await flippedAt(12, 300, 50)).toBe(60);
  expect(await flippedAt(12, 40, 50)).toBeUndefined();
  expect(await flippedAt(200, 300, 50)).toBeUndefined();
  expect(await flippedAt(0, 300, 50)).toBe(60);
});

test('a join that multiplies puts out bounded batches', async () => {
  const left = [column('k', int4), column('k2', int4), column('v', int4)];
  const right = [column('k', int4), column('k2', int4), column('v', int4)];
  const rows = Array.from({ length: 300 }, (_, i): Row => [i % 2, 0, i]);
  const batches = batchesOf(
    left.map((c) => c.type),
    rows,
    128,
  );
  const join = { type: 'inner', left: remote('l', left), right: remote('r', right), nullAware: false } as const;
  const hash: HashJoinPlan = {
    ...node([...left, ...right]),
    ...join,
    kind: 'hashjoin',
    leftKeys: [ref(left[0]!)],
    rightKeys: [ref(right[0]!)],
    residual: [],
  };
  const out = await run(hash, { l: { batches }, r: { batches } });
  expect(out.length).toBe(45_000);
  expect(new Set(out.map(show)).size).toBe(45_000);
  const loop: NestedLoopPlan = { ...node([...left, ...right]), ...join, kind: 'nestedloop', on: [] };
  expect((await run(loop, { l: { batches }, r: { batches } })).length).toBe(90_000);
});

test('a semi join reads its right side only until no left row is open', async () => {
  const [left, right] = [[column('v', int4)], [column('v', int4)]];
  const upTo = (count: number): Batch[] =>
    batchesOf(
      [int4],
      Array.from({ length: count }, (_, i): Row => [i]),
      10,
    );
  const rightRows = async (type: 'semi' | 'anti', values: number): Promise<{ read: number; out: number }> => {
    const plan: NestedLoopPlan = {
      ...node(left),
      kind: 'nestedloop',
      type,
      left: remote('l', left),
      right: remote('r', right),
      on: [call('int4le(int4,int4)', bool, ref(left[0]!), ref(right[0]!))],
      nullAware: false,
    };
    const metrics: PlanMetrics = new Map();
    const tables = { l: { batches: upTo(values) }, r: { batches: upTo(1000) } };
    const out = await run(plan, tables, { metrics });
    return { read: metrics.get(plan.right.id)!.rows, out: out.length };
  };
  // The left rows are 0 to values - 1, the right ones come in tens from 0 to 999.
  expect(await rightRows('semi', 25)).toEqual({ read: 30, out: 25 });
  expect(await rightRows('anti', 95)).toEqual({ read: 100, out: 0 });
  expect(await rightRows('anti', 1003)).toEqual({ read: 1000, out: 3 });
});
