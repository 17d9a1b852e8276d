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
import { edgeValues } from './edge-values.ts';

export const settings = {
  timeZone: 'Europe/Berlin',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
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
  array: 'array_send',
};
const sendFunction = (type: string): string => sendFunctions[type.endsWith('[]') ? 'array' : type] ?? `${type}send`;

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
    for (const [type, literals] of Object.entries(edgeValues)) await oracle.#createEdges(type, literals);
    return oracle;
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.#postgres.stop();
  }

  type(name: string): SqlType {
    if (name === 'mood') return this.#mood!;
    if (name.endsWith('[]')) return arrayTypeOf(this.type(name.slice(0, -2)))!;
    return sqlType(name as Parameters<typeof sqlType>[0]);
  }

  values(type: string): readonly Datum[] {
    return this.#values.get(type)!;
  }

  async #createEdges(type: string, literals: readonly string[]): Promise<void> {
    const table = edgeTable(type);
    const rows = [
      ...literals.map((literal, i) => `(${i}, '${literal.replaceAll("'", "''")}'::${type})`),
      `(${literals.length}, NULL)`,
    ];
    await this.client.query(`CREATE TABLE ${table} (ord int, v ${type}); INSERT INTO ${table} VALUES ${rows.join(', ')}`);
    const { rows: found } = await this.client.query<{ hex: string | null }>(
      `SELECT encode(${sendFunction(type)}(v), 'hex') AS hex FROM ${table} ORDER BY ord`,
    );
    this.#values.set(
      type,
      found.map(({ hex }) => (hex === null ? null : decodeBinary(this.type(type), Buffer.from(hex, 'hex')))),
    );
  }

  /** The outcome of `expression` over the cross product of the types' edge values ($1 … named a0 …), last argument fastest. */
  async outcomes(expression: string, argTypes: readonly string[], resultType: string): Promise<readonly Outcome[]> {
    const parameters = argTypes.map((type, i) => `a${i} ${type}`).join(', ');
    await this.client.query(`
      CREATE OR REPLACE FUNCTION pg_temp.probe(${parameters}) RETURNS text LANGUAGE plpgsql AS $probe$
      BEGIN
        RETURN coalesce(encode(${sendFunction(resultType)}(${expression}), 'hex'), 'null');
      EXCEPTION WHEN OTHERS THEN
        RETURN 'error ' || SQLSTATE || ' ' || SQLERRM;
      END $probe$`);
    const tables = argTypes.map((type, i) => `${edgeTable(type)} e${i}`).join(', ');
    const { rows } = await this.client.query<{ outcome: string }>(
      argTypes.length === 0
        ? 'SELECT pg_temp.probe() AS outcome'
        : `SELECT pg_temp.probe(${argTypes.map((_, i) => `e${i}.v`).join(', ')}) AS outcome FROM ${tables} ORDER BY ${argTypes.map((_, i) => `e${i}.ord`).join(', ')}`,
    );
    await this.client.query(`DROP FUNCTION pg_temp.probe(${argTypes.join(', ')})`);
    const type = this.type(resultType);
    return rows.map(({ outcome }): Outcome => {
      if (outcome.startsWith('error ')) return { error: outcome.slice(6) };
      return { value: outcome === 'null' ? null : decodeBinary(type, Buffer.from(outcome, 'hex')) };
    });
  }

  /** The rows of that cross product. */
  combinations(argTypes: readonly string[]): readonly (readonly Datum[])[] {
    return argTypes.reduce<readonly (readonly Datum[])[]>(
      (rows, type) => rows.flatMap((row) => this.values(type).map((value) => [...row, value])),
      [[]],
    );
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
  inputCollation: 'default',
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
