/**
 * One SQL value as a JavaScript value: constants, parameters, rows at the edges. Hot loops work on columns (batch.ts).
 *
 * | kind                                  | value                                                              |
 * |---------------------------------------|--------------------------------------------------------------------|
 * | bool                                  | boolean                                                            |
 * | int2 int4 float4 float8               | number                                                             |
 * | int8 time timestamp timestamptz       | Int64                                                              |
 * | date                                  | number, days since 2000-01-01                                      |
 * | numeric                               | Numeric                                                            |
 * | text varchar bpchar name json jsonb enum opaque | string (bpchar with its blanks; jsonb in PostgreSQL's text) |
 * | bytea uuid                            | Uint8Array (uuid: 16 bytes)                                        |
 * | interval                              | Interval                                                           |
 * | array                                 | PgArray                                                            |
 * | composite                             | PgRow                                                              |
 *
 * Times are PostgreSQL's: µs since midnight / since 2000-01-01 00:00 (UTC for timestamptz), ±infinity are the extremes.
 */

/** Canonical: a number when it is a safe integer, a bigint otherwise. So `===` and `<` are exact and the common case is fast. */
export type Int64 = number | bigint;

/** An exact decimal: unscaled × 10^-scale, or a special value. `scale` is the display scale ("dscale"), ≥ 0. */
export type Numeric =
  | { readonly kind: 'finite'; readonly unscaled: bigint; readonly scale: number }
  | { readonly kind: 'nan' }
  | { readonly kind: 'infinity' }
  | { readonly kind: '-infinity' };

export interface Interval {
  readonly months: number;
  readonly days: number;
  readonly micros: Int64;
}

export interface PgArray {
  /** Length of each dimension, outermost first; empty array: []. */
  readonly dims: readonly number[];
  readonly lowerBounds: readonly number[];
  /** Row-major. */
  readonly elements: readonly Datum[];
}

/** A row value: one value per field of its type. */
export interface PgRow {
  readonly values: readonly Datum[];
}

export type Datum = null | boolean | number | bigint | string | Uint8Array | Numeric | Interval | PgArray | PgRow;

/** Days and µs of ±infinity, as PostgreSQL stores them. */
export const DATE_INFINITY = 0x7fffffff;
export const DATE_MINUS_INFINITY = -0x80000000;
export const TIMESTAMP_INFINITY = 0x7fffffffffffffffn;
export const TIMESTAMP_MINUS_INFINITY = -0x8000000000000000n;
/** Days from 1970-01-01 to 2000-01-01: what Arrow and DuckDB count from. */
export const UNIX_TO_PG_DAYS = 10957;
export const UNIX_TO_PG_MICROS = 946_684_800_000_000;

export const int64 = (value: bigint): Int64 =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
