/**
 * `npm run conformance -- tpcds [--scale S] [--query N]… [--timeout SECONDS]`: the TPC-DS queries under every placement, with
 * placement on and off, against one PostgreSQL that holds all tables. The texts follow the specification's templates with
 * parameters of ours, and order their rows completely, so that answers are compared in order.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation, type Placement } from '../support/federation.ts';
import { markdownTable } from './record.ts';
import { tpcdsTables } from './tpcds/data.ts';
import { FACT_TABLES } from './tpcds/fact-tables.ts';

const facts = new Set(FACT_TABLES.map(({ name }) => name));

export const TPCDS_PLACEMENTS: Readonly<Record<string, Placement>> = {
  'all in PostgreSQL': () => 'pg',
  'all in DuckDB': () => 'duck',
  'facts in DuckDB': (table) => (facts.has(table) ? 'duck' : 'pg'),
  'facts in PostgreSQL': (table) => (facts.has(table) ? 'pg' : 'duck'),
  'store in DuckDB': (table) => (table.startsWith('store') ? 'duck' : 'pg'),
};

const TPCDS_OUTCOMES = ['equal', 'refused', 'different', 'failed', 'timed out'] as const;

export interface TpcdsReport {
  readonly query: number;
  readonly placement: string;
  readonly pushed: boolean;
  readonly outcome: (typeof TPCDS_OUTCOMES)[number];
  readonly detail: string;
  readonly rows: number;
  readonly millis: number;
}

export interface TpcdsOptions {
  readonly scale: number;
  readonly timeoutSeconds: number;
  readonly queries?: readonly number[];
  readonly placements?: readonly string[];
  readonly onReport: (report: TpcdsReport) => void;
  readonly onPlacement: (name: string, pushed: boolean) => void;
}

type Answer = Awaited<ReturnType<typeof run>>;

const fileOf = (n: number): string => path.join(__dirname, 'tpcds/queries', `q${String(n).padStart(2, '0')}.sql`);

export async function runTpcds(options: TpcdsOptions): Promise<readonly TpcdsReport[]> {
  const names = options.placements ?? Object.keys(TPCDS_PLACEMENTS);
  const unknown = names.find((name) => TPCDS_PLACEMENTS[name] === undefined);
  if (unknown !== undefined)
    throw new Error(`unknown placement ${unknown}; there are: ${Object.keys(TPCDS_PLACEMENTS).join(', ')}`);
  const numbers = options.queries ?? Array.from({ length: 99 }, (_, i) => i + 1).filter((n) => existsSync(fileOf(n)));
  const texts = new Map(numbers.map((n) => [n, readFileSync(fileOf(n), 'utf8')]));
  const federation = await Federation.create(await tpcdsTables(options.scale));
  const reports: TpcdsReport[] = [];
  try {
    const expected = await askOracle(federation, texts);
    for (const placement of names) {
      for (const pushed of [true, false]) {
        options.onPlacement(placement, pushed);
        const gateway = await federation.gateway(TPCDS_PLACEMENTS[placement]!, pushed ? {} : { disabled: ['placement'] });
        try {
          const client = await connectText(gateway.clientConfig);
          await client.query(`SET statement_timeout = '${options.timeoutSeconds}s'`);
          for (const [query, sql] of texts) {
            const started = performance.now();
            const actual = await run(client, sql);
            const millis = Math.round(performance.now() - started);
            const judged = judge(expected.get(query)!, actual);
            const report = { query, placement, pushed, ...judged, rows: expected.get(query)!.rows.length, millis };
            reports.push(report);
            options.onReport(report);
          }
          await client.end();
        } finally {
          await gateway.stop();
        }
      }
    }
  } finally {
    await federation.stop();
  }
  return reports;
}

async function askOracle(federation: Federation, texts: ReadonlyMap<number, string>): Promise<ReadonlyMap<number, Answer>> {
  const answers = new Map<number, Answer>();
  const oracle: pg.Client = await connectText(federation.oracleConfig());
  try {
    for (const [n, sql] of texts) {
      const answer = await run(oracle, sql);
      if (answer.error) throw new Error(`PostgreSQL refuses query ${n}: ${answer.error.code} ${answer.error.message}`);
      answers.set(n, answer);
    }
  } finally {
    await oracle.end();
  }
  return answers;
}

function judge(expected: Answer, actual: Answer): Pick<TpcdsReport, 'outcome' | 'detail'> {
  if (actual.error) {
    const { code, message } = actual.error;
    const outcome = code === '0A000' ? 'refused' : code === '57014' ? 'timed out' : 'failed';
    return { outcome, detail: `${code} ${message}` };
  }
  const differs = difference(expected, actual, { ordered: true });
  return differs === undefined ? { outcome: 'equal', detail: '' } : { outcome: 'different', detail: differs };
}

/** How many runs ended how, a line; the refusals by their reason, most frequent first, before it. */
export function tpcdsSummary(reports: readonly TpcdsReport[], scale: number): string {
  const reasons = new Map<string, { runs: number; queries: Set<number> }>();
  for (const { outcome, detail, query } of reports) {
    if (outcome !== 'refused') continue;
    const reason = reasons.get(detail) ?? { runs: 0, queries: new Set() };
    reason.runs++;
    reason.queries.add(query);
    reasons.set(detail, reason);
  }
  const lines = [...reasons]
    .sort((a, b) => b[1].runs - a[1].runs)
    .map(([detail, { runs, queries }]) => `  ${runs} × ${detail} (queries ${[...queries].join(', ')})`);
  const empty = [...new Set(reports.filter(({ rows }) => rows === 0).map(({ query }) => query))];
  if (empty.length > 0) lines.push(`  without rows at this scale: ${empty.join(', ')}`);
  const counts = TPCDS_OUTCOMES.map((outcome) => `${reports.filter((r) => r.outcome === outcome).length} ${outcome}`);
  const queries = new Set(reports.map(({ query }) => query)).size;
  return [...lines, `tpcds at scale ${scale}: ${queries} queries, ${counts.join(', ')}`].join('\n');
}

/** A row per placement: how many of the queries ended how. */
export const tpcdsTable = (reports: readonly TpcdsReport[]): string =>
  markdownTable([
    ['tables', 'placement', ...TPCDS_OUTCOMES],
    ...[...new Set(reports.map(({ placement }) => placement))].flatMap((placement) =>
      [true, false].map((pushed) => [
        placement,
        pushed ? 'on' : 'off',
        ...TPCDS_OUTCOMES.map(
          (outcome) => reports.filter((r) => r.placement === placement && r.pushed === pushed && r.outcome === outcome).length,
        ),
      ]),
    ),
  ]);
