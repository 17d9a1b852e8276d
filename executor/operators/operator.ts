/**
 * What every running plan node is. One operator is made per node of the plan, owned by the operator above it (at the top
 * by execute.ts), read by one consumer, and used once.
 *
 * - start(): begins what takes time elsewhere (source queries), in the order next() will read. Never throws, never waits,
 *   idempotent; what goes wrong is reported by next().
 * - next(): as BatchStream. Batches are never empty. Output has the plan node's columns.
 * - close(): releases memory, closes every input and waits; idempotent; may come while next() is pending, which then
 *   settles soon after.
 * - An error leaves the operator unusable; nobody below closes itself: the top closes the whole tree.
 */
import type { RelColumn } from '../../algebra/rel.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import type { KeysSent } from '../../algebra/plan.ts';
import type { SiteQueryMetrics } from '../../algebra/site.ts';
import type { MemoryAccount } from '../memory/memory-budget.ts';

export abstract class Operator implements BatchStream {
  protected readonly inputs: readonly Operator[];
  /** Set by operators that keep rows. */
  protected readonly account: MemoryAccount | null;
  #closing: Promise<void> | null = null;

  constructor(inputs: readonly Operator[], account: MemoryAccount | null = null) {
    this.inputs = inputs;
    this.account = account;
  }

  get memoryPeakBytes(): number {
    return this.account === null ? 0 : this.account.peakBytes;
  }
  /** See NodeMetrics. */
  keysSent: KeysSent | undefined;
  buildFlippedAt: number | undefined;
  /** Of an operator that asks a site, where somebody wants the figures. */
  get siteMetrics(): Readonly<SiteQueryMetrics> | undefined {
    return undefined;
  }

  start(): void {
    for (const input of this.inputs) input.start();
  }

  abstract next(): Promise<Batch | null>;

  close(): Promise<void> {
    this.#closing ??= this.release();
    return this.#closing;
  }

  /** Runs once. Overridden by operators that hold more than inputs and memory. */
  protected async release(): Promise<void> {
    this.account?.release();
    await closeAll(this.inputs);
  }
}

/** Where the columns a node puts out lie among its input's. */
export const positionsOf = (output: readonly RelColumn[], input: readonly RelColumn[]): readonly number[] =>
  output.map(({ id }) => {
    const position = input.findIndex((column) => column.id === id);
    assert(position >= 0, `column ${id} is not in the input`);
    return position;
  });

/** Closes all, waits for all, then reports the first failure. */
export async function closeAll(streams: Iterable<{ close(): Promise<void> }>): Promise<void> {
  const results = await Promise.allSettled(Array.from(streams, (stream) => stream.close()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
