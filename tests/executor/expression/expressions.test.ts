/**
 * Whole expressions as PostgreSQL analyses them, over a table of edge values: every row must have PostgreSQL's value, and an
 * error must be PostgreSQL's. Conditions also run as filters, over one input and over pairs of rows.
 */
import pg from 'pg';
import type { Rel, RelColumn, Scan } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { Scalar } from '../../../algebra/scalar.ts';
import { visitRel, visitScalar } from '../../../algebra/transform.ts';
import type { Batch } from '../../../core/batch.ts';
import { decodeBinary } from '../../../core/binary-format.ts';
import { columnFromDatums, readDatum } from '../../../core/column.ts';
import { SqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { localScalarVerdict } from '../../../executor/expression/capabilities.ts';
import { compileFilter, compilePairFilter, compileScalars } from '../../../executor/expression/compile.ts';
import type { ExpressionContext } from '../../../executor/expression/context.ts';
import { analyzeQuery } from '../../../planner/analyze/analyze-query.ts';
import { readTree } from '../../../planner/analyze/tree-reader.ts';
import { analysedTree, connectForTrees } from '../../support/analysed-tree.ts';
import { TestLookup } from '../../support/test-lookup.ts';
import { edgeValues } from './edge-values.ts';
import { expressions } from './expressions.ts';
import { context, Oracle, sendFunction, settings, showDatum } from './oracle.ts';

/** Columns of the table, with the edge values they cycle through. */
const columns: Readonly<Record<string, { readonly type: string; readonly values: readonly string[] }>> = {
  b: { type: 'bool', values: edgeValues['bool']! },
  i2: { type: 'int2', values: ['0', '1', '-1', '7', '-32768'] },
  i4: { type: 'int4', values: ['0', '1', '-7', '42', '2147483647', '3'] },
  i8: { type: 'int8', values: ['0', '5', '-7', '9007199254740993', '42'] },
  f4: { type: 'float4', values: ['0', '1.5', '-2.5', 'NaN'] },
  f8: { type: 'float8', values: ['0.5', '2.5', '-0', 'Infinity', '0.1'] },
  n: { type: 'numeric(12,2)', values: ['0.00', '12.34', '-99.99', '1000000.50', '1.00'] },
  m: { type: 'numeric(6,4)', values: ['0.0100', '0.5000', '-0.2500', '7.0000'] },
  wild: { type: 'numeric', values: ['1', '1.000', '-2.5', 'NaN', '1e30', '12.34'] },
  t: { type: 'text', values: edgeValues['text']! },
  v: { type: 'varchar(8)', values: ['', 'abc', 'äöü', 'abc  ', '42'] },
  c: { type: 'char(4)', values: ['', 'abc', 'ab', 'ä', 'abcd'] },
  d: { type: 'date', values: ['2000-01-01', '2024-02-29', '1998-12-01', 'infinity', '0044-03-15 BC'] },
  ts: { type: 'timestamp', values: ['2024-03-31 02:30:00', '1998-12-01 00:00:00', '-infinity', '2000-01-01 12:34:56.789'] },
  tz: { type: 'timestamptz', values: ['2024-03-31 01:00:00+00', '2024-10-27 00:30:00+00', '1998-12-01 00:00:00+00'] },
  iv: { type: 'interval', values: ['1 day', '24 hours', '1 mon', '-00:00:01', '30 days'] },
  u: { type: 'uuid', values: edgeValues['uuid']! },
  by: { type: 'bytea', values: edgeValues['bytea']! },
  ia: { type: 'int4[]', values: ['{}', '{1,2}', '{42,NULL}', '{3}'] },
  j: { type: 'jsonb', values: ['{"a": 1, "b": ["x", 2]}', '[1]', '"s"', '{"a": "7"}'] },
  ta: { type: 'text[]', values: ['{}', '{abc,x}', '{NULL}', '{a%,_}'] },
};
const ROWS = 60;

let oracle: Oracle;
let session: pg.Client;
let admin: pg.Client;
const tables = new Map<string, { readonly length: number; readonly values: ReadonlyMap<string, readonly (Buffer | null)[]> }>();

beforeAll(async () => {
  oracle = await Oracle.start();
  const definition = Object.entries(columns).map(([name, { type }]) => `"${name}" ${type}`);
  await oracle.client.query(`CREATE SCHEMA shop; CREATE TABLE shop.probe (id int, ${definition.join(', ')})`);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const values = Object.values(columns).map(({ values }, i) => {
      const index = (row * (i + 3) + (row >> 3)) % (values.length + 1);
      return index === values.length ? 'NULL' : `'${values[index]!.replaceAll("'", "''")}'`;
    });
    return `(${row}, ${values.join(', ')})`;
  });
  await oracle.client.query(`INSERT INTO shop.probe VALUES ${rows.join(', ')}`);
  await oracle.client.query(`CREATE TABLE shop.keys (k int4, w text);
    INSERT INTO shop.keys VALUES (1, 'abc'), (42, 'a'), (NULL, 'abc'), (3, NULL), (7, '日本語'), (0, '')`);
  await readTable('probe', ['id int4', ...Object.entries(columns).map(([name, { type }]) => `${name} ${type}`)]);
  await readTable('keys', ['k int4', 'w text']);
  session = await connectForTrees({ connectionString: oracle.url });
  admin = new pg.Client({ connectionString: oracle.url });
  await admin.connect();
});

