/**
 * One aggregate call over all groups at once: state in typed arrays indexed by group number. Called by the aggregate
 * operator per batch: reserve() for groups that appeared, add() with argument columns as long as the batch and the group
 * of every row; at the end finish() once. FILTER, DISTINCT and ORDER BY were dealt with before (call-input.ts).
 */
import { assert } from '../../../core/assert.ts';
import type { Column } from '../../../core/batch.ts';

export interface Accumulator {
  /** Bytes kept now. */
  readonly bytes: number;
  /** Groups 0 … groups - 1 exist from now on. */
  reserve(groups: number): void;
  /** `groups[row]` is the group of row; all columns have `length` rows. */
  add(args: readonly Column[], groups: Int32Array, length: number): void;
  /** Takes rows out that were added before; only where that leaves exactly what adding the others would have made. */
  remove?(args: readonly Column[], groups: Int32Array, length: number): void;
  /** The result of each group. */
  finish(groups: number): Column;
}

/** Room for `groups` more or less: doubles, keeps what is there. */
export function grownFloat64(array: Float64Array<ArrayBuffer>, groups: number): Float64Array<ArrayBuffer> {
  if (array.length >= groups) return array;
  const grown = new Float64Array(Math.max(groups, 2 * array.length));
  grown.set(array);
  return grown;
}
export function grownInt32(array: Int32Array<ArrayBuffer>, groups: number): Int32Array<ArrayBuffer> {
  if (array.length >= groups) return array;
  const grown = new Int32Array(Math.max(groups, 2 * array.length));
  grown.set(array);
  return grown;
}
export function grownBytes(array: Uint8Array<ArrayBuffer>, groups: number): Uint8Array<ArrayBuffer> {
  if (array.length >= groups) return array;
  const grown = new Uint8Array(Math.max(groups, 2 * array.length));
  grown.set(array);
  return grown;
}

/** The validity bitmap of a result that is NULL where `has[group]` is 0. */
export function validWhere(has: Uint8Array | Float64Array, groups: number): Uint8Array | null {
  let missing = false;
  const valid = new Uint8Array((groups + 7) >> 3);
  for (let g = 0; g < groups; g++) {
    if (has[g] === 0) missing = true;
    else valid[g >> 3]! |= 1 << (g & 7);
  }
  return missing ? valid : null;
}

/** The argument column, in the layout its type says. */
export function columnOf<L extends Column['layout']>(column: Column | undefined, layout: L): Extract<Column, { layout: L }> {
  assert(column !== undefined && column.layout === layout, `an argument in layout ${column?.layout}, not ${layout}`);
  return column as Extract<Column, { layout: L }>;
}
