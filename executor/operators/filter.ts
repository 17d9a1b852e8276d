/** Keeps the rows for which every conjunct is true. */
import type { FilterPlan } from '../../algebra/plan.ts';
import type { Batch } from '../../core/batch.ts';
import { gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { RowFilter } from './evaluation.ts';
import { Operator, positionsOf } from './operator.ts';

export class FilterOperator extends Operator {
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #filter: RowFilter;
  readonly #positions: readonly number[];

  constructor(plan: FilterPlan, input: Operator, execution: Execution) {
    super([input]);
    this.#input = input;
    this.#execution = execution;
    this.#filter = new RowFilter(plan.conjuncts, plan.input.columns, execution);
    this.#positions = positionsOf(plan.columns, plan.input.columns);
  }

  override async next(): Promise<Batch | null> {
    for (;;) {
      await this.#execution.pace();
      const batch = await this.#input.next();
      if (batch === null) return null;
      await this.#filter.ready();
      const kept = this.#filter.rows(batch);
      if (kept.length === 0) continue;
      const columns = this.#positions.map((position) => batch.columns[position]!);
      if (kept.length === batch.length) return { length: batch.length, columns };
      return gatherBatch({ length: batch.length, columns }, kept, kept.length);
    }
  }
}
