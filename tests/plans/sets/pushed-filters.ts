/**
 * How many of the conditions that could run at the sources do, over the plans of TPC-H and TPC-DS under every split: by
 * tests/plans/sets/filters-pushed.test.ts, and for the docs by `npm run conformance -- filters`.
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

/** Of the conditions that could. */
export const PART_MIN = 0.95;

interface FilterSet {
  readonly name: string;
  readonly tables: readonly FederationTable[];
  readonly queries: ReadonlyMap<string, string>;
  readonly placements: Readonly<Record<string, Placement>>;
  readonly statistics: Statistics;
}

const facts = new Set(FACT_TABLES.map(({ name }) => name));
export const FILTER_SETS: readonly FilterSet[] = [
  { ...TPCH, tables: TPCH_TABLES, statistics: statisticsOf('tpch') },
  {
    name: 'tpcds',
    tables: [...DIMENSION_TABLES, ...FACT_TABLES],
    queries: queriesIn(path.join(__dirname, '../../conformance/tpcds/queries')),
    placements: TPCDS_PLACEMENTS,
    statistics: { table: ({ name }) => tableOfRows(facts.has(name) ? 1_000_000 : 10_000) },
  },
];

export interface PushedFilters {
  readonly set: string;
  readonly atSource: number;
  readonly possible: number;
  /** Those that stay at home, with query and split. */
  readonly atHome: readonly string[];
}

export async function pushedFilters({ name, tables, queries, placements, statistics }: FilterSet): Promise<PushedFilters> {
  const federation = await Federation.create(tables);
  try {
    let atSource = 0;
    const atHome: string[] = [];
    for (const [split, placement] of Object.entries(placements)) {
      for (const [query, watched] of await watchPlans(federation, placement, queries, { statistics })) {
        const counted = countFilters(watched);
        atSource += counted.atSource;
        atHome.push(...counted.atHome.map((text) => `${query}, ${split}: ${text}`));
      }
    }
    return { set: name, atSource, possible: atSource + atHome.length, atHome };
  } finally {
    await federation.stop();
  }
}
