/**
 * Columns grown value by value, where their length is not known beforehand: rows that arrive from a source, results of
 * kernels, constants. `finish()` hands over what was collected and starts anew; memory is never shared with the column.
 */
import type {
  BoolColumn,
  BytesColumn,
  Column,
  DecimalColumn,
  Fixed16Column,
  Float64Column,
  Int32Column,
  Int64Column,
} from './batch.ts';
import { encodeBinary } from './binary-format.ts';
import type { Datum, Int64, Interval, Numeric } from './datum.ts';
import { writeInt64 } from './int64.ts';
import { bitmapBytes, layoutOf, setBits } from './layout.ts';
import { decimalToBinary, numericToBinary, scaleOfBinary, unscaledFromBinary } from './numeric-binary.ts';
import { programLimitExceeded } from './sql-error.ts';
import type { SqlType } from './sql-type.ts';

export interface ColumnBuilder {
  readonly length: number;
  appendNull(): void;
  appendDatum(datum: Datum): void;
  finish(): Column;
}

const INITIAL_ROWS = 256;
/** Offsets are 32-bit signed. */
const DATA_BYTES_MAX = 0x7fffffff;

/** Length, capacity and validity: common to all builders. The bitmap exists from the first NULL on. */
abstract class BuilderBase implements ColumnBuilder {
  length = 0;
  protected capacity = INITIAL_ROWS;
  private bits: Uint8Array | null = null;

  protected abstract grow(capacity: number): void;
  abstract appendDatum(datum: Datum): void;
  abstract finish(): Column;

  /** Makes room for one more row and answers its index, counted as valid. */
  protected next(): number {
    const row = this.length;
    if (row === this.capacity) {
      this.capacity *= 2;
      this.grow(this.capacity);
      if (this.bits !== null) this.bits = enlarged(this.bits, bitmapBytes(this.capacity));
    }
    if (this.bits !== null) this.bits[row >> 3]! |= 1 << (row & 7);
    this.length = row + 1;
    return row;
  }

  /** The row's value bytes stay as they are: unspecified. */
  appendNull(): void {
    const row = this.next();
    if (this.bits === null) {
      this.bits = new Uint8Array(bitmapBytes(this.capacity));
      setBits(this.bits, 0, row);
    } else {
      this.bits[row >> 3]! &= ~(1 << (row & 7));
    }
  }

  protected takeValid(): Uint8Array | null {
    const bits = this.bits;
    this.bits = null;
    return bits === null ? null : bits.slice(0, bitmapBytes(this.length));
  }

  protected takeLength(): number {
    const length = this.length;
    this.length = 0;
    return length;
  }
}

function enlarged(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}

export class BoolBuilder extends BuilderBase {
  private values = new Uint8Array(INITIAL_ROWS);
  protected override grow(capacity: number): void {
    this.values = enlarged(this.values, capacity);
  }
  append(value: boolean): void {
    const row = this.next();
    this.values[row] = value ? 1 : 0;
  }
  override appendDatum(datum: Datum): void {
    if (datum === null) this.appendNull();
    else this.append(datum as boolean);
  }
  override finish(): BoolColumn {
    const valid = this.takeValid();
    const length = this.takeLength();
    return { layout: 'bool', length, valid, values: this.values.slice(0, length) };
  }
}

export class Int32Builder extends BuilderBase {
  private values = new Int32Array(INITIAL_ROWS);
  protected override grow(capacity: number): void {
    const larger = new Int32Array(capacity);
    larger.set(this.values);
    this.values = larger;
  }
  append(value: number): void {
    const row = this.next();
    this.values[row] = value;
  }
  override appendDatum(datum: Datum): void {
    if (datum === null) this.appendNull();
    else this.append(datum as number);
  }
  override finish(): Int32Column {
    const valid = this.takeValid();
    const length = this.takeLength();
    return { layout: 'int32', length, valid, values: this.values.slice(0, length) };
  }
}

export class Float64Builder extends BuilderBase {
  private values = new Float64Array(INITIAL_ROWS);
  protected override grow(capacity: number): void {
    const larger = new Float64Array(capacity);
    larger.set(this.values);
    this.values = larger;
  }
  append(value: number): void {
    const row = this.next();
    this.values[row] = value;
  }
  override appendDatum(datum: Datum): void {
    if (datum === null) this.appendNull();
    else this.append(datum as number);
  }
  override finish(): Float64Column {
    const valid = this.takeValid();
    const length = this.takeLength();
    return { layout: 'float64', length, valid, values: this.values.slice(0, length) };
  }
}

