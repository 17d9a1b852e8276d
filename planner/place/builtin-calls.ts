/**
 * Calls of PostgreSQL's own functions that rewritten aggregates are made of (split-averages, eager-aggregates), and key filters.
 */
import { builtin, infix } from '../../algebra/builtin.ts';
import type { RelColumn } from '../../algebra/rel.ts';
import type { AggregateCall, CallScalar, FunctionRef, OperatorRef, Scalar } from '../../algebra/scalar.ts';
import { sqlType, type SqlType } from '../../core/sql-type.ts';

export interface BuiltinAggregate {
  readonly fn: FunctionRef;
  readonly type: SqlType;
}
const aggregate = (oid: number, name: string, signature: string, type: SqlType): BuiltinAggregate => ({
  fn: builtin(oid, name, signature, 'aggregate', { strict: false }),
  type,
});

const INT8 = sqlType('int8');
const NUMERIC = sqlType('numeric');

export const SUM_INT2 = aggregate(2109, 'sum', 'sum(int2)', INT8);
export const SUM_INT4 = aggregate(2108, 'sum', 'sum(int4)', INT8);
export const SUM_INT8 = aggregate(2107, 'sum', 'sum(int8)', NUMERIC);
export const SUM_NUMERIC = aggregate(2114, 'sum', 'sum(numeric)', NUMERIC);
export const COUNT_VALUES = aggregate(2147, 'count', 'count(any)', INT8);
export const COUNT_ROWS = aggregate(2803, 'count', 'count()', INT8);

const numericDiv = builtin(1727, 'numeric_div', 'numeric_div(numeric,numeric)', 'function', { strict: true });
const numericMul = builtin(1726, 'numeric_mul', 'numeric_mul(numeric,numeric)', 'function', { strict: true });
const int8Mul = builtin(465, 'int8mul', 'int8mul(int8,int8)', 'function', { strict: true });
const divide = infix(1761, '/', 1727, 0);
const multiplyNumeric = infix(1760, '*', 1726, 1760);
const multiplyInt8 = infix(686, '*', 465, 686);

const int4Mi = builtin(181, 'int4mi', 'int4mi(int4,int4)', 'function', { strict: true });
const int8Mi = builtin(464, 'int8mi', 'int8mi(int8,int8)', 'function', { strict: true });
const minusInt4 = infix(555, '-', 181, 0);
const minusInt8 = infix(685, '-', 464, 0);
const toInt4 = builtin(480, 'int4', 'int4(int8)', 'function', { strict: true });

/** By the type that is cast; each is declared as an implicit or assignment cast in pg_cast.dat. */
const toNumeric: ReadonlyMap<string, FunctionRef> = new Map([
  ['int2', builtin(1782, 'numeric', 'numeric(int2)', 'function', { strict: true })],
  ['int4', builtin(1740, 'numeric', 'numeric(int4)', 'function', { strict: true })],
  ['int8', builtin(1781, 'numeric', 'numeric(int8)', 'function', { strict: true })],
]);
const toInt8: ReadonlyMap<string, FunctionRef> = new Map([
  ['int2', builtin(754, 'int8', 'int8(int2)', 'function', { strict: true })],
  ['int4', builtin(481, 'int8', 'int8(int4)', 'function', { strict: true })],
  ['numeric', builtin(1779, 'int8', 'int8(numeric)', 'function', { strict: true })],
]);

const call = (fn: FunctionRef, args: readonly Scalar[], type: SqlType): CallScalar => ({
  kind: 'call',
  fn,
  args,
  type,
  inputCollation: 'none',
  form: 'implicit-cast',
});

/** Of an integer or numeric. */
export const asNumeric = (expr: Scalar): Scalar =>
  expr.type.kind === 'numeric' ? expr : call(toNumeric.get(expr.type.kind)!, [expr], NUMERIC);

/** Of an integer, or of a numeric without decimals. */
export const asInt8 = (expr: Scalar): Scalar =>
  expr.type.kind === 'int8' ? expr : { ...call(toInt8.get(expr.type.kind)!, [expr], INT8), form: 'explicit-cast' };

const operation = (operator: OperatorRef, fn: FunctionRef, left: Scalar, right: Scalar, type: SqlType): CallScalar => ({
  ...call(fn, [left, right], type),
  operator,
  form: 'operator',
});

export const quotient = (left: Scalar, right: Scalar, type: SqlType): Scalar =>
  operation(divide, numericDiv, asNumeric(left), asNumeric(right), type);

export const product = (left: Scalar, right: Scalar): Scalar =>
  left.type.kind === 'int8' && right.type.kind === 'int8'
    ? operation(multiplyInt8, int8Mul, left, right, INT8)
    : operation(multiplyNumeric, numericMul, asNumeric(left), asNumeric(right), NUMERIC);

/** Of two int4, or of two int8. */
export const difference = (left: Scalar, right: Scalar): Scalar =>
  left.type.kind === 'int8'
    ? operation(minusInt8, int8Mi, left, right, INT8)
    : operation(minusInt4, int4Mi, left, right, sqlType('int4'));

/** By each get_bit that PostgreSQL has had, the newest first: before 14 it took the position as int4. The position is an int4 or int8. */
export function bitAt(bytes: Scalar, position: Scalar): readonly Scalar[] {
  const asInt4: Scalar = position.type.kind === 'int4' ? position : { ...call(toInt4, [position], sqlType('int4')), form: 'explicit-cast' }; // prettier-ignore
  return [asInt8(position), asInt4].map((at) => {
    const getBit = builtin(723, 'get_bit', `get_bit(bytea,${at.type.kind})`, 'function', { strict: true });
    return { ...call(getBit, [bytes, at], sqlType('int4')), form: 'function' };
  });
}

export const aggregateCall = ({ fn, type }: BuiltinAggregate, args: readonly Scalar[], filter: Scalar | null): AggregateCall => ({
  fn,
  args,
  distinct: false,
  filter,
  orderBy: [],
  inputCollation: 'none',
  type,
});

export const columnRef = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });
