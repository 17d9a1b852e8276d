/**
 * `npm run conformance -- slt [--corpus DIR] [--placement mixed|postgres|duckdb|all] [--queries N] [--every M] [--engine NAME] [--record]`:
 * sqllogictest files, ours by default, or a corpus from elsewhere (files `*.test` and `*.slt`); of each file every M-th query,
 * N at most. A file of a corpus may be written for another database: only the answers PostgreSQL gives count. `NAME` is whom
 * the `skipif` and `onlyif` of the files mean by us.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { runSltFile } from '../slt/run-slt-file.ts';
import { markdownTable } from './record.ts';
import { SltWorld, type SltPlacement } from '../slt/slt-world.ts';

const SHOWN_MAX = 5;
const PROGRESS_QUERIES = 1000;

export interface SltRunOptions {
  readonly corpus: string | undefined;
  readonly placement: SltPlacement;
  readonly queriesMax?: number;
  readonly every?: number;
  readonly engine?: string;
}

export interface SltSummary {
  readonly placement: SltPlacement;
  readonly files: number;
  readonly equal: number;
  readonly refused: number;
  readonly notPostgres: number;
  readonly different: number;
}

export async function runSlt(options: SltRunOptions): Promise<SltSummary> {
  const folder = options.corpus ?? path.join(__dirname, '../slt');
  const files = filesBelow(folder);
  if (files.length === 0) throw new Error(`no *.test or *.slt below ${folder}`);
  const nameOf = (file: string): string => path.relative(folder, file) || path.basename(file);
  const world = await SltWorld.create(options.placement);
  const totals = { equal: 0, refused: 0, notPostgres: 0, different: 0 };
  const refusals = new Map<string, number>();
  try {
    for (const file of files) {
      await world.reset();
      const { corpus, placement: _, ...choice } = options;
      let queries = 0;
      const onQuery = (): void => {
        if (++queries % PROGRESS_QUERIES === 0) console.log(`  ${nameOf(file)}: ${queries} queries …`);
      };
      const report = await runSltFile(readFileSync(file, 'utf8'), world, { ...choice, strict: corpus === undefined, onQuery });
      const refused = [...report.refused.values()].reduce((sum, n) => sum + n, 0);
      for (const [message, n] of report.refused) refusals.set(message, (refusals.get(message) ?? 0) + n);
      totals.equal += report.equal;
      totals.refused += refused;
      totals.notPostgres += report.notPostgres;
      totals.different += report.different.length;
      console.log(
        `${nameOf(file)}: ${report.equal} equal, ${refused} refused, ${report.notPostgres} not PostgreSQL, ` +
          `${report.different.length} different`,
      );
      for (const { line, sql, detail } of report.different.slice(0, SHOWN_MAX))
        console.log(`  line ${line}: ${detail}\n    ${sql}`);
    }
  } finally {
    await world.stop();
  }
  for (const [message, n] of [...refusals].sort((a, b) => b[1] - a[1])) console.log(`  ${n} × ${message}`);
  console.log(
    `slt, tables in ${options.placement}: ${files.length} files, ${totals.equal} equal, ${totals.refused} refused, ` +
      `${totals.notPostgres} not PostgreSQL, ${totals.different} different`,
  );
  return { placement: options.placement, files: files.length, ...totals };
}

export const sltTable = (summaries: readonly SltSummary[]): string =>
  markdownTable([
    ['tables in', 'files', 'equal', 'refused', 'different', 'not accepted by PostgreSQL'],
    ...summaries.map((s) => [s.placement, s.files, s.equal, s.refused, s.different, s.notPostgres]),
  ]);

function filesBelow(folder: string): string[] {
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.slt') || name.endsWith('.test'))
    .sort()
    .map((name) => path.join(folder, name));
}
