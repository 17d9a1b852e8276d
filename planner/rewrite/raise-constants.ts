/**
 * PostgreSQL computes constants while it plans, and what raises there raises the statement, however many rows it would be
 * evaluated for (clauses.c, eval_const_expressions). Looks at the rewritten tree, in which expressions that nobody reads are
 * gone, as they are from PostgreSQL's.
 *
 * Invariant: spared are just the parts that PostgreSQL does not look at: what follows a deciding constant in CASE, COALESCE,
 * AND and OR. A condition that is no constant spares its branches nothing.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { mapScalarParts, relInputs, relScalars, scalarParts } from '../../algebra/transform.ts';
import type { Datum } from '../../core/datum.ts';
import { isFoldable } from '../analyze/constant-folding.ts';

/** Computes an expression over constants, throwing what that raises; undefined: it cannot. */
export type ConstantRaiser = (expr: Scalar) => { readonly value: Datum } | undefined;

export function raiseConstants(rel: Rel, raise: ConstantRaiser): void {
  for (const input of relInputs(rel)) raiseConstants(input, raise);
  for (const expr of relScalars(rel)) raiseIn(expr, raise);
}

/** What EXISTS selects is never computed. */
export const withoutItems = (rel: Rel): Rel => (rel.kind === 'project' ? { ...rel, items: [] } : rel);

/** The expression with its constants computed. */
function raiseIn(expr: Scalar, raise: ConstantRaiser): Scalar {
  const evaluated = new Set(evaluatedParts(expr));
  const computed = mapScalarParts(expr, (part) => (evaluated.has(part) ? raiseIn(part, raise) : part));
  if (expr.kind === 'subquery') raiseConstants(expr.mode === 'exists' ? withoutItems(expr.rel) : expr.rel, raise);
  const result = isFoldable(computed) ? raise(computed) : undefined;
  return result === undefined ? computed : { kind: 'const', value: result.value, type: expr.type };
}

const isConstant = (expr: Scalar, test: (value: unknown) => boolean): boolean => expr.kind === 'const' && test(expr.value);

function evaluatedParts(expr: Scalar): readonly Scalar[] {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return upTo(expr.args, (arg) => isConstant(arg, (value) => value === (expr.kind === 'or')));
    case 'coalesce':
      return upTo(expr.args, (arg) => isConstant(arg, (value) => value !== null));
    case 'case': {
      const parts: Scalar[] = expr.operand ? [expr.operand] : [];
      for (const { when, then } of expr.branches) {
        parts.push(when);
        if (isConstant(when, (value) => value !== true)) continue;
        parts.push(then);
        if (when.kind === 'const') return parts;
      }
      return [...parts, expr.otherwise];
    }
    default:
      return scalarParts(expr);
  }
}

/** The arguments including the first one that decides. */
function upTo(args: readonly Scalar[], decides: (arg: Scalar) => boolean): readonly Scalar[] {
  const at = args.findIndex(decides);
  return at < 0 ? args : args.slice(0, at + 1);
}
