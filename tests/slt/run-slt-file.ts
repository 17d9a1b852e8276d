/** Runs one slt file: every query on the oracle and through the gateway; where PostgreSQL accepts it, the answers are equal. */
import { difference, run } from '../support/differential.ts';
import { parseSlt, type SltRecord } from './slt-file.ts';
import { matchesExpected, resultHash, resultValues } from './slt-result.ts';
import type { SltLane, SltWorld } from './slt-world.ts';

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

const TOGETHER_MAX = 200;

type StatementRecord = Extract<SltRecord, { kind: 'statement' }>;
type QueryRecord = Extract<SltRecord, { kind: 'query' }>;
type Outcome = Awaited<ReturnType<typeof run>>;

/** What was found of one placement, and what it answered under each label. */
interface Findings {
  readonly report: SltReport;
  readonly labels: Map<string, string>;
}

/** One report for each placement of the world. */
export async function runSltFile(text: string, world: SltWorld, options: SltOptions): Promise<readonly SltReport[]> {
  const findings = world.placements.map((): Findings => ({ report: emptyReport(), labels: new Map() }));
  // Queries between two statements see the same tables: several are asked at once.
  let waiting: QueryRecord[] = [];
  const flush = async (): Promise<void> => {
    const [records, lanes] = [waiting, waiting.length > 0 ? await world.lanes() : []];
    waiting = [];
    await Promise.all(
      lanes.map(async (lane) => {
        for (let record = records.shift(); record; record = records.shift()) {
          options.onQuery?.();
          await runQuery(record, lane, findings, options);
        }
      }),
    );
  };
  let statements: StatementRecord[] = [];
  const change = async (): Promise<void> => {
    const records = statements;
    statements = [];
    await runStatements(records, world, findings, options);
  };
  for (const record of chosen(parseSlt(text, options.engine).records, options)) {
    if (record.kind === 'query') {
      await change();
      waiting.push(record);
    } else {
      await flush();
      statements.push(record);
    }
  }
  await change();
  await flush();
  for (const { report } of findings) report.different.sort((a, b) => a.line - b.line);
  return findings.map(({ report }) => report);
}

/** Without the queries that are left out; nor what follows the last query of a file whose statements prove nothing. */
function chosen(records: readonly SltRecord[], { every = 1, queriesMax = Infinity, strict }: SltOptions): readonly SltRecord[] {
  let queries = 0;
  const kept = records.filter((record) => {
    if (record.kind === 'statement') return true;
    const place = queries++;
    return place % every === 0 && place / every < queriesMax;
  });
  const last = kept.findLastIndex((record) => record.kind === 'query' || isQuery(record.sql));
  return strict ? kept : kept.slice(0, last + 1);
}

const emptyReport = (): SltReport => ({ equal: 0, refused: new Map(), notPostgres: 0, otherThanFile: 0, different: [] });

const wrong = (report: SltReport, record: SltRecord, detail: string): void =>
  void report.different.push({ line: record.line, sql: record.sql, detail });

const isQuery = (sql: string): boolean => /^\s*(?:select|with|values|\()/i.test(sql);

/** Those that only change something are sent as one: most files have thousands. When one fails none counts: then one by one. */
async function runStatements(
  records: readonly StatementRecord[],
  world: SltWorld,
  findings: readonly Findings[],
  options: SltOptions,
): Promise<void> {
  const isSentAlone = ({ sql, fails }: StatementRecord): boolean => options.strict || fails || isQuery(sql);
  for (let from = 0; from < records.length;) {
    let to = from;
    while (to < records.length && to - from < TOGETHER_MAX && !isSentAlone(records[to]!)) to++;
    const together = records.slice(from, to);
    if (together.length > 1) {
      const { error } = await run(world.oracle, together.map(({ sql }) => sql).join('\n;\n'));
      if (!error) {
        for (const { sql } of together) world.changed(sql);
        from = to;
        continue;
      }
    }
    const end = Math.max(to, from + 1);
    for (; from < end; from++) await runStatement(records[from]!, world, findings, options);
  }
}

async function runStatement(
  record: StatementRecord,
  world: SltWorld,
  findings: readonly Findings[],
  options: SltOptions,
): Promise<void> {
  const toAll = (detail: string): void => findings.forEach(({ report }) => wrong(report, record, detail));
  if (!isQuery(record.sql)) {
    const { error } = await run(world.oracle, record.sql);
    if (!error) world.changed(record.sql);
    if (options.strict && (error !== undefined) !== record.fails) {
      toAll(error ? `${error.code} ${error.message}` : 'expected an error');
    }
    return;
  }
  const [lane] = await world.lanes();
  const [expected, ...answers] = await everywhere(lane!, record.sql);
  if (options.strict && (expected.error !== undefined) !== record.fails) toAll('PostgreSQL says otherwise');
  answers.forEach((actual, i) => compare(record, expected, actual, findings[i]!.report));
}

/** PostgreSQL's answer, then those of the placements. */
const everywhere = async (lane: SltLane, sql: string): Promise<[Outcome, ...Outcome[]]> => {
  const [expected, ...answers] = await Promise.all([lane.oracle, ...lane.targets].map((client) => run(client, sql)));
  return [expected!, ...answers];
};

async function runQuery(record: QueryRecord, lane: SltLane, findings: readonly Findings[], options: SltOptions): Promise<void> {
  const [expected, ...answers] = await everywhere(lane, record.sql);
  if (expected.error && !options.strict) {
    for (const { report } of findings) report.notPostgres++;
    return;
  }
  const values = resultValues(expected.rows, record.types, record.sort);
  const agrees = record.expected === undefined || matchesExpected(values, record.expected, record.types.length);
  answers.forEach((actual, i) => {
    const { report, labels } = findings[i]!;
    if (!agrees) {
      report.otherThanFile++;
      if (options.strict) wrong(report, record, `the file says otherwise; PostgreSQL:\n${values.join('\n')}`);
    }
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
  });
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
