/**
 * Where a plan evaluates its conditions. Counted are conjuncts over columns of one source's tables that the source evaluates
 * exactly; not the equalities that join two inputs, which are joins wherever they run.
 */
import { planInputs, type Plan } from '../../../algebra/plan.ts';
import { printScalar } from '../../../algebra/print-scalar.ts';
import { outputColumns, type Rel } from '../../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { columnsIn, relInputs, relScalars, visitScalar } from '../../../algebra/transform.ts';
import { FragmentJudge } from '../../../planner/place/fragment-judge.ts';
import type { WatchedPlan } from '../../support/watched-plans.ts';

export interface CountedFilters {
  readonly atSource: number;
  /** Those that could run at a source and do not. */
  readonly atHome: readonly string[];
}

export function countFilters({ plan, context }: WatchedPlan): CountedFilters {
  const origins = new Map<ColumnId, { readonly site: string; readonly name: string }>();
  const judge = new FragmentJudge((site) => context.sites.get(site)!.capabilities);
  const found = { atSource: [] as Scalar[], atHome: [] as Scalar[] };

  const visitRel = (rel: Rel): void => {
    if (rel.kind === 'scan') {
      const { site, name } = rel.table;
      for (const column of rel.columns) origins.set(column.id, { site, name: `${name}.${column.name}` });
    }
    if (rel.kind === 'filter') found.atSource.push(...rel.conjuncts);
    if (rel.kind === 'join') found.atSource.push(...rel.on.filter((expr) => !joins(expr, rel.left, rel.right)));
    for (const expr of relScalars(rel)) {
      visitScalar(expr, (part) => {
        if (part.kind === 'subquery') visitRel(part.rel);
      });
    }
    relInputs(rel).forEach(visitRel);
  };
  const visit = (node: Plan): void => {
    if (node.kind === 'remote') visitRel(node.fragment);
    if (node.kind === 'filter') found.atHome.push(...node.conjuncts);
    if (node.kind === 'hashjoin' || node.kind === 'mergejoin') found.atHome.push(...node.residual);
    if (node.kind === 'nestedloop') found.atHome.push(...node.on);
    planInputs(node).forEach(visit);
  };
  [plan.root, ...plan.subplans.map((subplan) => subplan.plan)].forEach(visit);

  const isPushable = (expr: Scalar): boolean => {
    const columns = [...columnsIn(expr)].map((id) => origins.get(id));
    const [site, ...others] = new Set(columns.map((column) => column?.site));
    return site !== undefined && others.length === 0 && judge.scalar(expr, site).verdict === 'exact';
  };
  return {
    atSource: found.atSource.filter(isPushable).length,
    atHome: found.atHome.filter(isPushable).map((expr) => printScalar(expr, (id) => origins.get(id)!.name)),
  };
}

function joins(expr: Scalar, left: Rel, right: Rel): boolean {
  if (expr.kind !== 'call' || expr.operator?.name !== '=') return false;
  const columns = columnsIn(expr);
  return [left, right].every((side) => outputColumns(side).some(({ id }) => columns.has(id)));
}
