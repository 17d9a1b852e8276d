/**
 * Relations shipped to a DuckDB source (planner/place/shipping.ts): temporary tables of the connection that runs the fragment,
 * which go with it. DuckDB knows how many rows they have, and orders its joins by that.
 */
import { setImmediate } from 'node:timers/promises';
import { DuckDBDataChunk, DuckDBUUIDValue, UUID } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { Input } from '../../algebra/rel.ts';
import type { SiteQueryOptions } from '../../algebra/site.ts';
import type { Batch } from '../../core/batch.ts';
import { assert } from '../../core/assert.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { readDatum } from '../../core/column.ts';
import type { Datum, Numeric } from '../../core/datum.ts';
import { formatNumeric } from '../../core/numeric-text.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { uniqueNames } from '../sql/fragment-shapes.ts';
import { duckdbValue, valueType } from './bind.ts';
import { quoted } from './describe.ts';
import { duckdbType } from './literals.ts';

/** Of which DuckDB has every value. Timestamps end there a little earlier. */
export const SHIPPED_KINDS = [
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'varchar',
  'bytea',
  'date',
  'time',
  'uuid',
] as const satisfies readonly TypeKind[];
const SHIPPED: ReadonlySet<TypeKind> = new Set(SHIPPED_KINDS);

/** Why values of a type do not get to DuckDB as they are; undefined: they do. */
export const notShipped = (type: SqlType): string | undefined =>
  SHIPPED.has(type.kind) && type.domain === undefined ? undefined : `values of type ${type.name} are not shipped to DuckDB`;

const tableName = (index: number): string => `shipped_${index + 1}`;
export const shippedTable = (index: number): string => `temp.main.${tableName(index)}`;

/** As many as a vector of DuckDB holds. */
const CHUNK_ROWS = 2_048;

/** Makes the tables and reads `options.inputs` into them, to their end. Others have their turn after each batch. */
export async function fillTables(
  connection: DuckDBConnection,
  inputs: readonly Input[],
  options: SiteQueryOptions,
): Promise<void> {
  let bytes = 0;
  for (const { index, columns } of inputs) {
    const rows = options.inputs?.[index];
    assert(rows, 'nothing was shipped with the statement');
    // Of rows without columns only their number matters.
    const types = columns.length === 0 ? [sqlType('bool')] : columns.map(({ type }) => liesAs(type));
    const names = uniqueNames(columns.length === 0 ? [''] : columns.map(({ name }) => name));
    const declared = types.map((type, i) => `${quoted(names[i]!)} ${duckdbType(type)}`);
    await connection.run(`CREATE TEMPORARY TABLE ${tableName(index)} (${declared.join(', ')})`);
    const appender = await connection.createAppender(tableName(index), 'main', 'temp');
    try {
      const chunk = DuckDBDataChunk.create(types.map(vectorType));
      for (let batch = await rows.next(); batch !== null; batch = await rows.next()) {
        options.signal.throwIfAborted();
        for (let from = 0; from < batch.length; from += CHUNK_ROWS) {
          const length = Math.min(CHUNK_ROWS, batch.length - from);
          chunk.reset();
          chunk.rowCount = length;
          types.forEach((_, i) => chunk.setColumnValues(i, valuesOf(batch, i, columns[i]?.type, from, length)));
          appender.appendDataChunk(chunk);
        }
        bytes += batchBytes(batch);
        await setImmediate();
      }
    } finally {
      appender.closeSync();
    }
  }
  if (options.metrics) options.metrics.sentBytes += bytes;
}

/** No DECIMAL holds every numeric, nor tells 1.0 from 1.00. */
const liesAs = (type: SqlType): SqlType => (type.kind === 'numeric' ? sqlType('text') : type);

const vectorType = (type: SqlType): DuckDBType => (type.kind === 'uuid' ? UUID : valueType(type));

function valuesOf(batch: Batch, position: number, type: SqlType | undefined, from: number, length: number): DuckDBValue[] {
  const values: DuckDBValue[] = Array.from({ length }, () => null);
  const column = batch.columns[position];
  if (type === undefined || column === undefined) return values;
  for (let i = 0; i < length; i++) {
    const datum = readDatum(column, type, from + i);
    if (datum !== null) values[i] = shippedValue(type, datum);
  }
  return values;
}

function shippedValue(type: SqlType, datum: Exclude<Datum, null>): DuckDBValue {
  if (type.kind === 'numeric') return formatNumeric(datum as Numeric);
  if (type.kind !== 'uuid') return duckdbValue(type, datum);
  return DuckDBUUIDValue.fromUint128(BigInt(`0x${Buffer.from(datum as Uint8Array).toString('hex')}`));
}
