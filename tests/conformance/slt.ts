/**
 * `npm run conformance -- slt [--corpus DIR] [--placement mixed|postgres|duckdb|all] [--queries N] [--every M] [--engine NAME] [--record]`:
 * sqllogictest files, ours by default, or a corpus from elsewhere (files `*.test` and `*.slt`); of each file every M-th query,
 * N at most, asked of PostgreSQL and of a gateway for each placement. A file of a corpus may be written for another database:
 * only the answers PostgreSQL gives count. `NAME` is whom the `skipif` and `onlyif` of the files mean by us.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { runSltFile, type SltReport } from '../slt/run-slt-file.ts';
import { markdownTable } from './record.ts';
import { SltWorld, type SltPlacement } from '../slt/slt-world.ts';

const SHOWN_MAX = 5;
const PROGRESS_QUERIES = 1000;
/** Queries in flight. */
const LANES = 3;

export interface SltRunOptions {
  readonly corpus: string | undefined;
  readonly placements: readonly SltPlacement[];
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

/** What the reports of one placement add up to. */
class Total {
  readonly placement: SltPlacement;
  readonly refusals = new Map<string, number>();
  files = 0;
  equal = 0;
  refused = 0;
  notPostgres = 0;
  different = 0;

  constructor(placement: SltPlacement) {
    this.placement = placement;
  }

  add(file: string, report: SltReport): void {
    const refused = [...report.refused.values()].reduce((sum, n) => sum + n, 0);
    for (const [message, n] of report.refused) this.refusals.set(message, (this.refusals.get(message) ?? 0) + n);
    this.files++;
    this.equal += report.equal;
    this.refused += refused;
    this.notPostgres += report.notPostgres;
    this.different += report.different.length;
    console.log(
      `${file}, ${this.placement}: ${report.equal} equal, ${refused} refused, ${report.notPostgres} not PostgreSQL, ` +
        `${report.different.length} different`,
    );
    for (const { line, sql, detail } of report.different.slice(0, SHOWN_MAX))
      console.log(`  line ${line}: ${detail}\n    ${sql}`);
  }

  print(): void {
    for (const [message, n] of [...this.refusals].sort((a, b) => b[1] - a[1])) console.log(`  ${n} × ${message}`);
    console.log(
      `slt, tables in ${this.placement}: ${this.files} files, ${this.equal} equal, ${this.refused} refused, ` +
        `${this.notPostgres} not PostgreSQL, ${this.different} different`,
    );
  }
}

export async function runSlt(options: SltRunOptions): Promise<readonly SltSummary[]> {
  const { corpus, placements, ...choice } = options;
  const folder = corpus ?? path.join(__dirname, '../slt');
  const files = filesBelow(folder);
  if (files.length === 0) throw new Error(`no *.test or *.slt below ${folder}`);
  const nameOf = (file: string): string => path.relative(folder, file) || path.basename(file);
  const world = await SltWorld.create(placements, LANES);
  const totals = placements.map((placement) => new Total(placement));
  try {
    for (const file of files) {
      await world.reset();
      let queries = 0;
      const onQuery = (): void => {
        if (++queries % PROGRESS_QUERIES === 0) console.log(`  ${nameOf(file)}: ${queries} queries …`);
      };
      const reports = await runSltFile(readFileSync(file, 'utf8'), world, { ...choice, strict: corpus === undefined, onQuery });
      reports.forEach((report, i) => totals[i]!.add(nameOf(file), report));
    }
  } finally {
    await world.stop();
  }
  for (const total of totals) total.print();
  return totals;
}

/** `every`: as it was given. */
export const sltTable = (summaries: readonly SltSummary[], every: string | undefined): string =>
  `${every === undefined ? 'Every query' : `Of each file the first of every ${every} queries`}.\n\n` +
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
