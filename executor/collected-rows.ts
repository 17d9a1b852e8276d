/**
 * Relations on their way to a source (planner/place/shipping.ts), read to their end before its query begins: a connection of
 * it is not kept waiting, and what goes wrong here never reaches it.
 */
import type { RemoteQuery } from '../algebra/plan.ts';
import type { Batch, BatchStream } from '../core/batch.ts';
import { batchBytes } from '../core/column-bytes.ts';
import { SqlError } from '../core/sql-error.ts';
import type { Execution } from './execution.ts';
import type { MemoryAccount } from './memory/memory-budget.ts';

/** Many times what is ever chosen to be shipped, whatever the plan says: the estimate was wrong, and so is the plan. */
const ROWS_MAX = 320_000;
const BYTES_MAX = 64 << 20;

/** There were `rows` already of what a node of the plan gives, which was to be shipped. */
export class ShippedTooMuch extends SqlError {
  readonly planId: number;
  readonly rows: number;
  constructor(planId: number, rows: number, cause: SqlError | undefined) {
    const shipped = `More than ${rows} rows came of a relation that was to be shipped to a source.`;
    const detail = [cause?.fields.detail, shipped].filter(Boolean).join(' ');
    super({ code: '53200', message: 'out of memory', detail }, { cause });
    this.planId = planId;
    this.rows = rows;
  }
}

/**
 * Streams of kept batches, of what `plan` is shipped. Throws what reading raises, and ShippedTooMuch: where another plan would
 * be cheaper by now, only while it may take over, which is not looked at before `wanted`, when rows of `plan` are asked for.
 */
export async function collected(
  inputs: readonly BatchStream[],
  plan: RemoteQuery,
  account: MemoryAccount,
  execution: Execution,
  wanted: Promise<void>,
): Promise<readonly BatchStream[]> {
  const streams: BatchStream[] = [];
  for (const [i, input] of inputs.entries()) {
    const { id } = plan.inputs![i]!;
    const kept = new KeptBatches(id, account);
    let rowsMax = plan.shipRowsMax?.[i] ?? Infinity;
    for (let batch = await input.next(); batch !== null; batch = await input.next()) {
      await execution.pace();
      const tooMuch = kept.add(batch);
      if (tooMuch) {
        execution.environment.mayPlanAgain?.(tooMuch);
        throw tooMuch;
      }
      if (kept.rows <= rowsMax) continue;
      await wanted;
      const dear = new ShippedTooMuch(id, kept.rows, undefined);
      if (execution.environment.mayPlanAgain?.(dear) === true) throw dear;
      rowsMax = Infinity;
    }
    streams.push(kept);
  }
  return streams;
}

class KeptBatches implements BatchStream {
  readonly #planId: number;
  readonly #account: MemoryAccount;
  readonly #batches: Batch[] = [];
  rows = 0;
  #bytes = 0;

  constructor(planId: number, account: MemoryAccount) {
    this.#planId = planId;
    this.#account = account;
  }

  /** Gives the error where it is too much. */
  add(batch: Batch): ShippedTooMuch | undefined {
    const bytes = batchBytes(batch);
    this.rows += batch.length;
    this.#bytes += bytes;
    if (this.rows > ROWS_MAX || this.#bytes > BYTES_MAX) return new ShippedTooMuch(this.#planId, this.rows, undefined);
    try {
      this.#account.add(bytes);
    } catch (error) {
      if (error instanceof SqlError) return new ShippedTooMuch(this.#planId, this.rows, error);
      throw error;
    }
    this.#batches.push(batch);
    return undefined;
  }

  next(): Promise<Batch | null> {
    return Promise.resolve(this.#batches.shift() ?? null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
