/**
 * An aggregate over the frame of every row, by the accumulators of GROUP BY. Three ways, by what the frames are like:
 * - whole partitions: a group for each partition, one pass;
 * - growing ones: one state per partition, read whenever the frame has grown;
 * - any others: a group for each different frame, fed from scratch.
 */
import type { RelColumn } from '../../../algebra/rel.ts';
import type { AggregateCall, WindowCall } from '../../../algebra/scalar.ts';
import { assert } from '../../../core/assert.ts';
import type { Column } from '../../../core/batch.ts';
import { BATCH_ROWS, isNull } from '../../../core/batch.ts';
import { concatColumns, gather } from '../../../core/column.ts';
import type { Execution } from '../../execution.ts';
import type { MemoryAccount } from '../../memory/memory-budget.ts';
import { columnBytes } from '../../memory/memory-budget.ts';
import type { Accumulator } from '../aggregate/accumulator.ts';
import { columnOf } from '../aggregate/accumulator.ts';
import { accumulatorFactory } from '../aggregate/registry.ts';
import type { Frames } from './frames.ts';
import { visitFrame } from './frames.ts';
import { allRows, RowExpressions } from './row-expressions.ts';
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
  const state: State = {
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
      : await overFrames(rows, frames, state);
  account.set(before + columnBytes(result));
  return result;
}

interface State {
  readonly accumulator: () => Accumulator;
  readonly feed: Feed;
  readonly pace: (extraBytes: number) => Promise<void>;
}

async function overPartitions({ partitions }: SortedRows, { accumulator, feed, pace }: State): Promise<Column> {
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
  { accumulator, feed, pace }: State,
): Promise<Column> {
  const results: Column[] = [];
  let recent: Column[] = [];
  let resultBytes = 0;
  const indices = new Int32Array(batch.length);
  let steps = 0;
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
        const one = sums.finish(1);
        resultBytes += columnBytes(one);
        recent.push(one);
        steps++;
        if (recent.length === FRAMES) {
          results.push(concatColumns(recent));
          recent = [];
          await pace(sums.bytes + resultBytes);
        }
      }
      indices[row] = steps - 1;
    }
  }
  results.push(...(recent.length > 0 ? [concatColumns(recent)] : []));
  return gather(concatColumns(results), indices, indices.length);
}

async function overFrames(rows: SortedRows, frames: Frames, { accumulator, feed, pace }: State): Promise<Column> {
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

/** Hands stretches of rows to an accumulator, in batches; rows that FILTER turns down are left out. */
class Feed {
  readonly #args: readonly Column[];
  /** Position of a row in the argument columns, -1: left out; null: all rows are there. */
  readonly #positions: Int32Array | null;
  readonly #rows = new Int32Array(BATCH_ROWS);
  readonly #groups = new Int32Array(BATCH_ROWS);
  #count = 0;

  private constructor(args: readonly Column[], positions: Int32Array | null) {
    this.#args = args;
    this.#positions = positions;
  }

  /** Arguments are evaluated only for rows that pass the filter. */
  static async create(
    call: AggregateCall,
    input: readonly RelColumn[],
    { batch }: SortedRows,
    execution: Execution,
  ): Promise<Feed> {
    const args = new RowExpressions(call.args, input, execution);
    const all = allRows(batch.length);
    if (call.filter === null) return new Feed(await args.at(batch, all), null);
    const [filter] = await new RowExpressions([call.filter], input, execution).at(batch, all);
    const passes = columnOf(filter, 'bool');
    const positions = new Int32Array(batch.length).fill(-1);
    let count = 0;
    for (let row = 0; row < batch.length; row++) if (!isNull(passes, row) && passes.values[row] === 1) positions[row] = count++;
    const kept = all.filter((row) => positions[row]! >= 0);
    return new Feed(await args.at(batch, kept), positions);
  }

  get bytes(): number {
    const own = this.#args.reduce((sum, column) => sum + columnBytes(column), 0);
    return own + (this.#positions?.byteLength ?? 0) + 8 * BATCH_ROWS;
  }

  /** Rows [from, to) belong to the group. */
  add(accumulator: Accumulator, group: number, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const position = this.#positions === null ? row : this.#positions[row]!;
      if (position < 0) continue;
      if (this.#count === BATCH_ROWS) this.flush(accumulator);
      this.#rows[this.#count] = position;
      this.#groups[this.#count++] = group;
    }
  }

  flush(accumulator: Accumulator): void {
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    const rows = this.#rows.subarray(0, count);
    accumulator.add(
      this.#args.map((column) => gather(column, rows, count)),
      this.#groups.subarray(0, count),
      count,
    );
  }
}
