/**
 * Figures of a DuckDB source's tables, from a sample of each: DuckDB keeps few of its own. One statement draws the sample
 * into a temporary table, one statement a column looks at it. How many values differ in the whole is estimated from how
 * many the sample holds once (Haas and Stokes, "Estimating the number of classes in a finite population", 1998).
 */
import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { CollectedStatistics, StatisticsProblem, StatisticsRequest } from '../../algebra/site.ts';
import {
  SMALL_TABLE_ROWS,
  smallTable,
  tableOfRows,
  type ColumnStatistics,
  type TableStatistics,
} from '../../algebra/statistics.ts';
import { quoted, relationKey, rows } from './describe.ts';
import type { KnownRelations } from './describe.ts';
import { reasonOf } from './errors.ts';
import { stringLiteral } from './file-tables.ts';
import type { FileTable } from './file-tables.ts';

const SAMPLE_ROWS = 30_000;
/** Above so many rows only some of the storage blocks are read; below, each row has the same chance. */
const SCAN_ROWS_MAX = 20_000_000;
const COMMON_MAX = 100;
/** Seen less often in a sample, a value may be there by chance. */
const SIGNIFICANT_COUNT = 10;
const BUCKETS = 100;
/** Longer values are only counted: neither one of the common ones nor a bound (analyze.c: WIDTH_THRESHOLD). */
const VALUE_BYTES_MAX = 1024;
const SAMPLE_TABLE = '"tributary sample"';

export interface SampledDatabase {
  readonly known: KnownRelations;
  readonly files: readonly FileTable[];
  /** Changes when the database file is another one; tables over files of their own have theirs. */
  readonly databaseVersion: string;
}

/** Undefined: nothing new, or nothing to be known. Throws what DuckDB does once the signal is aborted. */
export async function sampleTable(
  connection: DuckDBConnection,
  { known, files, databaseVersion }: SampledDatabase,
  { schema, name, columns, version: before }: StatisticsRequest,
  signal: AbortSignal,
): Promise<CollectedStatistics | StatisticsProblem | undefined> {
  const relation = known.get(relationKey(schema, name));
  if (relation === undefined || relation.kind === 'view') return undefined;
  const file = relation.from === undefined ? undefined : files.find((one) => one.name === name);
  try {
    const version = file ? await fileVersion(connection, file) : databaseVersion;
    if (version === before) return undefined;
    const table = await readSample(connection, relation.from ?? `${quoted(schema)}.${quoted(name)}`, columns);
    return { schema, name, version, table };
  } catch (error) {
    if (signal.aborted) throw error;
    return { schema, name, problem: reasonOf(error) };
  }
}

async function fileVersion(connection: DuckDBConnection, file: FileTable): Promise<string> {
  const names = await rows(connection, `SELECT file FROM glob(${stringLiteral(file.pattern)}) ORDER BY 1`);
  const states = await Promise.all(names.map(([name]) => stat(name as string)));
  return `${states.length}:${states.reduce((sum, { size }) => sum + size, 0)}:${Math.max(0, ...states.map((s) => s.mtimeMs))}`;
}

async function readSample(connection: DuckDBConnection, from: string, columns: readonly string[]): Promise<TableStatistics> {
  const [[count] = []] = await rows(connection, `SELECT count(*) FROM ${from}`);
  const rowCount = Number(count);
  if (rowCount === 0 || columns.length === 0) return tableOfRows(rowCount);
  const percent = Math.min(100, (100 * SAMPLE_ROWS) / rowCount);
  const method = rowCount > SCAN_ROWS_MAX ? 'system' : 'bernoulli';
  const sample = percent === 100 ? '' : ` USING SAMPLE ${percent.toFixed(6)}% (${method}, 1)`;
  const list = columns.map(quoted).join(', ');
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${SAMPLE_TABLE} AS SELECT ${list} FROM ${from}${sample}`);
  try {
    const types = await rows(connection, `SELECT column_name, column_type FROM (DESCRIBE ${SAMPLE_TABLE})`);
    const [[sampled] = []] = await rows(connection, `SELECT count(*) FROM ${SAMPLE_TABLE}`);
    const size: SampleSize = { sampled: Number(sampled), rows: rowCount };
    const found = new Map<string, ColumnStatistics>();
    if (size.sampled > 0) {
      for (const [name, type] of types as string[][])
        found.set(name!, await columnStatistics(connection, quoted(name!), type!, size));
    }
    const values = rowCount <= SMALL_TABLE_ROWS ? await smallTableValues(connection, types as string[][]) : undefined;
    // Its indexes serve no join, range or array of keys, which is what the planner would count on (docs/decisions.md).
    return { rows: rowCount, columns: found, combinations: [], indexes: [], values };
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${SAMPLE_TABLE}`);
  }
}

