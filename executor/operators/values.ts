/** Rows of constant expressions. One row without columns is SELECT without FROM. */
import type { ValuesPlan } from '../../algebra/plan.ts';
import type { Batch } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { columnFromDatums } from '../../core/column.ts';
import type { Datum } from '../../core/datum.ts';
import type { Execution } from '../execution.ts';
import { evaluateConstant } from './evaluation.ts';
import { Operator } from './operator.ts';

export class ValuesOperator extends Operator {
  readonly #plan: ValuesPlan;
  readonly #execution: Execution;
  #row = 0;

  constructor(plan: ValuesPlan, execution: Execution) {
    super([]);
    this.#plan = plan;
    this.#execution = execution;
  }

  override async next(): Promise<Batch | null> {
    const rows = this.#plan.rows.slice(this.#row, this.#row + BATCH_ROWS);
    if (rows.length === 0) return null;
    this.#row += rows.length;
    const columns: Datum[][] = this.#plan.columns.map(() => []);
    for (const row of rows) {
      await this.#execution.pace();
      for (let c = 0; c < columns.length; c++) columns[c]!.push(await evaluateConstant(row[c]!, this.#execution));
    }
    return { length: rows.length, columns: this.#plan.columns.map((column, c) => columnFromDatums(column.type, columns[c]!)) };
  }
}
