/**
 * Elements and slices of arrays (arrayfuncs.c: array_get_element, array_get_slice). Nothing raises: a subscript outside, of
 * another number of dimensions or NULL gives NULL, a slice outside an empty array.
 */
import type { SubscriptScalar } from '../../algebra/scalar.ts';
import type { Datum, PgArray } from '../../core/datum.ts';
import { makeArray } from './array-constructor.ts';
import { constantValue } from './convert.ts';
import type { Emitter } from './emitter.ts';
import { datumCode } from './kernel.ts';
import type { Value } from './value.ts';
import { formOf } from './value.ts';

type Index = number | null;

export function elementAt(array: PgArray | null, ...indexes: readonly Index[]): Datum {
  if (array === null || indexes.length !== array.dims.length) return null;
  let at = 0;
  for (let d = 0; d < indexes.length; d++) {
    const index = indexes[d]!;
    if (index === null) return null;
    const offset = index - array.lowerBounds[d]!;
    if (offset < 0 || offset >= array.dims[d]!) return null;
    at = at * array.dims[d]! + offset;
  }
  return array.elements[at]!;
}

/** `given`: for each dimension whether it has a lower and an upper bound; `bounds` are those that are given, in order. */
export function sliceOf(
  given: readonly (readonly [boolean, boolean])[],
  array: PgArray | null,
  ...bounds: readonly Index[]
): PgArray | null {
  if (array === null || bounds.includes(null)) return null;
  const dimensions = array.dims.length;
  if (dimensions === 0 || dimensions < given.length) return makeArray([]);
  let next = 0;
  const from: number[] = [];
  const dims: number[] = [];
  for (let d = 0; d < dimensions; d++) {
    const first = array.lowerBounds[d]!;
    const last = first + array.dims[d]! - 1;
    const lower = given[d]?.[0] === true ? Math.max(bounds[next++]!, first) : first;
    const upper = given[d]?.[1] === true ? Math.min(bounds[next++]!, last) : last;
    if (lower > upper) return makeArray([]);
    from.push(lower - first);
    dims.push(upper - lower + 1);
  }
  const elements: Datum[] = [];
  const take = (d: number, base: number): void => {
    for (let i = 0; i < dims[d]!; i++) {
      const at = base * array.dims[d]! + from[d]! + i;
      if (d === dimensions - 1) elements.push(array.elements[at]!);
      else take(d + 1, at);
    }
  };
  take(0, 0);
  return { dims, lowerBounds: dims.map(() => 1), elements };
}

/** `parts`: the container, then the bounds in the order of scalarParts(). */
export function emitSubscript(emitter: Emitter, expr: SubscriptScalar, parts: readonly Value[]): Value {
  if (parts[0]!.isNull === 'true') return constantValue(emitter, expr.type, null);
  const codes = parts.map((part) => datumCode(emitter, part));
  const given = expr.indexes.map(({ lower, upper }) => [lower !== null, upper !== null] as const);
  const call = expr.slice
    ? `${emitter.hoist(sliceOf)}(${[emitter.hoist(given), ...codes].join(', ')})`
    : `${emitter.hoist(elementAt)}(${codes.join(', ')})`;
  const result = emitter.name(call);
  const isNull = emitter.name(`${result} === null`);
  const form = formOf(expr.type.kind);
  return { form, type: expr.type, isNull, code: form === 'bool' ? emitter.name(`${result} === true`) : result };
}
