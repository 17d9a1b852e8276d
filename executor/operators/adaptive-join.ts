/**
 * A hash join whose right side turned out much larger than expected (`flipAt`, set by the planner) looks whether the left one
 * is the smaller after all, and then builds that instead: the plan's choice rests on estimates, this one on rows seen.
 *
 *   build right … more than flipAt rows → read left, at most half as many rows → left has ended: build left, probe with right
 *                                                                            → it has not: go on as planned
 *
 * No row is read twice: what was read of either side is handed on to whichever join runs. The planned join is fed as rows
 * come, so that nothing is lost when all goes as expected. As long as its keys may go to the source of the left side, which
 * waits for them, the sides stay: few keys spare more than a smaller table does.
 */
import type { HashJoinPlan } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import type { Execution } from '../execution.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { HashJoinOperator } from './hash-join.ts';
import { Operator, positionsOf } from './operator.ts';

const MIRRORED = { inner: 'inner', left: 'right', right: 'left', full: 'full' } as const;

export class AdaptiveJoinOperator extends Operator {
  readonly #plan: HashJoinPlan;
  readonly #execution: Execution;
  #left: Source;
  #right: Source;
  #join: HashJoinOperator;
  /** Where the plan's columns lie in what the flipped join puts out; null while it is not flipped. */
  #positions: readonly number[] | null = null;
  #isDecided = false;

  constructor(plan: HashJoinPlan, left: Operator, right: Operator, execution: Execution) {
    super([right, left], execution.environment.memory.account('join'));
    this.#plan = plan;
    this.#execution = execution;
    const own = new Set(plan.columns.map(({ id }) => id));
    const others = positionsOf(plan.right.columns.filter(({ id }) => !own.has(id)), plan.right.columns); // prettier-ignore
    this.#left = new Source(left);
    this.#right = new Source(right, { mayGoOn: (rows) => this.#consider(rows), others });
    this.#join = new HashJoinOperator(plan, this.#left, this.#right, execution);
  }

