/**
 * `npm run conformance -- regress --pg-src DIR [--file NAME]… [--placements] [--details] [--record]`: PostgreSQL's own regression files. What fills
 * the database runs on a plain PostgreSQL and on the gateway's source; every query's answer is compared.
 * DIR is PostgreSQL's source tree of the version that the catalog server has.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModule } from 'libpg-query';
import { fillDatabase, fillSession, runRegressFile, type RegressReport } from '../regress/run-regress-file.ts';
import { RegressWorld } from '../regress/regress-world.ts';
import { recordProof } from './record.ts';
import type { Variables } from '../regress/psql-variables.ts';
import { describeReport, markdownOf, placementsMarkdown, summaryOf } from '../regress/report.ts';

/** They fill the tables that the others read. */
const BASE_FILES = ['test_setup', 'create_misc', 'create_aggregate', 'create_operator'];
/** What some files read beside that. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  geometry: ['point', 'lseg', 'line', 'box', 'path', 'polygon', 'circle'],
  horology: ['date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval'],
  multirangetypes: ['rangetypes'],
};
export const REGRESS_FILES: readonly string[] = (
  'select select_distinct select_distinct_on select_having select_implicit join aggregates groupingsets window with subselect ' +
  'union case limit tsrf rangefuncs rowtypes tablesample tid tidscan tidrangescan random misc_functions predicate incremental_sort ' +
  'join_hash memoize partition_join partition_aggregate functional_deps equivclass expressions numerology select_views portals_p2 ' +
  'boolean char name varchar text int2 int4 int8 oid float4 float8 bit numeric uuid enum money rangetypes multirangetypes pg_lsn ' +
  'strings md5 unicode regex point lseg line box path polygon circle geometry date time timetz timestamp timestamptz interval ' +
  'horology inet macaddr macaddr8 tstypes tsearch arrays json jsonb jsonpath jsonb_jsonpath json_encoding jsonpath_encoding ' +
  'sqljson sqljson_queryfuncs sqljson_jsontable xml xmlmap collate collate.utf8 hash_func domain polymorphism tuplesort bitmapops txid xid'
).split(' ');

export interface RegressOptions {
  readonly pgSource: string;
  readonly files: readonly string[];
  readonly details: boolean;
  readonly record: boolean;
  /** Ask each query under the other placements as well, and record those figures. */
  readonly placements: boolean;
}

/** True when every answer was PostgreSQL's. */
export async function runRegress(options: RegressOptions): Promise<boolean> {
  await loadModule();
  const folder = path.join(options.pgSource, 'src/test/regress');
  const textOf = (name: string): string => readFileSync(path.join(folder, 'sql', `${name}.sql`), 'utf8');
  if (!existsSync(path.join(folder, 'sql'))) throw new Error(`${folder} has no folder sql`);
  const world = await RegressWorld.create(async (client, scratch) => {
    for (const name of BASE_FILES) await fillDatabase(textOf(name), freshVariables(folder), client, scratch);
  }, options.placements);
  const reports = new Map<string, RegressReport>();
  try {
    for (const name of options.files) {
      const stage = await world.stage(async (client, scratch) => {
        for (const needed of NEEDED[name] ?? []) await fillDatabase(textOf(needed), freshVariables(folder), client, scratch);
      });
      try {
        for (const built of [...BASE_FILES, ...(NEEDED[name] ?? [])])
          await fillSession(textOf(built), freshVariables(folder), stage);
        const report = await runRegressFile(textOf(name), freshVariables(folder), stage);
        reports.set(name, report);
        console.log(describeReport(name, report, options.details));
      } finally {
        await stage.stop();
      }
    }
  } finally {
    await world.stop();
  }
  console.log(summaryOf(reports));
  if (options.record && !options.placements) recordProof('regress', markdownOf(reports));
  if (options.record && options.placements) recordProof('regress placements', placementsMarkdown(reports));
  return [...reports.values()].every((report) => report.findings.length === 0);
}

const freshVariables = (folder: string): Variables =>
  new Map([
    ['env:PG_ABS_SRCDIR', folder],
    ['env:PG_ABS_BUILDDIR', folder],
    ['env:PG_LIBDIR', folder],
    ['env:PG_DLSUFFIX', '.so'],
  ]);
