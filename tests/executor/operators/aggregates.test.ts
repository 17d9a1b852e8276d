/**
 * Every registered aggregate against PostgreSQL 18 on edge values: values, NULLs, scales and error codes, compared by the
 * binary send format, bit for bit. Inputs come from PostgreSQL in that format too.
 */
import { Client } from 'pg';
import type { AggregatePlan } from '../../../algebra/plan.ts';
import type { AggregateCall, Scalar } from '../../../algebra/scalar.ts';
import { decodeBinary, encodeBinary } from '../../../core/binary-format.ts';
import type { Datum, PgArray } from '../../../core/datum.ts';
import { SqlError } from '../../../core/sql-error.ts';
import { arrayTypeOf, builtinType, sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { localAggregateVerdict } from '../../../executor/capabilities.ts';
import { registeredAggregates } from '../../../executor/operators/aggregate/registry.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import type { Row } from './plan-builder.ts';
import {
  aggregateCall,
  batchesOf,
  bool,
  call,
  column,
  constant,
  float8,
  functionRef,
  int4,
  node,
  ref,
  remote,
  run,
} from './plan-builder.ts';

let server: TestPostgres;
let client: Client;
let mood: SqlType;
/** A row type. */
let pair: SqlType;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    "SET TimeZone = 'UTC'; CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TYPE pair AS (a int4, b text)",
  );
  const { rows } = await client.query<{ oid: number; pair: number }>(
    "SELECT 'mood'::regtype::oid::int AS oid, 'pair'::regtype::oid::int AS pair",
  );
  const fields = (['int4', 'text'] as const).map((kind, i) => ({ name: 'ab'[i]!, type: sqlType(kind) }));
  pair = { kind: 'composite', oid: rows[0]!.pair, typmod: -1, collation: 'none', name: 'public.pair', fields };
  mood = { kind: 'enum', oid: rows[0]!.oid, typmod: -1, collation: 'none', name: 'public.mood', labels: ['sad', 'ok', 'happy'] };
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
});

const sendNames: Partial<Record<SqlType['kind'], string>> = {
  bool: 'boolsend',
  text: 'textsend',
  varchar: 'varcharsend',
  bpchar: 'bpcharsend',
  bytea: 'byteasend',
  int2: 'int2send',
  int4: 'int4send',
  int8: 'int8send',
  float4: 'float4send',
  float8: 'float8send',
  jsonb: 'jsonb_send',
  composite: 'record_send',
};
const sent = (expression: string, type: SqlType): string =>
  `encode(${sendNames[type.kind] ?? `${type.kind}_send`}(${expression}), 'hex')`;

