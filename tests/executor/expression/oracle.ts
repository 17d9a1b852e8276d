/**
 * Functions of a real PostgreSQL called with every combination of edge values, each call's value or error recorded, and the
 * same calls through the expression compiler.
 */
import { Client } from 'pg';
import type { CallScalar, FunctionRef, Scalar } from '../../../algebra/scalar.ts';
import type { ColumnId } from '../../../algebra/scalar.ts';
import type { RelColumn } from '../../../algebra/rel.ts';
import { decodeBinary } from '../../../core/binary-format.ts';
import type { Column } from '../../../core/batch.ts';
import { columnFromDatums, readDatum } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import { SqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { arrayTypeOf, sqlType } from '../../../core/sql-type.ts';
import { compileScalars } from '../../../executor/expression/compile.ts';
import type { ExpressionContext } from '../../../executor/expression/context.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { edgeSets, edgeValues } from './edge-values.ts';

export const settings = {
  timeZone: 'Europe/Berlin',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  xmlBinary: 'base64',
} as const;

export const context: ExpressionContext = {
  param: () => {
    throw new Error('no parameters here');
  },
  settings,
  subqueryRows: () => {
    throw new Error('no subqueries here');
  },
};

/** A value, or the SQLSTATE and message of an error. */
export type Outcome = { readonly value: Datum } | { readonly error: string };

const sendFunctions: Readonly<Record<string, string>> = {
  numeric: 'numeric_send',
  date: 'date_send',
  time: 'time_send',
  timestamp: 'timestamp_send',
  timestamptz: 'timestamptz_send',
  interval: 'interval_send',
  uuid: 'uuid_send',
  mood: 'enum_send',
  json: 'json_send',
  jsonb: 'jsonb_send',
  array: 'array_send',
};
export const sendFunction = (type: string): string => sendFunctions[type.endsWith('[]') ? 'array' : type] ?? `${type}send`;

export class Oracle {
  readonly #postgres: TestPostgres;
  readonly client: Client;
  readonly #values = new Map<string, readonly Datum[]>();
  #mood: SqlType | undefined;

  private constructor(postgres: TestPostgres, client: Client) {
    this.#postgres = postgres;
    this.client = client;
  }

  static async start(): Promise<Oracle> {
    const postgres = await startTestPostgres();
    const client = new Client({ connectionString: postgres.url, types: { getTypeParser: () => (text: string) => text } });
    await client.connect();
    const oracle = new Oracle(postgres, client);
    await client.query(`SET TimeZone = '${settings.timeZone}'; CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')`);
    const { rows } = await client.query<{ oid: string }>("SELECT 'mood'::regtype::oid AS oid");
    oracle.#mood = {
      kind: 'enum',
      oid: Number(rows[0]!.oid),
      typmod: -1,
      collation: 'none',
      name: 'public.mood',
      labels: ['sad', 'ok', 'happy'],
    };
    for (const [type, literals] of Object.entries(edgeValues)) await oracle.#createEdges(type, type, literals);
    for (const [set, { type, values }] of Object.entries(edgeSets)) await oracle.#createEdges(set, type, values);
    return oracle;
  }

  get url(): string {
    return this.#postgres.url;
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.#postgres.stop();
  }

  type(name: string): SqlType {
    const set = edgeSets[name];
    if (set !== undefined) return this.type(set.type);
    if (name === 'mood') return this.#mood!;
    if (name.endsWith('[]')) return arrayTypeOf(this.type(name.slice(0, -2)))!;
    return sqlType(name as Parameters<typeof sqlType>[0]);
  }

  values(type: string): readonly Datum[] {
    return this.#values.get(type)!;
  }

  async #createEdges(set: string, type: string, literals: readonly string[]): Promise<void> {
    const table = edgeTable(set);
    const rows = literals.map((literal, i) => `(${i}, '${literal.replaceAll("'", "''")}'::${type})`);
    rows.push(`(${literals.length}, NULL)`);
    await this.client.query(`CREATE TABLE ${table} (ord int, v ${type}); INSERT INTO ${table} VALUES ${rows.join(', ')}`);
    const { rows: found } = await this.client.query<{ hex: string | null }>(
      `SELECT encode(${sendFunction(type)}(v), 'hex') AS hex FROM ${table} ORDER BY ord`,
    );
    this.#values.set(
      set,
      found.map(({ hex }) => (hex === null ? null : decodeBinary(this.type(type), Buffer.from(hex, 'hex')))),
    );
  }

  /**
   * The rows of the cross product of sets of edge values (named after their type, or in edgeSets), last fastest; evenly
   * thinned out to about `rowsMax`; and what `expression` over $0 … (written a0 …) gives for each.
   */
  async outcomes(
    expression: string,
    sets: readonly string[],
    resultType: string,
    rowsMax: number,
  ): Promise<readonly { readonly row: readonly Datum[]; readonly expected: Outcome }[]> {
    const sizes = sets.map((set) => this.values(set).length);
    const step = thinning(sizes, rowsMax);
    const sqlTypeOf = (set: string): string => edgeSets[set]?.type ?? set;
    const parameters = sets.map((set, i) => `a${i} ${sqlTypeOf(set)}`).join(', ');
    await this.client.query(`
      CREATE OR REPLACE FUNCTION pg_temp.probe(${parameters}) RETURNS text LANGUAGE plpgsql AS $probe$
      BEGIN
        RETURN coalesce(encode(${sendFunction(resultType)}(${expression}), 'hex'), 'null');
      EXCEPTION WHEN OTHERS THEN
        RETURN 'error ' || SQLSTATE || ' ' || SQLERRM;
      END $probe$`);
    const index = sets.reduce((sum, _, i) => `(${sum}) * ${sizes[i]!} + e${i}.ord`, '0');
    const { rows } = await this.client.query<{ outcome: string }>(
      `SELECT pg_temp.probe(${sets.map((_, i) => `e${i}.v`).join(', ')}) AS outcome FROM ${['(VALUES (1)) one', ...sets.map((set, i) => `${edgeTable(set)} e${i}`)].join(', ')}
       WHERE (${index}) % ${step} = 0 ORDER BY (${index}) + 0`,
    );
    await this.client.query(`DROP FUNCTION pg_temp.probe(${sets.map(sqlTypeOf).join(', ')})`);
    const type = this.type(resultType);
    return rows.map(({ outcome }, i) => ({
      row: this.#row(sets, sizes, i * step),
      expected: outcome.startsWith('error ')
        ? { error: outcome.slice(6) }
        : { value: outcome === 'null' ? null : decodeBinary(type, Buffer.from(outcome, 'hex')) },
    }));
  }

  #row(sets: readonly string[], sizes: readonly number[], index: number): readonly Datum[] {
    const row: Datum[] = [];
    let rest = index;
    for (let i = sets.length - 1; i >= 0; i--) {
      row.unshift(this.values(sets[i]!)[rest % sizes[i]!]!);
      rest = Math.floor(rest / sizes[i]!);
    }
    return row;
  }
}

