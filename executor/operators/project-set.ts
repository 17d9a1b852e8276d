/**
 * Set-returning functions for each input row, in lockstep: as many rows as the longest gives, the shorter ones padded with
 * NULL. Rows come as they are asked for, so that a LIMIT above ends a long series.
 */
import type { ProjectSetPlan } from '../../algebra/plan.ts';
import { returnsSet } from '../../algebra/transform.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { columnFromDatums, gather, readDatum } from '../../core/column.ts';
import type { Datum } from '../../core/datum.ts';
import type { Execution } from '../execution.ts';
import { Projection } from './evaluation.ts';
import { Operator, positionsOf } from './operator.ts';
import type { SetFunction } from './set-functions.ts';
import { setFunction } from './set-functions.ts';

interface Member {
  /** null: no set, its argument is the value. */
  readonly rowsOf: SetFunction | null;
  /** Where its arguments lie among those of all. */
  readonly from: number;
  readonly args: readonly Scalar[];
  readonly width: number;
}

export class ProjectSetOperator extends Operator {
  readonly #plan: ProjectSetPlan;
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #arguments: Projection;
  readonly #members: readonly Member[];
  readonly #passed: readonly number[];
  #batch: Batch | null = null;
  #values: readonly Column[] = [];
  /** The row of the batch whose sets are open, and the next one. */
  #row = 0;
  #nextRow = 0;
  #open: (Iterator<readonly Datum[]> | null)[] | null = null;
  #ordinality = 0;

  constructor(plan: ProjectSetPlan, input: Operator, execution: Execution) {
    super([input]);
    this.#plan = plan;
    this.#input = input;
    this.#execution = execution;
    const all: Scalar[] = [];
    this.#members = plan.functions.map(({ call, columns }) => {
      const args = returnsSet(call) ? call.args : [call];
      const from = all.length;
      all.push(...args);
      return { rowsOf: returnsSet(call) ? setFunction(call) : null, from, args, width: columns.length };
    });
    this.#arguments = new Projection(all, plan.input.columns, execution);
    const given = new Set(plan.input.columns.map((column) => column.id));
    this.#passed = positionsOf(
      plan.columns.filter((column) => given.has(column.id)),
      plan.input.columns,
    );
  }

  override async next(): Promise<Batch | null> {
    for (;;) {
      await this.#execution.pace();
      if (this.#batch === null || (this.#open === null && this.#nextRow >= this.#batch.length)) {
        this.#batch = await this.#input.next();
        if (this.#batch === null) return null;
        await this.#arguments.ready();
        this.#values = this.#arguments.columns(this.#batch);
        this.#nextRow = 0;
      }
      const answer = this.#expand(this.#batch);
      if (answer !== null) return answer;
    }
  }

  /** The next rows of a batch; null when nothing of it is left. */
  #expand(batch: Batch): Batch | null {
    const rows = new Int32Array(BATCH_ROWS);
    const made: Datum[][] = this.#plan.functions.flatMap(({ columns }) => columns.map(() => []));
    const ordinals: number[] = [];
    let count = 0;
    while (count < BATCH_ROWS) {
      if (this.#open === null) {
        if (this.#nextRow >= batch.length) break;
        this.#row = this.#nextRow++;
        this.#ordinality = 0;
        this.#open = this.#members.map((member) => this.#begin(member));
      }
      if (!this.#advance(this.#open, made)) {
        this.#open = null;
        continue;
      }
      rows[count++] = this.#row;
      ordinals.push(++this.#ordinality);
    }
    if (count === 0) return null;
    const types = this.#plan.functions.flatMap(({ columns }) => columns.map((column) => column.type));
    const columns = this.#passed.map((position) => gather(batch.columns[position]!, rows, count));
    for (const [i, type] of types.entries()) columns.push(columnFromDatums(type, made[i]!));
    if (this.#plan.ordinality) columns.push(columnFromDatums(this.#plan.ordinality.type, ordinals));
    return { length: count, columns };
  }

  #begin({ rowsOf, from, args }: Member): Iterator<readonly Datum[]> {
    const values = args.map((arg, i) => readDatum(this.#values[from + i]!, arg.type, this.#row));
    if (rowsOf === null) return [values][Symbol.iterator]();
    // All of them are strict.
    if (values.includes(null)) return ([] as readonly Datum[][])[Symbol.iterator]();
    return rowsOf(values, this.#execution.environment.settings)[Symbol.iterator]();
  }

  /** One row more; false when every set is used up. */
  #advance(open: (Iterator<readonly Datum[]> | null)[], into: Datum[][]): boolean {
    const found = open.map((iterator, i) => {
      const step = iterator?.next();
      if (step === undefined || step.done === true) {
        open[i] = null;
        return null;
      }
      return step.value;
    });
    if (found.every((row) => row === null)) return false;
    let column = 0;
    for (const [i, row] of found.entries()) {
      const { width } = this.#members[i]!;
      assert(row === null || row.length === width, 'a set has other columns than its function');
      for (let c = 0; c < width; c++) into[column++]!.push(row === null ? null : row[c]!);
    }
    return true;
  }
}
