/**
 * PostgreSQL's order of values, of two Datums of one type: NaN is greatest and equals itself, numerics compare across scales,
 * char(n) without its trailing blanks, text by code points, intervals by the time they span (30-day months). NULLs are the caller's.
 */
import { assert } from '../../core/assert.ts';
import type { Datum, Int64, Interval, PgArray, PgRow } from '../../core/datum.ts';
import { int64 } from '../../core/datum.ts';
import { compareInt64 } from '../../core/int64.ts';
import { compareNumeric } from '../../core/numeric.ts';
import { compareStrings } from '../../core/compare-strings.ts';
import { isCodePointOrder } from '../../core/sql-type.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { compareJsonb } from './kernels/jsonb-order.ts';

export type Comparator<T> = (a: T, b: T) => number;

export const compareFloats = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : a === b ? 0 : a !== a ? (b !== b ? 0 : 1) : -1;

export const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
const compareBooleans = (a: boolean, b: boolean): number => Number(a) - Number(b);

export function withoutBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
}
const compareBlankPadded = (a: string, b: string): number => compareStrings(withoutBlanks(a), withoutBlanks(b));

export function compareSpans(a: Uint8Array, aFrom: number, aTo: number, b: Uint8Array, bFrom: number, bTo: number): number {
  const length = Math.min(aTo - aFrom, bTo - bFrom);
  for (let i = 0; i < length; i++) {
    const difference = a[aFrom + i]! - b[bFrom + i]!;
    if (difference !== 0) return difference;
  }
  return aTo - aFrom - (bTo - bFrom);
}

export function equalSpans(a: Uint8Array, aFrom: number, aTo: number, b: Uint8Array, bFrom: number, bTo: number): boolean {
  if (aTo - aFrom !== bTo - bFrom) return false;
  for (let i = aFrom, j = bFrom; i < aTo; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}

/** The end of a span without its trailing blanks. */
export function blanksFrom(data: Uint8Array, from: number, to: number): number {
  while (to > from && data[to - 1] === 32) to--;
  return to;
}

const compareByteArrays = (a: Uint8Array, b: Uint8Array): number => compareSpans(a, 0, a.length, b, 0, b.length);

const DAY_MICROS = 86_400_000_000;

/** The interval's length in µs with days of 24 hours and months of 30 days; exact. */
export function intervalSpan(value: Interval): Int64 {
  const days = value.months * 30 + value.days;
  if (typeof value.micros === 'number') {
    const span = days * DAY_MICROS + value.micros;
    if (Number.isSafeInteger(span) && Number.isSafeInteger(days * DAY_MICROS)) return span;
  }
  return int64(BigInt(days) * BigInt(DAY_MICROS) + BigInt(value.micros));
}
export const compareIntervals = (a: Interval, b: Interval): number => compareInt64(intervalSpan(a), intervalSpan(b));

/** array_cmp: elements first, then their number, then the dimensions. NULL elements are equal and above all others. */
function compareArrays(a: PgArray, b: PgArray, element: Comparator<never>): number {
  const length = Math.min(a.elements.length, b.elements.length);
  for (let i = 0; i < length; i++) {
    const x = a.elements[i]!;
    const y = b.elements[i]!;
    if (x === null || y === null) {
      if (x === null && y === null) continue;
      return x === null ? 1 : -1;
    }
    const order = element(x as never, y as never);
    if (order !== 0) return order;
  }
  if (a.elements.length !== b.elements.length) return a.elements.length - b.elements.length;
  if (a.dims.length !== b.dims.length) return a.dims.length - b.dims.length;
  for (let i = 0; i < a.dims.length; i++) if (a.dims[i] !== b.dims[i]) return a.dims[i]! - b.dims[i]!;
  for (let i = 0; i < a.dims.length; i++) if (a.lowerBounds[i] !== b.lowerBounds[i]) return a.lowerBounds[i]! - b.lowerBounds[i]!;
  return 0;
}

/** record_cmp (rowtypes.c): the first field that differs decides; NULLs are equal, and above everything. */
function compareRows(a: PgRow, b: PgRow, fields: readonly Comparator<never>[]): number {
  for (let i = 0; i < fields.length; i++) {
    const [left, right] = [a.values[i]!, b.values[i]!];
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1;
      continue;
    }
    const order = fields[i]!(left as never, right as never);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether values of the type have an order (and an equality) here. */
export function isComparable(type: SqlType): boolean {
  switch (type.kind) {
    case 'json':
    case 'opaque':
      return false;
    case 'composite':
      return type.fields!.every((field) => isComparable(field.type) && isCodePointOrder(field.type.collation));
    case 'array':
      return isComparable(type.element!);
    default:
      return true;
  }
}

/** Orders two Datums of a type, neither NULL. */
export function datumComparator(type: SqlType): Comparator<Exclude<Datum, null>> {
  return comparatorOf(type) as Comparator<Exclude<Datum, null>>;
}

function comparatorOf(type: SqlType): Comparator<never> {
  const byKind: Partial<Record<TypeKind, Comparator<never>>> = comparators;
  const comparator = byKind[type.kind];
  if (comparator !== undefined) return comparator;
  if (type.kind === 'enum') {
    const ranks = new Map(type.labels!.map((label, rank) => [label, rank]));
    return ((a: string, b: string) => ranks.get(a)! - ranks.get(b)!) as Comparator<never>;
  }
  if (type.kind === 'composite') {
    const fields = type.fields!.map((field) => comparatorOf(field.type));
    return ((a: PgRow, b: PgRow) => compareRows(a, b, fields)) as Comparator<never>;
  }
  assert(type.kind === 'array', `no order for ${type.name}`);
  const element = comparatorOf(type.element!);
  return ((a: PgArray, b: PgArray) => compareArrays(a, b, element)) as Comparator<never>;
}

const comparators = {
  bool: compareBooleans,
  int2: compareNumbers,
  int4: compareNumbers,
  date: compareNumbers,
  int8: compareInt64,
  time: compareInt64,
  timestamp: compareInt64,
  timestamptz: compareInt64,
  float4: compareFloats,
  float8: compareFloats,
  numeric: compareNumeric,
  text: compareStrings,
  varchar: compareStrings,
  name: compareStrings,
  bpchar: compareBlankPadded,
  bytea: compareByteArrays,
  uuid: compareByteArrays,
  interval: compareIntervals,
  jsonb: compareJsonb,
};