/** A prime that divides none of the sizes, so that each value of each set keeps turning up. */
function thinning(sizes: readonly number[], rowsMax: number): number {
  const all = sizes.reduce((product, size) => product * size, 1);
  if (all <= rowsMax) return 1;
  for (let step = Math.ceil(all / rowsMax); ; step++) {
    const isPrime =
      step > 1 && !Array.from({ length: Math.floor(Math.sqrt(step)) }, (_, i) => i + 2).some((d) => d < step && step % d === 0);
    if (isPrime && sizes.every((size) => size % step !== 0)) return step;
  }
}

const edgeTable = (type: string): string => `edge_${type.replace('[]', '_array')}`;

export const columnsOf = (types: readonly SqlType[]): readonly RelColumn[] =>
  types.map((type, i) => ({ id: i as ColumnId, name: `a${i}`, type }));

/** What the compiler makes of an expression over rows, one batch per row. */
export function ours(expr: Scalar, types: readonly SqlType[], rows: readonly (readonly Datum[])[]): readonly Outcome[] {
  const compiled = compileScalars([expr], columnsOf(types), context);
  return rows.map((row): Outcome => {
    try {
      const [column] = compiled.evaluate({ length: 1, columns: types.map((type, i) => columnFromDatums(type, [row[i]!])) });
      return { value: readDatum(column!, expr.type, 0) };
    } catch (error) {
      if (error instanceof SqlError) return { error: `${error.code} ${error.message}` };
      throw error;
    }
  });
}

/** The same over all rows in one batch; none may raise. */
export function oursInOneBatch(expr: Scalar, types: readonly SqlType[], rows: readonly (readonly Datum[])[]): readonly Outcome[] {
  const columns = types.map((type, i): Column =>
    columnFromDatums(
      type,
      rows.map((row) => row[i]!),
    ),
  );
  const [column] = compileScalars([expr], columnsOf(types), context).evaluate({ length: rows.length, columns });
  return rows.map((_, row): Outcome => ({ value: readDatum(column!, expr.type, row) }));
}

export function functionRef(signature: string, strict: boolean): FunctionRef {
  return {
    oid: 0,
    schema: 'pg_catalog',
    name: signature.slice(0, signature.indexOf('(')),
    signature,
    kind: 'function',
    volatility: 'immutable',
    strict,
    leakproof: false,
    returnsSet: false,
  };
}

export const callOf = (fn: FunctionRef, args: readonly Scalar[], type: SqlType): CallScalar => ({
  kind: 'call',
  fn,
  args,
  type,
  inputCollation: args[0]?.type.kind === 'name' ? 'C' : 'default',
  form: 'function',
});

export const columnRef = (index: number, type: SqlType): Scalar => ({ kind: 'column', column: index as ColumnId, type });

/** For comparing outcomes as text: -0 and bytes shown, one spelling per value. */
export const show = (outcome: Outcome): string => ('error' in outcome ? `error ${outcome.error}` : showDatum(outcome.value));

export function showDatum(value: Datum): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (typeof value !== 'object') return JSON.stringify(typeof value === 'bigint' ? String(value) : value);
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return String(part);
    return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part;
  });
}
