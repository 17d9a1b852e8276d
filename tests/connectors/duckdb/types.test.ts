/** Every DuckDB type as the catalog sees it and as its values arrive, against what PostgreSQL would print. */
import type { Site, SourceRelation } from '../../../algebra/site.ts';
import { createDuckDBSite } from '../../../connectors/duckdb/duckdb-site.ts';
import { stringLayoutIsKnown } from '../../../connectors/duckdb/read-strings.ts';
import { arrayTypeOf, sqlType, withTypmod } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { columnOf, columnId, rowsOf, runDuckDB, scan, temporaryFolder, textOf } from './fixture.ts';

const decimal = (precision: number, scale: number): SqlType => withTypmod(sqlType('numeric'), ((precision << 16) | scale) + 4);
const opaque = (name: string): SqlType => ({ ...sqlType('text'), kind: 'opaque', name });

/** DuckDB's type, PostgreSQL's spelling, the type as the catalog gives it back, and [DuckDB literal, PostgreSQL text] pairs. */
const TYPES: readonly (readonly [string, string, SqlType, readonly (readonly [string, string | null])[]])[] = [
  [
    'BOOLEAN',
    'boolean',
    sqlType('bool'),
    [
      ['true', 't'],
      ['false', 'f'],
    ],
  ],
  [
    'TINYINT',
    'smallint',
    sqlType('int2'),
    [
      ['-128', '-128'],
      ['127', '127'],
    ],
  ],
  [
    'UTINYINT',
    'smallint',
    sqlType('int2'),
    [
      ['0', '0'],
      ['255', '255'],
    ],
  ],
  [
    'SMALLINT',
    'smallint',
    sqlType('int2'),
    [
      ['-32768', '-32768'],
      ['32767', '32767'],
    ],
  ],
  ['USMALLINT', 'integer', sqlType('int4'), [['65535', '65535']]],
  [
    'INTEGER',
    'integer',
    sqlType('int4'),
    [
      ['-2147483648', '-2147483648'],
      ['2147483647', '2147483647'],
    ],
  ],
  ['UINTEGER', 'bigint', sqlType('int8'), [['4294967295', '4294967295']]],
  [
    'BIGINT',
    'bigint',
    sqlType('int8'),
    [
      ['-9223372036854775808', '-9223372036854775808'],
      ['9223372036854775807', '9223372036854775807'],
      ['-1', '-1'],
    ],
  ],
  [
    'UBIGINT',
    'numeric',
    sqlType('numeric'),
    [
      ['18446744073709551615', '18446744073709551615'],
      ['0', '0'],
    ],
  ],
  [
    'HUGEINT',
    'numeric',
    sqlType('numeric'),
    [
      ['170141183460469231731687303715884105727', '170141183460469231731687303715884105727'],
      ['-170141183460469231731687303715884105728', '-170141183460469231731687303715884105728'],
      ['-7', '-7'],
    ],
  ],
  [
    'UHUGEINT',
    'numeric',
    sqlType('numeric'),
    [
      ['340282366920938463463374607431768211455', '340282366920938463463374607431768211455'],
      ['9223372036854775808', '9223372036854775808'],
      ['1', '1'],
    ],
  ],
  [
    'BIGNUM',
    'numeric',
    sqlType('numeric'),
    [
      [
        "'123456789012345678901234567890123456789012345678901234567890'",
        '123456789012345678901234567890123456789012345678901234567890',
      ],
      ["'-5'", '-5'],
    ],
  ],
  [
    'FLOAT',
    'real',
    sqlType('float4'),
    [
      ['0.1', '0.1'],
      ["'NaN'", 'NaN'],
      ["'-Infinity'", '-Infinity'],
      ['3.4028235e38', '3.4028235e+38'],
    ],
  ],
  [
    'DOUBLE',
    'double precision',
    sqlType('float8'),
    [
      ['0.1', '0.1'],
      ['1e300', '1e+300'],
      ["'NaN'", 'NaN'],
      ["'Infinity'", 'Infinity'],
    ],
  ],
  [
    'DECIMAL(4,2)',
    'numeric(4,2)',
    decimal(4, 2),
    [
      ['99.99', '99.99'],
      ['-0.01', '-0.01'],
      ['1', '1.00'],
    ],
  ],
  [
    'DECIMAL(9,3)',
    'numeric(9,3)',
    decimal(9, 3),
    [
      ['-999999.999', '-999999.999'],
      ['0', '0.000'],
    ],
  ],
  ['DECIMAL(18,0)', 'numeric(18,0)', decimal(18, 0), [['999999999999999999', '999999999999999999']]],
  [
    'DECIMAL(38,10)',
    'numeric(38,10)',
    decimal(38, 10),
    [
      ['-9999999999999999999999999999.9999999999', '-9999999999999999999999999999.9999999999'],
      ['1.5', '1.5000000000'],
    ],
  ],
  [
    'VARCHAR',
    'text',
    sqlType('text'),
    [
      ["''", ''],
      ["'twelve bytes'", 'twelve bytes'],
      ["'thirteen byte'", 'thirteen byte'],
      ["'äöü😀'", 'äöü😀'],
      ["repeat('long ', 1000)", 'long '.repeat(1000)],
    ],
  ],
  [
    "ENUM('b', 'a', 'a label longer than twelve')",
    'text',
    sqlType('text'),
    [
      ["'b'", 'b'],
      ["'a label longer than twelve'", 'a label longer than twelve'],
    ],
  ],
  [
    'BLOB',
    'bytea',
    sqlType('bytea'),
    [
      ["''::BLOB", '\\x'],
      ["'\\x00\\xFF'::BLOB", '\\x00ff'],
    ],
  ],
  [
    'DATE',
    'date',
    sqlType('date'),
    [
      ["'2020-02-29'", '2020-02-29'],
      ["'0044-03-15 (BC)'", '0044-03-15 BC'],
      ["'infinity'", 'infinity'],
      ["'-infinity'", '-infinity'],
      ["'1970-01-01'", '1970-01-01'],
    ],
  ],
  [
    'TIME',
    'time without time zone',
    sqlType('time'),
    [
      ["'12:34:56.789012'", '12:34:56.789012'],
      ["'24:00:00'", '24:00:00'],
    ],
  ],
  [
    'TIME WITH TIME ZONE',
    'time with time zone',
    opaque('pg_catalog.timetz'),
    [
      ["'12:34:56+02'", '12:34:56+02'],
      ["'12:34:56.5-03:30'", '12:34:56.5-03:30'],
    ],
  ],
  [
    'TIMESTAMP',
    'timestamp without time zone',
    sqlType('timestamp'),
    [
      ["'2020-02-29 12:34:56.789012'", '2020-02-29 12:34:56.789012'],
      ["'1969-12-31 23:59:59.999999'", '1969-12-31 23:59:59.999999'],
      ["'0044-03-15 (BC) 10:00:00'", '0044-03-15 10:00:00 BC'],
      ["'infinity'", 'infinity'],
      ["'-infinity'", '-infinity'],
      ["'2000-01-01 00:00:00'", '2000-01-01 00:00:00'],
    ],
  ],
  ['TIMESTAMP_S', 'timestamp without time zone', sqlType('timestamp'), [["'2020-02-29 12:34:56'", '2020-02-29 12:34:56']]],
  [
    'TIMESTAMP_MS',
    'timestamp without time zone',
    sqlType('timestamp'),
    [["'2020-02-29 12:34:56.789'", '2020-02-29 12:34:56.789']],
  ],
  [
    'TIMESTAMP_NS',
    'timestamp without time zone',
    sqlType('timestamp'),
    [["'2020-02-29 12:34:56.789012'", '2020-02-29 12:34:56.789012']],
  ],
  [
    'TIMESTAMP WITH TIME ZONE',
    'timestamp with time zone',
    sqlType('timestamptz'),
    [
      ["'2020-03-29 01:30:00+00'", '2020-03-29 01:30:00+00'],
      ["'infinity'", 'infinity'],
    ],
  ],
  [
    'INTERVAL',
    'interval',
    sqlType('interval'),
    [
      ["INTERVAL '14 months 3 days 04:05:06.5'", '1 year 2 mons 3 days 04:05:06.5'],
      ['to_microseconds(-1)', '-00:00:00.000001'],
    ],
  ],
  [
    'UUID',
    'uuid',
    sqlType('uuid'),
    [
      ["'00000000-0000-0000-0000-000000000000'", '00000000-0000-0000-0000-000000000000'],
      ["'fedcba98-7654-3210-0123-456789abcdef'", 'fedcba98-7654-3210-0123-456789abcdef'],
    ],
  ],
  ['BIT', 'bit varying', opaque('pg_catalog.varbit'), [["'10110'::BIT", '10110']]],
  ['JSON', 'json', sqlType('json'), [['\'{"b": 1,  "a":[1, 2]}\'', '{"b": 1,  "a":[1, 2]}']]],
  [
    'INTEGER[]',
    'integer[]',
    arrayTypeOf(sqlType('int4'))!,
    [
      ['[]', '{}'],
      ['[1, NULL, -3]', '{1,NULL,-3}'],
    ],
  ],
  ['INTEGER[3]', 'integer[]', arrayTypeOf(sqlType('int4'))!, [['[1, 2, 3]', '{1,2,3}']]],
  ['UTINYINT[]', 'smallint[]', arrayTypeOf(sqlType('int2'))!, [['[255, 0]', '{255,0}']]],
  [
    'VARCHAR[]',
    'text[]',
    arrayTypeOf(sqlType('text'))!,
    [["['a', 'with \"quote\" and more than twelve', NULL, '']", '{a,"with \\"quote\\" and more than twelve",NULL,""}']],
  ],
  ['DECIMAL(9,3)[]', 'numeric(9,3)[]', arrayTypeOf(sqlType('numeric'))!, [['[1.5, -0.001]', '{1.500,-0.001}']]],
  [
    'TIMESTAMP[]',
    'timestamp without time zone[]',
    arrayTypeOf(sqlType('timestamp'))!,
    [["['2020-01-01 00:00:00'::TIMESTAMP]", '{"2020-01-01 00:00:00"}']],
  ],
  ['INTEGER[][]', 'jsonb', sqlType('jsonb'), [['[[1, 2], [3], NULL]', '[[1, 2], [3], null]']]],
  [
    'STRUCT(bb INTEGER, a DECIMAL(5,2), c DOUBLE, d VARCHAR, e JSON)',
    'jsonb',
    sqlType('jsonb'),
    [
      [
        "{'bb': 1, 'a': 1.50, 'c': 1e20, 'd': 'x\"y', 'e': '{\"z\":1.0,\"aa\":1e-3, \"z\": true}'}",
        '{"a": 1.50, "c": 100000000000000000000, "d": "x\\"y", "e": {"z": true, "aa": 0.001}, "bb": 1}',
      ],
      ["{'bb': NULL, 'a': -0.01, 'c': 'NaN', 'd': '', 'e': NULL}", '{"a": -0.01, "c": "NaN", "d": "", "e": null, "bb": null}'],
    ],
  ],
  [
    'MAP(VARCHAR, INTEGER)',
    'jsonb',
    sqlType('jsonb'),
    [["MAP {'long key': 1, 'b': NULL, 'a': 2}", '{"a": 2, "b": null, "long key": 1}']],
  ],
  [
    'UNION(n INTEGER, s VARCHAR)',
    'jsonb',
    sqlType('jsonb'),
    [
      ['union_value(n := 1)', '{"n": 1}'],
      ["union_value(s := 'x')", '{"s": "x"}'],
    ],
  ],
];

