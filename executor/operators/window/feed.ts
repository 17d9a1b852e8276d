/**
 * What an aggregate over a window is fed: its arguments for every row in window order, handed to an accumulator, or taken out
 * of it, in stretches.
 */
import type { RelColumn } from '../../../algebra/rel.ts';
import type { AggregateCall } from '../../../algebra/scalar.ts';
import { assert } from '../../../core/assert.ts';
import type { Column } from '../../../core/batch.ts';
import { BATCH_ROWS, isNull } from '../../../core/batch.ts';
import { gather } from '../../../core/column.ts';
import type { Execution } from '../../execution.ts';
import { columnBytes } from '../../../core/column-bytes.ts';
import type { Accumulator } from '../aggregate/accumulator.ts';
import { columnOf } from '../aggregate/accumulator.ts';
import { allRows, RowExpressions } from './row-expressions.ts';
import type { SortedRows } from './sorted-rows.ts';

/** One aggregate over one window while it is computed. */
export interface FrameState {
  readonly accumulator: () => Accumulator;
  readonly feed: Feed;
  /** Lets others run, and accounts for the bytes kept beside the feed. */
  readonly pace: (extraBytes: number) => Promise<void>;
}

/** Hands stretches of rows to an accumulator, in batches; rows that FILTER turns down are left out. */
export class Feed {
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

  /** Rows [from, to) belong to the group no more. Nothing added may be waiting for flush(). */
  remove(accumulator: Accumulator, from: number, to: number): void {
    assert(accumulator.remove !== undefined && this.#count === 0, 'rows are taken out of what can give them back');
    this.#groups.fill(0);
    for (let next = from; next < to;) {
      let count = 0;
      for (; next < to && count < BATCH_ROWS; next++) {
        const position = this.#positions === null ? next : this.#positions[next]!;
        if (position >= 0) this.#rows[count++] = position;
      }
      const rows = this.#rows.subarray(0, count);
      accumulator.remove(
        this.#args.map((column) => gather(column, rows, count)),
        this.#groups.subarray(0, count),
        count,
      );
    }
  }

  /** The first argument, and where a row is in it: -1 when the filter turned it down. */
  get values(): Column {
    return this.#args[0]!;
  }
  position(row: number): number {
    return this.#positions === null ? row : this.#positions[row]!;
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
