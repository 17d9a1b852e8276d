/**
 * Immutable expressions over constants are computed once, before planning: `date '1998-12-01' - interval '90 day'`. Works
 * from the leaves up, so a part that cannot be folded keeps only what is above it. An expression whose evaluation raises
 * stays as it is: it may stand in a branch that is never taken, and raises in its place if it is.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { rewriteAllScalars, scalarParts } from '../../algebra/transform.ts';
import { unreachable } from '../../core/assert.ts';
import type { Datum } from '../../core/datum.ts';

/** Computes an expression over constants; undefined when it cannot, or when that raises. */
export type ConstantEvaluator = (expr: Scalar) => { readonly value: Datum } | undefined;

export const foldConstants = (rel: Rel, evaluate: ConstantEvaluator): Rel =>
  rewriteAllScalars(rel, (expr) => {
    if (!isFoldable(expr)) return expr;
    const result = evaluate(expr);
    return result === undefined ? expr : { kind: 'const', value: result.value, type: expr.type, location: expr.location };
  });

/** Whether the value depends on nothing but constants that are its direct parts: no column, parameter, setting or clock. */
function isFoldable(expr: Scalar): boolean {
  switch (expr.kind) {
    case 'const':
    case 'column':
    case 'param':
    case 'caseoperand':
    case 'subquery':
      return false;
    case 'call':
      if (expr.fn.volatility !== 'immutable' || expr.fn.returnsSet) return false;
      break;
    case 'cast':
      // Text forms of times and intervals follow settings.
      if (expr.how === 'array' || (expr.how === 'io' && !(isPlain(expr.arg) && isPlain(expr)))) return false;
      break;
    case 'distinct':
    case 'nullif':
      if (expr.equality.volatility !== 'immutable') return false;
      break;
    case 'arraycompare':
      if (expr.fn.volatility !== 'immutable') return false;
      break;
    case 'and':
    case 'or':
    case 'not':
    case 'nulltest':
    case 'booltest':
    case 'case':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'array':
      break;
    case 'row':
    case 'field':
    case 'subscript':
    case 'native':
      return false;
    default:
      return unreachable(expr);
  }
  return scalarParts(expr).every((part) => part.kind === 'const');
}

const PLAIN_KINDS: ReadonlySet<Scalar['type']['kind']> = new Set([
  'bool',
  'int2',
  'int4',
  'int8',
  'numeric',
  'text',
  'varchar',
  'bpchar',
  'uuid',
  'jsonb',
  'json',
]);

const isPlain = (expr: Scalar): boolean => PLAIN_KINDS.has(expr.type.kind);
