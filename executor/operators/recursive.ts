/**
 * WITH RECURSIVE: the seed's rows, then round after round those of the step over the rows found last, as they come. The
 * operators of the step serve one round; what does not change from round to round is defined once and kept.
 */
import type { Plan, RecursivePlan } from '../../algebra/plan.ts';
import type { Batch } from '../../core/batch.ts';
import { gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { KeyTable } from './keys/key-table.ts';
import { keyKind } from './keys/key-types.ts';
import { closeAll, Operator } from './operator.ts';
import type { SharedStream } from './shared-stream.ts';
import { Side } from './set-operation.ts';

export class RecursiveOperator extends Operator {
  readonly #plan: RecursivePlan;
  readonly #execution: Execution;
  readonly #build: (plan: Plan) => Operator;
  readonly #constants: readonly SharedStream[];
  /** UNION: every row that came out. */
  readonly #known: KeyTable | null;
  /** The rows that come now: the seed's, then each round's. */
  #rows: Side;
  #step: Operator | null = null;
  #working: SharedStream | null = null;
  #workingBytes = 0;
  #found: Batch[] = [];
  #foundBytes = 0;
  #ended = false;

  constructor(plan: RecursivePlan, seed: Operator, execution: Execution, build: (plan: Plan) => Operator) {
    super([seed], execution.environment.memory.account(`WITH RECURSIVE ${plan.name}`));
    this.#plan = plan;
    this.#execution = execution;
    this.#build = build;
    const { memory } = execution.environment;
    this.#constants = plan.constants.map((constant) =>
      execution.ctes.define(constant.cte, build(constant.plan), memory.account(`rows kept for ${plan.name}`), {
        readers: Infinity,
      }),
    );
    const kinds = plan.columns.map((column) => keyKind(column.type));
    this.#known = plan.all ? null : new KeyTable(kinds, 'group');
    this.#rows = new Side(seed, plan.seed, plan.seedColumns);
  }

  override async next(): Promise<Batch | null> {
    while (!this.#ended) {
      await this.#execution.pace();
      const batch = await this.#rows.next();
      if (batch === null) {
        await this.#nextRound();
        continue;
      }
      const fresh = this.#known === null ? batch : this.#unknownOf(batch, this.#known);
      if (fresh.length === 0) continue;
      this.#found.push(fresh);
      this.#foundBytes += batchBytes(fresh);
      this.#measure();
      return fresh;
    }
    return null;
  }

  #unknownOf(batch: Batch, known: KeyTable): Batch {
    const ids = new Int32Array(batch.length);
    const before = known.size;
    known.insert(batch.columns, batch.length, ids);
    const rows = known.firstRows(ids, batch.length, before);
    return gatherBatch(batch, rows, rows.length);
  }

  async #nextRound(): Promise<void> {
    await closeAll([...(this.#step ? [this.#step] : []), ...(this.#working ? [this.#working] : [])]);
    const { step, cte, name, stepColumns } = this.#plan;
    const rows = this.#found;
    this.#found = [];
    this.#workingBytes = this.#foundBytes;
    this.#foundBytes = 0;
    this.#measure();
    this.#ended = rows.length === 0;
    if (this.#ended) return;
    const account = this.#execution.environment.memory.account(`rows found last for ${name}`);
    this.#working = this.#execution.ctes.define(cte, new GivenRows(rows), account);
    this.#step = this.#build(step);
    this.#rows = new Side(this.#step, step, stepColumns);
    this.#step.start();
  }

  #measure(): void {
    this.account!.set(this.#workingBytes + this.#foundBytes + (this.#known?.bytes ?? 0));
  }

  protected override async release(): Promise<void> {
    this.#ended = true;
    const parts = [...this.#constants, ...(this.#step ? [this.#step] : []), ...(this.#working ? [this.#working] : [])];
    await closeAll([{ close: () => super.release() }, ...parts]);
  }
}

class GivenRows extends Operator {
  readonly #batches: readonly Batch[];
  #index = 0;

  constructor(batches: readonly Batch[]) {
    super([]);
    this.#batches = batches;
  }

  override next(): Promise<Batch | null> {
    return Promise.resolve(this.#batches[this.#index++] ?? null);
  }
}
