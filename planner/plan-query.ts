/**
 * From the analysed query to the plan that runs: rewrite, order the joins, place. A pure function of the tree, the sites'
 * capabilities, the statistics and the switches.
 */
import type { QueryPlan } from '../algebra/plan.ts';
import type { Rel } from '../algebra/rel.ts';
import { outputColumns } from '../algebra/rel.ts';
import type { ColumnId, Scalar } from '../algebra/scalar.ts';
import type { Capabilities, Site } from '../algebra/site.ts';
import type { Statistics } from '../algebra/statistics.ts';
import { relScalars, visitRel, visitScalar } from '../algebra/transform.ts';
import { featureNotSupported } from '../core/sql-error.ts';
import { Estimator } from './estimate/estimator.ts';
import { FragmentJudge } from './place/fragment-judge.ts';
import { JoinOrder } from './place/order-joins.ts';
import { Placer } from './place/place.ts';
import { requireWhole, volatileOfSource } from './place/whole-statement.ts';
import { checkRel, checkSameOutput } from './rewrite/check-rel.ts';
import { mergeProjects } from './rewrite/merge-projects.ts';
import { raiseConstants } from './rewrite/raise-constants.ts';
import { rewrite, rewriteRuleNames } from './rewrite/rewrite.ts';

/** What can be switched off by name; `placement`: only scans are remote. */
export const ruleNames: readonly string[] = [...rewriteRuleNames, 'order-joins', 'split-averages', 'placement'];

export interface PlanContext {
  /** What each source evaluates, by its name. */
  readonly sites: ReadonlyMap<string, Pick<Site, 'capabilities' | 'wholeStatements'>>;
  /** What the local executor evaluates. */
  readonly local: Capabilities;
  /** What the net evaluates, row by row. */
  readonly net?: Capabilities;
  /** Evaluates an expression over constants: throws what that raises. */
  readonly raiseConstant?: (expr: Scalar) => void;
  readonly statistics: Statistics;
  /** For tests: rules that must not fire (`push-filters`, `order-joins`, `split-averages`, …); `placement`: only scans are remote. */
  readonly disabled?: ReadonlySet<string>;
  /** Collects the names of the rules that changed something. */
  readonly fired?: Set<string>;
}

/** Throws SqlError 0A000 naming what neither a source nor the executor evaluates. */
export function planQuery(query: Rel, context: PlanContext): QueryPlan {
  const disabled = context.disabled ?? new Set<string>();
  const volatile = volatileOfSource(query);
  const judge = new FragmentJudge((site) => {
    const found = context.sites.get(site);
    if (!found) throw featureNotSupported(`source "${site}", which is no longer configured,`);
    return (volatile && found.wholeStatements) ?? found.capabilities;
  });
  const estimator = new Estimator(context.statistics);
  const order = new JoinOrder(judge, estimator);
  const prepare = (rel: Rel): Rel => {
    const rewritten = rewrite(rel, disabled, context.fired);
    if (context.raiseConstant) raiseConstants(rewritten, context.raiseConstant);
    if (disabled.has('order-joins')) return rewritten;
    const joined = order.apply(rewritten);
    const ordered = disabled.has('merge-projects') ? joined : mergeProjects(joined);
    if (ordered !== rewritten) {
      checkRel(ordered);
      checkSameOutput('order-joins', rewritten, ordered);
      context.fired?.add('order-joins');
    }
    return ordered;
  };
  let lastColumn = highestColumn(query);
  const placer = new Placer({
    judge,
    local: context.local,
    net: context.net,
    estimator,
    switches: { pushNothing: disabled.has('placement'), splitAverages: !disabled.has('split-averages') },
    nextColumn: () => ++lastColumn as ColumnId,
    planSubquery: (self, rel) => self.root(prepare(rel)),
    fired: context.fired,
  });
  const plan: QueryPlan = { root: placer.root(prepare(query)), subplans: placer.subplans };
  if (volatile) requireWhole(plan, volatile);
  return plan;
}

function highestColumn(rel: Rel): number {
  let highest = 0;
  visitRel(rel, (node) => {
    for (const column of outputColumns(node)) highest = Math.max(highest, column.id);
    for (const expr of relScalars(node)) {
      visitScalar(expr, (part) => {
        if (part.kind === 'subquery') highest = Math.max(highest, highestColumn(part.rel));
      });
    }
  });
  return highest;
}
