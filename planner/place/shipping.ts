/**
 * Rule shipping: a small relation goes to the source of a large one, so that what is above both is done there.
 *
 *   SELECT d.region, sum(f.amount) FROM shop.facts f JOIN lake.dims d ON … GROUP BY d.region
 *
 *   shop  SELECT region, sum(amount) FROM facts JOIN <25 rows of lake> … GROUP BY region      only groups travel
 *   └─ lake  SELECT id, region FROM dims
 *
 * The search (join-search.ts) weighs it as one more way to have a relation at a place: a leaf (`input`) that holds what gives
 * its rows. Placement plans that for itself, and numbers the leaves of each fragment. A site takes what it judges exact.
 */
import type { Input, Rel, RelColumn } from '../../algebra/rel.ts';
import { mapRelInputs, visitRel } from '../../algebra/transform.ts';
import type { CostModel } from '../cost/cost-model.ts';
import { gathered } from '../cost/memory-use.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { Candidate } from './candidate.ts';
import type { FragmentJudge } from './fragment-judge.ts';

/** `always`: whatever a site takes is sent there, at any price. */
export type Shipping = 'never' | 'by cost' | 'always';

/** By estimate: they are kept in memory here, and travel with the statement. */
const ROWS_MAX = 20_000;
const BYTES_MAX = 4 << 20;

interface ShippingContext {
  readonly judge: FragmentJudge;
  readonly estimator: Estimator;
  readonly cost: CostModel;
  readonly shipping: Shipping;
}

/** What is known of a relation whose rows can be had at home. */
interface Shippable {
  readonly home: Candidate;
  readonly homeMs: number;
  readonly rows: number;
  readonly columns: readonly RelColumn[];
  readonly bytes: number;
}

/** The relation at a place that has none of it; undefined: the place does not take it, or it is too much. */
export function shippedTo(place: string, relation: Shippable, context: ShippingContext): Candidate | undefined {
  const { shipping, judge, cost, estimator } = context;
  const { home, homeMs, rows, columns, bytes } = relation;
  if (shipping === 'never') return undefined;
  // What it has itself does not go there and back.
  const sites = judge.sites(home.rel);
  if (sites.size === 1 && sites.has(place)) return undefined;
  const isSmall = rows <= ROWS_MAX && rows * bytes <= BYTES_MAX;
  if (shipping === 'by cost' && !(isSmall && estimator.knows(home.rel))) return undefined;
  const rel: Input = { kind: 'input', index: 0, columns, shipped: home.rel };
  if (judge.node(rel, place).verdict !== 'exact') return undefined;
  const memory = gathered(home.memory, cost.keptBytes(rows, bytes));
  const costMs = homeMs + cost.shipMs(place, rows, columns.length, bytes) + cost.addedMs(memory, home.memory);
  return { place, rel, costMs, memory, inputs: [home] };
}

/** The relations that a tree ships, and those that these ship. */
export function shippedIn(rel: Rel): readonly Rel[] {
  const found: Rel[] = [];
  visitRel(rel, (node) => {
    if (node.kind === 'input' && node.shipped !== undefined) found.push(node.shipped, ...shippedIn(node.shipped));
  });
  return found;
}

export type ShippedInput = Input & { readonly shipped: Rel };

/** A fragment with its shipped relations numbered, and what gives their rows. */
export function numberShipped(fragment: Rel): { readonly fragment: Rel; readonly shipped: readonly ShippedInput[] } {
  const shipped: ShippedInput[] = [];
  const numbered = (rel: Rel): Rel => {
    if (rel.kind !== 'input' || rel.shipped === undefined) return mapRelInputs(rel, numbered);
    const index = shipped.push({ ...rel, shipped: rel.shipped }) - 1;
    return { kind: 'input', index, columns: rel.columns };
  };
  return { fragment: numbered(fragment), shipped };
}
