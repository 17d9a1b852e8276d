/** Estimates where a formula says more than a guess: aggregates' values, rows without a partner, keys of several columns. */
import type { Aggregate, ForeignKey, Join, Rel, Scan, Window } from '../../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../../algebra/scalar.ts';
import type { Capabilities } from '../../../algebra/site.ts';
import type { ColumnStatistics, Statistics, TableStatistics } from '../../../algebra/statistics.ts';
import { POSTGRES_COSTS } from '../../../connectors/postgres/costs.ts';
import { sqlType } from '../../../core/sql-type.ts';
import { CostModel } from '../../../planner/cost/cost-model.ts';
import { Estimator } from '../../../planner/estimate/estimator.ts';
import type { IndexedRows } from '../../../planner/estimate/index-search.ts';
import { joinGraph } from '../../../planner/place/join-graph.ts';
import { JoinSelectivities } from '../../../planner/place/join-selectivity.ts';
import { implyFilters } from '../../../planner/rewrite/imply-filters.ts';
import { orToIn } from '../../../planner/rewrite/or-to-in.ts';
import { BOOL, call, column, constant, functionNamed, INT, integer, list, operator, windowCall } from '../scalars.ts';

const INT8 = sqlType('int8');
const NO = { verdict: 'no', reason: 'a test' } as const;
const NOTHING: Capabilities = { scalar: () => NO, aggregate: () => NO, operator: () => NO };

/** Columns are numbered from `first`. */
const scan = (name: string, first: number, columns: readonly string[], keys: readonly (readonly string[])[] = []): Scan => ({
  kind: 'scan',
  table: { site: 'shop', mirrorOid: first, schema: 's', name, keys },
  columns: columns.map((each, i) => ({ id: (first + i) as ColumnId, name: each, sourceName: each, type: INT })),
});

/** Evenly spread over 1 … `distinct`. */
const even = (distinct: number): ColumnStatistics => ({
  nullFraction: 0,
  distinct,
  width: 4,
  common: [],
  histogram: Array.from({ length: 11 }, (_, i) => String(Math.round(1 + (i * (distinct - 1)) / 10))),
});

const tables: Readonly<Record<string, TableStatistics>> = {
  orders: table(15_000, { id: even(15_000), customer: even(1_000) }),
  lines: table(60_000, { order: even(15_000), quantity: even(50), part: even(2_000), supplier: even(100) }),
  customers: table(1_500, { id: even(1_500) }),
  offers: table(8_000, { part: even(2_000), supplier: even(100) }),
};
function table(rows: number, columns: Readonly<Record<string, ColumnStatistics>>): TableStatistics {
  return { rows, columns: new Map(Object.entries(columns)), combinations: [], indexes: [] };
}
const statistics: Statistics = { table: ({ name }) => tables[name] };

const aggregate = (input: Rel, group: number, name: string, args: readonly Scalar[]): Aggregate => {
  const aggregateCall: AggregateCall = {
    fn: { ...functionNamed(name), kind: 'aggregate' },
    args,
    distinct: false,
    filter: null,
    orderBy: [],
    inputCollation: 'none',
    type: INT8,
  };
  return {
    kind: 'aggregate',
    input,
    groups: [{ id: group as ColumnId, name: 'group', type: INT }],
    aggregates: [{ column: { id: 99 as ColumnId, name, type: INT8 }, call: aggregateCall }],
  };
};
const having = (input: Rel, ...conjuncts: Scalar[]): Rel => ({ kind: 'filter', input, conjuncts });
const rows = (rel: Rel): number => new Estimator(statistics).rows(rel);

const lines = scan('lines', 1, ['order', 'quantity', 'part', 'supplier']);
const perOrder = (name: string, args: readonly Scalar[] = [column(2)]): Aggregate => aggregate(lines, 1, name, args);

