/**
 * Window functions that give another row's value: lag and lead by position in the partition, first_value, last_value and
 * nth_value by position in the frame. The value is evaluated for the rows it is taken from, and no others.
 */
import type { RelColumn } from '../../../algebra/rel.ts';
import type { WindowCall } from '../../../algebra/scalar.ts';
import { assert } from '../../../core/assert.ts';
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { concatColumns, gather } from '../../../core/column.ts';
import { sqlError } from '../../../core/sql-error.ts';
import type { Execution } from '../../execution.ts';
import { columnOf } from '../aggregate/accumulator.ts';
import type { Frames } from './frames.ts';
import { frameRow } from './frames.ts';
import { allRows, RowExpressions } from './row-expressions.ts';
import type { SortedRows } from './sorted-rows.ts';

export const valueFunctions: ReadonlySet<string> = new Set([
  'lag(anyelement)',
  'lag(anyelement,int4)',
  'lag(anycompatible,int4,anycompatible)',
  'lead(anyelement)',
  'lead(anyelement,int4)',
  'lead(anycompatible,int4,anycompatible)',
  'first_value(anyelement)',
  'last_value(anyelement)',
  'nth_value(anyelement,int4)',
]);

export async function valueFunction(
  call: WindowCall,
  input: readonly RelColumn[],
  rows: SortedRows,
  frames: () => Frames,
  execution: Execution,
): Promise<Column> {
  const value = new RowExpressions([call.args[0]!], input, execution);
  const { length } = rows.batch;
  const number = async (): Promise<Column | null> => {
    if (call.args.length < 2) return null;
    const [column] = await new RowExpressions([call.args[1]!], input, execution).at(rows.batch, allRows(length));
    return column!;
  };
  switch (call.fn.name) {
    case 'first_value':
    case 'last_value': {
      const n = call.fn.name === 'first_value' ? 0 : -1;
      const own = frames();
      return value.pick(
        rows.batch,
        new Int32Array(length).map((_, row) => frameRow(rows, own, row, n)),
      );
    }
    case 'nth_value':
      return value.pick(rows.batch, nthRows(rows, frames(), await number()));
    case 'lag':
    case 'lead': {
      const { targets, beyond } = shiftedRows(rows, await number(), call.fn.name === 'lag' ? -1 : 1);
      const values = await value.pick(rows.batch, targets);
      if (call.args.length < 3 || beyond.length === 0) return values;
      const fallback = new RowExpressions([call.args[2]!], input, execution);
      return overlaid(values, beyond, await fallback.pick(rows.batch, beyond));
    }
    default:
      assert(false, `no kernel for ${call.fn.signature}`);
  }
}

function nthRows(rows: SortedRows, frames: Frames, number: Column | null): Int32Array {
  const column = columnOf(number ?? undefined, 'int32');
  return new Int32Array(rows.batch.length).map((_, row) => {
    if (isNull(column, row)) return -1;
    const n = column.values[row]!;
    if (n <= 0) throw sqlError('22016', 'argument of nth_value must be greater than zero');
    return frameRow(rows, frames, row, n - 1);
  });
}

/** Where each row looks, -1 for nowhere; `beyond`: the rows that look outside of their partition. */
function shiftedRows(
  { batch, partitions }: SortedRows,
  number: Column | null,
  direction: 1 | -1,
): { readonly targets: Int32Array; readonly beyond: Int32Array } {
  const distances = number === null ? null : columnOf(number, 'int32');
  const targets = new Int32Array(batch.length).fill(-1);
  const beyond: number[] = [];
  for (let row = 0; row < targets.length; row++) {
    if (distances !== null && isNull(distances, row)) continue;
    const target = row + direction * (distances === null ? 1 : distances.values[row]!);
    const partition = partitions.of[row]!;
    if (target >= partitions.starts[partition]! && target < partitions.starts[partition + 1]!) targets[row] = target;
    else beyond.push(row);
  }
  return { targets, beyond: Int32Array.from(beyond) };
}

/** `column` with `values[i]` at row `rows[i]`. */
function overlaid(column: Column, rows: Int32Array, values: Column): Column {
  const indices = allRows(column.length);
  for (let i = 0; i < rows.length; i++) indices[rows[i]!] = column.length + i;
  return gather(concatColumns([column, values]), indices, indices.length);
}
