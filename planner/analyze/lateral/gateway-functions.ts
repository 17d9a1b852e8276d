/** What unnested subqueries need and SQL has no function for: evaluated by the executor alone (kernels/subquery.ts). */
import type { FunctionRef } from '../../../algebra/scalar.ts';

const gatewayFunction = (name: string, types: string, traits: Pick<FunctionRef, 'volatility' | 'strict'>): FunctionRef => ({
  oid: 0,
  schema: 'tributary',
  name,
  signature: `tributary.${name}(${types})`,
  kind: 'function',
  leakproof: false,
  returnsSet: false,
  ...traits,
});

/** Raises 21000 for a count above one; else true. */
export const AT_MOST_ONE_ROW = gatewayFunction('at_most_one_row', 'int8', { volatility: 'immutable', strict: true });

/** Not before there is an outer row: a negative constant raises then. */
const PER_ROW = { volatility: 'stable', strict: false } as const;
export const ROWS_SKIPPED = gatewayFunction('rows_skipped', 'int8', PER_ROW);
export const ROWS_UNTIL = gatewayFunction('rows_until', 'int8,int8', PER_ROW);
