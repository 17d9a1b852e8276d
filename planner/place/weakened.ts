/**
 * What a source can evaluate of an OR that it cannot evaluate whole: of each arm the parts that it can. Rows for which the OR
 * is true pass all the same; the OR itself is evaluated at home over what is left.
 *
 *   (a = 1 AND f(b)) OR (a = 3 AND c > 2)     →     a = 1 OR (a = 3 AND c > 2)       where f is unknown at the source
 */
import type { LogicScalar, Scalar } from '../../algebra/scalar.ts';
import { conjunctionOf, conjunctsOf, isVolatile } from '../../algebra/transform.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';

/** Undefined: an arm has nothing that the source evaluates, or its arms do not go together there. */
export function weakened(disjunction: LogicScalar, accepts: (part: Scalar) => boolean): Scalar | undefined {
  if (isVolatile(disjunction)) return undefined;
  const args: Scalar[] = [];
  for (const arm of disjunction.args) {
    const parts = acceptedParts(arm, accepts);
    if (parts.length === 0) return undefined;
    args.push(conjunctionOf(parts));
  }
  const weak = { ...disjunction, args };
  return accepts(weak) ? weak : undefined;
}

/** What follows a part that is left out may have been spared by it: only what raises for no row. */
function acceptedParts(arm: Scalar, accepts: (part: Scalar) => boolean): readonly Scalar[] {
  let leftOut = false;
  return conjunctsOf(arm).filter((part) => {
    const isAccepted = (!leftOut || cannotRaise(part)) && accepts(part);
    leftOut ||= !isAccepted;
    return isAccepted;
  });
}
