/**
 * One result column: chunks of DuckDB's vectors are appended, a column of a batch comes out. Values change their epoch and
 * their infinities here, nothing else: the writer has cast every output to a type that reads as the wanted one exactly.
 * Readers own what they collect; `finish` hands it over and starts anew.
 */
import type { Column } from '../../core/batch.ts';
import { DATE_END, DATE_MIN, TIMESTAMP_MIN } from '../../core/calendar.ts';
import {
  DATE_INFINITY,
  DATE_MINUS_INFINITY,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  UNIX_TO_PG_DAYS,
  UNIX_TO_PG_MICROS,
} from '../../core/datum.ts';
import { bitmapBytes, copyBits, setBits, sliceBitmap } from '../../core/layout.ts';
import { datetimeOutOfRange, sqlError } from '../../core/sql-error.ts';
import { vectorData, vectorValidity } from './raw-vector.ts';
import type { RawVector } from './raw-vector.ts';
import { readStrings } from './read-strings.ts';

export abstract class ColumnReader {
  protected length = 0;
  protected capacity = 0;
  private bits: Uint8Array | null = null;
  /** The next batch will be about as long as the last. */
  private expected = 0;

  /** Makes room for `capacity` rows in all, keeping what is there. */
  protected abstract grow(capacity: number): void;
  protected abstract read(vector: RawVector, rows: number, validity: Uint8Array | null): void;
  protected abstract take(length: number, valid: Uint8Array | null): Column;

  append(vector: RawVector, rows: number): void {
    if (this.length + rows > this.capacity) {
      this.capacity = Math.max(this.length + rows, this.capacity * 2, this.expected);
      this.grow(this.capacity);
      if (this.bits !== null) this.bits = enlarged(this.bits, bitmapBytes(this.capacity));
    }
    const validity = vectorValidity(vector, rows);
    if (validity !== null && this.bits === null) {
      this.bits = new Uint8Array(bitmapBytes(this.capacity));
      setBits(this.bits, 0, this.length);
    }
    if (this.bits !== null) {
      if (validity === null) setBits(this.bits, this.length, rows);
      else copyBits(validity, 0, this.bits, this.length, rows);
    }
    this.read(vector, rows, validity);
    this.length += rows;
  }

  finish(): Column {
    const { length, bits } = this;
    const column = this.take(length, bits === null ? null : sliceBitmap(bits, 0, length));
    this.expected = length;
    this.length = 0;
    this.capacity = 0;
    this.bits = null;
    return column;
  }
}

export function enlarged(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}

/** The 32-bit words of a vector of fixed-size values. */
export function vectorWords(vector: RawVector, words: number): Int32Array {
  const bytes = vectorData(vector, words * 4);
  return new Int32Array(bytes.buffer, bytes.byteOffset, words);
}

export class BoolReader extends ColumnReader {
  private values = new Uint8Array(0);
  protected grow(capacity: number): void {
    this.values = enlarged(this.values, capacity);
  }
  protected read(vector: RawVector, rows: number): void {
    this.values.set(vectorData(vector, rows), this.length);
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    const values = this.values.subarray(0, length);
    this.values = new Uint8Array(0);
    return { layout: 'bool', length, valid, values };
  }
}

/** SMALLINT, INTEGER, DATE. */
export class Int32Reader extends ColumnReader {
  private readonly from: 'int16' | 'int32' | 'date';
  private values = new Int32Array(0);
  constructor(from: 'int16' | 'int32' | 'date') {
    super();
    this.from = from;
  }
  protected grow(capacity: number): void {
    const larger = new Int32Array(capacity);
    larger.set(this.values);
    this.values = larger;
  }
  protected read(vector: RawVector, rows: number, validity: Uint8Array | null): void {
    if (this.from === 'int16') {
      const bytes = vectorData(vector, rows * 2);
      this.values.set(new Int16Array(bytes.buffer, bytes.byteOffset, rows), this.length);
      return;
    }
    const words = vectorWords(vector, rows);
    if (this.from === 'int32') {
      this.values.set(words, this.length);
      return;
    }
    const { values, length } = this;
    for (let row = 0; row < rows; row++) {
      const days = words[row]! - UNIX_TO_PG_DAYS;
      values[length + row] = days >= DATE_MIN && days < DATE_END ? days : unusualDate(words[row]!, validity, row);
    }
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    const values = this.values.subarray(0, length);
    this.values = new Int32Array(0);
    return { layout: 'int32', length, valid, values };
  }
}