export class Int64Builder extends BuilderBase {
  private values = new BigInt64Array(INITIAL_ROWS);
  private words = new Int32Array(this.values.buffer);
  protected override grow(capacity: number): void {
    const larger = new BigInt64Array(capacity);
    larger.set(this.values);
    this.values = larger;
    this.words = new Int32Array(larger.buffer);
  }
  append(value: Int64): void {
    const row = this.next();
    writeInt64(this.words, this.values, row, value);
  }
  appendWords(low: number, high: number): void {
    const row = this.next();
    this.words[row * 2] = low;
    this.words[row * 2 + 1] = high;
  }
  override appendDatum(datum: Datum): void {
    if (datum === null) this.appendNull();
    else this.append(datum as Int64);
  }
  override finish(): Int64Column {
    const valid = this.takeValid();
    const length = this.takeLength();
    const values = this.values.slice(0, length);
    return { layout: 'int64', length, valid, values, words: new Int32Array(values.buffer) };
  }
  /** What was collected, as fixed-point decimals of one scale. */
  finishDecimal(scale: number): DecimalColumn {
    return { ...this.finish(), layout: 'decimal', scale };
  }
}

export class Fixed16Builder extends BuilderBase {
  private data = new Uint8Array(INITIAL_ROWS * 16);
  private view = new DataView(this.data.buffer);
  protected override grow(capacity: number): void {
    this.data = enlarged(this.data, capacity * 16);
    this.view = new DataView(this.data.buffer);
  }
  appendBytes(source: Uint8Array, from: number): void {
    const at = this.next() * 16;
    for (let i = 0; i < 16; i++) this.data[at + i] = source[from + i]!;
  }
  appendInterval(value: Interval): void {
    const at = this.next() * 16;
    this.view.setBigInt64(at, BigInt(value.micros), true);
    this.view.setInt32(at + 8, value.days, true);
    this.view.setInt32(at + 12, value.months, true);
  }
  override appendDatum(datum: Datum): void {
    if (datum === null) this.appendNull();
    else if (datum instanceof Uint8Array) this.appendBytes(datum, 0);
    else this.appendInterval(datum as Interval);
  }
  override finish(): Fixed16Column {
    const valid = this.takeValid();
    const length = this.takeLength();
    return { layout: 'fixed16', length, valid, data: this.data.slice(0, length * 16) };
  }
}

const utf8 = new TextEncoder();

/** Strings and bytes; `type` says how appendDatum encodes what is neither (arrays, numerics). */
export class BytesBuilder extends BuilderBase {
  private readonly type: SqlType | undefined;
  private offsets = new Int32Array(INITIAL_ROWS + 1);
  private data = new Uint8Array(INITIAL_ROWS * 16);
  private used = 0;
  constructor(type?: SqlType) {
    super();
    this.type = type;
  }
  protected override grow(capacity: number): void {
    const larger = new Int32Array(capacity + 1);
    larger.set(this.offsets);
    this.offsets = larger;
  }
  private reserve(bytes: number): void {
    const needed = this.used + bytes;
    if (needed <= this.data.length) return;
    if (needed > DATA_BYTES_MAX) throw programLimitExceeded('a column of one batch exceeds 2 GB');
    const larger = new Uint8Array(Math.min(DATA_BYTES_MAX, Math.max(needed, this.data.length * 2)));
    larger.set(this.data.subarray(0, this.used));
    this.data = larger;
  }
  override appendNull(): void {
    super.appendNull();
    this.offsets[this.length] = this.used;
  }
  /** source[from, to) */
  appendBytes(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.reserve(length);
    copyBytes(source, from, this.data, this.used, length);
    this.used += length;
    const row = this.next();
    this.offsets[row + 1] = this.used;
  }
  appendString(text: string): void {
    this.reserve(text.length * 3);
    this.used += utf8.encodeInto(text, this.data.subarray(this.used)).written;
    const row = this.next();
    this.offsets[row + 1] = this.used;
  }
  override appendDatum(datum: Datum): void {
    if (datum === null) this.appendNull();
    else if (typeof datum === 'string') this.appendString(datum);
    else {
      const bytes = datum instanceof Uint8Array ? datum : encodeBinary(this.type!, datum);
      this.appendBytes(bytes, 0, bytes.length);
    }
  }
  override finish(): BytesColumn {
    const valid = this.takeValid();
    const length = this.takeLength();
    const column: BytesColumn = {
      layout: 'bytes',
      length,
      valid,
      offsets: this.offsets.slice(0, length + 1),
      data: this.data.slice(0, this.used),
    };
    this.used = 0;
    return column;
  }
}

