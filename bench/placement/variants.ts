/** The gateway's contenders: our planner, the two simple ways, and ways of joining that rules switched off force. */
import { ALTERNATIVE_RULES } from '../../planner/place/alternatives.ts';

export interface Variant {
  readonly name: string;
  /** Rules of the planner that must not fire. */
  readonly disabled: readonly string[];
}

export const OURS = 'ours';
export const PUSH_NOTHING = 'push nothing';
export const PUSH_EVERYTHING = 'push everything';

/** Ours comes first: of variants with one plan, the first is the one that runs. */
export const VARIANTS: readonly Variant[] = [
  { name: OURS, disabled: [] },
  { name: PUSH_NOTHING, disabled: ['placement'] },
  // Sources do what the query says, as it says it.
  { name: PUSH_EVERYTHING, disabled: ['cost-placement', ...ALTERNATIVE_RULES] },
];

/** Each for all joins of a query at once. No rule makes joins send keys whatever that costs. */
export const FORCED: readonly Variant[] = [
  { name: 'no keys', disabled: ['key-filters'] },
  { name: 'nothing shipped', disabled: ['shipping'] },
  { name: 'everything shipped', disabled: ['shipping-cost'] },
  { name: 'sorted', disabled: ['sorting-cost'] },
  { name: 'no merge join', disabled: ['merge-join'] },
];

/** All plans of our own planner: what ours may be compared with, query by query. */
export const OWN_NAMES: readonly string[] = [...VARIANTS, ...FORCED].map(({ name }) => name);
