/** Types and constants in DuckDB's spelling. A constant always carries its type, so that functions resolve as they did in PostgreSQL. */
import { assert, unreachable } from '../../core/assert.ts';
import { DATE_INFINITY, DATE_MINUS_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from '../../core/datum.ts';
import type { Datum, Int64, Interval, Numeric, PgArray } from '../../core/datum.ts';
import { UNIX_TO_PG_DAYS, UNIX_TO_PG_MICROS } from '../../core/datum.ts';
import { powerOfTen } from '../../core/numeric-binary.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { stringLiteral } from './file-tables.ts';
import { digitsOf } from './numeric-shape.ts';

/** The DuckDB type that reads as `type`; numeric has no fixed one (only EXPLAIN shows a parameter of it). */
export function duckdbType(type: SqlType): string {
  switch (type.kind) {
    case 'bool':
      return 'BOOLEAN';
    case 'int2':
      return 'SMALLINT';
    case 'int4':
      return 'INTEGER';
    case 'int8':
      return 'BIGINT';
    case 'float4':
      return 'FLOAT';
    case 'float8':
      return 'DOUBLE';
    case 'numeric':
      return 'DECIMAL';
    case 'bytea':
      return 'BLOB';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'timestamptz':
      return 'TIMESTAMPTZ';
    case 'interval':
      return 'INTERVAL';
    case 'uuid':
      return 'UUID';
    case 'array':
      return `${duckdbType(type.element!)}[]`;
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'name':
    case 'json':
    case 'jsonb':
    case 'enum':
    case 'composite':
    case 'opaque':
      return 'VARCHAR';
    default:
      return unreachable(type.kind);
  }
}

export function decimalLiteral(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
  return `'${text}'::DECIMAL(${Math.max(scale, digitsOf(unscaled < 0n ? -unscaled : unscaled), 1)},${scale})`;
}

/** Readable for days a person meets, by number for the rest. */
function dateLiteral(days: number): string {
  if (days === DATE_INFINITY) return "'infinity'::DATE";
  if (days === DATE_MINUS_INFINITY) return "'-infinity'::DATE";
  const date = new Date((days + UNIX_TO_PG_DAYS) * 86_400_000);
  const year = date.getUTCFullYear();
  if (year >= 1 && year <= 9999) return `'${date.toISOString().slice(0, 10)}'::DATE`;
  return `make_date(${days + UNIX_TO_PG_DAYS})`;
}

function timestampLiteral(value: Int64, type: 'TIMESTAMP' | 'TIMESTAMPTZ'): string {
  const micros = BigInt(value);
  if (micros === TIMESTAMP_INFINITY) return `'infinity'::${type}`;
  if (micros === TIMESTAMP_MINUS_INFINITY) return `'-infinity'::${type}`;
  const unix = micros + BigInt(UNIX_TO_PG_MICROS);
  const second = unix >= 0n ? unix / 1_000_000n : -((-unix + 999_999n) / 1_000_000n);
  const rest = unix - second * 1_000_000n;
  const date = new Date(Number(second) * 1000);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999)
    return `make_timestamp${type === 'TIMESTAMPTZ' ? 'tz' : ''}(${unix}::BIGINT)`;
  const fraction = rest === 0n ? '' : `.${rest.toString().padStart(6, '0')}`;
  const text = `${date.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
  return `'${text}${type === 'TIMESTAMPTZ' ? '+00' : ''}'::${type}`;
}

function timeLiteral(micros: number): string {
  const part = (value: number, width: number): string => String(value).padStart(width, '0');
  const seconds = Math.floor(micros / 1_000_000);
  const clock = `${part(Math.floor(seconds / 3600), 2)}:${part(Math.floor(seconds / 60) % 60, 2)}:${part(seconds % 60, 2)}`;
  return `'${clock}.${part(micros % 1_000_000, 6)}'::TIME`;
}

const floatLiteral = (value: number, type: string): string => {
  const text = Number.isNaN(value)
    ? 'NaN'
    : value === Infinity
      ? 'Infinity'
      : value === -Infinity
        ? '-Infinity'
        : Object.is(value, -0)
          ? '-0'
          : String(value);
  return `'${text}'::${type}`;
};

/** Undefined: no DuckDB value is this one (a numeric NaN). */
export function literal(value: Datum, type: SqlType): string {
  if (value === null) return type.kind === 'numeric' ? 'NULL::DECIMAL(1,0)' : `NULL::${duckdbType(type)}`;
  switch (type.kind) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'int4':
      return (value as number) >= 0 ? `${value as number}` : `'${value as number}'::INTEGER`;
    case 'int2':
    case 'int8':
      return (value as Int64) >= 0 ? `${value as Int64}::${duckdbType(type)}` : `'${value as Int64}'::${duckdbType(type)}`;
    case 'float4':
    case 'float8':
      return floatLiteral(value as number, duckdbType(type));
    case 'numeric': {
      const numeric = value as Numeric;
      assert(numeric.kind === 'finite', 'a numeric constant without a DECIMAL');
      return decimalLiteral(numeric.unscaled, numeric.scale);
    }
    case 'date':
      return dateLiteral(value as number);
    case 'time':
      return timeLiteral(Number(value as Int64));
    case 'timestamp':
      return timestampLiteral(value as Int64, 'TIMESTAMP');
    case 'timestamptz':
      return timestampLiteral(value as Int64, 'TIMESTAMPTZ');
    case 'interval': {
      const { months, days, micros } = value as Interval;
      return `(to_months(${months}) + to_days(${days}) + to_microseconds(${micros}))`;
    }
    case 'bytea':
      return `from_hex('${Buffer.from(value as Uint8Array).toString('hex')}')`;
    case 'uuid': {
      const hex = Buffer.from(value as Uint8Array).toString('hex');
      return `'${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}'::UUID`;
    }
    case 'array': {
      const { elements } = value as PgArray;
      return `[${elements.map((element) => literal(element, type.element!)).join(', ')}]::${duckdbType(type)}`;
    }
    default:
      return stringLiteral(value as string);
  }
}

/**
 * A numeric constant to compare with values of `scale` that do not exceed `bound`: brought to a DECIMAL on the same side of
 * every one of them. One between two representable values becomes the half between them, one out of reach the nearest
 * value out of reach.
 */
export function comparisonConstant(value: Numeric, scale: number, bound: bigint): { unscaled: bigint; scale: number } {
  const beyond = bound + 1n;
  switch (value.kind) {
    case 'nan':
    case 'infinity':
      return { unscaled: beyond, scale };
    case '-infinity':
      return { unscaled: -beyond, scale };
    case 'finite': {
      if (value.scale <= scale) return clamp(value.unscaled * powerOfTen(scale - value.scale), scale, beyond);
      const factor = powerOfTen(value.scale - scale);
      let floor = value.unscaled / factor;
      const rest = value.unscaled - floor * factor;
      if (rest === 0n) return clamp(floor, scale, beyond);
      if (rest < 0n) floor -= 1n;
      if (floor >= bound || floor < -bound) return clamp(floor < 0n ? floor : floor + 1n, scale, beyond);
      return { unscaled: floor * 10n + 5n, scale: scale + 1 };
    }
  }
}

function clamp(unscaled: bigint, scale: number, beyond: bigint): { unscaled: bigint; scale: number } {
  return { unscaled: unscaled > beyond ? beyond : unscaled < -beyond ? -beyond : unscaled, scale };
}
