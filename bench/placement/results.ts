/** What the placement benchmark has found so far, kept per query, so that it can be run in parts and go on when it was interrupted. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Figure } from './measure.ts';

export interface QueryResult {
  /** Of the code that was measured. */
  readonly commit: string;
  readonly set: string;
  readonly scale: number;
  /** Which group was isolated. */
  readonly group: string;
  readonly layout: string;
  readonly link: string;
  readonly query: string;
  readonly rounds: number;
  readonly limitMs: number;
  /** By contender's name. */
  readonly figures: Readonly<Record<string, Figure>>;
  /** Contenders that could not take part, and why. */
  readonly absent: Readonly<Record<string, string>>;
}

const FILE = path.join(__dirname, '../results/placement-queries.json');

/** What a result is of, but for the code. */
export type Measurand = Pick<QueryResult, 'set' | 'scale' | 'group' | 'layout' | 'link' | 'query'>;
const keyOf = ({ set, scale, group, layout, link, query }: Measurand): string =>
  [set, scale, group, layout, link, query].join(' ');

/** In the order in which they were measured last. */
const kept = (): readonly QueryResult[] => (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as QueryResult[]) : []);

/** Adds to what is kept; a query measured again replaces its older figures. */
export function keep(results: readonly QueryResult[]): void {
  const added = new Set(results.map(keyOf));
  const all = [...kept().filter((result) => !added.has(keyOf(result))), ...results];
  mkdirSync(path.dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(all, null, 1)}\n`);
}

export interface Newest {
  /** Undefined: nothing is kept. */
  readonly commit: string | undefined;
  readonly results: readonly QueryResult[];
  /** Kept, but of other code. */
  readonly leftOut: number;
}

/** Of the code that was measured last. */
export function newest(): Newest {
  const all = kept();
  const commit = all.at(-1)?.commit;
  const results = all.filter((result) => result.commit === commit);
  return { commit, results, leftOut: all.length - results.length };
}

const CHANGED = '-dirty';

/** Of the working tree, with a mark when that has changes. */
export const currentCommit = (): string =>
  execFileSync('git', ['describe', '--always', `--dirty=${CHANGED}`, '--exclude=*'], { cwd: __dirname, encoding: 'utf8' }).trim();

type Wanted = Measurand & Pick<QueryResult, 'commit' | 'rounds' | 'limitMs'> & { readonly contenders: readonly string[] };

/** Tells whether something need not be measured again. */
export function measuredAlready(known: readonly QueryResult[] = kept()): (wanted: Wanted) => boolean {
  const results = new Map(known.map((result) => [keyOf(result), result]));
  return (wanted) => {
    const { commit, rounds, limitMs, contenders } = wanted;
    const result = results.get(keyOf(wanted));
    // Changes that are not committed may be others by now.
    if (result?.commit !== commit || commit.endsWith(CHANGED)) return false;
    if (result.rounds !== rounds || result.limitMs !== limitMs) return false;
    return contenders.every((name) => name in result.figures || name in result.absent);
  };
}
