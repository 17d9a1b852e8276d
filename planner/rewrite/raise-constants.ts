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
import { relInputs, relScalars, scalarParts } from '../../algebra/transform.ts';
import { isFoldable } from '../analyze/constant-folding.ts';

/** `raise`: evaluates an expression over constants and throws what that raises. */
export function raiseConstants(rel: Rel, raise: (expr: Scalar) => void): void {
  for (const input of relInputs(rel)) raiseConstants(input, raise);
  for (const expr of relScalars(rel)) raiseIn(expr, raise);
}

/** What EXISTS selects is never computed. */
export const withoutItems = (rel: Rel): Rel => (rel.kind === 'project' ? { ...rel, items: [] } : rel);

function raiseIn(expr: Scalar, raise: (expr: Scalar) => void): void {
  for (const part of evaluatedParts(expr)) raiseIn(part, raise);
  if (expr.kind === 'subquery') raiseConstants(expr.mode === 'exists' ? withoutItems(expr.rel) : expr.rel, raise);
  else if (isFoldable(expr)) raise(expr);
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
      // Which branch a constant operand takes is not known before its comparisons are computed.
      if (expr.operand?.kind === 'const') return [];
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
