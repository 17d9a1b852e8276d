/** Arrays made of arrays: array_append, array_prepend, array_cat (the operator `||`), array_remove, array_replace, trim_array … */
import type { Datum, PgArray } from '../../../core/datum.ts';
import { outOfRange, sqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { makeArray } from '../array-constructor.ts';
import { datumComparator } from '../compare.ts';
import type { CollationNeed, Kernel, KernelTable } from '../kernel.ts';
import { apply, applyNullable, datumCode, kernel, nullableResult } from '../kernel.ts';

const EMPTY: PgArray = makeArray([]);
const INT_MAX = 2147483647;

/** A one-dimensional array with the bounds of another. */
const resized = (array: PgArray, elements: readonly Datum[]): PgArray =>
  elements.length === 0 ? EMPTY : { dims: [elements.length], lowerBounds: [array.lowerBounds[0] ?? 1], elements };

/** NULL counts as empty. */
function list(array: PgArray | null): PgArray {
  if (array !== null && array.dims.length > 1) throw sqlError('22000', 'argument must be empty or one-dimensional array');
  return array ?? EMPTY;
}

function append(array: PgArray | null, element: Datum): PgArray {
  const given = list(array);
  if ((given.lowerBounds[0] ?? 1) + given.elements.length > INT_MAX) throw outOfRange('integer');
  return resized(given, [...given.elements, element]);
}
function prepend(element: Datum, array: PgArray | null): PgArray {
  const given = list(array);
  if (given.lowerBounds[0] === -INT_MAX - 1) throw outOfRange('integer');
  return resized(given, [element, ...given.elements]);
}

const incompatible = (detail: string) => sqlError('2202E', 'cannot concatenate incompatible arrays', { detail });

/** Equal numbers of dimensions are joined end to end; one dimension less is an element of the other. */
function concatenate(a: PgArray | null, b: PgArray | null): PgArray | null {
  if (a === null || b === null) return a ?? b;
  if (b.dims.length === 0) return a;
  if (a.dims.length === 0) return b;
  const difference = a.dims.length - b.dims.length;
  if (Math.abs(difference) > 1) {
    throw incompatible(`Arrays of ${a.dims.length} and ${b.dims.length} dimensions are not compatible for concatenation.`);
  }
  const outer = difference < 0 ? b : a;
  const elements = [...a.elements, ...b.elements];
  const inner = difference < 0 ? a : b;
  const skipped = difference === 0 ? 1 : 0;
  const alike = inner.dims
    .slice(skipped)
    .every((length, i) => length === outer.dims[i + 1] && inner.lowerBounds[i + skipped] === outer.lowerBounds[i + 1]);
  if (!alike) {
    throw incompatible(
      `Arrays with differing ${difference === 0 ? 'element ' : ''}dimensions are not compatible for concatenation.`,
    );
  }
  const first = outer.dims[0]! + (difference === 0 ? inner.dims[0]! : 1);
  return { dims: [first, ...outer.dims.slice(1)], lowerBounds: outer.lowerBounds, elements };
}

type Same = (a: Datum, b: Datum) => boolean;

/** Equality of elements, NULLs being equal. */
function sameness(element: SqlType): Same {
  const compare = datumComparator(element);
  return (a, b) => (a === null || b === null ? a === b : compare(a, b) === 0);
}

function remove(same: Same, array: PgArray | null, searched: Datum): PgArray | null {
  if (array === null || array.elements.length === 0) return array;
  if (array.dims.length > 1) {
    throw sqlError('0A000', 'removing elements from multidimensional arrays is not supported');
  }
  return resized(
    array,
    array.elements.filter((element) => !same(element, searched)),
  );
}
const replace = (same: Same, array: PgArray | null, searched: Datum, replacement: Datum): PgArray | null =>
  array && { ...array, elements: array.elements.map((element) => (same(element, searched) ? replacement : element)) };

function trim(array: PgArray, count: number): PgArray {
  const length = array.dims[0] ?? 0;
  if (count < 0 || count > length) {
    throw sqlError('2202E', `number of elements to trim must be between 0 and ${length}`);
  }
  if (length === count) return EMPTY;
  const rest = array.elements.slice(0, (array.elements.length / length) * (length - count));
  return { dims: [length - count, ...array.dims.slice(1)], lowerBounds: array.dims.map(() => 1), elements: rest };
}

/** A function that is given the equality of the first argument's elements. */
const withSameness = (f: (same: Same, ...args: never[]) => unknown, need: CollationNeed = 'equality'): Kernel =>
  kernel((call) => {
    const { emitter } = call;
    const same = emitter.hoist(sameness(call.args[0]!.type.element!));
    const codes = call.args.map((arg) => datumCode(emitter, arg));
    return nullableResult(call, `${emitter.hoist(f)}(${[same, ...codes].join(', ')})`);
  }, need);

export const arrayBuildKernels: KernelTable = {
  'array_append(anycompatiblearray,anycompatible)': applyNullable(append),
  'array_prepend(anycompatible,anycompatiblearray)': applyNullable(prepend),
  'array_cat(anycompatiblearray,anycompatiblearray)': applyNullable(concatenate),
  'array_remove(anycompatiblearray,anycompatible)': withSameness(remove),
  'array_replace(anycompatiblearray,anycompatible,anycompatible)': withSameness(replace),
  'trim_array(anyarray,int4)': apply(trim),
};
