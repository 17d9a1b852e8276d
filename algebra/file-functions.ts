/** Functions of a source that read files in FROM: `lake.read_parquet('events/*.parquet')`, a table for as long as it is used. */

/** The source's schema in which they are shown as tables. */
export const FILE_FUNCTION_SCHEMA = 'file functions';

export type FileOption = string | number | boolean | readonly string[];
export interface FileCall {
  /** `read_parquet`, `read_csv`, `read_json`. */
  readonly reader: string;
  /** Names and globs, as written. */
  readonly paths: readonly string[];
  readonly options: readonly (readonly [name: string, value: FileOption])[];
}

export interface FileFunctions {
  /** The name of the table that a call is; whether describe() would say something else of it than it last did. Throws 42501 for files that are not allowed, 22023, 58P01, and what reading them raises. */
  open(call: FileCall, signal: AbortSignal): Promise<{ readonly table: string; readonly hasChanged: boolean }>;
  /** Looks at the files again, before each execution: whether its columns are others now. */
  hasChanged(table: string, signal: AbortSignal): Promise<boolean>;
}
