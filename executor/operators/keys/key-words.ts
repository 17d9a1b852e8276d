/**
 * Key columns as canonical 32-bit words, a fixed number per kind, so that SQL equality of two values is equality of their
 * words: numeric loses its display scale, -0 becomes 0, every NaN is one, an interval is its length, text is its number in
 * a dictionary that belongs to the table. NULLs are marked in `nulls`; their words are zero.
 */
import { assert, unreachable } from '../../../core/assert.ts';
import type { BytesColumn, Column, DecimalColumn } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { jsonbKey } from '../../../core/jsonb-key.ts';
import { numericFromBinary } from '../../../core/numeric-binary.ts';
import { blanksFrom } from '../../expression/compare.ts';
import { ByteDictionary } from './byte-dictionary.ts';
import { intervalLength, stripZeros } from './canonical-value.ts';
import { canonicalArray, isArrayKind } from './array-key.ts';
import { canonicalRow } from './row-key.ts';
import type { KeyKind } from './key-types.ts';

/** Third word of numerics that are not unscaled × 10^-scale within 64 bits. */
const NUMERIC_LONG = 0x7fff_ffff;
const NUMERIC_SPECIAL = 0x7fff_fffe;

export function wordsOf(kind: KeyKind): number {
  switch (kind) {
    case 'int32':
    case 'bytes':
    case 'bpchar':
    case 'jsonb':
    case 'array':
    case 'array of float':
    case 'array of numeric':
    case 'array of bpchar':
    case 'array of jsonb':
    case 'array of interval':
    case 'array of row':
    case 'row':
      return 1;
    case 'int64':
    case 'float':
      return 2;
    case 'numeric':
      return 3;
    case 'uuid':
    case 'interval':
      return 4;
    default:
      return unreachable(kind);
  }
}

/** Writes one key column into words[row * stride + offset …]. One per key column of a table: it holds the dictionary. */
export class KeyWordWriter {
  readonly words: number;
  readonly #kind: KeyKind;
  readonly #dictionary: ByteDictionary | null;
  readonly #float = new Float64Array(1);
  readonly #floatWords = new Int32Array(this.#float.buffer);

  constructor(kind: KeyKind) {
    this.#kind = kind;
    this.words = wordsOf(kind);
    this.#dictionary =
      this.words === 1 && kind !== 'int32' ? new ByteDictionary() : kind === 'numeric' ? new ByteDictionary() : null;
  }

  get bytes(): number {
    return this.#dictionary === null ? 0 : this.#dictionary.bytes;
  }

  /** Set when a key is nothing but its number in the dictionary. */
  get dictionary(): ByteDictionary | null {
    return this.words === 1 ? this.#dictionary : null;
  }

  /** Text that is not in the dictionary is added to it, or, when `absent` is given, marked there: a key nobody has. */
  write(column: Column, words: Int32Array, stride: number, offset: number, nulls: Uint8Array, absent: Uint8Array | null): void {
    markNulls(column, nulls);
    switch (this.#kind) {
      case 'int32':
        return writeInt32(column, words, stride, offset, nulls);
      case 'int64':
        return writeInt64(column, words, stride, offset, nulls);
      case 'float':
        return this.#writeFloat(column, words, stride, offset, nulls);
      case 'numeric':
        if (column.layout === 'decimal') return writeDecimal(column, words, stride, offset, nulls);
        return this.#writeNumeric(column, words, stride, offset, nulls, absent);
      case 'bytes':
      case 'bpchar':
      case 'jsonb':
      case 'array':
      case 'array of float':
      case 'array of numeric':
      case 'array of bpchar':
      case 'array of jsonb':
      case 'array of interval':
      case 'array of row':
      case 'row':
        return this.#writeBytes(column, words, stride, offset, nulls, absent);
      case 'uuid':
        return writeUuid(column, words, stride, offset, nulls);
      case 'interval':
        return writeInterval(column, words, stride, offset, nulls);
      default:
        return unreachable(this.#kind);
    }
  }

  #writeFloat(column: Column, words: Int32Array, stride: number, offset: number, nulls: Uint8Array): void {
    assert(column.layout === 'float64', 'float key');
    const { values, length } = column;
    for (let i = 0, at = offset; i < length; i++, at += stride) {
      const value = values[i]!;
      this.#float[0] = nulls[i] !== 0 || value === 0 ? 0 : value === value ? value : Number.NaN;
      words[at] = this.#floatWords[0]!;
      words[at + 1] = this.#floatWords[1]!;
    }
  }

