/** Where the tables of a world lie, by name of the placement; the tables t1, t5, t9 … share a place, and so on. */
import type { Placement } from '../support/federation.ts';

export interface PlacementChoice {
  readonly placement: Placement;
  readonly disabled?: readonly string[];
}

/** 0 to 3. */
const slotOf = (table: string): number => (Number(table.slice(1)) - 1) % 4;

/** By name, for `--placement`. */
export const FUZZ_PLACEMENTS: Readonly<Record<string, PlacementChoice>> = {
  postgres: { placement: () => 'pg' },
  duckdb: { placement: () => 'duck' },
  split: { placement: (table) => (slotOf(table) === 0 || slotOf(table) === 3 ? 'duck' : 'pg') },
  spread: { placement: (table) => ['pg1', 'pg2', 'duck', 'lake'][slotOf(table)]! },
  /** Sources do whatever they can, and are sent the keys of every join that can send them. */
  eager: { placement: (table) => ['pg1', 'pg2', 'duck', 'lake'][slotOf(table)]!, disabled: ['cost-placement'] },
  /** The same without lists of keys: in every other form. */
  ranges: { placement: (table) => ['pg1', 'pg2', 'duck', 'lake'][slotOf(table)]!, disabled: ['cost-placement', 'key-lists'] },
  'scans only': { placement: (table) => (slotOf(table) === 1 ? 'duck' : 'pg'), disabled: ['placement'] },
  plain: {
    placement: (table) => (slotOf(table) === 2 ? 'pg' : 'duck'),
    disabled: ['push-filters', 'order-joins', 'merge-projects', 'limit-below-project', 'simplify-outer-joins', 'split-averages'],
  },
};
