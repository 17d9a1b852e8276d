/** Runs one slt file: every query on the oracle and through the gateway; where PostgreSQL accepts it, the answers are equal. */
import { difference, run } from '../support/differential.ts';
import { parseSlt, type SltRecord } from './slt-file.ts';
import { matchesExpected, resultHash, resultValues } from './slt-result.ts';
import type { SltWorld } from './slt-world.ts';

export interface SltReport {
  equal: number;
  /** 0A000 by message. */
  readonly refused: Map<string, number>;
  /** Queries that PostgreSQL does not accept, or does not finish in time. */
  notPostgres: number;
  /** Answers of PostgreSQL that are not what the file says: written for another database. */
  otherThanFile: number;
  readonly different: { readonly line: number; readonly sql: string; readonly detail: string }[];
}

export interface SltOptions {
  /** The file is written for PostgreSQL: what it says holds. */
  readonly strict: boolean;
  /** Only the first so many queries. */
  readonly queriesMax?: number;
  /** Of the queries, every so many-th. */
  readonly every?: number;
  /** By which name the file's conditions mean us. */
  readonly engine?: string;
  /** Told after each query that ran. */
  readonly onQuery?: () => void;
}

type QueryRecord = Extract<SltRecord, { kind: 'query' }>;
type Outcome = Awaited<ReturnType<typeof run>>;

export async function runSltFile(text: string, world: SltWorld, options: SltOptions): Promise<SltReport> {
  const report: SltReport = { equal: 0, refused: new Map(), notPostgres: 0, otherThanFile: 0, different: [] };
  const labels = new Map<string, string>();
  let queries = 0;
  for (const record of parseSlt(text, options.engine).records) {
    if (record.kind === 'statement') await runStatement(record, world, report, options);
    else {
      if (queries++ % (options.every ?? 1) !== 0) continue;
      if (queries > (options.queriesMax ?? Infinity) * (options.every ?? 1)) break;
      options.onQuery?.();
      await runQuery(record, world, report, labels, options);
    }
  }
  return report;
}

const wrong = (report: SltReport, record: SltRecord, detail: string): void =>
  void report.different.push({ line: record.line, sql: record.sql, detail });

const isQuery = (sql: string): boolean => /^\s*(?:select|with|values|\()/i.test(sql);

async function runStatement(
  record: Extract<SltRecord, { kind: 'statement' }>,
  world: SltWorld,
  report: SltReport,
  options: SltOptions,
): Promise<void> {
  if (!isQuery(record.sql)) {
    await world.changed();
    const { error } = await run(world.oracle, record.sql);
    if (options.strict && (error !== undefined) !== record.fails) {
      wrong(report, record, error ? `${error.code} ${error.message}` : 'expected an error');
    }
    return;
  }
  const expected = await run(world.oracle, record.sql);
  const actual = await run(await world.session(), record.sql);
  if (options.strict && (expected.error !== undefined) !== record.fails) wrong(report, record, 'PostgreSQL says otherwise');
  compare(record, expected, actual, report);
}

async function runQuery(
  record: QueryRecord,
  world: SltWorld,
  report: SltReport,
  labels: Map<string, string>,
  options: SltOptions,
): Promise<void> {
  const expected = await run(world.oracle, record.sql);
  if (expected.error && !options.strict) {
    report.notPostgres++;
    return;
  }
  const values = resultValues(expected.rows, record.types, record.sort);
  const agrees = record.expected === undefined || matchesExpected(values, record.expected, record.types.length);
  if (!agrees) {
    report.otherThanFile++;
    if (options.strict) wrong(report, record, `the file says otherwise; PostgreSQL:\n${values.join('\n')}`);
  }
  const actual = await run(await world.session(), record.sql);
  if (!compare(record, expected, actual, report)) return;
  const answer = resultValues(actual.rows, record.types, record.sort);
  // The order counts where the file's is PostgreSQL's too.
  if (agrees && record.expected !== undefined && !matchesExpected(answer, record.expected, record.types.length)) {
    wrong(report, record, 'rows in another order');
    return;
  }
  if (record.label !== undefined) {
    const hash = resultHash(answer);
    if ((labels.get(record.label) ?? hash) !== hash && agrees) wrong(report, record, `label ${record.label}: another result`);
    labels.set(record.label, hash);
  }
}

/** True when the answers are equal; types may be wider in DuckDB (varchar(30) is text there). */
function compare(record: SltRecord, expected: Outcome, actual: Outcome, report: SltReport): boolean {
  if (actual.error?.code === '0A000') {
    report.refused.set(actual.error.message, (report.refused.get(actual.error.message) ?? 0) + 1);
    return false;
  }
  const detail = difference(namesOnly(expected), namesOnly(actual), { ordered: false });
  if (detail === undefined) report.equal++;
  else wrong(report, record, detail);
  return detail === undefined && !expected.error;
}

const namesOnly = (outcome: Outcome): Outcome => ({
  ...outcome,
  columns: outcome.columns.map((column) => column.split(' ').slice(0, -2).join(' ')),
});
