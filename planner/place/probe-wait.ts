/**
 * How long a fragment of a join's probe side waits for the keys of its build side (key-filters.ts), which are known once that
 * was read: by the fragments that it reads and the rows that its operators at home take and give, all by estimate.
 */
import { planInputs, type Plan } from '../../algebra/plan.ts';
import { HOME, type CostModel } from '../cost/cost-model.ts';
import type { Estimator } from '../estimate/estimator.ts';
import { isNetOperator } from './net-operators.ts';

/** Until all rows of it are here; infinite where that depends on what is elsewhere in the plan. */
export function readMs(plan: Plan, estimator: Estimator, cost: CostModel): number {
  const inputs = planInputs(plan);
  const { estimatedRows: rows } = plan;
  const below = inputs.reduce((sum, input) => sum + readMs(input, estimator, cost), 0);
  switch (plan.kind) {
    case 'remote': {
      if (isNetOperator(plan)) return below + cost.netMs(rows);
      const bytes = plan.columns.reduce((sum, { id }) => sum + estimator.bytes(plan.fragment, id), 0);
      return below + cost.wholeMs(plan.fragment, plan.site) + cost.transferMs(plan.site, rows, plan.columns.length, bytes);
    }
    case 'hashjoin':
    case 'mergejoin':
    case 'nestedloop':
      return below + cost.joinMs(HOME, plan.left.estimatedRows, plan.right.estimatedRows, rows, plan.kind !== 'nestedloop');
    case 'filter':
    case 'project':
    case 'limit':
      return below + cost.passMs(plan.input.estimatedRows);
    case 'ctescan':
    case 'recursive':
      return Infinity;
    default:
      return below + inputs.reduce((sum, input) => sum + cost.groupedMs(input.estimatedRows), 0);
  }
}

/** What a fragment waits for joins within `plan` whose keys are not expected to be few. */
export function waitedMs(plan: Plan, target: number, estimator: Estimator, cost: CostModel): number {
  const filter = plan.kind === 'hashjoin' ? plan.keyFilter : undefined;
  const isWaiting = plan.kind === 'hashjoin' && filter?.target === target && filter.expected.form === null;
  const own = isWaiting ? readMs(plan.right, estimator, cost) : 0;
  return planInputs(plan).reduce((sum, input) => sum + waitedMs(input, target, estimator, cost), own);
}
