/**
 * The step of a recursive query runs once for every round, but not all it reads changes: the largest parts that do not read
 * the working table, sources' answers above all, are taken out, evaluated once and kept, and read through CteScans.
 */
import type { Plan, RecursivePlan } from '../../algebra/plan.ts';
import { mapPlanInputs, planInputs } from '../../algebra/plan.ts';

export function splitStep(
  step: Plan,
  cte: number,
  nextId: () => number,
): { readonly step: Plan; readonly constants: RecursivePlan['constants'] } {
  const constants: RecursivePlan['constants'][number][] = [];
  // Definitions of the step itself are made anew each round.
  const changing = new Set([cte]);
  const gather = (plan: Plan): void => {
    if (plan.kind === 'with') for (const definition of plan.definitions) changing.add(definition.cte);
    if (plan.kind === 'recursive') changing.add(plan.cte);
    for (const input of planInputs(plan)) gather(input);
  };
  gather(step);
  const changes = (plan: Plan): boolean => (plan.kind === 'ctescan' && changing.has(plan.cte)) || planInputs(plan).some(changes);
  const split = (plan: Plan): Plan => {
    if (plan.kind === 'values' || plan.kind === 'ctescan') return plan;
    if (changes(plan)) return mapPlanInputs(plan, split);
    // Numbers of definitions are positive, so this is nobody else's.
    const kept = -plan.id;
    constants.push({ cte: kept, plan });
    const { columns, estimatedRows } = plan;
    return { id: nextId(), kind: 'ctescan', cte: kept, name: `kept rows ${constants.length}`, columns, estimatedRows };
  };
  return { step: split(step), constants };
}
