/**
 * A gateway whose plans are looked at as they are made, under statistics and costs that the test gives: they do not depend on
 * the machine. The tables may be empty.
 */
import type { QueryPlan } from '../../algebra/plan.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { Statistics } from '../../algebra/statistics.ts';
import { DUCKDB_COSTS } from '../../connectors/duckdb/costs.ts';
import { POSTGRES_COSTS } from '../../connectors/postgres/costs.ts';
import { planQuery, type PlanContext } from '../../planner/plan-query.ts';
import type { PlannerObserver } from '../../server/start-gateway.ts';
import { connectText, run } from './differential.ts';
import type { Federation, Placement } from './federation.ts';

export interface WatchedPlan {
  /** As analysed, constants folded. */
  readonly query: Rel;
  readonly plan: QueryPlan;
  readonly context: PlanContext;
}

/** Of sources called `duck…` and `lake…`, and all others, as in federation.ts; links as they are by default. */
const withDefaultCosts = (context: PlanContext): PlanContext => ({
  ...context,
  sites: new Map(
    [...context.sites].map(([name, { capabilities, wholeStatements }]) => {
      const costs = /^(duck|lake)/.test(name) ? DUCKDB_COSTS : POSTGRES_COSTS;
      return [name, { capabilities, costs, wholeStatements }];
    }),
  ),
});

/** In place of the planner: links are not measured. */
export const planWithDefaultCosts: typeof planQuery = (query, context) => planQuery(query, withDefaultCosts(context));

/** The plan of each statement, in order; throws when one cannot be planned. */
export async function watchPlans(
  federation: Federation,
  placement: Placement,
  statements: ReadonlyMap<string, string>,
  options: { readonly statistics: Statistics; readonly disabled?: readonly string[] },
): Promise<ReadonlyMap<string, WatchedPlan>> {
  let last: WatchedPlan | undefined;
  const observer: PlannerObserver = {
    statistics: options.statistics,
    disabled: new Set(options.disabled),
    plan: (query, given) => {
      const context = withDefaultCosts(given);
      const plan = planQuery(query, context);
      last = { query, plan, context };
      return plan;
    },
  };
  const gateway = await federation.gateway(placement, { observer });
  const plans = new Map<string, WatchedPlan>();
  try {
    const client = await connectText(gateway.clientConfig);
    for (const [label, sql] of statements) {
      last = undefined;
      const { error } = await run(client, `EXPLAIN ${sql}`);
      if (error || last === undefined) throw new Error(`${label}: ${error ? error.message : 'no plan was made'}`);
      plans.set(label, last);
    }
    await client.end();
  } finally {
    await gateway.stop();
  }
  return plans;
}
