/** When the keys of a join's build side are worth sending to the source of its probe side. */

/** Below so many rows a fragment had better start at once. */
const ROWS_MIN = 2_000;
/** More of the values than this, and most rows would come anyway. */
const PART_MAX = 0.5;
/** A key costs its source about as much as four rows cost to send. */
const ROWS_PER_KEY = 4;
const KEYS_MAX = 100_000;

/**
 * Up to how many keys; 0: not at all. `rows`, `values`: of the probe side and of its key column; `keys`: expected. `always`: it
 * matters only that they can be sent.
 */
export function keysWorthSending(figures: { rows: number; values: number; keys: number; always: boolean }): number {
  const { rows, values, keys, always } = figures;
  if (always) return KEYS_MAX;
  const keysMax = Math.min(KEYS_MAX, Math.floor(values * PART_MAX), Math.floor(rows / ROWS_PER_KEY));
  return rows >= ROWS_MIN && keys <= keysMax ? keysMax : 0;
}

/** The part of the probe side's rows that is expected to be sent. */
export function sentPart(figures: { rows: number; values: number; keys: number }): number {
  return keysWorthSending({ ...figures, always: false }) > 0 ? Math.min(1, figures.keys / figures.values) : 1;
}
