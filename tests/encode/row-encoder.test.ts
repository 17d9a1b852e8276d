import { Client } from 'pg';
import { columnFromDatums, sliceColumn } from '../../core/column.ts';
import { decodeBinary, encodeBinary } from '../../core/binary-format.ts';
import type { Datum } from '../../core/datum.ts';
import { builtinType, sqlType } from '../../core/sql-type.ts';
import { formatDatum } from '../../core/text-format.ts';
import { rowDescription } from '../../server/encode/row-description.ts';
import { createRowEncoder } from '../../server/encode/row-encoder.ts';
import type { RandomSource } from '../core/oracle.ts';
import { literal, randomSource } from '../core/oracle.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestPostgres } from '../support/postgres.ts';

const random = randomSource(7);
const many = (count: number, make: (random: RandomSource) => string): string[] =>
  Array.from({ length: count }, () => make(random));
const pad = (n: number, width = 2): string => String(n).padStart(width, '0');
const randomDate = (r: RandomSource): string =>
  `${pad(r.pick([r.between(1, 9999), r.between(1900, 2100)]), 4)}-${pad(r.between(1, 12))}-${pad(r.between(1, 28))}`;
const randomTime = (r: RandomSource): string =>
  `${pad(r.below(24))}:${pad(r.below(60))}:${pad(r.below(60))}${r.pick(['', `.${r.digits(r.between(1, 6))}`])}`;

/** Literals per type; NULL is added to each. */
const values: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false'],
  int2: ['0', '1', '-1', '32767', '-32768', '99', '100'],
  int4: [
    '0',
    '-2147483648',
    '2147483647',
    ...many(60, (r) => String(r.between(-(10 ** r.between(1, 9)), 10 ** r.between(1, 9)))),
  ],
  int8: [
    '0',
    '-9223372036854775808',
    '9223372036854775807',
    '9007199254740991',
    '9007199254740992',
    '-9007199254740992',
    '-9007199254740993',
    ...many(60, (r) => `${r.pick(['', '-'])}${r.digits(r.between(1, 18))}`),
  ],
  float4: [
    '0',
    '-0',
    'NaN',
    'Infinity',
    '-Infinity',
    '0.1',
    '1e-45',
    '3.4e38',
    '16777216',
    '1e6',
    '999999',
    ...many(60, (r) => String(r.between(-1e6, 1e6) / r.pick([3, 7, 100, 1000]))),
  ],
  float8: [
    '0',
    '-0',
    'NaN',
    'Infinity',
    '-Infinity',
    '0.1',
    '5e-324',
    '1.7e308',
    '1e14',
    '99999999999999',
    '1e15',
    '1e-4',
    '0.00001',
    '123.456',
    '0.000123',
    ...many(200, (r) => String(r.between(-1e9, 1e9) / r.pick([1, 3, 7, 100, 1000, 1e6, 1e8]))),
  ],
  numeric: [
    '0',
    '0.00',
    'NaN',
    'Infinity',
    '-Infinity',
    '1e50',
    '1e-30',
    '-123456789012345678901234567890.123456789',
    '10000',
    '9999',
    '0.0001',
    '0.00001',
    ...many(80, (r) => `${r.pick(['', '-'])}${r.digits(r.between(1, 25))}.${r.digits(r.between(0, 25))}`),
  ],
  text: ['', 'a', "it's", 'héllo wörld', '日本語'.repeat(30), 'x'.repeat(500), '\\x41', '{"a"}'],
  varchar: ['', 'abc'],
  bpchar: ['', 'abc  '],
  name: ['pg_class', ''],
  bytea: ['\\x', '\\x00ff5c41', `\\x${'0a7f80'.repeat(40)}`],
  date: [
    '2000-01-01',
    '1999-12-31',
    'infinity',
    '-infinity',
    '4713-11-24 BC',
    '0001-01-01',
    '0001-12-31 BC',
    '5874897-12-31',
    '10000-01-01',
    '2024-02-29',
    '1900-02-28',
    ...many(200, randomDate),
  ],
  time: ['00:00', '24:00:00', '23:59:59.999999', '01:02:03.000001', ...many(40, randomTime)],
  timestamp: [
    'epoch',
    'infinity',
    '-infinity',
    '4713-11-24 00:00 BC',
    '294276-12-31 23:59:59.999999',
    '2000-01-01 00:00:00.000001',
    '1999-12-31 23:59:59.999999',
    '0001-01-01 BC',
    '1714-09-22',
    '2285-06-06',
    ...many(200, (r) => `${randomDate(r)} ${randomTime(r)}`),
  ],
  timestamptz: [
    'epoch',
    'infinity',
    '-infinity',
    '4713-11-25 00:00+00 BC',
    '294276-12-31 00:00:00.5+00',
    '2024-03-10 06:59:59.9+00',
    '2024-03-10 07:00+00',
    '2024-11-03 05:30+00',
    '2024-11-03 06:30+00',
    '2038-01-19 03:14:08+00',
    '2500-07-01 12:00+00',
    '1883-11-18 16:59:00+00',
    '1700-01-01 00:00+00',
    ...many(300, (r) => `${randomDate(r)} ${randomTime(r)}+00`),
  ],
  interval: [
    '0',
    '1 year',
    '-1 year',
    '1 mon -1 day',
    '-1 mon +1 day 00:00:00.5',
    '3 days 04:05:06.789',
    '-3 days -04:05:06.789',
    '1 sec',
    '-1 sec',
    '-0.5 sec',
    '61 sec',
    '1 year 2 mons',
    '-1 year -2 mons',
    '1 year -3 days',
    '2562047788:00:54.775807',
    '-2562047788:00:54.775807',
    'infinity',
    '-infinity',
    '178000000 years',
    '1 day',
    '2 days',
    '-1 day 1 hour',
    ...many(
      120,
      (r) =>
        `${r.between(-30, 30)} mons ${r.between(-40, 40)} days ${r.pick(['', '-'])}${r.below(200)}:${pad(r.below(60))}:${pad(r.below(60))}.${r.digits(r.between(1, 6))}`,
    ),
  ],
  uuid: ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
  json: ['{"a": [1, 2.50]}', 'null'],
  jsonb: ['{"b": 1, "a": [1, 2.50, "ü"]}', '[]', '"x"'],
  _int4: ['{}', '{1,2,NULL}', '[2:3]={5,6}', '{{1,2},{3,4}}', '[0:1][-1:0]={{1,2},{3,4}}'],
  _text: ['{}', '{"",NULL,"NULL",null}', '{"a b",a\\"b,"c\\\\d","x,y","{}",ü}'],
  _numeric: ['{1.5,NaN,1e20}'],
  _timestamptz: ['{"2024-07-01 12:00+00",infinity}'],
  _jsonb: ['{"{\\"a\\": 1}"}'],
  _bytea: ['{"\\\\x00ff"}'],
  _float8: ['{0.1,1e20,NaN}'],
  _interval: ['{"1 day 02:00"}'],
  _bool: ['{t,f}'],
  _uuid: ['{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'],
};

