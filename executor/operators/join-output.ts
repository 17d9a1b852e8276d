/**
 * What comes out of a join, however it finds the rows that meet: candidate pairs (left row, right row) are thinned out by the
 * residual condition, and the join type decides what is put out when. Rows of the left side come batch by batch; right rows
 * are those of the batch that the join holds at that moment. Output batches never exceed BATCH_ROWS.
 *
 * | type       | during a left batch | at its end             | at the very end        |
 * |------------|---------------------|------------------------|------------------------|
 * | inner      | pairs               |                        |                        |
 * | left       | pairs               | left rows without pair |                        |
 * | right      | pairs               |                        | right rows without pair|
 * | full       | pairs               | left rows without pair | right rows without pair|
 * | semi, anti |                     | left rows with/without |                        |
 */
import type { RelColumn } from '../../algebra/rel.ts';
import type { HashJoinPlan, MergeJoinPlan, NestedLoopPlan } from '../../algebra/plan.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { gather, gatherBatch, nullColumn } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { PairFilter } from './evaluation.ts';
import { positionsOf } from './operator.ts';

export class JoinOutput {
  /** Where the join writes its candidates. */
  readonly leftIndices = new Int32Array(BATCH_ROWS);
  readonly rightIndices = new Int32Array(BATCH_ROWS);
  readonly keepsPairs: boolean;
  readonly hasResidual: boolean;
  readonly #plan: HashJoinPlan | MergeJoinPlan | NestedLoopPlan;
  readonly #residual: PairFilter | null;
  /** Left columns that come out, and right columns that come out or that the residual reads; then where the former lie among those. */
  readonly #leftOutput: readonly number[];
  readonly #keptRight: readonly number[];
  readonly #rightOutput: readonly number[];
  #matchedLeft = new Uint8Array(0);

  constructor(plan: HashJoinPlan | MergeJoinPlan | NestedLoopPlan, residual: readonly Scalar[], execution: Execution) {
    this.#plan = plan;
    this.keepsPairs = plan.type !== 'semi' && plan.type !== 'anti';
    const leftIds = new Set(plan.left.columns.map((column) => column.id));
    const output = plan.columns.filter((column) => !leftIds.has(column.id));
    this.#leftOutput = positionsOf(
      plan.columns.filter((column) => leftIds.has(column.id)),
      plan.left.columns,
    );
    const read = new Set(output.map((column) => column.id));
    for (const conjunct of residual) columnsIn(conjunct, read);
    const kept = plan.right.columns.filter((column) => read.has(column.id));
    this.#keptRight = positionsOf(kept, plan.right.columns);
    this.#rightOutput = positionsOf(output, kept);
    this.hasResidual = residual.length > 0;
    this.#residual = this.hasResidual ? new PairFilter(residual, plan.left.columns, kept, execution) : null;
  }

  /** Right columns that are wanted, in the order in which pairs read them. */
  get keptColumns(): readonly RelColumn[] {
    return this.#keptRight.map((position) => this.#plan.right.columns[position]!);
  }

  /** A right batch with those. */
  kept(batch: Batch): Batch {
    return { length: batch.length, columns: this.#keptRight.map((position) => batch.columns[position]!) };
  }

  /** A left batch begins. */
  begin(batch: Batch): void {
    if (this.#matchedLeft.length < batch.length) this.#matchedLeft = new Uint8Array(batch.length);
    this.#matchedLeft.fill(0, 0, batch.length);
  }

  /** So many candidates of the left batch and of `right`, whose columns are those kept; `matchedRight`: told of its rows. */
  async pairs(left: Batch, right: Batch, candidates: number, matchedRight: Uint8Array | null): Promise<Batch | null> {
    const { leftIndices, rightIndices } = this;
    let count = candidates;
    if (this.#residual !== null) {
      await this.#residual.ready();
      count = this.#residual.keep(left, right, leftIndices, rightIndices, count);
    }
    const matchedLeft = this.#matchedLeft;
    const { type } = this.#plan;
    if (type !== 'inner' && type !== 'right') for (let i = 0; i < count; i++) matchedLeft[leftIndices[i]!] = 1;
    if (matchedRight !== null) for (let i = 0; i < count; i++) matchedRight[rightIndices[i]!] = 1;
    if (!this.keepsPairs || count === 0) return null;
    const columns: Column[] = [];
    const untouched = count === left.length && isIdentity(leftIndices, count);
    for (const column of this.#leftOf(left)) columns.push(untouched ? column : gather(column, leftIndices, count));
    for (const position of this.#rightOutput) columns.push(gather(right.columns[position]!, rightIndices, count));
    return { length: count, columns };
  }

  /** What comes out at the end of a left batch. */
  end(batch: Batch): Batch | null {
    switch (this.#plan.type) {
      case 'inner':
      case 'right':
        return null;
      case 'semi':
        return this.pick(batch, rowsWhere(this.#matchedLeft, batch.length, 1));
      case 'anti':
        return this.pick(batch, rowsWhere(this.#matchedLeft, batch.length, 0));
      case 'left':
      case 'full': {
        const rest = this.pick(batch, rowsWhere(this.#matchedLeft, batch.length, 0));
        return rest && this.#withNullRight(rest);
      }
    }
  }

  /** A left batch whose rows meet nobody, all of them. */
  unmatched(batch: Batch): Batch {
    return this.#withNullRight({ length: batch.length, columns: this.#leftOf(batch) });
  }

  /** Rows of a left batch, as they come out. */
  pick(batch: Batch, rows: Int32Array): Batch | null {
    if (rows.length === 0) return null;
    const left = { length: batch.length, columns: this.#leftOf(batch) };
    return rows.length === batch.length ? left : gatherBatch(left, rows, rows.length);
  }

  /** The first `count` right rows of `rightIndices`, which meet nobody. */
  withNullLeft(right: Batch, count: number): Batch {
    const left = nullColumns(
      this.#leftOutput.map((position) => this.#plan.left.columns[position]!),
      count,
    );
    const own = this.#rightOutput.map((position) => gather(right.columns[position]!, this.rightIndices, count));
    return { length: count, columns: [...left, ...own] };
  }

  #leftOf(batch: Batch): readonly Column[] {
    return this.#leftOutput.map((position) => batch.columns[position]!);
  }

  #withNullRight(left: Batch): Batch {
    const { keptColumns } = this;
    const right = this.#rightOutput.map((position) => keptColumns[position]!);
    return { length: left.length, columns: [...left.columns, ...nullColumns(right, left.length)] };
  }
}

const nullColumns = (columns: readonly RelColumn[], length: number): readonly Column[] =>
  columns.map((column) => nullColumn(column.type, length));

function isIdentity(indices: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (indices[i] !== i) return false;
  return true;
}

export function rowsWhere(flags: Uint8Array, length: number, wanted: 0 | 1): Int32Array {
  const rows = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if (flags[i] === wanted) rows[count++] = i;
  return rows.subarray(0, count);
}
