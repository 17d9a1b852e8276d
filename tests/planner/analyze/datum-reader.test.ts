/** Constants of every type that travels: what we read from the tree is what the server sends for it in binary form. */
import pg from 'pg';
import { analyzeQuery } from '../../../planner/analyze/analyze-query.ts';
import { readTree } from '../../../planner/analyze/tree-reader.ts';
import { decodeBinary } from '../../../core/binary-format.ts';
import { assert } from '../../../core/assert.ts';
import { analysedTree, connectForTrees } from '../../support/analysed-tree.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import { TestLookup } from '../../support/test-lookup.ts';

let server: TestPostgres;
let admin: pg.Client;
let session: pg.Client;

beforeAll(async () => {
  server = await startTestPostgres();
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('CREATE TYPE textrange AS RANGE (subtype = text)');
  await admin.query(`CREATE TYPE mood AS ENUM ('sad', 'ok', 'very "happy"')`);
  session = await connectForTrees({ connectionString: server.url });
});

afterAll(async () => {
  await session.end();
  await admin.end();
  await server.stop();
});

const texts = ["''", "'a'", "E'tab\\tnew\\nline'", "'ünï → 日本 🦆'", `'${'long '.repeat(100)}'`];
const literals: Readonly<Record<string, readonly string[]>> = {
  bool: ["'t'", "'f'"],
  int2: ["'-32768'", "'0'", "'32767'"],
  int4: ["'-2147483648'", "'-1'", "'2147483647'"],
  int8: ["'-9223372036854775808'", "'9007199254740993'", "'9223372036854775807'", "'42'"],
  float4: ["'-0'", "'1.1'", "'NaN'", "'Infinity'", "'-Infinity'", "'1e-45'", "'3.4028235e38'"],
  float8: ["'-0'", "'0.1'", "'NaN'", "'Infinity'", "'-Infinity'", "'5e-324'", "'1.7976931348623157e308'"],
  numeric: [
    "'0'",
    "'-0.00'",
    "'1'",
    "'-1.50'",
    "'10000'",
    "'9999.9999'",
    "'0.0001'",
    "'0.00001234'",
    "'1e20'",
    "'1e-20'",
    "'NaN'",
    "'Infinity'",
    "'-Infinity'",
    "'123456789012345678901234567890.123456789'",
    "'1e300'",
    "'-1e-300'",
    "'100000000'",
    "'12345678.9'",
    "'0.10'",
    "'1000000000000.000000000000001'",
    `'${'9'.repeat(1200)}.5'`,
  ],
  text: texts,
  varchar: ["'abc'", "''"],
  bpchar: ["'abc  '"],
  name: ["'abc'", "'é'"],
  json: ['\'{"a":  1}\'', "'[]'"],
  jsonb: [
    "'{}'",
    "'[]'",
    "'1'",
    "'null'",
    "'true'",
    '\'"text"\'',
    "'1.50'",
    "'-1e5'",
    "'[1, [2, [3, {}]]]'",
    '\'{"b": [true, false, null], "a": {"c": "x\\"\\\\\\n\\t\\u0001é"}, "": 0.0001}\'',
    `'${JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ [`key${i}`]: i / 7, nested: [String(i), i % 2 === 0] })))}'`,
  ],
  bytea: ["'\\x'", "'\\x00ff80'"],
  date: ["'2000-01-01'", "'1999-12-31'", "'0044-03-15 BC'", "'infinity'", "'-infinity'", "'5874897-12-31'"],
  time: ["'00:00'", "'24:00:00'", "'12:34:56.789012'"],
  timestamp: ["'2024-02-29 23:59:59.999999'", "'infinity'", "'-infinity'", "'0001-01-01 BC'", "'294276-12-31 23:59:59.999999'"],
  timestamptz: ["'2024-02-29 23:59:59.999999+05:30'", "'infinity'", "'-infinity'"],
  interval: ["'0'", "'1 year 2 months -3 days 04:05:06.789'", "'-178000000 years'", "'infinity'", "'-infinity'"],
  uuid: ["'00000000-0000-0000-0000-000000000000'", "'f47ac10b-58cc-4372-a567-0e02b2c3d479'"],
  mood: ["'sad'", `'very "happy"'`],
  'int4[]': ["'{}'", "'{1,2,3}'", "'{{1,2},{3,NULL}}'", "'[0:1]={5,6}'"],
  'text[]': ['\'{a,NULL,"b c",""}\'', `'{${'x'.repeat(200)},b,${'y'.repeat(130)}}'`, "'{é,日本}'"],
  'numeric[]': ["'{1.5,NaN,-0.001,NULL,1e30}'"],
  'bool[]': ["'{t,f,NULL,t}'"],
  'int2[]': ["'{1,NULL,-3}'"],
  'int8[]': ["'{NULL,9223372036854775807}'"],
  'uuid[]': ["'{f47ac10b-58cc-4372-a567-0e02b2c3d479}'"],
  'date[]': ["'{2024-01-01,infinity}'"],
  'interval[]': ["'{1 day,-2 months}'"],
  'jsonb[]': [`'{"{\\"a\\": [1, 2]}","3"}'`],
  'bytea[]': ['\'{"\\\\\\\\x00ff",NULL}\''],
  'mood[]': ["'{ok,sad}'"],
};
const cases = Object.entries(literals).flatMap(([type, values]) => values.map((value) => [`${value}::${type}`] as const));

