/**
 * What part of the rows a condition keeps. Comparisons of a column with a value go by the column's profile; two bounds of one
 * column make one range; conditions that are ANDed count as half independent (correlated ones are common, and an estimate
 * that is too low costs more than one that is too high).
 */
import type {
  ArrayCompareScalar,
  BooleanTestScalar,
  CallScalar,
  ColumnId,
  DistinctFromScalar,
  Scalar,
} from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import type { PgArray } from '../../core/datum.ts';
import { isNullOn } from '../rewrite/null-rejection.ts';
import type { Spread } from './aggregate-spread.ts';
import type { ColumnProfile } from './column-profile.ts';
import { likeTest } from './like-pattern.ts';
import { measureOf, type Measure } from './measure.ts';

/** What the estimator knows of a column where the condition stands. */
export interface ColumnFacts {
  readonly profile: ColumnProfile | undefined;
  /** Of an aggregate's value. */
  readonly spread?: Spread;
  readonly distinct: number;
  /** Part of the rows where it is NULL. */
  readonly nullPart: () => number | undefined;
}
export type FactsOf = (column: ColumnId) => ColumnFacts;

const RANGE = 1 / 3;
const PATTERN = 0.1;
const NULL_PART = 0.05;
const OTHER = 0.5;
/** Elements of a list that is not known yet. */
const UNKNOWN_LIST = 10;
/** What is computed from columns has at most so many values: nobody knows, and few is the safer guess (selfuncs.h: DEFAULT_NUM_DISTINCT). */
const COMPUTED_DISTINCT = 200;
/** Weights of ANDed conditions, the strictest first. */
const DAMPING = [1, 0.75, 0.5, 0.25];

/** Of ANDed conditions. */
export function selectivity(conjuncts: readonly Scalar[], facts: FactsOf): number {
  const ranges = new Map<ColumnId, { low: number; high: number }>();
  const parts: number[] = [];
  for (const conjunct of conjuncts) {
    const bound = rangeBound(conjunct, facts);
    if (bound === undefined) {
      parts.push(clamp(one(conjunct, facts)));
      continue;
    }
    const range = ranges.get(bound.column) ?? { low: 0, high: 1 - bound.nullFraction };
    if (bound.isLower) range.low = Math.max(range.low, bound.below);
    else range.high = Math.min(range.high, bound.below);
    ranges.set(bound.column, range);
  }
  for (const { low, high } of ranges.values()) parts.push(clamp(high - low));
  return damped(parts);
}

/** The product of parts that are not quite independent. */
export const damped = (parts: readonly number[]): number =>
  [...parts].sort((a, b) => a - b).reduce((product, part, i) => product * part ** (DAMPING[i] ?? 0), 1);

const clamp = (part: number): number => Math.min(1, Math.max(0, part));

function one(expr: Scalar, facts: FactsOf): number {
  switch (expr.kind) {
    case 'const':
      return expr.value === true ? 1 : 0;
    case 'and':
      return selectivity(expr.args, facts);
    case 'or':
      return 1 - expr.args.reduce((product, arg) => product * (1 - clamp(selectivity([arg], facts))), 1);
    case 'not':
      return falsePart(expr.arg, facts);
    case 'nulltest': {
      const column = columnOf(expr.arg);
      const isNull = (column !== undefined ? facts(column).nullPart() : undefined) ?? NULL_PART;
      return expr.negated ? 1 - isNull : isNull;
    }
    case 'column':
      return facts(expr.column).profile?.equal(1) ?? OTHER;
    case 'booltest':
      return ofTest(expr, facts);
    case 'distinct':
      return 1 - clamp(sameness(expr, facts));
    case 'arraycompare':
      return ofList(expr, facts);
    case 'call':
      return ofOperator(expr, facts);
    default:
      return OTHER;
  }
}

