/**
 * A result read to its end beforehand. What reads the session's own tables little by little would see what the session does
 * to them meanwhile, where PostgreSQL shows them as they were when the portal was opened; and its portals on the backend
 * would end with the transaction, as a cursor WITH HOLD does not.
 */
import { programLimitExceeded } from '../core/sql-error.ts';
import type { RowSource } from './session/federated-portal.ts';

const BYTES_MAX = 256 << 20;

interface Part {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** Closes `source`. Throws 54000 when the rows do not fit. */
export async function readWhole(source: RowSource): Promise<RowSource> {
  const parts: Part[] = [];
  let size = 0;
  try {
    for (let part = await source.next(0); part !== null; part = await source.next(0)) {
      size += part.bytes.length;
      if (size > BYTES_MAX)
        throw programLimitExceeded(`a cursor over tables of the session keeps at most ${BYTES_MAX >> 20} MB of rows`);
      // The chunk's memory is the source's to use again.
      parts.push({ bytes: part.bytes.slice(), rows: part.rows });
    }
  } finally {
    await source.close();
  }
  let next = 0;
  let rest: Part | null = null;
  return {
    next: (rowsMax) => {
      const part = rest ?? parts[next++] ?? null;
      rest = null;
      if (part === null || rowsMax === 0 || part.rows <= rowsMax) return Promise.resolve(part);
      const at = endOfRow(part.bytes, rowsMax);
      rest = { bytes: part.bytes.subarray(at), rows: part.rows - rowsMax };
      return Promise.resolve({ bytes: part.bytes.subarray(0, at), rows: rowsMax });
    },
    close: () => {
      parts.length = 0;
      rest = null;
      return Promise.resolve();
    },
  };
}

/** Where the n-th DataRow message ends. */
function endOfRow(bytes: Uint8Array, rows: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let row = 0; row < rows; row++) at += 1 + view.getUint32(at + 1);
  return at;
}
