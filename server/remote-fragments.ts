/** The remote leaves of a plan, subplans included. */
import { CATALOG_SITE } from '../algebra/rel.ts';
import type { Rel } from '../algebra/rel.ts';
import { relInputs } from '../algebra/transform.ts';
import type { Plan, QueryPlan, RemoteQuery } from '../algebra/plan.ts';
import { planInputs } from '../algebra/plan.ts';

export function* remotesOf(plan: QueryPlan): Generator<RemoteQuery> {
  const waiting: Plan[] = [plan.root, ...plan.subplans.map((subplan) => subplan.plan)];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.kind === 'remote') yield node;
    waiting.push(...planInputs(node));
  }
}

/** Read on the session's own backend; what the net evaluates reads a shipped relation. */
export const isLocal = ({ site, fragment }: Pick<RemoteQuery, 'site' | 'fragment'>): boolean =>
  site === CATALOG_SITE && !readsInput(fragment);

const readsInput = (rel: Rel): boolean => rel.kind === 'input' || relInputs(rel).some(readsInput);
