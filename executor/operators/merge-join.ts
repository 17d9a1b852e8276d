/**
 * Equality join of two inputs that come in the order of their keys. A window of the right side moves along with the left:
 * the rows that the left row at hand may meet, and those that were read with them.
 *
 *   left    1  1  3  3 | 4  7 …
 *   window        3  3  3  4 | 6 …      a left row is joined once the window reaches beyond its key
 *
 * So no more is kept of the right side than the rows of one key and a batch. NULL keys never match. Batches of either side
 * may end within a key. What is put out during a left batch and at its end: join-output.ts.
 */
import type { MergeJoinPlan } from '../../algebra/plan.ts';
import type { SortKey } from '../../algebra/rel.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { isNull } from '../../core/batch.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { concatBatches } from '../../core/column.ts';
import { outOfMemory } from '../../core/sql-error.ts';
import type { RowComparator } from '../expression/compare-rows.ts';
import type { Execution } from '../execution.ts';
import { JoinOutput } from './join-output.ts';
import { sliceBatch } from './limit.ts';
import { Operator } from './operator.ts';
import { compareColumns } from './ordering/sort-rows.ts';

/** Row numbers of the window are int32. */
const WINDOW_ROWS_MAX = 0x3fff_ffff;

interface KeyPair {
  readonly left: number;
  readonly right: number;
  readonly order: SortKey;
}

export class MergeJoinOperator extends Operator {
  readonly #plan: MergeJoinPlan;
  readonly #execution: Execution;
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #output: JoinOutput;
  readonly #keys: readonly KeyPair[];
  #batch: Batch | null = null;
  /** Of the left batch: rows before `#ready` meet no right row that is still to come. */
  #row = 0;
  #ready = 0;
  /** Whether a row of the left batch has a NULL key; null when none has. */
  #hasNull: Uint8Array | null = null;
  #window: Batch = { length: 0, columns: [] };
  #kept: Batch = { length: 0, columns: [] };
  /** Rows of the window with the key of a left row seen last: [from, to); those before are done with. */
  #from = 0;
  #to = 0;
  /** Of these, how many the left row at hand has met. */
  #within = 0;
  /** A left row against one of the window. */
  #compare: RowComparator = () => 0;
  #rightEnded = false;
  #ended = false;

