/**
 * How ranks are spread over the rows that they number, for conditions on them: written ones, and those that DISTINCT ON,
 * WITH TIES and a LIMIT for each row of an outer query become. As if all partitions had equally many rows, and all rows as
 * many peers.
 */
import type { WindowCall } from '../../algebra/scalar.ts';
import type { Spread } from './aggregate-spread.ts';

/** What ranks are given in. */
export interface Ranked {
  readonly rows: number;
  readonly partitions: number;
  /** Different values of partition and order together. */
  readonly peerGroups: number;
}

/** Undefined: no rank. */
export function rankSpread({ fn, filter }: WindowCall, { rows, partitions, peerGroups }: Ranked): Spread | undefined {
  if (fn.schema !== 'pg_catalog' || filter !== null) return undefined;
  const size = Math.max(1, rows / partitions);
  const peers = Math.min(size, Math.max(1, rows / peerGroups));
  switch (fn.name) {
    case 'row_number':
      return spread(size, size, (rank) => rank);
    case 'rank':
      return spread(size, size / peers, (rank) => Math.max(rank, peers));
    case 'dense_rank':
      return spread(size, size / peers, (rank) => rank * peers);
    default:
      return undefined;
  }
}

/** `upTo`: how many rows of a partition have at most this rank, which is 1 or more. */
function spread(size: number, distinct: number, upTo: (rank: number) => number): Spread {
  const below = (value: number, inclusive: boolean): number => {
    const rank = inclusive ? Math.floor(value) : Math.ceil(value) - 1;
    return rank < 1 ? 0 : Math.min(1, upTo(rank) / size);
  };
  return {
    distinct,
    below,
    // Partitions differ in size, so that any rank may be there.
    equal: (value) => Math.max(below(value, true) - below(value, false), 1 / size),
  };
}
