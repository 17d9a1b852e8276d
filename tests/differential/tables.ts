/** Small tables full of NULLs, duplicates, empty strings, non-ASCII text and extremes, the same in both databases. */
import type { FederationTable } from '../support/federation.ts';

const cycle = <T>(values: readonly T[], i: number): T => values[i % values.length]!;
const names = [
  "'Ada'",
  "'bela'",
  "''",
  'NULL',
  "'Ürsula'",
  "'straße'",
  "'zoë 🚀'",
  "'Ada'",
  "'100%'",
  "'a_b'",
  "'back\\slash'",
  "'  pad '",
  "'O''Hara'",
];
const kinds = ["'view'", "'buy'", "'return'", 'NULL', "''", "'View'", "'búy'"];

export const TABLES: readonly FederationTable[] = [
  {
    name: 'people',
    columns: [
      'id int4 NOT NULL',
      'name text',
      'dept int4',
      'salary numeric(10,2)',
      'joined date',
      'score float8',
      'active bool',
      'boss int4',
    ],
    primaryKey: ['id'],
    tuples: Array.from({ length: 40 }, (_, i) => {
      const salary = cycle(['NULL', '0.00', '1234.50', '-3.25', '99999999.99', '1234.50', '10.10'], i);
      const joined = cycle(["DATE '2020-02-29'", "DATE '1969-12-31'", 'NULL', "DATE '2000-01-01'", "DATE '2024-12-31'"], i);
      const score = cycle(["'1.5'", "'-0'", 'NULL', "'1e300'", "'0.1'", "'-7.25'", "'2.5'", "'3.5'"], i);
      return `(${i + 1}, ${cycle(names, i)}, ${cycle(['1', '2', '3', 'NULL', '9'], i * 3)}, ${salary}, ${joined}, ${score}, ${cycle(['true', 'false', 'NULL'], i)}, ${i % 4 === 0 ? 'NULL' : 1 + (i >> 1)})`;
    }),
  },
  {
    name: 'depts',
    columns: ['id int4 NOT NULL', 'title text NOT NULL', 'budget int8', 'opened timestamptz'],
    primaryKey: ['id'],
    tuples: [
      "(1, 'Sales', 9223372036854775807, TIMESTAMPTZ '2020-03-29 01:30:00+00')",
      "(2, 'Ops', -9223372036854775808, NULL)",
      "(3, 'R&D', 0, TIMESTAMPTZ '1999-12-31 23:59:59.999999+00')",
      "(4, 'Ops', NULL, TIMESTAMPTZ '2024-10-27 00:30:00+00')",
      "(5, 'Legal', 42, TIMESTAMPTZ '1960-01-01 00:00:00+00')",
    ],
  },
  {
    name: 'events',
    columns: [
      'id int8 NOT NULL',
      'person int4',
      'kind text',
      'amount numeric(12,3)',
      'qty int2',
      'happened timestamp',
      'ratio float4',
      'ref uuid',
    ],
    primaryKey: ['id'],
    tuples: Array.from({ length: 90 }, (_, i) => {
      const amount = cycle(['1.000', '0.005', 'NULL', '-12.345', '1000000.000', '7.700'], i);
      const at = cycle(
        ["TIMESTAMP '2024-01-31 12:00:00'", 'NULL', "TIMESTAMP '1969-07-20 20:17:40.123456'", "TIMESTAMP '2024-02-29 23:59:59'"],
        i,
      );
      const ref = i % 5 === 0 ? 'NULL' : `'0000000${i % 7}-0000-4000-8000-00000000000${i % 3}'`;
      return `(${i === 0 ? '9007199254740993' : i}, ${i % 11 === 0 ? 'NULL' : 1 + ((i * 7) % 47)}, ${cycle(kinds, i)}, ${amount}, ${cycle(['1', '-32768', '32767', 'NULL', '0'], i)}, ${at}, ${cycle(['0.1', 'NULL', '-2.5', '16777216'], i)}, ${ref})`;
    }),
  },
  {
    name: 'codes',
    columns: ['code text', 'n int4'],
    tuples: [
      "('view', 1)",
      "('buy', 2)",
      "('buy', 2)",
      '(NULL, 3)',
      "('zzz', NULL)",
      "('', 0)",
      "('View', 2147483647)",
      '(NULL, NULL)',
    ],
  },
  {
    name: 'lists',
    columns: ['id int4 NOT NULL', 'tags text[]', 'nums int4[]', 'doc json'],
    primaryKey: ['id'],
    tuples: Array.from({ length: 14 }, (_, i) => {
      const tags = cycle(["ARRAY['a', 'b', NULL]", 'NULL', "ARRAY['x y', '', 'NULL', '{\"q\"}', 'zoë']", "ARRAY['b']"], i);
      const nums = cycle(['ARRAY[3, 1, 2]', 'ARRAY[7]', 'NULL', 'ARRAY[NULL, 5]', 'ARRAY[1, 2, 3, 4, 5]'], i);
      const doc = cycle([`'{"a": {"b": [1, 2.50, "x"]}, "n": null}'`, `'[10, {"a": 1}]'`, 'NULL', `'"text"'`], i);
      return `(${i + 1}, ${tags}, ${nums}, ${doc})`;
    }),
  },
  {
    name: 'rooms',
    columns: ['dept int4 NOT NULL', 'no int2 NOT NULL', 'label text'],
    primaryKey: ['dept', 'no'],
    foreignKeys: ['FOREIGN KEY (dept) REFERENCES depts'],
    tuples: Array.from({ length: 9 }, (_, i) => `(${1 + (i % 4)}, ${i}, ${cycle(["'hall'", 'NULL', "''"], i)})`),
  },
  {
    name: 'badges',
    columns: ['id int4 NOT NULL', 'owner int4 NOT NULL', 'guest int4', 'room_no int2', 'room_dept int4', 'level int4'],
    primaryKey: ['id'],
    foreignKeys: [
      'FOREIGN KEY (owner) REFERENCES people DEFERRABLE INITIALLY DEFERRED',
      'FOREIGN KEY (guest) REFERENCES people',
      'FOREIGN KEY (room_dept, room_no) REFERENCES rooms (dept, no)',
    ],
    tuples: Array.from({ length: 30 }, (_, i) => {
      const room =
        i % 5 === 4 ? 'NULL, 1' : i % 7 === 6 ? '5, NULL' : i % 11 === 3 ? 'NULL, NULL' : `${i % 9}, ${1 + ((i % 9) % 4)}`;
      return `(${i + 1}, ${1 + ((i * 3) % 40)}, ${i % 3 === 1 ? 'NULL' : 1 + ((i * 7) % 40)}, ${room}, ${cycle(['1', '2', 'NULL', '0'], i)})`;
    }),
  },
];
