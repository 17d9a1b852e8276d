/** Rows on their way to the net: a column travels as one array parameter, in binary form where we have one for its type. */
import type { RelColumn } from '../../algebra/rel.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { encodeBinary } from '../../core/binary-format.ts';
import { readDatum } from '../../core/column.ts';
import type { Datum } from '../../core/datum.ts';
import { arrayTypeOf, sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { formatDatum } from '../../core/text-format.ts';
import type { TextSettings } from '../../core/text-settings.ts';
import type { BoundParameter } from './frontend-messages.ts';

/** Rows of one exchange. */
export const NET_ROWS_MAX = 4_096;

/** How a column of this type is shipped: elements of an array of the same type, or of texts. */
export const shippedAs = (type: SqlType): SqlType => arrayTypeOf(type)?.element ?? sqlType('text');

/** Rows [from, to) of the columns at `positions`; the number of rows where there are none. */
export function shippedArrays(
  batch: Batch,
  columns: readonly RelColumn[],
  positions: readonly number[],
  from: number,
  to: number,
): readonly BoundParameter[] {
  if (positions.length === 0) return [{ format: 1, bytes: encodeBinary(sqlType('int4'), to - from) }];
  return positions.map((i) => ({ format: 1, bytes: arrayOf(batch.columns[i]!, columns[i]!.type, from, to) }));
}

/** Text that every session reads the same way. */
const TEXT_SETTINGS: TextSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
};

/** Rows [from, to) of a column as one array in binary form. */
function arrayOf(column: Column, type: SqlType, from: number, to: number): Uint8Array {
  const element = shippedAs(type);
  const isText = element.oid !== type.oid;
  const elements: Datum[] = [];
  for (let row = from; row < to; row++) {
    const value = readDatum(column, type, row);
    elements.push(value === null || !isText ? value : formatDatum(type, value, TEXT_SETTINGS));
  }
  return encodeBinary(arrayTypeOf(element)!, { dims: [to - from], lowerBounds: [1], elements });
}

const ARRAY_HEADER_BYTES = 20;

/** Arrays of one dimension, in binary form and none of them empty, as one: the rows of several batches as one column. */
export function joinedArrays(arrays: readonly Uint8Array[]): Uint8Array {
  const [first] = arrays;
  if (first === undefined || arrays.length === 1) return first ?? new Uint8Array();
  const joined = Buffer.concat([first.subarray(0, ARRAY_HEADER_BYTES), ...arrays.map((one) => one.subarray(ARRAY_HEADER_BYTES))]);
  let [length, hasNull] = [0, 0];
  for (const one of arrays) {
    const view = new DataView(one.buffer, one.byteOffset, one.length);
    hasNull |= view.getInt32(4);
    length += view.getInt32(12);
  }
  joined.writeInt32BE(hasNull, 4);
  joined.writeInt32BE(length, 12);
  return joined;
}

/** A column of no rows. */
export const emptyArray = (type: SqlType): Uint8Array =>
  encodeBinary(arrayTypeOf(shippedAs(type))!, { dims: [], lowerBounds: [], elements: [] });
