/** Where an estimate of rows was far from what came, for EXPLAIN ANALYZE. */
import type { Plan } from '../../algebra/plan.ts';

/** Estimates are not better than that anywhere. */
const FAR_OFF = 10;

/** `expected 40 rows, 12 times too few`; undefined: it was about right. */
export function misestimate(expected: number, actual: number): string | undefined {
  const [low, high] = [Math.max(1, Math.min(expected, actual)), Math.max(expected, actual)];
  const times = Math.round(high / low);
  if (high / low <= FAR_OFF) return undefined;
  return `expected ${expected} rows, ${times} times too ${expected < actual ? 'few' : 'many'}`;
}

/** Whether a node's inputs are read to their end, `whole`: itself is. */
export function readsAll(plan: Plan, whole: boolean): boolean {
  switch (plan.kind) {
    case 'sort':
    case 'window':
      return true;
    case 'aggregate':
      return whole || plan.isSorted !== true;
    case 'limit':
    case 'nestedloop':
    case 'mergejoin':
      return false;
    default:
      return whole;
  }
}
