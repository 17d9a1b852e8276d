import { builtinType, sqlType, withTypmod } from '../../core/sql-type.ts';
import { formatDatum } from '../../core/text-format.ts';
import { parseDatum } from '../../core/text-parse.ts';
import type { TextSettings } from '../../core/text-settings.ts';
import type { Oracle, RandomSource } from './oracle.ts';
import { attempt, expectSame, literal, randomSource, startOracle } from './oracle.ts';

const settings: readonly TextSettings[] = [
  { timeZone: 'UTC', dateStyle: 'ISO, MDY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
  { timeZone: 'America/New_York', dateStyle: 'ISO, DMY', intervalStyle: 'sql_standard', extraFloatDigits: 1, byteaOutput: 'hex' },
  { timeZone: 'Australia/Sydney', dateStyle: 'ISO, YMD', intervalStyle: 'iso_8601', extraFloatDigits: 1, byteaOutput: 'hex' },
  {
    timeZone: 'Europe/Moscow',
    dateStyle: 'German, DMY',
    intervalStyle: 'postgres_verbose',
    extraFloatDigits: 1,
    byteaOutput: 'hex',
  },
];

const dateTexts = `1999-01-08|January 8, 1999|1/8/1999|1/18/1999|01/02/03|1999-Jan-08|Jan-08-1999|08-Jan-1999|99-Jan-08|08-Jan-99|Jan-08-99|19990108|990108|1999.008|J2451187|January 8, 99 BC
1999-01-08 BC|0001-01-01 BC|0000-01-01|1999-13-01|1999-02-29|2000-02-29|1900-02-29|1999-00-10|1999-01-32|13/13/2020|31/12/2020|12/31/2020|2020/12/31|2020.12.31|31.12.2020|12.31.2020
epoch|infinity|-infinity|+infinity|INFINITY|tommorow|5874897-12-31|5874898-01-01|4713-11-24 BC|4714-11-24 BC|4714-11-23 BC|10000-01-01|100000-1-1|99-01-01|70-01-01|69-12-31|1-1-1
Fri 8 Jan 1999|friday january 8 1999|8 Jan 1999|Jan 8 1999|1999 Jan 8|1999 8 Jan|08 01 1999|1999 01 08|2001-360|2001 360|1999-366|2000-366|2000.366|abc||   |2020|202005|20200501|2020-5|2020-05-|5-2020|1999-1-8x|1999-01-08 x
January|8 January|1999-01-08 AD|1999-01-08 ad bc|Jan 8 99|1999-01-08 10:00|1999-01-08T10:00Z|on 1999-01-08|1999-Jan|1999-01-08-05|20200230|200230|2020-02-30|1/1/70|1/1/69|1,2,2003|1_2_2003|'1999-01-08'|1999-01-08.`;

const timestampTexts = `2024-07-04 12:34:56|2024-07-04T12:34:56|2024-07-04 12:34:56.789|2024-07-04 12:34:56.1234567|2024-07-04 12:34:56.9999999|2024-07-04 12:34|2024-07-04 12|2024-07-04 24:00|2024-07-04 24:00:01|2024-07-04 23:59:60|2024-07-04 25:00
2024-07-04 12:60|2024-07-04 12:34:61|2024-07-04 12:34:56Z|2024-07-04 12:34:56 UTC|2024-07-04 12:34:56+02|2024-07-04 12:34:56+0200|2024-07-04 12:34:56+02:30|2024-07-04 12:34:56-02:30:15|2024-07-04 12:34:56+16|2024-07-04 12:34:56+15:59|2024-07-04 12:34:56 +2
2024-07-04 12:34:56 America/New_York|2024-07-04 12:34:56 america/new_york|2024-07-04 12:34:56 Nowhere/City|2024-07-04 12:34:56 EST|2024-07-04 12:34:56 EDT|2024-07-04 12:34:56 MSK|2012-07-04 12:34:56 MSK|2024-07-04 12:34:56 AEST|2024-07-04 12:34:56 xyz|2024-07-04 12:34:56 CET DST
2024-07-04 12:34:56 PM|2024-07-04 12:34:56 AM|2024-07-04 01:34:56 pm|2024-07-04 13:34:56 pm|20240704T123456|20240704 123456|20240704 1234|20240704T123456.5|20240704123456|2024-07-04 123456-05|2024-07-04 t 12:34:56|2024-07-04 allballs
Thu Jul 04 12:34:56 2024|Thu Jul 04 12:34:56 2024 PDT|Thu Jul 04 12:34:56.789 2024 America/Los_Angeles|Jul 4 12:34:56 2024|4 Jul 2024 12:34|12:34:56 2024-07-04|12:34 Jul 4, 2024|07/04/2024 12:34|04.07.2024 12:34:56|2024-07-04 12:34:56 BC|0044-03-15 12:00 BC
2024-03-10 02:30|2024-03-10 02:00|2024-03-10 03:00|2024-11-03 01:30|2024-11-03 01:30 EST|2024-11-03 01:30 EDT|2024-11-03 02:00|2024-03-31 02:30|2024-10-27 02:30|2024-04-07 02:30|2024-10-06 02:30|2014-10-26 01:30|2011-03-27 02:30|1883-11-18 12:03:58|1700-01-01|2100-07-01 12:00|9999-12-31 23:59:59.999999
294276-12-31 23:59:59.999999|294277-01-01|294276-12-31 23:59:59.9999999|4714-11-24 00:00 BC|4714-11-23 23:59 BC|epoch|infinity|-infinity|infinity x|J2451187 12:00|J2451187.5|J2451187-05|j 2451187|2024-07-04 12:34:56 z|2024-07-04 12:34:56 zulu|2024-07-04 12:34:56 gmt|2024-07-04 04:05-8:00|2024-07-04 040506-08
2024-07-04 040506+08|2024-07-04 12:34:56 JST|2024-07-04 12:34:56 IST|2024-07-04 12:34:56 Z+2|2024-07-04 12:34:56 UTC+2|2024-07-04 12:34:56 <+03>-03|2024-07-04 12:34:56 Europe/Moscow BC|2024-07-04 1:2:3|2024-7-4 1:2|2024-07-04 12:34.5|2024-07-04 :34|2024-07-04 12:|2024-07-04 12:34:|2024-07-04 12:34:56:78
2024-07-04 12:34:56,5|2024-07-04,12:34:56|2024-07-04;12:34|12:34:56|2024-07-04 -05|2024-07-04 12:34:56 12:00|2024-07-04 2024-07-05|July 4th 2024|4. Juli 2024|2024-07-04 12h|2024-07-04 12:34:56 dst|2024-07-04 12:34:56 EST DST|20240704 12:34|240704 12:34|2024186 12:34|2024.186 12:34|2024-186 12:34`;

const timeTexts = `12:34|12:34:56|12:34:56.789|123456|1234|123456.789|12|24:00|24:00:00.1|25:00|12:34 PM|12:34 am|0:0 am|12:60|allballs|infinity|epoch|12:34:56+02|12:34:56 UTC|12:34 EST|2024-07-04 12:34:56|2024-07-04 12:34:56 America/New_York|12:34:56 America/New_York|12:34 Etc/UTC|t 1234|T123456|23:59:60|23:59:59.9999999|1:2:3|:1|1:|abc||12:34:56 BC|04:05:06.789-8|040506-08|2024-07-04|12345|040506.789+08`;

const intervalTexts = `1 day|1 days|-1 day|1 year 2 mons 3 days 04:05:06.789|1-2|1-2 3 4:05:06|-1-2 +3 -4:05:06|-1 1:00:00|-1-2 3 4:05:06|1 12:59:10|P1Y2M3DT4H5M6S|P1Y2M3DT4H5M6.7S|P0001-02-03T04:05:06|P00010203T040506|PT0S|P|PT|P1W|P1.5Y|P1.5M|P1.5D|P-1Y|PT1.5H|P1Y1Y|P1D1H|PT36H|P10-2T1:2|P1Y2|p1y|P1YT|PT1H2
@ 1 year 2 mons|@ 1 year ago|1 year ago|ago|1 ago|3 days ago 1 hour|1.5 days|1.5 months|1.5 years|1.55 years|0.5 weeks|1 week|2 decades|1 century|1 millennium|1.5 centuries|5 microseconds|5 ms|1.5 ms|5 us|1 quarter|1 min|1 m|1 mon|1 h 2 m 3 s|1h2m3s|1y2mon3d|1 hour 1 hour|1 day 1 day|1 day 24:00 |25:00
100:00:00|10:61|10:20:61|1:2.5|1:2:3.4567891|12|12.5|-12.5|.5|-.5|1.|+5|1 2|1 2:03|1 +2:03|1 -2:03|-1 +2:03|1 2:03:04 ago|infinity|-infinity|+infinity|infinity ago|infinity 1 day|epoch|abc||  |1 abc|day|day 1|1 day hour|178956970 years|178956971 years|2147483647 months|2147483648 months|2147483647 days|2147483648 days
-2147483648 days|2562047788:00:54.775807|2562047788:00:54.775808|9223372036854775807 us|9223372036854775808 us|-9223372036854775808 us|0.1 months|0.33 months|1e3 days|1_000 days|1:2:3:4|1-13|1-11|1 year-2|1 sec 1 ms|1.5 sec 1 ms|1 seconds 5 milliseconds|1 usecs 2 msecs|1 useconds|1 mseconds|1 usecond|1 msecond|1 hrs|1 hr|1 yr|1 yrs|1 secs|1 mins|1 weeks|1 dec|1 decs|1 c|1 cent|1 mil|1 mils|1 y|1 w|1 d|1 s`;

const simple: Readonly<Record<string, string>> = {
  bool: `t|f|true|FALSE|tr|y|n|yes|no|on|off|of|o|1|0|2|10| true |TRUE x||tru3`,
  int2: `1|-1|+1|32767|32768|-32768|-32769|1.0|1e2| 7 |0x1F|0b11|0o7|1_0|_1|1_|0x|||abc|0x_f`,
  int4: `2147483647|2147483648|-2147483648|1 2|0xFFFFFFFF|-0x80000000`,
  int8: `9223372036854775807|9223372036854775808|-9223372036854775808|-9223372036854775809|1 000`,
  uuid: `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|A0EEBC999C0B4EF8BB6D6BB9BD380A11|{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}|a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1|x||a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11x|{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`,
  bytea: `\\x|\\x00ff|\\x0|\\xzz|\\x00 ff|abc|a\\\\b|\\101|\\400|\\x4G|a\\|é`,
  jsonb: `{"b":1,"a":2}|{"bb":1,"a":2,"a":3}|[1,2.50,1e3,1E-2,-0,0.0]|"a\\u00e9\\n\\"\\\\/\\/"|null|true|nul|{|[1,]|{"a"}|""|{"a":{"b":[]}}|"\\u0000"|"\\ud83d\\ude00"|"\\ud83d"|01|1.|.5|+1|  [ ]  |{"é":1,"z":2,"aa":3}|"\\u0001\\u001f"|[[[]]]|{"a":1}x|`,
  json: `{"b":1,  "a":2}|{|[1,]|""|1 2|"\\x"`,
  _int4: `{}|{1,2}|{1,NULL,null}|{{1,2},{3,4}}|{{1},{2,3}}|[2:3]={1,2}|[0:1][1:1]={{1},{2}}|[2:3]={1}|[3:2]={}|{1,}|{,1}|{1|1}|{1}x|{{}}|{{},{}}|{{1},{}}| { 1 , 2 } |[1:2]{1,2}|[2]={1,2}|{"1"}|{"1" x}|{1 2}|{{1},2}|{1,{2}}||{a}|[1:1]={}|{{{{{{{1}}}}}}}`,
  _text: `{a,"b c",d e}|{"a\\"b",a\\"b, x\\  }|{"NULL",NULL,nul}|{""}|{a"b"}|{"a"b}|{\\,}|{"a|{" a "," b"}|{é,日本}|{a{b}|{a\\}`,
  _numeric: `{1.50,NaN,1e3}`,
  _date: `{2024-01-01,infinity,"Jan 5, 2020"}`,
};

describe('text input as PostgreSQL reads it', () => {
  let oracle: Oracle;
  beforeAll(async () => {
    oracle = await startOracle();
  });
  afterAll(() => oracle.stop());

  /** PostgreSQL's wording of details for malformed JSON and of hints is richer than ours. */
  const comparable = (text: string | null): string | null => text?.replace(/(type json) DETAIL .*/s, '$1') ?? null;

  async function compare(setting: TextSettings, sqlTypeName: string, texts: readonly string[], typmod = -1): Promise<void> {
    await oracle.client.query(
      `SELECT set_config('TimeZone', $1, false), set_config('DateStyle', $2, false), set_config('IntervalStyle', $3, false)`,
      [setting.timeZone, setting.dateStyle, setting.intervalStyle],
    );
    const oid = (await oracle.client.query<{ oid: number }>('SELECT $1::regtype::oid::int4 AS oid', [sqlTypeName])).rows[0]!.oid;
    const type = withTypmod(builtinType(oid)!, typmod);
    const sql = texts.map((text) => `${literal(text)}::text::${sqlTypeName}`);
    expectSame(
      sql.map((s) => `${s} -- ${setting.dateStyle} ${setting.intervalStyle} ${setting.timeZone}`),
      texts.map((text) =>
        comparable(attempt(() => format(formatDatum(type, parseDatum(type, text, setting), setting), sqlTypeName))),
      ),
      (await oracle.evaluate(sql)).map(comparable),
    );
  }
  /** A cast of bool to text spells differently from its output. */
  const format = (text: string, type: string): string => (type === 'bool' ? (text === 't' ? 'true' : 'false') : text);

  const split = (texts: string): string[] => texts.split(/[|\n]/);
  const settingsNames = settings.map((s): [string, TextSettings] => [`${s.timeZone}, ${s.dateStyle}, ${s.intervalStyle}`, s]);

  test.each(settingsNames)('dates and times: %s', async (_, setting) => {
    await compare(setting, 'date', split(dateTexts));
    await compare(setting, 'timestamp', split(`${dateTexts}|${timestampTexts}`));
    await compare(setting, 'timestamptz', split(`${dateTexts}|${timestampTexts}`));
    await compare(setting, 'time', split(timeTexts));
  });

  test.each(settingsNames)('intervals: %s', async (_, setting) => {
    await compare(setting, 'interval', split(intervalTexts));
  });

  test('generated dates and times', async () => {
    const random = randomSource(11);
    const make = (r: RandomSource): string => {
      const two = (n: number): string => String(n).padStart(r.pick([1, 2, 2, 2]), '0');
      const separator = r.pick(['-', '/', '.', ' ', '']);
      const month = r.pick([two(r.between(1, 13)), two(r.between(1, 12)), r.pick(['Jan', 'feb', 'MARCH', 'sept', 'December'])]);
      const day = two(r.between(1, 31));
      const year = r.pick([
        String(r.between(1, 9999)),
        String(r.between(1900, 2100)),
        two(r.below(100)),
        String(r.between(1950, 2050)),
      ]);
      const date = r
        .pick([
          [year, month, day],
          [month, day, year],
          [day, month, year],
        ])
        .join(separator);
      const time = r.pick([
        '',
        `${two(r.below(25))}:${two(r.below(61))}`,
        `${two(r.below(24))}:${two(r.below(60))}:${two(r.below(60))}${r.pick(['', '.5', `.${r.digits(6)}`, `.${r.digits(8)}`])}`,
      ]);
      const zone = r.pick([
        '',
        '',
        'Z',
        `+${two(r.below(16))}`,
        `-${two(r.below(15))}:${two(r.below(60))}`,
        ' Europe/Berlin',
        ' CEST',
        ' EST',
        ' Asia/Kathmandu',
      ]);
      return `${date}${r.pick([' ', 'T', '  '])}${time}${zone}${r.pick(['', '', '', ' BC', ' PM'])}`;
    };
    const texts = Array.from({ length: 1500 }, () => make(random));
    for (const setting of settings) {
      await compare(setting, 'timestamptz', texts);
      await compare(setting, 'date', texts.slice(0, 500));
    }
  });

  test('generated intervals', async () => {
    const random = randomSource(12);
    const make = (r: RandomSource): string => {
      const number = (): string => `${r.pick(['', '', '-', '+'])}${r.below(100)}${r.pick(['', '', '.5', `.${r.digits(3)}`])}`;
      const parts = Array.from(
        { length: r.between(1, 4) },
        () => `${number()} ${r.pick(['years', 'mon', 'days', 'hours', 'min', 'sec', 'weeks', 'ms', 'us', 'decade', ''])}`,
      );
      if (r.below(3) === 0)
        parts.push(
          `${r.pick(['', '-', '+'])}${r.below(30)}:${r.digits(2)}:${r.below(60)}${r.pick(['', `.${r.digits(r.between(1, 7))}`])}`,
        );
      return parts.join(r.pick([' ', ' ', ', '])) + r.pick(['', '', '', ' ago']);
    };
    const texts = Array.from({ length: 1500 }, () => make(random));
    for (const setting of settings) await compare(setting, 'interval', texts);
  });

  test.each(Object.keys(simple))('%s', async (name) => {
    await compare(settings[0]!, name, split(simple[name]!));
    if (name === '_int4') await compare(settings[0]!, name, ['{1|2}']);
  });

  test('typmods', () => {
    const parse = (kind: Parameters<typeof sqlType>[0], typmod: number, text: string): string | null =>
      attempt(() => {
        const type = withTypmod(sqlType(kind), typmod);
        return formatDatum(type, parseDatum(type, text, settings[0]!), settings[0]!);
      });
    expect(parse('varchar', 7, 'abc   ')).toBe('abc');
    expect(parse('varchar', 7, 'abcd')).toBe('ERROR 22001 value too long for type character varying(3)');
    expect(parse('bpchar', 8, 'é😀')).toBe('é😀  ');
    expect(parse('bpchar', 5, 'ab')).toBe('ERROR 22001 value too long for type character(1)');
    expect(parse('timestamp', 0, '2024-01-01 00:00:00.5')).toBe('2024-01-01 00:00:01');
    expect(parse('time', 2, '12:00:00.125')).toBe('12:00:00.13');
    expect(parse('numeric', 655367, '1.23456')).toBe('1.235');
    expect(parse('interval', (0x7fff << 16) | 1, '1.25 sec')).toBe('00:00:01.3');
    expect(parse('interval', ((4 | 2) << 16) | 0xffff, '14')).toBe('1 year 2 mons');
    expect(parse('interval', ((8 | 1024) << 16) | 0xffff, '1 2:03')).toBe('1 day 02:00:00');
    expect(parse('name', -1, 'ü'.repeat(40))).toBe('ü'.repeat(31));
  });
});