  override get memoryPeakBytes(): number {
    return Math.max(super.memoryPeakBytes, this.#join.memoryPeakBytes);
  }

  override async next(): Promise<Batch | null> {
    for (;;) {
      const isFlipped = this.#positions !== null;
      const batch = await this.#join.next();
      this.account!.set(this.#keptBytes);
      if (!isFlipped) this.keysSent = this.#join.keysSent;
      if (!isFlipped && this.#positions !== null) {
        // The planned join was told that its inputs had ended: what it says of them is void.
        await this.#join.close();
        this.#join = this.#flipped();
        continue;
      }
      if (batch === null || this.#positions === null) return batch;
      return { length: batch.length, columns: this.#positions.map((position) => batch.columns[position]!) };
    }
  }

  /** Beside what the running join counts itself. */
  get #keptBytes(): number {
    return this.#left.keptBytes + (this.#positions === null ? this.#right.otherBytes : this.#right.keptBytes);
  }

  /** The right side goes on, or (false) has changed its place. */
  async #consider(rows: number): Promise<boolean> {
    const { flipAt } = this.#plan;
    assert(flipAt !== undefined, 'a join that must not flip');
    if (this.#isDecided) return true;
    this.account!.set(this.#keptBytes);
    if (rows <= flipAt || this.#join.isCollectingKeys) return true;
    this.#isDecided = true;
    const isSmaller = await this.#left.readAhead(Math.floor(rows / 2), async () => {
      await this.#execution.pace();
      this.account!.set(this.#keptBytes);
    });
    if (isSmaller) {
      this.#positions = positionsOf(this.#plan.columns, this.#flippedColumns);
      this.buildFlippedAt = rows;
      this.#left.mute();
    } else this.#right.forget();
    return !isSmaller;
  }

  get #flippedColumns(): HashJoinPlan['columns'] {
    const ofRight = new Set(this.#plan.right.columns.map(({ id }) => id));
    const { columns } = this.#plan;
    return [...columns.filter(({ id }) => ofRight.has(id)), ...columns.filter(({ id }) => !ofRight.has(id))];
  }

  #flipped(): HashJoinOperator {
    const { keyFilter: _, ...planned } = this.#plan;
    const { left, right, leftKeys, rightKeys, type } = planned;
    assert(type !== 'semi' && type !== 'anti', 'a semi join keeps its sides');
    const plan: HashJoinPlan = {
      ...planned,
      type: MIRRORED[type],
      columns: this.#flippedColumns,
      left: right,
      right: left,
      leftKeys: rightKeys,
      rightKeys: leftKeys,
    };
    [this.#left, this.#right] = [this.#left.replay(), this.#right.replay()];
    return new HashJoinOperator(plan, this.#right, this.#left, this.#execution);
  }

  protected override async release(): Promise<void> {
    await this.#join.close();
    await super.release();
  }
}

/** How a side is watched until the join is decided. */
interface Watch {
  /** Asked after every batch, with the rows so far. */
  readonly mayGoOn: (rows: number) => Promise<boolean>;
  /** Columns that the join which reads it does not keep. */
  readonly others: readonly number[];
}

/** Rows of one side, whichever join reads them: those that were read ahead, then the rest. */
class Source extends Operator {
  readonly #input: Operator;
  #ahead: Batch[];
  #hasEnded: boolean;
  /** Set while the batches that were handed on may be wanted again. */
  #watch: Watch | undefined;
  #kept: Batch[] = [];
  #rows = 0;
  #isMuted = false;
  /** Of what is kept or read ahead, all of it and without the columns that the join keeps as well. */
  keptBytes = 0;
  otherBytes = 0;

  constructor(input: Operator, watch?: Watch, ahead: Batch[] = [], hasEnded = false) {
    super([]);
    this.#input = input;
    this.#watch = watch;
    this.#ahead = ahead;
    this.#hasEnded = hasEnded;
    for (const batch of ahead) this.keptBytes += batchBytes(batch);
  }

  override start(): void {
    this.#input.start();
  }

  override async next(): Promise<Batch | null> {
    if (this.#isMuted) return null;
    const ahead = this.#ahead.shift();
    if (ahead !== undefined) {
      this.keptBytes -= batchBytes(ahead);
      return ahead;
    }
    const batch = this.#hasEnded ? null : await this.#input.next();
    if (batch === null) {
      this.#hasEnded = true;
      this.forget();
      return null;
    }
    if (this.#watch === undefined) return batch;
    this.#kept.push(batch);
    this.keptBytes += batchBytes(batch);
    this.otherBytes += batchBytes({ length: batch.length, columns: this.#watch.others.map((at) => batch.columns[at]!) });
    this.#rows += batch.length;
    if (await this.#watch.mayGoOn(this.#rows)) return batch;
    this.mute();
    return null;
  }

  /** Reads more than so many rows before they are asked for, if there are; whether that was all of them. */
  async readAhead(rowsMax: number, afterEach: () => Promise<void>): Promise<boolean> {
    for (let rows = 0; rows <= rowsMax;) {
      const batch = this.#hasEnded ? null : await this.#input.next();
      if (batch === null) {
        this.#hasEnded = true;
        return true;
      }
      this.#ahead.push(batch);
      this.keptBytes += batchBytes(batch);
      rows += batch.length;
      await afterEach();
    }
    return false;
  }

  /** Whoever reads it now is told that it has ended; its rows go to another join. */
  mute(): void {
    this.#isMuted = true;
  }

  /** What was handed on is not wanted again. */
  forget(): void {
    if (this.#watch === undefined) return;
    this.#watch = undefined;
    this.#kept = [];
    this.keptBytes = 0;
    this.otherBytes = 0;
  }

  /** All of its rows, from the first. */
  replay(): Source {
    return new Source(this.#input, undefined, [...this.#kept, ...this.#ahead], this.#hasEnded);
  }

  protected override async release(): Promise<void> {
    if (!this.#isMuted) await this.#input.close();
  }
}
