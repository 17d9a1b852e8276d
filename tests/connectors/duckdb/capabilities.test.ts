/**
 * Every function the table says DuckDB evaluates exactly, on edge values, against PostgreSQL 18: value, NULL, display scale
 * and SQLSTATE. Walks the table, so an entry without a proof cannot exist.
 */
import pg from 'pg';
import type { AggregateCall, FunctionRef, OperatorRef, Scalar } from '../../../algebra/scalar.ts';
import type { Rel } from '../../../algebra/rel.ts';
import type { Site } from '../../../algebra/site.ts';
import { duckdbCapabilityTable } from '../../../connectors/duckdb/capability-table.ts';
import type { Capability, ConstantRule } from '../../../connectors/duckdb/capability-table.ts';
import { createDuckDBSite } from '../../../connectors/duckdb/duckdb-site.ts';
import { duckdbType, literal } from '../../../connectors/duckdb/literals.ts';
import { decodeBinary } from '../../../core/binary-format.ts';
import type { Datum } from '../../../core/datum.ts';
import { SqlError } from '../../../core/sql-error.ts';
import { sqlType, withTypmod } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { DECIMALS, EDGE_VALUES } from './edge-values.ts';
import { columnId, columnOf, rowsOf, runDuckDB, scan, temporaryFolder, textOf } from './fixture.ts';

interface Argument {
  readonly type: SqlType;
  /** As PostgreSQL spells it in SQL. */
  readonly sqlName: string;
  readonly values: readonly (string | null)[];
  readonly constant: boolean;
}
interface Case {
  readonly capability: Capability;
  readonly table: string;
  readonly args: readonly Argument[];
  readonly rows: readonly (readonly (string | null)[])[];
}

interface Procedure {
  readonly oid: number;
  readonly name: string;
  readonly result: string;
  readonly strict: boolean;
  readonly operator: string | null;
}

const CASES_PER_ENTRY_MAX = 160;

