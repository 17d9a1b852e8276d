/** Join under any condition (semi and anti: nested-semi-join.ts): every left row meets every right row, in chunks of pairs. */
import type { NestedLoopPlan } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import type { Execution } from '../execution.ts';
import { JoinOperator } from './join.ts';
import type { Operator } from './operator.ts';

export class NestedLoopOperator extends JoinOperator {
  #length = 0;
  #row = 0;
  #within = 0;

  constructor(plan: NestedLoopPlan, left: Operator, right: Operator, execution: Execution) {
    super(plan, left, right, plan.on, execution);
    assert(plan.type !== 'semi' && plan.type !== 'anti', 'semi and anti joins have operators of their own');
  }

  protected override tableBytes(): number {
    return 0;
  }

  protected override take(): Promise<void> {
    return Promise.resolve();
  }

  protected override finishBuild(): void {
    // Pairs are made from row numbers alone.
  }

  protected override probe(batch: Batch): Promise<void> {
    this.#length = batch.length;
    this.#row = 0;
    this.#within = 0;
    return Promise.resolve();
  }

  protected override pairs(left: Int32Array, right: Int32Array): number {
    const rows = this.buildRows;
    const capacity = left.length;
    let count = 0;
    while (this.#row < this.#length && count < capacity) {
      const to = Math.min(rows, this.#within + capacity - count);
      for (let r = this.#within; r < to; r++) {
        left[count] = this.#row;
        right[count++] = r;
      }
      if (to === rows) {
        this.#row++;
        this.#within = 0;
      } else this.#within = to;
    }
    return count;
  }
}
