/**
 * A running DuckDB statement as a stream of batches. Chunks of 2,048 rows are collected into batches, and one chunk is
 * fetched ahead while the last is being read. A connection has one call in flight at most: nothing else may touch it
 * until that settled, and the read that waits for it has made no other, which close() waits for: two fetches of one result
 * at once, or a connection closed under a call, are memory read after it was freed. Interrupted by the signal or by close(),
 * whichever comes first.
 */
import { ResultReturnType } from '@duckdb/node-api';
import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { BATCH_ROWS } from '../../core/batch.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import { columnBytes } from '../../core/column-bytes.ts';
import type { SiteQueryMetrics } from '../../algebra/site.ts';
import type { ColumnReader } from './column-reader.ts';
import { chunkVector } from './raw-vector.ts';

const CHUNK_ROWS_MAX = 2_048;
/** DuckDB forgets an interrupt that comes between two of its steps: it is repeated until the step in flight has ended. */
const INTERRUPT_AGAIN_MS = 10;

export interface StreamOwner {
  interrupt(): void;
  /** Turns what DuckDB raised into what the client is told. */
  translate(error: unknown): Error;
  /** What went wrong with a result that ended in an error the binding does not hand out. */
  failure(): Promise<Error>;
  /** Called once, when nothing is in flight any more. `reusable`: the statement ran to its end. */
  release(reusable: boolean): void;
}

/** Waits for a step of DuckDB's, interrupting it for as long as the signal says so. */
export async function interruptible<T>(step: Promise<T>, signal: AbortSignal, interrupt: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    interrupt();
    timer ??= setInterval(interrupt, INTERRUPT_AGAIN_MS);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await step;
  } finally {
    signal.removeEventListener('abort', stop);
    clearInterval(timer);
  }
}

export class ResultStream implements BatchStream {
  private readonly result: DuckDBResult;
  private readonly readers: readonly ColumnReader[];
  private readonly owner: StreamOwner;
  private readonly signal: AbortSignal;
  private readonly metrics: SiteQueryMetrics | undefined;
  private readonly onAbort: () => void;
  private interrupting: NodeJS.Timeout | undefined;
  private ahead: Promise<DuckDBDataChunk | null> | undefined;
  private reading: Promise<Batch | null> | undefined;
  private state: 'open' | 'ended' | 'failed' | 'closed' = 'open';

  constructor(options: {
    result: DuckDBResult;
    readers: readonly ColumnReader[];
    owner: StreamOwner;
    signal: AbortSignal;
    metrics: SiteQueryMetrics | undefined;
  }) {
    this.result = options.result;
    this.readers = options.readers;
    this.owner = options.owner;
    this.signal = options.signal;
    this.metrics = options.metrics;
    this.fetchAhead();
    this.onAbort = () => this.interrupt();
    if (this.signal.aborted) this.interrupt();
    else this.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  async next(): Promise<Batch | null> {
    if (this.state !== 'open') return null;
    this.reading = this.read();
    try {
      return await this.reading;
    } catch (error) {
      if (!this.isClosed) this.state = 'failed';
      throw this.owner.translate(error);
    }
  }

  /** It may become so while a read waits. */
  private get isClosed(): boolean {
    return this.state === 'closed';
  }

  private fetchAhead(): void {
    this.ahead = this.result.fetchChunk();
    // Reported by whoever awaits it next: the following read, or close().
    this.ahead.then(undefined, () => undefined);
  }

  /** Until nothing is in flight any more. */
  private interrupt(): void {
    this.owner.interrupt();
    this.interrupting ??= setInterval(() => this.owner.interrupt(), INTERRUPT_AGAIN_MS);
  }

  private async read(): Promise<Batch | null> {
    let rows = 0;
    while (rows + CHUNK_ROWS_MAX <= BATCH_ROWS) {
      const chunk = await this.ahead!;
      if (this.isClosed) return null;
      const count = chunk?.rowCount ?? 0;
      if (chunk === null || count === 0) {
        this.ahead = undefined;
        // An error in the middle looks like the end, but for this.
        if (this.result.returnType === ResultReturnType.INVALID) throw await this.owner.failure();
        this.state = 'ended';
        break;
      }
      this.fetchAhead();
      this.readers.forEach((reader, column) => reader.append(chunkVector(chunk, column), count));
      rows += count;
    }
    if (rows === 0) return null;
    const columns = this.readers.map((reader) => reader.finish());
    if (this.metrics) {
      this.metrics.rows += rows;
      this.metrics.bytes += columns.reduce((sum, column) => sum + columnBytes(column), 0);
    }
    return { length: rows, columns };
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    const reusable = this.state === 'ended';
    this.state = 'closed';
    this.signal.removeEventListener('abort', this.onAbort);
    if (!reusable) this.interrupt();
    // Whoever reads is told what went wrong.
    await this.reading?.then(undefined, () => undefined);
    // DuckDB holds on to the file until the result has come to its end, so it is brought there.
    for (let more = this.ahead !== undefined; more;) {
      // What is left in it no longer matters: whoever closes has the rows or the error it wanted.
      const chunk = await this.ahead!.then(undefined, () => null);
      more = chunk !== null && chunk.rowCount > 0;
      if (more) this.fetchAhead();
    }
    this.ahead = undefined;
    clearInterval(this.interrupting);
    this.owner.release(reusable);
  }
}
