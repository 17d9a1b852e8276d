/**
 * Immutable expressions over constants are computed once, before planning: `date '1998-12-01' - interval '90 day'`. Works
 * from the leaves up, so a part that cannot be folded keeps only what is above it. An expression whose evaluation raises
 * stays as it is: it may stand in a branch that is never taken, and raises in its place if it is. A column that is known to be
 * a constant (pulled-up-constants.ts) is taken for it.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { CaseScalar, Scalar } from '../../algebra/scalar.ts';
import { mapRelInputs, mapRelScalars, mapScalarParts, rewriteScalar, scalarParts, someScalar } from '../../algebra/transform.ts';
import { unreachable } from '../../core/assert.ts';
import type { Datum } from '../../core/datum.ts';
import { isSameType } from '../../core/sql-type.ts';
import { constantsBelow } from './pulled-up-constants.ts';

/** Computes an expression over constants, or other such expressions; undefined when it cannot, or when that raises. */
export type ConstantEvaluator = (expr: Scalar) => { readonly value: Datum } | undefined;

export function foldConstants(rel: Rel, evaluate: ConstantEvaluator): Rel {
  const below = mapRelInputs(rel, (input) => foldConstants(input, evaluate));
  const constants = constantsBelow(below);
  const fold = (node: Scalar): Scalar => {
    if (node.kind === 'column') return constants.get(node.column) ?? node;
    if (node.kind !== 'subquery') return folded(node, evaluate);
    const inner = foldConstants(node.rel, evaluate);
    return inner === node.rel ? node : { ...node, rel: inner };
  };
  return withoutSpared(mapRelScalars(below, (expr) => rewriteScalar(expr, fold)));
}

/** Of conditions one of which is never true, that one alone is left. */
function withoutSpared(rel: Rel): Rel {
  if (rel.kind === 'filter') {
    const conjuncts = neverTrue(rel.conjuncts);
    return conjuncts === undefined ? rel : { ...rel, conjuncts };
  }
  if (rel.kind === 'join' && rel.nullAware !== true) {
    const on = neverTrue(rel.on);
    return on === undefined ? rel : { ...rel, on };
  }
  return rel;
}

function neverTrue(conjuncts: readonly Scalar[]): readonly Scalar[] | undefined {
  const at = conjuncts.findIndex((conjunct) => conjunct.kind === 'const' && conjunct.value !== true);
  if (at < 0 || conjuncts.length === 1) return undefined;
  // NULL, unlike false, lets the constants after it be computed.
  const computed = isNullConstant(conjuncts[at]!) ? conjuncts : conjuncts.slice(0, at);
  return computed.some(mayRaiseAtOnce) ? undefined : [conjuncts[at]!];
}

function folded(written: Scalar, evaluate: ConstantEvaluator): Scalar {
  const fold = (node: Scalar): Scalar => folded(node, evaluate);
  const expr = written.kind === 'case' ? takenBranches(withoutOperand(written, fold)) : simplified(written);
  if (!isImmutable(expr) || !scalarParts(expr).every(isConstant)) return expr;
  const result = evaluate(expr);
  return result === undefined ? expr : { kind: 'const', value: result.value, type: expr.type, location: expr.location };
}

/**
 * What PostgreSQL's planner does not evaluate (clauses.c, eval_const_expressions): the other arguments of a strict function
 * or NULLIF that is given a NULL, and what stands beside `false AND` or `true OR`. An error in it is never raised.
 */
function simplified(expr: Scalar): Scalar {
  const constant = (value: Datum): Scalar => ({ kind: 'const', value, type: expr.type, location: expr.location });
  switch (expr.kind) {
    case 'call': {
      const takesNull = !expr.fn.strict || expr.fn.returnsSet || !expr.args.some(isNullConstant);
      return takesNull || expr.args.some(mayRaiseAtOnce) ? expr : constant(null);
    }
    case 'and':
    case 'or': {
      const decides = expr.kind === 'or';
      const at = expr.args.findIndex((arg) => arg.kind === 'const' && arg.value === decides);
      return at < 0 || expr.args.slice(0, at).some(mayRaiseAtOnce) ? expr : constant(decides);
    }
    case 'nullif': {
      const isUnequal = isNullConstant(expr.left) || isNullConstant(expr.right);
      return isUnequal && !mayRaiseAtOnce(expr.left) && !mayRaiseAtOnce(expr.right) ? expr.left : expr;
    }
    default:
      return expr;
  }
}

/** Branches of CASE that are never taken go, and what stands after one that always is. */
export function takenBranches(expr: CaseScalar): Scalar {
  if (expr.operand || !expr.branches.some(({ when }) => when.kind === 'const')) return expr;
  const possible = expr.branches.filter(({ when }) => when.kind !== 'const' || when.value === true);
  const last = possible.findIndex(({ when }) => when.kind === 'const');
  const branches = last < 0 ? possible : possible.slice(0, last);
  const otherwise = last < 0 ? expr.otherwise : possible[last]!.then;
  if (branches.length > 0) return { ...expr, branches, otherwise };
  const { type, location } = expr;
  if (isNullConstant(otherwise)) return { kind: 'const', value: null, type, location };
  return isSameType(otherwise.type, type) ? otherwise : expr;
}

/** CASE 7 WHEN 1 …: which branch a constant takes is seen from the comparisons. */
function withoutOperand(expr: CaseScalar, fold: (node: Scalar) => Scalar): CaseScalar {
  const { operand, ...searched } = expr;
  if (operand?.kind !== 'const') return expr;
  const compared = (node: Scalar): Scalar => {
    if (node.kind === 'caseoperand') return operand;
    return node.kind === 'case' ? node : fold(mapScalarParts(node, compared));
  };
  return { ...searched, branches: searched.branches.map(({ when, then }) => ({ when: compared(when), then })) };
}

/** Constants that were not computed: when that raises, PostgreSQL raises it while planning. */
const mayRaiseAtOnce = (expr: Scalar): boolean => someScalar(expr, isFoldable);

const isNullConstant = (expr: Scalar): boolean => expr.kind === 'const' && expr.value === null;

/** Whether the value depends on nothing but constants that are its direct parts: no column, parameter, setting or clock. */
export const isFoldable = (expr: Scalar): boolean =>
  isImmutable(expr) && scalarParts(expr).every((part) => part.kind === 'const');

const isConstant = (expr: Scalar): boolean =>
  expr.kind === 'const' || isOpaqueConstant(expr) || (isImmutable(expr) && scalarParts(expr).every(isConstant));

/** What opaque-constants.ts makes of one. */
const isOpaqueConstant = (expr: Scalar): boolean =>
  expr.kind === 'cast' && expr.how === 'io' && expr.arg.kind === 'const' && (expr.type.element ?? expr.type).kind === 'opaque';

/** Whether it depends on nothing but its parts, and is no constant itself. */
function isImmutable(expr: Scalar): boolean {
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
    case 'subscript':
      break;
    case 'row':
    case 'field':
    case 'native':
      return false;
    default:
      return unreachable(expr);
  }
  return true;
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
