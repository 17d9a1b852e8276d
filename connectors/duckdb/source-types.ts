/**
 * DuckDB's types → the types that travel. A column whose type has no counterpart of its own is cast where it is scanned
 * (`castTo`), so that everything above the scan has one DuckDB type per SQL type.
 */
import type { SourceColumn } from '../../algebra/site.ts';

export interface TravelType {
  readonly type: SourceColumn['type'];
  /** The DuckDB type to cast to where the column is scanned; undefined: as it is. */
  readonly castTo?: string;
  /** Of DECIMAL and integers read as numeric. */
  readonly numeric?: NumericRange;
}
export interface NumericRange {
  readonly scale: number;
  /** Largest absolute value, times 10^scale. */
  readonly bound: bigint;
}

const builtin = (sql: string, castTo?: string): TravelType => ({ type: { kind: 'builtin', sql }, ...(castTo ? { castTo } : {}) });
const wide = (bound: bigint): TravelType => ({ ...builtin('numeric'), numeric: { scale: 0, bound } });

/** Not SMALLINT[] and the like: a list carries its element's row with `[]` added. */
const SCALARS: Readonly<Record<string, TravelType>> = {
  BOOLEAN: builtin('boolean'),
  TINYINT: builtin('smallint', 'SMALLINT'),
  UTINYINT: builtin('smallint', 'SMALLINT'),
  SMALLINT: builtin('smallint'),
  USMALLINT: builtin('integer', 'INTEGER'),
  INTEGER: builtin('integer'),
  UINTEGER: builtin('bigint', 'BIGINT'),
  BIGINT: builtin('bigint'),
  UBIGINT: { ...wide(18_446_744_073_709_551_615n), castTo: 'DECIMAL(20,0)' },
  HUGEINT: wide(2n ** 127n),
  UHUGEINT: wide(2n ** 128n),
  BIGNUM: wide(10n ** 131_072n),
  FLOAT: builtin('real'),
  DOUBLE: builtin('double precision'),
  VARCHAR: builtin('text'),
  '"NULL"': builtin('text', 'VARCHAR'),
  BLOB: builtin('bytea'),
  DATE: builtin('date'),
  TIME: builtin('time without time zone'),
  TIME_NS: builtin('time without time zone', 'TIME'),
  'TIME WITH TIME ZONE': builtin('time with time zone', 'VARCHAR'),
  TIMESTAMP: builtin('timestamp without time zone'),
  TIMESTAMP_S: builtin('timestamp without time zone', 'TIMESTAMP'),
  TIMESTAMP_MS: builtin('timestamp without time zone', 'TIMESTAMP'),
  TIMESTAMP_NS: builtin('timestamp without time zone', 'TIMESTAMP'),
  'TIMESTAMP WITH TIME ZONE': builtin('timestamp with time zone'),
  INTERVAL: builtin('interval'),
  UUID: builtin('uuid'),
  BIT: builtin('bit varying', 'VARCHAR'),
  JSON: builtin('json'),
};

/** `name` as duckdb_columns() and DESCRIBE spell types. */
export function travelType(name: string): TravelType {
  const scalar = scalarType(name);
  if (scalar) return scalar;
  const list = /^(.*)\[\d*\]$/s.exec(name);
  if (list) {
    const element = scalarType(list[1]!);
    // A list of lists may have rows of unequal length, which no array can hold.
    if (element?.type.kind !== 'builtin') return builtin('jsonb');
    const fixed = !name.endsWith('[]');
    return builtin(`${element.type.sql}[]`, element.castTo || fixed ? `${element.castTo ?? list[1]!}[]` : undefined);
  }
  if (/^(?:STRUCT|MAP|UNION)\(/.test(name)) return builtin('jsonb');
  return { type: { kind: 'opaque' }, castTo: 'VARCHAR' };
}

function scalarType(name: string): TravelType | undefined {
  const known = SCALARS[name];
  if (known) return known;
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(name);
  if (decimal) {
    const [precision, scale] = [Number(decimal[1]), Number(decimal[2])];
    return { ...builtin(`numeric(${precision},${scale})`), numeric: { scale, bound: 10n ** BigInt(precision) - 1n } };
  }
  return name.startsWith('ENUM(') ? builtin('text', 'VARCHAR') : undefined;
}
