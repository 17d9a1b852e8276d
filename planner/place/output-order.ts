/** In which order a plan's rows come, as far as it is certain. */
import type { HashJoinPlan, Plan, RemoteQuery } from '../../algebra/plan.ts';
import { CATALOG_SITE, type Rel, type RelColumn, type SortKey } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { SqlType } from '../../core/sql-type.ts';

interface Keyed {
  readonly column: ColumnId;
  readonly type: SqlType;
}

/** One key of an order: the columns that have its value in every row. */
export interface OrderKey {
  readonly columns: readonly Keyed[];
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** The first key first; none when nothing is known. */
export type Order = readonly OrderKey[];
const NONE: Order = [];

export function outputOrder(plan: Plan): Order {
  switch (plan.kind) {
    case 'remote':
      return isOfSource(plan) ? orderOfFragment(plan.fragment) : NONE;
    case 'sort':
      return orderOfKeys(plan.keys);
    case 'filter':
    case 'limit':
      return outputOrder(plan.input);
    // By hash, NULL comes after the others of its batch.
    case 'distinct':
      return plan.isSorted ? outputOrder(plan.input) : NONE;
    case 'aggregate':
      return plan.isSorted ? narrowed(outputOrder(plan.input), new Set(plan.groups)) : NONE;
    case 'project':
      return renamed(outputOrder(plan.input), plan.columns, plan.exprs);
    case 'hashjoin':
      return keepsLeftOrder(plan) ? outputOrder(plan.left) : NONE;
    case 'mergejoin':
      // Rows without a partner come after the others of their batch.
      if (plan.type === 'left') return NONE;
      if (plan.type !== 'inner') return outputOrder(plan.left);
      return mergedOrder(outputOrder(plan.left), outputOrder(plan.right), plan.leftKeys.length);
    case 'with':
      return outputOrder(plan.body);
    case 'nestedloop':
    case 'window':
    case 'setop':
    case 'values':
    case 'projectset':
    case 'recursive':
    case 'ctescan':
      return NONE;
  }
}

export const orderOfKeys = (keys: readonly SortKey[]): Order =>
  keys.map(({ column, type, descending, nullsFirst }) => ({ columns: [{ column, type }], descending, nullsFirst }));

/** Of rows that were merged by so many keys, which have the same values on both sides; left rows stay as they came. */
export const mergedOrder = (left: Order, right: Order, keys: number): Order =>
  left.map((key, i) => (i < keys ? { ...key, columns: [...key.columns, ...right[i]!.columns] } : key));

/** Whether rows in this order are in that of the keys. */
export const isSortedBy = (order: Order, keys: readonly SortKey[]): boolean =>
  keys.every((key, i) => {
    const own = order[i];
    if (own === undefined || own.descending !== key.descending || own.nullsFirst !== key.nullsFirst) return false;
    return own.columns.some(({ column }) => column === key.column);
  });

const isOfSource = ({ site, inputs }: RemoteQuery): boolean => site !== CATALOG_SITE || inputs === undefined;

/** Not where the sides may be exchanged, nor where keys are put around a sorted fragment as one more filter. */
const keepsLeftOrder = ({ type, nullAware, flipAt, keyFilter }: HashJoinPlan): boolean =>
  (type === 'inner' || type === 'semi' || type === 'anti') && !nullAware && flipAt === undefined && keyFilter === undefined;

/** What the SELECT that it becomes ends with. */
function orderOfFragment(rel: Rel): Order {
  switch (rel.kind) {
    case 'sort':
      return orderOfKeys(rel.keys);
    case 'limit':
      return orderOfFragment(rel.input);
    case 'project':
      return renamed(
        orderOfFragment(rel.input),
        rel.items.map(({ column }) => column),
        rel.items.map(({ expr }) => expr),
      );
    default:
      return NONE;
  }
}

/** Of the keys that are passed on, up to the first that is not. */
function renamed(order: Order, columns: readonly RelColumn[], exprs: readonly Scalar[]): Order {
  return upTo(
    order,
    ({ column }) =>
    exprs.flatMap((expr, i) => (expr.kind === 'column' && expr.column === column ? [{ column: columns[i]!.id, type: expr.type }] : [])), // prettier-ignore
  );
}

const narrowed = (order: Order, kept: ReadonlySet<ColumnId>): Order => upTo(order, (own) => (kept.has(own.column) ? [own] : []));

function upTo(order: Order, passed: (own: Keyed) => readonly Keyed[]): Order {
  const keys = order.map((key) => ({ ...key, columns: key.columns.flatMap(passed) }));
  const end = keys.findIndex(({ columns }) => columns.length === 0);
  return end < 0 ? keys : keys.slice(0, end);
}
