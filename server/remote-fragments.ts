/** The remote leaves of a plan, subplans included. */
import type { Plan, QueryPlan, RemoteQuery } from '../algebra/plan.ts';
import { planInputs } from '../algebra/plan.ts';

export function* remotesOf(plan: QueryPlan): Generator<RemoteQuery> {
  const waiting: Plan[] = [plan.root, ...plan.subplans.map((subplan) => subplan.plan)];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.kind === 'remote') yield node;
    waiting.push(...planInputs(node));
  }
}
