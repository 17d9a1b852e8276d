/**
 * Rule simplify-outer-joins: a condition above that rejects the rows an outer join invented makes the join an inner one.
 *
 *   Filter b.y > 1                       Filter b.y > 1
 *   └─ Join left a.k = b.k       →       └─ Join inner a.k = b.k
 *
 * Conditions of inner and semi joins above reject, too; those of an outer join only what comes to its optional side:
 *   … (a LEFT JOIN b …) JOIN c ON c.z = b.y          … c LEFT JOIN (a LEFT JOIN b …) ON c.z = b.y
 * Unsafe without proof of rejection:  … LEFT JOIN b … WHERE coalesce(b.y, 2) > 1
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { mapRelInputs } from '../../algebra/transform.ts';
import { rejectsNulls } from './null-rejection.ts';

export const simplifyOuterJoins = (rel: Rel): Rel => simplify(rel, []);

/** `above`: true of all rows that anybody goes on with. */
function simplify(rel: Rel, above: readonly Scalar[]): Rel {
  switch (rel.kind) {
    case 'filter':
      return mapRelInputs(rel, (input) => simplify(input, [...above, ...rel.conjuncts]));
    case 'project':
    case 'sort':
      return mapRelInputs(rel, (input) => simplify(input, above));
    case 'join': {
      const rejects = (side: Rel): boolean => {
        const columns = new Set(outputColumns(side).map((column) => column.id));
        return above.some((conjunct) => rejectsNulls(conjunct, columns));
      };
      const type = strongerType(
        rel,
        () => rejects(rel.left),
        () => rejects(rel.right),
      );
      const join = type === rel.type ? rel : { ...rel, type };
      const [toLeft, toRight] = passedOn(join, above);
      const [left, right] = [simplify(join.left, toLeft), simplify(join.right, toRight)];
      return left === join.left && right === join.right ? join : { ...join, left, right };
    }
    default:
      return mapRelInputs(rel, simplifyOuterJoins);
  }
}

/** What the rows of the left and of the right must fulfil to be gone on with. */
function passedOn({ type, on, nullAware }: Join, above: readonly Scalar[]): readonly [readonly Scalar[], readonly Scalar[]] {
  switch (type) {
    case 'inner':
    case 'semi':
      return [
        [...above, ...on],
        [...above, ...on],
      ];
    case 'left':
      return [above, on];
    case 'right':
      return [on, above];
    case 'anti':
      // NOT IN asks about a NULL as well.
      return [above, nullAware === true ? [] : on];
    case 'full':
      return [[], []];
  }
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
