/**
 * A value inside a generated loop: which JavaScript representation it has, the code that reads it, and the code that says
 * whether it is NULL. Known while the loop is being written, gone when it runs.
 *
 * | form     | kinds                                | in the loop                                                        |
 * |----------|--------------------------------------|--------------------------------------------------------------------|
 * | bool     | bool                                 | boolean; false under a NULL, so that a test needs no NULL check    |
 * | int      | int2 int4 date                       | number                                                             |
 * | int64    | int8 time timestamp timestamptz      | Int64                                                              |
 * | float    | float4 float8                        | number                                                             |
 * | decimal  | numeric of a scale known beforehand  | unscaled integer: number while safe, else bigint of any size        |
 * | numeric  | numeric otherwise                    | Numeric                                                            |
 * | string   | text and what is carried as text     | string                                                             |
 * | bytes    | bytea uuid                           | Uint8Array                                                         |
 * | interval | interval                             | Interval                                                           |
 * | array    | array, composite                     | PgArray, PgRow                                                     |
 * | span     | text …, bytea, uuid, array, numeric  | data[from, to): the bytes a column holds, not decoded              |
 */
import type { Datum } from '../../core/datum.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';

export type PlainForm = 'bool' | 'int' | 'int64' | 'float' | 'numeric' | 'string' | 'bytes' | 'interval' | 'array';

interface ValueBase {
  readonly type: SqlType;
  /** null: never NULL; 'true': always; else the name of a boolean. */
  readonly isNull: string | null;
  /** Set when the value is the same for every row. */
  readonly constant?: Datum;
}
export interface PlainValue extends ValueBase {
  readonly form: PlainForm;
  readonly code: string;
}
export interface DecimalValue extends ValueBase {
  readonly form: 'decimal';
  readonly scale: number;
  readonly code: string;
}
export interface SpanValue extends ValueBase {
  readonly form: 'span';
  readonly data: string;
  readonly from: string;
  readonly to: string;
}
export type Value = PlainValue | DecimalValue | SpanValue;

/** The form results of a kind are computed in when nothing better is known. */
export function formOf(kind: TypeKind): PlainForm {
  switch (kind) {
    case 'bool':
      return 'bool';
    case 'int2':
    case 'int4':
    case 'date':
      return 'int';
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'int64';
    case 'float4':
    case 'float8':
      return 'float';
    case 'numeric':
      return 'numeric';
    case 'bytea':
    case 'uuid':
      return 'bytes';
    case 'interval':
      return 'interval';
    case 'array':
    case 'composite':
      return 'array';
    default:
      return 'string';
  }
}
