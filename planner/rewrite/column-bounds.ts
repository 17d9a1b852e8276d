/**
 * What conditions of a column and constants say of its values: whether one holds for constants, whether several can hold
 * together, which of them follow from others. Only for kinds whose values compare as numbers or by their code points;
 * "undefined" and "no" when unsure.
 */
import type { ArrayCompareScalar, CallScalar, ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { Datum, Numeric, PgArray } from '../../core/datum.ts';
import { compareNumeric } from '../../core/numeric.ts';
import { numericKey } from '../../core/numeric-key.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { isDeterministic } from '../place/equality-classes.ts';
import { rejectsNulls } from './null-rejection.ts';

/** Kinds of one order; texts are only told equal from unequal, for their order is their collation's to say. */
const ORDERS: Partial<Readonly<Record<TypeKind, string>>> = {
  int2: 'whole',
  int4: 'whole',
  int8: 'whole',
  numeric: 'numeric',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  text: 'text',
  varchar: 'text',
};

type Relation = '=' | '<>' | '<' | '<=' | '>' | '>=';
const FLIPPED: Readonly<Record<Relation, Relation>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const isRelation = (name: string): name is Relation => Object.hasOwn(FLIPPED, name);

/** The values that a condition is true for: equal to one of these, different from all, or on one side of the only one. */
interface Bound {
  readonly relation: Relation;
  readonly values: readonly Datum[];
  /** Whether a value of their order is among the values. */
  readonly has: (value: Datum) => boolean;
}

interface Comparison extends Bound {
  /** What is compared with the constants. */
  readonly subject: Scalar;
  /** One of them is NULL: where the comparison is not true it is NULL, or false. */
  readonly asksNull: boolean;
}

function comparisonOf(condition: Scalar): Comparison | undefined {
  if (condition.kind === 'call') return ofCall(condition);
  return condition.kind === 'arraycompare' ? ofList(condition) : undefined;
}

function ofCall(call: CallScalar): Comparison | undefined {
  const [left, right] = call.args;
  const relation = left && right && relationOf(call, left.type, right.type);
  if (relation === undefined) return undefined;
  if (right!.kind === 'const') return toConstants(left!, relation, [right!.value]);
  return left!.kind === 'const' ? toConstants(right!, FLIPPED[relation], [left!.value]) : undefined;
}

function ofList(list: ArrayCompareScalar): Comparison | undefined {
  const { array, left, quantifier } = list;
  if (array.kind !== 'const' || array.value === null || array.type.element === undefined) return undefined;
  const { elements } = array.value as PgArray;
  const relation = relationOf(list, left.type, array.type.element);
  // Of no values, <> ALL is true even for NULL.
  if (relation !== (quantifier === 'any' ? '=' : '<>') || elements.length === 0) return undefined;
  return toConstants(left, relation, elements);
}

/** Nothing is known to equal NULL, nor to differ from it. */
function toConstants(subject: Scalar, relation: Relation, constants: readonly Datum[]): Comparison {
  const values = constants.filter((value) => value !== null);
  const asksNull = values.length < constants.length;
  return asksNull && relation !== '='
    ? { subject, ...boundBy('=', []), asksNull }
    : { subject, ...boundBy(relation, values), asksNull };
}

function boundBy(relation: Relation, values: readonly Datum[]): Bound {
  let keys: ReadonlySet<unknown> | undefined;
  return { relation, values, has: (value) => (keys ??= new Set(values.map(keyOf))).has(keyOf(value)) };
}

/** The same of equal values of one order. */
const keyOf = (value: Datum): unknown => (isScalarValue(value) ? value : numericKey(value as Numeric));

function relationOf(comparison: CallScalar | ArrayCompareScalar, left: SqlType, right: SqlType): Relation | undefined {
  const { operator } = comparison;
  if (operator?.schema !== 'pg_catalog' || !isRelation(operator.name)) return undefined;
  const order = ORDERS[left.kind];
  if (order === undefined || order !== ORDERS[right.kind]) return undefined;
  if (order === 'text' && !((operator.name === '=' || operator.name === '<>') && isDeterministic(comparison))) return undefined;
  return operator.name;
}

/** Values of one order. */
function compare(a: Datum, b: Datum): number {
  if (isScalarValue(a) && isScalarValue(b)) return a < b ? -1 : a > b ? 1 : 0;
  return compareNumeric(a as Numeric, b as Numeric);
}
const isScalarValue = (value: Datum): value is number | bigint | string => typeof value !== 'object';

function fulfils(value: Datum, { relation, values, has }: Bound): boolean {
  switch (relation) {
    case '=':
      return has(value);
    case '<>':
      return !has(value);
    case '<':
      return compare(value, values[0]!) < 0;
    case '<=':
      return compare(value, values[0]!) <= 0;
    case '>':
      return compare(value, values[0]!) > 0;
    case '>=':
      return compare(value, values[0]!) >= 0;
  }
}

const isLower = ({ relation }: Bound): boolean => relation === '>' || relation === '>=';
const isUpper = ({ relation }: Bound): boolean => relation === '<' || relation === '<=';
const isOpen = ({ relation }: Bound): boolean => relation === '<' || relation === '>';

/** Whether no value fulfils both. */
function exclude(a: Bound, b: Bound): boolean {
  if (a.relation === '=') return !a.values.some((value) => fulfils(value, b));
  if (b.relation === '=') return !b.values.some((value) => fulfils(value, a));
  const [lower, upper] = isLower(a) ? [a, b] : [b, a];
  if (!isLower(lower) || !isUpper(upper)) return false;
  const order = compare(lower.values[0]!, upper.values[0]!);
  return order > 0 || (order === 0 && (isOpen(lower) || isOpen(upper)));
}

/** Whether every value that fulfils `a` fulfils `b`. */
function implies(a: Bound, b: Bound): boolean {
  if (a.relation === '=') return a.values.every((value) => fulfils(value, b));
  if (b.relation === '<>') return !b.values.some((value) => fulfils(value, a));
  const order = isLower(a) && isLower(b) ? 1 : isUpper(a) && isUpper(b) ? -1 : undefined;
  if (order === undefined) return false;
  const beyond = compare(a.values[0]!, b.values[0]!) * order;
  return beyond > 0 || (beyond === 0 && (isOpen(a) || !isOpen(b)));
}

/** A comparison of constants, or what such are joined to; undefined: not one, NULL, or not known here. */
export function decided(expr: Scalar): boolean | undefined {
  if (expr.kind === 'nulltest') return expr.arg.kind === 'const' ? (expr.arg.value === null) !== expr.negated : undefined;
  if (expr.kind === 'and' || expr.kind === 'or') {
    const parts = expr.args.map(decided);
    if (parts.includes(undefined)) return undefined;
    return expr.kind === 'and' ? !parts.includes(false) : parts.includes(true);
  }
  const comparison = comparisonOf(expr);
  if (comparison?.subject.kind !== 'const' || comparison.subject.value === null) return undefined;
  const isTrue = fulfils(comparison.subject.value, comparison);
  return isTrue || !comparison.asksNull ? isTrue : undefined;
}

interface ColumnBound extends Bound {
  readonly column: ColumnId;
}

function boundOf(conjunct: Scalar): ColumnBound | undefined {
  if (conjunct.kind === 'nulltest' && conjunct.negated && conjunct.arg.kind === 'column')
    return { column: conjunct.arg.column, ...boundBy('<>', []) };
  const comparison = comparisonOf(conjunct);
  const column = comparison && columnOf(comparison.subject);
  return comparison && column !== undefined ? { ...comparison, column } : undefined;
}

/** A varchar is compared as text. */
function columnOf(subject: Scalar): ColumnId | undefined {
  const inner = subject.kind === 'cast' && subject.how === 'relabel' ? subject.arg : subject;
  return inner.kind === 'column' && ORDERS[inner.type.kind] === ORDERS[subject.type.kind] ? inner.column : undefined;
}

/** Whether no row fulfils all: x = 1 AND x = 2, x > 5 AND x < 3, x IS NULL AND x = 1. `isNeverNull`: of the rows' columns. */
export function contradict(conjuncts: readonly Scalar[], isNeverNull: (column: ColumnId) => boolean): boolean {
  const isVoid = (conjunct: Scalar): boolean => {
    if (conjunct.kind !== 'nulltest' || conjunct.negated || conjunct.arg.kind !== 'column') return false;
    const column = new Set([conjunct.arg.column]);
    return conjuncts.some((other) => rejectsNulls(other, column)) || isNeverNull(conjunct.arg.column);
  };
  if (conjuncts.some(isVoid)) return true;
  const bounds = conjuncts.map(boundOf).filter((bound) => bound !== undefined);
  return bounds.some((a, i) => bounds.some((b, j) => i <= j && a.column === b.column && exclude(a, b)));
}

/**
 * The conjuncts without those that others imply: x > 5 AND x > 3, x = 4 AND x IS NOT NULL; of a list, only what the others
 * accept. The strictest takes the place of the first, so that what stands after it is spared no fewer rows. The same list
 * when there is nothing to do.
 */
export function strictest(conjuncts: readonly Scalar[]): readonly Scalar[] {
  const written = conjuncts.map(boundOf);
  const narrow = conjuncts.map((conjunct, i) => narrowed(conjunct, written[i], written));
  const bounds = narrow.map((conjunct, i) => (conjunct === conjuncts[i] ? written[i] : boundOf(conjunct)));
  const follows = (from: number, to: number): boolean => {
    const [a, b] = [bounds[from], bounds[to]];
    return a !== undefined && b !== undefined && a.column === b.column && implies(a, b);
  };
  const kept: number[] = [];
  for (const i of narrow.keys()) {
    if (kept.some((one) => follows(one, i))) continue;
    const weaker = kept.findIndex((one) => follows(i, one));
    if (weaker < 0) kept.push(i);
    else kept.splice(weaker, kept.length, i, ...kept.slice(weaker + 1).filter((one) => !follows(i, one)));
  }
  const isSame = kept.length === conjuncts.length && narrow.every((conjunct, i) => conjunct === conjuncts[i]);
  return isSame ? conjuncts : kept.map((i) => narrow[i]!);
}

/** A list with those of its values that all bounds of its column accept; none left is a contradiction, which stays. */
function narrowed(conjunct: Scalar, bound: ColumnBound | undefined, all: readonly (ColumnBound | undefined)[]): Scalar {
  if (conjunct.kind !== 'arraycompare' || conjunct.array.kind !== 'const' || bound?.relation !== '=') return conjunct;
  const others = all.filter((other) => other !== undefined).filter((other) => other !== bound && other.column === bound.column);
  const accepts = (value: Datum): boolean => others.every((other) => fulfils(value, other));
  const elements = bound.values.filter(accepts);
  if (elements.length === bound.values.length || elements.length === 0) return conjunct;
  const value: PgArray = { dims: [elements.length], lowerBounds: [1], elements };
  return { ...conjunct, array: { ...conjunct.array, value } };
}
