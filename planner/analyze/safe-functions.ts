/**
 * Lists behind unnesting: expressions that raise for no input, so that they may be evaluated for rows PostgreSQL would not
 * have reached, and what aggregates give for no rows. Unlisted means "may raise", "not known".
 */
import type { AggregateCall, OperatorRef, Scalar } from '../../algebra/scalar.ts';
import type { Rel } from '../../algebra/rel.ts';
import { relInputs, relScalars, scalarParts } from '../../algebra/transform.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { hasConstantBounds } from './row-limits.ts';
import { callCannotRaise } from './safe-calls.ts';

const COMPARED = [
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'bpchar',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'uuid',
  'bytea',
  'jsonb',
];
/** Their output is text whatever the value. */
const WRITTEN = new Set(COMPARED.filter((kind) => kind !== 'timestamptz'));
const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='];

const isSafeComparison = ({ name, schema }: OperatorRef, args: readonly Scalar[]): boolean =>
  schema === 'pg_catalog' && COMPARISONS.includes(name) && args.every(({ type }) => isCompared(type));

/** Of a type whose comparison raises for no values, or arrays of it. */
const isCompared = ({ kind, element }: SqlType): boolean =>
  COMPARED.includes(kind) || (kind === 'array' && element !== undefined && COMPARED.includes(element.kind));

/** True only if evaluating the expression raises for no input whatever. */
export function cannotRaise(expr: Scalar): boolean {
  switch (expr.kind) {
    case 'column':
    case 'const':
    case 'param':
    case 'and':
    case 'or':
    case 'not':
    case 'nulltest':
    case 'booltest':
    case 'coalesce':
    case 'case':
    case 'caseoperand':
    case 'subscript':
    case 'row':
    case 'field':
      break;
    case 'array':
      // Arrays of arrays must have equal lengths.
      if (expr.nested) return false;
      break;
    case 'arraycompare':
    case 'distinct':
    case 'nullif': {
      const compared = expr.kind === 'arraycompare' ? [expr.left] : [expr.left, expr.right];
      if (!isSafeComparison(expr.operator, compared)) return false;
      break;
    }
    case 'greatest':
    case 'least':
      if (!isCompared(expr.type)) return false;
      break;
    case 'cast':
      if (expr.how !== 'relabel' && !(expr.how === 'io' && expr.type.kind === 'text' && WRITTEN.has(expr.arg.type.kind)))
        return false;
      break;
    case 'call': {
      const { fn, operator, args } = expr;
      if (fn.schema !== 'pg_catalog') return false;
      const isComparison = operator !== undefined && isSafeComparison(operator, args);
      if (!isComparison && !callCannotRaise(expr)) return false;
      break;
    }
    default:
      return false;
  }
  return scalarParts(expr).every(cannotRaise);
}

/** Unless nothing that the query evaluates can raise. */
export const mayRaise = (rel: Rel): boolean =>
  !relScalars(rel).every(cannotRaise) ||
  // A negative number does.
  (rel.kind === 'limit' && !hasConstantBounds(rel)) ||
  relInputs(rel).some(mayRaise);

/** Projections over an aggregation without groups. */
export function hasOneRow(rel: Rel): boolean {
  if (rel.kind === 'project') return hasOneRow(rel.input);
  return rel.kind === 'aggregate' && rel.groups.length === 0 && !rel.sets;
}

const ON_EMPTY: ReadonlyMap<string, 0 | 1> = new Map([
  ['count', 0],
  ['regr_count', 0],
  // Of a row that is the only one.
  ['rank', 1],
  ['dense_rank', 1],
  ['percent_rank', 0],
  ['cume_dist', 1],
]);

/** What an aggregate gives for no rows: a number, NULL (all of PostgreSQL's that do not count or rank), or undefined when it is not known. */
export function emptyResult({ fn }: AggregateCall): 0 | 1 | null | undefined {
  return fn.schema === 'pg_catalog' ? (ON_EMPTY.get(fn.name) ?? null) : undefined;
}
