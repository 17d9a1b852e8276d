/**
 * int2, int4 and int8 are compared by value, whatever their widths: what `a.id = 5` says of an int4 column it says of an int8
 * column that equals it. PostgreSQL has an operator for each pair of widths; here the constant is given the column's.
 */
import { commuted, compared, comparisonOf, comparisonWritten } from '../../algebra/comparisons.ts';
import type { CallScalar, ColumnRefScalar, Scalar } from '../../algebra/scalar.ts';
import { int64, type Int64, type PgArray } from '../../core/datum.ts';
import { arrayTypeOf, isInteger, withTypmod, type SqlType } from '../../core/sql-type.ts';

/** The columns that a condition holds to be equal, of two widths. */
export function integersEqual(condition: Scalar): readonly [ColumnRefScalar, ColumnRefScalar] | undefined {
  if (!isComparison(condition) || condition.operator!.name !== '=') return undefined;
  const [left, right] = condition.args;
  if (left?.kind !== 'column' || right?.kind !== 'column' || left.type.kind === right.type.kind) return undefined;
  return isInteger(left.type) && isInteger(right.type) ? [left, right] : undefined;
}

/**
 * The condition, made of comparisons of one integer column with constants, about `column`; undefined: it is made of others,
 * or a constant is no number of the column's.
 */
export function askedOf(column: ColumnRefScalar, condition: Scalar): Scalar | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const args = condition.args.map((arg) => askedOf(column, arg));
      return args.every((arg) => arg !== undefined) ? { ...condition, args } : undefined;
    }
    case 'call': {
      const [left, right] = condition.args;
      const comparison = isComparison(condition) ? comparisonWritten(condition.operator!.name) : undefined;
      if (comparison === undefined || !isInteger(column.type)) return undefined;
      const isTurned = left?.kind === 'const';
      const [asked, value] = isTurned ? [right, constantAs(column.type, left)] : [left, constantAs(column.type, right)];
      if (asked?.kind !== 'column' || !isInteger(asked.type) || value === undefined) return undefined;
      return compared(isTurned ? commuted(comparison) : comparison, column, value);
    }
    case 'arraycompare': {
      const { array, left, operator, quantifier } = condition;
      if (quantifier !== 'any' || operator.name !== '=' || operator.schema !== 'pg_catalog') return undefined;
      if (left.kind !== 'column' || !isInteger(left.type) || !isInteger(column.type)) return undefined;
      const list = listAs(column.type, array);
      return list && { ...condition, ...comparisonOf('eq', column.type.kind), left: column, array: list };
    }
    default:
      return undefined;
  }
}

const isComparison = (expr: Scalar): expr is CallScalar => expr.kind === 'call' && expr.operator?.schema === 'pg_catalog';

const LARGEST = { int2: 32_767n, int4: 2_147_483_647n, int8: 9_223_372_036_854_775_807n } as const;

function numberAs(type: SqlType, value: Int64): Int64 | undefined {
  const number = BigInt(value);
  const largest = LARGEST[type.kind as keyof typeof LARGEST];
  return number <= largest && number >= -largest - 1n ? int64(number) : undefined;
}

function constantAs(type: SqlType, expr: Scalar | undefined): Scalar | undefined {
  if (expr?.kind !== 'const' || expr.value === null || !isInteger(expr.type)) return undefined;
  const value = numberAs(type, expr.value as Int64);
  return value === undefined ? undefined : { kind: 'const', value, type: withTypmod(type, -1) };
}

function listAs(type: SqlType, array: Scalar): Scalar | undefined {
  const arrayType = arrayTypeOf(withTypmod(type, -1));
  if (array.kind !== 'const' || array.value === null || arrayType === undefined) return undefined;
  if (array.type.element === undefined || !isInteger(array.type.element)) return undefined;
  const list = array.value as PgArray;
  const elements = list.elements.map((element) => (element === null ? null : numberAs(type, element as Int64)));
  if (elements.includes(undefined)) return undefined;
  return { kind: 'const', value: { ...list, elements: elements as PgArray['elements'] }, type: arrayType };
}