  constructor(plan: MergeJoinPlan, left: Operator, right: Operator, execution: Execution) {
    super([left, right], execution.environment.memory.account('join'));
    this.#plan = plan;
    this.#execution = execution;
    this.#left = left;
    this.#right = right;
    this.#output = new JoinOutput(plan, plan.residual, execution);
    const positionOf = (side: MergeJoinPlan['left'], key: SortKey): number =>
      side.columns.findIndex((column) => column.id === key.column);
    this.#keys = plan.leftKeys.map((key, i) => {
      const other = plan.rightKeys[i]!;
      // int4 = int8 compares as int8.
      const order = other.type.kind === 'int8' ? other : key;
      return { left: positionOf(plan.left, key), right: positionOf(plan.right, other), order };
    });
  }

  override async next(): Promise<Batch | null> {
    if (this.#ended) return null;
    this.start();
    const output = this.#output;
    for (;;) {
      await this.#execution.pace();
      if (this.#batch === null && !(await this.#readLeft())) return null;
      const batch = this.#batch!;
      const count = this.#pairs(output.leftIndices, output.rightIndices);
      let out: Batch | null = null;
      if (count > 0) out = await output.pairs(batch, this.#kept, count, null);
      else if (this.#row === batch.length) {
        this.#batch = null;
        out = output.end(batch);
      } else await this.#readRight(batch);
      if (out !== null) return out;
    }
  }

  /** False: nothing more comes out. */
  async #readLeft(): Promise<boolean> {
    const isSpared = this.#rightEnded && this.#from === this.#window.length && this.#needsPartner;
    const batch = isSpared ? null : await this.#left.next();
    if (batch === null) {
      this.#ended = true;
      await Promise.all([this.#left.close(), this.#right.close()]);
      return false;
    }
    this.#batch = batch;
    this.#row = 0;
    this.#within = 0;
    this.#hasNull = nullsOf(this.#keys.map((key) => batch.columns[key.left]!), batch.length); // prettier-ignore
    this.#output.begin(batch);
    this.#align(batch);
    return true;
  }

  get #needsPartner(): boolean {
    return this.#plan.type === 'inner' || this.#plan.type === 'semi';
  }

  /**
   * Reads on until the window reaches beyond the left row at hand, which is beyond all that it has: what is below that row
   * has been met by all it can.
   */
  async #readRight(batch: Batch): Promise<void> {
    const row = this.#row;
    this.#skipBelow(row);
    const parts = this.#from < this.#window.length ? [sliceBatch(this.#window, this.#from, this.#window.length)] : [];
    let bytes = parts.reduce((sum, part) => sum + batchBytes(part), 0);
    let rows = this.#window.length - this.#from;
    for (;;) {
      await this.#execution.pace();
      const next = await this.#right.next();
      if (next === null) {
        this.#rightEnded = true;
        break;
      }
      const compare = this.#comparator(batch, next);
      const isBeyond = compare(row, next.length - 1) < 0;
      if (parts.length === 0 && compare(row, next.length - 1) > 0) continue;
      parts.push(next);
      rows += next.length;
      if (rows > WINDOW_ROWS_MAX) throw outOfMemory(`More than ${WINDOW_ROWS_MAX} rows of a join have the same key.`);
      bytes += batchBytes(next);
      this.account!.set(bytes);
      if (isBeyond) break;
    }
    this.#window = parts.length === 0 ? { length: 0, columns: [] } : concatBatches(parts);
    this.account!.set(bytes);
    this.#kept = this.#window.length === 0 ? this.#window : this.#output.kept(this.#window);
    this.#from = 0;
    this.#to = 0;
    this.#align(batch);
  }

  /** For a left batch and a window of which one is new. */
  #align(batch: Batch): void {
    const { length } = this.#window;
    if (length > 0) this.#compare = this.#comparator(batch, this.#window);
    if (this.#rightEnded) {
      this.#ready = batch.length;
      return;
    }
    let from = this.#row;
    let to = length === 0 ? from : batch.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#compare(middle, length - 1) < 0) from = middle + 1;
      else to = middle;
    }
    this.#ready = from;
  }

  #comparator(left: Batch, right: Batch): RowComparator {
    const compares = this.#keys.map((key) => compareColumns(left.columns[key.left]!, right.columns[key.right]!, key.order));
    if (compares.length === 1) return compares[0]!;
    return (i, j) => {
      for (const compare of compares) {
        const result = compare(i, j);
        if (result !== 0) return result;
      }
      return 0;
    };
  }

  /** Moves [from, to) to the rows of the left row's key, or to where they would be. */
  #skipBelow(row: number): void {
    const compare = this.#compare;
    const { length } = this.#window;
    if (this.#from < this.#to && compare(row, this.#from) === 0) return;
    let from = this.#to;
    let order = -1;
    while (from < length && (order = compare(row, from)) > 0) from++;
    let to = from;
    if (from < length && order === 0) {
      to++;
      while (to < length && compare(row, to) === 0) to++;
    }
    this.#from = from;
    this.#to = to;
  }

  /** The next candidates among the left rows that are ready: how many were written. */
  #pairs(left: Int32Array, right: Int32Array): number {
    const hasNull = this.#hasNull;
    const end = this.#batch!.length;
    const capacity = left.length;
    let count = 0;
    for (; this.#row < end && count < capacity; this.#row++) {
      const row = this.#row;
      if (hasNull !== null && hasNull[row] === 1) continue;
      if (row >= this.#ready) break;
      if (this.#within === 0) this.#skipBelow(row);
      const from = this.#from + this.#within;
      const to = Math.min(this.#to, from + capacity - count);
      for (let at = from; at < to; at++) {
        left[count] = row;
        right[count++] = at;
      }
      if (to < this.#to) {
        this.#within = to - this.#from;
        break;
      }
      this.#within = 0;
    }
    return count;
  }

  protected override async release(): Promise<void> {
    this.#window = { length: 0, columns: [] };
    this.#kept = this.#window;
    await super.release();
  }
}

function nullsOf(columns: readonly Column[], length: number): Uint8Array | null {
  let nulls: Uint8Array | null = null;
  for (const column of columns) {
    if (column.valid === null) continue;
    nulls ??= new Uint8Array(length);
    for (let i = 0; i < length; i++) if (isNull(column, i)) nulls[i] = 1;
  }
  return nulls;
}
