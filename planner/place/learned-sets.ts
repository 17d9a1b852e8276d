/**
 * What executions found out about joins within a block, for the search over its sets: a set that was seen has the rows that
 * it had then, and a larger one is larger or smaller by as much as the estimate was wrong there. Rows of a set stay the same
 * whatever order made it.
 */
import type { Estimator } from '../estimate/estimator.ts';
import type { RelationSet } from './conflict-rules.ts';
import { bitsOf, type JoinGraph } from './join-graph.ts';

interface Seen {
  readonly set: RelationSet;
  readonly rows: number;
}

export class LearnedSets {
  /** The largest first. */
  readonly #seen: readonly Seen[];
  readonly #factors = new Map<RelationSet, number>();
  readonly #estimate: (set: RelationSet) => number;

  /** `estimate`: of a set's rows, had nobody seen it. */
  constructor(graph: JoinGraph, estimator: Estimator, estimate: (set: RelationSet) => number) {
    this.#seen = seenSets(graph, estimator);
    this.#estimate = estimate;
  }

  get isAny(): boolean {
    return this.#seen.length > 0;
  }

  /** A set's rows, for what they are by estimate. */
  correct(set: RelationSet, estimated: number): number {
    let rows = estimated;
    const counted: RelationSet[] = [];
    for (const { set: seen, rows: found } of this.#seen) {
      if (seen === set) return found;
      if ((seen & ~set) !== 0) continue;
      // Sets that have a join in common were wrong because of the same one.
      if (counted.some((other) => bitsOf(other & seen).length > 1)) continue;
      counted.push(seen);
      rows *= this.#factor(seen, found);
    }
    return rows;
  }

  #factor(set: RelationSet, rows: number): number {
    let factor = this.#factors.get(set);
    if (factor === undefined) this.#factors.set(set, (factor = rows / Math.max(1, this.#estimate(set))));
    return factor;
  }
}

function seenSets(graph: JoinGraph, { learned }: Estimator): readonly Seen[] {
  if (learned === undefined) return [];
  const { relations } = graph;
  const seen = new Map<RelationSet, Seen>();
  for (const members of learned.joins(relations)) {
    const set = members.reduce((bits, at) => bits | (1 << at), 0);
    const conditions = graph.innerConditions(set);
    const found = conditions && learned.joined(members.map((at) => relations[at]!), conditions); // prettier-ignore
    if (found) seen.set(set, { set, rows: Math.max(1, found.rows) });
  }
  const size = (one: Seen): number => bitsOf(one.set).length;
  return [...seen.values()].sort((a, b) => size(b) - size(a) || a.set - b.set);
}
