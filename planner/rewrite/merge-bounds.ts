/**
 * Rule merge-bounds: of conditions of one column with constants only those stay that say something the others do not.
 *
 *   x > 3 AND x > 5                       →  x > 5
 *   x = 4 AND x IN (1, 4) AND x < 9       →  x = 4
 *   x IN (1, 4, 7) AND x > 3              →  x IN (4, 7)
 *   x >= 1 AND x IS NOT NULL              →  x >= 1
 *
 * A condition that is NULL keeps a row from passing as one that is false does, so nullable columns are no exception; and none
 * of these comparisons raises. After infer-filters, which brings one side's bounds to the other side's own.
 */
import type { Rel } from '../../algebra/rel.ts';
import { mapRelInputs } from '../../algebra/transform.ts';
import { strictest } from './column-bounds.ts';

export function mergeBounds(rel: Rel): Rel {
  const below = mapRelInputs(rel, mergeBounds);
  if (below.kind !== 'filter' || below.conjuncts.length < 2) return below;
  const conjuncts = strictest(below.conjuncts);
  return conjuncts === below.conjuncts ? below : { ...below, conjuncts };
}