/** Of columns whose values we can read. */
async function smallTableValues(connection: DuckDBConnection, types: readonly string[][]): Promise<TableStatistics['values']> {
  const columns = types.filter(([, type]) => ORDERED.test(type!)).map(([name]) => name!);
  if (columns.length === 0) return undefined;
  const list = columns.map((name) => `${quoted(name)}::VARCHAR`).join(', ');
  return smallTable(columns, (await rows(connection, `SELECT ${list} FROM ${SAMPLE_TABLE}`)) as (string | null)[][]);
}

interface SampleSize {
  readonly sampled: number;
  readonly rows: number;
}

/** Types whose values PostgreSQL orders as DuckDB does, and writes so that we can read it. */
const ORDERED =
  /^(?:BOOLEAN|U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)|VARCHAR|DATE|TIME|TIMESTAMP.*|UUID|ENUM\(.*\))$/;

async function columnStatistics(
  connection: DuckDBConnection,
  column: string,
  type: string,
  { sampled, rows: rowCount }: SampleSize,
): Promise<ColumnStatistics> {
  const isOrdered = ORDERED.test(type);
  const value = isOrdered ? (type.startsWith('ENUM') ? `${column}::VARCHAR` : column) : `hash(${column})`;
  const leastCount = sampled === rowCount ? 2 : SIGNIFICANT_COUNT;
  const fractions = Array.from({ length: BUCKETS + 1 }, (_, i) => (i / BUCKETS).toFixed(2)).join(', ');
  const isShort = `strlen(v::VARCHAR) <= ${VALUE_BYTES_MAX}`;
  const [[different, present, once, width, common, histogram] = []] = await rows(
    connection,
    `WITH v AS (SELECT ${value} AS v FROM ${SAMPLE_TABLE} WHERE ${column} IS NOT NULL),
       f AS MATERIALIZED (SELECT v, count(*) AS n FROM v GROUP BY v),
       top AS MATERIALIZED (SELECT v, n FROM f WHERE ${isShort} AND n >= ${leastCount} AND (n > 1.25 * (SELECT avg(n) FROM f) OR (SELECT count(*) <= ${COMMON_MAX} AND min(n) > 1 FROM f))
         ORDER BY n DESC, v LIMIT ${COMMON_MAX})
     SELECT (SELECT count(*) FROM f), (SELECT count(*) FROM v), (SELECT count(*) FROM f WHERE n = 1), (SELECT avg(strlen(v::VARCHAR)) FROM v),
       (SELECT list([v::VARCHAR, n::VARCHAR] ORDER BY n DESC, v) FROM top),
       (SELECT quantile_disc(v, [${fractions}])::VARCHAR[] FROM v WHERE ${isShort} AND v NOT IN (SELECT v FROM top))`,
  );
  const isNarrow = !/^(?:VARCHAR|BLOB|ENUM)|\[|\(.*\(/.test(type);
  return {
    nullFraction: 1 - Number(present) / sampled,
    distinct: distinctInAll(Number(different), Number(present), Number(once), (rowCount * Number(present)) / sampled),
    width: isNarrow ? 8 : Number(width ?? 0),
    common: isOrdered
      ? ((common as string[][] | null) ?? []).map(([text, n]) => ({ text: text!, fraction: Number(n) / sampled }))
      : [],
    histogram: isOrdered ? ((histogram as string[] | null) ?? []) : [],
  };
}

/** `different` values among `present` sampled ones, `once` of them seen a single time, out of `all`. */
function distinctInAll(different: number, present: number, once: number, all: number): number {
  if (present === 0) return 1;
  if (once === 0 || present >= all) return Math.max(1, different);
  return Math.min(all, Math.max(different, (present * different) / (present - once + (once * present) / all)));
}
