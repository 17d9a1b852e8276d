/** EXPLAIN ANALYZE: counts what an operator puts out. Wrapped around each one only when somebody wants the figures. */
import type { NodeMetrics } from '../../algebra/plan.ts';
import type { Batch } from '../../core/batch.ts';
import { Operator } from './operator.ts';

export const newNodeMetrics = (): NodeMetrics => ({
  loops: 0,
  rows: 0,
  batches: 0,
  timeMs: 0,
  sourceBytes: 0,
  sentBytes: 0,
  waitForConnectionMs: 0,
  memoryPeakBytes: 0,
});

export class MeteredOperator extends Operator {
  readonly #inner: Operator;
  readonly #metrics: NodeMetrics;
  #begun = false;
  #counted = { bytes: 0, sentBytes: 0, waitForConnectionMs: 0 };

  constructor(inner: Operator, metrics: NodeMetrics) {
    super([inner]);
    this.#inner = inner;
    this.#metrics = metrics;
  }

  override async next(): Promise<Batch | null> {
    const metrics = this.#metrics;
    if (!this.#begun) metrics.loops++;
    this.#begun = true;
    const startedMs = performance.now();
    try {
      const batch = await this.#inner.next();
      if (batch !== null) {
        metrics.rows += batch.length;
        metrics.batches++;
      }
      return batch;
    } finally {
      metrics.timeMs += performance.now() - startedMs;
      metrics.memoryPeakBytes = this.#inner.memoryPeakBytes;
      this.#countSite();
      if (this.#inner.keysSent !== undefined) metrics.keysSent = this.#inner.keysSent;
      if (this.#inner.buildFlippedAt !== undefined) metrics.buildFlippedAt = this.#inner.buildFlippedAt;
    }
  }

  /** A fetch that runs again has another operator and the same figures. */
  #countSite(): void {
    const { siteMetrics } = this.#inner;
    if (siteMetrics === undefined) return;
    const { bytes, sentBytes, waitForConnectionMs } = siteMetrics;
    this.#metrics.sourceBytes += bytes - this.#counted.bytes;
    this.#metrics.sentBytes += sentBytes - this.#counted.sentBytes;
    this.#metrics.waitForConnectionMs += waitForConnectionMs - this.#counted.waitForConnectionMs;
    this.#counted = { bytes, sentBytes, waitForConnectionMs };
  }
}
