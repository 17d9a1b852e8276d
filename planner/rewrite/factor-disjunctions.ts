/**
 * Rule factor-disjunctions: what every arm of an OR requires is required outright, as PostgreSQL's own planner has it.
 *
 *   (p = l AND a) OR (p = l AND b)        →  p = l AND (a OR b)
 *   (p = l AND a) OR p = l                →  p = l
 *
 * Three-valued logic distributes, so this holds with NULLs. It turns a join whose equality stands inside every arm from a
 * comparison of all pairs into a hash join. Volatile conditions stay where they are.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { LogicScalar, Scalar } from '../../algebra/scalar.ts';
import { scalarKey } from '../../algebra/scalar-key.ts';
import { conjunctionOf, conjunctsOf, mapRelInputs } from '../../algebra/transform.ts';

export function factorDisjunctions(rel: Rel): Rel {
  const below = mapRelInputs(rel, factorDisjunctions);
  if (below.kind === 'filter') {
    const conjuncts = factored(below.conjuncts);
    return conjuncts === below.conjuncts ? below : { ...below, conjuncts };
  }
  if (below.kind === 'join' && below.nullAware !== true) {
    const on = factored(below.on);
    return on === below.on ? below : { ...below, on };
  }
  return below;
}

function factored(conjuncts: readonly Scalar[]): readonly Scalar[] {
  const out = conjuncts.map((conjunct) => (conjunct.kind === 'or' ? factor(conjunct) : [conjunct]));
  return out.every((parts, i) => parts.length === 1 && parts[0] === conjuncts[i]) ? conjuncts : out.flat();
}

/** An OR as conjuncts: the ones its arms share, and what is left of it. */
function factor(disjunction: LogicScalar): readonly Scalar[] {
  const arms = disjunction.args.map((arm) => new Map(conjunctsOf(arm).map((part) => [scalarKey(part) ?? part, part])));
  const [firstArm, ...otherArms] = arms;
  if (firstArm === undefined) return [disjunction];
  const shared = [...firstArm].filter(([key]) => otherArms.every((arm) => arm.has(key)));
  if (shared.length === 0) return [disjunction];
  const sharedKeys = new Set(shared.map(([key]) => key));
  const rests = arms.map((arm) => [...arm].filter(([key]) => !sharedKeys.has(key)).map(([, part]) => part));
  const common = shared.map(([, part]) => part);
  // An arm that asks for nothing more makes the others superfluous.
  if (rests.some((rest) => rest.length === 0)) return common;
  const args = rests.map(conjunctionOf);
  return [...common, { ...disjunction, args }];
}
