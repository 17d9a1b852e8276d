/** Three relations and more that joins make equal in one column: their frequent values meet, in whatever order they are joined. */
import type { Rel, Scan } from '../../../algebra/rel.ts';
import type { ColumnId } from '../../../algebra/scalar.ts';
import type { ColumnStatistics, Statistics, TableStatistics } from '../../../algebra/statistics.ts';
import { Estimator } from '../../../planner/estimate/estimator.ts';
import { MeetingValues, type ValueSpread } from '../../../planner/estimate/meeting-values.ts';
import { joinGraph } from '../../../planner/place/join-graph.ts';
import { JoinSelectivities } from '../../../planner/place/join-selectivity.ts';
import { column, INT, operator } from '../scalars.ts';

test('frequent values one by one, the others within the largest set', () => {
  // Half of the rows have value 7; 99 others share the rest.
  const skewed: ValueSpread = { frequent: [7], part: (value) => (value === 7 ? 0.5 : 0.5 / 99), nullPart: 0, distinct: 100 };
  const unique: ValueSpread = { frequent: [], part: () => 1 / 1000, nullPart: 0, distinct: 1000 };
  const absent: ValueSpread = { frequent: [8], part: (value) => Number(value === 8), nullPart: 0, distinct: 1 };
  const met = new MeetingValues([skewed, skewed, unique]);
  expect(met.part([0, 2])).toBeCloseTo(1 / 1000, 5);
  expect(met.part([0, 1])).toBeCloseTo(0.25 + 0.25 / 99, 5);
  expect(met.part([0, 1, 2]) * 1000).toBeCloseTo(0.25 + 0.25 / 999, 3);
  expect(new MeetingValues([skewed, absent]).part([0, 1])).toBeCloseTo(0.5 / 99);
  // NULL meets nothing.
  expect(new MeetingValues([{ ...skewed, part: () => 0, nullPart: 1 }, skewed]).part([0, 1])).toBe(0);
});

describe('in a join graph', () => {
  const of = (distinct: number, more: Partial<ColumnStatistics> = {}): ColumnStatistics => ({
    nullFraction: 0,
    distinct,
    width: 4,
    common: [],
    histogram: ['1', '1000'],
    ...more,
  });
  const table = (rows: number, name: string, figures: ColumnStatistics): TableStatistics => ({
    rows,
    columns: new Map([[name, figures]]),
    combinations: [],
    indexes: [],
  });
  /** A tenth of the rows are the first film's. */
  const skewed = of(1_000, { common: [{ text: '1', fraction: 0.1 }] });
  const tables: Readonly<Record<string, TableStatistics>> = {
    film: table(1_000, 'id', of(1_000)),
    word: table(5_000, 'film', skewed),
    role: table(20_000, 'film', skewed),
    review: table(8_000, 'film', skewed),
    even: table(5_000, 'film', of(1_000)),
  };
  const statistics: Statistics = { table: ({ name }) => tables[name] };
  const scan = (name: string, id: number, key = false): Scan => ({
    kind: 'scan',
    table: { site: 'shop', mirrorOid: id, schema: 's', name, keys: key ? [['id']] : [] },
    columns: [{ id: id as ColumnId, name, sourceName: key ? 'id' : 'film', type: INT }],
  });
  const join = (left: Rel, right: Rel, a: number, b: number): Rel => ({
    kind: 'join',
    type: 'inner',
    left,
    right,
    on: [operator('=', column(a), column(b))],
  });
  /** Rows of films with what refers to them, joined in this order of relations. */
  function rows(order: readonly number[], ...names: readonly string[]): number {
    const film = scan('film', 1, true);
    const tree = names.reduce<Rel>((left, name, i) => join(left, scan(name, i + 2), 1, i + 2), film);
    const graph = joinGraph(tree as Extract<Rel, { kind: 'join' }>);
    const estimator = new Estimator(statistics);
    const selectivities = new JoinSelectivities(graph, estimator);
    let set = 0;
    let found = 1;
    for (const relation of order) {
      const bit = 1 << relation;
      found *= estimator.rows(graph.relations[relation]!);
      if (set !== 0) {
        const connection = graph.between(set, bit);
        if (connection?.kind !== 'inner') throw new Error('not connected');
        found *= selectivities.ofInner(connection.edges, set, bit);
      }
      set |= bit;
    }
    return found;
  }

  test('what many refer to, all refer to, in any order', () => {
    // The first film has 500 words and 2,000 roles; the other 999 films 4.5 and 18 each.
    const expected = 500 * 2_000 + 4_500 * 18;
    expect(rows([0, 1, 2], 'word', 'role') / expected).toBeCloseTo(1, 1);
    for (const order of [[1, 0, 2], [1, 2, 0], [2, 1, 0]]) expect(rows(order, 'word', 'role')).toBeCloseTo(rows([0, 1, 2], 'word', 'role')); // prettier-ignore
    const four = 500 * 2_000 * 800 + 4_500 * 18 * 7.2;
    expect(rows([0, 1, 2, 3], 'word', 'role', 'review') / four).toBeCloseTo(1, 1);
    expect(rows([3, 1, 2, 0], 'word', 'role', 'review')).toBeCloseTo(rows([0, 1, 2, 3], 'word', 'role', 'review'));
  });

  test('one that is spread evenly changes nothing', () => {
    expect(rows([0, 1, 2], 'word', 'even') / (5_000 * 5)).toBeCloseTo(1);
  });
});
