/**
 * When the keys of a join's build side are worth sending to the source of its probe side: when what it then need not send
 * costs more than the keys, which it takes and compares with every row.
 */
import type { LinkCosts, SiteCosts } from '../../algebra/site-costs.ts';
import type { Measure } from '../estimate/measure.ts';
import { BITS_PER_KEY_MAX, HOME_COSTS, KEY_BIT, KEY_VALUE, RANGE_BOUNDS } from './home-costs.ts';

/** More of the values than this, and most rows would come anyway. */
const PART_MAX = 0.5;
export const KEYS_MAX = 100_000;
/** Fewer are found as fast in a list; by an index on the column, all that a list may have are. */
export const BITMAP_KEYS_MIN = 10_000;
/** 16 MB of bits at most. */
export const BITMAP_KEYS_MAX = 2_000_000;
/** Of a fragment's joins and groupings: what is spared with the rows, since keys narrow one of several inputs. */
const WORK_PART = 0.5;
const NS = 1e6;

/** The rows of a probe side as its source would send them, all by estimate. */
export interface ProbedRows {
  readonly rows: number;
  /** Different ones of the key column. */
  readonly values: number;
  readonly columns: number;
  /** Of a row. */
  readonly bytes: number;
  readonly keyBytes: number;
  /** Of the source, beyond reading and filtering its tables. */
  readonly workMs: number;
  /** An index on the key, by which few keys spare more than that: of so many rows of its table. */
  readonly index: { readonly sparedMs: number; readonly rows: number } | undefined;
}

/** Up to how many keys, found when they are known, are worth sending as a list; 0: not at all. */
export function keysWorthSending({ link, compute }: SiteCosts, probed: ProbedRows): number {
  const { rows, values, keyBytes, workMs, index } = probed;
  const allNs = sentNs(link, probed);
  const keyNs = KEY_VALUE + keyBytes * link.byte;
  const hashed = keysPaidFor(link, values, allNs + WORK_PART * workMs * NS, keyNs + compute.build, rows * compute.probe);
  const lookUpNs = compute.indexLookup + (index ? index.rows / values : 0) * compute.indexRow;
  const found = index ? keysPaidFor(link, values, allNs + index.sparedMs * NS, keyNs + lookUpNs, 0) : 0;
  return Math.min(KEYS_MAX, Math.max(hashed, found));
}

/** The same as a bitmap, of whatever length it may have. */
export function bitsWorthSending({ link, compute }: SiteCosts, probed: ProbedRows): number {
  const { rows, values, workMs } = probed;
  if (compute.bitmapProbe === undefined) return 0;
  const keyNs = KEY_BIT + (BITS_PER_KEY_MAX / 8) * link.byte;
  const spareableNs = sentNs(link, probed) + WORK_PART * workMs * NS;
  return Math.min(BITMAP_KEYS_MAX, keysPaidFor(link, values, spareableNs, keyNs, rows * compute.bitmapProbe));
}

/** k keys spare what is `spareableNs` × (1 - k / values), and cost k × `keyNs` and what does not depend on them. */
function keysPaidFor(link: LinkCosts, values: number, spareableNs: number, keyNs: number, fixedNs: number): number {
  // Keys come when the build side has been read: only then does the probe side begin.
  const waitNs = link.startMs * NS;
  const keys = (spareableNs - fixedNs - waitNs) / (keyNs + spareableNs / values);
  return Math.max(0, Math.floor(Math.min(values * PART_MAX, keys)));
}

/** Whether so many keys out of a column's values are expected to lie close enough together for a bitmap. */
export const areDense = (keys: number, extent: readonly [Measure, Measure] | undefined): boolean => {
  const [least, greatest] = extent ?? [];
  return typeof least === 'number' && typeof greatest === 'number' && greatest - least < keys * BITS_PER_KEY_MAX;
};

/** Whether it is worth it to ask only for rows between the least and the greatest key: by the part of the rows that lie there. */
export function isRangeWorthSending({ link, compute }: SiteCosts, probed: ProbedRows, part: number): boolean {
  const rowsNs = sentNs(link, probed) + WORK_PART * probed.workMs * NS;
  return part <= PART_MAX && rowsNs * (1 - part) > probed.rows * RANGE_BOUNDS * compute.expression + link.startMs * NS;
}

/** All of them, sent and looked up. */
const sentNs = (link: LinkCosts, { rows, columns, bytes }: ProbedRows): number =>
  rows * (link.row + columns * link.column + bytes * link.byte + HOME_COSTS.probe);

/** What is spared of that work when only this part of the rows is left. */
export const sparedMs = (workMs: number, part: number): number => WORK_PART * workMs * (1 - part);
