/** Batches as DataRow messages, cut where a row limit wants it. */
import type { Batch, BatchStream } from '../core/batch.ts';
import type { SessionSettings } from '../algebra/plan.ts';
import type { SqlType } from '../core/sql-type.ts';
import { createRowEncoder } from './encode/row-encoder.ts';
import type { RowSource } from './session/federated-portal.ts';

/** Rows encoded at a time: enough to amortise, small enough for the socket. */
const ROWS_PER_PART = 2_048;

export function encodedRows(
  batches: BatchStream,
  types: readonly SqlType[],
  formats: readonly (0 | 1)[],
  settings: SessionSettings,
): RowSource {
  const encoder = createRowEncoder(types, formats, settings);
  let batch: Batch | null = null;
  let at = 0;
  return {
    async next(rowsMax) {
      while (batch === null || at >= batch.length) {
        batch = await batches.next();
        at = 0;
        if (batch === null) return null;
      }
      const rows = Math.min(batch.length - at, rowsMax === 0 ? ROWS_PER_PART : rowsMax, ROWS_PER_PART);
      const bytes = encoder.encode(batch, at, at + rows);
      at += rows;
      return { bytes, rows };
    },
    close: () => batches.close(),
  };
}
