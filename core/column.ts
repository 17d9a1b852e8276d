/**
 * Columns as wholes: reading one value, building from values, picking rows, joining end to end. What operators between a
 * source and the socket use. Results never change their inputs; slices share memory with them (both are immutable).
 * No function here allocates per row except where it makes Datums.
 */
import type { Batch, Column, DecimalColumn } from './batch.ts';
import { isNull } from './batch.ts';
import { assert } from './assert.ts';
import { decodeBinary } from './binary-format.ts';
import { copyBytes, createColumnBuilder, decimalToBytes } from './column-builder.ts';
import type { Datum } from './datum.ts';
import { int64 } from './datum.ts';
import { readInt64 } from './int64.ts';
import { bitmapBytes, copyBits, layoutOf, setBits, sliceBitmap } from './layout.ts';
import { numericFromBinary } from './numeric-binary.ts';
import { programLimitExceeded } from './sql-error.ts';
import type { SqlType } from './sql-type.ts';

export function readDatum(column: Column, type: SqlType, row: number): Datum {
  if (isNull(column, row)) return null;
  switch (column.layout) {
    case 'bool':
      return column.values[row] !== 0;
    case 'int32':
    case 'float64':
      return column.values[row]!;
    case 'int64':
      return readInt64(column.words, column.values, row);
    case 'decimal':
      return { kind: 'finite', unscaled: column.values[row]!, scale: column.scale };
    case 'bytes': {
      const from = column.offsets[row]!;
      const to = column.offsets[row + 1]!;
      if (type.kind === 'numeric') return numericFromBinary(column.data, from, to);
      if (type.kind === 'bytea') return column.data.slice(from, to);
      if (type.kind === 'array' || type.kind === 'composite') return decodeBinary(type, column.data.subarray(from, to));
      const { buffer, byteOffset } = column.data;
      return Buffer.from(buffer, byteOffset + from, to - from).toString('utf8');
    }
    case 'fixed16': {
      if (type.kind !== 'interval') return column.data.slice(row * 16, row * 16 + 16);
      const view = new DataView(column.data.buffer, column.data.byteOffset + row * 16, 16);
      return { micros: int64(view.getBigInt64(0, true)), days: view.getInt32(8, true), months: view.getInt32(12, true) };
    }
  }
}

export function columnFromDatums(type: SqlType, values: readonly Datum[]): Column {
  const builder = createColumnBuilder(type);
  for (const value of values) builder.appendDatum(value);
  return builder.finish();
}

/** `length` NULLs. */
export function nullColumn(type: SqlType, length: number): Column {
  const valid = length === 0 ? null : new Uint8Array(bitmapBytes(length));
  const base = { length, valid };
  const layout = layoutOf(type.kind);
  switch (layout) {
    case 'bool':
      return { ...base, layout, values: new Uint8Array(length) };
    case 'int32':
      return { ...base, layout, values: new Int32Array(length) };
    case 'float64':
      return { ...base, layout, values: new Float64Array(length) };
    case 'int64':
      return { ...base, layout, ...newInt64s(length) };
    case 'decimal':
      return { ...base, layout, scale: 0, ...newInt64s(length) };
    case 'bytes':
      return { ...base, layout, offsets: new Int32Array(length + 1), data: new Uint8Array(0) };
    case 'fixed16':
      return { ...base, layout, data: new Uint8Array(length * 16) };
  }
}

function newInt64s(length: number): { values: BigInt64Array; words: Int32Array } {
  const values = new BigInt64Array(length);
  return { values, words: new Int32Array(values.buffer) };
}

export const emptyBatch = (types: readonly SqlType[]): Batch => ({
  length: 0,
  columns: types.map((type) => nullColumn(type, 0)),
});

/** Rows [from, to), sharing memory. */
export function sliceColumn(column: Column, from: number, to: number): Column {
  const length = to - from;
  if (from === 0 && to === column.length) return column;
  const valid = column.valid === null ? null : sliceBitmap(column.valid, from, length);
  const base = { length, valid };
  switch (column.layout) {
    case 'bool':
      return { ...base, layout: 'bool', values: column.values.subarray(from, to) };
    case 'int32':
      return { ...base, layout: 'int32', values: column.values.subarray(from, to) };
    case 'float64':
      return { ...base, layout: 'float64', values: column.values.subarray(from, to) };
    case 'int64':
    case 'decimal':
      return {
        ...column,
        ...base,
        values: column.values.subarray(from, to),
        words: column.words.subarray(from * 2, to * 2),
      };
    case 'bytes':
      return { ...base, layout: 'bytes', offsets: column.offsets.subarray(from, to + 1), data: column.data };
    case 'fixed16':
      return { ...base, layout: 'fixed16', data: column.data.subarray(from * 16, to * 16) };
  }
}

