/**
 * What one aggregate call is fed: FILTER first (arguments are evaluated only for the rows it lets through), then the
 * arguments, then DISTINCT, then ORDER BY. DISTINCT without ORDER BY feeds an order-sensitive aggregate in ascending order of
 * its arguments, as PostgreSQL does, whose DISTINCT sorts.
 */
import type { RelColumn } from '../../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { columnsIn } from '../../../algebra/transform.ts';
import { assert } from '../../../core/assert.ts';
import type { Batch, Column } from '../../../core/batch.ts';
import { BATCH_ROWS } from '../../../core/batch.ts';
import { concatColumns, gather } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import type { Execution } from '../../execution.ts';
import { columnBytes } from '../../../core/column-bytes.ts';
import { evaluateConstant, Projection, RowFilter } from '../evaluation.ts';
import { KeyTable } from '../keys/key-table.ts';
import { keyKind } from '../keys/key-types.ts';
import type { KeyOrder } from '../ordering/order-words.ts';
import { sortRows } from '../ordering/sort-rows.ts';
import type { Accumulator } from './accumulator.ts';
import type { AccumulatorFactory } from './registry.ts';
import { accumulatorFactory, isOrderSensitive } from './registry.ts';

export class CallInput {
  readonly #call: AggregateCall;
  readonly #filter: RowFilter | null;
  readonly #projection: Projection;
  /** Input columns the arguments read: only these follow the filter. */
  readonly #positions: readonly number[];
  /** One for each grouping set; made by prepare(). */
  #accumulators: readonly Accumulator[] = [];
  readonly #factory: AccumulatorFactory;
  readonly #sets: number;
  readonly #execution: Execution;

  constructor(call: AggregateCall, input: readonly RelColumn[], sets: number, execution: Execution) {
    this.#sets = sets;
    this.#execution = execution;
    this.#call = call;
    this.#filter = call.filter === null ? null : new RowFilter([call.filter], input, execution);
    const exprs: readonly Scalar[] = [...call.args, ...call.orderBy.map((key) => key.expr)];
    const used = new Set<ColumnId>();
    for (const expr of exprs) columnsIn(expr, used);
    this.#positions = input.flatMap((column, i) => (used.has(column.id) ? [i] : []));
    this.#projection = new Projection(
      exprs,
      this.#positions.map((i) => input[i]!),
      execution,
    );
    const factory = accumulatorFactory(call.fn.signature);
    assert(factory !== undefined, `no kernel for ${call.fn.signature}`);
    this.#factory = factory;
  }

  get bytes(): number {
    return this.#accumulators.reduce((sum, accumulator) => sum + accumulator.bytes, 0);
  }

  /** Before anything else: direct arguments are evaluated, once. */
  async prepare(): Promise<void> {
    const direct: Datum[] = [];
    for (const expr of this.#call.direct ?? []) direct.push(await evaluateConstant(expr, this.#execution));
    const call = this.#call;
    this.#accumulators = Array.from({ length: this.#sets }, () =>
      withOrder(call, withDistinct(call, this.#factory(call, direct, this.#execution.environment.settings))),
    );
  }

  reserve(set: number, groups: number): void {
    this.#accumulators[set]!.reserve(groups);
  }

  /** `groups[set]`: the group of every row in each grouping set. */
  async add(batch: Batch, groups: readonly Int32Array[]): Promise<void> {
    let columns: readonly Column[] = this.#positions.map((i) => batch.columns[i]!);
    let { length } = batch;
    if (this.#filter !== null) {
      await this.#filter.ready();
      const rows = this.#filter.rows(batch);
      if (rows.length === 0) return;
      if (rows.length < length) {
        groups = groups.map((all) => {
          const own = new Int32Array(rows.length);
          for (let i = 0; i < own.length; i++) own[i] = all[rows[i]!]!;
          return own;
        });
        length = rows.length;
        columns = columns.map((column) => gather(column, rows, rows.length));
      }
    }
    await this.#projection.ready();
    const args = this.#projection.columns({ length, columns });
    this.#accumulators.forEach((accumulator, set) => accumulator.add(args, groups[set]!, length));
  }

  finish(set: number, groups: number): Column {
    const column = this.#accumulators[set]!.finish(groups);
    assert(column.length === groups, `${this.#call.fn.signature} gave ${column.length} results`);
    return column;
  }
}

function withDistinct(call: AggregateCall, inner: Accumulator): Accumulator {
  return call.distinct ? new DistinctArguments(call, inner) : inner;
}

/** Lets a row through when its arguments are new to its group. Columns beyond the arguments (sort keys) follow along. */
class DistinctArguments implements Accumulator {
  readonly #inner: Accumulator;
  readonly #args: number;
  readonly #table: KeyTable;

  constructor(call: AggregateCall, inner: Accumulator) {
    this.#inner = inner;
    this.#args = call.args.length;
    this.#table = new KeyTable(['int32', ...call.args.map((arg) => keyKind(arg.type))], 'group');
  }

  get bytes(): number {
    return this.#inner.bytes + this.#table.bytes;
  }

  reserve(groups: number): void {
    this.#inner.reserve(groups);
  }

  add(columns: readonly Column[], groups: Int32Array, length: number): void {
    const ids = new Int32Array(length);
    const before = this.#table.size;
    const group: Column = { layout: 'int32', length, valid: null, values: groups };
    this.#table.insert([group, ...columns.slice(0, this.#args)], length, ids);
    const rows = this.#table.firstRows(ids, length, before);
    if (rows.length === 0) return;
    const own = new Int32Array(rows.length);
    for (let i = 0; i < own.length; i++) own[i] = groups[rows[i]!]!;
    this.#inner.add(
      columns.map((column) => gather(column, rows, rows.length)),
      own,
      rows.length,
    );
  }

  finish(groups: number): Column {
    return this.#inner.finish(groups);
  }
}

