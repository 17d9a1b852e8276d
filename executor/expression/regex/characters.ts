/** Character sets of regular expressions as JavaScript classes, with the classes and cases of a collation. */
import type { Collation } from '../../../core/sql-type.ts';
import { alphanumericRanges, letterCase } from '../kernels/letter-case.ts';
import type { CharacterClass, CharacterSet } from './syntax.ts';
import { Unsupported } from './syntax.ts';

export interface CharacterRules {
  readonly collation: Collation;
  readonly ignoreCase: boolean;
}

type Range = readonly [number, number];

const DIGITS: readonly Range[] = [[48, 57]];
const SPACES_ASCII: readonly Range[] = [
  [9, 13],
  [32, 32],
];
const SPACES: readonly Range[] = [
  ...SPACES_ASCII,
  [0x85, 0x85],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];
const UNDERSCORE: Range = [95, 95];
const LETTERS_ASCII: readonly Range[] = [
  [65, 90],
  [97, 122],
];

function rangesOf(name: CharacterClass, collation: Collation): readonly Range[] {
  const ascii = collation === 'C';
  switch (name.replace('not ', '')) {
    case 'digit':
      return DIGITS;
    case 'space':
      return ascii ? SPACES_ASCII : SPACES;
    case 'alnum':
      return ascii ? [...DIGITS, ...LETTERS_ASCII] : alphanumericRanges();
    case 'alpha':
      return ascii ? LETTERS_ASCII : alphanumericRanges().filter(([from]) => from !== 48);
    default:
      return ascii ? [...DIGITS, ...LETTERS_ASCII, UNDERSCORE] : [...alphanumericRanges(), UNDERSCORE];
  }
}

/** A range of more letters is not taken apart for its cases. */
const CASED_RANGE_MAX = 400;

/** Without case a letter stands for its lower and its upper form, which need not include itself. */
function cased([from, to]: Range, collation: Collation): readonly Range[] {
  if (to - from >= CASED_RANGE_MAX) throw new Unsupported('a wide range without case');
  const { upper, lower } = letterCase(collation);
  const ranges: Range[] = [];
  for (let codePoint = from; codePoint <= to; codePoint++) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    const character = String.fromCodePoint(codePoint);
    for (const form of [lower(character), upper(character)]) {
      const at = form.codePointAt(0)!;
      ranges.push([at, at]);
    }
  }
  return ranges;
}

const codeText = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;
const rangeText = ([from, to]: Range): string => (from === to ? codeText(from) : `${codeText(from)}-${codeText(to)}`);

/** `[…]` for a RegExp with the flag `u`. */
export function classText(set: CharacterSet, rules: CharacterRules): string {
  const ranges = literalRanges(set, rules);
  const [only] = set.classes;
  if (only?.startsWith('not ') === true) return `[^${rangesOf(only, rules.collation).map(rangeText).join('')}]`;
  const all = [...ranges, ...set.classes.flatMap((name) => rangesOf(name, rules.collation))];
  return `[${set.negated ? '^' : ''}${all.map(rangeText).join('')}]`;
}

const literalRanges = (set: CharacterSet, rules: CharacterRules): readonly Range[] =>
  rules.ignoreCase ? set.ranges.flatMap((range) => cased(range, rules.collation)) : set.ranges;

/** Whether no character is in both; only plain ranges are looked into. */
export function areDisjoint(a: CharacterSet, b: CharacterSet, rules: CharacterRules): boolean {
  if (a.negated || b.negated || a.classes.length > 0 || b.classes.length > 0) return false;
  const others = literalRanges(b, rules);
  return literalRanges(a, rules).every(([from, to]) => others.every((other) => to < other[0] || from > other[1]));
}
