/**
 * DuckDB puts the conditions on one expression together: `x / y > 5 AND x / y < 1` becomes false, and nothing is divided
 * any more. PostgreSQL divides, and raises. So an expression that may raise stands in no more than one condition there.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { scalarKey } from '../../algebra/scalar-key.ts';
import { conjunctsOf, scalarParts, someScalar, visitRel } from '../../algebra/transform.ts';

/** Of the functions that DuckDB is sent, those that raise for no value. */
const NEVER_RAISES =
  /^(?:extract|date_trunc|date|length|char_length|character_length|octet_length|substring|substr|left|right|btrim|ltrim|rtrim|lower|upper|strpos|position|textcat|replace|md5|starts_with|abs|float8abs|text|int8|int4|numeric_abs|numeric_uminus|\w*(?:eq|ne|lt|le|gt|ge))$/;
/** Narrowing ones do raise. */
const WIDENING = /^(?:int4\(int2\)|int8\(int[24]\)|abs\(float[48]\)|abs\(numeric\))$/;

const mayRaise = (expr: Scalar): boolean =>
  someScalar(expr, (part) => {
    if (part.kind === 'cast') return part.how !== 'relabel';
    if (part.kind !== 'call') return false;
    const { name, signature } = part.fn;
    return /^(?:int[248]|abs)$/.test(name) ? !WIDENING.test(signature) : !NEVER_RAISES.test(name);
  });

/** Whether conditions of the fragment compare the same expression, which may raise, more than once. */
export function repeatsWhatMayRaise(rel: Rel): boolean {
  const seen = new Set<string>();
  let repeated = false;
  const condition = (conjunct: Scalar): void => {
    const own = new Set<string>();
    for (const side of conjunct.kind === 'not' ? scalarParts(conjunct.arg) : scalarParts(conjunct)) {
      const key = mayRaise(side) ? scalarKey(side) : undefined;
      if (key !== undefined) own.add(key);
    }
    for (const key of own) {
      repeated ||= seen.has(key);
      seen.add(key);
    }
  };
  visitRel(rel, (node) => {
    const conditions = node.kind === 'filter' ? node.conjuncts : node.kind === 'join' ? node.on : [];
    for (const conjunct of conditions.flatMap(conjunctsOf)) condition(conjunct);
  });
  return repeated;
}
