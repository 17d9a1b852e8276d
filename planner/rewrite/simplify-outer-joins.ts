/**
 * Rule simplify-outer-joins: a filter that rejects the rows an outer join invented makes the join an inner one.
 *
 *   Filter b.y > 1                       Filter b.y > 1
 *   └─ Join left a.k = b.k       →       └─ Join inner a.k = b.k
 *
 * Unsafe without proof of rejection:  … LEFT JOIN b … WHERE coalesce(b.y, 2) > 1
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import { mapRelInputs } from '../../algebra/transform.ts';
import { rejectsNulls } from './null-rejection.ts';

export function simplifyOuterJoins(rel: Rel): Rel {
  const mapped = mapRelInputs(rel, simplifyOuterJoins);
  if (mapped.kind !== 'filter' || mapped.input.kind !== 'join') return mapped;
  const join = mapped.input;
  const rejects = (side: Rel): boolean => {
    const columns = new Set(outputColumns(side).map((column) => column.id));
    return mapped.conjuncts.some((conjunct) => rejectsNulls(conjunct, columns));
  };
  const type = strongerType(
    join,
    () => rejects(join.left),
    () => rejects(join.right),
  );
  return type === join.type ? mapped : { ...mapped, input: { ...join, type } };
}

function strongerType(join: Join, rejectsLeft: () => boolean, rejectsRight: () => boolean): Join['type'] {
  switch (join.type) {
    case 'left':
      return rejectsRight() ? 'inner' : 'left';
    case 'right':
      return rejectsLeft() ? 'inner' : 'right';
    case 'full':
      if (rejectsLeft()) return rejectsRight() ? 'inner' : 'left';
      return rejectsRight() ? 'right' : 'full';
    default:
      return join.type;
  }
}
