/** What a join says of its keys: in the type of the column they meet, whatever extremes there are. */
import type { KeyFilter } from '../../../algebra/plan.ts';
import { columnFromDatums } from '../../../core/column.ts';
import { TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, type Datum, type PgArray } from '../../../core/datum.ts';
import { sqlType } from '../../../core/sql-type.ts';
import { KeyCollector } from '../../../executor/operators/keys/key-collector.ts';

const TRUE = { kind: 'const', value: true, type: sqlType('bool') } as const;
const MAX = 9223372036854775807n;
const MIN = -9223372036854775808n;

type Kind = 'int2' | 'int4' | 'int8' | 'date' | 'timestamp';

/** Two batches of them, for a column of another type perhaps. */
function found(keys: readonly Datum[], from: Kind, to: Kind, more: Partial<KeyFilter> = {}) {
  const filter: KeyFilter = {
    target: 1,
    key: 0,
    type: sqlType(to),
    condition: TRUE,
    keysMax: 0,
    range: [TRUE],
    expected: { keys: 1, form: 'range', rows: 1 },
    ...more,
  };
  const collector = new KeyCollector(filter, sqlType(from));
  const half = Math.ceil(keys.length / 2);
  for (const part of [keys.slice(0, half), keys.slice(half)])
    collector.add(columnFromDatums(sqlType(from), part), Int32Array.from(part.keys()));
  return collector.found();
}

test('the least and the greatest, extremes among them', () => {
  expect(found([3, -7, 5], 'int4', 'int4')).toEqual({ keys: 'too many', form: 'range', values: [-7, 5] });
  expect(found([1, MAX, MIN, 0], 'int8', 'int8').values).toEqual([MIN, MAX]);
  expect(found([-4294967297, -4294967295, -4294967296], 'int8', 'int8').values).toEqual([-4294967297, -4294967295]);
  expect(found([4294967297, 2147483648, 4294967295], 'int8', 'int8').values).toEqual([2147483648, 4294967297]);
});

test('bounds are drawn in to what the other type can be; nothing lies between those outside of it', () => {
  expect(found([MIN, 7], 'int8', 'int4').values).toEqual([-2147483648, 7]);
  expect(found([40_000, -3], 'int4', 'int2').values).toEqual([-3, 32767]);
  for (const outside of [[MAX], [-2147483649], [2147483648, 2147483650]]) {
    const [least, greatest] = found(outside, 'int8', 'int4').values as readonly number[];
    expect(least).toBeGreaterThan(greatest!);
  }
});

test('a list leaves out what does not fit', () => {
  const { form, keys, values } = found([1, 2147483648, -5], 'int8', 'int4', { keysMax: 9 });
  expect([form, keys, (values[0] as PgArray).elements]).toEqual(['list', 3, [1, -5]]);
});

test('infinite timestamps, and those that not every calendar has', () => {
  const last = 9223371331199999999n;
  expect(found([0, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY], 'timestamp', 'timestamp').values).toEqual([
    TIMESTAMP_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
  ]);
  expect(found([0, last], 'timestamp', 'timestamp').values).toEqual([0, TIMESTAMP_INFINITY]);
  expect((found([last], 'timestamp', 'timestamp').values[0] as bigint) < last).toBe(true);
});

const bitmap = { conditions: [TRUE], keysMin: 0, keysMax: 1000, bitsPerKeyMax: 8 };

test('a bit for each key, from the least one on', () => {
  const { form, keys, values } = found([-3, 6, -3, -2, 20], 'int8', 'int4', { bitmap });
  expect([form, keys, values]).toEqual(['bitmap', 4, [-3, 20, new Uint8Array([0b11, 0b10, 0b10000000])]]);
});

test('no bitmap of keys that are too far apart, too many, or too few', () => {
  expect(found([1, 2, 3, 40], 'int4', 'int4', { bitmap }).form).toBe('range');
  expect(found([1, 2, 3, 32], 'int4', 'int4', { bitmap }).form).toBe('bitmap');
  expect(found([1, 2, 3], 'int4', 'int4', { bitmap: { ...bitmap, keysMax: 2 } }).form).toBe('range');
  expect(found([1, 2, 3], 'int4', 'int4', { bitmap: { ...bitmap, keysMin: 3 }, keysMax: 5 }).form).toBe('list');
  expect(found([MAX, MAX - 1n], 'int8', 'int8', { bitmap }).form).toBe('range');
});

test('no key at all is an empty list', () => {
  expect(found([], 'int4', 'int4', { bitmap })).toEqual({ keys: 0, form: 'list', values: [{ dims: [], lowerBounds: [], elements: [] }] }); // prettier-ignore
});
