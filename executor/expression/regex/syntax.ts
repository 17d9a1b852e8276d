/**
 * PostgreSQL's advanced regular expressions (its manual, section 9.7.3) as trees. Only what has a plain counterpart in
 * JavaScript is read: no back references, no directors (`***`), no collating elements. Anything else is an Unsupported,
 * also what PostgreSQL would call an error.
 */

export type Regex =
  | { readonly kind: 'alternation'; readonly branches: readonly Regex[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Regex[] }
  | CharacterSet
  | { readonly kind: 'repeat'; readonly body: Regex; readonly least: number; readonly most: number; readonly lazy: boolean }
  | { readonly kind: 'group'; readonly captures: boolean; readonly body: Regex }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negated: boolean; readonly body: Regex }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

/** One character out of ranges of code points and classes, or any other one. */
export interface CharacterSet {
  readonly kind: 'set';
  readonly negated: boolean;
  readonly ranges: readonly (readonly [number, number])[];
  readonly classes: readonly CharacterClass[];
}
export type CharacterClass = 'digit' | 'space' | 'word' | 'alpha' | 'alnum' | 'not digit' | 'not space' | 'not word';

export class Unsupported extends Error {}

const DUPLICATES_MAX = 255;
const DEPTH_MAX = 100;

const escapedCharacters: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const classEscapes: Readonly<Record<string, CharacterClass>> = {
  d: 'digit',
  s: 'space',
  w: 'word',
  D: 'not digit',
  S: 'not space',
  W: 'not word',
};
const namedClasses: ReadonlySet<string> = new Set(['digit', 'space', 'alpha', 'alnum', 'word']);

const everything: CharacterSet = { kind: 'set', negated: true, ranges: [], classes: [] };
const single = (codePoint: number): CharacterSet => ({
  kind: 'set',
  negated: false,
  ranges: [[codePoint, codePoint]],
  classes: [],
});

export function parseRegex(pattern: string): Regex {
  if (pattern.startsWith('***') || /^\(\?[a-z]+\)/.test(pattern)) throw new Unsupported('a director');
  return new Parser(pattern).whole();
}

class Parser {
  private readonly text: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(pattern: string) {
    this.text = Array.from(pattern);
  }

  whole(): Regex {
    const regex = this.alternation();
    if (this.at < this.text.length) throw new Unsupported('unbalanced parentheses');
    return regex;
  }

  private get next(): string | undefined {
    return this.text[this.at];
  }
  private follows(text: string): boolean {
    return Array.from(text).every((character, i) => this.text[this.at + i] === character);
  }
  private take(text: string): boolean {
    if (!this.follows(text)) return false;
    this.at += text.length;
    return true;
  }

  private alternation(): Regex {
    if (++this.depth > DEPTH_MAX) throw new Unsupported('deep nesting');
    const branches = [this.sequence()];
    while (this.take('|')) branches.push(this.sequence());
    this.depth--;
    return branches.length === 1 ? branches[0]! : { kind: 'alternation', branches };
  }

  private sequence(): Regex {
    const parts: Regex[] = [];
    while (this.next !== undefined && this.next !== '|' && this.next !== ')') parts.push(this.quantified());
    return { kind: 'sequence', parts };
  }

  private quantified(): Regex {
    const atom = this.atom();
    const bounds = this.quantifier();
    if (bounds === undefined) return atom;
    if (atom.kind === 'start' || atom.kind === 'end' || atom.kind === 'look') throw new Unsupported('a repeated constraint');
    const lazy = this.take('?');
    if (this.quantifier() !== undefined) throw new Unsupported('a repeated quantifier');
    return { kind: 'repeat', body: atom, ...bounds, lazy };
  }

