/** Binary-format writers (PostgreSQL's send functions) per layout and kind. Lengths and integers are big-endian. */
import type { Column } from '../../core/batch.ts';
import { readInt64 } from '../../core/int64.ts';
import { decimalToBinary } from '../../core/numeric-binary.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Output } from './output.ts';
import { BytesCopy } from './text-writers.ts';
import type { ColumnOf, ValueWriter } from './value-writer.ts';

class BoolBinary implements ValueWriter {
  readonly bound = 1;
  private values: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'bool'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    output.bytes[at] = this.values[row]!;
    return at + 1;
  }
}

class Int16Binary implements ValueWriter {
  readonly bound = 2;
  private values: Int32Array = new Int32Array(0);
  bind(column: ColumnOf<'int32'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    output.view.setInt16(at, this.values[row]!);
    return at + 2;
  }
}

class Int32Binary implements ValueWriter {
  readonly bound = 4;
  private values: Int32Array = new Int32Array(0);
  bind(column: ColumnOf<'int32'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    output.view.setInt32(at, this.values[row]!);
    return at + 4;
  }
}

class Int64Binary implements ValueWriter {
  readonly bound = 8;
  private words: Int32Array = new Int32Array(0);
  bind(column: ColumnOf<'int64'>): void {
    this.words = column.words;
  }
  write(output: Output, row: number, at: number): number {
    output.view.setInt32(at, this.words[row * 2 + 1]!);
    output.view.setInt32(at + 4, this.words[row * 2]!);
    return at + 8;
  }
}

class Float32Binary implements ValueWriter {
  readonly bound = 4;
  private values: Float64Array = new Float64Array(0);
  bind(column: ColumnOf<'float64'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    output.view.setFloat32(at, this.values[row]!);
    return at + 4;
  }
}

class Float64Binary implements ValueWriter {
  readonly bound = 8;
  private values: Float64Array = new Float64Array(0);
  bind(column: ColumnOf<'float64'>): void {
    this.values = column.values;
  }
  write(output: Output, row: number, at: number): number {
    output.view.setFloat64(at, this.values[row]!);
    return at + 8;
  }
}

class UuidBinary implements ValueWriter {
  readonly bound = 16;
  private data: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'fixed16'>): void {
    this.data = column.data;
  }
  write(output: Output, row: number, at: number): number {
    const { bytes } = output;
    for (let i = 0, from = row * 16; i < 16; i++) bytes[at + i] = this.data[from + i]!;
    return at + 16;
  }
}

/** Little-endian µs, days, months turned round part by part. */
class IntervalBinary implements ValueWriter {
  readonly bound = 16;
  private data: Uint8Array = new Uint8Array(0);
  bind(column: ColumnOf<'fixed16'>): void {
    this.data = column.data;
  }
  write(output: Output, row: number, at: number): number {
    const { bytes } = output;
    const from = row * 16;
    for (let i = 0; i < 8; i++) bytes[at + i] = this.data[from + 7 - i]!;
    for (let i = 0; i < 4; i++) {
      bytes[at + 8 + i] = this.data[from + 11 - i]!;
      bytes[at + 12 + i] = this.data[from + 15 - i]!;
    }
    return at + 16;
  }
}

/** jsonb: a version byte before the text. */
class JsonbBinary implements ValueWriter {
  readonly bound = 0;
  private readonly text = new BytesCopy();
  bind(column: ColumnOf<'bytes'>): void {
    this.text.bind(column);
  }
  write(output: Output, row: number, at: number): number {
    output.reserve(at, 1);
    output.bytes[at] = 1;
    return this.text.write(output, row, at + 1);
  }
}