describe('DuckDB types', () => {
  let site: Site;
  let relations: readonly SourceRelation[];
  let remove: () => Promise<void>;

  beforeAll(async () => {
    const { folder, remove: removeFolder } = await temporaryFolder();
    remove = removeFolder;
    const statements = TYPES.flatMap(([type, , , values], i) => [
      `CREATE TABLE t${i} (id INTEGER, v ${type})`,
      `INSERT INTO t${i} VALUES (${values.length}, NULL)`,
      ...values.map(([value], id) => `INSERT INTO t${i} SELECT ${id}, ${value}`),
    ]);
    await runDuckDB(`${folder}/types.duckdb`, [
      ...statements,
      // Repeated, shuffled and long strings over many chunks; NULLs at every seventh row.
      `CREATE TABLE strings AS SELECT i::INTEGER AS id, CASE WHEN i % 7 = 0 THEN NULL ELSE 's' || i END AS short,
         CASE WHEN i % 5 = 0 THEN NULL ELSE 'a string that is not short ' || i END AS long,
         'one of ' || (i * 7919 % 13) || ' values that repeat' AS repeated, 'constant and rather long' AS constant,
         CASE WHEN i % 3 = 0 THEN repeat('x', (i % 400)::INTEGER) ELSE 'y' END AS mixed,
         CASE WHEN i % 4 = 0 THEN NULL ELSE [i::VARCHAR, 'element number ' || i] END AS list
         FROM range(70001) r(i)`,
      "CREATE TABLE nul AS SELECT 'a' || chr(0) || 'b' AS v",
      "CREATE TABLE old AS SELECT DATE '5000-01-01 (BC)' AS v",
    ]);
    site = createDuckDBSite({ name: 'lake', path: 'types.duckdb', baseDir: folder });
    relations = (await site.describe(new AbortController().signal)).relations;
  });
  afterAll(async () => {
    await site?.close();
    await remove?.();
  });

  test('strings are read from memory, not one by one', () => {
    expect(stringLayoutIsKnown()).toBe(true);
  });

  test.each(TYPES.map(([name, sql, type, values], i) => ({ name, sql, type, values, i })))(
    '$name',
    async ({ sql, type, values, i }) => {
      const described = relations.find((relation) => relation.name === `t${i}`)!.columns[1]!;
      expect(described.type).toEqual({ kind: 'builtin', sql });
      const relation = scan('lake', `t${i}`, [
        ['id', sqlType('int4')],
        ['v', type],
      ]);
      expect(site.capabilities.operator(relation).verdict).toBe('exact');
      const rows = (await rowsOf(site, relation)).sort((a, b) => (a[0] as number) - (b[0] as number));
      expect(rows.map((row) => textOf(type, row[1]!))).toEqual([...values.map(([, text]) => text), null]);
    },
  );

  test('strings of every form over many batches', async () => {
    const text = sqlType('text');
    const list = arrayTypeOf(text)!;
    const relation = scan('lake', 'strings', [
      ['id', sqlType('int4')],
      ['short', text],
      ['long', text],
      ['repeated', text],
      ['constant', text],
      ['mixed', text],
      ['list', list],
    ]);
    const sorted = {
      kind: 'sort',
      input: relation,
      keys: [{ column: columnId(1), type: sqlType('int4'), descending: false, nullsFirst: false }],
    } as const;
    for (const fragment of [sorted, relation]) {
      const rows = (await rowsOf(site, fragment)).sort((a, b) => (a[0] as number) - (b[0] as number));
      expect(rows.length).toBe(70001);
      const wrong = rows.filter(([id, short, long, repeated, constant, mixed, listed]) => {
        const n = id as number;
        return (
          short !== (n % 7 === 0 ? null : `s${n}`) ||
          long !== (n % 5 === 0 ? null : `a string that is not short ${n}`) ||
          repeated !== `one of ${(n * 7919) % 13} values that repeat` ||
          constant !== 'constant and rather long' ||
          mixed !== (n % 3 === 0 ? 'x'.repeat(n % 400) : 'y') ||
          textOf(list, listed!) !== (n % 4 === 0 ? null : `{${n},"element number ${n}"}`)
        );
      });
      expect(wrong).toEqual([]);
    }
  });

  test('constants and NULLs alone', async () => {
    const relation = scan('lake', 't0', [['id', sqlType('int4')]]);
    const rows = await rowsOf(site, {
      kind: 'project',
      input: relation,
      items: [
        {
          column: { id: columnId(10), name: 'c', type: sqlType('text') },
          expr: { kind: 'const', value: 'a constant, long enough', type: sqlType('text') },
        },
        {
          column: { id: columnId(11), name: 'n', type: sqlType('text') },
          expr: { kind: 'const', value: null, type: sqlType('text') },
        },
        { column: { id: columnId(12), name: 'i', type: sqlType('int4') }, expr: columnOf(relation, 0) },
      ],
    });
    expect(rows.map((row) => row.slice(0, 2))).toEqual(Array.from({ length: 3 }, () => ['a constant, long enough', null]));
  });

  test('what PostgreSQL cannot hold is an error that names the column', async () => {
    const text = sqlType('text');
    await expect(rowsOf(site, scan('lake', 'nul', [['v', text]]))).rejects.toMatchObject({
      code: '22021',
      fields: { detail: expect.stringContaining('"v"') },
    });
    await expect(rowsOf(site, scan('lake', 'old', [['v', sqlType('date')]]))).rejects.toMatchObject({ code: '22008' });
  });
});
