/**
 * GROUP BY of rows that come group by group: a group ends where the next begins. What is kept are the groups of one batch
 * at most, the last of which may go on in the next batches; those that have ended are put out when a further one begins.
 */
import type { AggregatePlan } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { gather } from '../../core/column.ts';
import { columnBytes } from '../../core/column-bytes.ts';
import type { Execution } from '../execution.ts';
import { CallInput } from './aggregate/call-input.ts';
import { sliceBatch } from './limit.ts';
import { Operator } from './operator.ts';
import { RowRuns } from './ordering/row-runs.ts';

export class SortedAggregateOperator extends Operator {
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #positions: readonly number[];
  readonly #runs: RowRuns;
  readonly #calls: readonly CallInput[];
  /** The groups that are open or not yet put out: their columns; null when there is none. */
  #groups: readonly Column[] | null = null;
  #size = 0;
  #hasEnded = false;

  constructor(plan: AggregatePlan, input: Operator, execution: Execution) {
    super([input], execution.environment.memory.account('aggregate'));
    assert(plan.sets === undefined && plan.groups.length > 0, 'grouping sets are hashed');
    this.#input = input;
    this.#execution = execution;
    this.#positions = plan.groups.map((id) => {
      const position = plan.input.columns.findIndex((column) => column.id === id);
      assert(position >= 0, `group column ${id} is not in the input`);
      return position;
    });
    this.#runs = new RowRuns(this.#positions);
    this.#calls = plan.calls.map((call) => new CallInput(call, plan.input.columns, 1, execution));
  }

  override async next(): Promise<Batch | null> {
    while (!this.#hasEnded) {
      await this.#execution.pace();
      const batch = await this.#input.next();
      if (batch === null) {
        this.#hasEnded = true;
        return this.#finish();
      }
      const starts = this.#runs.starts(batch);
      const first = starts[0] ?? batch.length;
      if (first > 0) await this.#goOn(sliceBatch(batch, 0, first));
      if (starts.length === 0) continue;
      const ended = this.#finish();
      await this.#begin(sliceBatch(batch, first, batch.length), starts);
      if (ended !== null) return ended;
    }
    return null;
  }

  /** More rows of the last group. */
  async #goOn(batch: Batch): Promise<void> {
    const groups = new Int32Array(batch.length).fill(this.#size - 1);
    for (const call of this.#calls) await call.add(batch, [groups]);
    this.#account();
  }

  /** `starts`: where groups begin, counted from where the first one does. */
  async #begin(batch: Batch, starts: Int32Array): Promise<void> {
    const size = starts.length;
    const first = starts[0]!;
    const rows = starts.map((row) => row - first);
    const groups = new Int32Array(batch.length);
    for (let g = 1; g < size; g++) groups.fill(g, rows[g], rows[g + 1]);
    this.#groups = this.#positions.map((position) => gather(batch.columns[position]!, rows, size));
    this.#size = size;
    for (const call of this.#calls) {
      await call.prepare();
      call.reserve(0, size);
      await call.add(batch, [groups]);
    }
    this.#account();
  }

  #finish(): Batch | null {
    const groups = this.#groups;
    if (groups === null) return null;
    this.#groups = null;
    return { length: this.#size, columns: [...groups, ...this.#calls.map((call) => call.finish(0, this.#size))] };
  }

  #account(): void {
    const ofGroups = this.#groups!.reduce((sum, column) => sum + columnBytes(column), 0);
    this.account!.set(this.#calls.reduce((sum, call) => sum + call.bytes, ofGroups));
  }

  protected override async release(): Promise<void> {
    this.#groups = null;
    await super.release();
  }
}
