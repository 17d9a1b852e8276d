/**
 * GROUP BY and aggregates by hash: group columns are numbered by a key table, every call keeps its state by that number.
 * A group's own columns are those of its first row. Without group columns there is one group, rows or not.
 */
import type { AggregatePlan } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { concatColumns, gather } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { columnBytes } from '../memory/memory-budget.ts';
import { CallInput } from './aggregate/call-input.ts';
import { KeyTable } from './keys/key-table.ts';
import { keyKind } from './keys/key-types.ts';
import { sliceBatch } from './limit.ts';
import { Operator } from './operator.ts';

export class AggregateOperator extends Operator {
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #positions: readonly number[];
  /** Null without group columns. */
  readonly #table: KeyTable | null;
  readonly #calls: readonly CallInput[];
  /** Per group column: the values of the groups each batch brought. */
  #keys: Column[][];
  #keyBytes = 0;
  #ids = new Int32Array(BATCH_ROWS);
  #result: Batch | null = null;
  #at = 0;

  constructor(plan: AggregatePlan, input: Operator, execution: Execution) {
    super([input], execution.environment.memory.account('aggregate'));
    this.#input = input;
    this.#execution = execution;
    this.#positions = plan.groups.map((id) => {
      const position = plan.input.columns.findIndex((column) => column.id === id);
      assert(position >= 0, `group column ${id} is not in the input`);
      return position;
    });
    const kinds = this.#positions.map((position) => keyKind(plan.input.columns[position]!.type));
    this.#table = kinds.length === 0 ? null : new KeyTable(kinds, 'group');
    this.#calls = plan.calls.map((call) => new CallInput(call, plan.input.columns, execution));
    this.#keys = kinds.map(() => []);
  }

  override async next(): Promise<Batch | null> {
    this.#result ??= await this.#readAll();
    const result = this.#result;
    if (this.#at >= result.length) return null;
    await this.#execution.pace();
    const to = Math.min(result.length, this.#at + BATCH_ROWS);
    const batch = sliceBatch(result, this.#at, to);
    this.#at = to;
    return batch;
  }

  async #readAll(): Promise<Batch> {
    if (this.#table === null) for (const call of this.#calls) call.reserve(1);
    for (let batch = await this.#input.next(); batch !== null; batch = await this.#input.next()) {
      await this.#execution.pace();
      const groups = this.#groupsOf(batch);
      for (const call of this.#calls) await call.add(batch, groups);
      this.account!.set(this.#bytes());
    }
    const groups = this.#table === null ? 1 : this.#table.size;
    if (groups === 0) return { length: 0, columns: [] };
    const columns = this.#keys.map((parts) => concatColumns(parts));
    this.#keys = [];
    for (const call of this.#calls) {
      await this.#execution.pace();
      columns.push(call.finish(groups));
    }
    return { length: groups, columns };
  }

  /** The group of every row; new groups get their state and keep their first row's columns. */
  #groupsOf(batch: Batch): Int32Array {
    const { length } = batch;
    if (this.#ids.length < length) this.#ids = new Int32Array(length);
    const ids = this.#ids;
    if (this.#table === null) return ids;
    const before = this.#table.size;
    const columns = this.#positions.map((position) => batch.columns[position]!);
    this.#table.insert(columns, length, ids);
    const rows = this.#table.firstRows(ids, length, before);
    if (rows.length === 0) return ids;
    columns.forEach((column, k) => {
      const part = gather(column, rows, rows.length);
      this.#keyBytes += columnBytes(part);
      this.#keys[k]!.push(part);
    });
    for (const call of this.#calls) call.reserve(this.#table.size);
    return ids;
  }

  #bytes(): number {
    return (this.#table?.bytes ?? 0) + this.#keyBytes + this.#calls.reduce((sum, call) => sum + call.bytes, 0);
  }

  protected override async release(): Promise<void> {
    this.#result = null;
    this.#keys = [];
    await super.release();
  }
}