/** Rows indices[0 … count) in that order; index -1 gives NULL. */
export function gather(column: Column, indices: Int32Array, count: number): Column {
  const valid = gatherValid(column.valid, indices, count);
  const base = { length: count, valid };
  switch (column.layout) {
    case 'bool': {
      const values = new Uint8Array(count);
      const source = column.values;
      for (let i = 0; i < count; i++) values[i] = source[indices[i]!]!;
      return { ...base, layout: 'bool', values };
    }
    case 'int32': {
      const values = new Int32Array(count);
      const source = column.values;
      for (let i = 0; i < count; i++) values[i] = source[indices[i]!]!;
      return { ...base, layout: 'int32', values };
    }
    case 'float64': {
      const values = new Float64Array(count);
      const source = column.values;
      for (let i = 0; i < count; i++) values[i] = source[indices[i]!]!;
      return { ...base, layout: 'float64', values };
    }
    case 'int64':
      return { ...base, layout: 'int64', ...gatherInt64s(column.words, indices, count) };
    case 'decimal':
      return { ...base, layout: 'decimal', scale: column.scale, ...gatherInt64s(column.words, indices, count) };
    case 'bytes':
      return { ...base, layout: 'bytes', ...gatherBytes(column.offsets, column.data, indices, count) };
    case 'fixed16':
      return { ...base, layout: 'fixed16', data: gatherFixed16(column.data, indices, count) };
  }
}

function gatherValid(source: Uint8Array | null, indices: Int32Array, count: number): Uint8Array | null {
  if (source === null) {
    let union = 0;
    for (let i = 0; i < count; i++) union |= indices[i]!;
    if (union >= 0) return null;
  }
  const valid = new Uint8Array(bitmapBytes(count));
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    const bit = index < 0 ? 0 : source === null ? 1 : (source[index >> 3]! >> (index & 7)) & 1;
    missing |= bit ^ 1;
    valid[i >> 3]! |= bit << (i & 7);
  }
  return missing === 0 ? null : valid;
}

function gatherInt64s(source: Int32Array, indices: Int32Array, count: number): { values: BigInt64Array; words: Int32Array } {
  const target = newInt64s(count);
  const words = target.words;
  for (let i = 0; i < count; i++) {
    const index = indices[i]! * 2;
    if (index < 0) continue;
    words[i * 2] = source[index]!;
    words[i * 2 + 1] = source[index + 1]!;
  }
  return target;
}

/** Neighbouring rows that stay neighbours are copied in one go. */
function gatherBytes(
  sourceOffsets: Int32Array,
  source: Uint8Array,
  indices: Int32Array,
  count: number,
): { offsets: Int32Array; data: Uint8Array } {
  const offsets = new Int32Array(count + 1);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    if (index >= 0) total += sourceOffsets[index + 1]! - sourceOffsets[index]!;
    checkDataBytes(total);
    offsets[i + 1] = total;
  }
  const data = new Uint8Array(total);
  for (let i = 0; i < count;) {
    const first = indices[i]!;
    if (first < 0) {
      i++;
      continue;
    }
    let last = first;
    let next = i + 1;
    while (next < count && indices[next] === last + 1) {
      last++;
      next++;
    }
    const from = sourceOffsets[first]!;
    copyBytes(source, from, data, offsets[i]!, sourceOffsets[last + 1]! - from);
    i = next;
  }
  return { offsets, data };
}

function checkDataBytes(total: number): void {
  if (total > 0x7fffffff) throw programLimitExceeded('a column of one batch exceeds 2 GB');
}

function gatherFixed16(source: Uint8Array, indices: Int32Array, count: number): Uint8Array {
  const data = new Uint8Array(count * 16);
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    if (index < 0) continue;
    for (let at = i * 16, from = index * 16, end = at + 16; at < end; at++, from++) data[at] = source[from]!;
  }
  return data;
}

