/**
 * Types whose equal values are one and the same, to the last byte: rows grouped by a column of such a type have lost nothing
 * of it. Not so 1.0 and 1.00, 0.0 and -0.0, '1 day' and '24:00'.
 */
import type { SqlType } from './sql-type.ts';

export function hasIdenticalValues({ kind, typmod, collation }: SqlType): boolean {
  switch (kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'bytea':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'uuid':
    case 'enum':
      return true;
    case 'text':
    case 'varchar':
    case 'name':
      return typeof collation === 'string' || collation.deterministic;
    // Of one scale; of one length.
    case 'numeric':
      return typmod >= 0;
    case 'bpchar':
      return typmod >= 0 && (typeof collation === 'string' || collation.deterministic);
    case 'float4':
    case 'float8':
    case 'interval':
    case 'json':
    case 'jsonb':
    case 'array':
    case 'composite':
    case 'opaque':
      return false;
  }
}
