/** A regression report in words: per file, and over all of them, findings grouped by what they say. */
import type { RegressFinding, RegressReport } from './run-regress-file.ts';

const SQL_SHOWN_MAX = 400;

const countOf = (report: RegressReport, kind: RegressFinding['kind']): number =>
  report.findings.filter((finding) => finding.kind === kind).length;

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

const comparedOf = (report: RegressReport): number => report.identical + report.findings.length;

function figures(report: RegressReport): string {
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
  const all = [...reports.values()];
  const total: RegressReport = {
    statements: all.reduce((sum, report) => sum + report.statements, 0),
    identical: all.reduce((sum, report) => sum + report.identical, 0),
    findings: all.flatMap((report) => report.findings),
    skipped: new Map(),
    unfilled: all.flatMap((report) => report.unfilled),
  };
  const lines: string[] = [];
  for (const kind of ['refused', 'failed', 'different'] as const) {
    const texts = total.findings.filter((finding) => finding.kind === kind).map((finding) => finding.detail);
    if (kind === 'different') lines.push(`different: ${texts.length}`);
    else {
      lines.push(`${kind}:`);
      for (const [text, n] of grouped(texts.map((text) => text.split('\n')[0]!))) lines.push(`  ${n} × ${text}`);
    }
  }
  lines.push('not compared:');
  const skipped = new Map<string, number>();
  for (const report of all) for (const [reason, n] of report.skipped) skipped.set(reason, (skipped.get(reason) ?? 0) + n);
  for (const [reason, n] of [...skipped].sort((a, b) => b[1] - a[1])) lines.push(`  ${n} × ${reason}`);
  lines.push(`filled on PostgreSQL alone: ${total.unfilled.length}`);
  lines.push(`regress: ${reports.size} files, ${figures(total)}`);
  return lines.join('\n');
}
