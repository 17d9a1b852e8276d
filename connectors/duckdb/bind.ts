/** Parameters of a fragment → values bound to its prepared statement. The statement casts each to its type. */
import {
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  listValue,
} from '@duckdb/node-api';
import type { DuckDBPreparedStatement, DuckDBValue } from '@duckdb/node-api';
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DOUBLE,
  FLOAT,
  INTEGER,
  INTERVAL,
  LIST,
  SMALLINT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARCHAR,
} from '@duckdb/node-api';
import type { DuckDBType } from '@duckdb/node-api';
import { blobValue } from '@duckdb/node-api';
import type { Datum, Int64, Interval, PgArray } from '../../core/datum.ts';
import {
  DATE_INFINITY,
  DATE_MINUS_INFINITY,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  UNIX_TO_PG_DAYS,
  UNIX_TO_PG_MICROS,
} from '../../core/datum.ts';
import { InternalError } from '../../core/assert.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import type { SqlType } from '../../core/sql-type.ts';

/** `position` is 1-based. */
export function bindParameter(statement: DuckDBPreparedStatement, position: number, type: SqlType, value: Datum): void {
  if (value === null) statement.bindNull(position);
  else statement.bindValue(position, duckdbValue(type, value), valueType(type));
}

export function valueType(type: SqlType): DuckDBType {
  switch (type.kind) {
    case 'bool':
      return BOOLEAN;
    case 'int2':
      return SMALLINT;
    case 'int4':
      return INTEGER;
    case 'int8':
      return BIGINT;
    case 'float4':
      return FLOAT;
    case 'float8':
      return DOUBLE;
    case 'bytea':
      return BLOB;
    case 'date':
      return DATE;
    case 'time':
      return TIME;
    case 'timestamp':
      return TIMESTAMP;
    case 'timestamptz':
      return TIMESTAMPTZ;
    case 'interval':
      return INTERVAL;
    case 'array':
      return LIST(valueType(type.element!));
    case 'text':
    case 'varchar':
    case 'uuid':
      return VARCHAR;
    default:
      throw new InternalError(`a parameter of type ${type.name} was pushed to DuckDB`);
  }
}

export function duckdbValue(type: SqlType, value: Exclude<Datum, null>): DuckDBValue {
  switch (type.kind) {
    case 'int8':
      return BigInt(value as Int64);
    case 'bytea':
      return blobValue(value as Uint8Array);
    case 'date':
      return new DuckDBDateValue(toUnixDays(value as number));
    case 'time':
      return new DuckDBTimeValue(BigInt(value as Int64));
    case 'timestamp':
      return new DuckDBTimestampValue(toUnixMicros(value as Int64));
    case 'timestamptz':
      return new DuckDBTimestampTZValue(toUnixMicros(value as Int64));
    case 'interval': {
      const { months, days, micros } = value as Interval;
      return new DuckDBIntervalValue(months, days, BigInt(micros));
    }
    case 'uuid':
      return Buffer.from(value as Uint8Array)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'array': {
      const { dims, lowerBounds, elements } = value as PgArray;
      if (dims.length > 1 || (lowerBounds[0] ?? 1) !== 1)
        throw featureNotSupported('a parameter that is an array but no list, at DuckDB,');
      return listValue(elements.map((element) => (element === null ? null : duckdbValue(type.element!, element))));
    }
    default:
      return value as DuckDBValue;
  }
}

function toUnixDays(days: number): number {
  if (days === DATE_INFINITY) return 0x7fffffff;
  if (days === DATE_MINUS_INFINITY) return -0x7fffffff;
  return days + UNIX_TO_PG_DAYS;
}

function toUnixMicros(value: Int64): bigint {
  const micros = BigInt(value);
  if (micros === TIMESTAMP_INFINITY) return 0x7fffffffffffffffn;
  if (micros === TIMESTAMP_MINUS_INFINITY) return -0x7fffffffffffffffn;
  return micros + BigInt(UNIX_TO_PG_MICROS);
}
