/** A join at home: a hash join by the conditions that are equalities of both sides' keys, a nested loop where there is none. */
import type { HashJoinPlan, NestedLoopPlan, Plan } from '../../algebra/plan.ts';
import { outputColumns, type Join } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { hashKeys, nullSafeKeys } from '../../algebra/hash-keys.ts';

/** Whether what was planned may turn into something else as rows come; `always`: as soon as it can. */
export type Flips = 'never' | 'by cost' | 'always';

/** Fewer rows are not worth the thought. */
const FLIP_MIN = 100_000;

type Base = Pick<Plan, 'id' | 'columns' | 'estimatedRows' | 'notPushed'>;

/** `on`: as the executor evaluates it. */
export function localJoin(base: Base, rel: Join, left: Plan, right: Plan, on: readonly Scalar[]): HashJoinPlan | NestedLoopPlan {
  const nullAware = rel.nullAware === true;
  const leftIds = new Set([...outputColumns(rel.left), ...left.columns].map((c) => c.id));
  const rightIds = new Set([...outputColumns(rel.right), ...right.columns].map((c) => c.id));
  const leftKeys: Scalar[] = [];
  const rightKeys: Scalar[] = [];
  const residual: Scalar[] = [];
  const nullsMatch = on.some((conjunct) => nullSafeKeys(conjunct, leftIds, rightIds) !== undefined);
  for (const conjunct of on) {
    const strict = hashKeys(conjunct, leftIds, rightIds);
    const keys = strict ?? nullSafeKeys(conjunct, leftIds, rightIds);
    if (keys) {
      leftKeys.push(keys.left);
      rightKeys.push(keys.right);
    }
    // In a table where NULLs match, an `=` still has to turn them down.
    if (!keys || (nullsMatch && strict)) residual.push(conjunct);
  }
  const { type } = rel;
  // Three-valued NOT IN over several columns or with extra conditions needs every comparison on each pair.
  if (leftKeys.length === 0 || (nullAware && (leftKeys.length > 1 || residual.length > 0)))
    return { ...base, kind: 'nestedloop', type, left, right, on, nullAware };
  const keyed = { ...base, kind: 'hashjoin', type, left, right, leftKeys, rightKeys, residual, nullAware } as const;
  return nullsMatch ? { ...keyed, nullsMatch } : keyed;
}

/**
 * From how many rows of the right side on the join looks at the left one: when that is expected to be smaller by half than what
 * came already. `always`: it tries at once.
 */
export function withFlip(join: HashJoinPlan, always: boolean): HashJoinPlan {
  if (join.nullAware || join.type === 'semi' || join.type === 'anti') return join;
  const flipAt = always ? 0 : Math.max(FLIP_MIN, 2 * join.right.estimatedRows, 2 * join.left.estimatedRows);
  return { ...join, flipAt };
}
