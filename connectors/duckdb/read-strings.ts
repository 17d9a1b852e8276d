/**
 * VARCHAR and BLOB vectors → offsets and bytes. A DuckDB string is 16 bytes: length, then either up to 12 bytes in place or
 * a 4-byte prefix and a pointer. Strings that follow one another in memory are fetched by one read. That layout is not
 * documented as stable: `stringLayoutIsKnown()` compares it once with the binding's own reader, and where it differs the
 * slow reader (one call a value) is used for good.
 */
import { DuckDBDataChunk, DuckDBVector, VARCHAR } from '@duckdb/node-api';
import { programLimitExceeded } from '../../core/sql-error.ts';
import { chunkVector, readAtPointer, vectorData, vectorValidity } from './raw-vector.ts';
import type { RawVector } from './raw-vector.ts';

/** Where the strings go; offsets has room for the rows to come, data grows. */
export interface StringTarget {
  offsets: Int32Array;
  data: Uint8Array;
  used: number;
}

const INLINE_BYTES = 12;
/** Bytes between two strings that are read along: less than any memory page, so both neighbours' pages hold them. */
const GAP_BYTES = 1_024;
const RUN_BYTES = 1 << 20;
/** More jumps than this a vector, and the strings are first put in the order of their addresses. */
const JUMPS_UNSORTED = 128;
const DATA_BYTES_MAX = 0x7fffffff;
const TWO_32 = 4294967296;

const pointerHolder = new ArrayBuffer(8);
const pointerWords = new Uint32Array(pointerHolder);

function readAddress(address: number, bytes: number): Uint8Array {
  pointerWords[0] = address;
  pointerWords[1] = address / TWO_32;
  return readAtPointer(pointerHolder, 0, bytes);
}

/** Room for `bytes` more, and for the few that copyInline writes beyond the end. */
function reserve(target: StringTarget, bytes: number): void {
  const needed = target.used + bytes + INLINE_BYTES;
  if (needed <= target.data.length) return;
  if (needed > DATA_BYTES_MAX) throw programLimitExceeded('a column of one batch exceeds 2 GB');
  const larger = new Uint8Array(Math.min(DATA_BYTES_MAX, Math.max(needed, target.data.length * 2)));
  larger.set(target.data.subarray(0, target.used));
  target.data = larger;
}

/** Appends `rows` strings as rows `start`… of the target. */
export function readStrings(
  vector: RawVector,
  rows: number,
  validity: Uint8Array | null,
  start: number,
  target: StringTarget,
): void {
  if (!stringLayoutIsKnown()) readStringsSlowly(vector, rows, start, target);
  else readStringsFast(vector, rows, validity, start, target);
}

function readStringsFast(
  vector: RawVector,
  rows: number,
  validity: Uint8Array | null,
  start: number,
  target: StringTarget,
): void {
  const bytes = vectorData(vector, rows * 16);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, rows * 4);
  const { offsets } = target;
  const first = target.used;
  let end = first;
  let long = 0;
  for (let row = 0; row < rows; row++) {
    if (validity === null || ((validity[row >> 3]! >> (row & 7)) & 1) === 1) {
      const length = words[row * 4]! >>> 0;
      end += length;
      if (length > INLINE_BYTES) long++;
      if (end > DATA_BYTES_MAX) throw programLimitExceeded('a column of one batch exceeds 2 GB');
    }
    offsets[start + row + 1] = end;
  }
  reserve(target, end - first);
  target.used = end;
  const { data } = target;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (long < rows) copyInline(words, view, offsets, start, rows);
  if (long > 0) copyLong(words, view, offsets, start, rows, long);
}

/** Always all twelve bytes: what is too much is written over by the next string, or lies beyond the end. */
function copyInline(words: Int32Array, view: DataView, offsets: Int32Array, start: number, rows: number): void {
  let from = offsets[start]!;
  for (let row = 0; row < rows; row++) {
    const to = offsets[start + row + 1]!;
    if (to > from && to - from <= INLINE_BYTES) {
      view.setInt32(from, words[row * 4 + 1]!, true);
      view.setInt32(from + 4, words[row * 4 + 2]!, true);
      view.setInt32(from + 8, words[row * 4 + 3]!, true);
    }
    from = to;
  }
}

const addresses = new Float64Array(2_048);
const longRows = new Int32Array(2_048);

