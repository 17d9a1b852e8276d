import type { Numeric } from '../../core/datum.ts';
import { numericFromFloat32, numericFromFloat64, numericToFloat32, numericToFloat64 } from '../../core/numeric-float.ts';
import { formatNumeric, parseNumeric } from '../../core/numeric-text.ts';
import { expNumeric, lnNumeric, logNumeric, powerNumeric, sqrtNumeric } from '../../core/numeric-transcendental.ts';
import * as numeric from '../../core/numeric.ts';
import { formatFloat32, formatFloat64, parseFloat32, parseFloat64 } from '../../core/float-text.ts';
import type { Oracle, RandomSource } from './oracle.ts';
import { attempt, expectSame, literal, randomSource, startOracle } from './oracle.ts';

const edges = [
  '0',
  '0.000',
  '-0.0',
  '1',
  '-1',
  '1.00',
  '2',
  '3',
  '10',
  '0.1',
  '-0.5',
  '1.5',
  '-2.5',
  '0.9999',
  '1.0001',
  '9999',
  '10000',
  '99999999',
  '100000000.0001',
  '1000',
  '0.05',
  '0.95',
  '1.05',
  '12345678901234567890.1234567890',
  '-9223372036854775808',
  '9223372036854775807.5',
  '1e50',
  '1e-50',
  '-7.77e-21',
  'NaN',
  'Infinity',
  '-Infinity',
];

function randomNumeric(random: RandomSource): string {
  if (random.below(4) === 0) return random.pick(edges);
  const sign = random.pick(['', '', '-']);
  const whole = random.below(5) === 0 ? '0' : random.digits(random.between(1, random.pick([2, 4, 9, 25])));
  const fraction = random.below(3) === 0 ? '' : `.${random.digits(random.between(1, random.pick([2, 5, 18, 30])))}`;
  return sign + whole + fraction;
}

const show = (value: Numeric): string => formatNumeric(value);