/** The columns end to end (at least one). Numerics become `decimal` only when every part with a value has the same scale. */
export function concatColumns(columns: readonly Column[]): Column {
  const first = columns[0];
  assert(first !== undefined, 'concatColumns of nothing');
  if (columns.length === 1) return first;
  const parts = sameLayout(columns);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const base = { length, valid: concatValid(parts, length) };
  const layout = parts[0]!.layout;
  switch (layout) {
    case 'bool':
      return { ...base, layout, values: concatArrays(new Uint8Array(length), pick(parts, layout)) };
    case 'int32':
      return { ...base, layout, values: concatArrays(new Int32Array(length), pick(parts, layout)) };
    case 'float64':
      return { ...base, layout, values: concatArrays(new Float64Array(length), pick(parts, layout)) };
    case 'int64': {
      const values = concatArrays(new BigInt64Array(length), pick(parts, layout));
      return { ...base, layout, values, words: new Int32Array(values.buffer) };
    }
    case 'decimal': {
      const decimals = pick(parts, layout);
      const values = concatArrays(new BigInt64Array(length), decimals);
      const scale = (decimals.find(hasValue) ?? decimals[0]!).scale;
      return { ...base, layout, scale, values, words: new Int32Array(values.buffer) };
    }
    case 'bytes':
      return { ...base, layout, ...concatBytes(pick(parts, layout), length) };
    case 'fixed16': {
      const data = new Uint8Array(length * 16);
      let at = 0;
      for (const part of pick(parts, layout)) {
        data.set(part.data, at);
        at += part.length * 16;
      }
      return { ...base, layout, data };
    }
  }
}

const hasValue = (column: Column): boolean => {
  if (column.valid === null) return column.length > 0;
  for (let row = 0; row < column.length; row++) if (!isNull(column, row)) return true;
  return false;
};

/** Turns decimals into the other layout of numeric where the parts do not agree. */
function sameLayout(columns: readonly Column[]): readonly Column[] {
  if (!columns.some((column) => column.layout === 'decimal')) return columns;
  let scale: number | undefined;
  const agree = columns.every((column) => {
    if (!hasValue(column)) return true;
    if (column.layout !== 'decimal') return false;
    scale ??= column.scale;
    return scale === column.scale;
  });
  const asBytes = (column: Column): Column => (column.layout === 'decimal' ? decimalToBytes(column) : column);
  const asDecimal = (column: Column): Column =>
    column.layout === 'decimal' ? column : { ...emptyDecimals(column), layout: 'decimal', scale: scale ?? 0 };
  return columns.map(agree ? asDecimal : asBytes);
}

const emptyDecimals = (column: Column): Omit<DecimalColumn, 'layout' | 'scale'> => ({
  length: column.length,
  valid: column.valid,
  ...newInt64s(column.length),
});

function pick<L extends Column['layout']>(parts: readonly Column[], layout: L): readonly Extract<Column, { layout: L }>[] {
  for (const part of parts) assert(part.layout === layout, `concatColumns of ${layout} and ${part.layout}`);
  return parts as readonly Extract<Column, { layout: L }>[];
}

function concatArrays<A extends { set(values: A, at: number): void }>(
  target: A,
  parts: readonly { readonly values: A; readonly length: number }[],
): A {
  let at = 0;
  for (const part of parts) {
    target.set(part.values, at);
    at += part.length;
  }
  return target;
}

function concatBytes(
  parts: readonly Extract<Column, { layout: 'bytes' }>[],
  length: number,
): { offsets: Int32Array; data: Uint8Array } {
  const offsets = new Int32Array(length + 1);
  const total = parts.reduce((sum, part) => sum + part.offsets[part.length]! - part.offsets[0]!, 0);
  checkDataBytes(total);
  const data = new Uint8Array(total);
  let row = 0;
  let at = 0;
  for (const part of parts) {
    const start = part.offsets[0]!;
    const end = part.offsets[part.length]!;
    data.set(part.data.subarray(start, end), at);
    for (let i = 1; i <= part.length; i++) offsets[row + i] = part.offsets[i]! - start + at;
    row += part.length;
    at += end - start;
  }
  return { offsets, data };
}

function concatValid(parts: readonly Column[], length: number): Uint8Array | null {
  if (parts.every((part) => part.valid === null)) return null;
  const valid = new Uint8Array(bitmapBytes(length));
  let at = 0;
  for (const part of parts) {
    if (part.valid === null) setBits(valid, at, part.length);
    else copyBits(part.valid, 0, valid, at, part.length);
    at += part.length;
  }
  return valid;
}

export const gatherBatch = (batch: Batch, indices: Int32Array, count: number): Batch => ({
  length: count,
  columns: batch.columns.map((column) => gather(column, indices, count)),
});

/** The batches (at least one) end to end. May exceed the size of a batch that travels: for build sides and sorts. */
export function concatBatches(batches: readonly Batch[]): Batch {
  const first = batches[0];
  assert(first !== undefined, 'concatBatches of nothing');
  if (batches.length === 1) return first;
  return {
    length: batches.reduce((sum, batch) => sum + batch.length, 0),
    columns: first.columns.map((_, i) => concatColumns(batches.map((batch) => batch.columns[i]!))),
  };
}
