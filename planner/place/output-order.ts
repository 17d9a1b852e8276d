/** In which order a plan's rows come, as far as it is certain: the first key first, none when nothing is known. */
import type { HashJoinPlan, Plan, RemoteQuery } from '../../algebra/plan.ts';
import { CATALOG_SITE, type Rel, type RelColumn, type SortKey } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';

type Order = readonly SortKey[];
const NONE: Order = [];

export function outputOrder(plan: Plan): Order {
  switch (plan.kind) {
    case 'remote':
      return isOfSource(plan) ? orderOfFragment(plan.fragment) : NONE;
    case 'sort':
      return plan.keys;
    case 'filter':
    case 'limit':
      return outputOrder(plan.input);
    // By hash, NULL comes after the others of its batch.
    case 'distinct':
      return plan.isSorted ? outputOrder(plan.input) : NONE;
    case 'aggregate':
      return plan.isSorted ? outputOrder(plan.input).slice(0, plan.groups.length) : NONE;
    case 'project':
      return renamed(outputOrder(plan.input), plan.columns, plan.exprs);
    case 'hashjoin':
      return keepsLeftOrder(plan) ? outputOrder(plan.left) : NONE;
    case 'mergejoin':
      // Rows without a partner come after the others of their batch.
      return plan.type === 'left' ? NONE : outputOrder(plan.left);
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

const isOfSource = ({ site, inputs }: RemoteQuery): boolean => site !== CATALOG_SITE || inputs === undefined;

/** Not where the sides may be exchanged, nor where keys are put around a sorted fragment as one more filter. */
const keepsLeftOrder = ({ type, nullAware, flipAt, keyFilter }: HashJoinPlan): boolean =>
  (type === 'inner' || type === 'semi' || type === 'anti') && !nullAware && flipAt === undefined && keyFilter === undefined;

/** What the SELECT that it becomes ends with. */
function orderOfFragment(rel: Rel): Order {
  switch (rel.kind) {
    case 'sort':
      return rel.keys;
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
  const keys: SortKey[] = [];
  for (const key of order) {
    const at = exprs.findIndex((expr) => expr.kind === 'column' && expr.column === key.column);
    if (at < 0) break;
    keys.push({ ...key, column: columns[at]!.id });
  }
  return keys;
}
