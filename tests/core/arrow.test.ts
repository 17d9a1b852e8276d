import { tableFromIPC } from 'apache-arrow';
import { arrowIpcStream } from '../../core/arrow.ts';
import { columnFromDatums, sliceColumn } from '../../core/column.ts';
import { arrayTypeOf, sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { parseDatum } from '../../core/text-parse.ts';

const settings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
} as const;

/** What another program reads from the stream. */
function roundTrip(type: SqlType, texts: readonly (string | null)[]): { type: string; values: string[] } {
  const padded = [null, ...texts];
  const column = columnFromDatums(
    type,
    padded.map((text) => (text === null ? null : parseDatum(type, text, settings))),
  );
  const batch = { length: texts.length, columns: [sliceColumn(column, 1, padded.length)] };
  const vector = tableFromIPC(arrowIpcStream([{ name: 'c', type }], batch)).getChild('c')!;
  const show = (value: string | number | bigint | boolean | null | ArrayBufferView): string =>
    value === null ? 'NULL' : ArrayBuffer.isView(value) ? Array.from(value as Int32Array).join(' ') : String(value);
  return { type: String(vector.type), values: Array.from({ length: vector.length }, (_, i) => show(vector.get(i))) };
}

test.each<[SqlType, (string | null)[], string, string[]]>([
  [sqlType('bool'), ['t', null, 'f'], 'Bool', ['true', 'NULL', 'false']],
  [sqlType('int2'), ['-7', null], 'Int16', ['-7', 'NULL']],
  [sqlType('int4'), ['2147483647'], 'Int32', ['2147483647']],
  [sqlType('int8'), ['-9223372036854775808', null], 'Int64', ['-9223372036854775808', 'NULL']],
  [sqlType('float4'), ['0.5'], 'Float32', ['0.5']],
  [sqlType('float8'), ['0.1', 'NaN', null], 'Float64', ['0.1', 'NaN', 'NULL']],
  [sqlType('text'), ['ü', null, ''], 'Utf8', ['ü', 'NULL', '']],
  [sqlType('jsonb'), ['[1,2]'], 'Utf8', ['[1, 2]']],
  [sqlType('bytea'), ['\\x00ff'], 'Binary', ['0 255']],
  [sqlType('date'), ['1970-01-02', null], 'Date32<DAY>', ['86400000', 'NULL']],
  [sqlType('timestamp'), ['1970-01-01 00:00:01'], 'Timestamp<MICROSECOND>', ['1000']],
  [sqlType('timestamptz'), ['1970-01-01 01:00:01+01'], 'Timestamp<MICROSECOND, UTC>', ['1000']],
  [sqlType('time'), ['00:00:01'], 'Time64<MICROSECOND>', ['1000000']],
  [sqlType('uuid'), ['00000000-0000-0000-0000-0000000000ff'], 'FixedSizeBinary[16]', ['0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 255']],
  [
    sqlType('numeric'),
    ['1.50', '-2', null],
    'Decimal[38e+2]',
    ['150 0 0 0', '4294967096 4294967295 4294967295 4294967295', 'NULL'],
  ],
  [sqlType('numeric'), ['1.50', 'NaN', null], 'Utf8', ['1.50', 'NaN', 'NULL']],
  [arrayTypeOf(sqlType('int4'))!, ['{1,NULL}', '{}', null], 'List<Int32>', ['[1,]', '[]', 'NULL']],
  [arrayTypeOf(sqlType('int4'))!, ['{{1,2}}'], 'Utf8', ['{{1,2}}']],
])('%# $kind', (type, texts, arrowType, values) => {
  const result = roundTrip(type, texts);
  expect(result.type).toBe(arrowType);
  expect(result.values.map((value) => value.replaceAll(/ \n?|\n/g, type.kind === 'array' ? '' : ' '))).toEqual(values);
});

test('intervals', () => {
  expect(roundTrip(sqlType('interval'), ['1 year 2 days 00:00:01', null])).toMatchObject({
    values: ['12 2 1000000000 0', 'NULL'],
  });
});

test('what Arrow has no value for is refused', () => {
  expect(() => roundTrip(sqlType('date'), ['infinity'])).toThrow('an infinite date in Arrow format is not supported');
  expect(() => roundTrip(sqlType('timestamp'), ['294276-12-31'])).toThrow('is not supported');
});
