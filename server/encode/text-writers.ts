/**
 * Text-format writers per layout and kind. Common values go digit by digit; what is rare (infinities, BC, other
 * DateStyles, intervals, arrays, integers beyond 2^53) goes through core/text-format, so both always agree.
 */
import type { Column } from '../../core/batch.ts';
import { copyBytes } from '../../core/column-builder.ts';
import { readDatum } from '../../core/column.ts';
import { MICROS_PER_DAY, MICROS_PER_SECOND, splitTimestamp } from '../../core/calendar.ts';
import type { Datum, Int64 } from '../../core/datum.ts';
import { UNIX_TO_PG_DAYS } from '../../core/datum.ts';
import { formatFloat32, formatFloat64 } from '../../core/float-text.ts';
import { readInt64 } from '../../core/int64.ts';
import { decimalToBinary } from '../../core/numeric-binary.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { formatWith } from '../../core/text-format.ts';
import type { TextContext } from '../../core/text-format.ts';
import { DateDigits } from './date-digits.ts';
import { writeAscii, writeHex, writeInteger, writePadded, writePaddedLong, writePair, writeUnsigned } from './digits.ts';
import { writeNumericText } from './numeric-text-writer.ts';
import type { Output } from './output.ts';
import type { ColumnOf, ValueWriter } from './value-writer.ts';

class BoolText implements ValueWriter {
  readonly bound = 1;
  private values: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'bool'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    output.bytes[at] = this.values[row] === 0 ? 0x66 : 0x74;
    return at + 1;
  }
}

class Int32Text implements ValueWriter {
  readonly bound = 11;
  private values: Int32Array = new Int32Array(0);
  bind(column: ColumnOf<'int32'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    return writeInteger(output.bytes, at, this.values[row]!);
  }
}

class Int64Text implements ValueWriter {
  readonly bound = 20;
  private words: Int32Array = new Int32Array(0);
  private values: BigInt64Array = new BigInt64Array(0);
  bind(column: ColumnOf<'int64'>): void {
    this.words = column.words;
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    const value = readInt64(this.words, this.values, row);
    if (typeof value === 'number') return writeInteger(output.bytes, at, value);
    return writeAscii(output.bytes, at, String(value));
  }
}

/** Fixed point: whole part, point, fraction. */
class DecimalText implements ValueWriter {
  private words: Int32Array = new Int32Array(0);
  private values: BigInt64Array = new BigInt64Array(0);
  private scale = 0;
  private unit = 1;
  readonly bound = 0;
  bind(column: ColumnOf<'decimal'>): void {
    this.words = column.words;
    this.values = column.values;
    this.scale = column.scale;
    this.unit = 10 ** column.scale;
  }
  write(output: Output, row: number, at: number): number {
    const { scale } = this;
    output.reserve(at, 24 + scale);
    const { bytes } = output;
    const value = readInt64(this.words, this.values, row);
    if (typeof value !== 'number' || scale > 15) {
      const binary = decimalToBinary(BigInt(value), scale);
      return writeNumericText(bytes, at, binary, 0);
    }
    let end = at;
    let size = value;
    if (value < 0) {
      bytes[end++] = 0x2d;
      size = -value;
    }
    if (scale === 0) return writeUnsigned(bytes, end, size);
    const whole = Math.floor(size / this.unit);
    end = writeUnsigned(bytes, end, whole);
    bytes[end++] = 0x2e;
    return writePaddedLong(bytes, end, size - whole * this.unit, scale);
  }
}

class NumericBytesText implements ValueWriter {
  readonly bound = 0;
  private offsets: Int32Array = new Int32Array(0);
  private data: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'bytes'>): void {
    this.offsets = column.offsets;
    this.data = column.data;
  }
  write(output: Output, row: number, at: number): number {
    const from = this.offsets[row]!;
    const weight = ((this.data[from + 2]! << 24) >> 16) | this.data[from + 3]!;
    const scale = (this.data[from + 6]! << 8) | this.data[from + 7]!;
    output.reserve(at, Math.max(weight + 1, 1) * 4 + scale + 16);
    return writeNumericText(output.bytes, at, this.data, from);
  }
}

/**
 * Shortest round-trip. A decimal of at most 15 digits that divides back to the value is its shortest form: found for the
 * small scales data mostly has without any printing algorithm.
 */
