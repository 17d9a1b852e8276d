/**
 * Relations on their way to a source (planner/place/shipping.ts), read to their end before its query begins: a connection of
 * it is not kept waiting, and what goes wrong here never reaches it.
 */
import type { Batch, BatchStream } from '../core/batch.ts';
import type { Execution } from './execution.ts';
import type { MemoryAccount } from './memory/memory-budget.ts';
import { batchBytes } from '../core/column-bytes.ts';

/** Streams of kept batches. Throws what reading raises, 53200 when it is too much to keep. */
export async function collected(
  inputs: readonly BatchStream[],
  account: MemoryAccount,
  execution: Execution,
): Promise<readonly BatchStream[]> {
  const streams: BatchStream[] = [];
  for (const input of inputs) {
    const batches: Batch[] = [];
    for (let batch = await input.next(); batch !== null; batch = await input.next()) {
      await execution.pace();
      account.add(batchBytes(batch));
      batches.push(batch);
    }
    streams.push(streamOf(batches));
  }
  return streams;
}

function streamOf(batches: Batch[]): BatchStream {
  return {
    next: () => Promise.resolve(batches.shift() ?? null),
    close: () => Promise.resolve(),
  };
}
