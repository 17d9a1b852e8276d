/**
 * Parquet, CSV and JSON files as tables. The reader function stands in each fragment's FROM (nothing is created in a
 * database), with the column types found when the source was described, so that a CSV cannot change its mind between
 * planning and reading.
 */
import path from 'node:path';
import { invalidParameterValue } from '../../core/sql-error.ts';

export interface FileTable {
  /** Undefined: the default one. */
  readonly schema?: string;
  readonly name: string;
  /** Absolute path or glob. */
  readonly pattern: string;
  readonly reader: 'read_parquet' | 'read_csv' | 'read_json';
  /** Of a call: the files it means now, and its further arguments as SQL. */
  readonly files?: readonly string[];
  readonly options?: readonly (readonly [string, string])[];
}

const READERS: readonly (readonly [RegExp, FileTable['reader']])[] = [
  [/\.(?:parquet|pq)$/i, 'read_parquet'],
  [/\.(?:csv|tsv|txt)(?:\.gz|\.zst)?$/i, 'read_csv'],
  [/\.(?:json|jsonl|ndjson)(?:\.gz|\.zst)?$/i, 'read_json'],
];

export function fileTable(name: string, file: string, baseDir: string): FileTable {
  const reader = READERS.find(([ending]) => ending.test(file))?.[1];
  if (!reader) {
    throw invalidParameterValue(`table "${name}": cannot tell the format of "${file}"`, {
      hint: 'File names end in .parquet, .csv, .tsv, .json, .jsonl or .ndjson (CSV and JSON also with .gz or .zst).',
    });
  }
  return { name, pattern: path.resolve(baseDir, file), reader };
}

export const stringLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `columns`: names and DuckDB types to pin; undefined before they are known. */
export function readerCall(
  table: FileTable,
  columns?: readonly { readonly name: string; readonly sourceType: string }[],
): string {
  const given = (table.options ?? []).map(([name, value]) => `, ${name} = ${value}`).join('');
  // Most writers leave NaN out of a file's statistics, by which DuckDB would pass over rows that have it.
  const ofFormat = table.reader === 'read_parquet' ? ', can_have_nan = true' : '';
  const call = `${table.reader}(${filesLiteral(table)}${given}${ofFormat}`;
  if (table.reader !== 'read_csv' || !columns) return `${call})`;
  const types = columns
    .filter((column) => !isAddedColumn(table, column.name))
    .map((column) => `${stringLiteral(column.name)}: ${stringLiteral(column.sourceType)}`);
  return `${call}, types = {${types.join(', ')}})`;
}

/** Columns that are not in the file: its name, what its folders are called. */
const isAddedColumn = (table: FileTable, name: string): boolean =>
  table.files !== undefined &&
  ((name === 'filename' && (table.options ?? []).some(([option]) => option === 'filename')) ||
    table.files.some((file) => file.includes(`/${name}=`)));

export const filesLiteral = (table: FileTable): string =>
  table.files === undefined ? stringLiteral(table.pattern) : `[${table.files.map(stringLiteral).join(', ')}]`;

export const GLOB = /[*?[{]/;

/** What DuckDB must be allowed to read for it. */
export function allowance(table: FileTable): { readonly path: string } | { readonly directory: string } {
  if (!GLOB.test(table.pattern)) return { path: table.pattern };
  const fixed = table.pattern.slice(0, table.pattern.search(GLOB));
  return { directory: fixed.slice(0, fixed.lastIndexOf(path.sep) + 1) };
}
