/** The remote leaves of a plan, subplans included. */
import { CATALOG_SITE, SESSION_SITE } from '../algebra/rel.ts';
import type { Plan, QueryPlan, RemoteQuery } from '../algebra/plan.ts';
import { planInputs } from '../algebra/plan.ts';

export function* remotesOf(plan: QueryPlan): Generator<RemoteQuery> {
  const waiting: Plan[] = [plan.root, ...plan.subplans.map((subplan) => subplan.plan)];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.kind === 'remote') yield node;
    waiting.push(...planInputs(node));
  }
}

/** Runs on the session's own backend: what reads its tables, and what is shipped to it; the net evaluates the rest there. */
export const isLocal = ({ site, inputs }: Pick<RemoteQuery, 'site' | 'inputs'>): boolean =>
  site === SESSION_SITE || (site === CATALOG_SITE && inputs === undefined);
