/**
 * Under which condition a part of an expression is evaluated: CASE takes one branch, AND and OR stop when they are decided,
 * COALESCE at the first value. A subquery that might raise is joined for those rows alone (lateral/lateral-subqueries.ts).
 * Conditions repeat what is evaluated before the part, in the same order, so they raise nothing that the expression would not.
 */
import type { CaseScalar, Scalar } from '../../algebra/scalar.ts';
import { isVolatile } from '../../algebra/transform.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { ExpressionContext } from './scope.ts';

const BOOL = sqlType('bool');
const constant = (value: boolean): Scalar => ({ kind: 'const', value, type: BOOL });

/** The context of a part that is evaluated where `condition` is true. */
function under(context: ExpressionContext, condition: Scalar): ExpressionContext {
  if (context.condition === null) return context;
  const outer = context.condition;
  const both: Scalar = outer === undefined ? condition : firstOf([{ when: outer, then: condition }], constant(false));
  return { ...context, condition: isVolatile(both) ? null : both };
}

/** After arguments of AND (`decided` false) or OR (true) none of which has decided it. */
export function afterUndecided(context: ExpressionContext, before: readonly Scalar[], decided: boolean): ExpressionContext {
  if (before.length === 0) return context;
  const arg: Scalar = before.length === 1 ? before[0]! : { kind: decided ? 'or' : 'and', args: before, type: BOOL };
  return under(context, { kind: 'booltest', arg, test: decided ? 'true' : 'false', negated: true, type: BOOL });
}

/** After arguments of COALESCE that are all NULL. */
export function afterNulls(context: ExpressionContext, before: readonly Scalar[]): ExpressionContext {
  const [first] = before;
  if (first === undefined) return context;
  // A row of NULLs is no NULL to COALESCE, but IS NULL takes it for one.
  if (first.type.kind === 'composite') return { ...context, condition: null };
  const arg: Scalar = before.length === 1 ? first : { kind: 'coalesce', args: before, type: first.type };
  return under(context, { kind: 'nulltest', arg, negated: false, type: BOOL });
}

interface Case {
  readonly operand: Scalar | undefined;
  /** Conditions that were not true. */
  readonly before: readonly Scalar[];
}

/** Where a CASE comes to its next WHEN, or to ELSE. */
export function afterBranches(context: ExpressionContext, { operand, before }: Case): ExpressionContext {
  return before.length === 0 ? context : under(context, firstOf(refused(before), constant(true), operand));
}

/** Where it takes the branch of `when`. */
export function insideBranch(context: ExpressionContext, { operand, before }: Case, when: Scalar): ExpressionContext {
  return under(context, firstOf([...refused(before), { when, then: constant(true) }], constant(false), operand));
}

const refused = (before: readonly Scalar[]): CaseScalar['branches'] => before.map((when) => ({ when, then: constant(false) }));

const firstOf = (branches: CaseScalar['branches'], otherwise: Scalar, operand?: Scalar): Scalar => ({
  kind: 'case',
  ...(operand ? { operand } : {}),
  branches,
  otherwise,
  type: BOOL,
});
