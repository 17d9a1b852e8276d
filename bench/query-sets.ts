/** The query sets that benchmarks run, each with the groups of tables that a split puts on a source of their own. */
import path from 'node:path';
import { JOB } from '../tests/conformance/job.ts';
import { only, queriesIn, type QuerySet } from '../tests/conformance/query-set.ts';
import { tpcdsTables } from '../tests/conformance/tpcds/data.ts';
import { FACT_TABLES } from '../tests/conformance/tpcds/fact-tables.ts';
import { TPCH } from '../tests/conformance/tpch.ts';
import type { Placement } from '../tests/support/federation.ts';
import { JOB_GROUPS } from './job/tables.ts';
import { TPCH_GROUPS } from './tpch/tables.ts';

export interface BenchSet extends Pick<QuerySet, 'name' | 'tables' | 'queries'> {
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

const byName = new Map<string, BenchSet>(
  [
    { ...TPCH, groups: TPCH_GROUPS },
    { ...JOB, groups: JOB_GROUPS },
    {
      name: 'tpcds',
      tables: tpcdsTables,
      queries: queriesIn(path.join(__dirname, '../tests/conformance/tpcds/queries')),
      groups: { facts: FACT_TABLES.map(({ name }) => name) },
    },
  ].map((set) => [set.name, set]),
);

/** Those named, separated by commas. */
export function benchSets(names: string): readonly BenchSet[] {
  return names.split(',').map((name) => {
    const set = byName.get(name);
    if (!set) throw new Error(`unknown query set ${name}; there are: ${[...byName.keys()].join(', ')}`);
    return set;
  });
}

/** A group's tables on source `inside`, all others on `outside`. */
export const split = (set: BenchSet, group: string, inside: string, outside: string): Placement =>
  only(set.groups[group] ?? [], inside, outside);
