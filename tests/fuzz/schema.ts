/** Random tables: columns of every type that both databases have, rows with NULLs, duplicates and extremes. */
import type { FederationTable } from '../support/federation.ts';
import type { SqlTypeName, Want } from './types.ts';
import type { Random } from './random.ts';

export interface FuzzColumn {
  readonly name: string;
  readonly want: Want;
}
export interface FuzzTable {
  readonly name: string;
  readonly columns: readonly FuzzColumn[];
  readonly federated: FederationTable;
}

/** What a statement sees of the tables. */
export const TABLES_PER_STATEMENT = 4;

interface ColumnKind {
  readonly want: Want;
  readonly declared: string;
  /** In SQL that both databases read. */
  readonly values: readonly string[];
}

const text = [
  "'a'",
  "'Ada'",
  "''",
  "'ada'",
  "'straße'",
  "'zoë 🚀'",
  "'a_b'",
  "'100%'",
  "'  pad '",
  "'O''Hara'",
  "'b'",
  "'42'",
  "'İi'",
];
const floats = ["'0.5'", "'1.5'", "'-7.25'", "'100.125'", "'3'"];

const COLUMN_KINDS: readonly ColumnKind[] = [
  { want: 'bool', declared: 'bool', values: ['true', 'false'] },
  { want: 'int2', declared: 'int2', values: ['0', '1', '-1', '32767', '-32768', '7'] },
  { want: 'int4~', declared: 'int4', values: ['0', '1', '2', '3', '-3', '5', '100'] },
  { want: 'int4', declared: 'int4', values: ['0', '1', '-1', '2147483647', '-2147483648', '1000000'] },
  { want: 'int8', declared: 'int8', values: ['0', '1', '-1', '9223372036854775807', '-9223372036854775808', '9007199254740993'] },
  { want: 'float4', declared: 'float4', values: ["'0.1'", "'-2.5'", "'16777216'", "'NaN'", "'Infinity'", "'-0.0'", "'1.5'"] },
  { want: 'float8~', declared: 'float8', values: [...floats, "'0'"] },
  // No 0 beside -0: DuckDB stores a run of them as one value.
  { want: 'float8', declared: 'float8', values: [...floats, "'0.1'", "'1e300'", "'NaN'", "'-Infinity'", "'-0.0'", "'5e-324'"] },
  { want: 'numeric~', declared: 'numeric(10,2)', values: ['0.00', '1.50', '-3.25', '99.99', '1234.50', '0.01'] },
  {
    want: 'numeric',
    declared: 'numeric(18,3)',
    values: ['0.000', '1.500', '-999999999999999.999', '999999999999999.999', '0.005', '7.700'],
  },
  { want: 'numeric', declared: 'numeric(38,6)', values: ['0', '12345678901234567890123456789012.345678', '-0.000001', '1.5'] },
  { want: 'numeric', declared: 'numeric(4,0)', values: ['0', '1', '-9999', '9999'] },
  // Integers past each width, whose casts raise.
  {
    want: 'numeric',
    declared: 'numeric(20,0)',
    values: ['3', '-32769', '2147483648', '9223372036854775807', '-9223372036854775809', '99999999999999999999'],
  },
  { want: 'text', declared: 'text', values: text },
  { want: 'text', declared: 'text', values: text },
  { want: 'date~', declared: 'date', values: ["'2020-02-29'", "'1969-12-31'", "'2000-01-01'", "'2024-12-31'", "'2024-01-31'"] },
  { want: 'date', declared: 'date', values: ["'2020-02-29'", "'infinity'", "'-infinity'", "'0001-01-01'", "'9999-12-31'"] },
  { want: 'time', declared: 'time', values: ["'00:00:00'", "'23:59:59.999999'", "'12:30:00'"] },
  {
    want: 'timestamp~',
    declared: 'timestamp',
    values: ["'2024-01-31 12:00:00'", "'1969-07-20 20:17:40.123456'", "'2024-02-29 23:59:59'", "'2024-03-31 02:30:00'"],
  },
  {
    want: 'timestamp',
    declared: 'timestamp',
    values: ["'2024-01-31 12:00:00'", "'infinity'", "'-infinity'", "'0001-01-01 00:00:00'"],
  },
  {
    want: 'timestamptz~',
    declared: 'timestamptz',
    values: ["'2024-03-31 00:59:59+00'", "'2024-10-27 00:30:00+00'", "'1960-01-01 00:00:00+00'", "'2024-10-27 01:30:00+00'"],
  },
  { want: 'interval~', declared: 'interval', values: ["'1 month'", "'30 days'", "'24 hours'", "'1 day'", "'-00:00:01.5'"] },
  {
    want: 'uuid',
    declared: 'uuid',
    values: [
      "'00000001-0000-4000-8000-000000000001'",
      "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
      "'00000000-0000-0000-0000-000000000000'",
    ],
  },
  { want: 'bytea', declared: 'bytea', values: ["'ab'", "''", "'abc'", "'b'"] },
  { want: 'int4[]', declared: 'int4[]', values: ['ARRAY[1, 2]', 'ARRAY[3, NULL]', 'ARRAY[]::int4[]', 'ARRAY[1]'] },
  {
    want: 'text[]',
    declared: 'text[]',
    values: ["ARRAY['a', 'b']", "ARRAY['', NULL]", 'ARRAY[]::text[]', "ARRAY['Ada', 'zoë 🚀', 'x y']"],
  },
];

const PREFIX: Readonly<Record<SqlTypeName, string>> = {
  bool: 'b',
  int2: 's',
  int4: 'i',
  int8: 'l',
  float4: 'r',
  float8: 'f',
  numeric: 'n',
  text: 't',
  date: 'd',
  time: 'h',
  timestamp: 'ts',
  timestamptz: 'tz',
  interval: 'v',
  uuid: 'u',
  bytea: 'y',
  'int4[]': 'a',
  'text[]': 'at',
  jsonb: 'j',
};

/** Every table has a key `id` and a join column `k`; the rest is drawn. */
export function randomSchema(random: Random, tables: number): readonly FuzzTable[] {
  return Array.from({ length: tables }, (_, index) => {
    const name = `t${index + 1}`;
    const kinds: ColumnKind[] = random.sample(COLUMN_KINDS, 6 + random.below(6));
    const rows = index % 4 === 3 ? random.below(4) : 5 + random.below(22);
    const columns = kinds.map((kind, i) => ({ name: `${PREFIX[kind.want.replace('~', '') as SqlTypeName]}${i}`, kind }));
    const notNull = columns.map(() => random.chance(0.15));
    const tuples = Array.from({ length: rows }, (_, row) => {
      const values = columns.map(({ kind }, i) =>
        !notNull[i] && random.chance(0.2) ? 'NULL' : `CAST(${random.pick(kind.values)} AS ${kind.declared})`,
      );
      return `(${[row + 1, random.chance(0.2) ? 'NULL' : random.below(8), ...values].join(', ')})`;
    });
    const declared = columns.map((column, i) => `${column.name} ${column.kind.declared}${notNull[i] ? ' NOT NULL' : ''}`);
    return {
      name,
      columns: [
        { name: 'id', want: 'int4~' },
        { name: 'k', want: 'int4~' },
        ...columns.map((column) => ({ name: column.name, want: column.kind.want })),
      ],
      federated: { name, columns: ['id int4 NOT NULL', 'k int4', ...declared], primaryKey: ['id'], tuples },
    };
  });
}
