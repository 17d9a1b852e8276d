/**
 * An aggregate over the frame of every row, by the accumulators of GROUP BY. By what the frames are like and what the aggregate
 * can do:
 * - whole partitions: a group for each partition, one pass;
 * - growing ones: one state per partition, read whenever the frame has grown;
 * - sliding ones, of an aggregate that can take rows out again: one state that follows the frame (sliding-frames.ts);
 * - min and max: a tree over the rows (frame-extremes.ts);
 * - any others: a group for each different frame, fed from scratch.
 */
import type { RelColumn } from '../../../algebra/rel.ts';
import type { AggregateCall, WindowCall } from '../../../algebra/scalar.ts';
import { assert } from '../../../core/assert.ts';
import type { Column } from '../../../core/batch.ts';
import { BATCH_ROWS } from '../../../core/batch.ts';
import { concatColumns, gather } from '../../../core/column.ts';
import type { Execution } from '../../execution.ts';
import type { MemoryAccount } from '../../memory/memory-budget.ts';
import { columnBytes } from '../../../core/column-bytes.ts';
import { accumulatorFactory } from '../aggregate/registry.ts';
import type { FrameState } from './feed.ts';
import { Feed } from './feed.ts';
import { extremesOfFrames } from './frame-extremes.ts';
import { FrameResults } from './frame-results.ts';
import type { Frames } from './frames.ts';
import { visitFrame } from './frames.ts';
import { overSlidingFrames } from './sliding-frames.ts';
import type { SortedRows } from './sorted-rows.ts';

/** Frames computed from scratch at a time, and results put together at a time. */
const FRAMES = 4096;

/** What an aggregate is called with: the same as in GROUP BY, without DISTINCT and ORDER BY. */
export const asAggregate = (call: WindowCall): AggregateCall => ({ ...call, distinct: false, orderBy: [] });

export async function frameAggregate(
  windowCall: WindowCall,
  input: readonly RelColumn[],
  rows: SortedRows,
  frames: Frames,
  execution: Execution,
  account: MemoryAccount,
): Promise<Column> {
  const call = asAggregate(windowCall);
  const factory = accumulatorFactory(call.fn.signature);
  assert(factory !== undefined, `no kernel for ${call.fn.signature}`);
  const before = account.bytes;
  const feed = await Feed.create(call, input, rows, execution);
  const state: FrameState = {
    accumulator: () => factory(call, [], execution.environment.settings),
    feed,
    pace: async (extraBytes) => {
      account.set(before + feed.bytes + extraBytes);
      await execution.pace();
    },
  };
  const result = frames.whole
    ? await overPartitions(rows, state)
    : frames.growing
      ? await overGrowingFrames(rows, frames, state)
      : await overMovingFrames(call, rows, frames, state);
  account.set(before + columnBytes(result));
  return result;
}

/** Both ends move. */
function overMovingFrames(call: AggregateCall, rows: SortedRows, frames: Frames, state: FrameState): Promise<Column> {
  const { signature } = call.fn;
  if (signature.startsWith('min(') || signature.startsWith('max(')) return extremesOfFrames(call, rows, frames, state);
  const isRemovable = frames.exclude === 'none' && state.accumulator().remove !== undefined;
  return isRemovable ? overSlidingFrames(rows, frames, state) : overFrames(rows, frames, state);
}

async function overPartitions({ partitions }: SortedRows, { accumulator, feed, pace }: FrameState): Promise<Column> {
  const sums = accumulator();
  sums.reserve(partitions.count);
  for (let p = 0; p < partitions.count; p++) {
    feed.add(sums, p, partitions.starts[p]!, partitions.starts[p + 1]!);
    if (p % FRAMES === 0) await pace(sums.bytes);
  }
  feed.flush(sums);
  await pace(sums.bytes);
  return gather(sums.finish(partitions.count), partitions.of, partitions.of.length);
}

async function overGrowingFrames(
  { batch, partitions }: SortedRows,
  frames: Frames,
  { accumulator, feed, pace }: FrameState,
): Promise<Column> {
  const results = new FrameResults(batch.length);
  for (let p = 0; p < partitions.count; p++) {
    const sums = accumulator();
    sums.reserve(1);
    let fed = partitions.starts[p]!;
    for (let row = fed; row < partitions.starts[p + 1]!; row++) {
      const end = frames.end[row]!;
      if (end > fed || row === partitions.starts[p]) {
        feed.add(sums, 0, fed, Math.max(fed, end));
        feed.flush(sums);
        fed = Math.max(fed, end);
        if (results.add(sums.finish(1))) await pace(sums.bytes + results.bytes);
      }
      results.assign(row);
    }
  }
  return results.finish();
}

async function overFrames(rows: SortedRows, frames: Frames, { accumulator, feed, pace }: FrameState): Promise<Column> {
  const { length } = rows.batch;
  const results: Column[] = [];
  const indices = new Int32Array(length);
  const { start, end, exclude } = frames;
  let done = 0;
  let resultBytes = 0;
  for (let row = 0; row < length;) {
    const sums = accumulator();
    sums.reserve(FRAMES);
    let group = -1;
    let work = 0;
    for (; row < length; row++) {
      const isSame = group >= 0 && exclude === 'none' && start[row] === start[row - 1] && end[row] === end[row - 1];
      if (!isSame) {
        if (group === FRAMES - 1) break;
        group++;
        visitFrame(rows, frames, row, (from, to) => {
          feed.add(sums, group, from, to);
          work += to - from;
        });
        if (work > BATCH_ROWS) {
          work = 0;
          await pace(sums.bytes + resultBytes);
        }
      }
      indices[row] = done + group;
    }
    feed.flush(sums);
    const part = sums.finish(group + 1);
    resultBytes += columnBytes(part);
    results.push(part);
    done += group + 1;
    await pace(sums.bytes + resultBytes);
  }
  return gather(concatColumns(results), indices, length);
}
