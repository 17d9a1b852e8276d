/**
 * min and max over frames of any kind, by a tree of winners over the rows in window order: each frame asks for O(log n)
 * winners. Of equal values PostgreSQL keeps the later one, except for char(n); so winners are only joined in row order.
 */
import type { AggregateCall } from '../../../algebra/scalar.ts';
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { gather } from '../../../core/column.ts';
import { rowComparator } from '../../expression/compare-rows.ts';
import type { FrameState } from './feed.ts';
import type { Frames } from './frames.ts';
import { visitFrame } from './frames.ts';
import type { SortedRows } from './sorted-rows.ts';

const ROWS_BETWEEN_PAUSES = 16_384;

export async function extremesOfFrames(
  call: AggregateCall,
  rows: SortedRows,
  frames: Frames,
  { feed, pace }: FrameState,
): Promise<Column> {
  const { length } = rows.batch;
  const { values } = feed;
  const { type } = call.args[0]!;
  const compare = rowComparator(type, values, values);
  const sign = call.fn.signature.startsWith('max(') ? 1 : -1;
  const least = type.kind === 'bpchar' ? Number.MIN_VALUE : 0;
  /** Positions in `values`, `a` from earlier rows than `b`; -1 for none. */
  const winner = (a: number, b: number): number => (a < 0 ? b : b < 0 ? a : compare(b, a) * sign >= least ? b : a);

  // tree[length + row] is the row itself, tree[k] the winner of tree[2k] and tree[2k + 1].
  const tree = new Int32Array(2 * length);
  for (let row = 0; row < length; row++) {
    const position = feed.position(row);
    tree[length + row] = position >= 0 && !isNull(values, position) ? position : -1;
  }
  for (let k = length - 1; k > 0; k--) tree[k] = winner(tree[2 * k]!, tree[2 * k + 1]!);

  const best = (from: number, to: number): number => {
    let left = -1;
    let right = -1;
    for (let low = from + length, high = to + length; low < high; low >>= 1, high >>= 1) {
      if (low & 1) left = winner(left, tree[low++]!);
      if (high & 1) right = winner(tree[--high]!, right);
    }
    return winner(left, right);
  };
  const found = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    let one = -1;
    visitFrame(rows, frames, row, (from, to) => {
      one = winner(one, best(from, to));
    });
    found[row] = one;
    if (row % ROWS_BETWEEN_PAUSES === 0) await pace(tree.byteLength + found.byteLength);
  }
  return gather(values, found, length);
}
