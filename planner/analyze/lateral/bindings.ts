/**
 * The domain of a dependent join: the distinct values its outer columns take, each with a key under which rows that could
 * be told apart stay apart. Most types are their own key; where equal values may print differently (1.0 and 1.00, -0 and 0,
 * intervals, arrays), the key is the value's text, unless the subquery only compares the column, which cannot tell.
 */
import type { Rel, RelColumn } from '../../../algebra/rel.ts';
import type { AggregateCall, ColumnId, FunctionRef, Scalar } from '../../../algebra/scalar.ts';
import { relInputs, relScalars, scalarParts } from '../../../algebra/transform.ts';
import { hasIdenticalValues } from '../../../core/identical-values.ts';
import { sqlType } from '../../../core/sql-type.ts';
import type { SqlType, TypeKind } from '../../../core/sql-type.ts';
import type { Analysis } from '../analysis.ts';

/** OIDs of the `=` of each type that can be a key. */
const EQUALITY: Partial<Readonly<Record<TypeKind, number>>> = {
  bool: 91,
  int2: 94,
  int4: 96,
  int8: 410,
  float4: 620,
  float8: 670,
  numeric: 1752,
  text: 98,
  varchar: 98,
  bpchar: 1054,
  bytea: 1955,
  date: 1093,
  time: 1108,
  timestamp: 2060,
  timestamptz: 1320,
  interval: 1330,
  uuid: 2972,
  enum: 3516,
};
const GREATER_INT8 = 413;
const COUNT_ROWS = 2803;
const ANY_VALUE = 6291;
const ARRAY_AGGREGATE = 2335;
const ARRAY_AGGREGATE_OF_ARRAYS = 4053;

/** What unnesting looks up although no statement names it. */
export const unnestingOperators: readonly number[] = [...new Set(Object.values(EQUALITY)), GREATER_INT8];
export const unnestingFunctions: readonly number[] = [COUNT_ROWS, ANY_VALUE, ARRAY_AGGREGATE, ARRAY_AGGREGATE_OF_ARRAYS];

export const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

const aggregateCall = (fn: FunctionRef, args: readonly Scalar[], type: SqlType, filter: Scalar | null): AggregateCall => ({
  fn,
  args,
  distinct: false,
  filter,
  orderBy: [],
  inputCollation: args[0]?.type.collation ?? 'none',
  type,
});

export const countRows = (analysis: Analysis, filter: Scalar | null = null): AggregateCall =>
  aggregateCall(analysis.lookup.function(COUNT_ROWS), [], sqlType('int8'), filter);

export const anyValue = (analysis: Analysis, column: RelColumn): AggregateCall =>
  aggregateCall(analysis.lookup.function(ANY_VALUE), [reference(column)], column.type, null);

export const arrayAggregate = (
  analysis: Analysis,
  column: RelColumn,
  type: SqlType,
  orderBy: AggregateCall['orderBy'],
): AggregateCall => {
  const oid = column.type.kind === 'array' ? ARRAY_AGGREGATE_OF_ARRAYS : ARRAY_AGGREGATE;
  return { ...aggregateCall(analysis.lookup.function(oid), [reference(column)], type, null), orderBy };
};

const BOOL = sqlType('bool');

export function isPositive(analysis: Analysis, count: RelColumn): Scalar {
  const operator = analysis.lookup.operator(GREATER_INT8);
  const fn = analysis.lookup.function(operator.functionOid);
  const zero: Scalar = { kind: 'const', value: 0, type: count.type };
  const args = [reference(count), zero];
  return { kind: 'call', fn, operator, args, type: BOOL, inputCollation: 'none', form: 'operator' };
}

/** `left` and `right` are the same, NULL like any value. */
export function isSame(analysis: Analysis, left: Scalar, right: Scalar, neverNull: boolean): Scalar {
  const operator = analysis.lookup.operator(EQUALITY[left.type.kind]!);
  const fn = analysis.lookup.function(operator.functionOid);
  const inputCollation = left.type.collation;
  const [a, b] = left.type.kind === 'varchar' ? [asText(left), asText(right)] : [left, right];
  if (neverNull) return { kind: 'call', fn, operator, args: [a, b], type: BOOL, inputCollation, form: 'operator' };
  const distinct: Scalar = { kind: 'distinct', equality: fn, operator, left: a, right: b, inputCollation, type: BOOL };
  return { kind: 'not', arg: distinct, type: BOOL };
}

const asText = (arg: Scalar): Scalar => ({
  kind: 'cast',
  how: 'relabel',
  arg,
  type: { ...sqlType('text'), collation: arg.type.collation },
  explicit: false,
});

/** How the bindings of one outer column are told apart: by these together. None: no way known. */
export function keysOf(column: RelColumn, onlyCompared: boolean): readonly Scalar[] {
  const { type } = column;
  if (typeof type.collation === 'object' && !type.collation.deterministic) return [];
  switch (type.kind) {
    case 'numeric':
    case 'bpchar':
      if (onlyCompared || hasIdenticalValues(type)) return [reference(column)];
      return type.kind === 'numeric' ? [textOf(column)] : [];
    case 'float4':
    case 'float8':
      // The text alone may be rounded (extra_float_digits).
      return onlyCompared ? [reference(column)] : [reference(column), textOf(column)];
    case 'interval':
      return onlyCompared ? [reference(column)] : [textOf(column)];
    case 'array':
      return type.element?.kind === 'float4' || type.element?.kind === 'float8' ? [] : [textOf(column)];
    case 'json':
    case 'jsonb':
    case 'name':
      return [textOf(column)];
    default:
      return hasIdenticalValues(type) ? [reference(column)] : [];
  }
}

const textOf = (column: RelColumn): Scalar => ({
  kind: 'cast',
  how: 'io',
  arg: reference(column),
  type: sqlType('text'),
  explicit: true,
});

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** Whether a query does nothing with an outer column but compare it, so that equal values are all the same to it. */
export function onlyCompares(rel: Rel, column: ColumnId): boolean {
  return (
    relScalars(rel).every((expr) => comparesOnly(expr, column)) && relInputs(rel).every((input) => onlyCompares(input, column))
  );
}

function comparesOnly(expr: Scalar, column: ColumnId): boolean {
  if (expr.kind === 'column') return expr.column !== column;
  const isComparison =
    expr.kind === 'nulltest' ||
    (expr.kind === 'call' && expr.operator?.schema === 'pg_catalog' && COMPARISONS.has(expr.operator.name));
  return scalarParts(expr).every((part) => (isComparison && part.kind === 'column') || comparesOnly(part, column));
}
