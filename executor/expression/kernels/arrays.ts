/** Questions about arrays: sizes, positions of elements, containment; arrays to and from delimited text. */
import type { Datum, PgArray } from '../../../core/datum.ts';
import { sqlError } from '../../../core/sql-error.ts';
import { formatDatum } from '../../../core/text-format.ts';
import type { SessionSettings } from '../../../algebra/plan.ts';
import { makeArray } from '../array-constructor.ts';
import { datumComparator } from '../compare.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, applyNullable, datumCode, kernel, nullableResult } from '../kernel.ts';
import { opaqueArgument } from './any-text.ts';
import { charactersOf } from './characters.ts';

const lengthOf = (array: PgArray, dimension: number): number | null => array.dims[dimension - 1] ?? null;
const lowerOf = (array: PgArray, dimension: number): number | null => array.lowerBounds[dimension - 1] ?? null;
function upperOf(array: PgArray, dimension: number): number | null {
  const lower = lowerOf(array, dimension);
  return lower === null ? null : lower + lengthOf(array, dimension)! - 1;
}

function dimensionsText(array: PgArray): string | null {
  if (array.dims.length === 0) return null;
  return array.dims.map((_, i) => `[${lowerOf(array, i + 1)}:${upperOf(array, i + 1)}]`).join('');
}

type Compare = (a: Exclude<Datum, null>, b: Exclude<Datum, null>) => number;

const matches = (compare: Compare, element: Datum, searched: Datum): boolean =>
  element === null || searched === null ? element === searched : compare(element, searched) === 0;

function checkFlat(array: PgArray): void {
  if (array.dims.length > 1) {
    throw sqlError('0A000', 'searching for elements in multidimensional arrays is not supported');
  }
}

/** `start` is undefined where the function has no such argument. */
function position(compare: Compare, array: PgArray | null, searched: Datum, start?: number | null): number | null {
  if (array === null) return null;
  checkFlat(array);
  const lower = array.lowerBounds[0];
  if (lower === undefined || (searched === null && !array.elements.includes(null))) return null;
  if (start === null) throw sqlError('22004', 'initial position must not be null');
  const first = Math.max((start ?? lower) - lower, 0);
  const index = array.elements.findIndex((element, i) => i >= first && matches(compare, element, searched));
  return index < 0 ? null : lower + index;
}

function positions(compare: Compare, array: PgArray | null, searched: Datum): PgArray | null {
  if (array === null) return null;
  checkFlat(array);
  const lower = array.lowerBounds[0] ?? 1;
  return makeArray(array.elements.flatMap((element, i) => (matches(compare, element, searched) ? [lower + i] : [])));
}

/** NULLs equal nothing. */
const has = (compare: Compare, array: PgArray, searched: Datum): boolean =>
  searched !== null && array.elements.some((element) => element !== null && compare(element, searched) === 0);

const contains = (compare: Compare, array: PgArray, part: PgArray): boolean =>
  part.elements.every((element) => has(compare, array, element));
const overlaps = (compare: Compare, a: PgArray, b: PgArray): boolean => a.elements.some((element) => has(compare, b, element));

/** A function that is given the order of the first argument's elements. */
const withOrder = (f: (compare: Compare, ...args: never[]) => unknown): Kernel =>
  kernel((call) => {
    const { emitter } = call;
    const compare = emitter.hoist(datumComparator(call.args[0]!.type.element!));
    const codes = call.args.map((arg) => datumCode(emitter, arg));
    return nullableResult(call, `${emitter.hoist(f)}(${[compare, ...codes].join(', ')})`);
  }, 'equality');

/** array_to_string: NULL elements are left out unless there is a text for them. */
const toText: Kernel = {
  collation: 'none',
  refusal: opaqueArgument,
  emit: (call) => {
    const { emitter } = call;
    const { element } = call.args[0]!.type;
    const join = (
      settings: SessionSettings,
      array: PgArray | null,
      separator: string | null,
      missing: string | null = null,
    ): string | null => {
      if (array === null || separator === null) return null;
      const texts = array.elements.map((value) => (value === null ? missing : formatDatum(element!, value, settings)));
      return texts.filter((text) => text !== null).join(separator);
    };
    const codes = [emitter.hoist(call.settings), ...call.args.map((arg) => datumCode(emitter, arg))];
    return nullableResult(call, `${emitter.hoist(join)}(${codes.join(', ')})`);
  },
};

/** string_to_array: without separator character by character; an empty one separates nothing. */
function fromText(text: string | null, separator: string | null, missing: string | null = null): PgArray | null {
  if (text === null) return null;
  if (text === '') return makeArray([]);
  const parts = separator === null ? charactersOf(text) : separator === '' ? [text] : text.split(separator);
  return makeArray(missing === null ? parts : parts.map((part) => (part === missing ? null : part)));
}

export const arrayKernels: KernelTable = {
  'array_length(anyarray,int4)': applyNullable(lengthOf),
  'array_lower(anyarray,int4)': applyNullable(lowerOf),
  'array_upper(anyarray,int4)': applyNullable(upperOf),
  'array_ndims(anyarray)': applyNullable((array: PgArray) => array.dims.length || null),
  'array_dims(anyarray)': applyNullable(dimensionsText),
  'cardinality(anyarray)': apply((array: PgArray) => array.elements.length),
  'array_position(anycompatiblearray,anycompatible)': withOrder(position),
  'array_position(anycompatiblearray,anycompatible,int4)': withOrder(position),
  'array_positions(anycompatiblearray,anycompatible)': withOrder(positions),
  'arraycontains(anyarray,anyarray)': withOrder(contains),
  'arraycontained(anyarray,anyarray)': withOrder((compare: Compare, a: PgArray, b: PgArray) => contains(compare, b, a)),
  'arrayoverlap(anyarray,anyarray)': withOrder(overlaps),
  'array_to_string(anyarray,text)': toText,
  'array_to_string(anyarray,text,text)': toText,
  'string_to_array(text,text)': applyNullable(fromText, 'equality'),
  'string_to_array(text,text,text)': applyNullable(fromText, 'equality'),
};
