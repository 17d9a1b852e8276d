/**
 * 32-bit hashes of column values such that values SQL calls equal have equal hashes: for joins, grouping and DISTINCT.
 * Integers of all widths share their hashes, as do float4 and float8, numerics of all scales in both layouts, the texts,
 * char(n) with and without trailing blanks, intervals of the same span, -0 and 0, all NaNs. NULL hashes to 0.
 */
import { assert } from '../../core/assert.ts';
import type { Column } from '../../core/batch.ts';
import { isNull } from '../../core/batch.ts';
import { readDatum } from '../../core/column.ts';
import type { Datum, Int64, Interval, PgArray } from '../../core/datum.ts';
import { readInt64 } from '../../core/int64.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { blanksFrom, intervalSpan, isComparable } from './compare.ts';
import { readNumeric } from './input.ts';
import { hashSpan, keyOf } from './key-set.ts';
import { numericKey } from './numeric-key.ts';

/** Mixes the hash of each row of a column into `hashes` (which starts as zeros for the first column). */
export function hashColumn(type: SqlType, column: Column, hashes: Int32Array): void {
  const hash = rowHasher(type, column);
  for (let row = 0; row < column.length; row++) {
    hashes[row] = combine(hashes[row]!, isNull(column, row) ? 0 : hash(row));
  }
}

export const combine = (seed: number, hash: number): number => Math.imul((seed << 5) ^ (seed >>> 27) ^ hash, 0x9e3779b1);

/** The hash of a row that is not NULL. */
export function rowHasher(type: SqlType, column: Column): (row: number) => number {
  switch (column.layout) {
    case 'bool':
      return (row) => hashInt(column.values[row] === 0 ? 0 : 1);
    case 'int32':
      return (row) => hashInt(column.values[row]!);
    case 'float64':
      return (row) => hashFloat(column.values[row]!);
    case 'int64': {
      const { words, values } = column;
      return (row) => hashInt64(readInt64(words, values, row));
    }
    case 'decimal':
      return (row) => hashKey(numericKey(readNumeric(column, row)));
    case 'fixed16': {
      if (type.kind === 'interval') return (row) => hashInt64(intervalSpan(readDatum(column, type, row) as Interval));
      const { data } = column;
      return (row) => hashSpan(data, row * 16, row * 16 + 16);
    }
    case 'bytes': {
      assert(isComparable(type), `no equality for ${type.name}`);
      if (type.kind === 'numeric') return (row) => hashKey(numericKey(readNumeric(column, row)));
      if (type.kind === 'array') return (row) => hashDatum(type, readDatum(column, type, row)!);
      const { data, offsets } = column;
      if (type.kind === 'bpchar') {
        return (row) => hashSpan(data, offsets[row]!, blanksFrom(data, offsets[row]!, offsets[row + 1]!));
      }
      return (row) => hashSpan(data, offsets[row]!, offsets[row + 1]!);
    }
  }
}

function hashDatum(type: SqlType, datum: Exclude<Datum, null>): number {
  if (type.kind !== 'array') return hashKey(keyOf(type, datum));
  const { elements } = datum as PgArray;
  let hash = elements.length;
  for (const element of elements) hash = combine(hash, element === null ? 0 : hashDatum(type.element!, element));
  return hash;
}

function hashKey(key: number | bigint | string | boolean): number {
  switch (typeof key) {
    case 'number':
      return Number.isSafeInteger(key) ? hashInt64(key) : hashFloat(key);
    case 'bigint':
      return hashInt64(key);
    case 'boolean':
      return hashInt(Number(key));
    case 'string': {
      const bytes = Buffer.from(key, 'utf8');
      return hashSpan(bytes, 0, bytes.length);
    }
  }
}

/** Murmur's final mix. */
export function hashInt(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function hashInt64(value: Int64): number {
  if (typeof value === 'number') {
    const low = value | 0;
    return low === value ? hashInt(low) : hashInt(combine(Math.floor(value / 4294967296) | 0, low));
  }
  return hashInt(combine(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value))));
}

const floatView = new DataView(new ArrayBuffer(8));
function hashFloat(value: number): number {
  if (value !== value) return 0x7ff8;
  floatView.setFloat64(0, value + 0);
  return hashInt(combine(floatView.getInt32(0), floatView.getInt32(4)));
}
