/** The order of joins that is read off a plan: wherever a join runs, however it is done, and whatever was shipped to it. */
import type { Plan, QueryPlan } from '../../algebra/plan.ts';
import { outputColumns, type Join, type Rel, type Scan } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { blocksOf } from '../../bench/orders/blocks.ts';
import { chosenOrders } from '../../bench/orders/chosen-order.ts';
import { column, compare, INT } from '../planner/place/random-joins.ts';

/** Table `i`, of one column, `i`. */
function scan(i: number): Scan {
  const table = { site: i % 2 === 0 ? 'shop' : 'lake', mirrorOid: i, schema: 's', name: `t${i}`, keys: [] };
  return { kind: 'scan', table, columns: [{ id: i as ColumnId, name: 'c', type: INT, sourceName: 'c' }] };
}

function join(left: Rel, right: Rel, type: Join['type'] = 'inner'): Join {
  const [a, b] = [left, right].map((side) => column(outputColumns(side)[0]!.id));
  return { kind: 'join', type, left, right, on: [compare('=', a!, b!)] };
}

const base = (columns: readonly number[]): Pick<Plan, 'id' | 'columns' | 'estimatedRows'> => ({
  id: 0,
  columns: columns.map((id) => ({ id: id as ColumnId, name: 'c', type: INT })),
  estimatedRows: 1,
});
const remote = (fragment: Rel, inputs: readonly Plan[] = []): Plan => {
  const columns = outputColumns(fragment).map(({ id }) => id);
  return { ...base(columns), kind: 'remote', site: 'shop', fragment, inputs };
};
const sides = (left: Plan, right: Plan) => ({ ...base([...left.columns, ...right.columns].map(({ id }) => id)), left, right });
const keyed = { type: 'inner', leftKeys: [], rightKeys: [], residual: [] } as const;
const hashed = (left: Plan, right: Plan): Plan => ({ ...sides(left, right), ...keyed, kind: 'hashjoin', nullAware: false });
const merged = (left: Plan, right: Plan): Plan => ({ ...sides(left, right), ...keyed, kind: 'mergejoin' });

const [t1, t2, t3] = [scan(1), scan(2), scan(3)];
const block = blocksOf(join(join(t1, t2), t3));
const orderOf = (root: Plan) => chosenOrders({ root, subplans: [] } satisfies QueryPlan, block)[0];

test('of joins at home and at a source', () => {
  expect(orderOf(hashed(remote(t1), remote(join(t2, t3))))).toEqual([
    [0b010, 0b100],
    [0b001, 0b110],
  ]);
});

test('of merge joins', () => {
  expect(orderOf(merged(hashed(remote(t2), remote(t1)), remote(t3)))).toEqual([
    [0b010, 0b001],
    [0b011, 0b100],
  ]);
});

test('of joins with what was shipped, all its relations, whichever columns are left of them', () => {
  const shipped = hashed(remote(t1), remote(t2));
  const input: Rel = { kind: 'input', index: 0, columns: outputColumns(t1) };
  expect(orderOf(remote(join(t3, input), [shipped]))).toEqual([
    [0b001, 0b010],
    [0b100, 0b011],
  ]);
});

test('of rows that are written down, or read of a WITH', () => {
  const values: Plan = { ...base([2]), kind: 'values', rows: [] };
  const read: Plan = { ...base([3]), kind: 'ctescan', cte: 0, name: 'f' };
  expect(orderOf(hashed(hashed(remote(t1), values), read))).toEqual([
    [0b001, 0b010],
    [0b011, 0b100],
  ]);
});
