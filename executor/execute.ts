/**
 * Runs a plan: the executor's front door. Pull-based; nothing runs before the first next(). Whatever ends the query early
 * (an error below, abort, close() by the consumer) ends here: the whole tree is closed, sources included, exactly once.
 */
import type { QueryPlan } from '../algebra/plan.ts';
import type { Batch, BatchStream } from '../core/batch.ts';
import { internalError } from '../core/sql-error.ts';
import { buildOperator } from './build-operator.ts';
import type { ExecutionEnvironment } from './execution.ts';
import { Execution } from './execution.ts';
import type { Operator } from './operators/operator.ts';
import { closeAll } from './operators/operator.ts';
import { pruneColumns } from './prune-columns.ts';

/** Streams the root's batches. Errors found while the plan is compiled are thrown here; all others by next(). */
export function executePlan(plan: QueryPlan, environment: ExecutionEnvironment): BatchStream {
  return new RunningPlan(pruneColumns(plan), environment);
}

class RunningPlan implements BatchStream {
  readonly #execution: Execution;
  readonly #root: Operator;
  /** The next() under way; never rejects. */
  #underWay: Promise<unknown> | null = null;
  #ended = false;
  #closing: Promise<void> | null = null;

  constructor(plan: QueryPlan, environment: ExecutionEnvironment) {
    this.#execution = new Execution(plan, environment);
    try {
      this.#root = buildOperator(plan.root, this.#execution);
    } catch (error) {
      this.#execution.dispose();
      throw error;
    }
    this.#execution.onAbort(() => void this.#closeQuietly());
  }

  async next(): Promise<Batch | null> {
    if (this.#ended) return null;
    this.#execution.throwIfAborted();
    if (this.#closing !== null) throw internalError('a closed query was read');
    const batch = this.#root.next();
    const underWay = Promise.allSettled([batch]);
    this.#underWay = underWay;
    try {
      const answer = await batch;
      this.#execution.throwIfAborted();
      if (answer === null) this.#ended = true;
      return answer;
    } catch (error) {
      await this.#closeQuietly();
      this.#execution.throwIfAborted();
      throw error;
    } finally {
      if (this.#underWay === underWay) this.#underWay = null;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  /** For paths that already have an error to tell: a failure of closing is told by the close() that must follow. */
  async #closeQuietly(): Promise<void> {
    await Promise.allSettled([this.close()]);
  }

  async #release(): Promise<void> {
    this.#execution.stop();
    try {
      await closeAll([this.#root, this.#execution.subplans]);
      await this.#underWay;
    } finally {
      this.#execution.dispose();
    }
  }
}
