/** Arrays compared as they are encoded have the order of the decoded ones, which kernels.test.ts proves against PostgreSQL. */
import { columnFromDatums } from '../../../core/column.ts';
import { arrayTypeOf, sqlType } from '../../../core/sql-type.ts';
import { parseDatum } from '../../../core/text-parse.ts';
import { datumComparator } from '../../../executor/expression/compare.ts';
import { rowComparator } from '../../../executor/expression/compare-rows.ts';
import { settings } from './oracle.ts';

const VALUES = {
  bool: ['t', 'f'],
  int2: ['-32768', '-1', '0', '1', '32767'],
  int4: ['-2147483648', '-1', '0', '1', '2147483647'],
  int8: ['-9223372036854775808', '-4294967297', '-1', '0', '1', '4294967295', '4294967296', '9223372036854775807'],
  float4: ['-Infinity', '-1.5', '-0', '0', '1e-45', 'NaN'],
  float8: ['-Infinity', '-1.5', '-0', '0', '5e-324', 'NaN'],
  numeric: ['-Infinity', '-1.50', '0', '1.5', '1.500', 'NaN'],
  text: ['', 'a', 'A', 'ab', '"é"', '🚀', '"\uFFFD"'],
  varchar: ['', 'a', 'b'],
  bpchar: ['', 'a', '"a  "', '"a b"'],
  bytea: ['', '"\\\\x00"', '"\\\\x0061"', '"\\\\xff"'],
  date: ['-infinity', '1969-12-31', '2000-01-01', 'infinity'],
  time: ['00:00', '12:34:56.789', '24:00'],
  timestamp: ['-infinity', '"1969-12-31 23:59"', '"2000-01-01 00:00"', 'infinity'],
  timestamptz: ['-infinity', '"1969-12-31 23:59+00"', '"2000-01-01 00:00+00"', 'infinity'],
  interval: ['"-1 month"', '"1 month"', '"30 days"', '"720:00:00"', '"720:00:01"'],
  uuid: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  jsonb: ['1', '1.0', '"[]"', '"{}"', 'true'],
} as const;

test.each(Object.entries(VALUES))('%s', (kind, values) => {
  const type = arrayTypeOf(sqlType(kind as keyof typeof VALUES))!;
  const quoted = values.map((value) => (value === '' ? '""' : value));
  const texts = [
    '{}',
    '{NULL}',
    '{NULL,NULL}',
    ...quoted.map((one) => `{${one}}`),
    ...quoted.map((one) => `[0:0]={${one}}`),
    ...quoted.map((one) => `{NULL,${one}}`),
    ...quoted.flatMap((one) => [`{${one},NULL}`, ...quoted.map((two) => `{${one},${two}}`)]),
    ...quoted.map((one) => `{{${one}},{${one}}}`),
    ...quoted.map((one) => `{{${one},${one}}}`),
  ];
  const arrays = texts.map((text) => parseDatum(type, text, settings));
  const encoded = rowComparator(type, columnFromDatums(type, arrays), columnFromDatums(type, [null, ...arrays]));
  const decoded = datumComparator(type);
  const wrong = texts.flatMap((left, i) =>
    texts.flatMap((right, j) => {
      const [got, want] = [Math.sign(encoded(i, j + 1)), Math.sign(decoded(arrays[i]!, arrays[j]!))];
      return got === want ? [] : [`${left} against ${right}: ${got}, not ${want}`];
    }),
  );
  expect(wrong).toEqual([]);
});
