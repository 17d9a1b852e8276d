/** What a DuckDB source's work costs (algebra/site-costs.ts): vectorised, in this process, on every core. */
import type { SiteCosts } from '../../algebra/site-costs.ts';

export const DUCKDB_COSTS: SiteCosts = {
  compute: {
    scanRow: 4,
    indexRow: 4,
    indexLookup: 4_000,
    expression: 3,
    build: 40,
    probe: 15,
    joined: 10,
    pair: 3,
    group: 20,
    aggregate: 5,
    sort: 12,
    window: 60,
    pass: 2,
  },
  link: { startMs: 0.5, row: 20, column: 15, byte: 0.2 },
};
