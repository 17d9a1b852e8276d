/** What columns take in memory, as they lie there. */
import type { Batch, Column } from './batch.ts';

export function columnBytes(column: Column): number {
  const valid = column.valid === null ? 0 : column.length >> 3;
  switch (column.layout) {
    case 'bool':
      return column.length + valid;
    case 'int32':
      return 4 * column.length + valid;
    case 'int64':
    case 'float64':
    case 'decimal':
      return 8 * column.length + valid;
    case 'fixed16':
      return 16 * column.length + valid;
    case 'bytes':
      return 4 * column.length + valid + (column.offsets[column.length]! - column.offsets[0]!);
  }
}

export const batchBytes = (batch: Batch): number => batch.columns.reduce((sum, column) => sum + columnBytes(column), 0);
