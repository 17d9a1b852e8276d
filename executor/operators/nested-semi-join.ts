/**
 * Semi and anti join under any condition. A left row is settled by the first right row it meets, so the right side is read
 * only as far as some left row is still open, and kept for the left batches to come. Left rows that are settled drop out:
 * the open ones meet a few right rows at a time, as many as make a batch of pairs.
 */
import type { NestedLoopPlan } from '../../algebra/plan.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { gatherBatch } from '../../core/column.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import type { Execution } from '../execution.ts';
import { PairFilter } from './evaluation.ts';
import { rowsWhere } from './join-output.ts';
import { Operator, positionsOf } from './operator.ts';

export class NestedSemiJoinOperator extends Operator {
  readonly #execution: Execution;
  readonly #left: Operator;
  readonly #right: Operator;
  /** Which left rows come out: those that met a right row, or those that did not. */
  readonly #wanted: 0 | 1;
  readonly #condition: PairFilter | null;
  readonly #output: readonly number[];
  /** The right columns that the condition reads. */
  readonly #kept: readonly number[];
  /** The right side as far as it was read, those columns only. */
  readonly #batches: Batch[] = [];
  #rightEnded = false;
  readonly #leftRows = new Int32Array(BATCH_ROWS);
  readonly #rightRows = new Int32Array(BATCH_ROWS);

  constructor(plan: NestedLoopPlan, left: Operator, right: Operator, execution: Execution) {
    super([right, left], execution.environment.memory.account('join'));
    assert((plan.type === 'semi' || plan.type === 'anti') && !plan.nullAware, 'a plain semi or anti join');
    this.#execution = execution;
    this.#left = left;
    this.#right = right;
    this.#wanted = plan.type === 'semi' ? 1 : 0;
    this.#output = positionsOf(plan.columns, plan.left.columns);
    const read = new Set<ColumnId>();
    for (const conjunct of plan.on) columnsIn(conjunct, read);
    const kept = plan.right.columns.filter((column) => read.has(column.id));
    this.#kept = positionsOf(kept, plan.right.columns);
    this.#condition = plan.on.length === 0 ? null : new PairFilter(plan.on, plan.left.columns, kept, execution);
  }

  override async next(): Promise<Batch | null> {
    // Without a right row nothing meets, and a semi join need not read its left side.
    if ((await this.#rightBatch(0)) === null && this.#wanted === 1) {
      await this.#left.close();
      return null;
    }
    for (;;) {
      await this.#execution.pace();
      const batch = await this.#left.next();
      if (batch === null) return null;
      const rows = rowsWhere(await this.#met(batch), batch.length, this.#wanted);
      if (rows.length === 0) continue;
      const output = { length: batch.length, columns: this.#output.map((position) => batch.columns[position]!) };
      return rows.length === batch.length ? output : gatherBatch(output, rows, rows.length);
    }
  }

  /** The right side's batch of that number; null behind its last one. */
  async #rightBatch(number: number): Promise<Batch | null> {
    const known = this.#batches[number];
    if (known !== undefined) return known;
    if (this.#rightEnded) return null;
    if (number === 0) this.start();
    const batch = await this.#right.next();
    if (batch === null) {
      this.#rightEnded = true;
      // What it kept of its own inputs makes room.
      await this.#right.close();
      return null;
    }
    const kept: Batch = { length: batch.length, columns: this.#kept.map((position) => batch.columns[position]!) };
    this.#batches.push(kept);
    this.account!.add(batchBytes(kept));
    return kept;
  }

  /** flags[row] = 1 for the left rows that meet a right one. */
  async #met(left: Batch): Promise<Uint8Array> {
    const met = new Uint8Array(left.length);
    if (this.#condition === null) return this.#batches.length > 0 ? met.fill(1) : met;
    const open = Int32Array.from({ length: left.length }, (_, row) => row);
    let count = open.length;
    for (let number = 0; count > 0; number++) {
      const right = await this.#rightBatch(number);
      if (right === null) break;
      await this.#condition.ready();
      for (let from = 0; from < right.length && count > 0;) {
        await this.#execution.pace();
        const to = Math.min(right.length, from + Math.max(1, Math.floor(BATCH_ROWS / count)));
        this.#meet(left, right, open.subarray(0, count), from, to, met, this.#condition);
        count = withoutMet(open, count, met);
        from = to;
      }
    }
    return met;
  }

  /** Every open left row meets the right rows from..to. */
  #meet(left: Batch, right: Batch, open: Int32Array, from: number, to: number, met: Uint8Array, condition: PairFilter): void {
    const [leftRows, rightRows] = [this.#leftRows, this.#rightRows];
    for (let first = 0; first < open.length; first += BATCH_ROWS) {
      const part = open.subarray(first, first + BATCH_ROWS);
      let pairs = 0;
      for (let row = from; row < to; row++) {
        leftRows.set(part, pairs);
        rightRows.fill(row, pairs, pairs + part.length);
        pairs += part.length;
      }
      const kept = condition.keep(left, right, leftRows, rightRows, pairs);
      for (let i = 0; i < kept; i++) met[leftRows[i]!] = 1;
    }
  }
}

/** Moves the rows not met yet to the front; answers how many. */
function withoutMet(open: Int32Array, count: number, met: Uint8Array): number {
  let rest = 0;
  for (let i = 0; i < count; i++) {
    const row = open[i]!;
    if (met[row] === 0) open[rest++] = row;
  }
  return rest;
}
