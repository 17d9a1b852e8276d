/**
 * Results as Apache Arrow, for programs that take columns: our layouts are Arrow's but for booleans, the epoch and numeric.
 * What Arrow's type cannot hold for a value of the column (numerics of more than 38 digits or NaN, arrays of several
 * dimensions) makes the whole column text; infinite dates and times have no counterpart and are refused.
 */
import * as arrow from 'apache-arrow';
import type { Batch, Column } from './batch.ts';
import { isNull } from './batch.ts';
import { columnFromDatums, concatBatches, emptyBatch, readDatum } from './column.ts';
import type { Datum, Interval, Numeric, PgArray } from './datum.ts';
import {
  DATE_INFINITY,
  DATE_MINUS_INFINITY,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  UNIX_TO_PG_DAYS,
  UNIX_TO_PG_MICROS,
} from './datum.ts';
import { isInfiniteInterval } from './interval.ts';
import { INT64_MAX } from './int64.ts';
import { bitmapBytes } from './layout.ts';
import { rescale } from './numeric.ts';
import { featureNotSupported } from './sql-error.ts';
import type { SqlType } from './sql-type.ts';
import { sqlType } from './sql-type.ts';
import { formatDatum } from './text-format.ts';

export interface ArrowField {
  readonly name: string;
  readonly type: SqlType;
}

/** One record batch with all rows of the batches. 0A000 for infinite dates, times and intervals. */
export function arrowTable(fields: readonly ArrowField[], batches: readonly Batch[]): arrow.Table {
  const batch = batches.length === 0 ? emptyBatch(fields.map((field) => field.type)) : concatBatches(batches);
  const children = fields.map((field, i) => arrowData(batch.columns[i]!, field.type));
  const schema = new arrow.Schema(fields.map((field, i) => arrow.Field.new(field.name, children[i]!.type, true)));
  const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length: batch.length, nullCount: 0, children });
  return new arrow.Table(schema, new arrow.RecordBatch(schema, data));
}

/** The same as Arrow's IPC stream. */
export const arrowIpcStream = (fields: readonly ArrowField[], batch: Batch): Uint8Array =>
  arrow.tableToIPC(arrowTable(fields, [batch]), 'stream');

function arrowData(column: Column, type: SqlType): arrow.Data {
  const base = { length: column.length, ...nulls(column) };
  switch (column.layout) {
    case 'bool':
      return arrow.makeData({ ...base, type: new arrow.Bool(), data: toBits(column.values) });
    case 'int32':
      if (type.kind === 'int2') return arrow.makeData({ ...base, type: new arrow.Int16(), data: Int16Array.from(column.values) });
      if (type.kind === 'int4') return arrow.makeData({ ...base, type: new arrow.Int32(), data: column.values });
      return arrow.makeData({ ...base, type: new arrow.DateDay(), data: unixDays(column) });
    case 'int64':
      if (type.kind === 'int8') return arrow.makeData({ ...base, type: new arrow.Int64(), data: column.values });
      if (type.kind === 'time') return arrow.makeData({ ...base, type: new arrow.TimeMicrosecond(), data: column.values });
      return arrow.makeData({
        ...base,
        type: new arrow.TimestampMicrosecond(type.kind === 'timestamptz' ? 'UTC' : null),
        data: unixMicros(column),
      });
    case 'float64':
      if (type.kind === 'float4')
        return arrow.makeData({ ...base, type: new arrow.Float32(), data: Float32Array.from(column.values) });
      return arrow.makeData({ ...base, type: new arrow.Float64(), data: column.values });
    case 'decimal':
      return numericData(column, type);
    case 'fixed16':
      if (type.kind === 'interval') return intervalData(column, type);
      return arrow.makeData({ ...base, type: new arrow.FixedSizeBinary(16), data: column.data });
    case 'bytes':
      if (type.kind === 'numeric') return numericData(column, type);
      if (type.kind === 'array') return arrayData(column, type);
      if (type.kind === 'composite') return textData(datumsOf(column, type), type);
      return bytesData(column, type.kind === 'bytea' ? new arrow.Binary() : new arrow.Utf8());
  }
}

function nulls(column: Column): { nullCount: number; nullBitmap?: Uint8Array } {
  if (column.valid === null) return { nullCount: 0 };
  let nullCount = 0;
  for (let row = 0; row < column.length; row++) if (isNull(column, row)) nullCount++;
  return { nullCount, nullBitmap: column.valid };
}

function toBits(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(values.length));
  for (let i = 0; i < values.length; i++) bits[i >> 3]! |= values[i]! << (i & 7);
  return bits;
}