describe('values of aggregates', () => {
  test('sums far beyond what a group has are rare', () => {
    // Four lines of 25 on average.
    expect(rows(perOrder('sum'))).toBe(15_000);
    expect(rows(having(perOrder('sum'), operator('>', column(99), integer(300))))).toBeLessThan(100);
    expect(rows(having(perOrder('sum'), operator('>', column(99), integer(20))))).toBeGreaterThan(12_000);
  });

  test('counts are spread about the size of a group', () => {
    const four = rows(having(perOrder('count', []), operator('=', column(99), integer(4))));
    expect(four / 15_000).toBeCloseTo(0.2, 1);
    expect(rows(having(perOrder('count', []), operator('>', column(99), integer(20))))).toBe(1);
    // As groups: a handful of counts, not one for each order.
    const byCount: Aggregate = { ...aggregate(perOrder('count', []), 99, 'count', []), groups: [{ id: 99 as ColumnId, name: 'count', type: INT8 }] }; // prettier-ignore
    expect(rows(byCount)).toBeLessThan(20);
  });

  test('the least and the greatest of a group', () => {
    // All four above half of the range, and any of them.
    expect(rows(having(perOrder('min'), operator('>', column(99), integer(25)))) / 15_000).toBeCloseTo(0.5 ** 4, 1);
    expect(rows(having(perOrder('max'), operator('>', column(99), integer(25)))) / 15_000).toBeCloseTo(1 - 0.5 ** 4, 1);
  });

  test('averages lie closer together than single values', () => {
    const part = rows(having(perOrder('avg'), operator('>', column(99), integer(40)))) / 15_000;
    expect(part).toBeGreaterThan(0.001);
    expect(part).toBeLessThan(0.05);
  });
});

describe('what is computed from a column', () => {
  const orders = scan('orders', 20, ['id', 'customer'], [['id']]);
  const remainder = call('mod', INT, column(20), integer(10));

  test('has few values, whatever the column has', () => {
    expect(rows(having(orders, operator('=', remainder, integer(3))))).toBeCloseTo(15_000 / 200);
    expect(rows(having(orders, operator('<>', remainder, integer(3))))).toBeCloseTo(15_000 - 15_000 / 200);
    expect(rows(having(orders, list(remainder, '=', [1, 2, 3])))).toBeCloseTo((3 * 15_000) / 200);
    expect(rows(having(orders, operator('=', column(20), integer(3))))).toBe(1);
    // No more than the column, and a column beside it counts with all that it has.
    expect(rows(having(lines, operator('=', call('abs', INT, column(2)), integer(3))))).toBeCloseTo(60_000 / 50);
    expect(rows(having(orders, operator('=', remainder, column(21))))).toBeCloseTo(15);
  });
});