  #writeBytes(
    column: Column,
    words: Int32Array,
    stride: number,
    offset: number,
    nulls: Uint8Array,
    absent: Uint8Array | null,
  ): void {
    assert(column.layout === 'bytes', 'bytes key');
    const dictionary = this.#dictionary!;
    const kind = this.#kind;
    if (kind === 'bytes' || kind === 'bpchar' || (kind === 'jsonb' && !holdsDecimals(column))) {
      const ends = kind === 'bpchar' ? trimmedEnds(column) : null;
      dictionary.lookUpColumn(column, ends, nulls, absent, words, stride, offset);
      return;
    }
    for (let i = 0, at = offset; i < column.length; i++, at += stride) {
      words[at] = 0;
      if (nulls[i] !== 0) continue;
      const bytes = canonicalBytes(kind, column.data, column.offsets[i]!, column.offsets[i + 1]!);
      words[at] = lookUp(dictionary, bytes, 0, bytes.length, absent, i);
    }
  }

  #writeNumeric(
    column: Column,
    words: Int32Array,
    stride: number,
    offset: number,
    nulls: Uint8Array,
    absent: Uint8Array | null,
  ): void {
    assert(column.layout === 'bytes', 'numeric key');
    for (let i = 0, at = offset; i < column.length; i++, at += stride) {
      words[at] = words[at + 1] = words[at + 2] = 0;
      if (nulls[i] !== 0) continue;
      const value = numericFromBinary(column.data, column.offsets[i]!, column.offsets[i + 1]!);
      if (value.kind !== 'finite') {
        words[at] = value.kind === 'nan' ? 1 : value.kind === 'infinity' ? 2 : 3;
        words[at + 2] = NUMERIC_SPECIAL;
        continue;
      }
      const [unscaled, scale] = stripZeros(value.unscaled, value.scale);
      if (BigInt.asIntN(64, unscaled) === unscaled) {
        words[at] = Number(BigInt.asIntN(32, unscaled));
        words[at + 1] = Number(BigInt.asIntN(32, unscaled >> 32n));
        words[at + 2] = scale;
      } else {
        const key = Buffer.from(`${unscaled.toString(36)}/${scale}`, 'latin1');
        words[at] = lookUp(this.#dictionary!, key, 0, key.length, absent, i);
        words[at + 2] = NUMERIC_LONG;
      }
    }
  }
}

const POINT = 46;

/** Whether some jsonb value may be written with other zeros. */
const holdsDecimals = ({ data, offsets, length }: BytesColumn): boolean =>
  data.subarray(offsets[0], offsets[length]).includes(POINT);

function canonicalBytes(kind: KeyKind, data: Uint8Array, from: number, to: number): Uint8Array {
  if (isArrayKind(kind)) return canonicalArray(kind, data, from, to);
  if (kind === 'row') return Buffer.from(canonicalRow(data, from), 'latin1');
  assert(kind === 'jsonb', `${kind} key`);
  return Buffer.from(jsonbKey(Buffer.from(data.buffer, data.byteOffset + from, to - from).toString('latin1')), 'latin1');
}

function trimmedEnds(column: BytesColumn): Int32Array {
  const ends = new Int32Array(column.length);
  for (let i = 0; i < column.length; i++) ends[i] = blanksFrom(column.data, column.offsets[i]!, column.offsets[i + 1]!);
  return ends;
}

