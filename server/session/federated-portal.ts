/**
 * A portal over federated rows: a row source, opened at the first fetch, read with row limits, closed on every path. The
 * backend holds a twin of the same name, so that PostgreSQL itself says when the portal comes and goes.
 */
import type { ClientConnection } from '../wire/client-connection.ts';
import type { BindMessage } from '../wire/frontend-messages.ts';
import type { KeptRows } from './kept-rows.ts';
import type { Statement } from './session-state.ts';

/** Finished DataRow messages; implemented by encoded batches and by relays. */
export interface RowSource {
  /** Up to `rowsMax` rows (0: as many as come handy); null at the end. */
  next(rowsMax: number): Promise<{ readonly bytes: Uint8Array; readonly rows: number } | null>;
  /** Idempotent. Ends everything behind it. */
  close(): Promise<void>;
}

export class FederatedPortal {
  readonly statement: Statement;
  /** The client's Bind; null for a cursor. */
  readonly bind: BindMessage | null;
  readonly abort = new AbortController();
  /** WITH HOLD: outlives its transaction. */
  readonly hold: boolean;
  /** Result formats when there is no Bind. */
  readonly formats: readonly number[];
  /** statement_timeout at its opening. */
  timeoutMs = 0;
  /** It reads in the transaction's own snapshot, and so ends with it. */
  inTransaction = false;
  /** A cursor's: the row it stands on, 0 before the first, one more than there are after the last. */
  position = 0;
  /** Where the source stands: `position`, unless the cursor has gone back. */
  passed = 0;
  /** The source was asked for more rows than it has. */
  isAtEnd = false;
  /** What a cursor goes back to. */
  readonly kept: KeptRows | null;
  /** An error ended it: PostgreSQL refuses to run such a portal again. */
  failed = false;
  private source: RowSource | null = null;
  private ended = false;

  constructor(
    statement: Statement,
    bind: BindMessage | null,
    options: { readonly hold?: boolean; readonly formats?: readonly number[]; readonly kept?: KeptRows | null } = {},
  ) {
    this.statement = statement;
    this.bind = bind;
    this.hold = options.hold ?? false;
    this.formats = options.formats ?? [];
    this.kept = options.kept ?? null;
  }

  get opened(): boolean {
    return this.source !== null || this.ended;
  }

  open(source: RowSource): void {
    this.source = source;
  }

  /** Sends up to `rowsMax` rows (0: all) to `emit`; answers how many. Fewer than asked: the end was reached. */
  async fetch(rowsMax: number, emit: (bytes: Uint8Array) => Promise<void> | void): Promise<number> {
    const wanted = rowsMax === 0 ? Infinity : rowsMax;
    let rows = 0;
    while (!this.ended && rows < wanted) {
      this.abort.signal.throwIfAborted();
      const part = await this.source!.next(rowsMax === 0 ? 0 : rowsMax - rows);
      if (part === null) {
        await this.close();
        break;
      }
      rows += part.rows;
      this.kept?.keep(part.bytes);
      const wait = emit(part.bytes);
      if (wait) await wait;
    }
    this.passed += rows;
    // The end is one further than the last row, for who asked for more.
    if (rows < wanted && !this.isAtEnd) {
      this.isAtEnd = true;
      this.passed++;
    }
    this.position = this.passed;
    return rows;
  }

  /** Ends the source. Later fetches answer no rows. */
  async close(): Promise<void> {
    this.ended = true;
    const source = this.source;
    this.source = null;
    await source?.close();
  }
}

/** Writes with back-pressure; gives up waiting when the portal is aborted. */
export const emitTo =
  (client: ClientConnection) =>
  (bytes: Uint8Array): Promise<void> | void => {
    if (!client.write(bytes)) return client.drained();
  };
