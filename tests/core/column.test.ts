import type { Batch, Column } from '../../core/batch.ts';
import { NumericBuilder } from '../../core/column-builder.ts';
import {
  columnFromDatums,
  concatBatches,
  concatColumns,
  emptyBatch,
  gather,
  gatherBatch,
  nullColumn,
  readDatum,
  sliceColumn,
} from '../../core/column.ts';
import type { Datum, Numeric } from '../../core/datum.ts';
import { arrayTypeOf, sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { numericFromBinary, numericToBinary } from '../../core/numeric-binary.ts';

const finite = (unscaled: bigint, scale: number): Numeric => ({ kind: 'finite', unscaled, scale });
const textArray = arrayTypeOf(sqlType('text'))!;
const samples: readonly (readonly [SqlType, (i: number) => Datum])[] = [
  [sqlType('bool'), (i) => i % 3 === 0],
  [sqlType('int4'), (i) => (i - 50) * 3345678],
  [sqlType('int8'), (i) => (i % 4 === 0 ? 2n ** 62n - BigInt(i) : (7 - i) * 987654321)],
  [sqlType('float8'), (i) => [i / 7, -0, Infinity, -Infinity][i % 4]!],
  [sqlType('numeric'), (i) => finite(BigInt(i * i - 1000), 3)],
  [sqlType('numeric'), (i) => (i % 5 === 0 ? { kind: 'nan' } : finite(10n ** BigInt(i), i % 7))],
  [sqlType('text'), (i) => 'é'.repeat(i % 70) + i],
  [sqlType('bytea'), (i) => Uint8Array.from({ length: i % 9 }, (_, k) => k * i)],
  [sqlType('uuid'), (i) => Uint8Array.from({ length: 16 }, (_, k) => k * i)],
  [sqlType('interval'), (i) => ({ months: i, days: 3 - i, micros: i % 3 === 0 ? 2n ** 60n + BigInt(i) : i * 1000 })],
  [textArray, (i) => ({ dims: [2], lowerBounds: [i], elements: [`x${i}`, null] })],
];
const ROWS = 600;

const read = (column: Column, type: SqlType): Datum[] =>
  Array.from({ length: column.length }, (_, i) => readDatum(column, type, i));

describe.each(samples)('%# $name', (type, make) => {
  for (const nulls of [0, 3]) {
    const values = Array.from({ length: ROWS }, (_, i) => (nulls > 0 && i % nulls === 1 ? null : make(i)));
    const column = columnFromDatums(type, values);

    test(`builds, slices and gathers with ${nulls === 0 ? 'no' : 'some'} NULLs`, () => {
      expect(read(column, type)).toEqual(values);
      expect(column.valid === null).toBe(nulls === 0);
      expect(read(sliceColumn(column, 5, 99), type)).toEqual(values.slice(5, 99));
      expect(read(sliceColumn(sliceColumn(column, 8, 80), 3, 20), type)).toEqual(values.slice(11, 28));
      const picked = Int32Array.from([3, 4, 5, -1, 0, 599, 599, 17, 2, 1, -1]);
      expect(read(gather(column, picked, 10), type)).toEqual([...picked.subarray(0, 10)].map((i) => (i < 0 ? null : values[i]!)));
      expect(gather(column, Int32Array.from([2, 3, 5, 6]), 4).valid).toBeNull();
    });

    test(`concatenates slices with ${nulls === 0 ? 'no' : 'some'} NULLs`, () => {
      const parts = [sliceColumn(column, 0, 13), nullColumn(type, 3), sliceColumn(column, 13, 14), sliceColumn(column, 14, ROWS)];
      const expected = [...values.slice(0, 13), null, null, null, ...values.slice(13)];
      expect(read(concatColumns(parts), type)).toEqual(expected);
    });
  }
});

test('numerics of different scales fall to bytes, equal ones stay decimal whatever the NULLs', () => {
  const type = sqlType('numeric');
  const cents = columnFromDatums(type, [finite(150n, 2), null]);
  const units = columnFromDatums(type, [finite(7n, 0)]);
  expect(cents.layout).toBe('decimal');
  expect(concatColumns([cents, nullColumn(type, 2)]).layout).toBe('decimal');
  const mixed = concatColumns([cents, units]);
  expect(mixed.layout).toBe('bytes');
  expect(read(mixed, type)).toEqual([finite(150n, 2), null, finite(7n, 0)]);
  const allNullBytes = sliceColumn(concatColumns([mixed]), 1, 2);
  expect(concatColumns([allNullBytes, cents])).toMatchObject({ layout: 'decimal', scale: 2 });
});

test('the binary numeric of PostgreSQL is read as a decimal while it fits', () => {
  const builder = new NumericBuilder();
  const values = [0n, 1n, -1n, 99n, 10000n, 123456789012345n, -(2n ** 63n), 2n ** 63n - 1n].map((v) => finite(v, 2));
  for (const value of values) {
    const bytes = numericToBinary(value);
    expect(numericFromBinary(bytes)).toEqual(value);
    builder.appendBinary(bytes, 0, bytes.length);
  }
  const column = builder.finish();
  expect(column.layout).toBe('decimal');
  expect(read(column, sqlType('numeric'))).toEqual(values);
});

test('numericToBinary writes 1.50 as PostgreSQL does', () => {
  expect(Buffer.from(numericToBinary(finite(150n, 2))).toString('hex')).toBe('000200000000000200011388');
});

test('batches', () => {
  const types = [sqlType('int4'), sqlType('text')];
  const batch: Batch = { length: 2, columns: [columnFromDatums(types[0]!, [1, 2]), columnFromDatums(types[1]!, ['a', null])] };
  const all = concatBatches([batch, emptyBatch(types), gatherBatch(batch, Int32Array.of(1), 1)]);
  expect(all.length).toBe(3);
  expect(read(all.columns[1]!, types[1]!)).toEqual(['a', null, null]);
});
