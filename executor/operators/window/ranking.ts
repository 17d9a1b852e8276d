/** Window functions that only count: where a row stands in its partition and among its peers. */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { sqlError } from '../../../core/sql-error.ts';
import { validWhere } from '../aggregate/accumulator.ts';
import { int64Column } from '../aggregate/count.ts';
import { columnOf } from '../aggregate/accumulator.ts';
import type { SortedRows } from './sorted-rows.ts';

type Ranking = (rows: SortedRows) => Column;

const counted =
  (value: (row: number, rows: SortedRows, first: number) => number): Ranking =>
  (rows) =>
    int64Column(rows.batch.length, null, (row) => value(row, rows, rows.partitions.starts[rows.partitions.of[row]!]!));

const share =
  (value: (row: number, rows: SortedRows, first: number, size: number) => number): Ranking =>
  (rows) => {
    const { length } = rows.batch;
    const values = new Float64Array(length);
    const { starts, of } = rows.partitions;
    for (let row = 0; row < length; row++) {
      const first = starts[of[row]!]!;
      values[row] = value(row, rows, first, starts[of[row]! + 1]! - first);
    }
    return { layout: 'float64', length, valid: null, values };
  };

const firstPeer = (rows: SortedRows, row: number): number => rows.peers.starts[rows.peers.of[row]!]!;

export const rankings: ReadonlyMap<string, Ranking> = new Map<string, Ranking>([
  ['row_number()', counted((row, _, first) => row - first + 1)],
  ['rank()', counted((row, rows, first) => firstPeer(rows, row) - first + 1)],
  ['dense_rank()', counted((row, { peers }, first) => peers.of[row]! - peers.of[first]! + 1)],
  ['percent_rank()', share((row, rows, first, size) => (size <= 1 ? 0 : (firstPeer(rows, row) - first) / (size - 1)))],
  ['cume_dist()', share((row, { peers }, first, size) => (peers.starts[peers.of[row]! + 1]! - first) / size)],
]);

/** The number of buckets is read at the first row of a partition that has one; rows before it have none. */
export function ntile({ batch, partitions }: SortedRows, argument: Column): Column {
  const { length } = batch;
  const buckets = columnOf(argument, 'int32').values;
  const values = new Int32Array(length);
  const has = new Uint8Array(length);
  for (let p = 0; p < partitions.count; p++) {
    const from = partitions.starts[p]!;
    const to = partitions.starts[p + 1]!;
    let row = from;
    while (row < to && isNull(argument, row)) row++;
    if (row === to) continue;
    const count = buckets[row]!;
    if (count <= 0) throw sqlError('22014', 'argument of ntile must be greater than zero');
    const total = to - from;
    let larger = total >= count ? total % count : 0;
    let size = Math.max(1, Math.floor(total / count)) + (larger > 0 ? 1 : 0);
    let bucket = 1;
    let filled = 0;
    for (; row < to; row++) {
      if (filled === size) {
        if (bucket === larger) {
          larger = 0;
          size--;
        }
        bucket++;
        filled = 0;
      }
      filled++;
      values[row] = bucket;
      has[row] = 1;
    }
  }
  return { layout: 'int32', length, valid: validWhere(has, length), values };
}
