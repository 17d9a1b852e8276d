/**
 * Every rule of the planner off, one at a time: the statements of tests/differential must have the oracle's answer without it
 * too, or the rule hides a mistake. `placement` off leaves everything to the gateway and makes every join flip its sides,
 * `cost-placement` off leaves everything to the sources, `shipping-cost` off moves whatever can be moved.
 */
import { answers, placements, statements, wrongAnswers } from '../differential/statements.ts';
import { TABLES } from '../differential/tables.ts';
import { Federation } from '../support/federation.ts';
import { markdownTable } from './record.ts';

/** Each with two kinds of sources and something to join across them. */
const PLACEMENTS = ['events and codes in DuckDB', 'two PostgreSQLs and a DuckDB'] as const;

export interface RuleReport {
  readonly rule: string;
  readonly placement: string;
  readonly wrong: readonly string[];
}

export interface RulesOptions {
  readonly rules: readonly string[];
  readonly onReport: (report: RuleReport) => void;
}

export async function runRules({ rules, onReport }: RulesOptions): Promise<readonly RuleReport[]> {
  const federation = await Federation.create(TABLES);
  const reports: RuleReport[] = [];
  try {
    const expected = await answers(federation.oracleConfig());
    for (const placement of PLACEMENTS) {
      for (const rule of rules) {
        const gateway = await federation.gateway(placements[placement], { disabled: [rule] });
        try {
          const report = { rule, placement, wrong: await wrongAnswers(gateway.clientConfig, expected) };
          reports.push(report);
          onReport(report);
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

export const rulesSummary = (reports: readonly RuleReport[]): string => {
  const wrong = reports.reduce((sum, report) => sum + report.wrong.length, 0);
  return `rules: ${reports.length} runs of ${statements.length} statements, ${wrong} different`;
};

export function rulesTable(reports: readonly RuleReport[]): string {
  const rules = [...new Set(reports.map(({ rule }) => rule))];
  const outcome = (rule: string, placement: string): string => {
    const found = reports.find((report) => report.rule === rule && report.placement === placement);
    return found === undefined ? '' : found.wrong.length === 0 ? 'equal' : `${found.wrong.length} different`;
  };
  const rows = rules.map((rule) => [`\`${rule}\``, ...PLACEMENTS.map((placement) => outcome(rule, placement))]);
  return `${statements.length} statements in each run.\n\n${markdownTable([['off', ...PLACEMENTS], ...rows])}`;
}