describe('NULL is neither true nor false', () => {
  // Of 1,000 rows 400 are NULL, 300 'a', the others 'b 0' to 'b 299'.
  const named: ColumnStatistics = {
    nullFraction: 0.4,
    distinct: 301,
    width: 4,
    common: [{ text: 'a', fraction: 0.3 }],
    histogram: Array.from({ length: 101 }, (_, i) => `b ${String(Math.round((i * 299) / 100)).padStart(3, '0')}`),
  };
  const flag: ColumnStatistics = { nullFraction: 0.5, distinct: 2, width: 1, common: [{ text: 't', fraction: 0.4 }, { text: 'f', fraction: 0.1 }], histogram: [] }; // prettier-ignore
  const known: Statistics = { table: () => table(1_000, { name: named, flag, other: even(10) }) };
  const bare = scan('people', 1, ['name', 'flag', 'other']);
  const types = [sqlType('text'), BOOL, INT];
  const people: Scan = { ...bare, columns: bare.columns.map((one, i) => ({ ...one, type: types[i]! })) };
  const kept = (...conjuncts: Scalar[]): number => new Estimator(known).rows(having(people, ...conjuncts));
  const not = (arg: Scalar): Scalar => ({ kind: 'not', arg, type: BOOL });
  const name = column(1, types[0]);
  const isSet = column(2, BOOL);
  const text = (value: string): Scalar => constant(value, types[0]!);
  const isA = operator('=', name, text('a'));

  test('negations', () => {
    expect(kept(isA)).toBeCloseTo(300);
    expect(kept(operator('<>', name, text('a')))).toBeCloseTo(300);
    expect(kept(not(isA))).toBeCloseTo(300);
    expect(kept(not(not(isA)))).toBeCloseTo(300);
    expect(kept(operator('!~~', name, text('a%')))).toBeCloseTo(300, -1);
    expect(kept(list(name, '<>', ['a']))).toBeCloseTo(300);
    expect(kept(not({ kind: 'nulltest', arg: name, negated: true, type: BOOL }))).toBeCloseTo(400);
  });

  test('of several', () => {
    const isOne = operator('=', column(3), integer(1));
    const either: Scalar = { kind: 'or', args: [isA, isOne], type: BOOL };
    const both: Scalar = { kind: 'and', args: [isA, isOne], type: BOOL };
    expect(kept(not(either)) / 300).toBeCloseTo(0.93, 1);
    expect(kept(not(both))).toBeCloseTo(1_000 * (1 - 0.7 * 0.1), -1);
  });

  test('tests of truth', () => {
    const tested = (arg: Scalar, test: 'true' | 'false' | 'unknown', negated: boolean): number =>
      kept({ kind: 'booltest', arg, test, negated, type: BOOL });
    expect(tested(isSet, 'true', false)).toBeCloseTo(400);
    expect(tested(isSet, 'false', false)).toBeCloseTo(100);
    expect(tested(isSet, 'unknown', false)).toBeCloseTo(500);
    expect(tested(isSet, 'true', true)).toBeCloseTo(600);
    expect(tested(isA, 'false', true)).toBeCloseTo(700);
  });

  test('IS [NOT] DISTINCT FROM', () => {
    const distinct = (left: Scalar, right: Scalar): Scalar => ({
      kind: 'distinct',
      equality: functionNamed('eq'),
      operator: operator('=').operator!,
      left,
      right,
      inputCollation: 'none',
      type: BOOL,
    });
    expect(kept(distinct(name, text('a')))).toBeCloseTo(700);
    expect(kept(not(distinct(name, text('a'))))).toBeCloseTo(300);
    expect(kept(distinct(name, constant(null, types[0]!)))).toBeCloseTo(600);
    expect(kept(not(distinct(name, constant(null, types[0]!))))).toBeCloseTo(400);
    expect(kept(not(distinct(name, isSet)))).toBeCloseTo(200 + 1_000 / 301);
  });
});

test('LIMIT counts from the OFFSET on', () => {
  const limited = (limit: number | null, offset: number | null): number => {
    const [count, skipped] = [limit, offset].map((value) => (value === null ? null : integer(value))) as [Scalar | null, Scalar | null]; // prettier-ignore
    return rows({ kind: 'limit', input: lines, limit: count, offset: skipped });
  };
  expect(limited(10, null)).toBe(10);
  expect(limited(10, 59_995)).toBe(5);
  expect(limited(null, 20_000)).toBe(40_000);
  expect(limited(10, 70_000)).toBe(1);
});

test('columns of a table whose key is grouped by make no more groups', () => {
  const of: Record<string, TableStatistics> = {
    people: table(1_500, { id: even(1_500), town: even(700), name: even(1_200) }),
    orders: table(15_000, { id: even(15_000), customer: even(1_500) }),
  };
  const few = having(scan('people', 50, ['id', 'town', 'name'], [['town', 'name'], ['id']]), operator('<', column(50), integer(31))); // prettier-ignore
  const orders = scan('orders', 60, ['id', 'customer'], [['id']]);
  const joined: Rel = { kind: 'join', type: 'inner', left: orders, right: few, on: [operator('=', column(61), column(50))] };
  const groups = (...columns: number[]): number => {
    const grouped = { ...aggregate(joined, 1, 'count', []), groups: columns.map((id) => ({ id: id as ColumnId, name: 'g', type: INT })) }; // prettier-ignore
    return new Estimator({ table: ({ name }) => of[name] }).rows(grouped);
  };
  expect(groups(50)).toBeCloseTo(30, -1);
  expect(groups(50, 51)).toBe(groups(50));
  expect(groups(52, 50, 51)).toBe(groups(50));
  expect(groups(51)).toBeLessThan(groups(51, 52));
});

