/**
 * What a PostgreSQL source's own ANALYZE found out: sizes, nulls, distinct values, frequent values, histograms, extended
 * statistics, indexes. Reading them costs a few small queries, and one for each table of a few rows; tables that were not
 * analysed since the last time are skipped.
 */
import pg from 'pg';
import type { CollectedStatistics, StatisticsRequest } from '../../algebra/site.ts';
import { SMALL_TABLE_ROWS, smallTable, type ColumnStatistics, type TableStatistics } from '../../algebra/statistics.ts';
import { groupBy } from './describe.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';

/** Entries kept of each list: PostgreSQL's default target; a source may keep up to 10,000. */
const LIST_MAX = 100;
const BYTES_PER_PAGE = 8192;
/** Bytes of a row in a table that was never analysed: its header, and this much a column. */
const ROW_HEADER_BYTES = 28;
const COLUMN_BYTES = 8;
const ROWS_PER_PAGE = `floor(${BYTES_PER_PAGE}.0 / (${ROW_HEADER_BYTES} + ${COLUMN_BYTES} * c.relnatts))`;
/** Of a table that is empty and was never analysed: it may be filled at any time (plancat.c: estimate_rel_size). */
const PAGES_OF_NEW = 10;

/** Leaves of a partitioned table count together; the date is of the youngest ANALYZE among them. */
const TABLES = `
  SELECT c.oid::int8::text AS oid, n.nspname AS schema, c.relname AS name,
    coalesce(nullif(sum(CASE WHEN l.reltuples > 0 THEN l.reltuples ELSE pg_relation_size(l.oid) / ${BYTES_PER_PAGE} * ${ROWS_PER_PAGE} END), 0),
      CASE WHEN min(l.reltuples) < 0 THEN ${PAGES_OF_NEW} * ${ROWS_PER_PAGE} ELSE 0 END)::float8 AS rows,
    concat_ws('/', sum(l.reltuples), sum(l.relpages), max(greatest(s.last_analyze, s.last_autoanalyze)),
      (SELECT max(greatest(t.last_analyze, t.last_autoanalyze)) FROM pg_stat_all_tables t WHERE t.relid = c.oid)) AS version,
    c.relkind = 'r' AND c.reltuples BETWEEN 0 AND ${SMALL_TABLE_ROWS} AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) AS small
  FROM unnest($1::text[], $2::text[]) w(schema, name)
    JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p', 'm', 'f')
    JOIN LATERAL (SELECT c.oid AS relid WHERE c.relkind <> 'p' UNION ALL SELECT p.relid FROM pg_partition_tree(c.oid) p WHERE c.relkind = 'p' AND p.isleaf) leaf ON true
    JOIN pg_class l ON l.oid = leaf.relid LEFT JOIN pg_stat_all_tables s ON s.relid = l.oid
  GROUP BY c.oid, n.nspname, c.relname, c.relnatts, c.relkind, c.reltuples`;

/** Of a table that others inherit from, the figures of all of them together. */
const COLUMNS = `
  SELECT DISTINCT ON (c.oid, s.attname) c.oid::int8::text AS oid, s.attname AS column, s.null_frac, s.avg_width, s.n_distinct, s.correlation,
    s.most_common_vals::text::text[] AS common, s.most_common_freqs AS frequencies, s.histogram_bounds::text::text[] AS histogram
  FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
  WHERE c.oid = ANY ($1::oid[]) ORDER BY c.oid, s.attname, s.inherited DESC`;

const INDEXES = `
  SELECT i.indrelid::int8::text AS oid,
    (SELECT array_agg(a.attname::text ORDER BY k.i) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, i)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.i <= i.indnkeyatts) AS columns
  FROM pg_index i WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY i.indexrelid`;

/** n_distinct of the extended statistics: {"1, 2": 33}, by column numbers. */
const COMBINATIONS = `
  SELECT x.stxrelid::int8::text AS oid, d.stxdndistinct::text AS distinct,
    (SELECT json_object_agg(a.attnum, a.attname) FROM pg_attribute a WHERE a.attrelid = x.stxrelid AND a.attnum > 0)::text AS names
  FROM pg_statistic_ext x JOIN (SELECT e.statistics_name, e.statistics_schemaname, e.n_distinct AS stxdndistinct FROM pg_stats_ext e) d
    ON d.statistics_name = x.stxname AND d.statistics_schemaname = (SELECT nspname FROM pg_namespace WHERE oid = x.stxnamespace)
  WHERE x.stxrelid = ANY ($1::oid[]) AND d.stxdndistinct IS NOT NULL ORDER BY x.oid`;

