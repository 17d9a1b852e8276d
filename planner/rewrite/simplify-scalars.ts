/**
 * Rule simplify-scalars: expressions whose value is known without computing them.
 *
 *   n + 0, n * 1, n - 0, n / 1            →  n                  (integers, and no wider type by it)
 *   k * 0                                 →  0                  (an integer that is never NULL where it is read)
 *   NOT NOT b, b AND true, b OR false     →  b
 *   NOT (x > 1 OR y IS NULL)              →  NOT x > 1 AND y IS NOT NULL     (so that each may go where its columns are)
 *   k IS NOT NULL, k = k, coalesce(k, x)  →  true, true, k      (k is never NULL where it is read)
 *   CASE WHEN true THEN a ELSE b END      →  a                  (of the same type)
 *   'lake' = 'shop' AND x > 1             →  false              (what a view over several sources makes of a filter)
 *
 * Which type, scale and NULLs come out stays as it was, hence nothing about numeric (n * 1.0 has a digit more) or floats.
 * Errors stay, too: what is known of NULLs, of which PostgreSQL makes no use in expressions, is used only where nothing can
 * raise, and an expression with constants that were not computed is left alone:
 *   SELECT k IS NOT NULL OR 10 / y > 1        (raises where y is 0)
 *   SELECT coalesce(k, 1 / 0)                 (raises while planning)
 * Nor is a whole condition false by what is known of NULLs: empty-relations sees to that, with an eye on errors below.
 */
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { CallScalar, ColumnId, LogicScalar, NotScalar, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, conjunctsOf, isVolatile, mapRelInputs, mapRelScalars, relInputs, rewriteScalar, someScalar } from '../../algebra/transform.ts'; // prettier-ignore
import { isInteger, isSameType } from '../../core/sql-type.ts';
import { isFoldable, takenBranches } from '../analyze/constant-folding.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';
import { decided } from './column-bounds.ts';
import { filtered } from './inner-blocks.ts';
import { isNeverNull } from './never-null.ts';

export function simplifyScalars(rel: Rel): Rel {
  const below = mapRelInputs(rel, simplifyScalars);
  const isKnown = (column: ColumnId): boolean =>
    relInputs(below).some((input) => outputColumns(input).some(({ id }) => id === column) && isNeverNull(input, column));
  if (below.kind === 'filter') {
    const conjuncts = simplifiedConjuncts(below.conjuncts, isKnown);
    return conjuncts === below.conjuncts ? below : filtered(below.input, conjuncts);
  }
  if (below.kind === 'join') {
    // NOT IN needs every comparison as written.
    const on = below.nullAware === true ? below.on : simplifiedConjuncts(below.on, isKnown);
    return on === below.on ? below : { ...below, on };
  }
  return mapRelScalars(below, (expr) => simplified(expr, isKnown));
}

type IsNeverNull = (column: ColumnId) => boolean;
const UNKNOWN: IsNeverNull = () => false;

function simplifiedConjuncts(conjuncts: readonly Scalar[], isKnown: IsNeverNull): readonly Scalar[] {
  const out = conjuncts.map((conjunct) => {
    const simple = simplified(conjunct, isKnown);
    return isConstant(simple, false) ? simplified(conjunct, UNKNOWN) : simple;
  });
  if (out.every((conjunct, i) => conjunct === conjuncts[i])) return conjuncts;
  return out.flatMap(conjunctsOf).filter((conjunct) => !isConstant(conjunct, true));
}

function simplified(expr: Scalar, isKnown: IsNeverNull): Scalar {
  let isUsed = false;
  const known: IsNeverNull = (column) => isKnown(column) && (isUsed = true);
  const simple = rewriteScalar(expr, (node) => simplify(node, known));
  if (simple === expr || someScalar(expr, staysAsWritten) || isVolatile(expr)) return expr;
  return isUsed && !cannotRaise(expr) ? simplified(expr, UNKNOWN) : simple;
}

/** Constants that were not computed, which PostgreSQL may raise while planning, and subqueries, which may hold such. */
const staysAsWritten = (node: Scalar): boolean => node.kind === 'subquery' || (isFoldable(node) && decided(node) === undefined);

