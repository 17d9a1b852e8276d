/**
 * Whole operators at the net: what the executor refuses to sort, group, join or aggregate is shipped there, inputs and all,
 * and evaluated by the catalog server. Operators that follow each other there become one fragment.
 *
 * Invariant: the fragment reads nothing but `input` nodes, numbered as its shipped relations are.
 */
import { isOfNet, type Plan, type RemoteQuery } from '../../algebra/plan.ts';
import { type CATALOG_SITE, outputColumns, SESSION_SITE } from '../../algebra/rel.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import type { Capabilities } from '../../algebra/site.ts';
import { columnsIn, mapRelInputs, relScalars } from '../../algebra/transform.ts';

/** Why the executor refuses the operator, its scalars aside; undefined when it does not. */
export function operatorRefusal(local: Capabilities, rel: Rel): string | undefined {
  const verdict = local.operator(rel);
  if (verdict.verdict !== 'exact') return verdict.reason;
  if (rel.kind !== 'aggregate') return undefined;
  for (const { call } of rel.aggregates) {
    const own = local.aggregate(call);
    if (own.verdict !== 'exact') return own.reason;
  }
  return undefined;
}

/** The columns that an operator needs of its inputs, when `needed` of its own are. */
export function neededBelow(rel: Rel, needed: ReadonlySet<ColumnId>): Set<ColumnId> {
  const below = new Set(needed);
  for (const expr of relScalars(rel)) columnsIn(expr, below);
  if (rel.kind === 'sort') for (const key of rel.keys) below.add(key.column);
  if (rel.kind === 'aggregate') for (const group of rel.groups) below.add(group.id);
  if (rel.kind === 'distinct') for (const column of outputColumns(rel)) below.add(column.id);
  if (rel.kind === 'setop') for (const id of [...rel.leftColumns, ...rel.rightColumns]) below.add(id);
  if (rel.kind === 'window') {
    for (const { id } of rel.partition) below.add(id);
    for (const key of rel.order) below.add(key.column);
  }
  return below;
}

/** Where the rows of an operator are shipped: the session's backend evaluates all that the net does. */
export type NetPlace = typeof CATALOG_SITE | typeof SESSION_SITE;

/** The operator over what is shipped to `site`; an input that is itself such a fragment is taken in. */
export function shippedOperator(
  rel: Rel,
  plans: readonly Plan[],
  site: NetPlace,
): { readonly fragment: Rel; readonly inputs: readonly Plan[]; readonly site: NetPlace } {
  const inputs: Plan[] = [];
  let next = 0;
  let place = site;
  const fragment = mapRelInputs(rel, () => {
    const plan = plans[next++]!;
    const first = inputs.length;
    if (isNetOperator(plan)) {
      inputs.push(...plan.inputs);
      if (plan.site === SESSION_SITE) place = SESSION_SITE;
      return renumbered(plan.fragment, first);
    }
    inputs.push(plan);
    return { kind: 'input', index: first, columns: plan.columns };
  });
  return { fragment, inputs, site: place };
}

export const isNetOperator = (plan: Plan): plan is RemoteQuery & { readonly inputs: readonly Plan[] } =>
  plan.kind === 'remote' && isOfNet(plan) && !isProjection(plan.fragment);

const isProjection = (rel: Rel): boolean => rel.kind === 'project' && rel.input.kind === 'input';

const renumbered = (rel: Rel, by: number): Rel =>
  rel.kind === 'input' ? { ...rel, index: rel.index + by } : mapRelInputs(rel, (input) => renumbered(input, by));
