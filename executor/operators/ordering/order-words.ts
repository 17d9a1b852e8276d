/**
 * Sort keys as unsigned 32-bit words whose order is the key's order, direction and NULL placement included. Numbers, dates,
 * uuids, enums are told whole; text and wide numerics by a prefix, and what follows is then settled by comparison.
 */
import { assert, unreachable } from '../../../core/assert.ts';
import type { BytesColumn, Column, Fixed16Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { blanksFrom } from '../../expression/compare.ts';
import { intervalLength } from '../keys/canonical-value.ts';

export interface KeyOrder {
  readonly type: SqlType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface OrderWords {
  /** Most significant first; words[w][row]. */
  readonly words: readonly Uint32Array[];
  /** Equal words mean equal values. */
  readonly exact: boolean;
}

const PREFIX_BYTES = 8;

export function orderWords(column: Column, order: KeyOrder): OrderWords {
  const { words, exact } = valueWords(column, order.type);
  if (order.descending) for (const word of words) for (let i = 0; i < word.length; i++) word[i] = ~word[i]!;
  if (column.valid === null) return { words, exact };
  const nulls = new Uint32Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const missing = isNull(column, i);
    nulls[i] = missing === order.nullsFirst ? 0 : 1;
    if (missing) for (const word of words) word[i] = 0;
  }
  return { words: [nulls, ...words], exact };
}

function valueWords(column: Column, type: SqlType): OrderWords {
  switch (column.layout) {
    case 'bool':
      return { words: [Uint32Array.from(column.values)], exact: true };
    case 'int32': {
      const word = new Uint32Array(column.length);
      for (let i = 0; i < word.length; i++) word[i] = column.values[i]! ^ 0x80000000;
      return { words: [word], exact: true };
    }
    case 'int64':
    case 'decimal': {
      const high = new Uint32Array(column.length);
      const low = new Uint32Array(column.length);
      for (let i = 0; i < column.length; i++) {
        low[i] = column.words[2 * i]!;
        high[i] = column.words[2 * i + 1]! ^ 0x80000000;
      }
      return { words: [high, low], exact: true };
    }
    case 'float64':
      return { words: floatWords(column.values, column.length), exact: true };
    case 'fixed16':
      return { words: type.kind === 'interval' ? intervalWords(column) : uuidWords(column), exact: true };
    case 'bytes':
      if (type.kind === 'array' || type.kind === 'composite') return { words: [], exact: false };
      if (type.kind === 'numeric') return { words: [numericWord(column)], exact: false };
      if (type.kind === 'enum') {
        const ordinal = enumOrdinals(type);
        const word = new Uint32Array(column.length);
        for (let i = 0; i < word.length; i++) if (!isNull(column, i)) word[i] = ordinal(column, i);
        return { words: [word], exact: true };
      }
      return textWords(column, type);
    default:
      return unreachable(column);
  }
}

/** IEEE bits are ordered but for the sign; -0 is 0; every NaN is the greatest. */
function floatWords(values: Float64Array, length: number): readonly Uint32Array[] {
  const high = new Uint32Array(length);
  const low = new Uint32Array(length);
  const one = new Float64Array(1);
  const bits = new Uint32Array(one.buffer);
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (value !== value) {
      high[i] = low[i] = 0xffffffff;
      continue;
    }
    one[0] = value === 0 ? 0 : value;
    const negative = bits[1]! >>> 31 === 1;
    high[i] = negative ? ~bits[1]! : bits[1]! ^ 0x80000000;
    low[i] = negative ? ~bits[0]! : bits[0]!;
  }
  return [high, low];
}

function uuidWords(column: Fixed16Column): readonly Uint32Array[] {
  const view = new DataView(column.data.buffer, column.data.byteOffset, column.data.byteLength);
  return [0, 4, 8, 12].map((offset) => {
    const word = new Uint32Array(column.length);
    for (let i = 0; i < word.length; i++) word[i] = view.getUint32(16 * i + offset);
    return word;
  });
}