afterAll(async () => {
  await session.end();
  await admin.end();
  await oracle.stop();
});

async function readTable(table: string, definitions: readonly string[]): Promise<void> {
  const names = definitions.map((definition) => definition.split(' ')[0]!);
  const list = definitions.map((definition) => {
    const [name, type] = definition.split(/ (.*)/) as [string, string];
    return `encode(${sendFunction(
      type
        .replace(/\(.*\)/, '')
        .replace('char', 'bpchar')
        .replace('varbpchar', 'varchar'),
    )}("${name}"), 'hex')`;
  });
  const { rows } = await oracle.client.query<(string | null)[]>({
    text: `SELECT ${list.join(', ')} FROM shop.${table}${table === 'probe' ? ' ORDER BY id' : ''}`,
    rowMode: 'array',
  });
  const values = new Map(
    names.map((name, i) => [name, rows.map((row) => (row[i] === null ? null : Buffer.from(row[i]!, 'hex')))]),
  );
  tables.set(table, { length: rows.length, values });
}

function tableBatch(scan: Scan): Batch {
  const table = tables.get(scan.table.name)!;
  return {
    length: table.length,
    columns: scan.columns.map((column) =>
      columnFromDatums(
        column.type,
        table.values.get(column.sourceName)!.map((bytes) => (bytes === null ? null : decodeBinary(column.type, bytes))),
      ),
    ),
  };
}

function scanOf(rel: Rel): Scan {
  let found: Scan | undefined;
  visitRel(rel, (node) => {
    if (node.kind === 'scan') found = node;
  });
  return found!;
}

async function analysed(statement: string): Promise<Rel> {
  const { tree } = await analysedTree(session, statement);
  return (await analyzeQuery(readTree(tree), new TestLookup(admin, { shop: 'shop' }), { statement })).rel;
}

/** Rows of a subquery that only scans, filters out NULLs and projects. */
function subqueryRows(rel: Rel): Batch {
  const scan = scanOf(rel);
  const whole = tableBatch(scan);
  let dropsNulls = false;
  visitRel(rel, (node) => {
    if (node.kind === 'filter') dropsNulls = true;
  });
  const rows = Array.from({ length: whole.length }, (_, row) => row).filter(
    (row) => !dropsNulls || readDatum(whole.columns[0]!, scan.columns[0]!.type, row) !== null,
  );
  return {
    length: rows.length,
    columns: outputColumns(rel).map((column) => {
      const source = rel.kind === 'project' ? rel.items.find((item) => item.column.id === column.id)!.expr : undefined;
      const id = source?.kind === 'column' ? source.column : column.id;
      const index = scan.columns.findIndex((candidate) => candidate.id === id);
      return columnFromDatums(
        column.type,
        rows.map((row) => readDatum(whole.columns[index]!, column.type, row)),
      );
    }),
  };
}

