/**
 * Keys on their way from hash joins to the sources of their probe sides (planner/place/key-filters.ts). A fragment that waits
 * for keys does not start before each of its joins has said which it has, or between which they lie, or that it has too many.
 */
import type { KeyFilter, Plan, QueryPlan } from '../algebra/plan.ts';
import { planInputs } from '../algebra/plan.ts';
import type { Rel } from '../algebra/rel.ts';
import type { Scalar } from '../algebra/scalar.ts';
import { rewriteScalar } from '../algebra/transform.ts';
import type { Datum } from '../core/datum.ts';
import type { FoundKeys } from './operators/keys/key-collector.ts';

class Gate {
  waitingFor = 0;
  readonly received: { readonly conjuncts: readonly Scalar[]; readonly values: readonly Datum[] }[] = [];
}

export class KeyFilters {
  readonly #gates = new Map<number, Gate>();

  constructor({ root, subplans }: QueryPlan) {
    const waiting: Plan[] = [root, ...subplans.map((subplan) => subplan.plan)];
    for (let plan = waiting.pop(); plan; plan = waiting.pop()) {
      if (plan.kind === 'hashjoin' && plan.keyFilter) this.#gate(plan.keyFilter.target).waitingFor++;
      waiting.push(...planInputs(plan));
    }
  }

  #gate(node: number): Gate {
    let gate = this.#gates.get(node);
    if (gate === undefined) this.#gates.set(node, (gate = new Gate()));
    return gate;
  }

  /** Whether a fragment must not start yet. */
  isWaiting(node: number): boolean {
    return (this.#gates.get(node)?.waitingFor ?? 0) > 0;
  }

  /** A join knows what it has to say of its keys. */
  settle({ target, condition, bitmap, range = [] }: KeyFilter, { form, values }: FoundKeys): void {
    const gate = this.#gate(target);
    gate.waitingFor--;
    if (form === null) return;
    const conjuncts = form === 'list' ? [condition] : form === 'bitmap' ? bitmap!.conditions : range;
    gate.received.push({ conjuncts, values });
  }

  /** The fragment under the keys that came, and the parameters that hold them. */
  apply(node: number, fragment: Rel, params: readonly Datum[]): { readonly fragment: Rel; readonly params: readonly Datum[] } {
    const received = this.#gates.get(node)?.received ?? [];
    if (received.length === 0) return { fragment, params };
    const extended = [...params];
    const conjuncts = received.flatMap(({ conjuncts: asked, values }) => {
      const first = extended.length + 1;
      extended.push(...values);
      const numbered = (part: Scalar): Scalar => (part.kind === 'param' ? { ...part, index: first + part.index } : part);
      return asked.map((conjunct) => rewriteScalar(conjunct, numbered));
    });
    return { fragment: { kind: 'filter', input: fragment, conjuncts }, params: extended };
  }
}
