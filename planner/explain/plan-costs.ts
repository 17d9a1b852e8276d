/**
 * What each node of a finished plan costs, for EXPLAIN: where the search weighed that very subtree its own figure, so that
 * the root says what made the plan win; for the rest (operators that placement split or added) the cost model's, on top of
 * what is below.
 */
import { isOfNet, planInputs, type KeyFilter, type Plan, type QueryPlan, type RemoteQuery } from '../../algebra/plan.ts';
import { CATALOG_SITE, SESSION_SITE, type Rel } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { columnsIn, relInputs } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import { HOME, type CostModel } from '../cost/cost-model.ts';
import { typeBytes } from '../estimate/type-bytes.ts';
import type { Estimator } from '../estimate/estimator.ts';
import { isNetOperator } from '../place/net-operators.ts';

export interface NodeCost {
  readonly startupMs: number;
  readonly totalMs: number;
  /** With the keys of a join above, where those are expected to go to the source. */
  readonly rows: number;
  /** Bytes of a row. */
  readonly width: number;
}

interface Known {
  readonly estimator: Estimator;
  readonly cost: CostModel;
  /** Which subtree a node evaluates. */
  readonly relOf: (planId: number) => Rel | undefined;
  /** What the search believed of a subtree at a place. */
  readonly searchedMs: (rel: Rel, place: string) => number | undefined;
}

/** The session's backend is one place to the search, whatever is shipped there. */
const placeOf = ({ site }: RemoteQuery): string => (site === SESSION_SITE ? CATALOG_SITE : site);

export function planCosts(plan: QueryPlan, known: Known): ReadonlyMap<number, NodeCost> {
  const costs = new PlanCosts(known);
  // A subplan reads only those before it.
  for (const subplan of plan.subplans) costs.add(subplan.plan);
  costs.add(plan.root);
  return costs.found;
}

class PlanCosts {
  readonly found = new Map<number, NodeCost>();
  readonly #known: Known;
  readonly #bytes = new Map<ColumnId, number>();
  readonly #keys = new Map<number, KeyFilter>();

  constructor(known: Known) {
    this.#known = known;
  }

  /** `above`: the subtree of the node above, if that stands for a part of the same. */
  add(plan: Plan, above?: Rel): NodeCost {
    if (plan.kind === 'hashjoin' && plan.keyFilter && plan.keyFilter.expected.form !== null) {
      const { target, expected } = plan.keyFilter;
      if (expected.rows < (this.#keys.get(target)?.expected.rows ?? Infinity)) this.#keys.set(target, plan.keyFilter);
    }
    const rel = this.#known.relOf(plan.id);
    const inputs = planInputs(plan).map((input) => this.add(input, rel ?? above));
    const estimated = rel === undefined ? plan.estimatedRows : this.#known.estimator.rows(rel);
    const rows = Math.min(estimated, this.#keys.get(plan.id)?.expected.rows ?? Infinity);
    const width = this.#width(plan, rel);
    const own = rel === above ? undefined : rel;
    const totalMs = this.#totalMs(plan, own, inputs, rows, width);
    const startupMs = Math.min(totalMs, this.#startupMs(plan, inputs, totalMs, rows, width));
    const cost = { startupMs, totalMs, rows: Math.round(rows), width: Math.round(width) };
    this.found.set(plan.id, cost);
    return cost;
  }

  #width(plan: Plan, rel: Rel | undefined): number {
    let width = 0;
    for (const { id, type } of plan.columns) {
      let bytes = this.#bytes.get(id);
      if (bytes === undefined) {
        bytes = rel === undefined ? typeBytes(type) : this.#known.estimator.bytes(rel, id);
        this.#bytes.set(id, bytes);
      }
      width += bytes;
    }
    return width;
  }

  #totalMs(plan: Plan, rel: Rel | undefined, inputs: readonly NodeCost[], rows: number, width: number): number {
    const { cost, searchedMs } = this.#known;
    if (plan.kind === 'remote' && !isOfNet(plan))
      return this.#keyedMs(plan, rel ?? plan.fragment, inputs) + this.#transferMs(plan, rows, width);
    // Which may stand for the fragment that it reads the rows of.
    if (plan.kind === 'ctescan') return cost.passMs(rows);
    const searched = rel && searchedMs(rel, HOME);
    if (searched !== undefined) return searched;
    // The search knows of no sharing: each read of a shared fetch costs what it does.
    if (plan.kind === 'with' && plan.definitions.every(({ isFetch }) => isFetch)) return inputs.at(-1)!.totalMs;
    const below = inputs.reduce((sum, input) => sum + input.totalMs, 0);
    if (plan.kind === 'remote') return below + cost.netMs(plan.estimatedRows);
    return rel === undefined ? below : below + cost.operatorMs(rel, HOME, inputs.map((input) => input.rows), rows); // prettier-ignore
  }

  #keyedMs(plan: RemoteQuery, rel: Rel, inputs: readonly NodeCost[]): number {
    const { cost, estimator } = this.#known;
    const ownMs = this.#fragmentMs(plan, rel, inputs);
    const filter = this.#keys.get(plan.id);
    if (filter === undefined) return ownMs;
    const { keys, form, rows: sent } = filter.expected;
    assert(form !== null, 'keys that are not expected to go cost nothing');
    if (form === 'range') return ownMs + cost.rangeMs(plan.site, estimator.rows(rel));
    const isIndexed = estimator.isIndexed(rel, columnsIn(filter.condition));
    const foundMs = isIndexed ? cost.lookUpMs(plan.site, keys, sent) : undefined;
    return cost.keyedMs(plan.site, ownMs, { keys, rows: estimator.rows(rel), form, foundMs });
  }

  /** With what is shipped there; the search counted that already. */
  #fragmentMs(plan: RemoteQuery, rel: Rel, inputs: readonly NodeCost[]): number {
    const { cost, searchedMs } = this.#known;
    const place = placeOf(plan);
    const searched = searchedMs(rel, place);
    if (searched !== undefined) return searched;
    const shippedMs = inputs.map(({ totalMs, rows, width }, i) => totalMs + cost.shipMs(place, rows, plan.inputs![i]!.columns.length, width)); // prettier-ignore
    return this.#siteMs(rel, place) + shippedMs.reduce((sum, ms) => sum + ms, 0);
  }

