/**
 * The order of rows under ORDER BY keys, as a permutation; stable. Keys become words (order-words.ts) up to the first that
 * a prefix cannot tell whole; the words are sorted by radix, runs that remain equal by merging under full comparison.
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { BytesBuilder } from '../../../core/column-builder.ts';
import { readDatum } from '../../../core/column.ts';
import { sqlType } from '../../../core/sql-type.ts';
import { rowComparator } from '../../expression/compare-rows.ts';
import { jsonbOrderKey } from '../../expression/kernels/jsonb-order.ts';
import type { KeyOrder } from './order-words.ts';
import { orderWords } from './order-words.ts';

/** Below this many rows comparing beats counting. */
const RADIX_ROWS_MIN = 512;
/** More words than this cost more passes than comparing what is left. */
const WORDS_MAX = 6;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Rows in order; `keys[i]` orders `columns[i]`. */
export function sortRows(columns: readonly Column[], keys: readonly KeyOrder[], length: number): Int32Array {
  if (keys.some(isJsonb)) {
    const comparable = columns.map((column, i) => (isJsonb(keys[i]!) ? jsonbOrderKeys(column) : column));
    return sortRows(
      comparable,
      keys.map((key) => (isJsonb(key) ? { ...key, type: BYTEA } : key)),
      length,
    );
  }
  const rows = new Int32Array(length);
  for (let i = 0; i < length; i++) rows[i] = i;
  const words: Uint32Array[] = [];
  let told = 0;
  let undecided = true;
  for (; told < keys.length && undecided; told++) {
    if (words.length >= WORDS_MAX) break;
    const own = orderWords(columns[told]!, keys[told]!);
    words.push(...own.words);
    undecided = own.exact;
  }
  // The first key that the words do not tell whole.
  const first = undecided ? told : told - 1;
  if (length < RADIX_ROWS_MIN) {
    const compareRest = compareFrom(columns, keys, first);
    mergeSort(rows, 0, length, (a, b) => compareWords(words, a, b) || compareRest(a, b));
    return rows;
  }
  const sorted = radixSort(words, rows);
  if (first < keys.length) settleTies(sorted, words, compareFrom(columns, keys, first));
  return sorted;
}

/** So that every value is parsed once, not at each comparison. */
function jsonbOrderKeys(column: Column): Column {
  const keys = new BytesBuilder();
  for (let row = 0; row < column.length; row++) {
    const text = readDatum(column, JSONB, row) as string | null;
    keys.appendDatum(text === null ? null : jsonbOrderKey(text));
  }
  return keys.finish();
}

const BYTEA = sqlType('bytea');
const JSONB = sqlType('jsonb');
const isJsonb = ({ type }: KeyOrder): boolean => type.kind === 'jsonb';

/** Compares rows of one batch, by the keys from `first` on. */
function compareFrom(columns: readonly Column[], keys: readonly KeyOrder[], first: number): (a: number, b: number) => number {
  const comparisons = keys.slice(first).map((key, k) => compareColumns(columns[first + k]!, columns[first + k]!, key));
  if (comparisons.length === 1) return comparisons[0]!;
  return (a, b) => {
    for (const compare of comparisons) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}

/** Row i of one column against row j of another, under one key: NULLs and direction included. */
export function compareColumns(a: Column, b: Column, key: KeyOrder): (i: number, j: number) => number {
  const compare = rowComparator(key.type, a, b);
  const sign = key.descending ? -1 : 1;
  const nullFirst = key.nullsFirst ? -1 : 1;
  if (a.valid === null && b.valid === null) return (i, j) => sign * compare(i, j);
  return (i, j) => {
    const x = isNull(a, i);
    const y = isNull(b, j);
    if (x || y) return x === y ? 0 : x ? nullFirst : -nullFirst;
    return sign * compare(i, j);
  };
}

function compareWords(words: readonly Uint32Array[], a: number, b: number): number {
  for (const word of words) {
    const x = word[a]!;
    const y = word[b]!;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Least significant digit first; digits that all rows share are skipped. */
function radixSort(words: readonly Uint32Array[], rows: Int32Array): Int32Array {
  const length = rows.length;
  let order: Int32Array = rows;
  let spareOrder: Int32Array = new Int32Array(length);
  let keys = new Uint32Array(length);
  let spareKeys = new Uint32Array(length);
  const counts = new Int32Array(DIGITS);
  for (let w = words.length - 1; w >= 0; w--) {
    const word = words[w]!;
    let any = 0;
    const sample = word[0]!;
    for (let i = 0; i < length; i++) any |= word[i]! ^ sample;
    if (any === 0) continue;
    for (let i = 0; i < length; i++) keys[i] = word[order[i]!]!;
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      if (((any >>> shift) & (DIGITS - 1)) === 0) continue;
      counts.fill(0);
      for (let i = 0; i < length; i++) counts[(keys[i]! >>> shift) & (DIGITS - 1)]!++;
      let at = 0;
      for (let d = 0; d < DIGITS; d++) {
        const count = counts[d]!;
        counts[d] = at;
        at += count;
      }
      for (let i = 0; i < length; i++) {
        const key = keys[i]!;
        const target = counts[(key >>> shift) & (DIGITS - 1)]!++;
        spareKeys[target] = key;
        spareOrder[target] = order[i]!;
      }
      [keys, spareKeys] = [spareKeys, keys];
      [order, spareOrder] = [spareOrder, order];
    }
  }
  return order;
}

function settleTies(rows: Int32Array, words: readonly Uint32Array[], compare: (a: number, b: number) => number): void {
  let from = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && compareWords(words, rows[i]!, rows[from]!) === 0) continue;
    if (i - from > 1) mergeSort(rows, from, i, compare);
    from = i;
  }
}

/** Stable; insertion sort in blocks of 16, then bottom-up merges. */
function mergeSort(rows: Int32Array, from: number, to: number, compare: (a: number, b: number) => number): void {
  const BLOCK = 16;
  for (let start = from; start < to; start += BLOCK) {
    const end = Math.min(to, start + BLOCK);
    for (let i = start + 1; i < end; i++) {
      const row = rows[i]!;
      let j = i - 1;
      while (j >= start && compare(rows[j]!, row) > 0) {
        rows[j + 1] = rows[j]!;
        j--;
      }
      rows[j + 1] = row;
    }
  }
  const length = to - from;
  if (length <= BLOCK) return;
  let source: Int32Array = rows.subarray(from, to);
  let target: Int32Array = new Int32Array(length);
  for (let width = BLOCK; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      mergeRuns(source, target, start, Math.min(start + width, length), Math.min(start + 2 * width, length), compare);
    }
    [source, target] = [target, source];
  }
  if (source.buffer !== rows.buffer || source.byteOffset !== rows.byteOffset + 4 * from) rows.set(source, from);
}

function mergeRuns(
  source: Int32Array,
  target: Int32Array,
  from: number,
  middle: number,
  to: number,
  compare: (a: number, b: number) => number,
): void {
  let a = from;
  let b = middle;
  for (let o = from; o < to; o++) {
    target[o] = a < middle && (b >= to || compare(source[a]!, source[b]!) <= 0) ? source[a++]! : source[b++]!;
  }
}
