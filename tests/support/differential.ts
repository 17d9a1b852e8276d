/**
 * The oracle test: one statement on plain PostgreSQL and through the gateway, compared as docs/sql-support.md promises:
 * column names, type OIDs and typmods, every value's text, the SQLSTATE and message of an error.
 * Left open as PostgreSQL leaves it: row order beyond ORDER BY; the last digits of float aggregates.
 */
import pg from 'pg';

export interface Outcome {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** The detail of a lost or refused connection says why. */
  readonly error?: { readonly code: string; readonly message: string; readonly detail?: string | undefined };
}

/** What users made has other numbers in every database. */
const FIRST_USER_OID = 16_384;

const FLOAT_OIDS: ReadonlyMap<number, number> = new Map([
  [700, 1e-5],
  [701, 1e-12],
]);

/** A client whose values all come as PostgreSQL's text. */
export async function connectText(options: pg.ClientConfig): Promise<pg.Client> {
  const asText = { getTypeParser: () => (value: unknown) => value } as unknown as NonNullable<pg.ClientConfig['types']>;
  const client = new pg.Client({ ...options, types: asText });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export interface TypedOutcome extends Outcome {
  readonly typeOids: readonly number[];
}

export async function run(client: pg.Client, sql: string, values?: readonly unknown[]): Promise<TypedOutcome> {
  try {
    const result = await client.query<(string | null)[]>({
      text: sql,
      rowMode: 'array',
      ...(values ? { values: [...values] } : {}),
    });
    const last = Array.isArray(result) ? (result as pg.QueryArrayResult<(string | null)[]>[]).at(-1)! : result;
    return {
      columns: last.fields.map((f) => `${f.name} ${f.dataTypeID} ${f.dataTypeModifier}`),
      typeOids: last.fields.map((f) => f.dataTypeID),
      rows: last.rows,
    };
  } catch (error) {
    if (!(error instanceof Error) || typeof (error as pg.DatabaseError).code !== 'string') throw error;
    const { code, message, detail } = error as pg.DatabaseError;
    return {
      columns: [],
      typeOids: [],
      rows: [],
      error: { code: code!, message, ...(code!.startsWith('08') ? { detail } : {}) },
    };
  }
}

/** What differs, in words; undefined when the gateway answered as PostgreSQL did. */
export function difference(
  expected: TypedOutcome,
  actual: TypedOutcome,
  options: { readonly ordered: boolean },
): string | undefined {
  if (expected.error || actual.error) {
    if (expected.error?.code === actual.error?.code) return undefined;
    return `expected ${describeError(expected)}, got ${describeError(actual)}`;
  }
  if (comparableColumns(expected) !== comparableColumns(actual)) {
    return `columns: expected ${expected.columns.join(' | ')}, got ${actual.columns.join(' | ')}`;
  }
  if (expected.rows.length !== actual.rows.length) return `expected ${expected.rows.length} rows, got ${actual.rows.length}`;
  const tolerance = expected.typeOids.map((oid) => FLOAT_OIDS.get(oid));
  const arrange = (rows: TypedOutcome['rows']): TypedOutcome['rows'] =>
    options.ordered ? rows : [...rows].sort(compareRows(tolerance));
  const left = arrange(expected.rows);
  const right = arrange(actual.rows);
  for (let i = 0; i < left.length; i++) {
    for (let c = 0; c < tolerance.length; c++) {
      if (!sameValue(left[i]![c]!, right[i]![c]!, tolerance[c])) {
        return `row ${i + 1}: expected ${JSON.stringify(left[i])}, got ${JSON.stringify(right[i])}`;
      }
    }
  }
  return undefined;
}

const comparableColumns = ({ columns, typeOids }: TypedOutcome): string =>
  columns.map((column, i) => (typeOids[i]! < FIRST_USER_OID ? column : column.replace(/ \d+ (-?\d+)$/, ' own $1'))).join('|');

function describeError({ error, rows }: Outcome): string {
  if (!error) return `${rows.length} rows`;
  return `${error.code} ${error.message}${error.detail === undefined ? '' : ` (${error.detail})`}`;
}

/** By the exact columns first: floats that differ in their last digit must not change how rows are paired. */
function compareRows(
  tolerance: readonly (number | undefined)[],
): (a: readonly (string | null)[], b: readonly (string | null)[]) => number {
  const exact = tolerance.flatMap((t, i) => (t === undefined ? [i] : []));
  const inexact = tolerance.flatMap((t, i) => (t === undefined ? [] : [i]));
  return (a, b) => {
    for (const i of exact) {
      const order = compareText(a[i]!, b[i]!);
      if (order !== 0) return order;
    }
    for (const i of inexact) {
      const order = rank(a[i]!) - rank(b[i]!) || Number(a[i]) - Number(b[i]) || sign(a[i]!) - sign(b[i]!);
      if (order !== 0 && !Number.isNaN(order)) return order;
    }
    return 0;
  };
}

/** Where a float's text stands among all: what cannot be subtracted has a rank of its own. */
const rank = (value: string | null): number => (value === '-Infinity' ? -1 : ['Infinity', 'NaN', null].indexOf(value) + 1);

/** Of a zero. */
const sign = (value: string | null): number => (value === '-0' ? -1 : 0);

function compareText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function sameValue(a: string | null, b: string | null, tolerance: number | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || tolerance === undefined) return false;
  const [x, y] = [Number(a), Number(b)];
  if (x === 0 && y === 0) return sign(a) === sign(b);
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y));
}
