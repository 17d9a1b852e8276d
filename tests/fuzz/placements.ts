/** Where the tables of a world lie, by name of the placement; the tables t1, t5, t9 … share a place, and so on. */
import { ruleNames } from '../../planner/plan-query.ts';
import type { Placement } from '../support/federation.ts';

export interface PlacementChoice {
  readonly placement: Placement;
  readonly disabled?: readonly string[];
  /** Where it is asked again, with the planner's rules, whether a statement beyond the limits of time and memory is answered. */
  readonly limitedAs?: string;
}

/** 0 to 3. */
const slotOf = (table: string): number => (Number(table.slice(1)) - 1) % 4;

const spread: Placement = (table) => ['pg1', 'pg2', 'duck', 'lake'][slotOf(table)]!;

/** By name, for `--placement`. */
export const FUZZ_PLACEMENTS: Readonly<Record<string, PlacementChoice>> = {
  postgres: { placement: () => 'pg' },
  duckdb: { placement: () => 'duck' },
  split: { placement: (table) => (slotOf(table) === 0 || slotOf(table) === 3 ? 'duck' : 'pg') },
  spread: { placement: spread },
  /** Sources do whatever they can, and are sent the keys of every join that can send them. */
  eager: { placement: spread, disabled: ['cost-placement'] },
  /** Joins and groups whose inputs can be sorted for them. */
  sorted: { placement: spread, disabled: ['sorting-cost'] },
  /** Keys in every form but lists. */
  ranges: { placement: spread, disabled: ['cost-placement', 'key-lists'] },
  /** Plans always turn out to be mistaken: by what they cost, and where all is shipped that can be. */
  flipping: { placement: spread, disabled: ['adaptive-cost'] },
  unshipped: { placement: spread, disabled: ['adaptive-cost', 'shipping-cost'] },
  'scans only': { placement: (table) => (slotOf(table) === 1 ? 'duck' : 'pg'), disabled: ['placement'] },
  plain: {
    placement: (table) => (slotOf(table) === 2 ? 'pg' : 'duck'),
    disabled: ['push-filters', 'order-joins', 'merge-projects', 'limit-below-project', 'simplify-outer-joins', 'split-averages'],
    limitedAs: 'split',
  },
};

/** Throws for a name that there is not. */
export const placementsOf = (names: readonly string[]): Readonly<Record<string, PlacementChoice>> =>
  Object.fromEntries(
    names.map((name) => {
      const choice = FUZZ_PLACEMENTS[name];
      if (!choice) throw new Error(`unknown placement ${name}; there are: ${Object.keys(FUZZ_PLACEMENTS).join(', ')}`);
      return [name, choice];
    }),
  );

const RULES_PER_WORLD = 4;

/** Spread, each with one of the planner's rules off; in worlds of consecutive seeds all rules have their turn. */
export function placementsWithoutRules(seed: number): Readonly<Record<string, PlacementChoice>> {
  const rules = Array.from({ length: RULES_PER_WORLD }, (_, i) => ruleNames[(seed * RULES_PER_WORLD + i) % ruleNames.length]!);
  return Object.fromEntries(rules.map((rule) => [`without ${rule}`, { placement: spread, disabled: [rule] }]));
}
