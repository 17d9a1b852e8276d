/** A regression report in words: per file, and over all of them, findings grouped by what they say. */
import { markdownTable } from '../conformance/record.ts';
import { reasonOf } from './reasons.ts';
import type { RegressFinding, RegressReport } from './run-regress-file.ts';

const SQL_SHOWN_MAX = 400;

type Figures = Pick<RegressReport, 'statements' | 'identical' | 'findings'>;

const countOf = (report: Figures, kind: RegressFinding['kind']): number =>
  report.findings.filter((finding) => finding.kind === kind).length;

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

const comparedOf = (report: Figures): number => report.identical + report.findings.length;

function figures(report: Figures): string {
  const compared = comparedOf(report);
  return (
    `${report.statements} statements, ${compared} queries: ${report.identical} identical (${percent(report.identical, compared)}), ` +
    `${countOf(report, 'refused')} refused, ${countOf(report, 'different')} different, ${countOf(report, 'failed')} failed`
  );
}

const grouped = (texts: Iterable<string>): readonly (readonly [string, number])[] => {
  const groups = new Map<string, number>();
  for (const text of texts) groups.set(text, (groups.get(text) ?? 0) + 1);
  return [...groups].sort((a, b) => b[1] - a[1]);
};

export function describeReport(name: string, report: RegressReport, details: boolean): string {
  const lines = [`${name}: ${figures(report)}`];
  if (details) {
    for (const { line, sql, kind, detail } of report.findings) lines.push(`  ${line} ${kind}: ${detail}\n${indented(sql)}`);
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
  const unfilled = [...reports.values()].reduce((sum, report) => sum + report.unfilled.length, 0);
  lines.push(`done on PostgreSQL alone: ${unfilled} statements`);
  lines.push(`regress: ${reports.size} files, ${figures(totalOf(reports))}`);
  return lines.join('\n');
}

/** The same for docs/conformance.md. */
export function markdownOf(reports: ReadonlyMap<string, RegressReport>): string {
  const files = [...reports].map(([name, report]) => {
    const counts = (['refused', 'different', 'failed'] as const).map((kind) => countOf(report, kind) || '');
    return [name, comparedOf(report), report.identical, ...counts, percent(report.identical, comparedOf(report))];
  });
  return [
    `**${reports.size} files, ${figures(totalOf(reports))}.**`,
    markdownTable([['not identical', 'statements'], ...reasonsOf(reports)]),
    markdownTable([['not compared', 'statements'], ...skippedOf(reports)]),
    markdownTable([['file', 'queries', 'identical', 'refused', 'different', 'failed', ''], ...files]),
  ].join('\n\n');
}

const totalOf = (reports: ReadonlyMap<string, RegressReport>): Figures => {
  const all = [...reports.values()];
  return {
    statements: all.reduce((sum, report) => sum + report.statements, 0),
    identical: all.reduce((sum, report) => sum + report.identical, 0),
    findings: all.flatMap((report) => report.findings),
  };
};

const reasonsOf = (reports: ReadonlyMap<string, RegressReport>): readonly (readonly [string, number])[] =>
  grouped([...reports.values()].flatMap((report) => report.findings.map((finding) => reasonOf(finding, report))));

function skippedOf(reports: ReadonlyMap<string, RegressReport>): readonly (readonly [string, number])[] {
  const skipped = new Map<string, number>();
  for (const report of reports.values())
    for (const [reason, n] of report.skipped) skipped.set(reason, (skipped.get(reason) ?? 0) + n);
  return [...skipped].sort((a, b) => b[1] - a[1]);
}