/** Copies byte by byte below the length where a view and a native copy pay. */
export function copyBytes(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  if (length < 48) for (let i = 0; i < length; i++) target[to + i] = source[from + i]!;
  else target.set(source.subarray(from, from + length), to);
}

/** Starts as `decimal` and falls to `bytes` at the first value of another scale, special or beyond 64 bits. */
export class NumericBuilder implements ColumnBuilder {
  private decimals = new Int64Builder();
  private scale: number | undefined;
  private fallen: BytesBuilder | null = null;

  get length(): number {
    return this.fallen === null ? this.decimals.length : this.fallen.length;
  }
  appendNull(): void {
    (this.fallen ?? this.decimals).appendNull();
  }
  /** unscaled × 10^-scale */
  appendDecimal(unscaled: Int64, scale: number): void {
    if (this.takes(scale)) this.decimals.append(unscaled);
    else this.appendWritten(decimalToBinary(BigInt(unscaled), scale));
  }
  append(value: Numeric): void {
    if (value.kind === 'finite' && value.unscaled === BigInt.asIntN(64, value.unscaled) && this.takes(value.scale)) {
      this.decimals.append(value.unscaled);
    } else {
      this.appendWritten(numericToBinary(value));
    }
  }
  /** The numeric in PostgreSQL's binary format at source[from, to). */
  appendBinary(source: Uint8Array, from: number, to: number): void {
    if (this.fallen === null) {
      const unscaled = unscaledFromBinary(source, from, to);
      if (unscaled !== undefined && this.takes(scaleOfBinary(source, from))) {
        this.decimals.append(unscaled);
        return;
      }
    }
    this.fall().appendBytes(source, from, to);
  }
  appendDatum(datum: Datum): void {
    if (datum === null) this.appendNull();
    else this.append(datum as Numeric);
  }
  finish(): Column {
    const column = this.fallen === null ? this.decimals.finishDecimal(this.scale ?? 0) : this.fallen.finish();
    this.scale = undefined;
    this.fallen = null;
    return column;
  }

  private takes(scale: number): boolean {
    if (this.fallen !== null) return false;
    this.scale ??= scale;
    return this.scale === scale;
  }
  private appendWritten(bytes: Uint8Array): void {
    this.fall().appendBytes(bytes, 0, bytes.length);
  }
  private fall(): BytesBuilder {
    if (this.fallen === null) {
      this.fallen = new BytesBuilder();
      appendDecimals(this.fallen, this.decimals.finishDecimal(this.scale ?? 0));
    }
    return this.fallen;
  }
}

/** Appends a decimal column to a builder of numerics in the `bytes` layout. */
function appendDecimals(builder: BytesBuilder, column: DecimalColumn): void {
  for (let row = 0; row < column.length; row++) {
    if (column.valid !== null && ((column.valid[row >> 3]! >> (row & 7)) & 1) === 0) {
      builder.appendNull();
    } else {
      const bytes = decimalToBinary(column.values[row]!, column.scale);
      builder.appendBytes(bytes, 0, bytes.length);
    }
  }
}

/** A decimal column in numeric's other layout. */
export function decimalToBytes(column: DecimalColumn): BytesColumn {
  const builder = new BytesBuilder();
  appendDecimals(builder, column);
  return builder.finish();
}

export function createColumnBuilder(type: SqlType): ColumnBuilder {
  switch (layoutOf(type.kind)) {
    case 'bool':
      return new BoolBuilder();
    case 'int32':
      return new Int32Builder();
    case 'int64':
      return new Int64Builder();
    case 'float64':
      return new Float64Builder();
    case 'decimal':
      return new NumericBuilder();
    case 'bytes':
      return new BytesBuilder(type);
    case 'fixed16':
      return new Fixed16Builder();
  }
}
