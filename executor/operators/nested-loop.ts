/** Join under any condition: every left row meets every right row, in chunks of pairs. */
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
    assert(!plan.nullAware, 'NOT IN has an operator of its own');
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

  /** Without a condition, a right side with rows is all that a semi or anti join asks for. */
  protected override selectLeft(batch: Batch): Promise<Int32Array | null> {
    if (this.needsPairs) return Promise.resolve(null);
    const all = Int32Array.from({ length: this.plan.type === 'semi' ? batch.length : 0 }, (_, i) => i);
    return Promise.resolve(all);
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