/** Base-10000 digits of a fixed-point number, in doubles while whole and fractional part are exact there. */
class DecimalBinary implements ValueWriter {
  readonly bound = 0;
  private words: Int32Array = new Int32Array(0);
  private values: BigInt64Array = new BigInt64Array(0);
  private scale = 0;
  private unit = 1;
  /** 10^(what the scale lacks to whole groups of four digits) */
  private padding = 1;
  private readonly groups = new Uint16Array(8);
  bind(column: ColumnOf<'decimal'>): void {
    this.words = column.words;
    this.values = column.values;
    this.scale = column.scale;
    this.unit = 10 ** column.scale;
    this.padding = 10 ** ((4 - (column.scale & 3)) & 3);
  }
  write(output: Output, row: number, at: number): number {
    const { scale, groups } = this;
    const value = readInt64(this.words, this.values, row);
    if (typeof value !== 'number' || scale > 12) {
      const binary = decimalToBinary(BigInt(value), scale);
      output.reserve(at, binary.length);
      output.bytes.set(binary, at);
      return at + binary.length;
    }
    output.reserve(at, 32);
    const size = Math.abs(value);
    // From the last group to the first, fraction then whole part.
    const whole = Math.floor(size / this.unit);
    const fractionGroups = (scale + 3) >> 2;
    let first = 8;
    let rest = (size - whole * this.unit) * this.padding;
    for (let i = 0; i < fractionGroups; i++) {
      const quotient = Math.floor(rest / 10_000);
      groups[--first] = rest - quotient * 10_000;
      rest = quotient;
    }
    for (rest = whole; rest > 0;) {
      const quotient = Math.floor(rest / 10_000);
      groups[--first] = rest - quotient * 10_000;
      rest = quotient;
    }
    let last = 8;
    while (last > first && groups[last - 1] === 0) last--;
    const top = first;
    while (first < last && groups[first] === 0) first++;
    const { view } = output;
    view.setInt16(at, last - first);
    view.setInt16(at + 2, last === first ? 0 : 8 - top - fractionGroups - 1 - (first - top));
    view.setUint16(at + 4, value < 0 ? 0x4000 : 0);
    view.setUint16(at + 6, scale);
    let end = at + 8;
    for (; first < last; first++, end += 2) view.setUint16(end, groups[first]!);
    return end;
  }
}

/** "char", oid, xid, cid, xid8 and text-like types, whose binary form follows from the text we carry. */
class OpaqueIntegerBinary implements ValueWriter {
  readonly bound = 8;
  private readonly bytesWide: 4 | 8;
  private column: ColumnOf<'bytes'> | null = null;
  constructor(bytesWide: 4 | 8) {
    this.bytesWide = bytesWide;
  }
  bind(column: ColumnOf<'bytes'>): void {
    this.column = column;
  }
  write(output: Output, row: number, at: number): number {
    const { data, offsets } = this.column!;
    let value = 0n;
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) value = value * 10n + BigInt(data[i]! - 48);
    if (this.bytesWide === 4) output.view.setUint32(at, Number(value));
    else output.view.setBigUint64(at, value);
    return at + this.bytesWide;
  }
}

const OPAQUE_UNSIGNED_32 = new Set([26, 28, 29]);
const OPAQUE_UNSIGNED_64 = new Set([5069]);
/** unknown, xml, refcursor, void, cstring: the text itself. */
const OPAQUE_TEXT = new Set([705, 142, 1790, 2278, 2275]);

function createOpaqueWriter(type: SqlType): ValueWriter {
  if (OPAQUE_UNSIGNED_32.has(type.oid)) return new OpaqueIntegerBinary(4);
  if (OPAQUE_UNSIGNED_64.has(type.oid)) return new OpaqueIntegerBinary(8);
  if (OPAQUE_TEXT.has(type.oid)) return new BytesCopy();
  throw featureNotSupported(`binary output of type ${type.name}`, {
    hint: 'Ask for this column in text format, or cast it to text.',
  });
}

/** 0A000 for a type whose binary form we cannot make. */
export function createBinaryWriter(type: SqlType, layout: Column['layout']): ValueWriter {
  switch (type.kind) {
    case 'bool':
      return new BoolBinary();
    case 'int2':
      return new Int16Binary();
    case 'int4':
    case 'date':
      return new Int32Binary();
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return new Int64Binary();
    case 'float4':
      return new Float32Binary();
    case 'float8':
      return new Float64Binary();
    case 'numeric':
      return layout === 'decimal' ? new DecimalBinary() : new BytesCopy();
    case 'uuid':
      return new UuidBinary();
    case 'interval':
      return new IntervalBinary();
    case 'jsonb':
      return new JsonbBinary();
    case 'opaque':
      return createOpaqueWriter(type);
    case 'array':
      requireBinaryForm(type);
      return new BytesCopy();
    case 'composite':
      requireBinaryForm(type);
      return new BytesCopy();
    default:
      return new BytesCopy();
  }
}

/** Of what is carried as text only, PostgreSQL's binary form is not known. */
function requireBinaryForm(type: SqlType): void {
  if (type.element) requireBinaryForm(type.element);
  for (const field of type.fields ?? []) requireBinaryForm(field.type);
  if (type.kind === 'opaque' && !OPAQUE_TEXT.has(type.oid)) throw featureNotSupported(`binary output of type ${type.name}`);
}
