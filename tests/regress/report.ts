/** A regression report in words: per file, and over all of them, findings grouped by what they say. */
import { markdownTable } from '../conformance/record.ts';
import { reasonOf } from './reasons.ts';
import type { Figures, RegressFinding, RegressReport } from './run-regress-file.ts';
import { OTHER_PLACEMENTS } from './spread-tables.ts';

const SQL_SHOWN_MAX = 400;
const EXAMPLES_MAX = 3;

const countOf = (report: Figures, kind: RegressFinding['kind']): number =>
  report.findings.filter((finding) => finding.kind === kind).length;

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

const comparedOf = (report: Figures): number => report.identical + report.findings.length;

const KINDS = ['refused', 'different', 'open', 'failed'] as const;

function figures(report: Figures): string {
  const compared = comparedOf(report);
  const kinds = KINDS.map((kind) => `${countOf(report, kind)} ${kind}`);
  return `${compared} queries: ${report.identical} identical (${percent(report.identical, compared)}), ${kinds.join(', ')}`;
}

export function describeReport(name: string, report: RegressReport, details: boolean): string {
  const lines = [`${name}: ${report.statements} statements, ${figures(report)}`];
  if (details) {
    for (const { line, sql, kind, detail } of report.findings) lines.push(`  ${line} ${kind}: ${detail}\n${indented(sql)}`);
    for (const placement of OTHER_PLACEMENTS)
      for (const { line, sql, kind, detail } of report.others[placement].findings)
        lines.push(`  ${line} with ${placement} ${kind}: ${detail}\n${indented(sql)}`);
    for (const { line, sql, detail } of report.unfilled) lines.push(`  ${line} unfilled ${detail}\n${indented(sql)}`);
    const skipped = [...report.skipped].sort((a, b) => b[1] - a[1]).map(([reason, n]) => `${reason} ${n}`);
    lines.push(`  not compared: ${skipped.join(', ') || 'nothing'}`);
  }
  return lines.join('\n');
}

const indented = (sql: string): string =>
  sql
    .slice(0, SQL_SHOWN_MAX)
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');

/** The last line is the one that counts. */
export function summaryOf(reports: ReadonlyMap<string, RegressReport>): string {
  const lines = ['not identical, by reason:'];
  for (const [reason, n] of reasonsOf(reports)) lines.push(`  ${n} × ${reason}`);
  lines.push('not compared:');
  for (const [reason, n] of skippedOf(reports)) lines.push(`  ${n} × ${reason}`);
  const all = [...reports.values()];
  lines.push(`done on PostgreSQL alone: ${all.reduce((sum, report) => sum + report.unfilled.length, 0)} statements`);
  for (const [placement, others] of othersOf(reports))
    lines.push(`what was identical, asked again with ${placement}: ${figures(others)}`);
  lines.push(`regress: ${reports.size} files, ${statementsOf(reports)} statements, ${figures(totalOf(all))}`);
  return lines.join('\n');
}

/** The same for docs/conformance.md. */
export function markdownOf(reports: ReadonlyMap<string, RegressReport>): string {
  const all = [...reports.values()];
  return [
    `**${reports.size} files, ${statementsOf(reports)} statements, ${figures(totalOf(all))}.**`,
    markdownTable([['not identical (one source)', 'statements', 'for example'], ...reasonsOf(reports)]),
    markdownTable([['not compared', 'statements'], ...skippedOf(reports)]),
    markdownTable([head('file'), ...[...reports].map(([name, report]) => row(name, report))]),
  ].join('\n\n');
}

/** What was identical, with the tables in other places. */
export function placementsMarkdown(reports: ReadonlyMap<string, RegressReport>): string {
  return [
    `Files asked: ${[...reports.keys()].join(', ')}.`,
    markdownTable([head('tables in'), ...othersOf(reports).map(([placement, others]) => row(placement, others))]),
  ].join('\n\n');
}

const head = (first: string): readonly string[] => [first, 'queries', 'identical', ...KINDS, ''];

const row = (name: string, of: Figures): readonly (string | number)[] => [
  name,
  comparedOf(of),
  of.identical,
  ...KINDS.map((kind) => countOf(of, kind) || ''),
  percent(of.identical, comparedOf(of)),
];

const statementsOf = (reports: ReadonlyMap<string, RegressReport>): number =>
  [...reports.values()].reduce((sum, report) => sum + report.statements, 0);

const totalOf = (all: readonly Figures[]): Figures => ({
  identical: all.reduce((sum, each) => sum + each.identical, 0),
  findings: all.flatMap((each) => each.findings),
});

const othersOf = (reports: ReadonlyMap<string, RegressReport>): readonly (readonly [string, Figures])[] =>
  OTHER_PLACEMENTS.map((placement) => [placement, totalOf([...reports.values()].map((report) => report.others[placement]))]);

function reasonsOf(reports: ReadonlyMap<string, RegressReport>): readonly (readonly [string, number, string])[] {
  const groups = new Map<string, string[]>();
  for (const [name, report] of reports) {
    for (const finding of report.findings) {
      const reason = reasonOf(finding, report);
      const group = groups.get(reason) ?? [];
      groups.set(reason, group);
      group.push(`${name}:${finding.line}`);
    }
  }
  return [...groups]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([reason, places]) => [reason, places.length, places.slice(0, EXAMPLES_MAX).join(', ')]);
}

function skippedOf(reports: ReadonlyMap<string, RegressReport>): readonly (readonly [string, number])[] {
  const skipped = new Map<string, number>();
  for (const report of reports.values())
    for (const [reason, n] of report.skipped) skipped.set(reason, (skipped.get(reason) ?? 0) + n);
  return [...skipped].sort((a, b) => b[1] - a[1]);
}
