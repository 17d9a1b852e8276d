/**
 * The frame of every row, as positions in window order: [start, end) less what EXCLUDE takes out. Frames never leave their
 * partition; end <= start is an empty one. Computed once per window; functions that look at frames read it.
 */
import type { WindowFrame } from '../../../algebra/rel.ts';
import { unreachable } from '../../../core/assert.ts';
import type { SortedRows } from './sorted-rows.ts';

export interface Frames {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly exclude: WindowFrame['exclude'];
  /** Every frame is its row's whole partition. */
  readonly whole: boolean;
  /** Every frame begins with its partition and ends where the one before it does, or later. */
  readonly growing: boolean;
}

/** The value of an offset; without one, 0. */
export interface FrameOffsets {
  readonly start: number;
  readonly end: number;
}

export function framesOf(rows: SortedRows, frame: WindowFrame, offsets: FrameOffsets): Frames {
  const { length } = rows.batch;
  const { exclude, start, end } = frame;
  const toEnd =
    end.kind === 'unbounded' || (end.kind === 'current row' && frame.mode !== 'rows' && rows.peers === rows.partitions);
  const fromStart =
    start.kind === 'unbounded' || (start.kind === 'current row' && frame.mode !== 'rows' && rows.peers === rows.partitions);
  return {
    start: edge(rows, frame, 'start', offsets.start, new Int32Array(length)),
    end: edge(rows, frame, 'end', offsets.end, new Int32Array(length)),
    exclude,
    whole: fromStart && toEnd && exclude === 'none',
    growing: start.kind === 'unbounded' && exclude === 'none',
  };
}

/** The first row of each frame, or the one after its last. */
function edge(rows: SortedRows, frame: WindowFrame, side: 'start' | 'end', offset: number, out: Int32Array): Int32Array {
  const bound = frame[side];
  const isEnd = side === 'end' ? 1 : 0;
  const { partitions, peers } = rows;
  const { length } = out;
  switch (bound.kind) {
    case 'unbounded':
      for (let row = 0; row < length; row++) out[row] = partitions.starts[partitions.of[row]! + isEnd]!;
      return out;
    case 'current row':
      for (let row = 0; row < length; row++)
        out[row] = frame.mode === 'rows' ? row + isEnd : peers.starts[peers.of[row]! + isEnd]!;
      return out;
    case 'preceding':
    case 'following': {
      const distance = bound.kind === 'preceding' ? -offset : offset;
      for (let row = 0; row < length; row++) {
        const partition = partitions.of[row]!;
        const first = partitions.starts[partition]!;
        const after = partitions.starts[partition + 1]!;
        let at: number;
        if (frame.mode === 'rows') at = row + distance + isEnd;
        else {
          const group = peers.of[row]! + distance + isEnd;
          at = group <= peers.of[first]! ? first : group > peers.of[after - 1]! ? after : peers.starts[group]!;
        }
        out[row] = at < first ? first : at > after ? after : at;
      }
      return out;
    }
    default:
      return unreachable(bound);
  }
}

/** Calls `visit` for each stretch of rows of the frame of `row`, in order: at most three. */
export function visitFrame(rows: SortedRows, frames: Frames, row: number, visit: (from: number, to: number) => void): void {
  const start = frames.start[row]!;
  const end = frames.end[row]!;
  const { exclude } = frames;
  if (exclude === 'none') {
    if (start < end) visit(start, end);
    return;
  }
  const group = rows.peers.of[row]!;
  const from = exclude === 'current row' ? row : rows.peers.starts[group]!;
  const to = exclude === 'current row' ? row + 1 : rows.peers.starts[group + 1]!;
  const before = Math.min(end, from);
  if (start < before) visit(start, before);
  if (exclude === 'ties' && start <= row && row < end) visit(row, row + 1);
  const after = Math.max(start, to);
  if (after < end) visit(after, end);
}

/** The n-th row of a frame (0-based), or from its end with a negative n (-1: the last); -1 when there is none. */
export function frameRow(rows: SortedRows, frames: Frames, row: number, n: number): number {
  let found = -1;
  if (n >= 0) {
    let left = n;
    visitFrame(rows, frames, row, (from, to) => {
      if (found < 0 && left < to - from) found = from + left;
      left -= to - from;
    });
    return found;
  }
  visitFrame(rows, frames, row, (_, to) => {
    found = to - 1;
  });
  return found;
}
