/**
 * Where FETCH and MOVE go, as PostgreSQL counts (src/backend/tcop/pquery.c, DoPortalRunFetch): a cursor stands before the
 * first row (0), on a row (1 … n) or after the last one (n + 1).
 */
import { assert } from '../../core/assert.ts';

/** `count` may be infinite. */
export type Movement =
  | { readonly kind: 'by'; readonly count: number }
  /** One row: that many on from here. */
  | { readonly kind: 'relative'; readonly count: number }
  /** One row: the n-th, from the end when negative. */
  | { readonly kind: 'absolute'; readonly row: number };

/** Rows passed, first to last (the last may come before the first), and where the cursor then stands. */
export interface Passage {
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  readonly landing: number;
}

/** FETCH ALL arrives as the largest count. */
const ALL = 2147483647;

const counted = (count: number): number => (Math.abs(count) >= ALL ? Math.sign(count) * Infinity : count);

/** `direction`: libpg-query's name of it. */
export function movementOf(direction: string, count: number): Movement {
  switch (direction) {
    case 'FETCH_FORWARD':
      return { kind: 'by', count: counted(count) };
    case 'FETCH_BACKWARD':
      return { kind: 'by', count: -counted(count) };
    case 'FETCH_RELATIVE':
      return { kind: 'relative', count: counted(count) };
    default:
      assert(direction === 'FETCH_ABSOLUTE', `a FETCH in the direction ${direction}`);
      return { kind: 'absolute', row: counted(count) };
  }
}

/** How many rows must be known before it can be said where the cursor goes from `at`. */
export function rowsNeeded(movement: Movement, at: number): number {
  if (movement.kind === 'absolute') return movement.row < 0 ? Infinity : movement.row;
  return movement.count > 0 ? at + movement.count : 0;
}

/** Whether a cursor can go there that keeps nothing of what it has passed. `onRow`: it stands on one. */
export function goesForward(movement: Movement, at: number, onRow: boolean): boolean {
  if (movement.kind === 'absolute') return movement.row > at || (movement.row === 0 && at === 0);
  return movement.count > 0 || (movement.count === 0 && !onRow);
}

/** Rows to skip, then rows to read, for a movement that goes forward. */
export function onwards(movement: Movement, at: number): { readonly skip: number; readonly read: number } {
  if (movement.kind === 'by') return { skip: 0, read: movement.count };
  const distance = movement.kind === 'absolute' ? movement.row - at : movement.count;
  return distance === 0 ? { skip: 0, read: 0 } : { skip: distance - 1, read: 1 };
}

/** `known`: rows there are, or as many as rowsNeeded() asked for. */
export function passageOf(movement: Movement, at: number, known: number): Passage {
  const nowhere = (landing: number): Passage => ({ first: 0, last: 0, rows: 0, landing });
  const toRow = (row: number): Passage => {
    if (row < 1) return nowhere(0);
    return row > known ? nowhere(known + 1) : { first: row, last: row, rows: 1, landing: row };
  };
  switch (movement.kind) {
    case 'absolute':
      return movement.row < 0 ? toRow(known + 1 + movement.row) : toRow(movement.row);
    case 'relative':
      // Nought fetches the row it stands on once more.
      return movement.count === 0 && at > known ? nowhere(at) : toRow(at + movement.count);
    default: {
      const { count } = movement;
      if (count === 0) return at >= 1 && at <= known ? toRow(at) : nowhere(at);
      const target = at + count;
      const landing = target < 1 ? 0 : target > known ? known + 1 : target;
      const [first, last] = count > 0 ? [at + 1, Math.min(target, known)] : [at - 1, Math.max(target, 1)];
      const rows = Math.max(0, count > 0 ? last - first + 1 : first - last + 1);
      return rows === 0 ? nowhere(landing) : { first, last, rows, landing };
    }
  }
}
