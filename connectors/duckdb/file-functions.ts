/**
 * read_parquet, read_csv and read_json of a DuckDB source in FROM: a call becomes a table over the files it names, shown in a
 * schema of their own while it is used. Only files within `allow_paths` are read, by the names they really have: links and
 * globs are resolved first, here, and each file is looked at. DuckDB is told the same limits and checks them again.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FileCall, FileOption } from '../../algebra/file-functions.ts';
import { FILE_FUNCTION_SCHEMA } from '../../algebra/file-functions.ts';
import type { SourceFunction } from '../../algebra/source-function.ts';
import { featureNotSupported, invalidParameterValue, sqlError } from '../../core/sql-error.ts';
import { rows } from './describe.ts';
import { GLOB, stringLiteral } from './file-tables.ts';
import type { FileTable } from './file-tables.ts';

type Reader = FileTable['reader'];

/** None of them names a further file or writes one. */
const SHARED = ['compression', 'filename', 'hive_partitioning', 'union_by_name'];
const TEXT_FORMATS = ['ignore_errors', 'sample_size', 'dateformat', 'timestampformat', 'auto_detect'];
const OPTIONS: Readonly<Record<Reader, ReadonlySet<string>>> = {
  read_parquet: new Set([...SHARED, 'binary_as_string', 'file_row_number']),
  read_csv: new Set([
    ...SHARED, ...TEXT_FORMATS, 'all_varchar', 'allow_quoted_nulls', 'comment', 'decimal_separator', 'delim', 'sep', 'encoding',
    'escape', 'force_not_null', 'header', 'max_line_size', 'names', 'new_line', 'normalize_names', 'null_padding', 'nullstr',
    'parallel', 'quote', 'skip', 'strict_mode',
  ]), // prettier-ignore
  read_json: new Set([...SHARED, ...TEXT_FORMATS, 'convert_strings_to_integers', 'format', 'maximum_depth', 'maximum_object_size', 'records']),
}; // prettier-ignore

const isReader = (name: string): name is Reader => name in OPTIONS;

/** As the catalog declares them: for EXECUTE to be granted, and to be found by \df. */
export const FILE_FUNCTIONS: readonly SourceFunction[] = (Object.keys(OPTIONS) as Reader[]).map((name) => ({
  schema: 'main',
  name,
  arguments: [{ name: 'path', type: { kind: 'builtin', sql: 'text' }, variadic: false, hasDefault: false }],
  columns: null,
  result: { kind: 'pseudo', name: 'record' },
  returnsSet: true,
  volatility: 'stable',
  strict: true,
  comment: 'reads files that the source allows, in FROM',
}));

const URL_SCHEME = /^[a-z][a-z0-9+.-]+:/i;
export const isUrl = (name: string): boolean => URL_SCHEME.test(name);

const denied = (source: string, name: string): Error =>
  sqlError('42501', `source "${source}" does not allow reading "${name}"`, {
    hint: "Files that may be read are listed in the source's allow_paths.",
  });

/** The table's name is made of the call, so that the same call is the same table. */
export function callName({ reader, paths, options }: FileCall): string {
  const written = JSON.stringify([reader, paths, [...options].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return `${reader}~${createHash('sha256').update(written).digest('hex').slice(0, 24)}`;
}

/** Throws 42501 for a file outside, 22023 for what the reader does not take, 58P01 when there is none. */
export async function callTable(
  source: string,
  connection: DuckDBConnection,
  allowPaths: readonly string[],
  call: FileCall,
): Promise<FileTable> {
  const { reader } = call;
  if (!isReader(reader)) throw featureNotSupported(`function ${reader} of source "${source}"`);
  const options = call.options.map(([name, value]): readonly [string, string] => {
    if (!OPTIONS[reader].has(name)) throw invalidParameterValue(`${reader} of source "${source}" has no option "${name}"`);
    return [name, optionText(value)];
  });
  const roots = await allowedRoots(allowPaths);
  const files: string[] = [];
  for (const pattern of call.paths) files.push(...(await filesOf(source, connection, roots, pattern)));
  return { schema: FILE_FUNCTION_SCHEMA, name: callName(call), pattern: call.paths.join(', '), files, options, reader };
}

/** Of what is allowed, that which exists, by its real names; URLs as they are. */
export async function allowedRoots(allowPaths: readonly string[]): Promise<readonly string[]> {
  const roots = await Promise.all(allowPaths.map((allowed) => (isUrl(allowed) ? Promise.resolve(allowed) : realName(allowed))));
  return roots.filter((root) => root !== null);
}

async function filesOf(
  source: string,
  connection: DuckDBConnection,
  roots: readonly string[],
  pattern: string,
): Promise<readonly string[]> {
  if (pattern === '' || pattern.includes('\0')) throw invalidParameterValue(`"${pattern}" is not a file name`);
  if (isUrl(pattern)) {
    // As a prefix that ends where a name does, without a way back up.
    const isListed = roots.some((root) => isUrl(root) && pattern.startsWith(root.endsWith('/') ? root : `${root}/`));
    if (!isListed || /(?:^|[\\/])(?:\.|%2e){2}(?:$|[\\/])|%2f|%5c/i.test(pattern)) throw denied(source, pattern);
    return [pattern];
  }
  const directories = roots.filter((root) => !isUrl(root));
  // Relative names start at the first of the allowed.
  const wanted = path.resolve(directories[0] ?? path.sep, pattern);
  const inside = (name: string): boolean =>
    directories.some((root) => name === root || name.startsWith(path.join(root, path.sep)));
  if (!GLOB.test(wanted)) {
    const name = await realName(wanted);
    // Whether a file outside exists is not told.
    if (name === null && inside(await nearestRealName(wanted))) throw sqlError('58P01', `could not open file "${pattern}"`);
    if (name === null || !inside(name)) throw denied(source, pattern);
    return [name];
  }
  const fixed = wanted.slice(0, wanted.search(GLOB));
  const start = await realName(fixed.slice(0, fixed.lastIndexOf(path.sep) + 1));
  if (start === null || !inside(start)) throw denied(source, pattern);
  const found = (await rows(connection, `SELECT file FROM glob(${stringLiteral(wanted)}) ORDER BY file`)) as [string][];
  const names: string[] = [];
  for (const [file] of found) {
    const name = await realName(file);
    if (name === null || !inside(name)) throw denied(source, pattern);
    names.push(name);
  }
  if (names.length === 0) throw sqlError('58P01', `no files are called "${pattern}"`);
  return names;
}

/** Null when there is no such file. */
async function realName(name: string): Promise<string | null> {
  try {
    return await realpath(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

/** Of the folder nearest above that exists. */
async function nearestRealName(name: string): Promise<string> {
  const folder = path.dirname(name);
  return (await realName(folder)) ?? (folder === name ? name : nearestRealName(folder));
}

function optionText(value: FileOption): string {
  if (typeof value === 'string') return stringLiteral(value);
  return typeof value === 'object' ? `[${value.map(stringLiteral).join(', ')}]` : String(value);
}
