/**
 * Exact 64-bit integers without a BigInt in the common case. `Int64` is canonical (datum.ts): a number while it is a safe
 * integer, a bigint beyond; every function here takes and gives canonical values, so `===` and `<` on them are exact.
 * Columns hold the same integers as two 32-bit words, low first (batch.ts).
 */
import type { Int64 } from './datum.ts';
import { int64 } from './datum.ts';

export const INT64_MIN = -0x8000000000000000n;
export const INT64_MAX = 0x7fffffffffffffffn;
const TWO_32 = 4294967296;
const SAFE_MIN = -9007199254740991;
const SAFE_MAX = 9007199254740991;

/** Value `row` of an int64 or decimal column. */
export function readInt64(words: Int32Array, values: BigInt64Array, row: number): Int64 {
  const high = words[row * 2 + 1]!;
  if (high >= -0x200000 && high < 0x200000) {
    const value = high * TWO_32 + (words[row * 2]! >>> 0);
    if (value >= SAFE_MIN) return value;
  }
  return values[row]!;
}

/** Stores a value that is known to fit. */
export function writeInt64(words: Int32Array, values: BigInt64Array, row: number, value: Int64): void {
  if (typeof value === 'bigint') {
    values[row] = value;
  } else {
    words[row * 2] = value | 0;
    words[row * 2 + 1] = Math.floor(value / TWO_32);
  }
}

const fits = (value: bigint): boolean => value >= INT64_MIN && value <= INT64_MAX;
const checked = (value: bigint): Int64 | undefined => (fits(value) ? int64(value) : undefined);

/** a + b; undefined when it does not fit 64 bits. */
export function addInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum >= SAFE_MIN && sum <= SAFE_MAX) return sum;
  }
  return checked(BigInt(a) + BigInt(b));
}

/** a - b; undefined when it does not fit 64 bits. */
export function subtractInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (difference >= SAFE_MIN && difference <= SAFE_MAX) return difference;
  }
  return checked(BigInt(a) - BigInt(b));
}

/** a × b; undefined when it does not fit 64 bits. */
export function multiplyInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (product >= SAFE_MIN && product <= SAFE_MAX) return product === 0 ? 0 : product;
  }
  return checked(BigInt(a) * BigInt(b));
}

/** -1, 0 or 1. */
export const compareInt64 = (a: Int64, b: Int64): number => (a < b ? -1 : a > b ? 1 : 0);