function withOrder(call: AggregateCall, inner: Accumulator): Accumulator {
  // A hypothetical row is sorted together with the rows: it does that itself.
  if (call.fn.aggregateKind === 'hypothetical') return inner;
  if (call.orderBy.length > 0) {
    const keys = call.orderBy.map((key, i) => ({
      position: call.args.length + i,
      type: key.expr.type,
      descending: key.descending,
      nullsFirst: key.nullsFirst,
    }));
    return new OrderedInput(keys, inner);
  }
  if (!call.distinct || !isOrderSensitive(call.fn.signature)) return inner;
  const keys = call.args.map((arg, position) => ({ position, type: arg.type, descending: false, nullsFirst: false }));
  return new OrderedInput(keys, inner);
}

/** Keeps everything; hands it on in order at the end. */
class OrderedInput implements Accumulator {
  readonly #keys: readonly (KeyOrder & { readonly position: number })[];
  readonly #inner: Accumulator;
  readonly #columns: Column[][] = [];
  readonly #groups: Column[] = [];
  #keptBytes = 0;

  constructor(keys: readonly (KeyOrder & { readonly position: number })[], inner: Accumulator) {
    this.#keys = keys;
    this.#inner = inner;
  }

  get bytes(): number {
    return this.#inner.bytes + this.#keptBytes;
  }

  reserve(groups: number): void {
    this.#inner.reserve(groups);
  }

  add(columns: readonly Column[], groups: Int32Array, length: number): void {
    columns.forEach((column, i) => {
      (this.#columns[i] ??= []).push(column);
      this.#keptBytes += columnBytes(column);
    });
    this.#groups.push({ layout: 'int32', length, valid: null, values: groups.slice(0, length) });
    this.#keptBytes += 4 * length;
  }

  finish(groups: number): Column {
    if (this.#groups.length > 0) {
      const columns = this.#columns.map((parts) => concatColumns(parts));
      const own = concatColumns(this.#groups);
      assert(own.layout === 'int32', 'groups are int32');
      const rows = sortRows(
        this.#keys.map((key) => columns[key.position]!),
        this.#keys,
        own.length,
      );
      for (let from = 0; from < rows.length; from += BATCH_ROWS) {
        const part = rows.subarray(from, from + BATCH_ROWS);
        const partGroups = new Int32Array(part.length);
        for (let i = 0; i < part.length; i++) partGroups[i] = own.values[part[i]!]!;
        this.#inner.add(
          columns.map((column) => gather(column, part, part.length)),
          partGroups,
          part.length,
        );
      }
    }
    return this.#inner.finish(groups);
  }
}
