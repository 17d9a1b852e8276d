/**
 * The order of a block's joins with the least cost in true rows, by dynamic programming over every connected set; and orders
 * by chance.
 */
import type { Random } from '../random.ts';
import type { RelationSet } from '../../planner/place/conflict-rules.ts';
import { enumerateAll } from '../../planner/place/enumerate-joins.ts';
import { bitsOf, type JoinGraph } from '../../planner/place/join-graph.ts';
import type { JoinOrder } from './blocks.ts';
import { NO_LIMIT } from './true-rows.ts';

const PAIRS_MAX = 100_000;

/** What a join costs by the rows of its inputs, whatever it puts out: that comes on top. */
export type InputCost = (left: number, right: number) => number;

/** Intermediate rows (C_out of Cluet and Moerkotte, ICDT 1995). */
export const rowsMade: InputCost = () => 0;
/** What hash joins look at: they read both sides. */
export const rowsTouched: InputCost = (left, right) => left + right;

interface Known {
  /** Of all joins that make it, its own included. */
  readonly total: number;
  readonly rows: number;
  readonly order: JoinOrder;
}

/** Rows of a set that can be joined as told; undefined: more than the limit. */
export type CountRows = (set: RelationSet, order: JoinOrder, limit: number) => Promise<number | undefined>;

/** Undefined: none costs less than `limit`, or as much. */
export async function bestOrder(graph: JoinGraph, cost: InputCost, limit: number, count: CountRows): Promise<Known | undefined> {
  const pairs: [RelationSet, RelationSet][] = [];
  const sets = new Set(bitsOf(graph.all));
  const combine = (a: RelationSet, b: RelationSet): void => {
    if (graph.between(a, b) === undefined) return;
    pairs.push([a, b]);
    sets.add(a | b);
  };
  if (!enumerateAll(graph, { has: (set) => sets.has(set), combine }, PAIRS_MAX)) throw new Error('too many pairs of sets');
  const known = new Map<RelationSet, Known>();
  for (const bit of bitsOf(graph.all)) known.set(bit, { total: 0, rows: (await count(bit, [], NO_LIMIT))!, order: [] });
  const pairsOf = new Map<RelationSet, (readonly [RelationSet, RelationSet])[]>();
  for (const [a, b] of pairs) pairsOf.set(a | b, [...(pairsOf.get(a | b) ?? []), [a, b]]);
  const bySize = [...pairsOf.keys()].sort((a, b) => bitsOf(a).length - bitsOf(b).length);
  for (const set of bySize) {
    const ways = pairsOf.get(set)!.flatMap(([a, b]) => {
      const [left, right] = [known.get(a), known.get(b)];
      if (left === undefined || right === undefined) return [];
      return [{ a, b, left, right, below: left.total + right.total + cost(left.rows, right.rows) }];
    });
    const best = ways.reduce<(typeof ways)[number] | undefined>(
      (x, y) => (x === undefined || y.below < x.below ? y : x),
      undefined,
    );
    if (best === undefined || best.below > limit) continue;
    const { a, b, left, right, below } = best;
    const pair = left.rows >= right.rows ? ([a, b] as const) : ([b, a] as const);
    const order = [...left.order, ...right.order, pair];
    const rows = await count(set, order, limit - below);
    if (rows !== undefined) known.set(set, { total: below + rows, rows, order });
  }
  return known.get(graph.all);
}

/** Joins any two sets that may be joined, until one is left (after Waas and Pellenkoft, "Join order selection: good enough is easy", 2000). */
export function randomOrder(graph: JoinGraph, random: Random): JoinOrder {
  for (;;) {
    let sets = bitsOf(graph.all);
    const order: (readonly [RelationSet, RelationSet])[] = [];
    for (;;) {
      const pairs = sets.flatMap((a) => sets.flatMap((b) => (a < b && graph.between(a, b) ? [[a, b] as const] : [])));
      if (pairs.length === 0) break;
      const [a, b] = random.pick(pairs);
      order.push([a, b]);
      sets = [...sets.filter((set) => set !== a && set !== b), a | b];
    }
    // Outer joins can leave sets that nothing joins any more: again.
    if (sets.length === 1) return order;
  }
}
