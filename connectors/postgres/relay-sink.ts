/** DataRow messages kept as they came: only their boundaries are looked at. What a whole-query fragment is relayed with. */
import { BATCH_ROWS } from '../../core/batch.ts';
import { DATA_ROW } from './message-reader.ts';
import type { RowSink } from './message-reader.ts';

export interface RelayChunk {
  readonly bytes: Buffer;
  readonly rows: number;
}

/** End of the first `rowsMax` whole DataRow messages in buffer[from, to), and how many those are. */
function dataRowsEnd(buffer: Buffer, from: number, to: number, rowsMax: number): { readonly end: number; readonly rows: number } {
  let at = from;
  let rows = 0;
  while (rows < rowsMax && to - at >= 5 && buffer[at] === DATA_ROW) {
    const next = at + 1 + ((buffer[at + 1]! << 24) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 8) | buffer[at + 4]!);
    if (next > to) break;
    at = next;
    rows++;
  }
  return { end: at, rows };
}

export class RelaySink implements RowSink {
  private readonly onChunk: (chunk: RelayChunk) => void;
  constructor(onChunk: (chunk: RelayChunk) => void) {
    this.onChunk = onChunk;
  }
  rows(buffer: Buffer, from: number, to: number): number {
    let at = from;
    for (;;) {
      const { end, rows } = dataRowsEnd(buffer, at, to, BATCH_ROWS);
      if (rows > 0) this.onChunk({ bytes: buffer.subarray(at, end), rows });
      if (rows < BATCH_ROWS) return end;
      at = end;
    }
  }
}

/** The first `rowsMax` rows of a chunk, and the rest. */
export function splitChunk(chunk: RelayChunk, rowsMax: number): readonly [RelayChunk, RelayChunk | null] {
  if (rowsMax === 0 || chunk.rows <= rowsMax) return [chunk, null];
  const { end } = dataRowsEnd(chunk.bytes, 0, chunk.bytes.length, rowsMax);
  return [
    { bytes: chunk.bytes.subarray(0, end), rows: rowsMax },
    { bytes: chunk.bytes.subarray(end), rows: chunk.rows - rowsMax },
  ];
}