class Float64Text implements ValueWriter {
  readonly bound = 32;
  private readonly extraFloatDigits: number;
  private values: Float64Array = new Float64Array(0);
  constructor(extraFloatDigits: number) {
    this.extraFloatDigits = extraFloatDigits;
  }
  bind(column: ColumnOf<'float64'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    const value = this.values[row]!;
    const size = Math.abs(value);
    if (this.extraFloatDigits > 0 && size < 1e14 && size >= 1e-4) {
      const { bytes } = output;
      for (let scale = 0, unit = 1; scale <= 6; scale++, unit *= 10) {
        const scaled = Math.round(size * unit);
        if (scaled >= 1e15) break;
        if (scaled / unit !== size) continue;
        let end = at;
        if (value < 0) bytes[end++] = 0x2d;
        const whole = Math.floor(scaled / unit);
        end = writeUnsigned(bytes, end, whole);
        if (scale === 0) return end;
        bytes[end++] = 0x2e;
        return writePadded(bytes, end, scaled - whole * unit, scale);
      }
    }
    return writeAscii(output.bytes, at, formatFloat64(value, this.extraFloatDigits));
  }
}

class Float32Text implements ValueWriter {
  readonly bound = 32;
  private readonly extraFloatDigits: number;
  private values: Float64Array = new Float64Array(0);
  constructor(extraFloatDigits: number) {
    this.extraFloatDigits = extraFloatDigits;
  }
  bind(column: ColumnOf<'float64'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    return writeAscii(output.bytes, at, formatFloat32(this.values[row]!, this.extraFloatDigits));
  }
}

/** UTF-8 as it is: text kinds in both formats, json, enums, opaque types; bytea in binary. */
export class BytesCopy implements ValueWriter {
  readonly bound = 0;
  private offsets: Int32Array = new Int32Array(0);
  private data: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'bytes'>): void {
    this.offsets = column.offsets;
    this.data = column.data;
  }
  write(output: Output, row: number, at: number): number {
    const from = this.offsets[row]!;
    const length = this.offsets[row + 1]! - from;
    output.reserve(at, length);
    copyBytes(this.data, from, output.bytes, at, length);
    return at + length;
  }
}

class ByteaHexText implements ValueWriter {
  readonly bound = 0;
  private offsets: Int32Array = new Int32Array(0);
  private data: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'bytes'>): void {
    this.offsets = column.offsets;
    this.data = column.data;
  }
  write(output: Output, row: number, at: number): number {
    const from = this.offsets[row]!;
    const to = this.offsets[row + 1]!;
    output.reserve(at, (to - from) * 2 + 2);
    output.bytes[at] = 0x5c;
    output.bytes[at + 1] = 0x78;
    return writeHex(output.bytes, at + 2, this.data, from, to);
  }
}

class UuidText implements ValueWriter {
  readonly bound = 36;
  private data: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'fixed16'>): void {
    this.data = column.data;
  }
  write(output: Output, row: number, at: number): number {
    const { bytes } = output;
    const from = row * 16;
    let end = writeHex(bytes, at, this.data, from, from + 4);
    for (const [start, stop] of uuidGroups) {
      bytes[end++] = 0x2d;
      end = writeHex(bytes, end, this.data, from + start, from + stop);
    }
    return end;
  }
}
const uuidGroups = [
  [4, 6],
  [6, 8],
  [8, 10],
  [10, 16],
] as const;

/** Through the formatted string: for what is rare. */
class FormattedText implements ValueWriter {
  readonly bound = 0;
  private readonly type: SqlType;
  private readonly context: TextContext;
  private column: Column | null = null;
  constructor(type: SqlType, context: TextContext) {
    this.type = type;
    this.context = context;
  }
  bind(column: Column): void {
    this.column = column;
  }
  write(output: Output, row: number, at: number): number {
    const text = formatWith(this.type, readDatum(this.column!, this.type, row)!, this.context);
    output.reserve(at, text.length * 3);
    return at + utf8.encodeInto(text, output.bytes.subarray(at)).written;
  }
}
const utf8 = new TextEncoder();

class DateIsoText implements ValueWriter {
  readonly bound = 32;
  private readonly digits = new DateDigits();
  private readonly type: SqlType;
  private readonly context: TextContext;
  private values: Int32Array = new Int32Array(0);
  constructor(type: SqlType, context: TextContext) {
    this.type = type;
    this.context = context;
  }
  bind(column: ColumnOf<'int32'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    const days = this.values[row]!;
    if (this.digits.covers(days)) return this.digits.write(output.bytes, at, days);
    return writeAscii(output.bytes, at, formatWith(this.type, days, this.context));
  }
}