const settings = [
  { timeZone: 'UTC', dateStyle: 'ISO, MDY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
  {
    timeZone: 'America/New_York',
    dateStyle: 'SQL, DMY',
    intervalStyle: 'postgres_verbose',
    extraFloatDigits: 0,
    byteaOutput: 'escape',
  },
  { timeZone: 'Europe/Berlin', dateStyle: 'German, DMY', intervalStyle: 'sql_standard', extraFloatDigits: 3, byteaOutput: 'hex' },
  { timeZone: 'Asia/Kolkata', dateStyle: 'Postgres, MDY', intervalStyle: 'iso_8601', extraFloatDigits: -5, byteaOutput: 'hex' },
  {
    timeZone: 'America/Sao_Paulo',
    dateStyle: 'Postgres, DMY',
    intervalStyle: 'postgres',
    extraFloatDigits: 2,
    byteaOutput: 'hex',
  },
  { timeZone: 'Australia/Lord_Howe', dateStyle: 'SQL, MDY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
  { timeZone: '<-03>+03', dateStyle: 'ISO, YMD', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
  { timeZone: 'Europe/Dublin', dateStyle: 'ISO, DMY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
  { timeZone: 'America/New_York', dateStyle: 'ISO, MDY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
] as const;

/** The values of each DataRow of a single column; null for NULL. */
function readRows(bytes: Uint8Array): (Buffer | null)[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows: (Buffer | null)[] = [];
  for (let at = 0; at < buffer.length; at += 1 + buffer.readInt32BE(at + 1)) {
    expect([buffer[at], buffer.readInt16BE(at + 5)]).toEqual([0x44, 1]);
    const length = buffer.readInt32BE(at + 7);
    expect(buffer.readInt32BE(at + 1)).toBe(10 + Math.max(length, 0));
    rows.push(length < 0 ? null : buffer.subarray(at + 11, at + 11 + length));
  }
  return rows;
}

describe('rows as PostgreSQL sends them', () => {
  let server: TestPostgres;
  let client: Client;
  beforeAll(async () => {
    server = await startTestPostgres();
    client = new Client({ connectionString: server.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await server.stop();
  });

  /** The values in text format, or as hexadecimal of the binary format. */
  async function select(type: string, binary: boolean): Promise<{ oid: number; values: (string | null)[] }> {
    const { rows } = await client.query<{ oid: number; send: string }>(
      'SELECT oid::int4, typsend::text AS send FROM pg_type WHERE oid = $1::regtype',
      [type],
    );
    const column = binary ? `encode(${rows[0]!.send}(v), 'hex')` : 'v';
    const result = await client.query<[string | null]>({
      text: `SELECT ${column} FROM values_of_${type} ORDER BY i`,
      rowMode: 'array',
      types: { getTypeParser: () => (value: unknown) => value } as never,
    });
    return { oid: rows[0]!.oid, values: result.rows.map((row) => row[0]) };
  }

  test.each(Object.keys(values))('%s', async (name) => {
    // Read once: the settings of later queries change what some of these literals mean.
    const list = values[name]!.map((text) => `(${literal(text)}::${name})`).join(', ');
    await client.query(
      `CREATE TEMP TABLE values_of_${name} AS SELECT v, row_number() OVER () AS i FROM (VALUES ${list}, (NULL)) AS t(v)`,
    );
    const { oid, values: sent } = await select(name, true);
    const type = builtinType(oid)!;
    const datums: Datum[] = sent.map((bytes) => (bytes === null ? null : decodeBinary(type, Buffer.from(bytes, 'hex'))));
    expect(datums.map((d) => (d === null ? null : Buffer.from(encodeBinary(type, d)).toString('hex')))).toEqual(sent);
    // Numeric in both layouts: all together, and one by one.
    const whole = columnFromDatums(type, datums);
    const single = datums.map((datum) => columnFromDatums(type, [datum]));

    for (const setting of settings) {
      await client.query(
        `SELECT set_config('TimeZone', $1, false), set_config('DateStyle', $2, false), set_config('IntervalStyle', $3, false),
                set_config('extra_float_digits', $4, false), set_config('bytea_output', $5, false)`,
        [setting.timeZone, setting.dateStyle, setting.intervalStyle, String(setting.extraFloatDigits), setting.byteaOutput],
      );
      const expected = (await select(name, false)).values;
      const encoder = createRowEncoder([type], [0], setting);
      const text = (bytes: Uint8Array): (string | null)[] => readRows(bytes).map((b) => b && b.toString('utf8'));
      const length = datums.length;
      expect(text(encoder.encode({ length, columns: [whole] }, 0, length))).toEqual(expected);
      expect(single.flatMap((column) => text(encoder.encode({ length: 1, columns: [column] }, 0, 1)))).toEqual(expected);
      expect(datums.map((datum) => (datum === null ? null : formatDatum(type, datum, setting)))).toEqual(expected);
    }

    const encoder = createRowEncoder([type], [1], settings[0]);
    const hex = (bytes: Uint8Array): (string | null)[] => readRows(bytes).map((b) => b && b.toString('hex'));
    const expected = sent;
    const part = { length: datums.length - 1, columns: [sliceColumn(whole, 1, datums.length)] };
    expect(hex(encoder.encode({ length: datums.length, columns: [whole] }, 0, datums.length))).toEqual(expected);
    expect(hex(encoder.encode(part, 1, part.length))).toEqual(expected.slice(2));
    expect(single.flatMap((column) => hex(encoder.encode({ length: 1, columns: [column] }, 0, 1)))).toEqual(expected);
  });

  test('a RowDescription', async () => {
    const message = rowDescription([
      { name: 'größe', type: { ...sqlType('numeric'), typmod: 655367 }, tableOid: 16400, attributeNumber: 2, format: 1 },
      { name: '', type: sqlType('text'), tableOid: 0, attributeNumber: 0, format: 0 },
    ]);
    expect(message.toString('hex')).toBe(
      '540000003300026772c3b6c39f6500000040100002000006a4ffff000a000700010000000000000000000019ffffffffffff0000',
    );
  });

  test('typlen of every built-in type is as in pg_type', async () => {
    const { rows } = await client.query<{ oid: number; typlen: number }>(
      `SELECT oid::int4, typlen FROM pg_type WHERE typtype IN ('b', 'p') AND oid < 10000 AND typname NOT LIKE 'pg\\_%' AND typlen <> -1 AND typtype = 'b'`,
    );
    for (const { oid, typlen } of rows) {
      const type = builtinType(oid) ?? { ...sqlType('text'), kind: 'opaque' as const, oid };
      const message = rowDescription([{ name: '', type, tableOid: 0, attributeNumber: 0, format: 0 }]);
      expect([oid, message.readInt16BE(18)]).toEqual([oid, typlen]);
    }
  });
});

test('what has no binary form is refused', () => {
  const inet = { ...sqlType('text'), kind: 'opaque' as const, oid: 869, name: 'pg_catalog.inet' };
  expect(() => createRowEncoder([inet], [1], settings[0])).toThrow('binary output of type pg_catalog.inet is not supported');
});
