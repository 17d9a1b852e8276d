/** Matches of a translated regular expression one after the other, in the steps PostgreSQL takes (regexp.c, varlena.c). */
import type { Finder } from './translate.ts';

/** Positions in UTF-16 units; group 0 is the whole match. */
export interface RegexMatch {
  readonly from: number;
  readonly to: number;
  readonly groups: readonly (string | null)[];
}

/** The longest of the leftmost matches from `start` on. */
export function findMatch(finder: Finder, text: string, start: number): RegexMatch | undefined {
  let best: { from: number; to: number; found: RegExpExecArray; groupsBefore: number } | undefined;
  for (const { regex, groupsBefore } of finder.alternatives) {
    regex.lastIndex = start;
    const found = regex.exec(text);
    if (found === null) continue;
    const [from, to] = [found.index, found.index + found[0].length];
    if (best === undefined || from < best.from || (from === best.from && to > best.to)) best = { from, to, found, groupsBefore };
  }
  if (best === undefined) return undefined;
  const { from, to, found, groupsBefore } = best;
  const groups: (string | null)[] = Array.from({ length: finder.groups + 1 }, () => null);
  groups[0] = found[0];
  for (let i = 1; i < found.length; i++) groups[groupsBefore + i] = found[i] ?? null;
  return { from, to, groups };
}

/** Units of the character at a position. */
const widthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** After an empty match the search goes on one character later. */
export function* matchesOf(finder: Finder, text: string, start: number): Generator<RegexMatch> {
  for (let at = start; at <= text.length;) {
    const match = findMatch(finder, text, at);
    if (match === undefined) return;
    yield match;
    at = match.from === match.to ? match.to + widthAt(text, match.to) : match.to;
  }
}

/** `\1` … `\9` and `\&` stand for what matched, `\\` for a backslash; any other backslash for itself. */
const substituted = (template: string, { groups }: RegexMatch): string =>
  template.replaceAll(/\\([1-9&\\])/g, (_, what: string) => {
    if (what === '\\') return '\\';
    return groups[what === '&' ? 0 : Number(what)] ?? '';
  });

/** Replaces match number `nth`, or all for 0, from unit `start` on. */
export function replaceMatches(finder: Finder, text: string, template: string, start: number, nth: number): string {
  let result = '';
  let copied = 0;
  let number = 0;
  for (const match of matchesOf(finder, text, start)) {
    if (nth > 0 && ++number !== nth) continue;
    result += text.slice(copied, match.from) + substituted(template, match);
    copied = match.to;
    if (nth > 0) break;
  }
  return result + text.slice(copied);
}

/** What lies between matches; empty matches at the ends and right after another do not count. */
export function splitByMatches(finder: Finder, text: string): readonly string[] {
  const parts: string[] = [];
  let [from, previous] = [0, 0];
  for (const match of matchesOf(finder, text, 0)) {
    const counts = match.from < text.length && match.to > previous;
    previous = match.to;
    if (!counts) continue;
    parts.push(text.slice(from, match.from));
    from = match.to;
  }
  return [...parts, text.slice(from)];
}