function simplify(expr: Scalar, isKnown: IsNeverNull): Scalar {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return ofLogic(expr);
    case 'not':
      return ofNot(expr);
    case 'nulltest':
      return expr.arg.kind === 'column' && isKnown(expr.arg.column) ? truth(expr, expr.negated) : ofConstants(expr);
    case 'arraycompare':
      return ofConstants(expr);
    case 'call':
      return ofCall(expr, isKnown);
    case 'case':
      return takenBranches(expr);
    case 'coalesce': {
      const [first] = expr.args;
      return first?.kind === 'column' && isSameType(first.type, expr.type) && isKnown(first.column) ? first : expr;
    }
    default:
      return expr;
  }
}

const isConstant = (expr: Scalar, value: boolean): boolean => expr.kind === 'const' && expr.value === value;
const isZero = (expr: Scalar): boolean => expr.kind === 'const' && expr.value !== null && Number(expr.value) === 0;
const truth = ({ type, location }: Scalar, value: boolean): Scalar => ({ kind: 'const', value, type, location });

function ofConstants(expr: Scalar): Scalar {
  const value = decided(expr);
  return value === undefined ? expr : truth(expr, value);
}

function ofLogic(expr: LogicScalar): Scalar {
  const decides = expr.kind === 'or';
  const args = expr.args.filter((arg) => !isConstant(arg, !decides));
  const decisive = args.find((arg) => isConstant(arg, decides));
  if (decisive && args.every(cannotRaise)) return decisive;
  if (args.length === expr.args.length) return expr;
  return args.length > 1 ? { ...expr, args } : (args[0] ?? truth(expr, !decides));
}

function ofNot(expr: NotScalar): Scalar {
  const { arg } = expr;
  switch (arg.kind) {
    case 'not':
      return arg.arg;
    case 'const':
      return arg.value === null ? expr : truth(expr, arg.value !== true);
    case 'nulltest':
      return { ...arg, negated: !arg.negated };
    case 'or': {
      // Of the same columns they stay together: they may be a list.
      const read = new Set(arg.args.map((part) => [...columnsIn(part)].sort((a, b) => a - b).join()));
      return read.size < 2 ? expr : { ...arg, kind: 'and', args: arg.args.map((part) => ofNot({ ...expr, arg: part })) };
    }
    default:
      return expr;
  }
}

/** What changes no number, on either side or on the right alone. */
const NEUTRAL: Readonly<Record<string, { readonly value: number; readonly onLeft: boolean }>> = {
  '+': { value: 0, onLeft: true },
  '-': { value: 0, onLeft: false },
  '*': { value: 1, onLeft: true },
  '/': { value: 1, onLeft: false },
};

function ofCall(call: CallScalar, isKnown: IsNeverNull): Scalar {
  const [left, right] = call.args;
  if (call.operator?.schema !== 'pg_catalog' || !left || !right) return call;
  if (left.kind === 'const' && right.kind === 'const') return ofConstants(call);
  if (left.kind === 'column' && right.kind === 'column') {
    const isEqual = left.column === right.column && call.operator.name === '=' && call.operator.canHash;
    return isEqual && isKnown(left.column) ? truth(call, true) : call;
  }
  if (!isInteger(call.type)) return call;
  const zero = call.operator.name === '*' ? call.args.find((arg) => isZero(arg) && isSameType(arg.type, call.type)) : undefined;
  const other = left === zero ? right : left;
  if (zero !== undefined && other.kind === 'column' && isKnown(other.column)) return zero;
  const neutral = NEUTRAL[call.operator.name];
  if (neutral === undefined) return call;
  const isNeutral = (arg: Scalar): boolean =>
    arg.kind === 'const' && isInteger(arg.type) && arg.value !== null && Number(arg.value) === neutral.value;
  if (isNeutral(right) && left.type.kind === call.type.kind) return left;
  return neutral.onLeft && isNeutral(left) && right.type.kind === call.type.kind ? right : call;
}
