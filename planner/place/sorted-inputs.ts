/**
 * Rules merge-join and sorted-aggregate, where nothing is sorted yet: what a query may not keep at home for a hash table is
 * sorted at its source instead, and passes by in order.
 *
 *   Hash Join  o.id = l.order_id                  Merge Join  o.id = l.order_id
 *   ├─ shop  SELECT … FROM orders          →      ├─ shop  SELECT … FROM orders ORDER BY id
 *   └─ lake  SELECT … FROM lines                  └─ lake  SELECT … FROM lines ORDER BY order_id
 *
 * For the search to weigh. Not where something fits: no source sorts as fast as rows are hashed here, and a join that has
 * read one side may send its keys to the other, or exchange the two.
 */
import {
  outputColumns,
  type Aggregate,
  type Distinct,
  type Join,
  type Rel,
  type RelColumn,
  type Sort,
  type SortKey,
} from '../../algebra/rel.ts';
import type { CostModel } from '../cost/cost-model.ts';
import { HOME } from '../cost/cost-model.ts';
import { gathered, merged, type MemoryUse } from '../cost/memory-use.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { Candidate, Candidates } from './candidate.ts';
import type { FragmentJudge } from './fragment-judge.ts';
import { comeTogether, keysToSort, orderBy } from './merge-keys.ts';
import { isSortedBy, mergedOrder, orderOfKeys } from './output-order.ts';

/** `always`: whatever it costs, where it can be done. */
export type Sorting = 'never' | 'by cost' | 'always';

/** `keptMs`: what keeping a hash table costs, beyond making it; nothing where it fits beside what else is kept. */
export const isWeighed = (sorting: Sorting, keptMs: number): boolean =>
  sorting === 'always' || (sorting === 'by cost' && keptMs > 0);

interface Context {
  readonly judge: FragmentJudge;
  readonly estimator: Estimator;
  readonly cost: CostModel;
  readonly pushNothing: boolean;
}

/** Rows as they are brought home, with the columns that are read there. */
interface Flow {
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly RelColumn[];
}
interface Side extends Flow {
  readonly candidate: Candidate;
}
interface SortedSide {
  readonly candidate: Candidate;
  /** With its way home. */
  readonly costMs: number;
}

/** A join at home by merging, whose relation is to be made of its `inputs`. */
export function mergedSides(
  { type, on, rows }: Pick<Join, 'type' | 'on'> & { readonly rows: number },
  left: Side,
  right: Side,
  context: Context,
): Omit<Candidate, 'rel'> | undefined {
  if (type === 'right' || type === 'full') return undefined;
  const keys = keysToSort(on, idsOf(left.columns), idsOf(right.columns));
  if (keys === undefined) return undefined;
  const [near, far] = [sortedSide(left, keys.left, context), sortedSide(right, keys.right, context)];
  const [first, second] = [near.candidate.memory, far.candidate.memory];
  const memory = merged(first, second);
  const { cost } = context;
  const costMs = near.costMs + far.costMs + cost.mergeMs(left.rows, right.rows, rows) + cost.addedMs(memory, first, second);
  const [leftOrder, rightOrder] = [orderOfKeys(keys.left), orderOfKeys(keys.right)];
  const order = type === 'inner' ? mergedOrder(leftOrder, rightOrder, keys.left.length) : type === 'left' ? undefined : leftOrder;
  return { place: HOME, costMs, memory, inputs: [near.candidate, far.candidate], isMerged: true, rule: 'merge-join', order };
}

/** An aggregation or DISTINCT at home, over each of its input's candidates. */
export function sortedGroups(rel: Aggregate | Distinct, inputs: Candidates, flow: Flow, context: Context): readonly Candidate[] {
  if (isOrdered(rel.input)) return [];
  const groups = rel.kind === 'distinct' ? outputColumns(rel) : rel.groups;
  const keys = orderBy(groups);
  if (keys === undefined || groups.length === 0 || (rel.kind === 'aggregate' && rel.sets)) return [];
  const ownMs = context.cost.runsMs(rel, flow.rows, context.estimator.rows(rel));
  return [...inputs.values()].map((input) => {
    const isReady = input.place === HOME && comeTogether(groups, input.order ?? []);
    const order = isReady ? input.order : orderOfKeys(keys);
    const { candidate, costMs } = isReady ? { candidate: input, costMs: input.costMs } : sortedSide({ ...flow, candidate: input }, keys, context); // prettier-ignore
    const { memory } = candidate;
    return { place: HOME, rel: { ...rel, input: candidate.rel }, costMs: costMs + ownMs, memory, inputs: [candidate], rule: 'sorted-aggregate', order }; // prettier-ignore
  });
}

/** A subquery whose rows come as it says, which aggregates may see. */
function isOrdered(rel: Rel): boolean {
  if (rel.kind === 'sort') return true;
  return (
    (rel.kind === 'project' || rel.kind === 'filter' || rel.kind === 'limit' || rel.kind === 'fence') && isOrdered(rel.input)
  );
}

/** In this order; what a source cannot sort is sorted at home. */
function sortedSide(
  { candidate, rows, bytes, columns }: Side,
  keys: readonly SortKey[],
  { judge, estimator, cost, pushNothing }: Context,
): SortedSide {
  const { place, rel: input } = candidate;
  const rel: Sort = { kind: 'sort', input, keys };
  const broughtMs = candidate.costMs + (place === HOME ? 0 : cost.transferMs(place, rows, columns.length, bytes));
  if (place === HOME && isSortedBy(candidate.order ?? [], keys)) return { candidate, costMs: broughtMs };
  if (place !== HOME && !pushNothing && judge.node(rel, place).verdict === 'exact') {
    const isIndexed = keys.length === 1 && estimator.isIndexed(input, new Set([keys[0]!.column]));
    const workMs = cost.sortMs(place, rows, isIndexed);
    const { inputs, memory } = candidate;
    return { candidate: { place, rel, costMs: candidate.costMs + workMs, memory, inputs }, costMs: broughtMs + workMs };
  }
  const memory = sorted(candidate.memory, rows, bytes, cost);
  const costMs = broughtMs + cost.sortMs(HOME, rows, false) + cost.addedMs(memory, candidate.memory);
  return { candidate: { place: HOME, rel, costMs, memory, inputs: [candidate] }, costMs };
}

/** Of so many rows sorted at home: as they came, and end to end. */
export const sorted = (input: MemoryUse, rows: number, bytes: number, cost: CostModel): MemoryUse =>
  gathered(input, cost.keptBytes(rows, 2 * bytes), cost.keptBytes(rows, bytes));

const idsOf = (columns: readonly RelColumn[]): ReadonlySet<RelColumn['id']> => new Set(columns.map((column) => column.id));
