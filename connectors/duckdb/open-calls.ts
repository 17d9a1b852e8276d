/**
 * The calls of file functions in use: each is a table until so many others came after it. Their files are looked up anew at
 * every description and before every execution, so that what is read is what the call means then.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FileCall } from '../../algebra/file-functions.ts';
import { sqlError } from '../../core/sql-error.ts';
import { describeFile } from './describe.ts';
import { callName, callTable } from './file-functions.ts';
import type { FileTable } from './file-tables.ts';

const CALLS_MAX = 500;

interface OpenCall {
  readonly call: FileCall;
  /** Its FROM item with the columns' types, as last seen. */
  text: string;
  table: FileTable;
}

export class OpenCalls {
  private readonly source: string;
  private readonly allowPaths: readonly string[];
  private readonly calls = new Map<string, OpenCall>();

  constructor(source: string, allowPaths: readonly string[]) {
    this.source = source;
    this.allowPaths = allowPaths;
  }

  get known(): readonly FileTable[] {
    return [...this.calls.values()].map(({ table }) => table);
  }

  /** With the files of now; one whose files are gone or no longer allowed is left out. */
  async tables(connection: DuckDBConnection): Promise<readonly FileTable[]> {
    for (const { name } of this.known) {
      const failed = await this.look(connection, name).catch((error: unknown) => error);
      // Whoever wants it next is told.
      if (failed instanceof Error) this.calls.delete(name);
    }
    return this.known;
  }

  async open(connection: DuckDBConnection, call: FileCall): Promise<{ table: string; hasChanged: boolean }> {
    const name = callName(call);
    if (this.calls.has(name)) return { table: name, hasChanged: await this.look(connection, name) };
    const table = await callTable(this.source, connection, this.allowPaths, call);
    this.calls.set(name, { call, table, text: await describeFile(connection, table) });
    const [oldest] = this.calls.keys();
    if (this.calls.size > CALLS_MAX) this.calls.delete(oldest!);
    return { table: name, hasChanged: true };
  }

  hasChanged(connection: DuckDBConnection, name: string): Promise<boolean> {
    return this.look(connection, name);
  }

  /** True when its files or columns are others now. */
  private async look(connection: DuckDBConnection, name: string): Promise<boolean> {
    const known = this.calls.get(name);
    if (!known) throw sqlError('55000', 'the files of this statement are no longer known: prepare it again');
    const table = await callTable(this.source, connection, this.allowPaths, known.call);
    const text = await describeFile(connection, table);
    // The last to be used is the last to go.
    this.calls.delete(name);
    this.calls.set(name, { call: known.call, table, text });
    return text !== known.text;
  }
}
