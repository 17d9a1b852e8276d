/**
 * Random regular expressions over three letters: wherever the translation takes one, matches, groups, positions and
 * replacements must be PostgreSQL's. `REGEX_PATTERNS` and `SEED` make longer runs.
 */
import { findMatch, replaceMatches } from '../../../executor/expression/regex/matches.ts';
import { Unsupported } from '../../../executor/expression/regex/syntax.ts';
import { finderOf, testerOf } from '../../../executor/expression/regex/translate.ts';
import { Oracle } from './oracle.ts';

const PATTERNS = Number(process.env['REGEX_PATTERNS'] ?? 600);
const rules = { collation: 'default', ignoreCase: false } as const;

class Generator {
  private state: number;
  constructor(seed: number) {
    this.state = seed;
  }
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1103515245) + 12345) & 0x7fffffff;
    return (this.state >> 8) % limit;
  }
  private one(choices: readonly string[]): string {
    return choices[this.below(choices.length)]!;
  }
  text(): string {
    return Array.from({ length: this.below(9) }, () => this.one(['a', 'b', 'c'])).join('');
  }
  pattern(): string {
    const start = this.below(5) === 0 ? '^' : '';
    return start + this.alternatives(2) + (this.below(4) === 0 ? '$' : '');
  }
  private alternatives(depth: number): string {
    let text = this.sequence(depth);
    while (this.below(4) === 0) text += `|${this.sequence(depth)}`;
    return text;
  }
  private sequence(depth: number): string {
    return Array.from({ length: 1 + this.below(4) }, () => this.atom(depth) + this.quantifier()).join('');
  }
  private atom(depth: number): string {
    const kind = this.below(10);
    if (kind < 5 || depth === 0) return this.one(['a', 'b', 'c']);
    if (kind < 8) return this.one(['.', '[ab]', '[^a]', '[bc]', '[^bc]']);
    return `${this.one(['(', '(?:'])}${this.alternatives(depth - 1)})`;
  }
  private quantifier(): string {
    if (this.below(2) === 0) return '';
    return this.one(['*', '+', '?', '{2}', '{1,2}', '{0,2}', '{1,}']) + (this.below(6) === 0 ? '?' : '');
  }
}

/** undefined: not taken. */
function ifSupported<T>(translate: () => T): T | undefined {
  try {
    return translate();
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

interface Row {
  readonly text: string;
  readonly matches: string;
  readonly groups: string | null;
  readonly replaced: string;
  readonly from: string;
  readonly to: string;
}

test('random patterns', async () => {
  const oracle = await Oracle.start();
  try {
    const generator = new Generator(Number(process.env['SEED'] ?? 1));
    const wrong: string[] = [];
    let located = 0;
    for (let i = 0; i < PATTERNS; i++) {
      const pattern = generator.pattern();
      const texts = Array.from({ length: 10 }, () => generator.text());
      const tester = ifSupported(() => testerOf(pattern, rules));
      if (tester === undefined) continue;
      const finder = ifSupported(() => finderOf(pattern, rules));
      if (finder !== undefined) located++;
      const { rows } = await oracle.client.query<Row>(
        `SELECT x AS text, x ~ $1 AS matches, to_json(regexp_match(x, $1)) AS groups, regexp_replace(x, $1, '<\\&>', 'g') AS replaced,
           regexp_instr(x, $1) AS from, regexp_instr(x, $1, 1, 1, 1) AS to FROM unnest($2::text[]) x`,
        [pattern, texts],
      );
      for (const row of rows) {
        const expected = [row.matches, row.groups, row.replaced, row.from, row.to];
        const actual: (string | null)[] = [tester.test(row.text) ? 't' : 'f', ...expected.slice(1)];
        if (finder !== undefined) {
          const found = findMatch(finder, row.text, 0);
          const groups = found && JSON.stringify(finder.groups === 0 ? found.groups : found.groups.slice(1));
          actual[1] = groups ?? null;
          actual[2] = replaceMatches(finder, row.text, '<\\&>', 0, 0);
          actual[3] = String(found === undefined ? 0 : found.from + 1);
          actual[4] = String(found === undefined ? 0 : found.to + 1);
        }
        if (actual.join() !== expected.join()) wrong.push(`${pattern} on ${row.text}: ${actual.join()}, not ${expected.join()}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(located).toBeGreaterThan(PATTERNS / 4);
  } finally {
    await oracle.stop();
  }
}, 120_000);
