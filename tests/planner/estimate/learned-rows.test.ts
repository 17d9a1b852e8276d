/** What is the same to ask for, and what a gateway remembers of it. */
import type { Aggregate, Join, Rel, Scan, Window } from '../../../algebra/rel.ts';
import { relInputs } from '../../../algebra/transform.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import type { Statistics, TableStatistics } from '../../../algebra/statistics.ts';
import { tableOfRows } from '../../../algebra/statistics.ts';
import { LearnedRows } from '../../../planner/estimate/learned-rows.ts';
import { Shapes } from '../../../planner/estimate/shapes.ts';
import { column, compare, INT, RandomBlock } from '../place/random-joins.ts';
import { windowCall } from '../scalars.ts';

const scan = (name: string, first: number): Scan => ({
  kind: 'scan',
  table: { site: 'shop', mirrorOid: first, schema: 's', name, keys: [] },
  columns: ['k', 'v'].map((each, i) => ({ id: (first + i) as ColumnId, name: each, sourceName: each, type: INT })),
});
const col = (id: number): Scalar => column(id as ColumnId);
const number = (value: number): Scalar => ({ kind: 'const', value, type: INT });
const parameter = (index: number): Scalar => ({ kind: 'param', index, type: INT });
const filter = (input: Rel, ...conjuncts: Scalar[]): Rel => ({ kind: 'filter', input, conjuncts });
const join = (left: Rel, right: Rel, ...on: Scalar[]): Join => ({ kind: 'join', type: 'inner', left, right, on });
const group = (input: Rel, ...columns: number[]): Aggregate => ({
  kind: 'aggregate',
  input,
  groups: columns.map((id) => ({ id: id as ColumnId, name: 'g', type: INT })),
  aggregates: [],
});
/** row_number() or another rank as column `id`. */
const ranked = (input: Rel, id: number, partition: number, order: number, fn = 'row_number'): Window => ({
  kind: 'window',
  input,
  partition: [{ id: partition as ColumnId, name: 'p', type: INT }],
  order: [{ column: order as ColumnId, type: INT, descending: false, nullsFirst: false }],
  frame: { mode: 'range', start: { kind: 'unbounded' }, end: { kind: 'current row' }, exclude: 'none' },
  functions: [{ column: { id: id as ColumnId, name: fn, type: INT }, call: windowCall(fn, INT) }],
});
const keyOf = (rel: Rel): string | undefined => new Shapes(() => true).of(rel)?.key;

const [a, b, c] = [scan('a', 1), scan('b', 11), scan('c', 21)];
const equal = (x: number, y: number): Scalar => compare('=', col(x), col(y));
/** One by its k, the other by its v. */
const twice = (one: Scan, other: Scan): Rel =>
  join(join(one, b, equal(one.columns[0]!.id, 11)), other, equal(other.columns[1]!.id, 12));
const less = (x: number, value: number): Scalar => compare('<', col(x), number(value));

test.each<[string, Rel, Rel]>([
  ['other ids', filter(a, less(1, 5)), filter(scan('a', 51), less(51, 5))],
  ['the order of conditions', filter(a, less(1, 5), less(2, 6)), filter(filter(a, less(2, 6)), less(1, 5))],
  ['the order of joins', join(join(a, b, equal(1, 11)), c, equal(12, 22)), join(a, join(c, b, equal(22, 12)), equal(11, 1))],
  ['equalities that follow', join(join(a, b, equal(1, 11)), c, equal(11, 21)), join(join(a, c, equal(1, 21)), b, equal(1, 11))],
  ['a filter above or below a join', filter(join(a, b, equal(1, 11)), less(2, 7)), join(filter(a, less(2, 7)), b, equal(1, 11))],
  ['which of two of one table is which', twice(a, scan('a', 51)), twice(scan('a', 51), a)],
  ['what ranks are called', filter(ranked(a, 90, 1, 2), less(90, 5)), filter(ranked(scan('a', 51), 91, 51, 52), less(91, 5))],
  ['a window that is not asked', filter(ranked(a, 90, 1, 2), less(1, 5)), filter(a, less(1, 5))],
  ['groups of groups', group(group(a, 1, 2), 1), group(a, 1)],
])('%s is of no matter', (_what, one, other) => {
  expect(keyOf(one)).toBeDefined();
  expect(keyOf(one)).toBe(keyOf(other));
});

