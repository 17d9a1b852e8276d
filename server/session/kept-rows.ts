/**
 * Rows a cursor has passed, kept so that it can go back to them. A cursor declared SCROLL keeps all, up to a bound; one
 * declared without a word keeps the first few megabytes and, when there are more, becomes one that scans forward only:
 * clients that read large results in portions declare it so.
 */
import { programLimitExceeded } from '../../core/sql-error.ts';

const UNASKED_BYTES_MAX = 4 << 20;
const SCROLL_BYTES_MAX = 256 << 20;

export class KeptRows {
  private readonly bytesMax: number;
  private readonly required: boolean;
  private rows: Uint8Array[] | null = [];
  private bytes = 0;

  constructor(required: boolean) {
    this.required = required;
    this.bytesMax = required ? SCROLL_BYTES_MAX : UNASKED_BYTES_MAX;
  }

  /** Rows the cursor can go back to; null when it has passed more than it keeps. */
  get known(): number | null {
    return this.rows?.length ?? null;
  }

  /** `bytes`: whole DataRow messages. Throws 54000 when a SCROLL cursor passes its bound. */
  keep(bytes: Uint8Array): void {
    if (this.rows === null) return;
    this.bytes += bytes.length;
    if (this.bytes > this.bytesMax) {
      if (this.required) throw programLimitExceeded(`a SCROLL cursor keeps at most ${this.bytesMax >> 20} MB of rows`);
      this.rows = null;
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The chunk's memory is the sender's to use again.
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + view.getUint32(at + 1);
      this.rows.push(bytes.slice(at, end));
      at = end;
    }
  }

  /** The n-th row, from 1. */
  row(number: number): Uint8Array {
    return this.rows![number - 1]!;
  }
}
