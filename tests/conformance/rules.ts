/**
 * Every rule of the planner off, one at a time: the statements of tests/differential and the query sets must have the oracle's
 * answer without it too, or the rule hides a mistake. `placement` off leaves everything to the gateway and makes every join flip
 * its sides, `cost-placement` off leaves everything to the sources, `shipping-cost` off moves whatever can be moved.
 */
import path from 'node:path';
import { answers, placements, statements, wrongAnswers } from '../differential/statements.ts';
import { TABLES } from '../differential/tables.ts';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import { JOB } from './job.ts';
import { queriesIn, type QuerySet } from './query-set.ts';
import { markdownTable } from './record.ts';
import { tpcdsTables } from './tpcds/data.ts';
import { TPCDS_PLACEMENTS } from './tpcds.ts';
import { TPCH } from './tpch.ts';

/** Each with two kinds of sources and something to join across them. */
const STATEMENT_PLACEMENTS = ['events and codes in DuckDB', 'two PostgreSQLs and a DuckDB'] as const;

/** As small as they may be and still have rows. */
const SETS: readonly (QuerySet & { readonly scale: number })[] = [
  { ...TPCH, scale: 0.01 },
  { ...JOB, scale: 0.02 },
  {
    name: 'tpcds',
    tables: tpcdsTables,
    queries: queriesIn(path.join(__dirname, 'tpcds/queries')),
    placements: TPCDS_PLACEMENTS,
    scale: 0.001,
  },
];

export interface RuleReport {
  readonly rule: string;
  /** What was run: the statements under one placement, or a query set under one. */
  readonly what: string;
  readonly runs: number;
  readonly wrong: readonly string[];
}

export interface RulesOptions {
  readonly rules: readonly string[];
  readonly onReport: (report: RuleReport) => void;
}

export async function runRules({ rules, onReport }: RulesOptions): Promise<readonly RuleReport[]> {
  const reports: RuleReport[] = [];
  const add = (report: RuleReport): void => {
    reports.push(report);
    onReport(report);
  };
  await runStatements(rules, add);
  for (const set of SETS) await runSet(set, rules, add);
  return reports;
}

async function runStatements(rules: readonly string[], onReport: (report: RuleReport) => void): Promise<void> {
  const federation = await Federation.create(TABLES);
  try {
    const expected = await answers(federation.oracleConfig());
    for (const placement of STATEMENT_PLACEMENTS) {
      for (const rule of rules) {
        const gateway = await federation.gateway(placements[placement], { disabled: [rule] });
        try {
          const wrong = await wrongAnswers(gateway.clientConfig, expected);
          onReport({ rule, what: `statements, ${placement}`, runs: statements.length, wrong });
        } finally {
          await gateway.stop();
        }
      }
    }
  } finally {
    await federation.stop();
  }
}

async function runSet(
  set: (typeof SETS)[number],
  rules: readonly string[],
  onReport: (report: RuleReport) => void,
): Promise<void> {
  const federation = await Federation.create(await set.tables(set.scale));
  try {
    const oracle = await connectText(federation.oracleConfig());
    const expected = new Map<string, Awaited<ReturnType<typeof run>>>();
    for (const [query, sql] of set.queries) expected.set(query, await run(oracle, sql));
    await oracle.end();
    for (const [placement, where] of Object.entries(set.placements)) {
      if (placement.startsWith('all in')) continue;
      const disabled = new Set<string>();
      const gateway = await federation.gateway(where, { observer: { disabled } });
      try {
        const client = await connectText(gateway.clientConfig);
        for (const rule of rules) {
          disabled.clear();
          for (const off of ['feedback', rule]) disabled.add(off);
          const wrong: string[] = [];
          for (const [query, sql] of set.queries) {
            // A comment of its own: the gateway keeps plans by their text.
            const answer = await run(client, sql.replace(/\b(select|with)\b/i, `$1 /* without ${rule} */`));
            const differs = difference(expected.get(query)!, answer, { ordered: false });
            if (differs !== undefined) wrong.push(`${query}: ${differs}`);
          }
          onReport({ rule, what: `${set.name}, ${placement}`, runs: set.queries.size, wrong });
        }
        await client.end();
      } finally {
        await gateway.stop();
      }
    }
  } finally {
    await federation.stop();
  }
}

export const rulesSummary = (reports: readonly RuleReport[]): string => {
  const runs = reports.reduce((sum, report) => sum + report.runs, 0);
  const wrong = reports.reduce((sum, report) => sum + report.wrong.length, 0);
  return `rules: ${new Set(reports.map(({ rule }) => rule)).size} rules off, ${runs} runs, ${wrong} different`;
};

export function rulesTable(reports: readonly RuleReport[]): string {
  const kindOf = ({ what }: RuleReport): string => what.slice(0, what.indexOf(','));
  const kinds = [...new Set(reports.map(kindOf))];
  const outcome = (rule: string, kind: string): string => {
    const found = reports.filter((report) => report.rule === rule && kindOf(report) === kind);
    const runs = found.reduce((sum, report) => sum + report.runs, 0);
    const wrong = found.reduce((sum, report) => sum + report.wrong.length, 0);
    return wrong === 0 ? `${runs} equal` : `${wrong} of ${runs} different`;
  };
  const rows = [...new Set(reports.map(({ rule }) => rule))].map((rule) => [
    `\`${rule}\``,
    ...kinds.map((kind) => outcome(rule, kind)),
  ]);
  return markdownTable([['off', ...kinds], ...rows]);
}