function copyLong(words: Int32Array, view: DataView, offsets: Int32Array, start: number, rows: number, count: number): void {
  const at = count <= addresses.length ? addresses : new Float64Array(count);
  const rowOf = count <= longRows.length ? longRows : new Int32Array(count);
  let n = 0;
  let jumps = 0;
  for (let row = 0; row < rows; row++) {
    if (offsets[start + row + 1]! - offsets[start + row]! <= INLINE_BYTES) continue;
    const address = words[row * 4 + 3]! * TWO_32 + (words[row * 4 + 2]! >>> 0);
    if (n > 0 && Math.abs(address - at[n - 1]!) > GAP_BYTES * 4) jumps++;
    at[n] = address;
    rowOf[n++] = row;
  }
  if (jumps > JUMPS_UNSORTED) sortByAddress(at, rowOf, n);
  copyRuns(at, rowOf, n, view, offsets, start);
}

function sortByAddress(at: Float64Array, rowOf: Int32Array, count: number): void {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => at[a]! - at[b]!);
  const sortedAddresses = order.map((i) => at[i]!);
  const sortedRows = order.map((i) => rowOf[i]!);
  at.set(sortedAddresses);
  rowOf.set(sortedRows);
}

/** Strings next to one another in memory, upwards or downwards, become one read. */
function copyRuns(at: Float64Array, rowOf: Int32Array, count: number, view: DataView, offsets: Int32Array, start: number): void {
  let i = 0;
  while (i < count) {
    let low = at[i]!;
    let high = low;
    let j = i;
    for (; j < count; j++) {
      const address = at[j]!;
      const row = start + rowOf[j]!;
      const end = address + offsets[row + 1]! - offsets[row]!;
      if (j > i && (address > high + GAP_BYTES || end < low - GAP_BYTES)) break;
      const newLow = address < low ? address : low;
      const newHigh = end > high ? end : high;
      if (j > i && newHigh - newLow > RUN_BYTES) break;
      low = newLow;
      high = newHigh;
    }
    const bytes = readAddress(low, high - low);
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; i < j; i++) {
      const row = start + rowOf[i]!;
      copyBytes(source, at[i]! - low, view, offsets[row]!, offsets[row + 1]!);
    }
  }
}

function copyBytes(source: DataView, from: number, target: DataView, to: number, end: number): void {
  if (end - to > 256) {
    new Uint8Array(target.buffer, target.byteOffset + to, end - to).set(
      new Uint8Array(source.buffer, source.byteOffset + from, end - to),
    );
    return;
  }
  for (; to + 4 <= end; to += 4, from += 4) target.setInt32(to, source.getInt32(from, true), true);
  for (; to < end; to++, from++) target.setUint8(to, source.getUint8(from));
}

const utf8 = new TextEncoder();

/** The same through the binding's documented reader. */
export function readStringsSlowly(vector: RawVector, rows: number, start: number, target: StringTarget): void {
  const values = DuckDBVector.create(vector, rows);
  for (let row = 0; row < rows; row++) {
    const value = values.getItem(row);
    if (value !== null) {
      const bytes = typeof value === 'string' ? utf8.encode(value) : (value as { readonly bytes: Uint8Array }).bytes;
      reserve(target, bytes.length);
      target.data.set(bytes, target.used);
      target.used += bytes.length;
    }
    target.offsets[start + row + 1] = target.used;
  }
}

let known: boolean | undefined;

/** Whether strings lie in memory as this module believes: asked of a vector with strings of every kind, once per process. */
export function stringLayoutIsKnown(): boolean {
  known ??= probe();
  return known;
}

function probe(): boolean {
  const samples = [
    '',
    'a',
    'twelve bytes',
    'thirteen byte',
    null,
    'é'.repeat(6),
    'é'.repeat(7),
    'x'.repeat(5_000),
    'the same again, long',
  ];
  const chunk = DuckDBDataChunk.create([VARCHAR], samples.length);
  chunk.setColumnValues(0, samples);
  const vector = chunkVector(chunk, 0);
  const read = (fast: boolean): StringTarget => {
    const target = { offsets: new Int32Array(samples.length + 1), data: new Uint8Array(64), used: 0 };
    if (fast) readStringsFast(vector, samples.length, vectorValidity(vector, samples.length), 0, target);
    else readStringsSlowly(vector, samples.length, 0, target);
    return target;
  };
  const slow = read(false);
  const bytes = vectorData(vector, samples.length * 16);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, samples.length * 4);
  // Lengths first: a wrong one would send the pointer reads astray.
  for (let row = 0; row < samples.length; row++) {
    const length = slow.offsets[row + 1]! - slow.offsets[row]!;
    if (samples[row] !== null && words[row * 4] !== length) return false;
    // A long string begins with its prefix.
    const prefix = length > INLINE_BYTES ? 4 : 0;
    for (let i = 0; i < prefix; i++) {
      if (bytes[row * 16 + 4 + i] !== slow.data[slow.offsets[row]! + i]) return false;
    }
  }
  const fast = read(true);
  return fast.used === slow.used && Buffer.compare(fast.data.subarray(0, fast.used), slow.data.subarray(0, slow.used)) === 0;
}
