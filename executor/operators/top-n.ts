/**
 * ORDER BY … LIMIT: keeps the first limit + offset rows only. Rows that cannot be among them are dropped as they come, by
 * comparison with the last row kept; the rest gathers until it is worth sorting and cutting. Stable. The LIMIT stays above.
 */
import type { SortPlan } from '../../algebra/plan.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { concatBatches, gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { evaluateLimit, evaluateOffset, sliceBatch } from './limit.ts';
import { Operator, positionsOf } from './operator.ts';
import { compareColumns, sortRows } from './ordering/sort-rows.ts';
import { keyPositions } from './sort.ts';

export class TopNOperator extends Operator {
  readonly #plan: SortPlan;
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #positions: readonly number[];
  /** Sorted, at most the rows wanted; null before the first cut. */
  #best: Batch | null = null;
  #pending: Batch[] = [];
  #pendingRows = 0;
  #read = false;
  #at = 0;

  constructor(plan: SortPlan, input: Operator, execution: Execution) {
    super([input], execution.environment.memory.account('sort'));
    this.#plan = plan;
    this.#input = input;
    this.#execution = execution;
    this.#positions = keyPositions(plan, plan.input);
  }

  override async next(): Promise<Batch | null> {
    if (!this.#read) {
      await this.#readAll();
      this.#read = true;
    }
    const best = this.#best;
    if (best === null || this.#at >= best.length) return null;
    const to = Math.min(best.length, this.#at + BATCH_ROWS);
    const columns = positionsOf(this.#plan.columns, this.#plan.input.columns).map((position) => best.columns[position]!);
    const batch = sliceBatch({ length: best.length, columns }, this.#at, to);
    this.#at = to;
    return batch;
  }

  async #readAll(): Promise<void> {
    const topN = this.#plan.topN!;
    const offset = await evaluateOffset(topN.offset, this.#execution);
    const wanted = offset + (await evaluateLimit(topN.limit, this.#execution));
    if (wanted === 0) {
      await this.#input.close();
      return;
    }
    const cutAt = Math.max(2 * wanted, wanted + BATCH_ROWS);
    for (let batch = await this.#input.next(); batch !== null; batch = await this.#input.next()) {
      await this.#execution.pace();
      const candidates = this.#candidates(batch, wanted);
      if (candidates === null) continue;
      this.#pending.push(candidates);
      this.#pendingRows += candidates.length;
      this.account!.add(batchBytes(candidates));
      if (this.#pendingRows >= cutAt) this.#cut(wanted);
    }
    await this.#input.close();
    if (this.#pendingRows > 0) this.#cut(wanted);
  }

  /** Once `wanted` rows are kept, a row must be before the last of them (an equal one came later). */
  #candidates(batch: Batch, wanted: number): Batch | null {
    const best = this.#best;
    if (best === null || best.length < wanted) return batch;
    const last = best.length - 1;
    const compare = this.#comparisons(batch.columns, best.columns);
    const rows = new Int32Array(batch.length);
    let count = 0;
    for (let i = 0; i < batch.length; i++) {
      for (const key of compare) {
        const result = key(i, last);
        if (result === 0) continue;
        if (result < 0) rows[count++] = i;
        break;
      }
    }
    if (count === 0) return null;
    return count === batch.length ? batch : gatherBatch(batch, rows, count);
  }

  #comparisons(a: readonly Column[], b: readonly Column[]): readonly ((i: number, j: number) => number)[] {
    return this.#plan.keys.map((key, k) => compareColumns(a[this.#positions[k]!]!, b[this.#positions[k]!]!, key));
  }

  #cut(wanted: number): void {
    const batch = concatBatches(this.#best === null ? this.#pending : [this.#best, ...this.#pending]);
    const columns = this.#positions.map((position) => batch.columns[position]!);
    const rows = sortRows(columns, this.#plan.keys, batch.length);
    this.#best = gatherBatch(batch, rows, Math.min(wanted, rows.length));
    this.#pending = [];
    this.#pendingRows = 0;
    this.account!.set(batchBytes(this.#best));
  }

  protected override async release(): Promise<void> {
    this.#best = null;
    this.#pending = [];
    await super.release();
  }
}