describe('numeric against PostgreSQL', () => {
  let oracle: Oracle;
  beforeAll(async () => {
    oracle = await startOracle();
  });
  afterAll(() => oracle.stop());

  async function compare(cases: readonly (readonly [string, () => string | null])[]): Promise<void> {
    const sql = cases.map(([text]) => text);
    expectSame(
      sql,
      cases.map(([, ours]) => attempt(ours)),
      await oracle.evaluate(sql),
    );
  }

  test('binary operators', async () => {
    const operators: readonly (readonly [string, (a: Numeric, b: Numeric) => string])[] = [
      ['$a + $b', (a, b) => show(numeric.addNumeric(a, b))],
      ['$a - $b', (a, b) => show(numeric.subtractNumeric(a, b))],
      ['$a * $b', (a, b) => show(numeric.multiplyNumeric(a, b))],
      ['$a / $b', (a, b) => show(numeric.divideNumeric(a, b))],
      ['$a % $b', (a, b) => show(numeric.moduloNumeric(a, b))],
      ['div($a, $b)', (a, b) => show(numeric.truncatingDivideNumeric(a, b))],
      [
        "CASE WHEN $a < $b THEN '-1' WHEN $a > $b THEN '1' WHEN $a = $b THEN '0' END",
        (a, b) => String(numeric.compareNumeric(a, b)),
      ],
    ];
    const random = randomSource(1);
    const pairs: [string, string][] = edges.flatMap((a) => edges.map((b): [string, string] => [a, b]));
    for (let i = 0; i < 500; i++) pairs.push([randomNumeric(random), randomNumeric(random)]);
    await compare(
      pairs.flatMap(([a, b]) =>
        operators.map(([sql, ours]): [string, () => string] => [
          sql.replaceAll('$a', `${literal(a)}::numeric`).replaceAll('$b', `${literal(b)}::numeric`),
          () => ours(parseNumeric(a), parseNumeric(b)),
        ]),
      ),
    );
  });

  test('functions of one value, casts', async () => {
    const functions: readonly (readonly [string, (a: Numeric) => string | null])[] = [
      ['abs($a)', (a) => show(numeric.absNumeric(a))],
      ['- $a', (a) => show(numeric.negateNumeric(a))],
      ['sign($a)', (a) => show(numeric.signNumeric(a))],
      ['ceil($a)', (a) => show(numeric.ceilNumeric(a))],
      ['floor($a)', (a) => show(numeric.floorNumeric(a))],
      ['round($a)', (a) => show(numeric.roundNumeric(a))],
      ['trunc($a)', (a) => show(numeric.truncNumeric(a))],
      ...[-3, -1, 2, 7].map((n): [string, (a: Numeric) => string] => [
        `round($a, ${n})`,
        (a) => show(numeric.roundNumeric(a, n)),
      ]),
      ...[-3, -1, 2, 7].map((n): [string, (a: Numeric) => string] => [
        `trunc($a, ${n})`,
        (a) => show(numeric.truncNumeric(a, n)),
      ]),
      ['min_scale($a)', (a) => numeric.minScaleOf(a)?.toString() ?? null],
      ['trim_scale($a)', (a) => show(numeric.trimScale(a))],
      ['$a::int2', (a) => String(numeric.numericToInt64(a, 'smallint'))],
      ['$a::int4', (a) => String(numeric.numericToInt64(a, 'integer'))],
      ['$a::int8', (a) => String(numeric.numericToInt64(a))],
      ['$a::float8', (a) => formatFloat64(numericToFloat64(a), 1)],
      ['$a::float4', (a) => formatFloat32(numericToFloat32(a), 1)],
      ['$a::numeric(5,2)', (a) => show(numeric.castNumeric(a, ((5 << 16) | 2) + 4))],
      ['$a::numeric(3,-2)', (a) => show(numeric.castNumeric(a, ((3 << 16) | (-2 & 0x7ff)) + 4))],
      ['$a::numeric(3,5)', (a) => show(numeric.castNumeric(a, ((3 << 16) | 5) + 4))],
      ['$a::numeric(4,4)', (a) => show(numeric.castNumeric(a, ((4 << 16) | 4) + 4))],
      ['sqrt($a)', (a) => show(sqrtNumeric(a))],
      ['exp($a)', (a) => show(expNumeric(a))],
      ['ln($a)', (a) => show(lnNumeric(a))],
    ];
    const random = randomSource(2);
    const values = [
      ...edges,
      '99999.995',
      '-0.00000000000000000001',
      '1.0000000000000000000000001',
      '5999.9',
      '-6001',
      '6000',
      '-1000.5',
    ];
    for (let i = 0; i < 200; i++) values.push(randomNumeric(random));
    await compare(
      values.flatMap((a) =>
        functions.map(([sql, ours]): [string, () => string | null] => [
          sql.replaceAll('$a', `(${literal(a)}::numeric)`),
          () => ours(parseNumeric(a)),
        ]),
      ),
    );
  });

  test('power and log', async () => {
    const random = randomSource(3);
    const small = [
      '0',
      '1',
      '-1',
      '2',
      '-2',
      '0.5',
      '-0.5',
      '3',
      '-3',
      '10',
      '0.1',
      '2.5',
      '1.0000001',
      '100',
      '1000',
      '7.123456789',
      'NaN',
      'Infinity',
      '-Infinity',
      '0.00',
      '1.50',
    ];
    const exponents = [
      ...small,
      '-5',
      '17',
      '33.3',
      '100.0',
      '-100',
      '1000',
      '99999',
      '1e10',
      '2147483648',
      '-2147483649',
      '3.0',
    ];
    const pairs = small.flatMap((a) => exponents.map((b): [string, string] => [a, b]));
    for (let i = 0; i < 300; i++) {
      pairs.push([
        `${random.pick(['', '', '-'])}${random.digits(random.between(1, 4))}.${random.digits(random.between(1, 12))}`,
        `${random.pick(['', '-'])}${random.digits(random.between(1, 2))}${random.pick(['', `.${random.digits(3)}`])}`,
      ]);
    }
    await compare(
      pairs.flatMap(([a, b]): [string, () => string][] => [
        [`power(${literal(a)}::numeric, ${literal(b)}::numeric)`, () => show(powerNumeric(parseNumeric(a), parseNumeric(b)))],
        [`log(${literal(a)}::numeric, ${literal(b)}::numeric)`, () => show(logNumeric(parseNumeric(a), parseNumeric(b)))],
      ]),
    );
  });

  test('width_bucket, limits of size', async () => {
    const bucket = (v: string, low: string, high: string, count: number): [string, () => string] => [
      `width_bucket(${literal(v)}::numeric, ${literal(low)}::numeric, ${literal(high)}::numeric, ${count})`,
      () => String(numeric.widthBucketNumeric(parseNumeric(v), parseNumeric(low), parseNumeric(high), count)),
    ];
    const cases: [string, () => string][] = [];
    for (const v of ['0', '1', '5.5', '9.99', '10', '-3', 'Infinity', '-Infinity', 'NaN']) {
      for (const [low, high] of [
        ['0', '10'],
        ['10', '0'],
        ['1', '1'],
        ['0.5', '9.999'],
        ['0', 'Infinity'],
        ['NaN', '1'],
      ] as const) {
        for (const count of [5, 1, 0]) cases.push(bucket(v, low, high, count));
      }
    }
    const big = `1e131071`;
    cases.push(
      [`length((${literal(big)}::numeric)::text)`, () => String(show(parseNumeric(big)).length)],
      [`'1e131072'::numeric`, () => show(parseNumeric('1e131072'))],
      [`${literal(big)}::numeric * 10`, () => show(numeric.multiplyNumeric(parseNumeric(big), parseNumeric('10')))],
      [`round(5e131071, -131072)`, () => show(numeric.roundNumeric(parseNumeric('5e131071'), -131072))],
      [`round(4e131071, -131072)`, () => show(numeric.roundNumeric(parseNumeric('4e131071'), -131072))],
      [`scale(round(1.5, 20000))`, () => String((numeric.roundNumeric(parseNumeric('1.5'), 20000) as { scale: number }).scale)],
      [`'1e-16384'::numeric`, () => show(parseNumeric('1e-16384'))],
      [
        `scale('1e-16383'::numeric * 1e-5)`,
        () => String((numeric.multiplyNumeric(parseNumeric('1e-16383'), parseNumeric('1e-5')) as { scale: number }).scale),
      ],
    );
    await compare(cases);
  });

  test('text input', async () => {
    const texts = [
      '',
      ' ',
      '1',
      ' 1 ',
      '\t1\n',
      '+1',
      '-1.',
      '.5',
      '.',
      '-',
      '+.5e1',
      '1e',
      '1e+',
      '1e5',
      '1E-5',
      '1_000',
      '1__0',
      '_1',
      '1_',
      '1_.5',
      '1._5',
      '1.5_5',
      '1e1_0',
      '1e_1',
      '0x1F',
      '-0xff',
      '0x',
      '0x_f',
      '0xf_',
      '0xfg',
      '0o17',
      '0b101',
      '0b2',
      '0B1_1',
      ' NaN ',
      '-NaN',
      '+nan',
      'nan x',
      'inf',
      '-INF',
      '+infinity',
      'infinit',
      'Infinity ',
      '1 2',
      '0x1p3',
      '1e1000000',
      '1e2147483648',
      '0e99999999',
      '1e-20000',
      '0.1e-16383',
      '00012.500',
      '-0',
      '1,5',
      '１',
    ];
    await compare(
      texts.flatMap((text): [string, () => string][] => [
        [`${literal(text)}::numeric`, () => show(parseNumeric(text))],
        [`${literal(text)}::numeric(6,3)`, () => show(parseNumeric(text, ((6 << 16) | 3) + 4))],
        [`${literal(text)}::float8`, () => formatFloat64(parseFloat64(text), 1)],
        [`${literal(text)}::float4`, () => formatFloat32(parseFloat32(text), 1)],
      ]),
    );
  });

  test('floats: text in every extra_float_digits, casts to numeric', async () => {
    const random = randomSource(4);
    const doubles = new Set<number>([
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      5e-324,
      2.2250738585072014e-308,
      1.7976931348623157e308,
      0.1,
      1e15,
      1e14,
      123456789012345680,
      1e23,
      9.5,
      0.5,
      2.5,
      1e-4,
      1e-5,
      100000,
      1e6,
      2 ** 53,
      2 ** 63,
      2 ** 64,
      1e22,
      9007199254740994,
      0.3,
      4.35,
      1000000.5,
    ]);
    for (let e = 50; e < 140; e += 3) for (const d of [0, 1, 2]) doubles.add(2 ** e * (1 + d * 2 ** -52));
    for (let k = 15; k < 41; k++) for (let d = 1; d < 10; d += 2) doubles.add(Number(`${d}e${k}`));
    const bits = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 500; i++) {
      bits.setUint32(0, random.below(4294967296));
      bits.setUint32(4, random.below(4294967296));
      doubles.add(bits.getFloat64(0));
      doubles.add(random.between(-1000000, 1000000) / random.pick([8, 64, 10, 100, 1000, 1e7]));
    }
    const singles = new Set(
      [
        0,
        -0,
        NaN,
        Infinity,
        1.401298464324817e-45,
        3.4028234663852886e38,
        1.1754943508222875e-38,
        0.1,
        16777216,
        33554432,
        8388608.5,
        999999,
        1e6,
      ].map(Math.fround),
    );
    for (let e = -149; e < 128; e++) singles.add(2 ** e);
    for (let i = 0; i < 500; i++) {
      bits.setUint32(0, random.below(4294967296));
      singles.add(bits.getFloat32(0));
      singles.add(Math.fround(random.between(-100000, 100000) / random.pick([8, 10, 100, 1000])));
    }
    for (const digits of [1, 0, -3, -15, 3]) {
      await oracle.client.query(`SET extra_float_digits = ${digits}`);
      await compare([
        ...[...doubles].map((v): [string, () => string] => [
          `'${Object.is(v, -0) ? '-0' : v}'::float8`,
          () => formatFloat64(v, digits),
        ]),
        ...[...singles].map((v): [string, () => string] => [
          `'${Object.is(v, -0) ? '-0' : v}'::float8::float4`,
          () => formatFloat32(v, digits),
        ]),
      ]);
    }
    await oracle.client.query('RESET extra_float_digits');
    await compare([
      ...[...doubles].map((v): [string, () => string] => [`'${v}'::float8::numeric`, () => show(numericFromFloat64(v))]),
      ...[...singles].map((v): [string, () => string] => [`'${v}'::float8::float4::numeric`, () => show(numericFromFloat32(v))]),
    ]);
    await compare(
      [
        '16777217',
        '16777217.0000000000000001',
        '16777216.9999999999999999',
        '16777219',
        '1e39',
        '3.4028235677973366e38',
        '3.4028235677973365e38',
        '7e-46',
        '8e-46',
        '1e-400',
        '1e309',
      ].flatMap((text): [string, () => string][] => [
        [`'${text}'::float4`, () => formatFloat32(parseFloat32(text), 1)],
        [`'${text}'::numeric::float4`, () => formatFloat32(numericToFloat32(parseNumeric(text)), 1)],
        [`'${text}'::float8`, () => formatFloat64(parseFloat64(text), 1)],
        [`'${text}'::numeric::float8`, () => formatFloat64(numericToFloat64(parseNumeric(text)), 1)],
      ]),
    );
  });
});
