/**
 * What hash join and nested loop share. The right side is read whole first, then left batches stream by; a subclass names
 * candidate pairs (left row, right row), here the residual condition thins them out and the join type decides what comes
 * out. Output batches never exceed BATCH_ROWS, however much a join multiplies.
 *
 * | type       | during a left batch | at its end             | at the very end        |
 * |------------|---------------------|------------------------|------------------------|
 * | inner      | pairs               |                        |                        |
 * | left       | pairs               | left rows without pair |                        |
 * | right      | pairs               |                        | right rows without pair|
 * | full       | pairs               | left rows without pair | right rows without pair|
 * | semi, anti |                     | left rows with/without |                        |
 */
import type { RelColumn } from '../../algebra/rel.ts';
import type { HashJoinPlan, NestedLoopPlan } from '../../algebra/plan.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { concatBatches, emptyBatch, gather, gatherBatch, nullColumn } from '../../core/column.ts';
import { outOfMemory } from '../../core/sql-error.ts';
import type { Execution } from '../execution.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { PairFilter } from './evaluation.ts';
import { Operator, positionsOf } from './operator.ts';

/** Row numbers of a build side are int32 and pair with offsets of 32 bits. */
const BUILD_ROWS_MAX = 0x3fff_ffff;

export abstract class JoinOperator extends Operator {
  protected readonly execution: Execution;
  protected readonly plan: HashJoinPlan | NestedLoopPlan;
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #residual: PairFilter | null;
  readonly #keepsPairs: boolean;
  /** Left columns that come out, and right columns that come out or that the residual reads; then where the former lie among those. */
  readonly #leftOutput: readonly number[];
  readonly #keptRight: readonly number[];
  readonly #rightOutput: readonly number[];
  readonly #leftIndices = new Int32Array(BATCH_ROWS);
  readonly #rightIndices = new Int32Array(BATCH_ROWS);
  #built = false;
  /** The right side; without columns when nobody looks at them. */
  #build: Batch = { length: 0, columns: [] };
  #matchedRight: Uint8Array | null = null;
  #matchedLeft = new Uint8Array(0);
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
    this.#keepsPairs = plan.type !== 'semi' && plan.type !== 'anti';
    const leftIds = new Set(plan.left.columns.map((column) => column.id));
    const output = plan.columns.filter((column) => !leftIds.has(column.id));
    this.#leftOutput = positionsOf(
      plan.columns.filter((column) => leftIds.has(column.id)),
      plan.left.columns,
    );
    const read = new Set(output.map((column) => column.id));
    for (const conjunct of residual) columnsIn(conjunct, read);
    const kept = plan.right.columns.filter((column) => read.has(column.id));
    this.#keptRight = positionsOf(kept, plan.right.columns);
    this.#rightOutput = positionsOf(output, kept);
    this.#residual = residual.length === 0 ? null : new PairFilter(residual, plan.left.columns, kept, execution);
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
    return this.#keepsPairs || this.#residual !== null;
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
    let rows = 0;
    let bytes = 0;
    for (;;) {
      await this.execution.pace();
      const batch = await this.#right.next();
      if (batch === null) break;
      await this.take(batch, rows);
      rows += batch.length;
      if (rows > BUILD_ROWS_MAX) throw outOfMemory(`The right side of a join has more than ${BUILD_ROWS_MAX} rows.`);
      if (this.#keptRight.length > 0) {
        const kept = { length: batch.length, columns: this.#keptRight.map((position) => batch.columns[position]!) };
        batches.push(kept);
        bytes += batchBytes(kept);
      }
      this.account!.set(bytes + this.tableBytes());
    }
    const types = this.#keptRight.map((position) => this.plan.right.columns[position]!.type);
    const { columns } = batches.length > 0 ? concatBatches(batches) : emptyBatch(types);
    this.#build = { length: rows, columns };
    this.finishBuild();
    if (this.plan.type === 'right' || this.plan.type === 'full') this.#matchedRight = new Uint8Array(rows);
    this.account!.set(bytes + this.tableBytes() + (this.#matchedRight?.length ?? 0));
    this.#built = true;
    // What waited for the keys of this side.
    if (!this.#isLeftSpared) this.#left.start();
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
    if (this.buildRows === 0) {
      return this.#withNullRight({ length: batch.length, columns: this.#leftOf(batch) });
    }
    const selected = await this.selectLeft(batch);
    if (selected !== null) return this.#pick(batch, selected);
    await this.probe(batch);
    if (this.#matchedLeft.length < batch.length) this.#matchedLeft = new Uint8Array(batch.length);
    this.#matchedLeft.fill(0, 0, batch.length);
    this.#batch = batch;
    return null;
  }

  /** One step of a left batch: a chunk of pairs, or its end. */
  async #advance(batch: Batch): Promise<Batch | null> {
    const left = this.#leftIndices;
    const right = this.#rightIndices;
    let count = this.pairs(left, right);
    if (count === 0) {
      this.#batch = null;
      return this.#endOfBatch(batch);
    }
    if (this.#residual !== null) {
      await this.#residual.ready();
      count = this.#residual.keep(batch, this.#build, left, right, count);
    }
    const matchedLeft = this.#matchedLeft;
    if (this.plan.type !== 'inner' && this.plan.type !== 'right') for (let i = 0; i < count; i++) matchedLeft[left[i]!] = 1;
    const matchedRight = this.#matchedRight;
    if (matchedRight !== null) for (let i = 0; i < count; i++) matchedRight[right[i]!] = 1;
    if (!this.#keepsPairs || count === 0) return null;
    return this.#joined(batch, count);
  }

  #joined(batch: Batch, count: number): Batch {
    const columns: Column[] = [];
    const untouched = count === batch.length && isIdentity(this.#leftIndices, count);
    for (const column of this.#leftOf(batch)) columns.push(untouched ? column : gather(column, this.#leftIndices, count));
    for (const position of this.#rightOutput) columns.push(gather(this.#build.columns[position]!, this.#rightIndices, count));
    return { length: count, columns };
  }

  #endOfBatch(batch: Batch): Batch | null {
    switch (this.plan.type) {
      case 'inner':
      case 'right':
        return null;
      case 'semi':
        return this.#pick(batch, rowsWhere(this.#matchedLeft, batch.length, 1));
      case 'anti':
        return this.#pick(batch, rowsWhere(this.#matchedLeft, batch.length, 0));
      case 'left':
      case 'full': {
        const rest = this.#pick(batch, rowsWhere(this.#matchedLeft, batch.length, 0));
        return rest && this.#withNullRight(rest);
      }
    }
  }

  #leftOf(batch: Batch): readonly Column[] {
    return this.#leftOutput.map((position) => batch.columns[position]!);
  }

  #withNullRight(left: Batch): Batch {
    const right = this.#rightOutput.map((position) => this.plan.right.columns[this.#keptRight[position]!]!);
    return { length: left.length, columns: [...left.columns, ...nullColumns(right, left.length)] };
  }

  /** Rows of a left batch, as they come out. */
  #pick(batch: Batch, rows: Int32Array): Batch | null {
    if (rows.length === 0) return null;
    const left = { length: batch.length, columns: this.#leftOf(batch) };
    return rows.length === batch.length ? left : gatherBatch(left, rows, rows.length);
  }

  /** Right rows that met nobody, in chunks. */
  #sweepRight(): Batch | null {
    const matched = this.#matchedRight;
    if (matched === null) return null;
    const rows = this.#rightIndices;
    let count = 0;
    while (this.#sweep < matched.length && count < BATCH_ROWS) {
      if (matched[this.#sweep] === 0) rows[count++] = this.#sweep;
      this.#sweep++;
    }
    if (count === 0) return null;
    const left = nullColumns(
      this.#leftOutput.map((position) => this.plan.left.columns[position]!),
      count,
    );
    const right = this.#rightOutput.map((position) => gather(this.#build.columns[position]!, rows, count));
    return { length: count, columns: [...left, ...right] };
  }

  protected override async release(): Promise<void> {
    this.#build = { length: 0, columns: [] };
    this.#matchedRight = null;
    await super.release();
  }
}

const nullColumns = (columns: readonly RelColumn[], length: number): readonly Column[] =>
  columns.map((column) => nullColumn(column.type, length));

function isIdentity(indices: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (indices[i] !== i) return false;
  return true;
}

export function rowsWhere(flags: Uint8Array, length: number, wanted: 0 | 1): Int32Array {
  const rows = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if (flags[i] === wanted) rows[count++] = i;
  return rows.subarray(0, count);
}
