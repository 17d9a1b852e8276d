/** What a value takes, where nobody has measured it. */
import type { SqlType } from '../../core/sql-type.ts';

export function typeBytes(type: SqlType | undefined): number {
  switch (type?.kind) {
    case 'bool':
      return 1;
    case 'int2':
      return 2;
    case 'int4':
    case 'float4':
    case 'date':
      return 4;
    case 'uuid':
    case 'interval':
      return 16;
    case 'int8':
    case 'float8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'numeric':
      return 8;
    default:
      return 24;
  }
}
