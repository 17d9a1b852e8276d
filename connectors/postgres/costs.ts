/**
 * What a PostgreSQL source's work costs (algebra/site-costs.ts). Rows that leave are the dear part: a backend makes and
 * sends two to three million narrow rows a second, whatever reads them.
 */
import type { SiteCosts } from '../../algebra/site-costs.ts';

export const POSTGRES_COSTS: SiteCosts = {
  compute: {
    scanRow: 70,
    indexRow: 400,
    indexLookup: 3_000,
    expression: 25,
    build: 180,
    probe: 110,
    bitmapProbe: 80,
    joined: 60,
    pair: 40,
    group: 110,
    aggregate: 40,
    sort: 30,
    window: 300,
    pass: 30,
  },
  link: { startMs: 0.4, row: 150, column: 45, byte: 0.5 },
};
