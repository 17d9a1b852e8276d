/**
 * Regular expressions of PostgreSQL as JavaScript's, where both are certain to match the same.
 *
 * PostgreSQL finds the leftmost match and of those the longest (or, by a lazy quantifier, the shortest); JavaScript finds
 * the first that its alternatives and quantifiers lead to. Whether there is a match at all is the same question for both.
 * Where it ends, and what its groups hold, is the same when
 *
 * - every part has a fixed length but for one quantifier: its count decides, and both try counts in the same order (it may be
 *   lazy only when there is no other: a quantifier says for PostgreSQL's whole expression what is preferred); or
 * - after such parts of fixed length come only single characters with greedy quantifiers. Taking as many as possible of the
 *   first, then of the second … then ends at least as far as any other way: of two ways through the parts, the one that
 *   spent more characters on the first ones lags behind, and where it meets the other again it can follow that to its end.
 *
 * Alternatives at the top are tried one by one, and the longest of the leftmost wins.
 */
import type { CharacterRules } from './characters.ts';
import { areDisjoint, classText } from './characters.ts';
import type { CharacterSet, Regex } from './syntax.ts';
import { parseRegex, Unsupported } from './syntax.ts';

/** JavaScript's text of a regular expression, for the flag `u`. */
function sourceOf(regex: Regex, rules: CharacterRules): string {
  switch (regex.kind) {
    case 'alternation':
      return regex.branches.map((branch) => sourceOf(branch, rules)).join('|');
    case 'sequence':
      return regex.parts
        .map((part) => (part.kind === 'alternation' ? `(?:${sourceOf(part, rules)})` : sourceOf(part, rules)))
        .join('');
    case 'set':
      return isEverything(regex) ? '[^]' : classText(regex, rules);
    case 'group':
      return `(${regex.captures ? '' : '?:'}${sourceOf(regex.body, rules)})`;
    case 'look':
      return `(?${regex.behind ? '<' : ''}${regex.negated ? '!' : '='}${sourceOf(regex.body, rules)})`;
    case 'start':
      return '^';
    case 'end':
      return '$';
    case 'repeat': {
      const most = regex.most === Infinity ? '' : regex.most;
      return `${sourceOf(regex.body, rules)}{${regex.least},${most}}${regex.lazy ? '?' : ''}`;
    }
  }
}

const isEverything = (set: CharacterSet): boolean => set.negated && set.ranges.length === 0 && set.classes.length === 0;

const childrenOf = (regex: Regex): readonly Regex[] => {
  switch (regex.kind) {
    case 'alternation':
      return regex.branches;
    case 'sequence':
      return regex.parts;
    case 'group':
    case 'look':
    case 'repeat':
      return [regex.body];
    default:
      return [];
  }
};
const some = (regex: Regex, test: (part: Regex) => boolean): boolean =>
  test(regex) || childrenOf(regex).some((child) => some(child, test));

const count = (regex: Regex, test: (part: Regex) => boolean): number =>
  childrenOf(regex).reduce((sum, child) => sum + count(child, test), test(regex) ? 1 : 0);

const isVariable = (regex: Regex): boolean => regex.kind === 'repeat' && regex.least !== regex.most;

/** Backtracking through repeated repeats may take for ever. */
function checkCost(regex: Regex): void {
  const explodes = some(
    regex,
    (part) => part.kind === 'repeat' && part.most > 1 && childrenOf(part).some((body) => some(body, isVariable)),
  );
  if (explodes) throw new Unsupported('repeated quantifiers');
}

/** Characters in every match of it; undefined: not always as many. */
function lengthOf(regex: Regex): number | undefined {
  switch (regex.kind) {
    case 'set':
      return 1;
    case 'start':
    case 'end':
      return 0;
    case 'look':
      return undefined;
    case 'group':
      return lengthOf(regex.body);
    case 'sequence':
      return regex.parts.reduce<number | undefined>((sum, part) => {
        const length = lengthOf(part);
        return sum === undefined || length === undefined ? undefined : sum + length;
      }, 0);
    case 'alternation': {
      const lengths = new Set(regex.branches.map(lengthOf));
      return lengths.size === 1 ? [...lengths][0] : undefined;
    }
    case 'repeat': {
      const length = lengthOf(regex.body);
      return length === undefined || isVariable(regex) ? undefined : length * regex.least;
    }
  }
}

