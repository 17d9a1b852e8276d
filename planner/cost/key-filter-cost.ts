/**
 * When the keys of a join's build side are worth sending to the source of its probe side: when what it then need not send
 * costs more than the keys, which it takes and compares with every row.
 */
import type { LinkCosts, SiteCosts } from '../../algebra/site-costs.ts';
import { HOME_COSTS, KEY_VALUE, RANGE_BOUNDS } from './home-costs.ts';

/** More of the values than this, and most rows would come anyway. */
const PART_MAX = 0.5;
export const KEYS_MAX = 100_000;
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

/** Up to how many keys, found when they are known; 0: not at all. */
export function keysWorthSending({ link, compute }: SiteCosts, probed: ProbedRows): number {
  const { rows, values, keyBytes, workMs, index } = probed;
  const allNs = sentNs(link, probed);
  const keyNs = KEY_VALUE + keyBytes * link.byte;
  // Keys come when the build side has been read: only then does the probe side begin.
  const waitNs = link.startMs * NS;
  // k keys spare what is `all` × (1 - k / values), and cost k × `key` and what does not depend on them.
  const most = (sparedNs: number, ownKeyNs: number, fixedNs: number): number =>
    (sparedNs - fixedNs - waitNs) / (keyNs + ownKeyNs + sparedNs / values);
  const hashed = most(allNs + WORK_PART * workMs * NS, compute.build, rows * compute.probe);
  const found = index ? most(allNs + index.sparedMs * NS, compute.indexLookup + (index.rows / values) * compute.indexRow, 0) : 0;
  return Math.max(0, Math.floor(Math.min(KEYS_MAX, values * PART_MAX, Math.max(hashed, found))));
}

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