test.each<[string, Rel, Rel]>([
  ['another constant', filter(a, less(1, 5)), filter(a, less(1, 6))],
  ['another column', filter(a, less(1, 5)), filter(a, less(2, 5))],
  ['another table', a, b],
  ['a filter', a, filter(a, less(1, 5))],
  ['a condition between', join(a, b, equal(1, 11)), join(a, b, equal(1, 12))],
  ['a kind of join', join(a, b, equal(1, 11)), { ...join(a, b, equal(1, 11)), type: 'semi' }],
  ['the same twice, joined otherwise', twice(a, scan('a', 51)), join(join(a, b, equal(2, 11)), scan('a', 51), equal(52, 12))],
  ['another rank', filter(ranked(a, 90, 1, 2, 'rank'), less(90, 5)), filter(ranked(a, 90, 1, 2), less(90, 5))],
  ['another partition', filter(ranked(a, 90, 2, 2), less(90, 5)), filter(ranked(a, 90, 1, 2), less(90, 5))],
  ['another order of ranks', filter(ranked(a, 90, 1, 1), less(90, 5)), filter(ranked(a, 90, 1, 2), less(90, 5))],
  [
    'a filter before the ranks',
    filter(ranked(filter(a, less(1, 7)), 90, 1, 2), less(90, 5)),
    filter(ranked(a, 90, 1, 2), less(90, 5), less(1, 7)),
  ],
  ['other groups', group(a, 1), group(a, 2)],
  ['groups of some groups', group(filter(group(a, 1, 2), less(2, 5)), 1), group(a, 1)],
])('%s makes it another', (_what, one, other) => {
  expect(keyOf(one)).toBeDefined();
  expect(keyOf(one)).not.toBe(keyOf(other));
});

test.each<[string, Rel]>([
  ['a sample', { ...a, sample: { method: 'system', args: [], repeatable: null } }],
  ['a value of a subquery', filter(a, compare('<', col(1), parameter(-1)))],
  ['a relation twice, in the same way', join(a, scan('a', 51), equal(1, 51))],
  ['a limit', { kind: 'limit', input: a, limit: number(5), offset: null }],
])('%s has no shape', (_what, rel) => expect(keyOf(rel)).toBeUndefined());

test('what has the same shape has as many rows, of random joins', () => {
  let shared = 0;
  for (let seed = 0; seed < 2_000; seed++) {
    const block = new RandomBlock(seed);
    const rows = new Map<string, number>();
    const shapes = new Shapes(() => true);
    const look = (rel: Rel): void => {
      const key = shapes.of(rel)?.key;
      if (key !== undefined) {
        const count = block.rows(rel).length;
        if (rows.has(key)) shared++;
        if ((rows.get(key) ?? count) !== count) throw new Error(`seed ${seed}: ${rows.get(key)} rows, and ${count}`);
        rows.set(key, count);
      }
      relInputs(rel).forEach(look);
    };
    const tree = block.tree(2 + (seed % 4));
    const tables = [...block.tables.keys()];
    look(tree);
    look(mirrored(tree));
    // Few conditions over few columns: the same again, now and then in another order.
    for (const [first, second, third] of [tables, [...tables].reverse(), tables]) {
      if (first === undefined || second === undefined) continue;
      const pair = join(first, second, block.condition(first, second));
      look(filter(pair, block.condition(pair, pair)));
      const again = repeated(block, first);
      const [x, y] = [join(pair, again, block.condition(again, second)), join(again, second, block.condition(again, second))];
      look(x);
      look(filter(x, block.condition(x, again)));
      look(join(y, first, block.condition(first, y)));
      if (third !== undefined) look(join(pair, third, block.condition(first, third), block.condition(third, second)));
    }
  }
  expect(shared).toBeGreaterThan(1_000);
});

