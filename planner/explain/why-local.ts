/**
 * Why an operator runs in the gateway where placement had no reason of its own to give: what it reads was made there, or is
 * at several sources.
 */
import { isOfNet, planInputs, type Plan } from '../../algebra/plan.ts';

/** `titleOf`: what a node is called. Undefined: it reads nothing (VALUES), or rows made for the whole statement (a WITH query). */
export function whyLocal(plan: Plan, titleOf: (plan: Plan) => string): string | undefined {
  if (plan.kind === 'remote') return plan.notPushed;
  if (plan.notPushed !== undefined) return plan.notPushed;
  const inputs = planInputs(plan);
  const local = inputs.find((input) => !isFragment(input));
  if (local !== undefined) return `above ${local.kind === 'remote' ? 'rows sent to the net' : titleOf(local)}`;
  const sites = [...new Set(inputs.flatMap((input) => (input.kind === 'remote' ? [input.site] : [])))].sort();
  if (sites.length > 1) return `its inputs are at ${sites.join(' and ')}`;
  if (plan.kind === 'project' && plan.exprs.every((expr) => expr.kind === 'column')) return 'puts columns in their order';
  return undefined;
}

const isFragment = (plan: Plan): boolean => plan.kind === 'remote' && !isOfNet(plan);
