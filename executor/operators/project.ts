/** Computes output columns from input columns, row by row. */
import type { ProjectPlan } from '../../algebra/plan.ts';
import type { Batch } from '../../core/batch.ts';
import type { Execution } from '../execution.ts';
import { Projection } from './evaluation.ts';
import { Operator } from './operator.ts';

export class ProjectOperator extends Operator {
  readonly #input: Operator;
  readonly #projection: Projection;

  constructor(plan: ProjectPlan, input: Operator, execution: Execution) {
    super([input]);
    this.#input = input;
    this.#projection = new Projection(plan.exprs, plan.input.columns, execution);
  }

  override async next(): Promise<Batch | null> {
    const batch = await this.#input.next();
    if (batch === null) return null;
    await this.#projection.ready();
    return { length: batch.length, columns: this.#projection.columns(batch) };
  }
}
