/** ORDER BY of everything: keeps all rows, sorts once, hands out slices. Stable. */
import type { Plan, SortPlan } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { concatBatches, gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { Operator, positionsOf } from './operator.ts';
import { sortRows } from './ordering/sort-rows.ts';

/** Where a sort's keys lie among its input's columns. */
export const keyPositions = (plan: SortPlan, input: Plan): readonly number[] =>
  plan.keys.map((key) => {
    const position = input.columns.findIndex((column) => column.id === key.column);
    assert(position >= 0, `sort key ${key.column} is not in the input`);
    return position;
  });

export class SortOperator extends Operator {
  readonly #plan: SortPlan;
  readonly #input: Operator;
  readonly #execution: Execution;
  #sorted: { readonly batch: Batch; readonly rows: Int32Array } | null = null;
  #ended = false;
  #at = 0;

  constructor(plan: SortPlan, input: Operator, execution: Execution) {
    super([input], execution.environment.memory.account('sort'));
    this.#plan = plan;
    this.#input = input;
    this.#execution = execution;
  }

  override async next(): Promise<Batch | null> {
    if (this.#sorted === null && !this.#ended) await this.#readAll();
    await this.#execution.pace();
    const sorted = this.#sorted;
    if (sorted === null) return null;
    const rows = sorted.rows.subarray(this.#at, this.#at + BATCH_ROWS);
    if (rows.length === 0) {
      this.#finish();
      return null;
    }
    this.#at += rows.length;
    const columns = positionsOf(this.#plan.columns, this.#plan.input.columns).map((position) => sorted.batch.columns[position]!);
    return gatherBatch({ length: sorted.batch.length, columns }, rows, rows.length);
  }

  async #readAll(): Promise<void> {
    const batches: Batch[] = [];
    for (let batch = await this.#input.next(); batch !== null; batch = await this.#input.next()) {
      await this.#execution.pace();
      batches.push(batch);
      // The rows, the same end to end, and the words and permutation of the sort.
      this.account!.add(2 * batchBytes(batch) + 24 * batch.length);
    }
    await this.#input.close();
    if (batches.length === 0) {
      this.#ended = true;
      return;
    }
    const batch = concatBatches(batches);
    const columns = keyPositions(this.#plan, this.#plan.input).map((position) => batch.columns[position]!);
    this.#sorted = { batch, rows: sortRows(columns, this.#plan.keys, batch.length) };
    this.account!.set(batchBytes(batch) + 4 * batch.length);
  }

  #finish(): void {
    this.#sorted = null;
    this.#ended = true;
    this.account!.set(0);
  }

  protected override async release(): Promise<void> {
    this.#finish();
    await super.release();
  }
}
