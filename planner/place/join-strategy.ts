/**
 * How a join at home by equality finds the rows that meet: by merging where both sides come in the order of its keys, else by
 * a hash table, which may send its keys ahead to the source of the other side, or exchange the sides. Keys spare more than
 * merging does, as long as the side that has them can be kept.
 */
import type { HashJoinPlan, Plan } from '../../algebra/plan.ts';
import type { Join, Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { givenUp, keyFilterOf, unexpectedFilterOf, type KeyFilterOptions } from './key-filters.ts';
import { withFlip } from './local-join.ts';
import { mergeJoin } from './merge-keys.ts';
import { outputOrder } from './output-order.ts';
import type { Sorting } from './sorted-inputs.ts';

export interface JoinStrategyOptions extends KeyFilterOptions {
  readonly merging: Sorting;
  /** Joins whose sides the search had put in order, for want of memory. */
  readonly merged: ReadonlySet<Rel>;
  readonly fired: Set<string> | undefined;
}

/** `on`: as the executor evaluates it; `runsOnce`: keys that are sent ahead hold until the join's end. */
export function strategyOf(
  join: HashJoinPlan,
  rel: Join,
  on: readonly Scalar[],
  runsOnce: boolean,
  options: JoinStrategyOptions,
): Plan {
  const { merging, forms, flips, fired } = options;
  const merged = merging === 'never' ? undefined : mergeJoin(join, outputOrder(join.left), outputOrder(join.right));
  const canSend = runsOnce && forms.size > 0;
  const isSent =
    merged === undefined || (merging !== 'always' && !options.merged.has(rel) && fits(rel.right, join.right, options));
  const keyFilter = isSent && canSend ? keyFilterOf(join, on, rel.right, options) : undefined;
  if (keyFilter !== undefined) {
    fired?.add('key-filters').add(`key-${keyFilter.expected.form}s`);
    return flips === 'always' ? withFlip({ ...join, keyFilter: givenUp(keyFilter) }, true) : { ...join, keyFilter };
  }
  if (merged !== undefined) {
    fired?.add('merge-join');
    return merged;
  }
  if (flips === 'never') return join;
  // Keys would put the fragment's rows out of their order.
  const isOrdered = outputOrder(join.left).length > 0;
  const few = canSend && !isOrdered ? unexpectedFilterOf(join, on, rel.right, options) : undefined;
  const adaptive = withFlip(join, flips === 'always');
  if (few === undefined && adaptive.flipAt === undefined) return join;
  fired?.add('adaptive-joins');
  return few === undefined ? adaptive : { ...adaptive, keyFilter: few };
}

/** Whether a join could keep it. */
function fits(rel: Rel, { columns }: Plan, { cost, estimator }: JoinStrategyOptions): boolean {
  const bytes = columns.reduce((sum, column) => sum + estimator.bytes(rel, column.id), 0);
  return cost.keptMs(cost.keptBytes(estimator.rows(rel), bytes)) === 0;
}
