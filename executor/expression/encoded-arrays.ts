/**
 * The order of arrays as their columns hold them (array_send's form: core/binary-format.ts): element by element, up to the
 * first that differs. Decoded for every comparison, long arrays took minutes to sort.
 */
import type { BytesColumn } from '../../core/batch.ts';
import { decodeBinary } from '../../core/binary-format.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { blanksFrom, compareFloats, compareSpans, datumComparator } from './compare.ts';

/** The values of a column, and a view of them. */
interface Encoded {
  readonly data: Uint8Array;
  readonly offsets: Int32Array;
  readonly view: DataView;
}

/** Orders the element from `at` to `to` against that of the other column, neither NULL. */
type ElementComparator = (a: Encoded, at: number, to: number, b: Encoded, at2: number, to2: number) => number;

/** array_cmp: elements first, then their number, then the dimensions. NULL elements are equal and above all others. */
export function encodedArrayComparator(
  element: SqlType,
  left: BytesColumn,
  right: BytesColumn,
): (i: number, j: number) => number {
  const compare = elementComparator(element);
  const a = encoded(left);
  const b = encoded(right);
  return (i, j) => {
    const from = a.offsets[i]!;
    const from2 = b.offsets[j]!;
    const dims = a.view.getInt32(from);
    const dims2 = b.view.getInt32(from2);
    const count = countOf(a.view, from, dims);
    const count2 = countOf(b.view, from2, dims2);
    let at = from + HEADER_BYTES + dims * DIMENSION_BYTES;
    let at2 = from2 + HEADER_BYTES + dims2 * DIMENSION_BYTES;
    for (let k = Math.min(count, count2); k > 0; k--) {
      const length = a.view.getInt32(at);
      const length2 = b.view.getInt32(at2);
      at += 4;
      at2 += 4;
      if (length < 0 || length2 < 0) {
        if (length >= 0 || length2 >= 0) return length < 0 ? 1 : -1;
        continue;
      }
      const order = compare(a, at, at + length, b, at2, at2 + length2);
      if (order !== 0) return order;
      at += length;
      at2 += length2;
    }
    return count - count2 || (count === 0 ? 0 : compareShapes(a.view, from, dims, b.view, from2, dims2));
  };
}

const HEADER_BYTES = 12;
/** Its length, and its lower bound. */
const DIMENSION_BYTES = 8;

const encoded = ({ data, offsets }: BytesColumn): Encoded => ({
  data,
  offsets,
  view: new DataView(data.buffer, data.byteOffset, data.byteLength),
});

function countOf(view: DataView, from: number, dims: number): number {
  let count = dims === 0 ? 0 : 1;
  for (let d = 0; d < dims; d++) count *= view.getInt32(from + HEADER_BYTES + d * DIMENSION_BYTES);
  return count;
}

/** Their number, their lengths, their lower bounds. */
function compareShapes(a: DataView, from: number, dims: number, b: DataView, from2: number, dims2: number): number {
  if (dims !== dims2) return dims - dims2;
  for (const field of [0, 4])
    for (let d = 0; d < dims; d++) {
      const at = HEADER_BYTES + d * DIMENSION_BYTES + field;
      const difference = a.getInt32(from + at) - b.getInt32(from2 + at);
      if (difference !== 0) return difference;
    }
  return 0;
}

function elementComparator(type: SqlType): ElementComparator {
  switch (type.kind) {
    case 'bool':
      return (a, at, _to, b, at2) => a.data[at]! - b.data[at2]!;
    case 'int2':
      return (a, at, _to, b, at2) => a.view.getInt16(at) - b.view.getInt16(at2);
    case 'int4':
    case 'date':
      return (a, at, _to, b, at2) => a.view.getInt32(at) - b.view.getInt32(at2);
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return (a, at, _to, b, at2) =>
        a.view.getInt32(at) - b.view.getInt32(at2) || a.view.getUint32(at + 4) - b.view.getUint32(at2 + 4);
    case 'float4':
      return (a, at, _to, b, at2) => compareFloats(a.view.getFloat32(at), b.view.getFloat32(at2));
    case 'float8':
      return (a, at, _to, b, at2) => compareFloats(a.view.getFloat64(at), b.view.getFloat64(at2));
    case 'text':
    case 'varchar':
    case 'name':
    case 'bytea':
    case 'uuid':
      return (a, at, to, b, at2, to2) => compareSpans(a.data, at, to, b.data, at2, to2);
    case 'bpchar':
      return (a, at, to, b, at2, to2) =>
        compareSpans(a.data, at, blanksFrom(a.data, at, to), b.data, at2, blanksFrom(b.data, at2, to2));
    default: {
      const compare = datumComparator(type);
      return (a, at, to, b, at2, to2) =>
        compare(decodeBinary(type, a.data.subarray(at, to)), decodeBinary(type, b.data.subarray(at2, to2)));
    }
  }
}
