/**
 * What hash join and nested loop share. The right side is read whole first, then left batches stream by; a subclass names
 * candidate pairs (left row, right row), and join-output.ts makes of them what the join type puts out.
 */
import type { HashJoinPlan, NestedLoopPlan } from '../../algebra/plan.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Batch } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { concatBatches, emptyBatch } from '../../core/column.ts';
import { outOfMemory } from '../../core/sql-error.ts';
import type { Execution } from '../execution.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { JoinOutput } from './join-output.ts';
import { Operator } from './operator.ts';

/** Row numbers of a build side are int32 and pair with offsets of 32 bits. */
const BUILD_ROWS_MAX = 0x3fff_ffff;

export abstract class JoinOperator extends Operator {
  protected readonly execution: Execution;
  protected readonly plan: HashJoinPlan | NestedLoopPlan;
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #output: JoinOutput;
  #built = false;
  /** The right side; without columns when nobody looks at them. */
  #build: Batch = { length: 0, columns: [] };
  #matchedRight: Uint8Array | null = null;
  #batch: Batch | null = null;
  /** Row of the right side the final sweep has come to. */
  #sweep = 0;
  #leftEnded = false;

  constructor(
    plan: HashJoinPlan | NestedLoopPlan,
    left: Operator,
    right: Operator,
    residual: readonly Scalar[],
    execution: Execution,
  ) {
    super([right, left], execution.environment.memory.account('join'));
    this.plan = plan;
    this.execution = execution;
    this.#left = left;
    this.#right = right;
    this.#output = new JoinOutput(plan, residual, execution);
  }

  protected get buildRows(): number {
    return this.#build.length;
  }

  /** Whether any row of the complete right side may meet a left one. */
  protected get canMatch(): boolean {
    return this.buildRows > 0;
  }

  /** Sees every right batch once, as it comes; the rows it has before. */
  protected abstract take(batch: Batch, firstRow: number): Promise<void>;
  /** The right side is complete. */
  protected abstract finishBuild(): void;
  /** A left batch begins. */
  protected abstract probe(batch: Batch): Promise<void>;
  /** The next candidate pairs of the left batch: how many were written, 0 when there are no more. */
  protected abstract pairs(left: Int32Array, right: Int32Array): number;
  /** Bytes the subclass holds besides the rows. */
  protected abstract tableBytes(): number;
  /** Semi and anti joins that can tell without pairs: the left rows that come out. */
  protected selectLeft(_batch: Batch): Promise<Int32Array | null> {
    return Promise.resolve(null);
  }
  /** Whether left rows must be told which right rows they meet, not only whether they meet any. */
  protected get needsPairs(): boolean {
    return this.#output.keepsPairs || this.#output.hasResidual;
  }

  override async next(): Promise<Batch | null> {
    if (!this.#built) await this.#readRight();
    for (;;) {
      await this.execution.pace();
      if (this.#batch === null) {
        if (this.#leftEnded || (await this.#skipsLeft())) return this.#sweepRight();
        const batch = await this.#left.next();
        if (batch === null) {
          this.#leftEnded = true;
          continue;
        }
        const out = await this.#begin(batch);
        if (out !== null) return out;
        continue;
      }
      const out = await this.#advance(this.#batch);
      if (out !== null) return out;
    }
  }

  async #readRight(): Promise<void> {
    this.#right.start();
    this.#left.start();
    const batches: Batch[] = [];
    const { keptColumns } = this.#output;
    let rows = 0;
    let bytes = 0;
    for (;;) {
      await this.execution.pace();
      const batch = await this.#right.next();
      if (batch === null) break;
      await this.take(batch, rows);
      rows += batch.length;
      if (rows > BUILD_ROWS_MAX) throw outOfMemory(`The right side of a join has more than ${BUILD_ROWS_MAX} rows.`);
      if (keptColumns.length > 0) {
        const kept = this.#output.kept(batch);
        batches.push(kept);
        bytes += batchBytes(kept);
      }
      this.account!.set(bytes + this.tableBytes());
    }
    // What it kept of its own inputs makes room.
    await this.#right.close();
    const { columns } = batches.length > 0 ? concatBatches(batches) : emptyBatch(keptColumns.map(({ type }) => type));
    this.#build = { length: rows, columns };
    this.finishBuild();
    if (this.plan.type === 'right' || this.plan.type === 'full') this.#matchedRight = new Uint8Array(rows);
    this.account!.set(bytes + this.tableBytes() + (this.#matchedRight?.length ?? 0));
    this.#built = true;
    // What waited for the keys of this side.
    if (!this.#isLeftSpared) this.startLeft();
  }

  /** Nothing keeps it waiting for this join any more. */
  protected startLeft(): void {
    this.#left.start();
  }

  /** Nothing on the right that a left row could meet: an inner, right or semi join need not read the left side. */
  get #isLeftSpared(): boolean {
    const { type } = this.plan;
    return !this.canMatch && (type === 'inner' || type === 'right' || type === 'semi');
  }

  async #skipsLeft(): Promise<boolean> {
    if (!this.#isLeftSpared) return false;
    await this.#left.close();
    this.#leftEnded = true;
    return true;
  }

  /** Takes a left batch up; an answer is its whole output. */
  async #begin(batch: Batch): Promise<Batch | null> {
    if (this.buildRows === 0) return this.#output.unmatched(batch);
    const selected = await this.selectLeft(batch);
    if (selected !== null) return this.#output.pick(batch, selected);
    await this.probe(batch);
    this.#output.begin(batch);
    this.#batch = batch;
    return null;
  }

  /** One step of a left batch: a chunk of pairs, or its end. */
  async #advance(batch: Batch): Promise<Batch | null> {
    const output = this.#output;
    const count = this.pairs(output.leftIndices, output.rightIndices);
    if (count > 0) return output.pairs(batch, this.#build, count, this.#matchedRight);
    this.#batch = null;
    return output.end(batch);
  }

  /** Right rows that met nobody, in chunks. */
  #sweepRight(): Batch | null {
    const matched = this.#matchedRight;
    if (matched === null) return null;
    const rows = this.#output.rightIndices;
    let count = 0;
    while (this.#sweep < matched.length && count < BATCH_ROWS) {
      if (matched[this.#sweep] === 0) rows[count++] = this.#sweep;
      this.#sweep++;
    }
    return count === 0 ? null : this.#output.withNullLeft(this.#build, count);
  }

  protected override async release(): Promise<void> {
    this.#build = { length: 0, columns: [] };
    this.#matchedRight = null;
    await super.release();
  }
}
