/** A result as sqllogictest writes it: one line a value, sorted as the query asks, or the hash of that. */
import { createHash } from 'node:crypto';
import type { SortMode } from './slt-file.ts';

type Row = readonly (string | null)[];

function valueText(value: string | null, type: string): string {
  if (value === null) return 'NULL';
  switch (type) {
    case 'I':
      return value === 't' ? '1' : value === 'f' ? '0' : /^-?\d/.test(value) ? value.replace(/\..*$/, '') : '0';
    case 'R':
      return Number(value).toFixed(3);
    default:
      // eslint-disable-next-line no-control-regex
      return value === '' ? '(empty)' : value.replace(/[^\x20-\x7e]/g, '@');
  }
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Values in the order in which they are compared. */
export function resultValues(rows: readonly Row[], types: string, sort: SortMode): readonly string[] {
  const texts = rows.map((row) => row.map((value, i) => valueText(value, types[i] ?? 'T')));
  if (sort === 'rowsort') texts.sort((a, b) => byCode(a.join('\n'), b.join('\n')));
  const values = texts.flat();
  return sort === 'valuesort' ? values.sort(byCode) : values;
}

export const resultHash = (values: readonly string[]): string =>
  `${values.length} values hashing to ${createHash('md5')
    .update(values.map((value) => `${value}\n`).join(''))
    .digest('hex')}`;

/** Whether the result is what the file says: a hash, a value a line, or a row a line. */
export function matchesExpected(values: readonly string[], expected: readonly string[], columns: number): boolean {
  if (expected.length === 1 && /^\d+ values hashing to /.test(expected[0]!)) return resultHash(values) === expected[0];
  if (expected.join('\n') === values.join('\n')) return true;
  const rows = Array.from({ length: values.length / Math.max(1, columns) }, (_, i) =>
    values.slice(i * columns, (i + 1) * columns).join(' '),
  );
  return expected.map((line) => line.trim().replace(/\s+/g, ' ')).join('\n') === rows.join('\n');
}