test('frequent values meet however sources write them', () => {
  const common = (...texts: string[]): ColumnStatistics => ({
    nullFraction: 0,
    distinct: 1_000,
    width: 4,
    common: texts.map((text) => ({ text, fraction: 0.4 })),
    histogram: ['1', '1000'],
  });
  const rowsOf = (type: ReturnType<typeof sqlType>, left: readonly string[], right: readonly string[]): number => {
    const of: Record<string, TableStatistics> = { l: table(1_000, { v: common(...left) }), r: table(1_000, { v: common(...right) }) }; // prettier-ignore
    const typed = (one: Scan): Scan => ({ ...one, columns: one.columns.map((each) => ({ ...each, type })) });
    const [a, b] = [typed(scan('l', 1, ['v'])), typed(scan('r', 2, ['v']))];
    const on = [operator('=', column(1, type), column(2, type))];
    return new Estimator({ table: ({ name }) => of[name] }).rows({ kind: 'join', type: 'inner', left: a, right: b, on });
  };
  const BOOLEAN = sqlType('bool');
  const NUMERIC = sqlType('numeric');
  expect(rowsOf(BOOLEAN, ['t', 'f'], ['true', 'false'])).toBe(rowsOf(BOOLEAN, ['t', 'f'], ['t', 'f']));
  expect(rowsOf(NUMERIC, ['1.0'], ['1'])).toBe(rowsOf(NUMERIC, ['1'], ['1']));
  expect(rowsOf(sqlType('bpchar'), ['a  '], ['a'])).toBeGreaterThan(100_000);
  // Not to be read: as they are written.
  expect(rowsOf(sqlType('int4'), ['one'], ['one'])).toBeGreaterThan(100_000);
});

describe('rows found by an index', () => {
  const indexed: Statistics = {
    table: ({ name }) => ({ ...tables[name]!, indexes: [['order'], ['part', 'supplier']] }),
  };
  const search = (...conjuncts: Scalar[]): IndexedRows | undefined =>
    new Estimator(indexed).indexSearch({ kind: 'filter', input: lines, conjuncts });
  const is = (id: number, value = 1): Scalar => operator('=', column(id), integer(value));

  test('by what the conditions of its columns leave, not the others', () => {
    expect(search(is(3), is(2))?.rows).toBeCloseTo(60_000 / 2_000);
    expect(search(is(3), is(4), is(2))?.rows).toBeLessThan(60_000 / 2_000);
    expect(search(is(3), is(1), is(2))?.rows).toBeCloseTo(4);
    expect(search(operator('<', integer(14_901), column(1)))?.rows).toBeCloseTo(400, -2);
    expect(search(list(column(1), '=', [1, 2, 3]))).toMatchObject({ lookUps: 3, rows: expect.closeTo(12) as number });
  });

  test('the closer to the order of storage, the more as by a scan', () => {
    const stored = { ...even(15_000), correlation: -0.5 };
    const correlated = table(60_000, { order: stored, part: stored });
    const of = (conjunct: Scalar): number | undefined =>
      new Estimator({ table: () => ({ ...correlated, indexes: [['order'], ['part', 'supplier']] }) }).indexSearch({ kind: 'filter', input: lines, conjuncts: [conjunct] })?.correlation; // prettier-ignore
    expect([of(is(1)), of(is(3)), search(is(1))?.correlation]).toEqual([-0.5, -0.375, 0]);
    const cost = new CostModel({
      estimator: new Estimator(statistics),
      sites: () => POSTGRES_COSTS,
      local: NOTHING,
      net: undefined,
      memoryBytes: 0,
    });
    const { indexRow, scanRow, indexLookup } = POSTGRES_COSTS.compute;
    const rowNs = (correlation?: number): number => cost.lookUpMs('shop', 0, 1, correlation) * 1e6;
    expect(cost.lookUpMs('shop', 1, 0, 1) * 1e6).toBeCloseTo(indexLookup);
    expect([rowNs(), rowNs(1), rowNs(-1)].map(Math.round)).toEqual([indexRow, scanRow, scanRow]);
    expect(rowNs(0.5)).toBeCloseTo(indexRow + (scanRow - indexRow) / 4);
  });

  test('only by values of its first column as it is', () => {
    expect(search(is(4))).toBeUndefined();
    expect(search(operator('<>', column(1), integer(1)))).toBeUndefined();
    expect(search(operator('=', call('abs', INT, column(1)), integer(1)))).toBeUndefined();
    expect(search(operator('=', column(1), column(2)))).toBeUndefined();
    expect(search(list(column(1), '<>', [1, 2]))).toBeUndefined();
    expect(search(operator('~~', column(1), integer(1)))).toBeUndefined();
  });
});

