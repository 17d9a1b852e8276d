/**
 * The frame of every row, as positions in window order: [start, end) less what EXCLUDE takes out. Frames never leave their
 * partition; end <= start is an empty one. Computed once per window; functions that look at frames read it.
 */
import type { WindowFrame } from '../../../algebra/rel.ts';
import { assert, unreachable } from '../../../core/assert.ts';
import { isNull } from '../../../core/batch.ts';
import { readDatum } from '../../../core/column.ts';
import type { Reach } from './range-reach.ts';
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

/** So many rows or groups, or what an offset in RANGE mode reaches; 0 without an offset. */
export type FrameOffset = number | Reach;
export interface FrameOffsets {
  readonly start: FrameOffset;
  readonly end: FrameOffset;
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
function edge(rows: SortedRows, frame: WindowFrame, side: 'start' | 'end', offset: FrameOffset, out: Int32Array): Int32Array {
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
      if (typeof offset !== 'number') return rangeEdge(rows, side, bound.kind, offset, out);
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

/**
 * An edge in RANGE mode: the first row not yet too far back, or the first too far ahead. As PostgreSQL, from where the row before
 * it had it, so that each row is passed once. A NULL is its peers' alone, however far the offset reaches.
 */
function rangeEdge(
  rows: SortedRows,
  side: 'start' | 'end',
  towards: 'preceding' | 'following',
  reach: Reach,
  out: Int32Array,
): Int32Array {
  const [order, another] = rows.keys;
  assert(order !== undefined && another === undefined, 'RANGE with an offset has one ORDER BY column');
  const { column, key } = order;
  const backwards = (towards === 'preceding') !== key.descending;
  /** Whether a candidate beyond, in the direction of the order, lies before the edge. */
  const before = side === 'start' ? -1 : 0;
  const value = (row: number): unknown => reach.value(readDatum(column, key.type, row)!);
  const { partitions, peers } = rows;
  for (let p = 0; p < partitions.count; p++) {
    const first = partitions.starts[p]!;
    const after = partitions.starts[p + 1]!;
    let at = first;
    let candidate: unknown = undefined;
    for (let row = first; row < after; row++) {
      if (row > first && peers.of[row] === peers.of[row - 1]) {
        out[row] = at;
        continue;
      }
      const isBaseNull = isNull(column, row);
      let edge: unknown = undefined;
      for (; at < after; at++, candidate = undefined) {
        const isCandidateNull = isNull(column, at);
        if (isBaseNull || isCandidateNull) {
          // NULLs are equal to each other, and before or after everything else.
          const order = isBaseNull === isCandidateNull ? 0 : isCandidateNull === key.nullsFirst ? -1 : 1;
          if (order > before) break;
          continue;
        }
        edge ??= reach.moved(value(row), backwards);
        candidate ??= value(at);
        const order = reach.compare(candidate, edge) * (key.descending ? -1 : 1);
        if (order > before) break;
      }
      out[row] = at;
    }
  }
  return out;
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
