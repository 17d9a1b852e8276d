/** What a campaign counted: per world, added up over worlds, and as the summary that docs/conformance.md keeps. */
import { markdownTable } from '../conformance/record.ts';
import type { Verdict } from './verdict.ts';

export interface Failure {
  readonly seed: number;
  readonly index: number;
  readonly placement: string;
  readonly sql: string;
  /** Of its parameters. */
  readonly values: readonly string[];
  readonly detail: string;
  /** The whole statement before it was shrunk. */
  readonly original: string;
}

/** Plain data: it travels between processes and lies in journals. */
export interface Tally {
  statements: number;
  readonly verdicts: Partial<Record<Verdict['kind'], number>>;
  /** Reasons of refused and skipped executions and of free choices. */
  readonly reasons: Record<string, number>;
  /** One statement for each reason. */
  readonly examples: Record<string, string>;
  readonly failures: Failure[];
}

export const emptyTally = (): Tally => ({ statements: 0, verdicts: {}, reasons: {}, examples: {}, failures: [] });

export const count = <K extends string>(counts: Partial<Record<K, number>>, key: K, by = 1): void => {
  counts[key] = (counts[key] ?? 0) + by;
};

export function addTally(total: Tally, tally: Tally): void {
  total.statements += tally.statements;
  total.failures.push(...tally.failures);
  for (const [kind, n] of Object.entries(tally.verdicts)) count(total.verdicts, kind as Verdict['kind'], n);
  for (const [reason, n] of Object.entries(tally.reasons)) count(total.reasons, reason, n);
  for (const [reason, sql] of Object.entries(tally.examples)) total.examples[reason] ??= sql;
}

export const executions = ({ verdicts }: Tally): number => Object.values(verdicts).reduce((sum, n) => sum + n, 0);

export function summary(tally: Tally): string {
  const verdicts = Object.entries(tally.verdicts).map(([kind, n]) => `${n} ${kind}`);
  return `fuzz: ${tally.statements} statements, ${executions(tally)} executions: ${verdicts.join(', ')}; ${tally.failures.length} failures`;
}

const REASONS_SHOWN = 40;

/** Most frequent first. */
export const reasonsOf = (tally: Tally): readonly (readonly [string, number])[] =>
  Object.entries(tally.reasons)
    .sort((a, b) => b[1] - a[1])
    .slice(0, REASONS_SHOWN);

export function fuzzMarkdown(tally: Tally, seeds: string): string {
  const share = (kind: Verdict['kind']): string => {
    const n = tally.verdicts[kind] ?? 0;
    return `${n} (${((100 * n) / Math.max(1, executions(tally))).toFixed(2)} %)`;
  };
  const answers = markdownTable([
    ['statements', 'executions', 'equal', 'free choice', 'refused', 'not accepted by PostgreSQL', 'different'],
    [
      tally.statements,
      executions(tally),
      share('equal'),
      share('free choice'),
      share('refused'),
      share('skipped'),
      tally.failures.length,
    ],
  ]);
  return `${seeds}.\n\n${answers}\n\n${markdownTable([['executions', 'reason'], ...reasonsOf(tally).map(([reason, n]) => [n, reason])])}`;
}
