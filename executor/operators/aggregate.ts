/**
 * GROUP BY and aggregates by hash: group columns are numbered by a key table, every call keeps its state by that number.
 * A group's own columns are those of its first row. Grouping sets are so many key tables (aggregate/grouping-pass.ts) over one
 * reading of the input: arguments are computed once, each set puts out its groups after the one before.
 */
import type { AggregatePlan } from '../../algebra/plan.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { nullColumn } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { CallInput } from './aggregate/call-input.ts';
import { GroupingPass } from './aggregate/grouping-pass.ts';
import { sliceBatch } from './limit.ts';
import { Operator } from './operator.ts';

export class AggregateOperator extends Operator {
  readonly #plan: AggregatePlan;
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #sets: readonly (readonly ColumnId[])[];
  readonly #passes: readonly GroupingPass[];
  readonly #calls: readonly CallInput[];
  #isRead = false;
  /** The pass whose result is being put out. */
  #pass = -1;
  #result: Batch | null = null;
  #at = 0;

  constructor(plan: AggregatePlan, input: Operator, execution: Execution) {
    super([input], execution.environment.memory.account('aggregate'));
    this.#plan = plan;
    this.#input = input;
    this.#execution = execution;
    this.#sets = plan.sets ?? [plan.groups];
    this.#passes = this.#sets.map((set) => new GroupingPass(set, plan.input.columns));
    this.#calls = plan.calls.map((call) => new CallInput(call, plan.input.columns, this.#sets.length, execution));
  }

  override async next(): Promise<Batch | null> {
    if (!this.#isRead) await this.#readAll();
    while (this.#result === null || this.#at >= this.#result.length) {
      if (this.#pass + 1 >= this.#passes.length) return null;
      this.#result = await this.#finish(++this.#pass);
      this.#at = 0;
    }
    await this.#execution.pace();
    const to = Math.min(this.#result.length, this.#at + BATCH_ROWS);
    const batch = sliceBatch(this.#result, this.#at, to);
    this.#at = to;
    return batch;
  }

  async #readAll(): Promise<void> {
    this.#isRead = true;
    for (const call of this.#calls) {
      await call.prepare();
      this.#passes.forEach((pass, i) => call.reserve(i, pass.size));
    }
    for (let batch = await this.#input.next(); batch !== null; batch = await this.#input.next()) {
      await this.#execution.pace();
      const groups: Int32Array[] = [];
      this.#passes.forEach((pass, i) => {
        const before = pass.size;
        groups.push(pass.groupsOf(batch!));
        if (pass.size > before) for (const call of this.#calls) call.reserve(i, pass.size);
      });
      for (const call of this.#calls) await call.add(batch, groups);
      this.account!.set(this.#bytes());
    }
    await this.#input.close();
  }

  async #finish(index: number): Promise<Batch> {
    const pass = this.#passes[index]!;
    const length = pass.size;
    if (length === 0) return { length, columns: [] };
    const set = this.#sets[index]!;
    const keys = pass.keys();
    const columns = this.#plan.groups.map((id, k): Column => {
      const at = set.indexOf(id);
      return at >= 0 ? keys[at]! : nullColumn(this.#plan.columns[k]!.type, length);
    });
    for (const call of this.#calls) {
      await this.#execution.pace();
      columns.push(call.finish(index, length));
    }
    for (const of of this.#plan.masks ?? []) {
      const mask = of.reduce((bits, id) => bits * 2 + (set.includes(id) ? 0 : 1), 0);
      columns.push({ layout: 'int32', length, valid: null, values: new Int32Array(length).fill(mask) });
    }
    assert(columns.length === this.#plan.columns.length, 'an aggregation puts out its groups, calls and masks');
    return { length, columns };
  }

  #bytes(): number {
    const add = (sum: number, part: { readonly bytes: number }): number => sum + part.bytes;
    return this.#calls.reduce(add, this.#passes.reduce(add, 0));
  }

  protected override async release(): Promise<void> {
    this.#result = null;
    await super.release();
  }
}
