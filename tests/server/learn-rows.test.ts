/** Which nodes of a plan that ran tell something, and which do not: what a join's keys narrowed is not what was asked for. */
import type { KeyFilter, HashJoinPlan, Plan, QueryPlan } from '../../algebra/plan.ts';
import type { Rel, Scan } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { LearnedRows } from '../../planner/estimate/learned-rows.ts';
import { learnRows } from '../../server/feedback.ts';
import { compare, INT } from '../planner/place/random-joins.ts';

const scan = (name: string, site: string, id: number): Scan => ({
  kind: 'scan',
  table: { site, mirrorOid: id, schema: 's', name, keys: [] },
  columns: [{ id: id as ColumnId, name: 'k', sourceName: 'k', type: INT }],
});
const column = (id: number): Scalar => ({ kind: 'column', column: id as ColumnId, type: INT });
const [orders, people, places] = [scan('orders', 'lake', 1), scan('people', 'shop', 2), scan('places', 'shop', 3)];
const pair: Rel = { kind: 'join', type: 'inner', left: orders, right: people, on: [compare('=', column(1), column(2))] };
const all: Rel = { kind: 'join', type: 'inner', left: pair, right: places, on: [compare('=', column(1), column(3))] };

const remote = (id: number, fragment: Scan): Plan => ({ id, kind: 'remote', site: fragment.table.site, fragment, columns: fragment.columns, estimatedRows: 1 }); // prettier-ignore
const hashJoin = (id: number, left: Plan, right: Plan): HashJoinPlan => ({
  id,
  kind: 'hashjoin',
  type: 'inner',
  left,
  right,
  leftKeys: [column(1)],
  rightKeys: [],
  residual: [],
  nullAware: false,
  columns: [],
  estimatedRows: 1,
});
const lower = hashJoin(4, remote(1, orders), remote(2, people));
const upper = hashJoin(5, lower, remote(3, places));
const subtrees = new Map([[4, pair], [5, all]]); // prettier-ignore
const statistics = { table: () => undefined };

function learned(root: Plan, read: Iterable<readonly [number, number]>): readonly string[] {
  const memory = new LearnedRows(Infinity);
  const plan: QueryPlan = { root, subplans: [], subtrees };
  learnRows({ learned: memory, statistics }, plan, new Map(read));
  const known = memory.under(statistics);
  return Object.entries({ orders, people, places, pair, all }).flatMap(([name, rel]) => (known?.rows(rel) ? [name] : []));
}

test('whatever was read to its end', () => {
  expect(learned(upper, [[1, 500], [4, 500], [5, 500]])).toEqual(['orders', 'pair', 'all']); // prettier-ignore
});

test('not a join whose rows another one sends keys for, but that one', () => {
  const keyFilter: KeyFilter = { target: 1, key: 0, type: column(1).type, condition: column(1), keysMax: 9, expected: { keys: 1, form: 'list', rows: 1 } }; // prettier-ignore
  const keyed = { ...upper, keyFilter };
  expect(learned(keyed, [[4, 500], [5, 500]])).toEqual(['all']); // prettier-ignore
  // The fragment says nothing when keys came, so that it speaks tells that none did.
  expect(learned(keyed, [[1, 500]])).toEqual(['orders']);
});
