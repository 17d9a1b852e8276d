/**
 * Conditions run at the sources: of all that could, over the plans of TPC-H and TPC-DS under every split, at least 95 in 100
 * do. Prints those that do not.
 */
import path from 'node:path';
import { TPCH_TABLES } from '../../../bench/tpch/tables.ts';
import { tableOfRows, type Statistics } from '../../../algebra/statistics.ts';
import { queriesIn } from '../../conformance/query-set.ts';
import { TPCDS_PLACEMENTS } from '../../conformance/tpcds.ts';
import { DIMENSION_TABLES } from '../../conformance/tpcds/dimension-tables.ts';
import { FACT_TABLES } from '../../conformance/tpcds/fact-tables.ts';
import { TPCH } from '../../conformance/tpch.ts';
import { Federation, type FederationTable, type Placement } from '../../support/federation.ts';
import { watchPlans } from '../../support/watched-plans.ts';
import { countFilters } from './counted-filters.ts';
import { statisticsOf } from './statistics-file.ts';

const PART_MIN = 0.95;

interface Counted {
  readonly name: string;
  readonly tables: readonly FederationTable[];
  readonly queries: ReadonlyMap<string, string>;
  readonly placements: Readonly<Record<string, Placement>>;
  readonly statistics: Statistics;
}

const facts = new Set(FACT_TABLES.map(({ name }) => name));
const SETS: readonly Counted[] = [
  { ...TPCH, tables: TPCH_TABLES, statistics: statisticsOf('tpch') },
  {
    name: 'tpcds',
    tables: [...DIMENSION_TABLES, ...FACT_TABLES],
    queries: queriesIn(path.join(__dirname, '../../conformance/tpcds/queries')),
    placements: TPCDS_PLACEMENTS,
    statistics: { table: ({ name }) => tableOfRows(facts.has(name) ? 1_000_000 : 10_000) },
  },
];

test.each(SETS)('$name', async ({ name, tables, queries, placements, statistics }) => {
  const federation = await Federation.create(tables);
  try {
    let [atSource, possible] = [0, 0];
    const lines: string[] = [];
    for (const [split, placement] of Object.entries(placements)) {
      for (const [query, watched] of await watchPlans(federation, placement, queries, { statistics })) {
        const counted = countFilters(watched);
        atSource += counted.atSource;
        possible += counted.atSource + counted.atHome.length;
        lines.push(...counted.atHome.map((text) => `  ${query}, ${split}: ${text}`));
      }
    }
    console.log([`${name}: ${atSource} of ${possible} conditions run at the sources; at home are:`, ...lines].join('\n'));
    expect(possible).toBeGreaterThan(queries.size);
    expect(atSource / possible).toBeGreaterThanOrEqual(PART_MIN);
  } finally {
    await federation.stop();
  }
});
