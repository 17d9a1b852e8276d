/**
 * DuckDB puts the conditions on one expression together: `x / y > 5 AND x / y < 1` becomes false, and nothing is divided
 * any more. PostgreSQL divides, and raises. So an expression that may raise stands in no more than one condition there.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { scalarKey } from '../../algebra/scalar-key.ts';
import { conjunctsOf, relInputs, scalarParts } from '../../algebra/transform.ts';
import { mayRaise } from './evaluation-order.ts';

/** What the conditions of a subtree compare that may raise, by key; a key twice: it is asked again. */
interface Compared {
  readonly keys: ReadonlySet<string>;
  readonly isRepeated: boolean;
}

const NOTHING: Compared = { keys: new Set(), isRepeated: false };
/** A search asks of every join that it considers, and of what is below again and again. */
const known = new WeakMap<Rel, Compared>();

/** Whether conditions of the fragment compare the same expression, which may raise, more than once. */
export const repeatsWhatMayRaise = (rel: Rel): boolean => compared(rel).isRepeated;

function compared(rel: Rel): Compared {
  let found = known.get(rel);
  if (found === undefined) {
    const conditions = rel.kind === 'filter' ? rel.conjuncts : rel.kind === 'join' ? rel.on : [];
    const own = conditions.flatMap(conjunctsOf).map(comparedIn);
    found = together([...own, ...relInputs(rel).map(compared)]);
    known.set(rel, found);
  }
  return found;
}

function together(all: readonly Compared[]): Compared {
  const parts = all.filter(({ keys }) => keys.size > 0);
  if (parts.length < 2) return parts[0] ?? NOTHING;
  const keys = new Set(parts.flatMap((part) => [...part.keys]));
  const isEachOnce = keys.size === parts.reduce((sum, part) => sum + part.keys.size, 0);
  return { keys, isRepeated: !isEachOnce || parts.some((part) => part.isRepeated) };
}

const knownConditions = new WeakMap<Scalar, Compared>();

/** One condition, which may name the same on both of its sides. */
function comparedIn(conjunct: Scalar): Compared {
  let found = knownConditions.get(conjunct);
  if (found === undefined) {
    const sides = conjunct.kind === 'not' ? scalarParts(conjunct.arg) : scalarParts(conjunct);
    const keys = sides.filter(mayRaise).map(scalarKey);
    found = keys.length === 0 ? NOTHING : { keys: new Set(keys.filter((key) => key !== undefined)), isRepeated: false };
    knownConditions.set(conjunct, found);
  }
  return found;
}
