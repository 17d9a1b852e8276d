/** The types of random expressions. All of them can be compared, ordered and grouped. */
export const ORDERED_TYPES = [
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'uuid',
  'bytea',
  'int4[]',
  'text[]',
  'jsonb',
] as const;

export type SqlTypeName = (typeof ORDERED_TYPES)[number];
/** A type, or the tame part of it: small numbers, ordinary dates, so that arithmetic on it raises nothing. */
export type Want = SqlTypeName | `${SqlTypeName}~`;

export const baseType = (want: Want): SqlTypeName => want.replace('~', '') as SqlTypeName;
