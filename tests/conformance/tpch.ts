/**
 * `npm run conformance -- tpch [--scale 0.01]`: the 22 TPC-H queries under every placement, with placement on and off,
 * against one PostgreSQL that holds all tables. Prints, per query and placement, how many sites it ran on and whether it
 * was relayed; a query that is refused is listed with its 0A000, a different answer is a failure.
 */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { generateTpch } from '../../bench/tpch/generate.ts';
import { TPCH_GROUPS, TPCH_TABLES } from '../../bench/tpch/tables.ts';
import { markdownTable } from './record.ts';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation, type Placement } from '../support/federation.ts';

const only =
  (group: readonly string[], inside: string, outside: string): Placement =>
  (table) =>
    group.includes(table) ? inside : outside;

/** All in one, and each of the splits of the Accio paper with the named group on a source of its own. */
export const TPCH_PLACEMENTS: Readonly<Record<string, Placement>> = {
  'all in PostgreSQL': () => 'pg',
  'all in DuckDB': () => 'duck',
  'parts in DuckDB': only(TPCH_GROUPS.parts, 'duck', 'pg'),
  'orders in DuckDB': only(TPCH_GROUPS.orders, 'duck', 'pg'),
  'customers in DuckDB': only(TPCH_GROUPS.customers, 'duck', 'pg'),
};

export interface QueryReport {
  readonly query: number;
  readonly placement: string;
  readonly pushed: boolean;
  readonly sites: number;
  readonly relayed: boolean;
  readonly outcome: 'equal' | 'refused' | 'different';
  readonly detail?: string;
}

export interface TpchOptions {
  readonly scale: number;
  readonly placements?: readonly string[];
  readonly queries?: readonly number[];
  readonly onReport?: (report: QueryReport) => void;
}

export const tpchQuery = (n: number): string =>
  readFileSync(path.join(__dirname, '../../bench/tpch/queries', `q${String(n).padStart(2, '0')}.sql`), 'utf8');

export async function runTpch(options: TpchOptions): Promise<readonly QueryReport[]> {
  const folder = await generateTpch(options.scale, path.join(os.tmpdir(), 'tributary-bench-data'));
  const tables = TPCH_TABLES.map((table) => ({ ...table, csvFile: path.join(folder, `${table.name}.csv`) }));
  const federation = await Federation.create(tables);
  const reports: QueryReport[] = [];
  try {
    const oracle = await connectText(federation.oracleConfig());
    const queries = options.queries ?? Array.from({ length: 22 }, (_, i) => i + 1);
    const expected = new Map<number, Awaited<ReturnType<typeof run>>>();
    for (const n of queries) expected.set(n, await run(oracle, tpchQuery(n)));
    await oracle.end();
    for (const name of options.placements ?? Object.keys(TPCH_PLACEMENTS)) {
      for (const pushed of [true, false]) {
        const gateway = await federation.gateway(TPCH_PLACEMENTS[name]!, pushed ? {} : { disabled: ['placement'] });
        try {
          const client = await connectText(gateway.clientConfig);
          for (const query of queries) {
            const report = await runOne(client, query, expected.get(query)!, name, pushed);
            reports.push(report);
            options.onReport?.(report);
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
  query: number,
  expected: Awaited<ReturnType<typeof run>>,
  placement: string,
  pushed: boolean,
): Promise<QueryReport> {
  const sql = tpchQuery(query);
  const actual = await run(client, sql);
  const where = await placementOf(client, sql);
  const base = { query, placement, pushed, ...where };
  if (actual.error?.code === '0A000') return { ...base, outcome: 'refused', detail: actual.error.message };
  const differs = difference(expected, actual, { ordered: false });
  return differs === undefined ? { ...base, outcome: 'equal' } : { ...base, outcome: 'different', detail: differs };
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

const label = (query: number): string => `Q${String(query).padStart(2, '0')}`;

const queriesIn = (reports: readonly QueryReport[]): readonly number[] => [...new Set(reports.map((r) => r.query))];

/** One line per query: what each placement made of it. */
export const tpchTable = (reports: readonly QueryReport[]): string =>
  queriesIn(reports)
    .map(
      (query) =>
        `${label(query)}  ${reports
          .filter((r) => r.query === query && r.pushed)
          .map(cellOf)
          .join('  |  ')}`,
    )
    .join('\n');

/** The same for the docs, with the counts. */
export function tpchMarkdown(reports: readonly QueryReport[], scale: string): string {
  const count = (outcome: QueryReport['outcome']): number => reports.filter((r) => r.outcome === outcome).length;
  const rows = queriesIn(reports).map((query) => [
    label(query),
    ...reports.filter((r) => r.query === query && r.pushed).map(cellOf),
    reports.every((r) => r.query !== query || r.pushed || r.outcome === 'equal') ? 'equal' : '**not equal**',
  ]);
  return [
    `Scale ${scale}: ${count('equal')} of ${reports.length} runs equal, ${count('refused')} refused, ${count('different')} different. Sites that each query ran on:`,
    '',
    markdownTable([['', ...Object.keys(TPCH_PLACEMENTS), 'placement off, all five'], ...rows]),
  ].join('\n');
}