/** The same table with other columns. */
function repeated(block: RandomBlock, table: Scan): Scan {
  const again = (id: ColumnId): ColumnId => (id + 1_000) as ColumnId;
  const scanned = { ...table, columns: table.columns.map((each) => ({ ...each, id: again(each.id) })) };
  const rows = block.tables.get(table)!.map((row) => new Map([...row].map(([id, value]) => [again(id), value])));
  block.tables.set(scanned, rows);
  return scanned;
}

/** Every inner join the other way round. */
function mirrored(rel: Rel): Rel {
  if (rel.kind === 'filter') return { ...rel, input: mirrored(rel.input) };
  if (rel.kind !== 'join') return rel;
  const [left, right] = [mirrored(rel.left), mirrored(rel.right)];
  return rel.type === 'inner' ? { ...rel, left: right, right: left } : { ...rel, left, right };
}

describe('the memory', () => {
  const known = new Map<string, TableStatistics>();
  const statistics: Statistics = { table: ({ name }) => known.get(name) };
  const collected = (rows: number): TableStatistics => ({ ...tableOfRows(rows), indexes: [['k']], columns: new Map([['k', { nullFraction: 0, distinct: 9, width: 4, common: [], histogram: [] }]]) }); // prettier-ignore
  let memory: LearnedRows;
  const learn = (rel: Rel, rows: number, estimatedRows: number, nowMs = 0): number =>
    memory.learn({ rel, rows, estimatedRows }, statistics, nowMs);
  const rowsOf = (rel: Rel): number | undefined => memory.under(statistics)?.rows(rel)?.rows;
  const some = filter(a, less(1, 5));

  beforeEach(() => {
    memory = new LearnedRows(Infinity);
    for (const name of ['a', 'b', 'c']) known.set(name, collected(1_000));
  });

  test('keeps what was far off and large', () => {
    expect(learn(some, 900, 500)).toBe(0);
    expect(learn(some, 90, 10)).toBe(0);
    expect(memory.under(statistics)).toBeUndefined();
    expect(learn(some, 900, 10)).toBe(1);
    expect(rowsOf(some)).toBe(900);
    expect(rowsOf(a)).toBeUndefined();
  });

  test('counts what comes again, and says what is new', () => {
    expect(learn(some, 900, 10)).toBe(1);
    // The same plan again, before it is made anew; then one that knows.
    expect(learn(some, 900, 10)).toBe(1);
    expect(learn(some, 890, 900)).toBe(0);
    expect(memory.under(statistics)!.rows(some)).toMatchObject({ rows: 890, executions: 3 });
    expect(learn(some, 200, 890)).toBe(2);
    expect(rowsOf(some)).toBe(200);
  });

  test('forgets when statistics are collected anew, even if they are equal', () => {
    const both = join(a, b, equal(1, 11));
    learn(both, 900, 10);
    expect(rowsOf(both)).toBe(900);
    known.set('b', collected(1_000));
    expect(rowsOf(both)).toBeUndefined();
    expect(memory.under(statistics)).toBeUndefined();
  });

  test('forgets what was not seen for long', () => {
    memory = new LearnedRows(1_000);
    const nowMs = Date.now();
    learn(some, 900, 10, nowMs - 5_000);
    expect(rowsOf(some)).toBeUndefined();
    learn(some, 900, 10, nowMs);
    expect(rowsOf(some)).toBe(900);
  });

  test('takes the mean where parameters differ', () => {
    const asked = filter(a, compare('<', col(1), parameter(1)));
    learn(asked, 1_000, 10);
    learn(asked, 0, 1_000);
    expect(rowsOf(asked)).toBe(500);
  });

  test('is of bounded size, the longest unseen first', () => {
    learn(some, 900, 10);
    for (let i = 0; i < 1_999; i++) learn(filter(b, less(11, i)), 900, 10);
    learn(some, 900, 10);
    learn(filter(c, less(21, 1)), 900, 10);
    expect(rowsOf(some)).toBe(900);
    expect(rowsOf(filter(b, less(11, 0)))).toBeUndefined();
    expect(rowsOf(filter(b, less(11, 1)))).toBe(900);
  });
});
