/** Text from a SQL_ASCII database is whatever bytes were stored: it is looked at before anybody takes it for UTF-8. */
import { isUtf8 } from 'node:buffer';
import type { RelColumn } from '../../algebra/rel.ts';
import { isNull } from '../../core/batch.ts';
import type { Batch, BytesColumn } from '../../core/batch.ts';
import { sourceError } from '../../core/sql-error.ts';

/** Raises 22021 naming source and column. */
export function sourceText(source: string, batch: Batch, columns: readonly RelColumn[]): void {
  for (const [i, column] of columns.entries()) {
    const data = batch.columns[i]!;
    const { kind } = column.type;
    if (data.layout !== 'bytes' || kind === 'bytea' || kind === 'numeric' || kind === 'array') continue;
    if (!isText(data)) {
      throw sourceError(source, '22021', 'invalid byte sequence for encoding "UTF8"', {
        column: column.name,
        detail: `column "${column.name}"`,
      });
    }
  }
}

function isText(column: BytesColumn): boolean {
  for (let row = 0; row < column.length; row++) {
    if (!isNull(column, row) && !isUtf8(column.data.subarray(column.offsets[row], column.offsets[row + 1]))) return false;
  }
  return true;
}
