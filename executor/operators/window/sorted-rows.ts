/**
 * The rows of a window operator in window order: partition after partition, each in the window's order, and where
 * partitions and groups of peers begin. Everything the functions compute is over this; made once all input is there.
 */
import type { RelColumn, SortKey } from '../../../algebra/rel.ts';
import type { ColumnId } from '../../../algebra/scalar.ts';
import { assert } from '../../../core/assert.ts';
import type { Batch, Column } from '../../../core/batch.ts';
import { gatherBatch } from '../../../core/column.ts';
import { sqlType } from '../../../core/sql-type.ts';
import { KeyTable } from '../keys/key-table.ts';
import { keyKind } from '../keys/key-types.ts';
import type { KeyOrder } from '../ordering/order-words.ts';
import { compareColumns, sortRows } from '../ordering/sort-rows.ts';

/** Consecutive stretches of rows: stretch k is [starts[k], starts[k + 1]). */
export interface Stretches {
  readonly count: number;
  /** count + 1 entries. */
  readonly starts: Int32Array;
  /** By row. */
  readonly of: Int32Array;
}
export interface SortedRows {
  readonly batch: Batch;
  readonly partitions: Stretches;
  /** Rows of a partition that its order does not tell apart; without an order, whole partitions. */
  readonly peers: Stretches;
  /** What the order compares. */
  readonly keys: readonly { readonly column: Column; readonly key: SortKey }[];
}

const PARTITION_ORDER: KeyOrder = { type: sqlType('int4'), descending: false, nullsFirst: false };

export function sortedRows(
  input: Batch,
  columns: readonly RelColumn[],
  partition: readonly ColumnId[],
  order: readonly SortKey[],
): SortedRows {
  const positionOf = (id: ColumnId): number => {
    const position = columns.findIndex((column) => column.id === id);
    assert(position >= 0, `column ${id} of a window is not in its input`);
    return position;
  };
  const { length } = input;
  const ids = new Int32Array(length);
  if (partition.length > 0) {
    const positions = partition.map(positionOf);
    const table = new KeyTable(
      positions.map((position) => keyKind(columns[position]!.type)),
      'group',
    );
    table.insert(
      positions.map((position) => input.columns[position]!),
      length,
      ids,
    );
  }
  const idColumn: Column = { layout: 'int32', length, valid: null, values: ids };
  const keyPositions = order.map((key) => positionOf(key.column));
  const sortColumns = keyPositions.map((position) => input.columns[position]!);
  const rows =
    partition.length > 0
      ? sortRows([idColumn, ...sortColumns], [PARTITION_ORDER, ...order], length)
      : sortRows(sortColumns, order, length);
  const batch = gatherBatch(input, rows, length);
  const partitions = stretches(length, (row) => ids[rows[row]!] !== ids[rows[row - 1]!]);
  const keys = order.map((key, k) => ({ column: batch.columns[keyPositions[k]!]!, key }));
  const compare = keys.map(({ column, key }) => compareColumns(column, column, key));
  const differs = (row: number): boolean => {
    for (const one of compare) if (one(row - 1, row) !== 0) return true;
    return false;
  };
  const peers =
    order.length === 0 ? partitions : stretches(length, (row) => partitions.of[row] !== partitions.of[row - 1] || differs(row));
  return { batch, partitions, peers, keys };
}

/** `begins`: whether a row (not the first) begins a new stretch. */
function stretches(length: number, begins: (row: number) => boolean): Stretches {
  const of = new Int32Array(length);
  let count = length === 0 ? 0 : 1;
  for (let row = 1; row < length; row++) {
    if (begins(row)) count++;
    of[row] = count - 1;
  }
  const starts = new Int32Array(count + 1);
  for (let row = length - 1; row >= 0; row--) starts[of[row]!] = row;
  starts[count] = length;
  return { count, starts, of };
}
