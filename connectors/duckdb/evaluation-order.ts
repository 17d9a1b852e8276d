/**
 * What AND and OR come to first. PostgreSQL goes from left to right and stops as soon as the answer is known, which protects:
 * `id = 1 OR 10 / (id - 1) > 1` divides by no zero. DuckDB evaluates all of them in a select list, and folds away what
 * statistics decide. A condition of WHERE or ON may go in any order, its parts may not.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { relInputs, relScalars, scalarParts, someScalar } from '../../algebra/transform.ts';

/** Of the functions that DuckDB is sent, those that raise for no value. */
const NEVER_RAISES =
  /^(?:extract|date_trunc|date|length|char_length|character_length|octet_length|substring|substr|left|right|btrim|ltrim|rtrim|lower|upper|strpos|position|textcat|replace|md5|starts_with|abs|float8abs|text|int8|int4|numeric_abs|numeric_uminus|\w*(?:eq|ne|lt|le|gt|ge))$/;
/** Narrowing ones do raise. */
const WIDENING = /^(?:int4\(int2\)|int8\(int[24]\)|abs\(float[48]\)|abs\(numeric\))$/;

/** Whether DuckDB may raise for it. */
export const mayRaise = (expr: Scalar): boolean =>
  someScalar(expr, (part) => {
    if (part.kind === 'cast') return part.how !== 'relabel';
    if (part.kind !== 'call') return false;
    const { name, signature } = part.fn;
    return /^(?:int[248]|abs)$/.test(name) ? !WIDENING.test(signature) : !NEVER_RAISES.test(name);
  });

/** Whether an AND or OR of the operator, other than of its conditions, decides what may raise. */
export function protectsByOrder(rel: Rel): boolean {
  const isCondition = rel.kind === 'filter' || rel.kind === 'join';
  return relScalars(rel).some((expr) => (isCondition ? partsOf(expr) : [expr]).some(decidesWhatRaises));
}

const partsOf = (condition: Scalar): readonly Scalar[] => {
  const { kind } = condition;
  return kind === 'and' || kind === 'or' || kind === 'not' ? scalarParts(condition).flatMap(partsOf) : [condition];
};

const decidesWhatRaises = (expr: Scalar): boolean =>
  someScalar(expr, (part) => (part.kind === 'and' || part.kind === 'or') && part.args.some(mayRaise));

/** Whether something in the fragment may raise. */
export const anyMayRaise = (rel: Rel): boolean => relScalars(rel).some(mayRaise) || relInputs(rel).some(anyMayRaise);