const hasGroups = (regex: Regex): boolean => some(regex, (part) => part.kind === 'group' && part.captures);

/** A group within a repeated part would be asked for one of its rounds. */
const repeatsGroups = (regex: Regex): boolean =>
  some(regex, (part) => {
    if (part.kind !== 'repeat') return false;
    const { body } = part;
    return body.kind === 'group' ? hasGroups(body.body) : hasGroups(body);
  });

/** The parts in a row, groups that are not repeated taken apart. */
function flatParts(regex: Regex): readonly Regex[] {
  if (regex.kind === 'sequence') return regex.parts.flatMap(flatParts);
  return regex.kind === 'group' && regex.body.kind === 'sequence' ? flatParts(regex.body) : [regex];
}

const isGreedyCharacter = (part: Regex): boolean =>
  part.kind === 'set' || (part.kind === 'repeat' && !part.lazy && part.body.kind === 'set');

/** Literals of which none begins another: at most one of them matches at any place. */
function excludeEachOther(regex: Regex, rules: CharacterRules): boolean {
  const body = regex.kind === 'group' ? regex.body : regex;
  if (body.kind !== 'alternation') return false;
  const words = body.branches.map((branch) => (branch.kind === 'sequence' ? branch.parts : [branch]));
  if (!words.every((word): word is readonly CharacterSet[] => word.every((part) => part.kind === 'set'))) return false;
  return words.every((word, i) =>
    words.slice(i + 1).every((other) => word.some((set, at) => other[at] !== undefined && areDisjoint(set, other[at], rules))),
  );
}

/** Where the matches of one alternative end is certain, see above. */
function isCertain(regex: Regex, rules: CharacterRules): boolean {
  if (some(regex, (part) => part.kind === 'look') || repeatsGroups(regex)) return false;
  const parts = flatParts(regex);
  const start = parts[0]?.kind === 'start' ? 1 : 0;
  const end = parts.length > start && parts.at(-1)!.kind === 'end' ? parts.length - 1 : parts.length;
  const inner = parts.slice(start, end);
  if (inner.some((part) => some(part, (child) => child.kind === 'start' || child.kind === 'end'))) return false;
  const loose = inner.filter((part) => lengthOf(part) === undefined);
  if (loose.length === 0) return true;
  const [only] = loose;
  if (loose.length === 1 && only!.kind === 'repeat' && lengthOf(only!.body) !== undefined && lengthOf(only!.body)! > 0)
    return true;
  const first = inner.findIndex((part) => lengthOf(part) === undefined && !excludeEachOther(part, rules));
  return inner.slice(first < 0 ? inner.length : first).every(isGreedyCharacter);
}

/** A RegExp that matches where PostgreSQL's pattern does; where the match ends may differ. Raises Unsupported. */
export function testerOf(pattern: string, rules: CharacterRules): RegExp {
  const regex = parseRegex(pattern);
  checkCost(regex);
  return new RegExp(sourceOf(regex, rules), 'u');
}

/** One RegExp per alternative, with the number of groups before its own; the longest leftmost match of all is the one. */
export interface Alternative {
  readonly regex: RegExp;
  readonly groupsBefore: number;
}
export interface Finder {
  readonly alternatives: readonly Alternative[];
  readonly groups: number;
}

/** For functions that ask where a match is and what its groups hold. Raises Unsupported. */
export function finderOf(pattern: string, rules: CharacterRules): Finder {
  const whole = parseRegex(pattern);
  checkCost(whole);
  const branches = whole.kind === 'alternation' ? whole.branches : [whole];
  const lazy = some(whole, (part) => part.kind === 'repeat' && part.lazy);
  if (lazy && count(whole, (part) => part.kind === 'repeat') + branches.length > 2) {
    throw new Unsupported('lazy beside other quantifiers or alternatives');
  }
  let groups = 0;
  const alternatives = branches.map((branch): Alternative => {
    if (!isCertain(branch, rules)) throw new Unsupported('what may match in several ways');
    const groupsBefore = groups;
    groups += count(branch, (part) => part.kind === 'group' && part.captures);
    return { regex: new RegExp(sourceOf(branch, rules), 'gu'), groupsBefore };
  });
  return { alternatives, groups };
}
