/**
 * What is known about the data, for estimates only: a wrong figure makes a plan slower, never an answer wrong. Collected by
 * each source in its own way (`Site.statistics`), kept by the catalog, read by planner/estimate.
 */
import type { SourceTable } from './rel.ts';

export interface ColumnStatistics {
  /** Part of the rows where the column is NULL, 0 to 1. */
  readonly nullFraction: number;
  /** How many different values there are, NULL apart. */
  readonly distinct: number;
  /** Bytes of a value, on average. */
  readonly width: number;
  /** The most frequent values, as PostgreSQL prints them (dates in ISO style). */
  readonly common: readonly CommonValue[];
  /** Bounds, ascending, that cut the values that are not `common` into parts of equally many rows; empty: unknown. */
  readonly histogram: readonly string[];
  /** How closely the order of storage follows the order of values, -1 to 1. */
  readonly correlation?: number | undefined;
}
export interface CommonValue {
  readonly text: string;
  /** Part of all rows, NULLs included, that have it. */
  readonly fraction: number;
}

export interface TableStatistics {
  readonly rows: number;
  /** By the column's name at the source. */
  readonly columns: ReadonlyMap<string, ColumnStatistics>;
  /** How many different combinations some sets of columns have. */
  readonly combinations: readonly { readonly columns: readonly string[]; readonly distinct: number }[];
  /** Columns of each index, first column first. */
  readonly indexes: readonly (readonly string[])[];
  /** Of a table with at most SMALL_TABLE_ROWS: each column's value in every row, written as in `common`. */
  readonly values?: ReadonlyMap<string, readonly (string | null)[]> | undefined;
}

/** Frequent values of what refers to such a table are told apart in statistics: PostgreSQL keeps a hundred. */
export const SMALL_TABLE_ROWS = 100;
/** Columns with longer values are left out. */
const SMALL_TABLE_VALUE_MAX = 1024;

/** Rows of texts as columns of texts; undefined: there are too many. */
export function smallTable(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): TableStatistics['values'] {
  if (rows.length > SMALL_TABLE_ROWS) return undefined;
  const values = columns.map((name, i) => [name, rows.map((row) => row[i] ?? null)] as const);
  return new Map(values.filter(([, texts]) => texts.every((text) => text === null || text.length <= SMALL_TABLE_VALUE_MAX)));
}

export interface Statistics {
  /** Undefined when nobody knows anything of the table. */
  table(table: SourceTable): TableStatistics | undefined;
}

/** Only its size is known. */
export const tableOfRows = (rows: number): TableStatistics => ({ rows, columns: new Map(), combinations: [], indexes: [] });
