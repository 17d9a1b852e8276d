/** The first of every set of equal rows that come one after the other, NULLs being equal; keeps the last row. */
import type { DistinctPlan } from '../../algebra/plan.ts';
import type { Batch } from '../../core/batch.ts';
import { gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { Operator } from './operator.ts';
import { RowRuns } from './ordering/row-runs.ts';

export class SortedDistinctOperator extends Operator {
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #runs: RowRuns;

  constructor(plan: DistinctPlan, input: Operator, execution: Execution) {
    super([input]);
    this.#input = input;
    this.#execution = execution;
    this.#runs = new RowRuns(plan.columns.map((_, position) => position));
  }

  override async next(): Promise<Batch | null> {
    for (;;) {
      await this.#execution.pace();
      const batch = await this.#input.next();
      if (batch === null) return null;
      const rows = this.#runs.starts(batch);
      if (rows.length > 0) return rows.length === batch.length ? batch : gatherBatch(batch, rows, rows.length);
    }
  }
}
