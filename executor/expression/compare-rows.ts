/** PostgreSQL's order of values as columns hold them: of two rows, by one column of each. NULLs are the caller's. */
import { assert } from '../../core/assert.ts';
import type { BytesColumn, Column } from '../../core/batch.ts';
import { readDatum } from '../../core/column.ts';
import { compareNumeric } from '../../core/numeric.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { blanksFrom, compareFloats, compareNumbers, compareSpans, datumComparator, isComparable } from './compare.ts';
import { encodedArrayComparator } from './encoded-arrays.ts';
import { readNumeric } from './input.ts';

/** Orders row i of the first column against row j of the second (both of the type), neither NULL. */
export type RowComparator = (i: number, j: number) => number;

export function rowComparator(type: SqlType, a: Column, b: Column): RowComparator {
  if (a.layout === 'bool' && b.layout === 'bool') return (i, j) => a.values[i]! - b.values[j]!;
  if (a.layout === 'int32' && b.layout === 'int32') return (i, j) => compareNumbers(a.values[i]!, b.values[j]!);
  if (a.layout === 'float64' && b.layout === 'float64') return (i, j) => compareFloats(a.values[i]!, b.values[j]!);
  if (isWords(a) && isWords(b) && (a.layout === 'int64' || (b.layout === 'decimal' && a.scale === b.scale))) {
    return wordComparator(a.words, b.words);
  }
  if (type.kind === 'numeric') return (i, j) => compareNumeric(readNumeric(a, i), readNumeric(b, j));
  if (a.layout === 'bytes' && b.layout === 'bytes') return bytesComparator(type, a, b);
  if (type.kind === 'uuid' && a.layout === 'fixed16' && b.layout === 'fixed16') {
    return (i, j) => compareSpans(a.data, i * 16, i * 16 + 16, b.data, j * 16, j * 16 + 16);
  }
  const compare = datumComparator(type);
  return (i, j) => compare(readDatum(a, type, i)!, readDatum(b, type, j)!);
}

const isWords = (column: Column): column is Extract<Column, { layout: 'int64' | 'decimal' }> =>
  column.layout === 'int64' || column.layout === 'decimal';

const wordComparator =
  (a: Int32Array, b: Int32Array): RowComparator =>
  (i, j) => {
    const high = a[i * 2 + 1]! - b[j * 2 + 1]!;
    return high !== 0 ? high : (a[i * 2]! >>> 0) - (b[j * 2]! >>> 0);
  };

function bytesComparator(type: SqlType, a: BytesColumn, b: BytesColumn): RowComparator {
  const { data, offsets } = a;
  const { data: data2, offsets: offsets2 } = b;
  if (type.kind === 'bpchar') {
    return (i, j) => {
      const from = offsets[i]!;
      const from2 = offsets2[j]!;
      return compareSpans(
        data,
        from,
        blanksFrom(data, from, offsets[i + 1]!),
        data2,
        from2,
        blanksFrom(data2, from2, offsets2[j + 1]!),
      );
    };
  }
  if (type.kind === 'array') return encodedArrayComparator(type.element!, a, b);
  if (type.kind === 'composite' || type.kind === 'enum' || type.kind === 'jsonb') {
    const compare = datumComparator(type);
    return (i, j) => compare(readDatum(a, type, i)!, readDatum(b, type, j)!);
  }
  assert(isComparable(type), `no order for ${type.name}`);
  return (i, j) => compareSpans(data, offsets[i]!, offsets[i + 1]!, data2, offsets2[j]!, offsets2[j + 1]!);
}
