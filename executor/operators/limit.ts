/** OFFSET and LIMIT. Closes its input as soon as it has enough. */
import type { LimitPlan } from '../../algebra/plan.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Batch } from '../../core/batch.ts';
import { sliceColumn } from '../../core/column.ts';
import { sqlError } from '../../core/sql-error.ts';
import type { Execution } from '../execution.ts';
import { evaluateConstant } from './evaluation.ts';
import { Operator } from './operator.ts';

export const sliceBatch = (batch: Batch, from: number, to: number): Batch =>
  from === 0 && to === batch.length
    ? batch
    : { length: to - from, columns: batch.columns.map((column) => sliceColumn(column, from, to)) };

/** The value of a LIMIT clause: NULL and none mean Infinity. Beyond 2^53 the difference to Infinity cannot be seen. */
export async function evaluateLimit(expr: Scalar | null, execution: Execution): Promise<number> {
  const value = expr === null ? null : await evaluateConstant(expr, execution);
  if (value === null) return Infinity;
  const limit = Number(value);
  if (limit < 0) throw sqlError('2201W', 'LIMIT must not be negative');
  return limit;
}

/** The value of an OFFSET clause: NULL and none mean 0. */
export async function evaluateOffset(expr: Scalar | null, execution: Execution): Promise<number> {
  const value = expr === null ? null : await evaluateConstant(expr, execution);
  if (value === null) return 0;
  const offset = Number(value);
  if (offset < 0) throw sqlError('2201X', 'OFFSET must not be negative');
  return offset;
}

export class LimitOperator extends Operator {
  readonly #plan: LimitPlan;
  readonly #input: Operator;
  readonly #execution: Execution;
  #bounds: { toSkip: number; toReturn: number } | null = null;

  constructor(plan: LimitPlan, input: Operator, execution: Execution) {
    super([input]);
    this.#plan = plan;
    this.#input = input;
    this.#execution = execution;
  }

  override async next(): Promise<Batch | null> {
    if (this.#bounds === null) {
      // PostgreSQL checks OFFSET first (nodeLimit.c, recompute_limits).
      const toSkip = await evaluateOffset(this.#plan.offset, this.#execution);
      this.#bounds = { toSkip, toReturn: await evaluateLimit(this.#plan.limit, this.#execution) };
    }
    const bounds = this.#bounds;
    for (;;) {
      if (bounds.toReturn === 0) {
        await this.#input.close();
        return null;
      }
      const batch = await this.#input.next();
      if (batch === null) return null;
      const from = Math.min(bounds.toSkip, batch.length);
      bounds.toSkip -= from;
      const to = Math.min(batch.length, from + bounds.toReturn);
      if (to === from) continue;
      bounds.toReturn -= to - from;
      if (bounds.toReturn === 0) await this.#input.close();
      return sliceBatch(batch, from, to);
    }
  }
}