function lookUp(
  dictionary: ByteDictionary,
  data: Uint8Array,
  from: number,
  to: number,
  absent: Uint8Array | null,
  row: number,
): number {
  if (absent === null) return dictionary.insert(data, from, to);
  const id = dictionary.find(data, from, to);
  if (id < 0) absent[row] = 1;
  return id;
}

function markNulls(column: Column, nulls: Uint8Array): void {
  if (column.valid === null) nulls.fill(0, 0, column.length);
  else for (let i = 0; i < column.length; i++) nulls[i] = isNull(column, i) ? 1 : 0;
}

function writeInt32(column: Column, words: Int32Array, stride: number, offset: number, nulls: Uint8Array): void {
  assert(column.layout === 'int32' || column.layout === 'bool', 'int32 key');
  const values = column.values;
  for (let i = 0, at = offset; i < column.length; i++, at += stride) words[at] = nulls[i] !== 0 ? 0 : values[i]!;
}

function writeInt64(column: Column, words: Int32Array, stride: number, offset: number, nulls: Uint8Array): void {
  if (column.layout === 'int32') {
    for (let i = 0, at = offset; i < column.length; i++, at += stride) {
      const value = nulls[i] !== 0 ? 0 : column.values[i]!;
      words[at] = value;
      words[at + 1] = value >> 31;
    }
    return;
  }
  assert(column.layout === 'int64', 'int64 key');
  const source = column.words;
  for (let i = 0, at = offset; i < column.length; i++, at += stride) {
    const isNullRow = nulls[i] !== 0;
    words[at] = isNullRow ? 0 : source[2 * i]!;
    words[at + 1] = isNullRow ? 0 : source[2 * i + 1]!;
  }
}

function writeDecimal(column: DecimalColumn, words: Int32Array, stride: number, offset: number, nulls: Uint8Array): void {
  const source = column.words;
  for (let i = 0, at = offset; i < column.length; i++, at += stride) {
    let low = 0;
    let high = 0;
    let scale = 0;
    if (nulls[i] === 0) {
      low = source[2 * i]!;
      high = source[2 * i + 1]!;
      if (high === low >> 31) {
        if (low !== 0) {
          scale = column.scale;
          let rest = (low / 10) | 0;
          while (rest * 10 === low) {
            low = rest;
            scale--;
            rest = (low / 10) | 0;
          }
          high = low >> 31;
        }
      } else {
        const [unscaled, stripped] = stripZeros(column.values[i]!, column.scale);
        low = Number(BigInt.asIntN(32, unscaled));
        high = Number(BigInt.asIntN(32, unscaled >> 32n));
        scale = stripped;
      }
    }
    words[at] = low;
    words[at + 1] = high;
    words[at + 2] = scale;
  }
}

function writeUuid(column: Column, words: Int32Array, stride: number, offset: number, nulls: Uint8Array): void {
  assert(column.layout === 'fixed16', 'uuid key');
  const { data } = column;
  for (let i = 0, at = offset; i < column.length; i++, at += stride) {
    for (let w = 0, b = 16 * i; w < 4; w++, b += 4) {
      words[at + w] = nulls[i] !== 0 ? 0 : data[b]! | (data[b + 1]! << 8) | (data[b + 2]! << 16) | (data[b + 3]! << 24);
    }
  }
}

/** PostgreSQL compares intervals by length, a month being 30 days and a day 24 hours (timestamp.c, interval_cmp_value). */
function writeInterval(column: Column, words: Int32Array, stride: number, offset: number, nulls: Uint8Array): void {
  assert(column.layout === 'fixed16', 'interval key');
  const view = new DataView(column.data.buffer, column.data.byteOffset, column.data.byteLength);
  for (let i = 0, at = offset; i < column.length; i++, at += stride) {
    words[at] = words[at + 1] = words[at + 2] = words[at + 3] = 0;
    if (nulls[i] !== 0) continue;
    const length = intervalLength(view, 16 * i);
    for (let w = 0; w < 4; w++) words[at + w] = Number(BigInt.asIntN(32, length >> BigInt(32 * w)));
  }
}