/** Part of the rows where a condition is false, and not NULL. */
function falsePart(expr: Scalar, facts: FactsOf): number {
  switch (expr.kind) {
    case 'const':
      return expr.value === false ? 1 : 0;
    case 'and':
      return 1 - expr.args.reduce((product, arg) => product * (1 - clamp(falsePart(arg, facts))), 1);
    case 'or':
      return damped(expr.args.map((arg) => clamp(falsePart(arg, facts))));
    case 'not':
      return clamp(selectivity([expr.arg], facts));
    default:
      return otherwise(expr, clamp(selectivity([expr], facts)), facts);
  }
}

/** What is left of the rows without those that a condition is true for, and without those that make it NULL. */
function otherwise(expr: Scalar, truePart: number, facts: FactsOf): number {
  const tested = expr.kind === 'arraycompare' ? expr.left : expr;
  const nulls = [...columnsIn(tested)]
    .filter((column) => isNullOn(tested, new Set([column])))
    .map((column) => facts(column).nullPart() ?? 0);
  return clamp(1 - truePart - Math.max(0, ...nulls));
}

function ofTest({ arg, test, negated }: BooleanTestScalar, facts: FactsOf): number {
  const isTrue = clamp(selectivity([arg], facts));
  const isFalse = falsePart(arg, facts);
  const part = test === 'true' ? isTrue : test === 'false' ? isFalse : clamp(1 - isTrue - isFalse);
  return negated ? 1 - part : part;
}

/** Rows where both are equal, or both are NULL. */
function sameness({ left, right }: DistinctFromScalar, facts: FactsOf): number {
  const [a, b] = [left, right].map((side) => {
    if (side.kind === 'const') return side.value === null ? 1 : 0;
    const column = columnOf(side);
    return column === undefined ? 0 : (facts(column).nullPart() ?? 0);
  }) as [number, number];
  return a * b + (a === 1 || b === 1 ? 0 : equality([left, right], facts));
}

function ofOperator(call: CallScalar, facts: FactsOf): number {
  switch (call.operator?.name) {
    case '=':
      return equality(call.args, facts);
    case '<>':
      return otherwise(call, equality(call.args, facts), facts);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return RANGE;
    case '~~':
      return ofPattern(call, facts, (pattern) => likeTest(pattern, false));
    case '~~*':
      return ofPattern(call, facts, (pattern) => likeTest(pattern, true));
    case '!~~':
      return otherwise(
        call,
        ofPattern(call, facts, (pattern) => likeTest(pattern, false)),
        facts,
      );
    case '!~~*':
      return otherwise(
        call,
        ofPattern(call, facts, (pattern) => likeTest(pattern, true)),
        facts,
      );
    case '~':
    case '~*':
      return PATTERN;
    default:
      return OTHER;
  }
}

function equality(args: readonly Scalar[], facts: FactsOf): number {
  const compared = comparison(args);
  if (compared) {
    const { profile, spread, distinct } = facts(compared.column);
    if (spread !== undefined && typeof compared.value === 'number') return spread.equal(compared.value);
    return profile ? profile.equal(compared.value) : 1 / distinct;
  }
  // Of two columns, or of something computed from columns.
  const distinct = args.map((arg) => distinctOf(arg, facts)).filter((count) => count !== undefined);
  return distinct.length === 0 ? OTHER : 1 / Math.max(1, ...distinct);
}

/** Values of a column, or of what is computed from columns; undefined: of none. */
function distinctOf(expr: Scalar, facts: FactsOf): number | undefined {
  const column = columnOf(expr);
  if (column !== undefined) return facts(column).distinct;
  const columns = [...columnsIn(expr)];
  return columns.length === 0 ? undefined : Math.min(COMPUTED_DISTINCT, Math.max(...columns.map((one) => facts(one).distinct)));
}

