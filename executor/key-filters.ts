/**
 * Keys on their way from hash joins to the sources of their probe sides (planner/place/key-filters.ts). A fragment that waits
 * for keys does not start before each of its joins has either sent its own or said that it has too many.
 */
import type { KeyFilter, Plan, QueryPlan } from '../algebra/plan.ts';
import { planInputs } from '../algebra/plan.ts';
import type { Rel } from '../algebra/rel.ts';
import { mapScalarParts } from '../algebra/transform.ts';
import type { Datum, PgArray } from '../core/datum.ts';

class Gate {
  waitingFor = 0;
  readonly received: { readonly filter: KeyFilter; readonly keys: PgArray }[] = [];
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

  /** A join knows its keys; null: too many. */
  settle(filter: KeyFilter, keys: readonly Datum[] | null): void {
    const gate = this.#gate(filter.target);
    gate.waitingFor--;
    if (keys === null) return;
    const dims = keys.length === 0 ? [] : [keys.length];
    gate.received.push({ filter, keys: { dims, lowerBounds: dims.map(() => 1), elements: keys } });
  }

  /** The fragment under the keys that came, and the parameters that hold them. */
  apply(node: number, fragment: Rel, params: readonly Datum[]): { readonly fragment: Rel; readonly params: readonly Datum[] } {
    const received = this.#gates.get(node)?.received ?? [];
    if (received.length === 0) return { fragment, params };
    const extended = [...params];
    const conjuncts = received.map(({ filter, keys }) => {
      const index = extended.push(keys);
      return mapScalarParts(filter.condition, (part) => (part.kind === 'param' ? { ...part, index } : part));
    });
    return { fragment: { kind: 'filter', input: fragment, conjuncts }, params: extended };
  }
}
