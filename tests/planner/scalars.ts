/** Expressions by hand, for tests of what looks at them without an analyzer. Columns are int4 unless said. */
import type { CallScalar, ColumnId, FunctionRef, OperatorRef, Scalar, WindowCall } from '../../algebra/scalar.ts';
import type { Datum, PgArray } from '../../core/datum.ts';
import { arrayTypeOf, sqlType, type SqlType } from '../../core/sql-type.ts';

export const INT = sqlType('int4');
export const BOOL = sqlType('bool');

export const functionNamed = (name: string): FunctionRef => ({
  oid: 1,
  schema: 'pg_catalog',
  name,
  signature: `${name}()`,
  kind: 'function',
  volatility: 'immutable',
  strict: true,
  leakproof: true,
  returnsSet: false,
});

const operatorNamed = (name: string): OperatorRef => ({
  oid: 1,
  schema: 'pg_catalog',
  name,
  position: 'infix',
  functionOid: 1,
  commutator: 0,
  negator: 0,
  canHash: name === '=',
});

export const column = (id: number, type: SqlType = INT): Scalar => ({ kind: 'column', column: id as ColumnId, type });
export const constant = (value: Datum, type: SqlType): Scalar => ({ kind: 'const', value, type });
export const integer = (value: number): Scalar => constant(value, INT);

export const call = (name: string, type: SqlType, ...args: Scalar[]): CallScalar => ({
  kind: 'call',
  fn: functionNamed(name),
  args,
  type,
  inputCollation: 'none',
  form: 'function',
});

export const operator = (name: string, ...args: Scalar[]): CallScalar => ({
  ...call(name, BOOL, ...args),
  operator: operatorNamed(name),
  form: 'operator',
});

/** `left = ANY (elements)`, or `left <> ALL (elements)`. */
export function list(left: Scalar, name: '=' | '<>', elements: readonly Datum[]): Scalar {
  const value: PgArray = { dims: [elements.length], lowerBounds: [1], elements };
  return {
    kind: 'arraycompare',
    fn: functionNamed(name),
    operator: operatorNamed(name),
    quantifier: name === '=' ? 'any' : 'all',
    left,
    array: constant(value, arrayTypeOf(left.type)!),
    inputCollation: 'none',
    type: BOOL,
  };
}

export const windowCall = (name: string, type: SqlType): WindowCall => ({
  fn: { ...functionNamed(name), kind: 'window' },
  args: [],
  filter: null,
  inputCollation: 'none',
  type,
});