function ofList(list: ArrayCompareScalar, facts: FactsOf): number {
  const { left, array, operator, quantifier } = list;
  const column = columnOf(left);
  const isIn = quantifier === 'any' && operator.name === '=';
  const isNotIn = quantifier === 'all' && operator.name === '<>';
  const distinct = distinctOf(left, facts);
  if (distinct === undefined || !(isIn || isNotIn)) return isNotIn ? 1 - PATTERN : PATTERN;
  const profile = column === undefined ? undefined : facts(column).profile;
  const part = Math.min(
    1,
    elementMeasures(array).reduce<number>((sum, value) => sum + (profile ? profile.equal(value) : 1 / distinct), 0),
  );
  return isIn ? part : otherwise(list, part, facts);
}

export function elementMeasures(array: Scalar): readonly (Measure | undefined)[] {
  if (array.kind === 'array') {
    return array.elements.map((element) => (element.kind === 'const' ? measureOf(element.type, element.value) : undefined));
  }
  const { element } = array.type;
  if (array.kind !== 'const' || array.value === null || element === undefined)
    return Array.from({ length: UNKNOWN_LIST }, () => undefined);
  return [...new Set((array.value as PgArray).elements.map((value) => measureOf(element, value)))];
}

function ofPattern(call: CallScalar, facts: FactsOf, testOf: (pattern: string) => (text: string) => boolean): number {
  const [subject, pattern] = call.args;
  const column = subject && columnOf(subject);
  if (column === undefined || pattern?.kind !== 'const' || typeof pattern.value !== 'string') return PATTERN;
  return facts(column).profile?.matching(testOf(pattern.value)) ?? PATTERN;
}

interface RangeBound {
  readonly column: ColumnId;
  readonly isLower: boolean;
  /** Part of the rows below the bound. */
  readonly below: number;
  readonly nullFraction: number;
}

function rangeBound(conjunct: Scalar, facts: FactsOf): RangeBound | undefined {
  if (conjunct.kind !== 'call') return undefined;
  const operator = conjunct.operator?.name;
  if (operator !== '<' && operator !== '<=' && operator !== '>' && operator !== '>=') return undefined;
  const compared = comparison(conjunct.args);
  if (compared?.value === undefined) return undefined;
  const { profile, spread } = facts(compared.column);
  const isLower = (operator === '>' || operator === '>=') !== compared.isFlipped;
  // Rows that equal a lower bound are cut off by `>` only, those that equal an upper one are kept by `<=` only.
  const inclusive = isLower !== operator.endsWith('=');
  const { value } = compared;
  const below = typeof value === 'number' && spread ? spread.below(value, inclusive) : profile?.below(value, inclusive);
  if (below === undefined) return undefined;
  return { column: compared.column, isLower, below, nullFraction: profile?.nullFraction ?? 0 };
}

/** `column op value`, either way round; a value that is not known yet is undefined. */
function comparison(
  args: readonly Scalar[],
): { readonly column: ColumnId; readonly value: Measure | undefined; readonly isFlipped: boolean } | undefined {
  const [left, right] = args;
  if (!left || !right) return undefined;
  const [leftColumn, rightColumn] = [columnOf(left), columnOf(right)];
  if (leftColumn !== undefined && columnsIn(right).size === 0)
    return { column: leftColumn, value: valueOf(right), isFlipped: false };
  if (rightColumn !== undefined && columnsIn(left).size === 0)
    return { column: rightColumn, value: valueOf(left), isFlipped: true };
  return undefined;
}

const valueOf = (expr: Scalar): Measure | undefined => {
  const inner = withoutCasts(expr);
  return inner.kind === 'const' ? measureOf(inner.type, inner.value) : undefined;
};

const columnOf = (expr: Scalar): ColumnId | undefined => {
  const inner = withoutCasts(expr);
  return inner.kind === 'column' ? inner.column : undefined;
};

/** Casts that keep the measure. */
function withoutCasts(expr: Scalar): Scalar {
  if (expr.kind === 'cast' && expr.how === 'relabel') return withoutCasts(expr.arg);
  if (expr.kind === 'call' && expr.form === 'implicit-cast' && expr.args[0]) return withoutCasts(expr.args[0]);
  return expr;
}