function bytesData(column: Extract<Column, { layout: 'bytes' }>, type: arrow.Utf8 | arrow.Binary): arrow.Data {
  const start = column.offsets[0]!;
  const valueOffsets = start === 0 ? column.offsets : column.offsets.map((offset) => offset - start);
  const data = column.data.subarray(start, column.offsets[column.length]);
  const base = { length: column.length, ...nulls(column), valueOffsets, data };
  return type instanceof arrow.Utf8 ? arrow.makeData({ ...base, type }) : arrow.makeData({ ...base, type });
}

function unixDays(column: Extract<Column, { layout: 'int32' }>): Int32Array {
  return column.values.map((days, row) => {
    if (isNull(column, row)) return 0;
    if (days === DATE_INFINITY || days === DATE_MINUS_INFINITY) throw featureNotSupported('an infinite date in Arrow format');
    return days + UNIX_TO_PG_DAYS;
  });
}

function unixMicros(column: Extract<Column, { layout: 'int64' }>): BigInt64Array {
  const shift = BigInt(UNIX_TO_PG_MICROS);
  return column.values.map((micros, row) => {
    if (isNull(column, row)) return 0n;
    if (micros === TIMESTAMP_INFINITY || micros === TIMESTAMP_MINUS_INFINITY) {
      throw featureNotSupported('an infinite timestamp in Arrow format');
    }
    if (micros > INT64_MAX - shift) throw featureNotSupported('a timestamp after the year 294246 in Arrow format');
    return micros + shift;
  });
}

/** Decimal128 of the largest scale that occurs, when every value fits. */
function numericData(column: Column, type: SqlType): arrow.Data {
  const values = datumsOf(column, type) as (Numeric | null)[];
  let scale = 0;
  for (const value of values) {
    if (value !== null && value.kind === 'finite') scale = Math.max(scale, value.scale);
    else if (value !== null) return textData(values, type);
  }
  const limit = 10n ** 38n;
  const unscaled = values.map((v) => (v?.kind === 'finite' ? rescale(v.unscaled, v.scale, scale) : 0n));
  if (scale > 38 || unscaled.some((v) => v >= limit || v <= -limit)) return textData(values, type);
  const words = new BigInt64Array(unscaled.length * 2);
  for (const [i, value] of unscaled.entries()) {
    words[i * 2] = BigInt.asIntN(64, value);
    words[i * 2 + 1] = value >> 64n;
  }
  const data = new Uint32Array(words.buffer);
  return arrow.makeData({ type: new arrow.Decimal(scale, 38), length: column.length, ...nulls(column), data });
}

function intervalData(column: Column, type: SqlType): arrow.Data {
  const data = new Int32Array(column.length * 4);
  const nanos = new BigInt64Array(data.buffer);
  for (const [row, value] of (datumsOf(column, type) as (Interval | null)[]).entries()) {
    if (value === null) continue;
    const nanosOfValue = BigInt(value.micros) * 1000n;
    if (isInfiniteInterval(value) || nanosOfValue !== BigInt.asIntN(64, nanosOfValue)) {
      throw featureNotSupported('an infinite interval or one of more than 292 years of time in Arrow format');
    }
    data[row * 4] = value.months;
    data[row * 4 + 1] = value.days;
    nanos[row * 2 + 1] = nanosOfValue;
  }
  return arrow.makeData({ type: new arrow.IntervalMonthDayNano(), length: column.length, ...nulls(column), data });
}

/** A list while every array has one dimension starting at 1. */
function arrayData(column: Column, type: SqlType): arrow.Data {
  const values = datumsOf(column, type) as (PgArray | null)[];
  if (values.some((v) => v !== null && (v.dims.length > 1 || v.lowerBounds.some((bound) => bound !== 1)))) {
    return textData(values, type);
  }
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [i, value] of values.entries()) valueOffsets[i + 1] = valueOffsets[i]! + (value?.elements.length ?? 0);
  const element = type.element!;
  const child = arrowData(
    columnFromDatums(
      element,
      values.flatMap((value) => value?.elements ?? []),
    ),
    element,
  );
  const list = new arrow.List(arrow.Field.new('item', child.type, true));
  return arrow.makeData({ type: list, length: column.length, ...nulls(column), valueOffsets, child });
}

const textSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
} as const;

function textData(values: readonly Datum[], type: SqlType): arrow.Data {
  const text = columnFromDatums(
    sqlType('text'),
    values.map((value) => (value === null ? null : formatDatum(type, value, textSettings))),
  );
  return arrowData(text, sqlType('text'));
}

const datumsOf = (column: Column, type: SqlType): Datum[] =>
  Array.from({ length: column.length }, (_, row) => readDatum(column, type, row));
