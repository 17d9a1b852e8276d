/**
 * Window functions that share a partitioning, an order and a frame: keeps all rows, puts them in window order, then computes
 * a column for each function. Rows come out in window order.
 */
import type { WindowPlan } from '../../algebra/plan.ts';
import type { FrameBound } from '../../algebra/rel.ts';
import type { WindowCall } from '../../algebra/scalar.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import { assert } from '../../core/assert.ts';
import { concatBatches } from '../../core/column.ts';
import { sqlError } from '../../core/sql-error.ts';
import type { Execution } from '../execution.ts';
import { batchBytes, columnBytes } from '../../core/column-bytes.ts';
import { evaluateConstant } from './evaluation.ts';
import { sliceBatch } from './limit.ts';
import { Operator, positionsOf } from './operator.ts';
import { frameAggregate } from './window/frame-aggregate.ts';
import type { FrameOffset, FrameOffsets, Frames } from './window/frames.ts';
import { framesOf } from './window/frames.ts';
import { reachFactory } from './window/range-reach.ts';
import { ntile, rankings } from './window/ranking.ts';
import { allRows, RowExpressions } from './window/row-expressions.ts';
import type { SortedRows } from './window/sorted-rows.ts';
import { sortedRows } from './window/sorted-rows.ts';
import { valueFunction, valueFunctions } from './window/values.ts';

export class WindowOperator extends Operator {
  readonly #plan: WindowPlan;
  readonly #input: Operator;
  readonly #execution: Execution;
  #result: Batch | null = null;
  #ended = false;
  #at = 0;

  constructor(plan: WindowPlan, input: Operator, execution: Execution) {
    super([input], execution.environment.memory.account('window'));
    this.#plan = plan;
    this.#input = input;
    this.#execution = execution;
  }

  override async next(): Promise<Batch | null> {
    if (this.#result === null && !this.#ended) await this.#readAll();
    await this.#execution.pace();
    if (this.#result === null) return null;
    if (this.#at >= this.#result.length) {
      this.#finish();
      return null;
    }
    const to = Math.min(this.#result.length, this.#at + BATCH_ROWS);
    const batch = sliceBatch(this.#result, this.#at, to);
    this.#at = to;
    return batch;
  }

  async #readAll(): Promise<void> {
    const { frame, partition, order, functions } = this.#plan;
    // As PostgreSQL: offsets are looked at before any row.
    const offsets = { start: await this.#offset(frame.start, 'starting'), end: await this.#offset(frame.end, 'ending') };
    const batches: Batch[] = [];
    for (let batch = await this.#input.next(); batch !== null; batch = await this.#input.next()) {
      await this.#execution.pace();
      batches.push(batch);
      // The rows, the same end to end and in order; words and permutation of the sort, partitions, peers and frames.
      this.account!.add(3 * batchBytes(batch) + 44 * batch.length);
    }
    await this.#input.close();
    if (batches.length === 0) {
      this.#ended = true;
      return;
    }
    const rows = sortedRows(concatBatches(batches), this.#plan.input.columns, partition, order);
    batches.length = 0;
    this.account!.set(batchBytes(rows.batch) + 24 * rows.batch.length);
    const frames = this.#frames(rows, offsets);
    const computed: Column[] = [];
    for (const { call } of functions) {
      await this.#execution.pace();
      computed.push(await this.#compute(call, rows, frames));
    }
    const all = [...rows.batch.columns, ...computed];
    const inputColumns = [...this.#plan.input.columns, ...functions.map(({ column }) => column)];
    const columns = positionsOf(this.#plan.columns, inputColumns).map((position) => all[position]!);
    this.#result = { length: rows.batch.length, columns };
    this.account!.set(batchBytes(this.#result));
  }

  async #compute(call: WindowCall, rows: SortedRows, frames: () => Frames): Promise<Column> {
    const { columns } = this.#plan.input;
    const ranking = rankings.get(call.fn.signature);
    if (ranking !== undefined) return this.#kept(ranking(rows));
    if (call.fn.signature === 'ntile(int4)') {
      const [argument] = await new RowExpressions(call.args, columns, this.#execution).at(rows.batch, allRows(rows.batch.length));
      return this.#kept(ntile(rows, argument!));
    }
    if (valueFunctions.has(call.fn.signature)) {
      return this.#kept(await valueFunction(call, columns, rows, frames, this.#execution));
    }
    return frameAggregate(call, columns, rows, frames(), this.#execution, this.account!);
  }

  #kept(column: Column): Column {
    this.account!.add(columnBytes(column));
    return column;
  }

  /** Computed when first asked for. */
  #frames(rows: SortedRows, offsets: FrameOffsets): () => Frames {
    let frames: Frames | null = null;
    return () => (frames ??= framesOf(rows, this.#plan.frame, offsets));
  }

  async #offset(bound: FrameBound, which: 'starting' | 'ending'): Promise<FrameOffset> {
    if (!('offset' in bound)) return 0;
    const value = await evaluateConstant(bound.offset, this.#execution);
    if (value === null) throw sqlError('22004', `frame ${which} offset must not be null`);
    if (bound.inRange) {
      const reach = reachFactory(bound.inRange.signature);
      assert(reach !== undefined, `no kernel for ${bound.inRange.signature}`);
      return reach(value, this.#execution.environment.settings);
    }
    // Beyond 2^53 no partition reaches.
    const offset = Number(value);
    if (offset < 0) throw sqlError('22013', `frame ${which} offset must not be negative`);
    return offset;
  }

  #finish(): void {
    this.#result = null;
    this.#ended = true;
    this.account!.set(0);
  }

  protected override async release(): Promise<void> {
    this.#finish();
    await super.release();
  }
}