const pushedEntries = duckdbCapabilityTable.filter((entry) => entry.support !== 'no');
const isAggregate = (entry: Capability): boolean => /^(?:count|sum|min|max|bool_and|bool_or|every)\(/.test(entry.signature);
const argumentTypes = (signature: string): string[] =>
  /\((.*)\)$/
    .exec(signature)![1]!
    .split(',')
    .filter((name) => name !== '');

const CONSTANTS: Readonly<Record<string, readonly string[]>> = {
  'a positive integer': ['1', '2', '100', '2147483647'],
  'a non-negative integer': ['0', '1', '3', '100'],
  'a non-empty text': ['a', 'ä', 'b', '%', 'zz'],
  'a pattern that does not end in a backslash': [
    '%',
    '',
    'a%',
    '_',
    '%b%',
    'a\\%b',
    'a\\_b',
    '%ü',
    'a_x',
    '\\\\',
    '%\\\\%',
    '_%_',
  ],
};
const constantsFor = (rule: ConstantRule): readonly string[] => (typeof rule === 'object' ? rule.oneOf : CONSTANTS[rule]!);

const decimal = (precision: number, scale: number): SqlType => withTypmod(sqlType('numeric'), ((precision << 16) | scale) + 4);

function argumentsOf(entry: Capability): Argument[][] {
  const names = argumentTypes(entry.signature);
  const plain = (name: string, i: number): Argument => {
    const rule = entry.constants?.[i + 1];
    const values = rule !== undefined ? constantsFor(rule) : EDGE_VALUES[name]!;
    return { type: sqlType(name as 'int4'), sqlName: name, values, constant: rule !== undefined };
  };
  if (entry.signature === 'numeric(numeric,int4)') {
    return DECIMALS.flatMap((d) =>
      [decimal(38, 2), decimal(30, 12), decimal(20, 0)].map((target) => [
        { type: decimal(d.precision, d.scale), sqlName: `numeric(${d.precision},${d.scale})`, values: d.values, constant: false },
        { type: sqlType('int4'), sqlName: 'int4', values: [String(target.typmod)], constant: true },
      ]),
    );
  }
  if (!names.includes('numeric')) return [names.map((name, i) => plain(name === 'any' ? 'text' : name, i))];
  // Numeric operands in several widths and scales, and mixtures of them.
  const variants = DECIMALS.map((first, i) =>
    names.map((name, position) => {
      if (name !== 'numeric') return plain(name, position);
      const chosen = position === 0 ? first : DECIMALS[(i * 2 + 1) % 4]!;
      return {
        type: decimal(chosen.precision, chosen.scale),
        sqlName: `numeric(${chosen.precision},${chosen.scale})`,
        values: chosen.values,
        constant: false,
      };
    }),
  );
  return variants;
}

function combinations(args: readonly Argument[]): (string | null)[][] {
  let rows: (string | null)[][] = [[]];
  for (const arg of args) rows = rows.flatMap((row) => arg.values.map((value) => [...row, value]));
  if (rows.length <= CASES_PER_ENTRY_MAX) return rows;
  const step = rows.length / CASES_PER_ENTRY_MAX;
  return Array.from({ length: CASES_PER_ENTRY_MAX }, (_, i) => rows[Math.floor(i * step)]!);
}

const quote = (value: string | null, type: string): string =>
  value === null ? `NULL::${type}` : `'${value.replaceAll("'", "''")}'::${type}`;

describe('DuckDB capability table against PostgreSQL', () => {
  let server: TestPostgres;
  let client: pg.Client;
  let site: Site;
  let remove: () => Promise<void>;
  const procedures = new Map<string, Procedure>();
  const datums = new Map<string, Datum>();
  const cases: Case[] = [];
  const groups = new Map<string, readonly (readonly (string | null)[])[]>();

  beforeAll(async () => {
    server = await startTestPostgres({ settings: { timezone: 'UTC' } });
    client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE FUNCTION probe(q text) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE r text; BEGIN EXECUTE q INTO r; RETURN coalesce('v' || r, 'null'); EXCEPTION WHEN OTHERS THEN RETURN 'e' || SQLSTATE || ' ' || SQLERRM; END $$`);
    const found = await client.query<{
      oid: number;
      name: string;
      types: string | null;
      result: string;
      strict: boolean;
      operator: string | null;
    }>(
      `SELECT p.oid::int, p.proname AS name, p.proisstrict AS strict, t.typname AS result,
              (SELECT string_agg(a.typname, ',' ORDER BY u.n) FROM unnest(p.proargtypes) WITH ORDINALITY u(oid, n) JOIN pg_type a ON a.oid = u.oid) AS types,
              (SELECT o.oprname FROM pg_operator o WHERE o.oprcode = p.oid LIMIT 1) AS operator
         FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype WHERE p.pronamespace = 'pg_catalog'::regnamespace`,
    );
    for (const row of found.rows) procedures.set(`${row.name}(${row.types ?? ''})`, row);
    let tables = 0;
    for (const capability of pushedEntries) {
      if (isAggregate(capability)) continue;
      for (const args of argumentsOf(capability))
        cases.push({ capability, table: `t${++tables}`, args, rows: combinations(args) });
    }
    await decodeAll();
    const { folder, remove: removeFolder } = await temporaryFolder();
    remove = removeFolder;
    const file = `${folder}/values.duckdb`;
    // DuckDB's compression of floats forgets the sign of zero.
    await runDuckDB(file, ["PRAGMA force_compression = 'uncompressed'", ...caseTables(), ...aggregateTables()]);
    site = createDuckDBSite({ name: 'lake', path: file, baseDir: folder, threads: 1 });
    await site.describe(new AbortController().signal);
  }, 60_000);

  afterAll(async () => {
    await site?.close();
    await client?.end();
    await server?.stop();
    await remove?.();
  });

  /** The Datum of every literal, as PostgreSQL itself sends it. */
  async function decodeAll(): Promise<void> {
    const wanted = new Map<string, { type: SqlType; name: string; value: string }>();
    const add = (arg: Argument, value: string | null): void => {
      if (value !== null) wanted.set(`${arg.sqlName} ${value}`, { type: arg.type, name: arg.sqlName, value });
    };
    for (const { args } of cases) for (const arg of args) for (const value of arg.values) add(arg, value);
    for (const entry of pushedEntries.filter(isAggregate))
      for (const arg of argumentsOf(entry).flat()) for (const value of arg.values) add(arg, value);
    const list = [...wanted];
    const senders = (await client.query<{ typname: string; typsend: string }>('SELECT typname, typsend::text FROM pg_type')).rows;
    const sender = new Map(senders.map((row) => [row.typname, row.typsend]));
    const union = list.map(
      ([, { name, value }]) => `SELECT ${sender.get(name.replace(/\(.*/, ''))!}(${quote(value, name)})::bytea AS b`,
    );
    const { rows } = await client.query<{ b: Buffer }>(union.join(' UNION ALL '));
    list.forEach(([key, { type }], i) => datums.set(key, decodeBinary(type, rows[i]!.b)));
  }

  const datumOf = (arg: Argument, value: string | null): Datum =>
    value === null ? null : datums.get(`${arg.sqlName} ${value}`)!;
  const duckType = (type: SqlType): string =>
    type.kind === 'numeric' ? `DECIMAL(${((type.typmod - 4) >> 16) & 0xffff},${(type.typmod - 4) & 0x7ff})` : duckdbType(type);

  function caseTables(): string[] {
    return cases.map(({ table, args, rows }) => {
      const columns = args.map((arg, i) => `a${i} ${duckType(arg.type)}`).join(', ');
      const values = rows.map(
        (row, id) => `(${[id, ...row.map((value, i) => literal(datumOf(args[i]!, value), args[i]!.type))].join(', ')})`,
      );
      return `CREATE TABLE ${table} (id INTEGER, ${columns}); INSERT INTO ${table} VALUES ${values.join(', ')}`;
    });
  }

  /** Groups of values to aggregate: none, NULLs alone, each alone, pairs, all finite ones, all. */
  function aggregateTables(): string[] {
    const statements: string[] = [];
    for (const entry of pushedEntries.filter(isAggregate)) {
      for (const [arg] of argumentsOf(entry)) {
        if (!arg) continue;
        const key = `agg_${arg.sqlName.replace(/\W/g, '_')}`;
        if (groups.has(key)) continue;
        const { values } = arg;
        const made = [
          [null],
          [null, null],
          ...values.map((v) => [v]),
          ...values.map((v, i) => [v, values[(i + 3) % values.length]!, null]),
          [...values],
          [...values, ...values],
        ];
        groups.set(key, made);
        const rows = made.flatMap((group, g) => group.map((value) => `(${g}, ${literal(datumOf(arg, value), arg.type)})`));
        statements.push(
          `CREATE TABLE ${key} (g INTEGER, v ${duckType(arg.type)})`,
          `INSERT INTO ${key} VALUES ${rows.join(', ')}`,
        );
      }
    }
    return statements;
  }

  function functionRef(signature: string, kind: FunctionRef['kind']): FunctionRef {
    const found = procedures.get(signature);
    if (!found) throw new Error(`PostgreSQL has no ${signature}`);
    return {
      oid: found.oid,
      schema: 'pg_catalog',
      name: found.name,
      signature,
      kind,
      volatility: 'immutable',
      strict: found.strict,
      leakproof: false,
      returnsSet: false,
    };
  }

  const operatorRef = (name: string, functionOid: number, infix: boolean): OperatorRef => ({
    oid: 0,
    schema: 'pg_catalog',
    name,
    position: infix ? 'infix' : 'prefix',
    functionOid,
    commutator: 0,
    negator: 0,
    canHash: false,
  });

  function callOf(capability: Capability, args: readonly Scalar[]): Scalar {
    const found = procedures.get(capability.signature)!;
    const fn = functionRef(capability.signature, 'function');
    const isCast = capability.signature.startsWith('numeric(') || fn.name === found.result;
    return {
      kind: 'call',
      fn,
      ...(found.operator ? { operator: operatorRef(found.operator, found.oid, args.length === 2) } : {}),
      args,
      type: sqlType(found.result as 'int4'),
      inputCollation: 'default',
      form: found.operator ? 'operator' : isCast ? 'explicit-cast' : 'function',
    };
  }

  const outcome = async (fragment: Rel, type: SqlType): Promise<Map<number, string>> => {
    try {
      const rows = await rowsOf(site, fragment);
      return new Map(
        rows.map(([id, value]) => [
          id as number,
          value === null ? 'null' : `v${typeof value === 'boolean' ? String(value) : textOf(type, value!)!}`,
        ]),
      );
    } catch (error) {
      if (error instanceof SqlError) return new Map([[-1, `e${error.code} ${error.message}`]]);
      throw error;
    }
  };

  test('every entry names a function of PostgreSQL, once', () => {
    const signatures = duckdbCapabilityTable.map((entry) => entry.signature);
    expect(signatures.filter((signature, i) => signatures.indexOf(signature) !== i)).toEqual([]);
    expect(signatures.filter((signature) => !procedures.has(signature))).toEqual([]);
  });

  test('functions and operators', async () => {
    const differences: string[] = [];
    const proven = new Set<string>();
    for (const { capability, table, args, rows } of cases) {
      const { signature } = capability;
      const name = signature.slice(0, signature.indexOf('('));
      const expected = await client.query<{ probe: string }>(
        'SELECT probe(q) FROM unnest($1::text[]) WITH ORDINALITY u(q, n) ORDER BY n',
        [
          rows.map(
            (row) => `SELECT (pg_catalog."${name}"(${row.map((value, i) => quote(value, args[i]!.sqlName)).join(', ')}))::text`,
          ),
        ],
      );
      const relation = scan('lake', table, [['id', sqlType('int4')], ...args.map((arg, i) => [`a${i}`, arg.type] as const)]);
      // Rows that share their constants share a fragment; a row that raises has one of its own.
      const fragments = new Map<string, number[]>();
      rows.forEach((row, id) => {
        const raises = expected.rows[id]!.probe.startsWith('e') ? `row ${id} ` : '';
        const key = raises + JSON.stringify(row.map((value, i) => (args[i]!.constant ? value : '')));
        fragments.set(key, [...(fragments.get(key) ?? []), id]);
      });
      for (const ids of fragments.values()) {
        const first = rows[ids[0]!]!;
        const scalars = args.map((arg, i): Scalar =>
          arg.constant ? { kind: 'const', value: datumOf(arg, first[i]!), type: arg.type } : columnOf(relation, i + 1),
        );
        const call = callOf(capability, scalars);
        const selecting = (expr: Scalar): Rel => ({
          kind: 'project',
          input: { kind: 'filter', input: relation, conjuncts: [isOneOf(columnOf(relation, 0), ids)] },
          items: [
            { column: relation.columns[0]!, expr: columnOf(relation, 0) },
            { column: { id: columnId(100), name: 'result', type: expr.type }, expr },
          ],
        });
        const fragment = selecting(call);
        if (site.capabilities.scalar(call).verdict !== 'exact' || site.capabilities.operator(fragment).verdict !== 'exact')
          continue;
        proven.add(signature);
        const actual = await outcome(fragment, call.type);
        const differs = (id: number, got: string): number =>
          differences.push(
            `${signature} ${JSON.stringify(rows[id])} (${args.map((arg) => arg.sqlName).join()}): ${got} instead of ${expected.rows[id]!.probe}`,
          );
        for (const id of ids) {
          const got = actual.get(id) ?? actual.get(-1) ?? 'no row';
          if (got !== expected.rows[id]!.probe) differs(id, got);
        }
        const raised = actual.get(-1);
        if (raised === undefined) continue;
        // Where the value itself is not read, DuckDB alone can raise.
        const unread = await outcome(selecting(isNull(call)), sqlType('bool'));
        if (unread.get(-1) !== raised) differs(ids[0]!, `unread, ${unread.get(-1) ?? 'no error'}`);
      }
    }
    expect(differences).toEqual([]);
    expect(
      pushedEntries.filter((entry) => !isAggregate(entry) && !proven.has(entry.signature)).map((entry) => entry.signature),
    ).toEqual([]);
  }, 120_000);

  const isNull = (arg: Scalar): Scalar => ({ kind: 'nulltest', arg, negated: false, type: sqlType('bool') });

  function isOneOf(left: Scalar, ids: readonly number[]): Scalar {
    const fn = functionRef('int4eq(int4,int4)', 'function');
    const elements = ids.map((value): Scalar => ({ kind: 'const', value, type: sqlType('int4') }));
    return {
      kind: 'arraycompare',
      quantifier: 'any',
      fn,
      operator: operatorRef('=', fn.oid, true),
      left,
      array: { kind: 'array', elements, nested: false, type: { ...sqlType('int4'), kind: 'array', element: sqlType('int4') } },
      inputCollation: 'none',
      type: sqlType('bool'),
    };
  }

  test('aggregates', async () => {
    const differences: string[] = [];
    const proven = new Set<string>();
    for (const entry of pushedEntries.filter(isAggregate)) {
      const variants =
        entry.signature === 'count()'
          ? argumentsOf(pushedEntries.find((e) => e.signature === 'count(any)')!)
          : argumentsOf(entry);
      for (const [arg] of variants) {
        const key = `agg_${arg!.sqlName.replace(/\W/g, '_')}`;
        const name = entry.signature.slice(0, entry.signature.indexOf('('));
        const relation = scan('lake', key, [
          ['g', sqlType('int4')],
          ['v', arg!.type],
        ]);
        const found = procedures.get(entry.signature)!;
        for (const distinct of entry.signature === 'count()' ? [false] : [false, true]) {
          const call: AggregateCall = {
            fn: functionRef(entry.signature, 'aggregate'),
            args: entry.signature === 'count()' ? [] : [columnOf(relation, 1)],
            distinct,
            filter: null,
            orderBy: [],
            inputCollation: 'default',
            type: sqlType(found.result as 'int4'),
          };
          const made = groups.get(key)!;
          const expected = await client.query<{ probe: string }>(
            'SELECT probe(q) FROM unnest($1::text[]) WITH ORDINALITY u(q, n) ORDER BY n',
            [
              made.map(
                (group) =>
                  `SELECT ${name}(${entry.signature === 'count()' ? '*' : `${distinct ? 'DISTINCT ' : ''}v`})::text FROM (VALUES ${group.map((value) => `(${quote(value, arg!.sqlName)})`).join(', ')}) t(v)`,
              ),
            ],
          );
          const column = { id: columnId(100), name: 'result', type: call.type };
          const fragment: Rel = {
            kind: 'aggregate',
            input: relation,
            groups: [relation.columns[0]!],
            aggregates: [{ column, call }],
          };
          if (site.capabilities.aggregate(call).verdict !== 'exact' || site.capabilities.operator(fragment).verdict !== 'exact')
            continue;
          proven.add(entry.signature);
          const actual = await outcome(fragment, call.type);
          made.forEach((group, g) => {
            const got = actual.get(g) ?? actual.get(-1) ?? 'no row';
            const want = expected.rows[g]!.probe;
            if (got !== want)
              differences.push(
                `${entry.signature} ${distinct ? 'DISTINCT ' : ''}${JSON.stringify(group)} (${arg!.sqlName}): ${got} instead of ${want}`,
              );
          });
        }
      }
    }
    expect(differences).toEqual([]);
    expect(
      pushedEntries.filter((entry) => isAggregate(entry) && !proven.has(entry.signature)).map((entry) => entry.signature),
    ).toEqual([]);
  }, 60_000);
});