interface TableRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  readonly version: string;
  /** Its rows were few when it was analysed, and we may read them. */
  readonly small: boolean;
}
interface ColumnRow {
  readonly oid: string;
  readonly column: string;
  readonly null_frac: number;
  readonly avg_width: number;
  readonly n_distinct: number;
  readonly correlation: number | null;
  readonly common: readonly unknown[] | null;
  readonly frequencies: readonly number[] | null;
  readonly histogram: readonly unknown[] | null;
}

export async function readStatistics(
  client: pg.Client,
  requests: readonly StatisticsRequest[],
): Promise<readonly CollectedStatistics[]> {
  const known = new Map(requests.map((request) => [JSON.stringify([request.schema, request.name]), request]));
  const listed = await client.query<TableRow>(TABLES, [requests.map((r) => r.schema), requests.map((r) => r.name)]);
  const changed = listed.rows.filter((row) => known.get(JSON.stringify([row.schema, row.name]))?.version !== row.version);
  if (changed.length === 0) return [];
  const oids = [changed.map((row) => row.oid)];
  const values = new Map<string, TableStatistics['values']>();
  for (const { oid, schema, name, small } of changed) {
    const request = known.get(JSON.stringify([schema, name]));
    if (small && request) values.set(oid, await readSmallTable(client, request));
  }
  const columns = groupBy((await client.query<ColumnRow>(COLUMNS, oids)).rows, (row) => row.oid);
  const indexes = groupBy((await client.query<{ oid: string; columns: string[] | null }>(INDEXES, oids)).rows, (row) => row.oid);
  const combinations = groupBy(
    (await client.query<{ oid: string; distinct: string; names: string }>(COMBINATIONS, oids)).rows,
    (row) => row.oid,
  );
  return changed.map(({ oid, schema, name, rows, version }) => ({
    schema,
    name,
    version,
    table: {
      rows,
      columns: new Map((columns.get(oid) ?? []).map((row) => [row.column, columnStatistics(row, rows)])),
      combinations: (combinations.get(oid) ?? []).flatMap((row) => distinctCombinations(row.distinct, row.names, rows)),
      indexes: (indexes.get(oid) ?? []).map((row) => row.columns ?? []).filter((names) => names.length > 0),
      values: values.get(oid),
    },
  }));
}

/** Undefined as well when it is locked, altered or dropped meanwhile: estimates do without its rows. */
async function readSmallTable(
  client: pg.Client,
  { schema, name, columns }: StatisticsRequest,
): Promise<TableStatistics['values']> {
  if (columns.length === 0) return undefined;
  const list = columns.map((column) => `${quoteIdentifier(column)}::text`).join(', ');
  const text = `SELECT ${list} FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)} LIMIT ${SMALL_TABLE_ROWS + 1}`;
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = '50ms'`);
    const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' });
    return smallTable(columns, rows);
  } catch (error) {
    if (error instanceof pg.DatabaseError) return undefined;
    throw error;
  } finally {
    await client.query('ROLLBACK');
  }
}

function columnStatistics(row: ColumnRow, rows: number): ColumnStatistics {
  // Values of an array type come as arrays of arrays: not compared here.
  const texts = (values: readonly unknown[] | null): readonly string[] =>
    values !== null && values.every((value) => typeof value === 'string') ? (values as readonly string[]) : [];
  const frequencies = row.frequencies ?? [];
  return {
    nullFraction: row.null_frac,
    distinct: absolute(row.n_distinct, rows),
    width: row.avg_width,
    common: texts(row.common)
      .slice(0, LIST_MAX)
      .map((text, i) => ({ text, fraction: frequencies[i] ?? 0 })),
    histogram: thinned(texts(row.histogram)),
    correlation: row.correlation ?? undefined,
  };
}

/** PostgreSQL writes a count that grows with the table as a negative part of its rows; 0 is unknown. */
const absolute = (distinct: number, rows: number): number =>
  distinct < 0 ? Math.max(1, -distinct * rows) : distinct === 0 ? Math.min(rows, 200) : distinct;

/** At most LIST_MAX + 1 bounds, evenly chosen, first and last among them. */
function thinned(bounds: readonly string[]): readonly string[] {
  if (bounds.length <= LIST_MAX + 1) return bounds;
  return Array.from({ length: LIST_MAX + 1 }, (_, i) => bounds[Math.round((i * (bounds.length - 1)) / LIST_MAX)]!);
}

function distinctCombinations(
  distinct: string,
  names: string,
  rows: number,
): { readonly columns: readonly string[]; readonly distinct: number }[] {
  const nameOf = JSON.parse(names) as Readonly<Record<string, string>>;
  return Object.entries(JSON.parse(distinct) as Readonly<Record<string, number>>).flatMap(([numbers, count]) => {
    const columns = numbers.split(', ').map((number) => nameOf[number]);
    return columns.every((column) => column !== undefined) ? [{ columns, distinct: absolute(count, rows) }] : [];
  });
}