const isSet = (validity: Uint8Array | null, row: number): boolean =>
  validity === null || ((validity[row >> 3]! >> (row & 7)) & 1) === 1;

function unusualDate(days: number, validity: Uint8Array | null, row: number): number {
  if (days === 0x7fffffff) return DATE_INFINITY;
  if (days === -0x7fffffff) return DATE_MINUS_INFINITY;
  if (!isSet(validity, row)) return 0;
  throw datetimeOutOfRange('date');
}

/** BIGINT, TIME, TIMESTAMP, TIMESTAMPTZ. */
export class Int64Reader extends ColumnReader {
  private readonly from: 'int64' | 'timestamp';
  private words = new Int32Array(0);
  constructor(from: 'int64' | 'timestamp') {
    super();
    this.from = from;
  }
  protected grow(capacity: number): void {
    const larger = new Int32Array(capacity * 2);
    larger.set(this.words);
    this.words = larger;
  }
  protected read(vector: RawVector, rows: number, validity: Uint8Array | null): void {
    const source = vectorWords(vector, rows * 2);
    if (this.from === 'int64') this.words.set(source, this.length * 2);
    else toPostgresEpoch(source, this.words, this.length * 2, rows, validity);
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    const values = new BigInt64Array(this.words.buffer, 0, length);
    const words = this.words.subarray(0, length * 2);
    this.words = new Int32Array(0);
    return { layout: 'int64', length, valid, values, words };
  }
}

const TWO_32 = 4294967296;
const EPOCH_LOW = UNIX_TO_PG_MICROS % TWO_32;
const EPOCH_HIGH = Math.floor(UNIX_TO_PG_MICROS / TWO_32);
const TIMESTAMP_MIN_HIGH = Number(TIMESTAMP_MIN >> 32n);

function toPostgresEpoch(source: Int32Array, target: Int32Array, at: number, rows: number, validity: Uint8Array | null): void {
  for (let row = 0; row < rows; row++, at += 2) {
    const sourceLow = source[row * 2]!;
    const sourceHigh = source[row * 2 + 1]!;
    const low = (sourceLow >>> 0) - EPOCH_LOW;
    const high = sourceHigh - EPOCH_HIGH - (low < 0 ? 1 : 0);
    if (high > TIMESTAMP_MIN_HIGH && sourceHigh !== 0x7fffffff) {
      target[at] = low;
      target[at + 1] = high;
      continue;
    }
    const value = isSet(validity, row) ? unusualTimestamp((BigInt(sourceHigh) << 32n) | BigInt(sourceLow >>> 0)) : 0n;
    target[at] = Number(BigInt.asIntN(32, value));
    target[at + 1] = Number(value >> 32n);
  }
}

function unusualTimestamp(micros: bigint): bigint {
  if (micros === 0x7fffffffffffffffn) return TIMESTAMP_INFINITY;
  if (micros === -0x7fffffffffffffffn) return TIMESTAMP_MINUS_INFINITY;
  const value = micros - BigInt(UNIX_TO_PG_MICROS);
  if (value < TIMESTAMP_MIN) throw datetimeOutOfRange('timestamp');
  return value;
}

