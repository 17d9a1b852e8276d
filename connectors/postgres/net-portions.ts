/** A shipped relation in portions small enough for one exchange with the catalog server. */
import type { Batch, BatchStream } from '../../core/batch.ts';
import { NET_ROWS_MAX } from './net-rows.ts';

/** Rows [from, to) of a batch. */
export interface Portion {
  readonly batch: Batch;
  readonly from: number;
  readonly to: number;
}

export class Portions {
  private readonly rows: BatchStream;
  private batch: Batch | null = null;
  private done = 0;

  constructor(rows: BatchStream) {
    this.rows = rows;
  }

  async next(): Promise<Portion | null> {
    while (this.batch === null || this.done === this.batch.length) {
      this.batch = await this.rows.next();
      this.done = 0;
      if (this.batch === null) return null;
    }
    const from = this.done;
    this.done = Math.min(this.batch.length, from + NET_ROWS_MAX);
    return { batch: this.batch, from, to: this.done };
  }
}