describe('ranks', () => {
  const orders = scan('orders', 20, ['id', 'customer'], [['id']]);
  // Fifteen orders of each customer; four lines of each order, fifty quantities.
  const ranked = (input: Rel, partition: readonly number[], order: number, name: string): Window => ({
    kind: 'window',
    input,
    partition: partition.map((id) => ({ id: id as ColumnId, name: 'p', type: INT })),
    order: [{ column: order as ColumnId, type: INT, descending: true, nullsFirst: false }],
    frame: { mode: 'range', start: { kind: 'unbounded' }, end: { kind: 'current row' }, exclude: 'none' },
    functions: [{ column: { id: 98 as ColumnId, name, type: INT8 }, call: windowCall(name, INT8) }],
  });
  const kept = (window: Rel, name: string, rank: number): number =>
    rows(having(window, operator(name, column(98), integer(rank))));
  const perCustomer = ranked(orders, [21], 20, 'row_number');

  test('the first rows of each partition', () => {
    expect(kept(perCustomer, '=', 1)).toBeCloseTo(1_000);
    expect(kept(perCustomer, '<=', 3)).toBeCloseTo(3_000);
    expect(kept(perCustomer, '<', 4)).toBeCloseTo(3_000);
    expect(kept(perCustomer, '>', 3)).toBeCloseTo(12_000);
    expect(kept(perCustomer, '<=', 100)).toBeCloseTo(15_000);
    expect(kept(perCustomer, '<', 1)).toBe(1);
  });

  test('of one partition', () => {
    expect(kept(ranked(orders, [], 20, 'row_number'), '<=', 10)).toBeCloseTo(10);
  });

  test('through what hands them on, and as groups', () => {
    const sorted: Rel = { kind: 'sort', input: perCustomer, keys: [] };
    expect(kept(sorted, '=', 2)).toBeCloseTo(1_000);
    const byRank: Rel = { ...aggregate(perCustomer, 98, 'count', []) };
    expect(rows(byRank)).toBeCloseTo(15);
  });

  test('rows with equal values have one rank', () => {
    // 1,200 lines of each quantity, of 60,000 rows.
    expect(kept(ranked(lines, [], 2, 'rank'), '=', 1)).toBeCloseTo(1_200);
    expect(kept(ranked(lines, [], 2, 'rank'), '<=', 10)).toBeCloseTo(1_200);
    expect(kept(ranked(lines, [], 2, 'rank'), '<=', 6_000)).toBeCloseTo(6_000);
    expect(kept(ranked(lines, [], 2, 'dense_rank'), '=', 1)).toBeCloseTo(1_200);
    expect(kept(ranked(lines, [], 2, 'dense_rank'), '<=', 10)).toBeCloseTo(12_000);
  });
});

describe('an OR over both sides of a join', () => {
  const orders = scan('orders', 20, ['id', 'customer'], [['id']]);
  const either = (kind: 'and' | 'or', ...args: Scalar[]): Scalar => ({ kind, args, type: BOOL });
  const equals = (id: number, value: number): Scalar => operator('=', column(id), integer(value));
  const pairs = either('or', either('and', equals(21, 1), equals(2, 2)), either('and', equals(21, 3), equals(2, 4)));
  const on = [operator('=', column(20), column(1)), pairs];
  const join: Join = { kind: 'join', type: 'inner', left: orders, right: lines, on };

  test('what it implies of one side is not counted twice, as an OR or as a list', () => {
    const implied = implyFilters(join);
    const listed = orToIn(implied);
    expect(implied).not.toBe(join);
    expect(listed).not.toBe(implied);
    expect(rows(listed) / rows(implied)).toBeCloseTo(1, 1);
  });

  test('a list counts as the OR that it was', () => {
    const written = having(lines, either('or', equals(2, 2), equals(2, 4), equals(2, 2)));
    const twice = orToIn(written);
    expect(rows(twice)).toBeCloseTo(60_000 / 25, -2);
    expect(rows(twice) / rows(written)).toBeLessThan(1);
  });
});