export class Float64Reader extends ColumnReader {
  private readonly from: 'float' | 'double';
  private values = new Float64Array(0);
  constructor(from: 'float' | 'double') {
    super();
    this.from = from;
  }
  protected grow(capacity: number): void {
    const larger = new Float64Array(capacity);
    larger.set(this.values);
    this.values = larger;
  }
  protected read(vector: RawVector, rows: number): void {
    const bytes = vectorData(vector, rows * (this.from === 'float' ? 4 : 8));
    const { buffer, byteOffset } = bytes;
    this.values.set(
      this.from === 'float' ? new Float32Array(buffer, byteOffset, rows) : new Float64Array(buffer, byteOffset, rows),
      this.length,
    );
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    const values = this.values.subarray(0, length);
    this.values = new Float64Array(0);
    return { layout: 'float64', length, valid, values };
  }
}

/** UUID (a 128-bit number with its top bit turned) and INTERVAL (months, days, µs). */
export class Fixed16Reader extends ColumnReader {
  private readonly from: 'uuid' | 'interval';
  private data = new Uint8Array(0);
  constructor(from: 'uuid' | 'interval') {
    super();
    this.from = from;
  }
  protected grow(capacity: number): void {
    this.data = enlarged(this.data, capacity * 16);
  }
  protected read(vector: RawVector, rows: number): void {
    if (this.from === 'interval') {
      const source = vectorWords(vector, rows * 4);
      const target = new Int32Array(this.data.buffer as ArrayBuffer, this.length * 16, rows * 4);
      for (let i = 0; i < rows * 4; i += 4) {
        target[i] = source[i + 2]!;
        target[i + 1] = source[i + 3]!;
        target[i + 2] = source[i + 1]!;
        target[i + 3] = source[i]!;
      }
      return;
    }
    const source = vectorData(vector, rows * 16);
    const { data } = this;
    let at = this.length * 16;
    for (let row = 0; row < rows; row++, at += 16) {
      for (let i = 0; i < 16; i++) data[at + i] = source[row * 16 + 15 - i]!;
      data[at]! ^= 0x80;
    }
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    const data = this.data.subarray(0, length * 16);
    this.data = new Uint8Array(0);
    return { layout: 'fixed16', length, valid, data };
  }
}

/** VARCHAR and BLOB. Text that PostgreSQL's text cannot hold (a NUL) is refused. */
export class StringReader extends ColumnReader {
  private readonly text: boolean;
  private readonly where: string;
  private readonly target = { offsets: new Int32Array(1), data: new Uint8Array(0), used: 0 };
  private expectedBytes = 0;
  /** `where`: source and column, for the error. */
  constructor(text: boolean, where: string) {
    super();
    this.text = text;
    this.where = where;
  }
  protected grow(capacity: number): void {
    const larger = new Int32Array(capacity + 1);
    larger.set(this.target.offsets.subarray(0, this.length + 1));
    this.target.offsets = larger;
    if (this.length === 0) this.target.data = new Uint8Array(this.expectedBytes);
  }
  protected read(vector: RawVector, rows: number, validity: Uint8Array | null): void {
    const from = this.target.used;
    readStrings(vector, rows, validity, this.length, this.target);
    if (this.text && indexOfNul(this.target.data, from, this.target.used) >= 0) {
      throw sqlError('22021', 'invalid byte sequence for encoding "UTF8": 0x00', { detail: this.where });
    }
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    const { offsets, data, used } = this.target;
    // A batch may live long: it does not keep much more memory than it needs.
    const tight = used * 2 < data.length ? data.slice(0, used) : data.subarray(0, used);
    this.target.offsets = new Int32Array(1);
    this.target.data = new Uint8Array(0);
    this.target.used = 0;
    this.expectedBytes = Math.ceil(used * 1.1);
    return { layout: 'bytes', length, valid, offsets: offsets.subarray(0, length + 1), data: tight };
  }
}

function indexOfNul(data: Uint8Array, from: number, to: number): number {
  return Buffer.from(data.buffer, data.byteOffset + from, to - from).indexOf(0);
}
