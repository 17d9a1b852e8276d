/** Whether a query still has its joins as they were, for telling that they were put in another order. */
import type { Rel } from '../../algebra/rel.ts';
import { relInputs } from '../../algebra/transform.ts';

export function sameJoins(before: Rel, after: Rel): boolean {
  if (before === after) return true;
  if (after.kind === 'input' && after.shipped) return sameJoins(before, after.shipped);
  if (before.kind !== after.kind) return false;
  if (before.kind === 'join' && after.kind === 'join') {
    if (before.type !== after.type || before.on.length !== after.on.length) return false;
  }
  if (before.kind === 'scan' && after.kind === 'scan') return before.columns[0]?.id === after.columns[0]?.id;
  const [inputs, others] = [relInputs(before), relInputs(after)];
  return inputs.length === others.length && inputs.every((input, i) => sameJoins(input, others[i]!));
}
