/**
 * DECIMAL of every width and DuckDB's big integers → numeric columns: fixed-point when all values of a batch fit 64 bits,
 * PostgreSQL's binary format otherwise. The scale is the DECIMAL's: the planner pushes nothing whose values would have
 * another display scale.
 */
import { DuckDBVector } from '@duckdb/node-api';
import { assert } from '../../core/assert.ts';
import type { Column } from '../../core/batch.ts';
import { BytesBuilder, NumericBuilder } from '../../core/column-builder.ts';
import type { Numeric } from '../../core/datum.ts';
import { decimalToBinary, numericToBinary } from '../../core/numeric-binary.ts';
import { parseNumeric } from '../../core/numeric-text.ts';
import { ColumnReader, vectorWords } from './column-reader.ts';
import { vectorData } from './raw-vector.ts';
import type { RawVector } from './raw-vector.ts';

export type NumericSource = 'int16' | 'int32' | 'int64' | 'int128' | 'uint128' | 'bignum';

export class NumericReader extends ColumnReader {
  private readonly from: NumericSource;
  private readonly scale: number;
  private readonly infinityAt: bigint | undefined;
  private words = new Int32Array(0);
  /** By row: values beyond 64 bits, and infinities. */
  private wide = new Map<number, Numeric>();

  /** `infinityAt`: ± this stands for ± infinity. */
  constructor(from: NumericSource, scale: number, infinityAt?: bigint) {
    super();
    this.from = from;
    this.scale = scale;
    this.infinityAt = infinityAt;
  }

  protected grow(capacity: number): void {
    const larger = new Int32Array(capacity * 2);
    larger.set(this.words);
    this.words = larger;
  }

  protected read(vector: RawVector, rows: number, validity: Uint8Array | null): void {
    const { words, length } = this;
    switch (this.from) {
      case 'int16': {
        const bytes = vectorData(vector, rows * 2);
        widen(new Int16Array(bytes.buffer, bytes.byteOffset, rows), words, length, rows);
        break;
      }
      case 'int32':
        widen(vectorWords(vector, rows), words, length, rows);
        break;
      case 'int64':
        words.set(vectorWords(vector, rows * 2), length * 2);
        break;
      case 'int128':
      case 'uint128':
        this.narrow(vectorWords(vector, rows * 4), rows, validity);
        break;
      case 'bignum':
        this.readBigNumbers(vector, rows);
        break;
    }
    if (this.infinityAt !== undefined) this.markInfinities(rows, validity);
  }

  private narrow(source: Int32Array, rows: number, validity: Uint8Array | null): void {
    const { words, length, from } = this;
    for (let row = 0; row < rows; row++) {
      const low = source[row * 4]!;
      const high = source[row * 4 + 1]!;
      words[(length + row) * 2] = low;
      words[(length + row) * 2 + 1] = high;
      const sign = high >> 31;
      if (source[row * 4 + 2] === sign && source[row * 4 + 3] === sign && !(from === 'uint128' && sign < 0)) continue;
      if (validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) continue;
      const lower = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
      const upper = (BigInt(source[row * 4 + 3]!) << 32n) | BigInt(source[row * 4 + 2]! >>> 0);
      const value = (upper << 64n) | lower;
      this.wide.set(length + row, finite(from === 'uint128' ? BigInt.asUintN(128, value) : value, this.scale));
    }
  }

  private readBigNumbers(vector: RawVector, rows: number): void {
    const values = DuckDBVector.create(vector, rows);
    for (let row = 0; row < rows; row++) {
      const value = values.getItem(row);
      if (value === null) continue;
      assert(typeof value === 'bigint', 'a BIGNUM is read as a bigint');
      const fits = BigInt.asIntN(64, value) === value;
      if (fits) {
        this.words[(this.length + row) * 2] = Number(BigInt.asIntN(32, value));
        this.words[(this.length + row) * 2 + 1] = Number(value >> 32n);
      } else this.wide.set(this.length + row, finite(value, 0));
    }
  }

  private markInfinities(rows: number, validity: Uint8Array | null): void {
    const values = new BigInt64Array(this.words.buffer as ArrayBuffer);
    for (let row = 0; row < rows; row++) {
      if (validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) continue;
      const value = values[this.length + row]!;
      if (value === this.infinityAt) this.wide.set(this.length + row, { kind: 'infinity' });
      else if (value === -this.infinityAt!) this.wide.set(this.length + row, { kind: '-infinity' });
    }
  }

  protected take(length: number, valid: Uint8Array | null): Column {
    const { words, wide, scale } = this;
    const values = new BigInt64Array(words.buffer as ArrayBuffer, 0, length);
    this.words = new Int32Array(0);
    this.wide = new Map();
    if (wide.size === 0) return { layout: 'decimal', length, valid, scale, values, words: words.subarray(0, length * 2) };
    const builder = new BytesBuilder();
    for (let row = 0; row < length; row++) {
      const special = wide.get(row);
      const isNull = valid !== null && ((valid[row >> 3]! >> (row & 7)) & 1) === 0;
      if (isNull) builder.appendNull();
      else {
        const bytes = special ? numericToBinary(special) : decimalToBinary(values[row]!, scale);
        builder.appendBytes(bytes, 0, bytes.length);
      }
    }
    return builder.finish();
  }
}

/** A numeric that was written as text, digit by digit as it is to be shown. */
export class NumericTextReader extends ColumnReader {
  private readonly builder = new NumericBuilder();
  protected grow(): void {
    // The builder grows by itself.
  }
  protected read(vector: RawVector, rows: number): void {
    const values = DuckDBVector.create(vector, rows);
    for (let row = 0; row < rows; row++) {
      const text = values.getItem(row) as string | null;
      this.builder.appendDatum(text === null ? null : written(text));
    }
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    return { ...this.builder.finish(), length, valid };
  }
}

/** Digits that a number holds exactly. */
const NUMBER_DIGITS = 15;

/** A numeric as PostgreSQL writes it. */
function written(text: string): Numeric {
  if (text.length > NUMBER_DIGITS) return parseNumeric(text);
  const point = text.indexOf('.');
  const unscaled = Number(point < 0 ? text : text.slice(0, point) + text.slice(point + 1));
  return Number.isFinite(unscaled) ? finite(BigInt(unscaled), point < 0 ? 0 : text.length - point - 1) : parseNumeric(text);
}

const finite = (unscaled: bigint, scale: number): Numeric => ({ kind: 'finite', unscaled, scale });

function widen(source: Int16Array | Int32Array, words: Int32Array, start: number, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const value = source[row]!;
    words[(start + row) * 2] = value;
    words[(start + row) * 2 + 1] = value >> 31;
  }
}
