/** DuckDB files made for a test, and fragments over them. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Rel, Scan } from '../../../algebra/rel.ts';
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import type { Site } from '../../../algebra/site.ts';
import type { BatchStream } from '../../../core/batch.ts';
import { readDatum } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { formatDatum } from '../../../core/text-format.ts';
import { outputColumns } from '../../../algebra/rel.ts';

export const settings: SessionSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  xmlBinary: 'base64',
};

export async function temporaryFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-duckdb-test-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs statements on a database file (or in memory) and closes it again. */
export async function runDuckDB(file: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    for (const statement of statements) await connection.run(statement);
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}

export const columnId = (id: number): ColumnId => id as ColumnId;

export function scan(
  site: string,
  name: string,
  columns: readonly (readonly [string, SqlType])[],
  schema = 'main',
  firstId = 1,
): Scan {
  return {
    kind: 'scan',
    table: { site, mirrorOid: 1, schema, name, keys: [] },
    columns: columns.map(([column, type], i) => ({ id: columnId(firstId + i), name: column, sourceName: column, type })),
  };
}

export const columnOf = (relation: Scan, index: number): Scalar => {
  const column = relation.columns[index]!;
  return { kind: 'column', column: column.id, type: column.type };
};

/** All rows of a fragment, with the relations that are shipped with it. */
export async function rowsOf(
  site: Site,
  fragment: Rel,
  params: readonly Datum[] = [],
  inputs: readonly BatchStream[] = [],
): Promise<Datum[][]> {
  const { signal } = new AbortController();
  const transaction = await site.begin({ fragments: 1, isolation: 'read committed', settings, signal });
  try {
    const stream = await transaction.query(fragment, { params, signal, inputs });
    const rows: Datum[][] = [];
    try {
      for (let batch = await stream.next(); batch; batch = await stream.next()) {
        const { columns } = batch;
        for (let row = 0; row < batch.length; row++) {
          rows.push(columns.map((column, i) => readDatum(column, outputColumns(fragment)[i]!.type, row)));
        }
      }
    } finally {
      await stream.close();
    }
    return rows;
  } finally {
    await transaction.end();
  }
}

export const textOf = (type: SqlType, datum: Datum): string | null =>
  datum === null ? null : formatDatum(type, datum, settings);
