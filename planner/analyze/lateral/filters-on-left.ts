/**
 * WHERE on the left side of a dependent join alone goes below it before the join is taken apart: as in PostgreSQL, the right side
 * is not computed, and raises nothing, for outer rows that are not wanted. Nothing goes there later: the left side becomes a WITH.
 */
import type { Filter, Rel } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { Scalar } from '../../../algebra/scalar.ts';
import { isVolatile, someScalar } from '../../../algebra/transform.ts';
import { filtered } from '../pending-joins.ts';

/** `filter` itself where there is no such thing. */
export function filtersOnLeft(filter: Filter): Rel {
  const join = filter.input;
  if (join.kind !== 'join' || join.lateral !== true || join.type === 'right' || join.type === 'full') return filter;
  const onRight = new Set(outputColumns(join.right).map(({ id }) => id));
  const isLate = (expr: Scalar): boolean =>
    isVolatile(expr) || someScalar(expr, (part) => part.kind === 'column' && onRight.has(part.column));
  const late = filter.conjuncts.filter(isLate);
  if (late.length === filter.conjuncts.length) return filter;
  const conjuncts = filter.conjuncts.filter((conjunct) => !isLate(conjunct));
  return filtered({ ...join, left: filtersOnLeft({ kind: 'filter', input: join.left, conjuncts }) }, late);
}