describe('outer joins', () => {
  const customers = scan('customers', 10, ['id'], [['id']]);
  const orders = scan('orders', 20, ['id', 'customer'], [['id']]);
  const joined: Join = {
    kind: 'join',
    type: 'left',
    left: customers,
    right: orders,
    on: [operator('=', column(10), column(21))],
  };

  test('IS NULL finds those without a partner, though the column is never NULL in its table', () => {
    const alone: Scalar = { kind: 'nulltest', arg: column(20), negated: false, type: BOOL } as Scalar;
    expect(rows(having(joined, alone))).toBeCloseTo(500, -2);
    expect(rows(having(orders, alone))).toBe(1);
  });

  test('count of a column leaves them out', () => {
    const perCustomer = aggregate(joined, 10, 'count', [column(20)]);
    expect(rows(having(perCustomer, operator('<', column(99), integer(8)))) / 1_500).toBeCloseTo(0.25, 1);
  });
});

test('a column has no more values than what it was joined with', () => {
  const few = having(scan('customers', 50, ['id'], [['id']]), operator('<', column(50), integer(31)));
  const joined: Rel = { kind: 'join', type: 'inner', left: scan('orders', 60, ['id', 'customer'], [['id']]), right: few, on: [operator('=', column(61), column(50))] }; // prettier-ignore
  const estimator = new Estimator(statistics);
  expect(estimator.rows(joined)).toBeGreaterThan(200);
  expect(estimator.values(joined, 61 as ColumnId)).toBeCloseTo(30, -1);
});

test('conditions of several classes between the same two relations are taken together, as the key they may be', () => {
  const offers = scan('offers', 30, ['part', 'supplier'], [['part', 'supplier']]);
  const parts = scan('parts', 40, ['id'], [['id']]);
  const on = [operator('=', column(40), column(3)), operator('=', column(30), column(3)), operator('=', column(31), column(4))];
  const pair: Join = { kind: 'join', type: 'inner', left: parts, right: lines, on: [] };
  const graph = joinGraph({ kind: 'join', type: 'inner', left: pair, right: offers, on });
  const connection = graph.between(0b011, 0b100);
  expect(connection?.kind).toBe('inner');
  if (connection?.kind !== 'inner') return;
  // Lines and offers (relations 1 and 2), by both columns, though parts could give one of them.
  expect(connection.edges.map((edge) => edge.reads)).toEqual([0b110, 0b110]);
});