/** Groups of values, in SQL; one group a line, '|' between values. The first has no rows. */
const inputs: Readonly<Record<string, string>> = {
  bool: `\nNULL\ntrue\nfalse\ntrue|false|NULL\ntrue|true\nNULL|false`,
  int2: `\nNULL\n5\n-32768|32767|0\n32767|32767|32767|NULL|-1\n1|1|2|2|3`,
  int4: `\nNULL\n7\n-2147483648|2147483647|-1\n2147483647|2147483647|NULL|2147483647\n1|2|2|3|3|3\n10|20|20|NULL|-7|123456789`,
  int8: `\nNULL\n7\n9223372036854775807|9223372036854775807|1\n-9223372036854775808|-9223372036854775808|NULL\n1|2|2|9007199254740993|-3\n9007199254740991|1`,
  float4: `\nNULL\n1.5\n1e38|3e38|-1\n3e38|3e38\nNaN|1\nInfinity|1|-1\nInfinity|-Infinity\n-0|0\n0|-0\n0.1|0.2|0.3|NULL|1e-30\n16777216|1|1`,
  float8: `\nNULL\n1.5\n1e308|1e308\n1e200|-1e200\nNaN|1|Infinity\nInfinity|1|-1\n-Infinity|1\nInfinity|-Infinity\n-0|0\n0|-0|NULL\n0.1|0.2|0.3\n1e16|1|-1e16\n1e-320|5e-324\n3|3|3|3`,
  numeric: `\nNULL\n1.50\n1.5|2.25|3\n0.00|0\n-0.001|0.0010\n99999999999999999999.99|0.01|-5\n1e40|-1e40|1e-20\nNaN|1\nInfinity|1\n-Infinity|2.5\nInfinity|-Infinity\n1|2|NULL\n1.10|1.1|1.100\n9223372036854775807|9223372036854775807\n922337203685477.5807|0.0001\n123456789.12|-4.5|7.1234567\n2|2|2\n1e-10|3e-10|2\n12345678901234567890|1`,
  text: `\nNULL\nab\na||b|NULL\nä|z|😀|Z\n\uFF5E|😀|a`,
  bpchar: `\nNULL\na \na  |a|b\nB|a|NULL`,
  bytea: `\nNULL\n\\x00\n\\x|\\x00|\\x00ff\n\\xff|NULL|\\x01`,
  date: `\nNULL\n2024-02-29\n-infinity|2000-01-01|infinity\n0044-03-15 BC|5874897-12-31|NULL`,
  time: `\nNULL\n24:00:00\n00:00|23:59:59.999999|NULL`,
  timestamp: `\nNULL\n2024-02-29 12:00:00.000001|-infinity\n4713-01-01 BC|294276-12-31 23:59:59.999999|infinity`,
  timestamptz: `\nNULL\n2024-03-31 02:30:00+01|2024-03-31 01:30:00+00|infinity\n-infinity|1999-12-31`,
  interval: `\nNULL\n1 mon 2 days 03:04:05.000006\n1 mon|30 days|29 days 24:00:00\n30 days|1 mon\n1 year|-5 mons 3 days|00:00:01|NULL\ninfinity|1 day\n-infinity|1 day|NULL\ninfinity|-infinity\n178000000 years|178000000 years\n7 days|1 mon 1 day 0.000001 sec|-3 hours\n1 mon|2 mons\n-1 mon|-1 day|-00:00:00.5`,
  mood: `\nNULL\nhappy|sad|ok\nok|NULL`,
  'int4[]': `\nNULL\n{1,2}|{1,3}|{}\n{2}|{1,2,3}|NULL\n{1,NULL}|{1,2}\n{1,2}|{3,4}`,
  jsonb: `\nNULL\n{"a":1}|[1]|NULL\n2|10|-3|2.5|NULL\n"b"|true|null|[]|{}|"b"`,
  pair: `\nNULL\n(1,a)\n(1,b)|(1,a)|(,b)|NULL\n(2,)|(2,z)|(-1,)\n(1,a)|(1,a)|(2,"")`,
};

const typeNamed = (name: string): SqlType =>
  name === 'mood'
    ? mood
    : name === 'pair'
      ? pair
      : name.endsWith('[]')
        ? arrayTypeOf(typeNamed(name.slice(0, -2)))!
        : sqlType(name as 'int4');

const groupsOf = (name: string): string[][] =>
  inputs[name]!.split('\n').map((line, i) => (i === 0 && line === '' ? [] : line.split('|')));

const literal = (value: string, name: string): string =>
  value === 'NULL' ? `NULL::${name}` : `'${value.replaceAll("'", "''")}'::${name}`;

/** The inputs as PostgreSQL sends them: group, position, value. */
async function fetchInputs(name: string): Promise<Row[][]> {
  const type = typeNamed(name);
  const out: Row[][] = [];
  for (const values of groupsOf(name)) {
    const rows: Row[] = [];
    for (const value of values) {
      const { rows: answer } = await client.query<{ v: string | null }>(`SELECT ${sent(literal(value, name), type)} AS v`);
      const hex = answer[0]!.v;
      rows.push([hex === null ? null : decodeBinary(type, Buffer.from(hex, 'hex'))]);
    }
    out.push(rows);
  }
  return out;
}

/** Hex of the result, null, or the error's code. */
async function theirs(sql: string): Promise<string | null> {
  try {
    const { rows } = await client.query<{ v: string | null }>(sql);
    return withoutNanSign(rows[0]!.v);
  } catch (error) {
    return `error ${(error as { code: string }).code}`;
  }
}

async function ours(
  type: SqlType,
  rows: readonly Row[],
  make: (input: ReturnType<typeof column>) => AggregateCall,
): Promise<string | null> {
  const input = column('x', type);
  const aggregate = make(input);
  const plan: AggregatePlan = {
    ...node([column('v', aggregate.type)]),
    kind: 'aggregate',
    input: remote('t', [input]),
    groups: [],
    calls: [aggregate],
  };
  expect(localAggregateVerdict(aggregate)).toEqual({ verdict: 'exact' });
  try {
    const out = await run(plan, { t: { batches: batchesOf([type], rows, 2) } });
    expect(out.length).toBe(1);
    return hexOf(aggregate.type, out[0]![0]!);
  } catch (error) {
    if (error instanceof SqlError) return `error ${error.code}`;
    throw error;
  }
}

