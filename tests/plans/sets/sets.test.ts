/**
 * The plans of TPC-H and of the forty queries over the film database under each of three splits, as shapes: a change of the
 * cost model or of an estimate shows as lines that differ. Statistics come from files, the tables are empty, costs are the
 * defaults: nothing depends on the machine. UPDATE_GOLDEN=1 rewrites the files.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JOB_GROUPS, JOB_TABLES } from '../../../bench/job/tables.ts';
import { TPCH_GROUPS, TPCH_TABLES } from '../../../bench/tpch/tables.ts';
import { JOB } from '../../conformance/job.ts';
import { only } from '../../conformance/query-set.ts';
import { TPCH } from '../../conformance/tpch.ts';
import { Federation, type FederationTable } from '../../support/federation.ts';
import { watchPlans } from '../../support/watched-plans.ts';
import { planShape } from './plan-shape.ts';
import { statisticsOf } from './statistics-file.ts';

const update = process.env['UPDATE_GOLDEN'] === '1';

interface Goldens {
  readonly name: string;
  readonly tables: readonly FederationTable[];
  readonly queries: ReadonlyMap<string, string>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}
const SETS: readonly Goldens[] = [
  { name: 'tpch', tables: TPCH_TABLES, queries: TPCH.queries, groups: TPCH_GROUPS },
  { name: 'job', tables: JOB_TABLES, queries: JOB.queries, groups: JOB_GROUPS },
];

const parse = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .trimEnd()
      .split('\n\n')
      .map((block) => [block.slice(0, block.indexOf('\n')), block.slice(block.indexOf('\n') + 1)] as const),
  );

describe.each(SETS)('$name', ({ name, tables, queries, groups }) => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await Federation.create(tables);
  });
  afterAll(async () => {
    await federation?.stop();
  });

  test.each(Object.keys(groups))('%s in DuckDB', async (group) => {
    const statistics = statisticsOf(name);
    const watched = await watchPlans(federation, only(groups[group]!, 'duck', 'pg'), queries, { statistics });
    const shapes = new Map([...watched].map(([query, { plan }]) => [query, planShape(plan)]));
    const file = path.join(__dirname, `${name}-${group}.plan`);
    if (update) writeFileSync(file, `${[...shapes].map(([query, shape]) => `${query}\n${shape}`).join('\n\n')}\n`);
    const golden = parse(readFileSync(file, 'utf8'));
    expect(Object.fromEntries(shapes)).toEqual(Object.fromEntries(golden));
    expect(shapes.size).toBe(queries.size);
  });
});
