/**
 * A set of queries under every placement, with placement on and off, against one PostgreSQL that holds all tables. Says, per
 * query and placement, how many sites it ran on and whether it was relayed; a query that is refused is listed with its
 * 0A000, a different answer is a failure.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { markdownTable } from './record.ts';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation, type FederationTable, type Placement } from '../support/federation.ts';

export interface QuerySet {
  readonly name: string;
  readonly tables: (scale: number) => Promise<readonly FederationTable[]>;
  /** Text by label, in order. */
  readonly queries: ReadonlyMap<string, string>;
  readonly placements: Readonly<Record<string, Placement>>;
}

/** A query a file, labelled by the file's name in capitals: `q03.sql` is Q03. */
export function queriesIn(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return new Map(files.map((file) => [file.slice(0, -4).toUpperCase(), readFileSync(path.join(folder, file), 'utf8')]));
}

/** The named group on one source, all else on another. */
export const only =
  (group: readonly string[], inside: string, outside: string): Placement =>
  (table) =>
    group.includes(table) ? inside : outside;

export interface QueryReport {
  readonly query: string;
  readonly placement: string;
  readonly pushed: boolean;
  readonly sites: number;
  readonly relayed: boolean;
  readonly outcome: 'equal' | 'refused' | 'different';
  readonly detail: string;
}

export interface SetOptions {
  readonly scale: number;
  /** Numbers of queries: all when left out. */
  readonly queries?: readonly number[];
  readonly onReport: (report: QueryReport) => void;
}

/** Of all queries, or of those with these numbers in their labels. */
export const chosen = (set: Pick<QuerySet, 'queries'>, numbers: readonly number[] | undefined): ReadonlyMap<string, string> =>
  new Map([...set.queries].filter(([label]) => numbers?.includes(Number(label.replace(/\D/g, ''))) ?? true));

export async function runQuerySet(set: QuerySet, options: SetOptions): Promise<readonly QueryReport[]> {
  const federation = await Federation.create(await set.tables(options.scale));
  const reports: QueryReport[] = [];
  try {
    const oracle = await connectText(federation.oracleConfig());
    const queries = chosen(set, options.queries);
    const expected = new Map<string, Awaited<ReturnType<typeof run>>>();
    for (const [query, sql] of queries) expected.set(query, await run(oracle, sql));
    await oracle.end();
    for (const [placement, where] of Object.entries(set.placements)) {
      for (const pushed of [true, false]) {
        const gateway = await federation.gateway(where, pushed ? {} : { disabled: ['placement'] });
        try {
          const client = await connectText(gateway.clientConfig);
          for (const [query, sql] of queries) {
            const judged = await runOne(client, sql, expected.get(query)!);
            const report = { query, placement, pushed, ...judged };
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

async function runOne(
  client: pg.Client,
  sql: string,
  expected: Awaited<ReturnType<typeof run>>,
): Promise<Omit<QueryReport, 'query' | 'placement' | 'pushed'>> {
  const actual = await run(client, sql);
  const where = await placementOf(client, sql);
  if (expected.error) return { ...where, outcome: 'different', detail: `PostgreSQL refuses it: ${expected.error.message}` };
  if (actual.error?.code === '0A000') return { ...where, outcome: 'refused', detail: actual.error.message };
  const differs = difference(expected, actual, { ordered: false });
  return { ...where, outcome: differs === undefined ? 'equal' : 'different', detail: differs ?? '' };
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly Site: string;
  readonly Plans?: readonly PlanNode[];
}

async function placementOf(client: pg.Client, sql: string): Promise<{ sites: number; relayed: boolean }> {
  const explained = await run(client, `EXPLAIN (FORMAT JSON) ${sql}`);
  if (explained.error) return { sites: 0, relayed: false };
  const [{ Plan: root }] = JSON.parse(explained.rows[0]![0]!) as [{ Plan: PlanNode }];
  const sites = new Set<string>();
  const visit = (node: PlanNode): void => {
    sites.add(node.Site);
    node.Plans?.forEach(visit);
  };
  visit(root);
  return { sites: sites.size, relayed: root['Node Type'] === 'Remote Query' && root.Site.startsWith('pg') };
}

const cellOf = (r: QueryReport): string =>
  `${r.outcome === 'equal' ? '' : `${r.outcome} `}${r.relayed ? 'relay' : `${r.sites} site${r.sites === 1 ? '' : 's'}`}`;

const labelsOf = (reports: readonly QueryReport[]): readonly string[] => [...new Set(reports.map((r) => r.query))];

const count = (reports: readonly QueryReport[], outcome: QueryReport['outcome']): number =>
  reports.filter((r) => r.outcome === outcome).length;

/** One line per query: what each placement made of it; and the counts in the last line. */
export function setSummary(set: QuerySet, reports: readonly QueryReport[], scale: number): string {
  const refused = labelsOf(reports.filter((r) => r.outcome === 'refused'));
  return [
    `     ${Object.keys(set.placements).join('  |  ')}`,
    ...labelsOf(reports).map((query) => {
      const cells = reports.filter((r) => r.query === query && r.pushed).map(cellOf);
      return `${query}  ${cells.join('  |  ')}`;
    }),
    `${set.name} at scale ${scale}: ${count(reports, 'equal')} equal, ${count(reports, 'refused')} refused ` +
      `(queries ${refused.join(', ') || 'none'}), ${count(reports, 'different')} different`,
  ].join('\n');
}

/** The same for the docs. */
export function setMarkdown(set: QuerySet, reports: readonly QueryReport[], scale: number): string {
  const rows = labelsOf(reports).map((query) => [
    query,
    ...reports.filter((r) => r.query === query && r.pushed).map(cellOf),
    reports.every((r) => r.query !== query || r.pushed || r.outcome === 'equal') ? 'equal' : '**not equal**',
  ]);
  return [
    `Scale ${scale}: ${count(reports, 'equal')} of ${reports.length} runs equal, ${count(reports, 'refused')} refused, ` +
      `${count(reports, 'different')} different. Sites that each query ran on:`,
    '',
    markdownTable([['', ...Object.keys(set.placements), 'placement off, all five'], ...rows]),
  ].join('\n');
}