const hexOf = (type: SqlType, value: Datum): string | null =>
  value === null ? null : withoutNanSign(Buffer.from(encodeBinary(type, value)).toString('hex'));

/** The sign of a NaN is the processor's choice and never shows. */
const withoutNanSign = (hex: string | null): string | null =>
  hex && hex.replace(/^fff8000000000000$/, '7ff8000000000000').replace(/^ffc00000$/, '7fc00000');

const valuesOf = (name: string, group: readonly string[]): string =>
  group.length === 0
    ? `(SELECT NULL::${name} AS x, 1 AS i WHERE false) t`
    : `(VALUES ${group.map((v, i) => `(${literal(v, name)}, ${i})`).join(', ')}) t(x, i)`;

interface Signature {
  readonly signature: string;
  readonly name: string;
  readonly argument: string;
}
const signatures: readonly Signature[] = registeredAggregates().map((signature) => {
  const [, name, argument] = /^(\w+)\((\w*)/.exec(signature)!;
  return { signature, name: name!, argument: argument! };
});

/** Types to try a signature with. */
function argumentTypes({ signature, name: fn, argument }: Signature): readonly string[] {
  // There are no arrays of arrays.
  if (signature === 'percentile_disc(_float8,anyelement)')
    return Object.keys(inputs).filter((name) => !/^(?:bpchar|int4\[\])$/.test(name));
  if (/^(?:percentile_disc|mode)/.test(fn)) return Object.keys(inputs).filter((name) => name !== 'bpchar');
  if (signature.startsWith('percentile_cont')) return ['float8'];
  switch (argument) {
    case '':
      return ['int4'];
    case 'any':
      return ['int4', 'text', 'numeric'];
    case 'anyelement':
    case 'anynonarray':
      return Object.keys(inputs).filter((name) => argument === 'anyelement' || !name.endsWith('[]'));
    case 'anyarray':
      return ['int4[]'];
    case 'anyenum':
      return ['mood'];
    case 'record':
      return ['pair'];
    default:
      return [argument];
  }
}

/** Return type of a signature over an argument type, from pg_proc. */
async function returnType({ signature }: Signature, argument: SqlType): Promise<SqlType> {
  const { rows } = await client.query<{ name: string; oid: number }>(
    `SELECT t.typname AS name, t.oid::int AS oid FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype
     WHERE p.prokind = 'a' AND p.pronamespace = 'pg_catalog'::regnamespace AND
       p.proname || '(' || array_to_string(ARRAY(SELECT a.typname FROM unnest(p.proargtypes) WITH ORDINALITY u(o, n) JOIN pg_type a ON a.oid = o ORDER BY n), ',') || ')' = $1`,
    [signature],
  );
  if (rows.length !== 1) throw new Error(`${signature} is not PostgreSQL's`);
  const { name, oid } = rows[0]!;
  if (name === 'anyarray') return /^array_agg\(anynonarray|^percentile/.test(signature) ? arrayOf(argument) : argument;
  return name.startsWith('any') || name === 'record' ? argument : builtinType(oid)!;
}

const arrayOf = (type: SqlType): SqlType =>
  arrayTypeOf(type) ?? { kind: 'array', oid: type.oid, typmod: -1, collation: 'none', name: `${type.name}[]`, element: type };

/** How a call is written, and what it is here. */
interface Shape {
  readonly sql: string;
  readonly args: (input: Scalar) => readonly Scalar[];
  readonly more?: ((input: Scalar) => Partial<AggregateCall>) | undefined;
}

const PERCENTILES: PgArray = { dims: [4], lowerBounds: [1], elements: [0, 0.4, null, 1] };
const HYPOTHETICAL: Readonly<Record<string, Datum>> = {
  int4: 2,
  text: 'ab',
  numeric: { kind: 'finite', unscaled: 200n, scale: 2 },
};

function shapeOf({ signature, name: fn, argument }: Signature, type: SqlType, name: string): Shape {
  const within = (direct: readonly Scalar[], aggregateKind: 'ordered-set' | 'hypothetical'): Shape['more'] => {
    const orderBy = (expr: Scalar): AggregateCall['orderBy'] => [{ expr, descending: false, nullsFirst: false }];
    return (input) => ({ fn: { ...functionRef(signature, 'aggregate'), aggregateKind }, direct, orderBy: orderBy(input) });
  };
  if (fn === 'mode') return { sql: 'mode() WITHIN GROUP (ORDER BY x)', args: () => [], more: within([], 'ordered-set') };
  if (fn.startsWith('percentile')) {
    const several = signature.includes('_float8');
    const direct = several ? constant(arrayOf(float8), PERCENTILES) : constant(float8, 0.4);
    const sql = `${fn}(${several ? "'{0,0.4,NULL,1}'::float8[]" : '0.4'}) WITHIN GROUP (ORDER BY x)`;
    return { sql, args: () => [], more: within([direct], 'ordered-set') };
  }
  if (/rank$|^cume_dist/.test(fn)) {
    const value = { int4: '2', text: `'ab'`, numeric: '2.00' }[name]!;
    const direct = constant(type, HYPOTHETICAL[name]!);
    return { sql: `${fn}(${value}) WITHIN GROUP (ORDER BY x)`, args: () => [], more: within([direct], 'hypothetical') };
  }
  if (argument === '') return { sql: `${fn}(*)`, args: () => [] };
  if (fn === 'string_agg') {
    const delimiter = constant(type, name === 'bytea' ? Buffer.from(', ') : ', ');
    return { sql: `${fn}(x, ', '::${name} ORDER BY i)`, args: (input) => [input, delimiter] };
  }
  if (signature.includes(',')) return { sql: `${fn}(x, x ORDER BY i)`, args: (input) => [input, input] };
  return { sql: `${fn}(x ORDER BY i)`, args: (input) => [input] };
}

for (const signature of signatures) {
  test(signature.signature, async () => {
    for (const name of argumentTypes(signature)) {
      const type = typeNamed(name);
      const result = await returnType(signature, type);
      const groups = await fetchInputs(name);
      const texts = groupsOf(name);
      const shape = shapeOf(signature, type, name);
      const make = (input: ReturnType<typeof column>): AggregateCall =>
        aggregateCall(signature.signature, result, shape.args(ref(input)), shape.more?.(ref(input)));
      for (const [i, group] of texts.entries()) {
        const sql = `SELECT ${sent(shape.sql, result)} AS v FROM ${valuesOf(name, group)}`;
        const expected = await theirs(sql);
        expect({ sql, result: await ours(type, groups[i]!, make) }).toEqual({ sql, result: expected });
      }
      await groupedAtOnce(signature, type, result, groups, make);
    }
  });
}

/** All groups that do not raise, in one plan, must give what each gave alone. */
async function groupedAtOnce(
  { signature }: Signature,
  type: SqlType,
  result: SqlType,
  groups: readonly Row[][],
  make: (input: ReturnType<typeof column>) => AggregateCall,
): Promise<void> {
  const alone = await Promise.all(groups.map((rows) => ours(type, rows, make)));
  const rows = groups.flatMap((group, g): Row[] => (alone[g]?.startsWith('error') ? [] : group.map((row) => [g, ...row])));
  // Interleave the groups, keeping the order within each.
  const interleaved = rows.map((row, i) => ({ row, key: rows.slice(0, i).filter((other) => other[0] === row[0]).length }));
  interleaved.sort((a, b) => a.key - b.key);
  const [g, input] = [column('g', int4), column('x', type)];
  const aggregate = make(input);
  const plan: AggregatePlan = {
    ...node([g, column('v', result)]),
    kind: 'aggregate',
    input: remote('t', [g, input]),
    groups: [g.id],
    calls: [aggregate],
  };
  const batches = batchesOf(
    [int4, type],
    interleaved.map((entry) => entry.row),
    5,
  );
  const together = await run(plan, { t: { batches } });
  for (const [group, value] of together) {
    const expected = alone[group as number];
    expect({ signature, group, value: hexOf(result, value!) }).toEqual({ signature, group, value: expected });
  }
}

const calls: readonly (readonly [string, string, string, (input: ReturnType<typeof column>) => AggregateCall])[] = [
  [
    'numeric',
    'sum(DISTINCT x)',
    'numeric',
    (x) => aggregateCall('sum(numeric)', sqlType('numeric'), [ref(x)], { distinct: true }),
  ],
  ['int4', 'count(DISTINCT x)', 'int8', (x) => aggregateCall('count(any)', sqlType('int8'), [ref(x)], { distinct: true })],
  ['float8', 'count(DISTINCT x)', 'int8', (x) => aggregateCall('count(any)', sqlType('int8'), [ref(x)], { distinct: true })],
  ['interval', 'count(DISTINCT x)', 'int8', (x) => aggregateCall('count(any)', sqlType('int8'), [ref(x)], { distinct: true })],
  [
    'int4',
    'array_agg(DISTINCT x)',
    'int4[]',
    (x) => aggregateCall('array_agg(anynonarray)', arrayOf(int4), [ref(x)], { distinct: true }),
  ],
  [
    'text',
    "string_agg(DISTINCT x, '-')",
    'text',
    (x) => aggregateCall('string_agg(text,text)', sqlType('text'), [ref(x), constant(sqlType('text'), '-')], { distinct: true }),
  ],
  [
    'text',
    'string_agg(x, x ORDER BY x DESC NULLS FIRST)',
    'text',
    (x) =>
      aggregateCall('string_agg(text,text)', sqlType('text'), [ref(x), ref(x)], {
        orderBy: [{ expr: ref(x), descending: true, nullsFirst: true }],
      }),
  ],
  [
    'text',
    'string_agg(x, NULL::text ORDER BY i)',
    'text',
    (x) => aggregateCall('string_agg(text,text)', sqlType('text'), [ref(x), constant(sqlType('text'), null)]),
  ],
  [
    'float8',
    'array_agg(x ORDER BY x NULLS FIRST)',
    'float8[]',
    (x) =>
      aggregateCall('array_agg(anynonarray)', arrayOf(sqlType('float8')), [ref(x)], {
        orderBy: [{ expr: ref(x), descending: false, nullsFirst: true }],
      }),
  ],
  [
    'int4',
    'array_agg(DISTINCT x ORDER BY x DESC)',
    'int4[]',
    (x) =>
      aggregateCall('array_agg(anynonarray)', arrayOf(int4), [ref(x)], {
        distinct: true,
        orderBy: [{ expr: ref(x), descending: true, nullsFirst: true }],
      }),
  ],
  [
    'int4',
    'sum(x) FILTER (WHERE x < 100)',
    'int8',
    (x) =>
      aggregateCall('sum(int4)', sqlType('int8'), [ref(x)], {
        filter: call('int4lt(int4,int4)', bool, ref(x), constant(int4, 100)),
      }),
  ],
  [
    'int4',
    'sum(10 / x) FILTER (WHERE x <> 0)',
    'int8',
    (x) =>
      aggregateCall('sum(int4)', sqlType('int8'), [call('int4div(int4,int4)', int4, constant(int4, 10), ref(x))], {
        filter: call('int4ne(int4,int4)', bool, ref(x), constant(int4, 0)),
      }),
  ],
  [
    'int4',
    'sum(10 / (x - 7))',
    'int8',
    (x) =>
      aggregateCall('sum(int4)', sqlType('int8'), [
        call('int4div(int4,int4)', int4, constant(int4, 10), call('int4mi(int4,int4)', int4, ref(x), constant(int4, 7))),
      ]),
  ],
];

for (const [name, expression, resultName, make] of calls) {
  test(`${expression} over ${name}`, async () => {
    const type = typeNamed(name);
    const groups = await fetchInputs(name);
    for (const [i, group] of groupsOf(name).entries()) {
      const sql = `SELECT ${sent(expression, typeNamed(resultName))} AS v FROM ${valuesOf(name, group)}`;
      expect({ sql, result: await ours(type, groups[i]!, make) }).toEqual({ sql, result: await theirs(sql) });
    }
  });
}

test('what is refused at plan time', () => {
  const json = sqlType('json');
  const input = column('x', json);
  const verdicts = [
    aggregateCall('max(json)', json, [ref(input)]),
    aggregateCall('count(any)', sqlType('int8'), [ref(input)], { distinct: true }),
    aggregateCall('array_agg(anynonarray)', arrayTypeOf(json)!, [ref(input)], {
      orderBy: [{ expr: ref(input), descending: false, nullsFirst: false }],
    }),
    aggregateCall('percentile_cont(float8,interval)', sqlType('interval'), []),
    aggregateCall('percentile_cont(float8,float8)', float8, [], { direct: [ref(column('p', float8))] }),
    aggregateCall('max(text)', sqlType('text'), [], { inputCollation: { name: 'de_DE', oid: 1, deterministic: true } }),
  ];
  for (const aggregate of verdicts) expect(localAggregateVerdict(aggregate).verdict).toBe('no');
});