function writeTime(bytes: Uint8Array, at: number, micros: number): number {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  let end = writePair(bytes, at, hours);
  bytes[end++] = 0x3a;
  end = writePair(bytes, end, minutes - hours * 60);
  bytes[end++] = 0x3a;
  end = writePair(bytes, end, seconds - minutes * 60);
  const fraction = micros - seconds * MICROS_PER_SECOND;
  if (fraction === 0) return end;
  bytes[end] = 0x2e;
  end = writePadded(bytes, end + 1, fraction, 6);
  while (bytes[end - 1] === 0x30) end--;
  return end;
}

class TimeText implements ValueWriter {
  readonly bound = 15;
  private words: Int32Array = new Int32Array(0);
  private values: BigInt64Array = new BigInt64Array(0);
  bind(column: ColumnOf<'int64'>): void {
    this.words = column.words;
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    return writeTime(output.bytes, at, Number(readInt64(this.words, this.values, row)));
  }
}

/** ISO style; with `withZone` in the session's zone and with its offset. */
class TimestampIsoText implements ValueWriter {
  readonly bound = 64;
  private readonly digits = new DateDigits();
  private readonly type: SqlType;
  private readonly context: TextContext;
  private readonly withZone: boolean;
  private words: Int32Array = new Int32Array(0);
  private values: BigInt64Array = new BigInt64Array(0);
  constructor(type: SqlType, context: TextContext) {
    this.type = type;
    this.context = context;
    this.withZone = type.kind === 'timestamptz';
  }
  bind(column: ColumnOf<'int64'>): void {
    this.words = column.words;
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    const timestamp = readInt64(this.words, this.values, row);
    return typeof timestamp === 'number' ? this.writeMoment(output, at, timestamp) : this.writeRare(output, at, timestamp);
  }
  private writeMoment(output: Output, at: number, timestamp: number): number {
    let { days, micros } = splitTimestamp(timestamp);
    let offset = 0;
    if (this.withZone) {
      offset = this.context.zone.offsetAt((days + UNIX_TO_PG_DAYS) * 86_400 + Math.floor(micros / MICROS_PER_SECOND));
      micros += offset * MICROS_PER_SECOND;
      if (micros < 0) {
        days--;
        micros += MICROS_PER_DAY;
      } else if (micros >= MICROS_PER_DAY) {
        days++;
        micros -= MICROS_PER_DAY;
      }
    }
    // Safe integers span the years 1714 to 2285, so the year always has four digits.
    const { bytes } = output;
    let end = this.digits.write(bytes, at, days);
    bytes[end++] = 0x20;
    end = writeTime(bytes, end, micros);
    return this.withZone ? writeOffset(bytes, end, offset) : end;
  }
  private writeRare(output: Output, at: number, timestamp: Int64): number {
    return writeAscii(output.bytes, at, formatWith(this.type, timestamp as Datum & {}, this.context));
  }
}

function writeOffset(bytes: Uint8Array, at: number, offset: number): number {
  const size = Math.abs(offset);
  const minutes = (size / 60) | 0;
  const hours = (minutes / 60) | 0;
  bytes[at] = offset < 0 ? 0x2d : 0x2b;
  let end = writePair(bytes, at + 1, hours);
  if (size === hours * 3600) return end;
  bytes[end] = 0x3a;
  end = writePair(bytes, end + 1, minutes - hours * 60);
  if (size === minutes * 60) return end;
  bytes[end] = 0x3a;
  return writePair(bytes, end + 1, size - minutes * 60);
}

/** `layout` decides between numeric's two. */
export function createTextWriter(type: SqlType, layout: Column['layout'], context: TextContext): ValueWriter {
  const iso = context.dates.style === 'ISO';
  switch (type.kind) {
    case 'bool':
      return new BoolText();
    case 'int2':
    case 'int4':
      return new Int32Text();
    case 'int8':
      return new Int64Text();
    case 'float4':
      return new Float32Text(context.extraFloatDigits);
    case 'float8':
      return new Float64Text(context.extraFloatDigits);
    case 'numeric':
      return layout === 'decimal' ? new DecimalText() : new NumericBytesText();
    case 'bytea':
      return context.byteaOutput === 'hex' ? new ByteaHexText() : new FormattedText(type, context);
    case 'uuid':
      return new UuidText();
    case 'date':
      return iso ? new DateIsoText(type, context) : new FormattedText(type, context);
    case 'time':
      return new TimeText();
    case 'timestamp':
    case 'timestamptz':
      return iso ? new TimestampIsoText(type, context) : new FormattedText(type, context);
    case 'interval':
    case 'array':
    case 'composite':
      return new FormattedText(type, context);
    default:
      return new BytesCopy();
  }
}
