/** Sort, top-N, limit, distinct, set operations, grouping, WITH, values: against plain array code over the same rows. */
import type { Plan, SortPlan, Subplan } from '../../../algebra/plan.ts';
import type { Rel, RelColumn } from '../../../algebra/rel.ts';
import type { OperatorRef, Scalar } from '../../../algebra/scalar.ts';
import type { Datum, Interval, Numeric, PgArray } from '../../../core/datum.ts';
import { arrayTypeOf, sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { compareNumeric } from '../../../core/numeric.ts';
import type { Row } from './plan-builder.ts';
import {
  aggregateCall,
  bag,
  batchesOf,
  bool,
  call,
  column,
  constant,
  decimal,
  float8,
  functionRef,
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

type Compare = (a: Datum, b: Datum) => number;
const byNumber: Compare = (a, b) => (a! < b! ? -1 : a! > b! ? 1 : 0);
const byFloat: Compare = (a, b) => {
  const [x, y] = [a as number, b as number];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x - y || 0;
};
const byText: Compare = (a, b) => Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
const interval = (months: number, days: number, micros: number): Interval => ({ micros, days, months });
const length = (value: Interval): bigint =>
  (BigInt(value.months) * 30n + BigInt(value.days)) * 86_400_000_000n + BigInt(value.micros);

const mood: SqlType = {
  kind: 'enum',
  oid: 70_000,
  typmod: -1,
  collation: 'none',
  name: 'public.mood',
  labels: ['sad', 'ok', 'happy'],
};

const equals: OperatorRef = {
  oid: 96,
  schema: 'pg_catalog',
  name: '=',
  position: 'infix',
  functionOid: 65,
  commutator: 96,
  negator: 518,
  canHash: true,
};

interface Kind {
  readonly name: string;
  readonly type: SqlType;
  readonly values: readonly Exclude<Datum, null>[];
  readonly compare: Compare;
}
const kinds: readonly Kind[] = [
  { name: 'bool', type: bool, values: [true, false], compare: (a, b) => Number(a) - Number(b) },
  { name: 'int4', type: int4, values: [-2147483648, -1, 0, 1, 7, 2147483647], compare: byNumber },
  { name: 'int8', type: int8, values: [-0x8000000000000000n, -1, 0, 1, 2 ** 40, 0x7fffffffffffffffn], compare: byNumber },
  { name: 'float8', type: float8, values: [-Infinity, -1.5, -0, 0, 1e-300, 3, Infinity, Number.NaN], compare: byFloat },
  {
    name: 'numeric of one scale',
    type: numericType,
    values: [decimal(-500n, 2), decimal(0n, 2), decimal(12n, 2), decimal(10n ** 17n, 2)],
    compare: (a, b) => compareNumeric(a as Numeric, b as Numeric),
  },
  {
    name: 'numeric of many scales',
    type: numericType,
    values: [
      { kind: '-infinity' },
      decimal(-(10n ** 30n), 0),
      decimal(-12345678n, 3),
      decimal(-5n, 9),
      decimal(0n, 0),
      decimal(1n, 12),
      decimal(10001n, 4),
      decimal(10002n, 4),
      decimal(99n, 0),
      decimal(10n ** 40n, 2),
      { kind: 'infinity' },
      { kind: 'nan' },
    ],
    compare: (a, b) => compareNumeric(a as Numeric, b as Numeric),
  },
  { name: 'short text', type: text, values: ['', 'a', 'ab', 'b', 'ä', '😀', 'zz'], compare: byText },
  {
    name: 'long text',
    type: text,
    values: ['Customer#', 'Customer#000000001', 'Customer#000000002', 'Customer#00000000', 'Customer#1', 'Customer#000000001x'],
    compare: byText,
  },
  {
    name: 'char(n)',
    type: sqlType('bpchar'),
    values: ['a  ', 'a b', 'ab ', '   '],
    compare: (a, b) => byText((a as string).trimEnd(), (b as string).trimEnd()),
  },
  {
    name: 'bytea',
    type: sqlType('bytea'),
    values: [Uint8Array.of(), Uint8Array.of(0), Uint8Array.of(0, 0), Uint8Array.of(255)],
    compare: (a, b) => Buffer.compare(a as Uint8Array, b as Uint8Array),
  },
  {
    name: 'enum',
    type: mood,
    values: ['happy', 'ok', 'sad'],
    compare: (a, b) => mood.labels!.indexOf(a as string) - mood.labels!.indexOf(b as string),
  },
  {
    name: 'interval',
    type: sqlType('interval'),
    values: [interval(1, 0, 0), interval(0, 31, 0), interval(0, 29, 86_400_000_001), interval(-1, 0, 5), interval(0, 0, 0)],
    compare: (a, b) => byNumber(length(a as Interval), length(b as Interval)),
  },
  {
    name: 'array',
    type: { ...sqlType('int4'), kind: 'array', oid: 1007, name: 'pg_catalog._int4', element: int4 },
    values: [
      { dims: [], lowerBounds: [], elements: [] },
      { dims: [2], lowerBounds: [1], elements: [1, 2] },
      { dims: [2], lowerBounds: [1], elements: [1, 3] },
      { dims: [1], lowerBounds: [1], elements: [2] },
    ],
    compare: (a, b) =>
      (a as PgArray).elements.length === 0 || (b as PgArray).elements.length === 0
        ? (a as PgArray).elements.length - (b as PgArray).elements.length
        : byText(show((a as PgArray).elements), show((b as PgArray).elements)),
  },
];

const sortPlan = (input: Plan, columns: readonly RelColumn[], keys: readonly [number, boolean, boolean][]): SortPlan => ({
  ...node(columns),
  kind: 'sort',
  input,
  keys: keys.map(([position, descending, nullsFirst]) => ({
    column: columns[position]!.id,
    type: columns[position]!.type,
    descending,
    nullsFirst,
  })),
});

function reference(rows: readonly Row[], keys: readonly [number, boolean, boolean][], compare: readonly Compare[]): Row[] {
  return rows.toSorted((a, b) => {
    for (const [position, descending, nullsFirst] of keys) {
      const [x, y] = [a[position]!, b[position]!];
      if (x === null || y === null) {
        if (x !== y) return (x === null) === nullsFirst ? -1 : 1;
        continue;
      }
      const order = compare[position]!(x, y);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

for (const kind of kinds) {
  test(`sort and top-N by ${kind.name}`, async () => {
    for (const [seed, size] of [
      [1, 0],
      [3, 60],
      [4, 700],
    ] as const) {
      const next = random(seed);
      const rows = Array.from({ length: size }, (_, i): Row => [
        next(6) === 0 ? null : kind.values[next(kind.values.length)]!,
        next(4),
        i,
      ]);
      const columns = [column('k', kind.type), column('k2', int4), column('v', int4)];
      const tables = {
        t: {
          batches: batchesOf(
            columns.map((c) => c.type),
            rows,
            97,
          ),
        },
      };
      for (const descending of [false, true]) {
        for (const nullsFirst of [false, true]) {
          const keyLists: [number, boolean, boolean][][] = [
            [[0, descending, nullsFirst]],
            [
              [0, descending, nullsFirst],
              [1, !descending, false],
            ],
            [
              [1, descending, false],
              [0, !descending, nullsFirst],
            ],
          ];
          for (const keys of size > 100 && nullsFirst ? keyLists.slice(1, 2) : keyLists) {
            const expected = reference(rows, keys, [kind.compare, byNumber, byNumber]).map(show);
            const plan = sortPlan(remote('t', columns), columns, keys);
            expect((await run(plan, tables)).map(show)).toEqual(expected);
            const top: SortPlan = { ...plan, topN: { limit: constant(int8, 13), offset: constant(int8, 5) } };
            expect((await run(top, tables)).map(show)).toEqual(expected.slice(0, 18));
          }
        }
      }
    }
  });
}

test('top-N keeps few rows of many, and cuts more than once', async () => {
  const next = random(9);
  const rows = Array.from({ length: 120_000 }, (_, i): Row => [next(1_000_000), i]);
  const columns = [column('k', int4), column('v', int4)];
  const tables = { t: { batches: batchesOf([int4, int4], rows, 16_384) } };
  const plan = sortPlan(remote('t', columns), columns, [[0, true, true]]);
  const expected = reference(rows, [[0, true, true]], [byNumber, byNumber]);
  const top: SortPlan = { ...plan, topN: { limit: constant(int8, 100), offset: null } };
  expect(await run(top, tables)).toEqual(expected.slice(0, 100));
  const big: SortPlan = { ...plan, topN: { limit: constant(int8, 20_000), offset: null } };
  expect(await run(big, tables)).toEqual(expected.slice(0, 20_000));
  expect(await run(plan, tables)).toEqual(expected);
});

test('limit and offset', async () => {
  const rows = Array.from({ length: 20 }, (_, i): Row => [i]);
  const columns = [column('v', int4)];
  const tables = { t: { batches: batchesOf([int4], rows, 7) } };
  const limited = (limit: Datum, offset: Datum): Plan => ({
    ...node(columns),
    kind: 'limit',
    input: remote('t', columns),
    limit: constant(int8, limit),
    offset: constant(int8, offset),
  });
  for (const limit of [null, 0, 1, 7, 8, 20, 30, 0x7fffffffffffffffn]) {
    for (const offset of [null, 0, 1, 7, 13, 20, 21]) {
      const from = offset ?? 0;
      expect(await run(limited(limit, offset), tables)).toEqual(
        rows.slice(from, limit === null ? undefined : from + Number(limit)),
      );
    }
  }
  await expect(run(limited(-1, 0), tables)).rejects.toMatchObject({ code: '2201W', message: 'LIMIT must not be negative' });
  await expect(run(limited(1, -1), tables)).rejects.toMatchObject({ code: '2201X', message: 'OFFSET must not be negative' });
});

/** What makes two values one group: here every kind's values are told apart by their order alone. */
const groupKey = (kind: Kind, value: Datum): string =>
  value === null ? 'null' : String(kind.values.findIndex((other) => kind.compare(value, other) === 0));

for (const kind of kinds) {
  test(`distinct, grouping and set operations by ${kind.name}`, async () => {
    for (let seed = 1; seed < 6; seed++) {
      const next = random(seed);
      const make = (size: number): Row[] =>
        Array.from({ length: size }, (): Row => [next(5) === 0 ? null : kind.values[next(kind.values.length)]!, next(2)]);
      const [left, right] = [make(seed * 5), make(seed === 2 ? 0 : seed * 4)];
      const types = [kind.type, int4];
      const tables = { l: { batches: batchesOf(types, left, 6) }, r: { batches: batchesOf(types, right, 6) } };
      for (const width of [1, 2]) {
        const columns = [column('a', kind.type), column('b', int4)].slice(0, width);
        const cut = (rows: readonly Row[]): Row[] => rows.map((row) => row.slice(0, width));
        const inputs = {
          l: { batches: tables.l.batches.map((b) => ({ ...b, columns: b.columns.slice(0, width) })) },
          r: { batches: tables.r.batches.map((b) => ({ ...b, columns: b.columns.slice(0, width) })) },
        };
        const key = (row: Row): string => show([groupKey(kind, row[0]!), row[1] ?? null]);
        const keys = (rows: readonly Row[]): string[] => rows.map(key).sort();
        const counts = (rows: readonly Row[]): Map<string, number> => {
          const map = new Map<string, number>();
          for (const row of rows) map.set(key(row), (map.get(key(row)) ?? 0) + 1);
          return map;
        };
        const [l, r] = [counts(cut(left)), counts(cut(right))];
        const copies = (count: (key: string) => number): string[] =>
          [...new Set([...l.keys(), ...r.keys()])].flatMap((k) => Array.from({ length: count(k) }, () => k)).sort();
        const [inL, inR] = [(k: string) => l.get(k) ?? 0, (k: string) => r.get(k) ?? 0];

        const distinct: Plan = { ...node(columns), kind: 'distinct', input: remote('l', columns) };
        expect(keys(await run(distinct, inputs))).toEqual([...l.keys()].sort());

        const grouped: Plan = {
          ...node([...columns, column('count', int8)]),
          kind: 'aggregate',
          input: remote('l', columns),
          groups: columns.map((c) => c.id),
          calls: [aggregateCall('count()', int8, [])],
        };
        const groups = await run(grouped, inputs);
        expect(groups.map((row) => `${key(row.slice(0, width))}=${Number(row[width])}`).sort()).toEqual(
          [...l].map(([k, n]) => `${k}=${n}`).sort(),
        );

        const operation = (op: 'union' | 'intersect' | 'except', all: boolean): Plan => {
          const [a, b] = [columns.map((c) => column(c.name, c.type)), columns.map((c) => column(c.name, c.type))];
          return {
            ...node(columns),
            kind: 'setop',
            op,
            all,
            left: remote('l', a),
            right: remote('r', b),
            leftColumns: a.map((c) => c.id),
            rightColumns: b.map((c) => c.id),
          };
        };
        const result = async (op: 'union' | 'intersect' | 'except', all: boolean): Promise<string[]> =>
          keys(await run(operation(op, all), inputs));
        expect(await result('union', true)).toEqual(copies((k) => inL(k) + inR(k)));
        expect(await result('union', false)).toEqual(copies(() => 1));
        expect(await result('intersect', true)).toEqual(copies((k) => Math.min(inL(k), inR(k))));
        expect(await result('intersect', false)).toEqual(copies((k) => Math.min(inL(k), inR(k), 1)));
        expect(await result('except', true)).toEqual(copies((k) => Math.max(inL(k) - inR(k), 0)));
        expect(await result('except', false)).toEqual(copies((k) => (inL(k) > 0 && inR(k) === 0 ? 1 : 0)));
      }
    }
  });
}

test('many groups of several batches', async () => {
  const next = random(3);
  const rows = Array.from({ length: 60_000 }, (_, i): Row => [next(5) === 0 ? null : next(40_000), `k${next(3)}`, i]);
  const columns = [column('a', int8), column('b', text), column('v', int4)];
  const tables = {
    t: {
      batches: batchesOf(
        columns.map((c) => c.type),
        rows,
        16_384,
      ),
    },
  };
  const plan: Plan = {
    ...node([columns[0]!, columns[1]!, column('count', int8), column('sum', int8), column('min', int4)]),
    kind: 'aggregate',
    input: remote('t', columns),
    groups: [columns[0]!.id, columns[1]!.id],
    calls: [
      aggregateCall('count()', int8, []),
      aggregateCall('sum(int4)', int8, [ref(columns[2]!)]),
      aggregateCall('min(int4)', int4, [ref(columns[2]!)]),
    ],
  };
  const expected = new Map<string, Datum[]>();
  for (const [a, b, v] of rows) {
    const key = show([a!, b!]);
    const group = expected.get(key) ?? [a!, b!, 0, 0, v!];
    expected.set(key, [
      a!,
      b!,
      (group[2] as number) + 1,
      (group[3] as number) + (v as number),
      Math.min(group[4] as number, v as number),
    ]);
  }
  expect(bag(await run(plan, tables))).toEqual(bag([...expected.values()]));
});

test('filter, project and values', async () => {
  const columns = [column('a', int4), column('b', text)];
  const values: Plan = {
    ...node(columns),
    kind: 'values',
    rows: [
      [constant(int4, 1), constant(text, 'x')],
      [call('int4pl(int4,int4)', int4, constant(int4, 1), { kind: 'param', index: 1, type: int4 }), constant(text, null)],
      [constant(int4, null), constant(text, 'z')],
    ],
  };
  expect(await run(values, {}, { params: [41] })).toEqual([
    [1, 'x'],
    [42, null],
    [null, 'z'],
  ]);
  const filtered: Plan = {
    ...node(columns),
    kind: 'filter',
    input: values,
    conjuncts: [call('int4gt(int4,int4)', bool, ref(columns[0]!), constant(int4, 1))],
  };
  const projected: Plan = {
    ...node([column('b', text), column('a2', int4)]),
    kind: 'project',
    input: filtered,
    exprs: [ref(columns[1]!), call('int4pl(int4,int4)', int4, ref(columns[0]!), ref(columns[0]!))],
  };
  expect(await run(projected, {}, { params: [41] })).toEqual([[null, 84]]);
  const nothing: Plan = { ...node([]), kind: 'values', rows: [[]] };
  expect(await run({ ...node([column('one', int4)]), kind: 'project', input: nothing, exprs: [constant(int4, 1)] }, {})).toEqual([
    [1],
  ]);
});

test('a WITH is evaluated once for two readers, and not at all for none', async () => {
  const columns = [column('a', int4)];
  const rows = Array.from({ length: 30 }, (_, i): Row => [i]);
  const tables = { t: { batches: batchesOf([int4], rows, 7) } };
  const scan = (): Plan => ({ ...node([column('a', int4)]), kind: 'ctescan', cte: 1, name: 'c' });
  const [left, right] = [scan(), scan()];
  const { FakeSite } = await import('../../support/fake-site.ts');
  const site = new FakeSite(tables);
  const union: Plan = {
    ...node([column('a', int4)]),
    kind: 'setop',
    op: 'union',
    all: true,
    left,
    right,
    leftColumns: [left.columns[0]!.id],
    rightColumns: [right.columns[0]!.id],
  };
  const definitions = [{ cte: 1, name: 'c', plan: remote('t', columns) }];
  expect(await run({ ...node(union.columns), kind: 'with', definitions, body: union }, site)).toEqual([...rows, ...rows]);
  expect(site.queries).toEqual(['t']);
  const one = new FakeSite(tables);
  const single = scan();
  expect(await run({ ...node(single.columns), kind: 'with', definitions, body: single }, one)).toEqual(rows);
  const none = new FakeSite(tables);
  const values: Plan = { ...node([column('x', int4)]), kind: 'values', rows: [[constant(int4, 1)]] };
  expect(await run({ ...node(values.columns), kind: 'with', definitions, body: values }, none)).toEqual([[1]]);
  expect(none.queries).toEqual([]);
});

test('a subquery reads a WITH of the query around it', async () => {
  const columns = [column('a', int4)];
  const rows = Array.from({ length: 9 }, (_, i): Row => [i]);
  const inner = [column('a', int4)];
  const cte: Plan = { ...node(inner), kind: 'ctescan', cte: 1, name: 'c' };
  const max: Plan = {
    ...node([column('max', int4)]),
    kind: 'aggregate',
    input: cte,
    groups: [],
    calls: [aggregateCall('max(int4)', int4, [ref(inner[0]!)])],
  };
  const outer = [column('a', int4)];
  const filter: Plan = {
    ...node(outer),
    kind: 'filter',
    input: { ...node(outer), kind: 'ctescan', cte: 1, name: 'c' },
    conjuncts: [call('int4eq(int4,int4)', bool, ref(outer[0]!), { kind: 'param', index: -1, type: int4 })],
  };
  const plan: Plan = {
    ...node(outer),
    kind: 'with',
    definitions: [{ cte: 1, name: 'c', plan: remote('t', columns) }],
    body: filter,
  };
  const subplans: Subplan[] = [{ param: -1, mode: 'scalar', rel: { kind: 'values', columns: [], rows: [] }, plan: max }];
  expect(await run(plan, { t: { batches: batchesOf([int4], rows, 4) } }, { subplans })).toEqual([[8]]);
});

test('any, exists and array subqueries', async () => {
  const columns = [column('a', int4)];
  const rel: Rel = { kind: 'values', columns: [column('x', int4)], rows: [] };
  const rows: Row[] = [[1], [2], [null], [3]];
  const tables = (values: readonly Datum[]) => ({
    t: { batches: batchesOf([int4], rows, 3) },
    s: {
      batches: batchesOf(
        [int4],
        values.map((value) => [value]),
        2,
      ),
    },
  });
  const any: Scalar = {
    kind: 'subquery',
    mode: 'any',
    rel,
    left: [ref(columns[0]!)],
    comparisons: [{ fn: functionRef('int4eq(int4,int4)'), operator: equals, inputCollation: 'none' }],
    type: bool,
  };
  const filter = (conjunct: Scalar): Plan => ({
    ...node(columns),
    kind: 'filter',
    input: remote('t', columns),
    conjuncts: [conjunct],
  });
  const subplans = (mode: Subplan['mode']): Subplan[] => [{ param: -1, mode, rel, plan: remote('s', [column('x', int4)]) }];
  const rowSet = { subplans: subplans('any') };
  const not: Scalar = { kind: 'not', arg: any, type: bool };
  expect(await run(filter(any), tables([2, 3, 3]), rowSet)).toEqual([[2], [3]]);
  expect(await run(filter(any), tables([2, null]), rowSet)).toEqual([[2]]);
  expect(await run(filter(not), tables([2, 5]), rowSet)).toEqual([[1], [3]]);
  expect(await run(filter(not), tables([2, null]), rowSet)).toEqual([]);
  expect(await run(filter(not), tables([]), rowSet)).toEqual(rows);
  const exists: Scalar = { kind: 'param', index: -1, type: bool };
  expect(await run(filter(exists), tables([null]), { subplans: subplans('exists') })).toEqual(rows);
  expect(await run(filter(exists), tables([]), { subplans: subplans('exists') })).toEqual([]);
  const arrayType = arrayTypeOf(int4)!;
  const array: Plan = {
    ...node([column('array', arrayType)]),
    kind: 'project',
    input: { ...node([]), kind: 'values', rows: [[]] },
    exprs: [{ kind: 'param', index: -1, type: arrayType }],
  };
  const gathered = { dims: [3], lowerBounds: [1], elements: [5, null, 7] };
  expect(await run(array, tables([5, null, 7]), { subplans: subplans('array') })).toEqual([[gathered]]);
  expect(await run(array, tables([]), { subplans: subplans('array') })).toEqual([[{ dims: [], lowerBounds: [], elements: [] }]]);
});
