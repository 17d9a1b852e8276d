/** What the local executor's work costs (algebra/site-costs.ts): orders of magnitude of `npm run bench -- kernels`, rounded. */
import type { ComputeCosts } from '../../algebra/site-costs.ts';

interface HomeCosts extends ComputeCosts {
  /** A row of either side of a merge join. */
  readonly merge: number;
  /** A row that is compared with the one before to tell where its group ends. */
  readonly run: number;
}

export const HOME_COSTS: HomeCosts = {
  scanRow: 5,
  indexRow: 5,
  indexLookup: 5,
  expression: 10,
  build: 100,
  probe: 50,
  joined: 80,
  pair: 40,
  group: 110,
  aggregate: 45,
  sort: 35,
  window: 300,
  pass: 5,
  merge: 15,
  run: 20,
};

/** Nanoseconds to write one value for the client. */
export const OUTPUT_VALUE = 100;

/** Nanoseconds to make one value part of an array for a source. */
export const SHIPPED_VALUE = 150;
/** Nanoseconds to collect one key, to send it and to have it read there. */
export const KEY_VALUE = 500;
/** Nanoseconds to collect one key for a bitmap and to mark it there. */
export const KEY_BIT = 50;
/** A bitmap is no longer than this: above, a list is shorter. */
export const BITS_PER_KEY_MAX = 64;
/** Conditions on each row that say between which keys it lies. */
export const RANGE_BOUNDS = 2;
/** A statement is planned again, and its sources are asked anew. */
export const PLAN_AGAIN_MS = 10;
/** The source waits until all rows are here, and plans anew with them. */
export const SHIP_START_MS = 2;
