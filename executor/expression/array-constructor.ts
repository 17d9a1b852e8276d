/** ARRAY[…] of element values, and of arrays (one dimension more). */
import type { Datum, PgArray } from '../../core/datum.ts';
import { sqlError } from '../../core/sql-error.ts';

export const makeArray = (elements: readonly Datum[]): PgArray =>
  elements.length === 0 ? { dims: [], lowerBounds: [], elements } : { dims: [elements.length], lowerBounds: [1], elements };

/** NULL and empty arrays count as empty; all must be empty, or all must have the same dimensions (execExprInterp.c). */
export function makeNestedArray(arrays: readonly (PgArray | null)[]): PgArray {
  const full = arrays.filter((array) => array !== null && array.dims.length > 0) as readonly PgArray[];
  const first = full[0];
  if (first === undefined) return { dims: [], lowerBounds: [], elements: [] };
  if (first.dims.length >= 6) {
    throw sqlError('54000', `number of array dimensions (${first.dims.length + 1}) exceeds the maximum allowed (6)`);
  }
  const alike = (array: PgArray): boolean =>
    array.dims.length === first.dims.length &&
    array.dims.every((length, i) => length === first.dims[i] && array.lowerBounds[i] === first.lowerBounds[i]);
  if (full.length !== arrays.length || !full.every(alike)) {
    throw sqlError('2202E', 'multidimensional arrays must have array expressions with matching dimensions');
  }
  return {
    dims: [arrays.length, ...first.dims],
    lowerBounds: [1, ...first.lowerBounds],
    elements: full.flatMap((array) => array.elements),
  };
}