describe('joins along foreign keys', () => {
  const many = { ...even(500), nullFraction: 0.2 };
  const flights = {
    // Half of the routes of 100 by 100 places exist; each is flown about four times.
    flights: table(20_000, { start: { ...even(100), nullFraction: 0.1 }, end: even(100), plane: many, day: even(1_000) }),
    routes: table(5_000, { start: even(100), end: even(100), miles: even(10_000) }),
    planes: table(2_000, { id: even(2_000), seats: even(200) }),
  };
  const estimated = (rel: Rel): number => new Estimator({ table: ({ name }) => flights[name as keyof typeof flights] }).rows(rel);
  const qError = (rel: Rel, actual: number): number => Math.max(estimated(rel) / actual, actual / estimated(rel));

  const keys: readonly ForeignKey[] = [
    { columns: ['end', 'start'], schema: 's', name: 'routes', referenced: ['end', 'start'], certain: false },
    { columns: ['plane'], schema: 's', name: 'planes', referenced: ['id'], certain: false },
  ];
  const referring = (foreignKeys: readonly ForeignKey[]): Scan => {
    const bare = scan('flights', 1, ['start', 'end', 'plane', 'day']);
    return { ...bare, table: { ...bare.table, foreignKeys } };
  };
  // No key is known of it: a unique constraint over columns that may be NULL is none.
  const routes = scan('routes', 10, ['start', 'end', 'miles']);
  const planes = scan('planes', 20, ['id', 'seats']);
  const join = (type: Join['type'], left: Rel, right: Rel, ...on: readonly (readonly [number, number])[]): Join => ({
    kind: 'join', type, left, right, on: on.map(([a, b]) => operator('=', column(a), column(b))),
  }); // prettier-ignore
  const route = [[1, 10], [2, 11]] as const; // prettier-ignore
  const short = having(routes, operator('<', column(12), integer(1_000)));

  test('one partner for each row that has values, however many columns that took', () => {
    expect(qError(join('inner', referring(keys), routes, ...route), 18_000)).toBeCloseTo(1, 2);
    expect(qError(join('inner', routes, referring(keys), [10, 1], [11, 2]), 18_000)).toBeCloseTo(1, 2);
    expect(qError(join('left', referring(keys), routes, ...route), 20_000)).toBeCloseTo(1, 2);
    // Without it, as if four in ten thousand pairs met.
    expect(qError(join('inner', referring([]), routes, ...route), 18_000)).toBeGreaterThan(1.5);
    expect(qError(join('inner', referring(keys), planes, [3, 20]), 16_000)).toBeCloseTo(1, 2);
  });

  test('filters on the referenced side leave as much of the referencing one, and those of their own', () => {
    expect(qError(join('inner', referring(keys), short, ...route), 1_800)).toBeLessThan(1.05);
    const late = having(referring(keys), operator('>', column(4), integer(500)));
    expect(qError(join('inner', late, short, ...route), 900)).toBeLessThan(1.05);
    const both = join('inner', join('inner', late, short, ...route), planes, [3, 20]);
    expect(qError(both, 720)).toBeLessThan(1.05);
  });

  test('NULLs that a filter or another join took away are not taken away again', () => {
    const flown: Rel = having(referring(keys), { kind: 'nulltest', arg: column(3), negated: true, type: BOOL } as Scalar);
    expect(qError(join('inner', flown, planes, [3, 20]), 16_000)).toBeCloseTo(1, 2);
    const twice = join('inner', join('inner', referring(keys), planes, [3, 20]), scan('planes', 30, ['id', 'seats']), [3, 30]);
    expect(qError(twice, 16_000)).toBeCloseTo(1, 2);
  });

  test('semi and anti joins', () => {
    expect(qError(join('semi', referring(keys), planes, [3, 20]), 16_000)).toBeCloseTo(1, 2);
    expect(qError(join('anti', referring(keys), planes, [3, 20]), 4_000)).toBeCloseTo(1, 2);
    expect(qError(join('semi', referring(keys), short, ...route), 1_800)).toBeLessThan(1.05);
    expect(qError(join('anti', referring(keys), short, ...route), 18_200)).toBeLessThan(1.05);
  });

  test('only whole keys, of the same source, column by column', () => {
    const without = estimated(join('inner', referring([]), routes, [1, 10]));
    expect(estimated(join('inner', referring(keys), routes, [1, 10]))).toBe(without);
    const crossed = [[1, 11], [2, 10]] as const; // prettier-ignore
    expect(estimated(join('inner', referring(keys), routes, ...crossed))).toBe(
      estimated(join('inner', referring([]), routes, ...crossed)),
    );
    const elsewhere: Scan = { ...planes, table: { ...planes.table, site: 'lake' } };
    expect(estimated(join('inner', referring(keys), elsewhere, [3, 20]))).toBe(
      estimated(join('inner', referring([]), elsewhere, [3, 20])),
    );
  });

  test('in a join graph, by its edges', () => {
    const on = join('inner', referring(keys), routes, ...route).on;
    const graph = joinGraph({ kind: 'join', type: 'inner', left: referring(keys), right: short, on });
    const connection = graph.between(0b01, 0b10);
    expect(connection?.kind).toBe('inner');
    if (connection?.kind !== 'inner') return;
    const estimator = new Estimator({ table: ({ name }) => flights[name as keyof typeof flights] });
    const pairs = estimator.rows(graph.relations[0]!) * estimator.rows(graph.relations[1]!);
    expect((pairs * new JoinSelectivities(graph, estimator).ofInner(connection.edges, 0b01, 0b10)) / 1_800).toBeCloseTo(1, 1);
  });
});