const testContext: ExpressionContext = { ...context, settings, subqueryRows };

function refusal(expr: Scalar): string | undefined {
  let reason: string | undefined;
  visitScalar(expr, (node) => {
    const verdict = localScalarVerdict(node);
    if (verdict.verdict === 'no') reason ??= verdict.reason;
  });
  return reason;
}

async function expectedOf(expression: string, type: SqlType): Promise<readonly string[] | string> {
  const name = type.kind === 'array' ? `${type.element!.kind}[]` : type.kind;
  try {
    const { rows } = await oracle.client.query<{ hex: string | null }>(
      `SELECT encode(${sendFunction(name)}(${expression}), 'hex') AS hex FROM shop.probe ORDER BY id`,
    );
    return rows.map(({ hex }) => showDatum(hex === null ? null : decodeBinary(type, Buffer.from(hex, 'hex'))));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

function attempt<T>(compute: () => T): T | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof SqlError) return `${error.code} ${error.message}`;
    throw error;
  }
}

test.each(expressions)('%s', async (expression) => {
  const rel = await analysed(`SELECT ${expression} AS x FROM shop.probe`);
  const scan = scanOf(rel);
  const expr = rel.kind === 'project' ? rel.items[0]!.expr : undefined;
  expect(expr).toBeDefined();
  const batch = tableBatch(scan);
  const expected = await expectedOf(expression, expr!.type);
  const reason = refusal(expr!);
  if (reason !== undefined) throw new Error(`refused: ${reason}`);
  const actual = attempt(() => {
    const [column] = compileScalars([expr!], scan.columns, testContext).evaluate(batch);
    return Array.from({ length: batch.length }, (_, row) => showDatum(readDatum(column!, expr!.type, row)));
  });
  expect(actual).toEqual(expected);
  if (expr!.type.kind !== 'bool' || typeof expected === 'string') return;
  const rows = expected.flatMap((value, row) => (value === 'true' ? [row] : []));
  const selected = compileFilter([expr!], scan.columns, testContext).select(batch);
  expect([...selected.indices.subarray(0, selected.count)]).toEqual(rows);
  expect(pairs(expr!, scan.columns, batch)).toEqual(rows);
});

/** The condition over pairs: half of the columns on the left, half on the right, rows in reverse. */
function pairs(expr: Scalar, all: readonly RelColumn[], batch: Batch): readonly number[] {
  const half = all.length >> 1;
  const left = { length: batch.length, columns: batch.columns.slice(0, half) };
  const right = { length: batch.length, columns: batch.columns.slice(half) };
  const order = Int32Array.from({ length: batch.length }, (_, i) => batch.length - 1 - i);
  const filter = compilePairFilter([expr], all.slice(0, half), all.slice(half), testContext);
  const { indices, count } = filter.select(left, order, right, order, batch.length);
  return [...indices.subarray(0, count)].map((position) => order[position]!).reverse();
}

test('one general loop serves any layout after many', async () => {
  const rel = await analysed('SELECT wild + n AS x FROM shop.probe');
  const scan = scanOf(rel);
  const expr = rel.kind === 'project' ? rel.items[0]!.expr : undefined;
  const compiled = compileScalars([expr!], scan.columns, testContext);
  const batch = tableBatch(scan);
  const whole = compileScalars([expr!], scan.columns, testContext).evaluate(batch)[0]!;
  for (let scale = 0; scale < 20; scale++) {
    const one = { kind: 'finite', unscaled: 10n ** BigInt(scale), scale } as const;
    const columns = scan.columns.map((column) => columnFromDatums(column.type, [column.type.kind === 'numeric' ? one : null]));
    const [sum] = compiled.evaluate({ length: 1, columns });
    expect(readDatum(sum!, expr!.type, 0)).toEqual({ kind: 'finite', unscaled: 2n * 10n ** BigInt(scale), scale });
  }
  const [again] = compiled.evaluate(batch);
  for (let row = 0; row < batch.length; row++)
    expect(readDatum(again!, expr!.type, row)).toEqual(readDatum(whole, expr!.type, row));
});