function intervalWords(column: Fixed16Column): readonly Uint32Array[] {
  const words = [96n, 64n, 32n, 0n].map((shift) => ({ shift, word: new Uint32Array(column.length) }));
  for (let i = 0; i < column.length; i++) {
    if (isNull(column, i)) continue;
    const length = intervalAt(column, i) + (1n << 127n);
    for (const { shift, word } of words) word[i] = Number(BigInt.asUintN(32, length >> shift));
  }
  return words.map(({ word }) => word);
}

/** By sign, weight and first base-10000 digit of PostgreSQL's binary form (numeric-binary.ts). */
function numericWord(column: BytesColumn): Uint32Array {
  const word = new Uint32Array(column.length);
  const { data, offsets } = column;
  for (let i = 0; i < column.length; i++) {
    if (isNull(column, i)) continue;
    const at = offsets[i]!;
    const digits = (data[at]! << 8) | data[at + 1]!;
    const weight = ((data[at + 2]! << 24) >> 16) | data[at + 3]!;
    const sign = (data[at + 4]! << 8) | data[at + 5]!;
    if (sign === 0xc000) word[i] = 0xffffffff;
    else if (sign === 0xd000) word[i] = 0xfffffffe;
    else if (sign === 0xf000) word[i] = 0;
    else if (digits === 0) word[i] = 0x80000000;
    else {
      const size = ((weight + 0x8000) << 14) | ((data[at + 8]! << 8) | data[at + 9]!);
      word[i] = sign === 0x4000 ? 0x7fffffff - (size & 0x7fffffff) : 0x80000001 + (size & 0x7fffffff);
    }
  }
  return word;
}

/** The first bytes in which the values differ. Text holds no NUL, so short text is told whole. */
function textWords(column: BytesColumn, type: SqlType): OrderWords {
  const { data, offsets, length } = column;
  const end = (i: number): number => (type.kind === 'bpchar' ? blanksFrom(data, offsets[i]!, offsets[i + 1]!) : offsets[i + 1]!);
  const skip = commonPrefix(column, end);
  const high = new Uint32Array(length);
  const low = new Uint32Array(length);
  let longest = 0;
  for (let i = 0; i < length; i++) {
    if (isNull(column, i)) continue;
    const from = offsets[i]! + skip;
    const to = end(i);
    const size = to - from;
    if (size > longest) longest = size;
    let word = 0;
    for (let k = 0; k < 4; k++) word = (word << 8) | (k < size ? data[from + k]! : 0);
    high[i] = word;
    word = 0;
    if (size > 4) for (let k = 4; k < 8; k++) word = (word << 8) | (k < size ? data[from + k]! : 0);
    low[i] = word;
  }
  const words = longest > 4 ? [high, low] : [high];
  return { words, exact: longest <= PREFIX_BYTES && type.kind !== 'bytea' };
}

function commonPrefix(column: BytesColumn, end: (row: number) => number): number {
  const { data, offsets, length } = column;
  let first = 0;
  while (first < length && isNull(column, first)) first++;
  if (first === length) return 0;
  const start = offsets[first]!;
  let common = end(first) - start;
  for (let i = first + 1; i < length && common > 0; i++) {
    if (isNull(column, i)) continue;
    const from = offsets[i]!;
    const size = Math.min(common, end(i) - from);
    let k = 0;
    while (k < size && data[start + k] === data[from + k]) k++;
    common = k;
  }
  assert(common >= 0, 'offsets are monotone');
  return common;
}

function intervalAt(column: Fixed16Column, row: number): bigint {
  const { data } = column;
  return intervalLength(new DataView(data.buffer, data.byteOffset + 16 * row, 16), 0);
}

/** The position of a value's label among its type's. */
function enumOrdinals(type: SqlType): (column: BytesColumn, row: number) => number {
  const ordinals = new Map((type.labels ?? []).map((label, i) => [Buffer.from(label, 'utf8').toString('latin1'), i]));
  return (column, row) => {
    const { buffer, byteOffset } = column.data;
    const from = column.offsets[row]!;
    const label = Buffer.from(buffer, byteOffset + from, column.offsets[row + 1]! - from).toString('latin1');
    const ordinal = ordinals.get(label);
    assert(ordinal !== undefined, `a value of ${type.name} is none of its labels`);
    return ordinal;
  };
}