  /** A subtree at a source: parts that the search weighed as it did. */
  #siteMs(rel: Rel, site: string): number {
    const { cost, estimator, searchedMs } = this.#known;
    const searched = searchedMs(rel, site);
    if (searched !== undefined) return searched;
    const inputs = relInputs(rel);
    const below = inputs.reduce((sum, input) => sum + this.#siteMs(input, site), 0);
    return below + cost.operatorMs(rel, site, inputs.map((input) => estimator.rows(input)), estimator.rows(rel)); // prettier-ignore
  }

  #transferMs(plan: RemoteQuery, rows: number, width: number): number {
    return this.#known.cost.transferMs(placeOf(plan), rows, plan.columns.length, width);
  }

  /** Until the first row. */
  #startupMs(plan: Plan, inputs: readonly NodeCost[], totalMs: number, rows: number, width: number): number {
    const [first, second] = inputs;
    switch (plan.kind) {
      case 'remote': {
        if (isNetOperator(plan)) return totalMs;
        if (first && isOfNet(plan)) return first.startupMs;
        const shippedMs = inputs.reduce((sum, input) => sum + input.totalMs, 0);
        const start = this.#transferMs(plan, 0, 0);
        return isBlocking(plan.fragment) ? totalMs - this.#transferMs(plan, rows, width) + start : shippedMs + start;
      }
      case 'mergejoin':
        return Math.max(first!.startupMs, second!.startupMs);
      case 'hashjoin':
      case 'nestedloop':
        return second!.totalMs + first!.startupMs;
      case 'aggregate':
        return plan.isSorted ? first!.startupMs : totalMs;
      case 'sort':
      case 'window':
        return totalMs;
      case 'setop':
        return plan.op === 'union' ? first!.startupMs : totalMs;
      case 'with':
        return inputs.slice(0, -1).reduce((sum, definition) => sum + definition.totalMs, inputs.at(-1)!.startupMs);
      case 'recursive':
        return inputs.slice(0, plan.constants.length).reduce((sum, constant) => sum + constant.totalMs, 0);
      case 'filter':
      case 'project':
      case 'projectset':
      case 'limit':
      case 'distinct':
        return first!.startupMs;
      case 'values':
      case 'ctescan':
        return 0;
    }
  }
}

/** Gives no row before it has read all. */
function isBlocking(rel: Rel): boolean {
  switch (rel.kind) {
    case 'aggregate':
    case 'sort':
    case 'window':
    case 'distinct':
      return true;
    case 'project':
    case 'limit':
    case 'filter':
    case 'fence':
      return isBlocking(rel.input);
    default:
      return false;
  }
}
