/**
 * Lists behind unnesting: expressions that raise for no input, so that they may be evaluated for rows PostgreSQL would not
 * have reached, and what aggregates give for no rows. Unlisted means "may raise", "not known".
 */
import type { AggregateCall, OperatorRef, Scalar } from '../../algebra/scalar.ts';
import { scalarParts } from '../../algebra/transform.ts';

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
];
const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='];

/** By signature, of pg_catalog. numeric overflows only beyond 131,072 digits; stored values are far from it. */
const NEVER_RAISE = new Set([
  'numeric_add(numeric,numeric)',
  'numeric_sub(numeric,numeric)',
  'numeric_mul(numeric,numeric)',
  'numeric_uminus(numeric)',
  'numeric_abs(numeric)',
  'int4(int2)',
  'int8(int2)',
  'int8(int4)',
  'float8(int2)',
  'float8(int4)',
  'float8(int8)',
  'float8(float4)',
  'numeric(int2)',
  'numeric(int4)',
  'numeric(int8)',
  'text(bpchar)',
  'upper(text)',
  'lower(text)',
  'length(text)',
  'octet_length(text)',
  'btrim(text)',
  'ltrim(text)',
  'rtrim(text)',
  'btrim(text,text)',
  'ltrim(text,text)',
  'rtrim(text,text)',
  'replace(text,text,text)',
  'strpos(text,text)',
  'reverse(text)',
  'left(text,int4)',
  'right(text,int4)',
  'starts_with(text,text)',
  'md5(text)',
  'int4(bool)',
  'sign(numeric)',
  'ceil(numeric)',
  'floor(numeric)',
]);

const isSafeComparison = ({ name, schema }: OperatorRef, args: readonly Scalar[]): boolean =>
  schema === 'pg_catalog' && COMPARISONS.includes(name) && args.every((arg) => COMPARED.includes(arg.type.kind));

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
      if (!COMPARED.includes(expr.type.kind)) return false;
      break;
    case 'cast':
      if (expr.how !== 'relabel') return false;
      break;
    case 'call': {
      const { fn, operator, args } = expr;
      if (fn.schema !== 'pg_catalog') return false;
      const isComparison = operator !== undefined && isSafeComparison(operator, args);
      if (!isComparison && !NEVER_RAISE.has(fn.signature)) return false;
      break;
    }
    default:
      return false;
  }
  return scalarParts(expr).every(cannotRaise);
}

const ZERO_ON_EMPTY = new Set(['count', 'regr_count']);

/** What an aggregate gives for no rows: 0, NULL (all of PostgreSQL's that do not count), or undefined when it is not known. */
export function emptyResult({ fn }: AggregateCall): 0 | null | undefined {
  if (fn.schema !== 'pg_catalog' || fn.aggregateKind === 'hypothetical') return undefined;
  return ZERO_ON_EMPTY.has(fn.name) ? 0 : null;
}
