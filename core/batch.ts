/**
 * Rows in columns. Arrow's memory layout (validity bitmap, values, offsets), PostgreSQL's values (its epoch, its µs), so
 * that a column goes from a source's bytes to the client's socket without a per-row object. Batches are immutable once
 * handed on. Departures from Arrow, both for speed: booleans take one byte; dates and times count from 2000-01-01.
 *
 * | layout  | kinds                                          | a value                                                   |
 * |---------|------------------------------------------------|-----------------------------------------------------------|
 * | bool    | bool                                           | byte 0 or 1                                               |
 * | int32   | int2 int4 date                                 |                                                           |
 * | int64   | int8 time timestamp timestamptz                |                                                           |
 * | float64 | float4 (rounded to single) float8              |                                                           |
 * | decimal | numeric, when all of the batch are finite, share one display scale, and fit | value × 10^scale              |
 * | bytes   | text varchar bpchar name json jsonb enum opaque| UTF-8                                                     |
 * |         | bytea                                          | the bytes                                                 |
 * |         | numeric otherwise                              | PostgreSQL's binary send format of numeric                |
 * |         | array                                          | PostgreSQL's binary send format of arrays (catalog's element OID) |
 * |         | composite                                      | PostgreSQL's binary send format of rows (catalog's field OIDs)    |
 * | fixed16 | uuid                                           | 16 bytes                                                  |
 * |         | interval                                       | int64 µs, int32 days, int32 months, little-endian         |
 *
 * So numeric has two layouts and a reader must handle both, batch by batch. The bytes under a NULL are unspecified
 * (but offsets are always valid and monotone).
 */

interface ColumnBase {
  readonly length: number;
  /** Arrow validity bitmap, least significant bit first, 1 = not NULL; null when no value is NULL. */
  readonly valid: Uint8Array | null;
}
export interface BoolColumn extends ColumnBase {
  readonly layout: 'bool';
  readonly values: Uint8Array;
}
export interface Int32Column extends ColumnBase {
  readonly layout: 'int32';
  readonly values: Int32Array;
}
export interface Int64Column extends ColumnBase {
  readonly layout: 'int64';
  readonly values: BigInt64Array;
  /** The same memory as 32-bit words, low word first: reads that avoid a BigInt. */
  readonly words: Int32Array;
}
export interface Float64Column extends ColumnBase {
  readonly layout: 'float64';
  readonly values: Float64Array;
}
export interface DecimalColumn extends ColumnBase {
  readonly layout: 'decimal';
  readonly scale: number;
  readonly values: BigInt64Array;
  readonly words: Int32Array;
}
export interface BytesColumn extends ColumnBase {
  readonly layout: 'bytes';
  /** length + 1 entries; value i is data[offsets[i] … offsets[i+1]). */
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}
export interface Fixed16Column extends ColumnBase {
  readonly layout: 'fixed16';
  /** 16 × length bytes. */
  readonly data: Uint8Array;
}
export type Column = BoolColumn | Int32Column | Int64Column | Float64Column | DecimalColumn | BytesColumn | Fixed16Column;
export type Layout = Column['layout'];

export interface Batch {
  readonly length: number;
  readonly columns: readonly Column[];
}

/** What operators aim at; sources may send smaller ones. Never above 65,535. */
export const BATCH_ROWS = 16_384;

export const isNull = (column: Column, row: number): boolean =>
  column.valid !== null && ((column.valid[row >> 3]! >> (row & 7)) & 1) === 0;

/**
 * A stream of batches, pulled. The consumer calls next() until it answers null, or close() to give up early; close() is
 * idempotent, must be called on every path by who opened the stream, ends everything behind it (source streams included)
 * and waits for that. next() is never called again before the last one settled. After next() rejected, only close() may
 * follow. A batch belongs to the receiver once returned: the producer must not write into it again.
 */
export interface BatchStream {
  next(): Promise<Batch | null>;
  close(): Promise<void>;
}