test.each(cases)('%s', async (literal) => {
  const statement = `SELECT ${literal}`;
  const { tree } = await analysedTree(session, statement);
  const { rel } = await analyzeQuery(readTree(tree), new TestLookup(admin, {}), { statement });
  assert(rel.kind === 'project', 'a projection of one row');
  const constant = rel.items[0]!.expr;
  assert(constant.kind === 'const' && constant.value !== null, `a constant, not ${constant.kind}`);
  expect(constant.value).toEqual(decodeBinary(constant.type, await binaryForm(literal)));
});

/** What the type's own send function makes of the constant. */
async function binaryForm(literal: string): Promise<Uint8Array> {
  const type = literal.slice(literal.lastIndexOf('::') + 2);
  const { rows } = await admin.query<{ send: string }>('SELECT typsend::text AS send FROM pg_type WHERE oid = $1::regtype', [
    type,
  ]);
  const sent = await admin.query<{ sent: Buffer }>(`SELECT ${rows[0]!.send}(${literal}) AS sent`);
  return new Uint8Array(sent.rows[0]!.sent);
}

test.each([
  "'(1.5,-2)'::point",
  "'[(1,2),(3,4)]'::path",
  "'(2,2),(1,1)'::box",
  "'<(0,0),1>'::circle",
  "'[1,5)'::int4range",
  "'empty'::numrange",
  `'["it''s",z]'::textrange`,
  "'{[1,3), [5,)}'::int8multirange",
  `'{"[1,3)",empty}'::int4range[]`,
  "'12.34'::money",
  "B'10110'",
  "''::varbit",
  "'a:1 b''c:2A'::tsvector",
  "'fat & (rat | cat)'::tsquery",
  "'192.168.1.0/24'::cidr",
  "'08:00:2b:01:02:03'::macaddr",
  "'(0,1)'::tid",
  "'4294967295'::oid",
  "'16/B374D848'::pg_lsn",
  "'12:00:00+02'::timetz",
  "'$.a[*] ? (@ > 1)'::jsonpath",
  '\'x\'::"char"',
])('%s, which has no decoder, as its text', async (literal) => {
  const statement = `SELECT ${literal}`;
  const { tree } = await analysedTree(session, statement);
  const { rel } = await analyzeQuery(readTree(tree), new TestLookup(admin, {}), { statement });
  assert(rel.kind === 'project', 'a projection of one row');
  const { rows } = await admin.query<{ text: string }>(`SELECT (${literal})::text AS text`);
  expect(rel.items[0]!.expr).toMatchObject({ kind: 'cast', how: 'io', arg: { kind: 'const', value: rows[0]!.text } });
});
