/** ROW(…) and (row).field: a row value is an object of its fields' values; a field of NULL is NULL. */
import type { FieldScalar, RowScalar } from '../../algebra/scalar.ts';
import type { PgRow } from '../../core/datum.ts';
import { constantValue } from './convert.ts';
import type { Emitter } from './emitter.ts';
import { datumCode } from './kernel.ts';
import type { Value } from './value.ts';
import { formOf } from './value.ts';

const makeRow = (values: PgRow['values']): PgRow => ({ values });

export function emitRow(emitter: Emitter, expr: RowScalar, fields: readonly Value[]): Value {
  const codes = fields.map((field) => datumCode(emitter, field));
  const code = emitter.name(`${emitter.hoist(makeRow)}([${codes.join(', ')}])`);
  return { form: 'array', type: expr.type, isNull: null, code };
}

export function emitField(emitter: Emitter, expr: FieldScalar, row: Value): Value {
  if (row.isNull === 'true') return constantValue(emitter, expr.type, null);
  const whole = emitter.name(datumCode(emitter, row));
  const value = emitter.name(`${whole} === null ? null : ${whole}.values[${expr.place}]`);
  const isNull = emitter.name(`${value} === null`);
  const form = formOf(expr.type.kind);
  return { form, type: expr.type, isNull, code: form === 'bool' ? emitter.name(`${value} === true`) : value };
}