  private quantifier(): { readonly least: number; readonly most: number } | undefined {
    if (this.take('*')) return { least: 0, most: Infinity };
    if (this.take('+')) return { least: 1, most: Infinity };
    if (this.take('?')) return { least: 0, most: 1 };
    const bounds = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(this.text.slice(this.at, this.at + 9).join(''));
    if (bounds === null) {
      if (this.next === '{' && /\d/.test(this.text[this.at + 1] ?? '')) throw new Unsupported('a malformed bound');
      return undefined;
    }
    const least = Number(bounds[1]);
    const most = bounds[3] !== undefined ? Number(bounds[3]) : bounds[2] === undefined ? least : Infinity;
    if (least > DUPLICATES_MAX || (most > DUPLICATES_MAX && most !== Infinity) || least > most) {
      throw new Unsupported('a bound out of range');
    }
    this.at += bounds[0].length;
    return { least, most };
  }

  private atom(): Regex {
    const character = this.text[this.at++]!;
    switch (character) {
      case '(':
        return this.group();
      case '[':
        return this.bracket();
      case '.':
        return everything;
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        throw new Unsupported('a quantifier without operand');
      default:
        return single(character.codePointAt(0)!);
    }
  }

  private group(): Regex {
    const look = ['?=', '?!', '?<=', '?<!'].find((opening) => this.take(opening));
    const captures = look === undefined && !this.take('?:');
    if (captures && this.next === '?') throw new Unsupported('an unknown kind of group');
    const body = this.alternation();
    if (!this.take(')')) throw new Unsupported('unbalanced parentheses');
    if (look === undefined) return { kind: 'group', captures, body };
    return { kind: 'look', behind: look.includes('<'), negated: look.endsWith('!'), body };
  }

  private escape(): Regex {
    const character = this.text[this.at++];
    if (character === undefined) throw new Unsupported('a trailing backslash');
    if (character === 'A') return { kind: 'start' };
    if (character === 'Z') return { kind: 'end' };
    const characterClass = classEscapes[character];
    if (characterClass !== undefined) return { kind: 'set', negated: false, ranges: [], classes: [characterClass] };
    return single(this.escapedCharacter(character));
  }

  private escapedCharacter(character: string): number {
    const known = escapedCharacters[character];
    if (known !== undefined) return known;
    // ASCII letters and digits mean something special, all others themselves.
    if (/[a-zA-Z0-9]/.test(character)) throw new Unsupported(`the escape \\${character}`);
    return character.codePointAt(0)!;
  }

  private bracket(): Regex {
    const negated = this.take('^');
    const ranges: [number, number][] = [];
    const classes: CharacterClass[] = [];
    for (let first = true; first || this.next !== ']'; first = false) {
      const element = this.bracketElement(first);
      if (typeof element === 'string') {
        if (this.next === '-' && this.text[this.at + 1] !== ']') throw new Unsupported('a range from a class');
        classes.push(element);
        continue;
      }
      let last = element;
      if (this.next === '-' && this.text[this.at + 1] !== ']') {
        this.at++;
        const end = this.bracketElement(false);
        if (typeof end === 'string' || end < element) throw new Unsupported('a malformed range');
        last = end;
        if (this.next === '-' && this.text[this.at + 1] !== ']') throw new Unsupported('a malformed range');
      }
      ranges.push([element, last]);
    }
    this.at++;
    return { kind: 'set', negated, ranges, classes };
  }

  /** A code point, or a class. */
  private bracketElement(first: boolean): number | CharacterClass {
    const character = this.text[this.at++];
    if (character === undefined) throw new Unsupported('unbalanced brackets');
    if (character === '[' && /[:.=]/.test(this.next ?? '')) return this.namedClass();
    if (character === '-' && !first && this.next !== ']') throw new Unsupported('a hyphen within brackets');
    if (character !== '\\') return character.codePointAt(0)!;
    const escaped = this.text[this.at++];
    if (escaped === undefined) throw new Unsupported('unbalanced brackets');
    const characterClass = classEscapes[escaped];
    if (characterClass?.startsWith('not ') === true) throw new Unsupported(`the escape \\${escaped} within brackets`);
    return characterClass ?? this.escapedCharacter(escaped);
  }

  private namedClass(): CharacterClass {
    const name = /^:([a-z]+):\]/.exec(this.text.slice(this.at, this.at + 12).join(''));
    if (name === null || !namedClasses.has(name[1]!)) throw new Unsupported('a named class or collating element');
    this.at += name[0].length;
    return name[1] as CharacterClass;
  }
}
