/**
 * Values as keys of a JavaScript Map or Set: two values have the same key exactly when SQL's `=` holds between them. What
 * IN lists and IN (subquery) are looked up by. Integers of all widths share their keys, as do both floats and the texts.
 */
import type { Int64, Interval, Numeric } from '../../core/datum.ts';
import { numericKey } from '../../core/numeric-key.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { intervalSpan, withoutBlanks } from './compare.ts';
import { asForm, asNatural, latin1 } from './convert.ts';
import type { Emitter } from './emitter.ts';
import type { Value } from './value.ts';

type KeyFamily =
  | 'integer'
  | 'float'
  | 'numeric'
  | 'bool'
  | 'text'
  | 'blankpadded'
  | 'bytes'
  | 'interval'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz';

function keyFamily(kind: TypeKind): KeyFamily | undefined {
  switch (kind) {
    case 'int2':
    case 'int4':
    case 'int8':
      return 'integer';
    case 'float4':
    case 'float8':
      return 'float';
    case 'text':
    case 'varchar':
    case 'name':
    case 'enum':
      return 'text';
    case 'bpchar':
      return 'blankpadded';
    case 'bytea':
    case 'uuid':
      return 'bytes';
    case 'bool':
    case 'numeric':
    case 'interval':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return kind;
    default:
      return undefined;
  }
}

/** Whether `=` between the two types is equality of keys. */
export function haveKeys(a: SqlType, b: SqlType): boolean {
  const family = keyFamily(a.kind);
  return family !== undefined && family === keyFamily(b.kind);
}

export type Key = number | bigint | string | boolean;

/** Code of a value's key; it is not NULL. */
export function keyCode(emitter: Emitter, value: Value): string {
  switch (keyFamily(value.type.kind)) {
    case 'numeric':
      if (value.form === 'decimal') return `${emitter.hoist(decimalKey)}(${value.code}, ${value.scale})`;
      return `${emitter.hoist(numericKey)}(${asNatural(emitter, value)})`;
    case 'blankpadded':
      return `${emitter.hoist(withoutBlanks)}(${asForm(emitter, value, 'string')})`;
    case 'bytes':
      return `${emitter.hoist(latin1)}(${asForm(emitter, value, 'bytes')})`;
    case 'interval':
      return `${emitter.hoist(intervalSpan as (value: Interval) => Int64)}(${asNatural(emitter, value)})`;
    default:
      return asNatural(emitter, value);
  }
}

const decimalKey = (unscaled: Int64, scale: number): Key =>
  typeof unscaled === 'number'
    ? smallDecimalKey(unscaled, scale)
    : numericKey({ kind: 'finite', unscaled, scale } satisfies Numeric);

/** Without trailing zeros, as numericKey gives them. */
function smallDecimalKey(unscaled: number, scale: number): Key {
  while (scale > 0 && unscaled % 10 === 0) {
    unscaled /= 10;
    scale--;
  }
  return scale === 0 ? unscaled : `${unscaled}e${scale}`;
}
