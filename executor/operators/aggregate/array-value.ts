/** Values gathered into an array: ARRAY(subquery) and array_agg. Arrays of arrays gain a dimension (accumArrayResultArr). */
import type { Column } from '../../../core/batch.ts';
import { readDatum } from '../../../core/column.ts';
import type { Datum, PgArray } from '../../../core/datum.ts';
import { sqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';

export function arrayOfValues(values: readonly Datum[], type: SqlType): PgArray {
  if (values.length === 0) return { dims: [], lowerBounds: [], elements: [] };
  if (type.kind === 'array') return arrayOfArrays(values);
  return { dims: [values.length], lowerBounds: [1], elements: values };
}

function arrayOfArrays(values: readonly Datum[]): PgArray {
  const elements: Datum[] = [];
  let dims: readonly number[] | undefined;
  let lowerBounds: readonly number[] = [];
  for (const value of values) {
    if (value === null) throw sqlError('22004', 'cannot accumulate null arrays');
    const array = value as PgArray;
    if (array.dims.length === 0) throw sqlError('2202E', 'cannot accumulate empty arrays');
    if (dims === undefined) {
      dims = array.dims;
      lowerBounds = array.lowerBounds;
    } else if (!sameNumbers(dims, array.dims) || !sameNumbers(lowerBounds, array.lowerBounds)) {
      throw sqlError('2202E', 'cannot accumulate arrays of different dimensionality');
    }
    for (const element of array.elements) elements.push(element);
  }
  return { dims: [values.length, ...(dims ?? [])], lowerBounds: [1, ...lowerBounds], elements };
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

export function arrayOfColumn(column: Column, type: SqlType): PgArray {
  const values: Datum[] = [];
  for (let row = 0; row < column.length; row++) values.push(readDatum(column, type, row));
  return arrayOfValues(values, type);
}
