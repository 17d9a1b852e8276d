/** What EXPLAIN wants to know of planning beyond the plan: given to planQuery only then, and filled there. */
import { InternalError } from '../../core/assert.ts';
import { CHANGES_ROWS, type Plan, type QueryPlan } from '../../algebra/plan.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { CostModel } from '../cost/cost-model.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { Learned } from '../estimate/learned-rows.ts';
import { SearchTrace } from '../place/search-trace.ts';
import { planCosts, type NodeCost } from './plan-costs.ts';

export class PlanRecord {
  readonly trace: SearchTrace;
  readonly #rels = new Map<number, Rel>();
  #planned: { readonly plan: QueryPlan; readonly estimator: Estimator; readonly cost: CostModel } | undefined;
  #costs: ReadonlyMap<number, NodeCost> | undefined;

  /** `search`: every step of it is wanted, not only what was chosen. */
  constructor(search: boolean) {
    this.trace = new SearchTrace(search);
  }

  note(planId: number, rel: Rel): void {
    this.#rels.set(planId, rel);
  }

  /** Planning is over. */
  finish(plan: QueryPlan, estimator: Estimator, cost: CostModel): void {
    this.#planned = { plan, estimator, cost };
  }

  costOf(planId: number): NodeCost {
    const { plan, estimator, cost } = this.#finished;
    const relOf = (id: number): Rel | undefined => this.#rels.get(id);
    const searchedMs = (rel: Rel, place: string): number | undefined => this.trace.costMs(rel, place);
    this.#costs ??= planCosts(plan, { estimator, cost, relOf, searchedMs });
    const found = this.#costs.get(planId);
    if (found === undefined) throw new InternalError(`plan node ${planId} was not planned under this record`);
    return found;
  }

  /** What earlier executions said of its rows. */
  learned(plan: Plan): Learned | undefined {
    if (plan.kind !== 'remote' && !CHANGES_ROWS.has(plan.kind)) return undefined;
    const rel = this.#rels.get(plan.id) ?? (plan.kind === 'remote' ? plan.fragment : undefined);
    return rel && this.#finished.estimator.learned?.rows(rel);
  }

  /** What the statement is expected to keep at home at the same time; of subqueries, that for themselves, the most. */
  get expectedBytes(): number {
    return Math.ceil(Math.max(0, ...this.trace.searches.map(({ answer }) => answer?.peakBytes ?? 0)));
  }

  get model(): CostModel {
    return this.#finished.cost;
  }

  get #finished(): { readonly plan: QueryPlan; readonly estimator: Estimator; readonly cost: CostModel } {
    if (this.#planned === undefined) throw new InternalError('nothing was planned under this record');
    return this.#planned;
  }
}
