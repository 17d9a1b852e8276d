/**
 * UNION, INTERSECT, EXCEPT. Rows are equal as in DISTINCT.
 *
 * | operation     | a row with l copies left, r right comes out |
 * |---------------|---------------------------------------------|
 * | UNION ALL     | l + r times: left streams, then right       |
 * | UNION         | once                                        |
 * | INTERSECT ALL | min(l, r) times                             |
 * | INTERSECT     | once if both                                |
 * | EXCEPT ALL    | max(l - r, 0) times                         |
 * | EXCEPT        | once if l > 0 and r = 0                     |
 *
 * For the last four the right side is counted, then the left streams against the counts. Where the left has no row, the right
 * is not read, as in PostgreSQL: what would raise there does not.
 */
import type { Plan, SetOperationPlan } from '../../algebra/plan.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import { gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { KeyTable } from './keys/key-table.ts';
import { keyKind } from './keys/key-types.ts';
import { Operator } from './operator.ts';

/** Picks a side's columns in the operation's order. */
export class Side {
  readonly #input: Operator;
  readonly #positions: readonly number[];

  constructor(input: Operator, plan: Plan, columns: readonly ColumnId[]) {
    this.#input = input;
    this.#positions = columns.map((id) => {
      const position = plan.columns.findIndex((column) => column.id === id);
      assert(position >= 0, `set operation reads column ${id} its input does not have`);
      return position;
    });
  }

  async next(): Promise<Batch | null> {
    const batch = await this.#input.next();
    return batch && { length: batch.length, columns: this.#positions.map((position) => batch.columns[position]!) };
  }
}

export class UnionOperator extends Operator {
  readonly #first: Operator;
  readonly #second: Operator;
  readonly #execution: Execution;
  readonly #left: Side;
  readonly #right: Side;
  readonly #table: KeyTable | null;
  #leftEnded = false;

  constructor(plan: SetOperationPlan, left: Operator, right: Operator, execution: Execution) {
    super([left, right], plan.all ? null : execution.environment.memory.account('UNION'));
    this.#execution = execution;
    this.#first = left;
    this.#second = right;
    this.#left = new Side(left, plan.left, plan.leftColumns);
    this.#right = new Side(right, plan.right, plan.rightColumns);
    this.#table = plan.all ? null : newTable(plan);
  }

  /** The right side is not begun before the left has ended: a LIMIT above may never want it. */
  override start(): void {
    this.#first.start();
  }

  override async next(): Promise<Batch | null> {
    for (;;) {
      await this.#execution.pace();
      const batch = await (this.#leftEnded ? this.#right : this.#left).next();
      if (batch === null) {
        if (this.#leftEnded) return null;
        this.#leftEnded = true;
        await this.#first.close();
        this.#second.start();
        continue;
      }
      if (this.#table === null) return batch;
      const ids = new Int32Array(batch.length);
      const before = this.#table.size;
      this.#table.insert(batch.columns, batch.length, ids);
      this.account!.set(this.#table.bytes);
      const rows = this.#table.firstRows(ids, batch.length, before);
      if (rows.length > 0) return gatherBatch(batch, rows, rows.length);
    }
  }
}

export class CountedSetOperator extends Operator {
  readonly #execution: Execution;
  readonly #plan: SetOperationPlan;
  readonly #leftInput: Operator;
  readonly #rightInput: Operator;
  readonly #left: Side;
  readonly #right: Side;
  readonly #table: KeyTable;
  /** Copies of key k on the right not yet used up; for the forms without ALL, 0 also marks a key that has come out. */
  #counts = new Int32Array(1024);
  #counted = false;

  constructor(plan: SetOperationPlan, left: Operator, right: Operator, execution: Execution) {
    super([right, left], execution.environment.memory.account(plan.op.toUpperCase()));
    this.#execution = execution;
    this.#plan = plan;
    this.#leftInput = left;
    this.#rightInput = right;
    this.#left = new Side(left, plan.left, plan.leftColumns);
    this.#right = new Side(right, plan.right, plan.rightColumns);
    this.#table = newTable(plan);
  }

  override async next(): Promise<Batch | null> {
    let first: Batch | null = null;
    if (!this.#counted) {
      this.#rightInput.start();
      this.#leftInput.start();
      first = await this.#left.next();
      if (first === null) {
        this.#counted = true;
        await this.#rightInput.close();
        return null;
      }
      await this.#countRight();
    }
    for (;;) {
      await this.#execution.pace();
      if (this.#plan.op === 'intersect' && this.#table.size === 0) {
        await this.#leftInput.close();
        return null;
      }
      const batch: Batch | null = first ?? (await this.#left.next());
      first = null;
      if (batch === null) return null;
      const rows = this.#select(batch);
      if (rows.length > 0) return gatherBatch(batch, rows, rows.length);
    }
  }

  async #countRight(): Promise<void> {
    for (let batch = await this.#right.next(); batch !== null; batch = await this.#right.next()) {
      await this.#execution.pace();
      const ids = new Int32Array(batch.length);
      this.#table.insert(batch.columns, batch.length, ids);
      this.#reserveCounts();
      for (let i = 0; i < batch.length; i++) this.#counts[ids[i]!]!++;
    }
    await this.#rightInput.close();
    this.#counted = true;
  }

  #reserveCounts(): void {
    if (this.#counts.length < this.#table.size) {
      const counts = new Int32Array(Math.max(2 * this.#counts.length, this.#table.size));
      counts.set(this.#counts);
      this.#counts = counts;
    }
    this.account!.set(this.#table.bytes + this.#counts.byteLength);
  }

  #select(batch: Batch): Int32Array {
    const { op, all } = this.#plan;
    const ids = new Int32Array(batch.length);
    const before = this.#table.size;
    // EXCEPT without ALL must remember which rows have come out; the others only look up.
    if (op === 'except' && !all) {
      this.#table.insert(batch.columns, batch.length, ids);
      this.#reserveCounts();
      return this.#table.firstRows(ids, batch.length, before);
    }
    this.#table.find(batch.columns, batch.length, ids);
    const counts = this.#counts;
    const rows = new Int32Array(batch.length);
    let count = 0;
    for (let i = 0; i < batch.length; i++) {
      const id = ids[i]!;
      const copies = id < 0 ? 0 : counts[id]!;
      if (op === 'intersect') {
        if (copies === 0) continue;
        counts[id] = all ? copies - 1 : 0;
        rows[count++] = i;
      } else if (copies > 0) counts[id] = copies - 1;
      else rows[count++] = i;
    }
    return rows.subarray(0, count);
  }
}

const newTable = (plan: SetOperationPlan): KeyTable =>
  new KeyTable(
    plan.columns.map((column) => keyKind(column.type)),
    'group',
  );
