/** Array literals: `{1,NULL,"a b"}`, nested, with explicit bounds `[0:1]={…}` (array_in, src/backend/utils/adt/arrayfuncs.c). */
import type { Datum, PgArray } from './datum.ts';
import type { SqlError } from './sql-error.ts';
import { programLimitExceeded, sqlError } from './sql-error.ts';

const DIMENSIONS_MAX = 6;
const ELEMENTS_MAX = 134_217_727;

/** `element`: what an element's text means. */
export function parseArray(text: string, delimiter: string, element: (text: string) => Datum): PgArray {
  return new ArrayReader(text, delimiter, element).read();
}

class ArrayReader {
  private readonly text: string;
  private readonly delimiter: string;
  private readonly element: (text: string) => Datum;
  private at = 0;
  private readonly elements: Datum[] = [];
  /** Length per depth, once a brace of that depth has been closed. */
  private readonly lengths: number[] = [];
  /** How deep elements lie; undefined until the first one, or the first empty braces. */
  private depth: number | undefined;

  constructor(text: string, delimiter: string, element: (text: string) => Datum) {
    this.text = text;
    this.delimiter = delimiter;
    this.element = element;
  }

  read(): PgArray {
    const bounds = this.readBounds();
    this.skipSpace();
    if (this.text[this.at] !== '{') {
      throw this.malformed(
        bounds === undefined
          ? 'Array value must start with "{" or dimension information.'
          : 'Array contents must start with "{".',
      );
    }
    this.readBraces(0);
    this.skipSpace();
    if (this.at < this.text.length) throw this.malformed('Junk after closing right brace.');
    const dims = this.elements.length === 0 ? [] : this.lengths;
    if (bounds !== undefined) {
      const matches = dims.length === bounds.length && bounds.every(({ length }, i) => length === dims[i]);
      if (!matches) throw this.malformed('Specified array dimensions do not match array contents.');
    }
    return { dims, lowerBounds: dims.map((_, i) => bounds?.[i]!.lower ?? 1), elements: this.elements };
  }

  private readBounds(): { lower: number; length: number }[] | undefined {
    this.skipSpace();
    if (this.text[this.at] !== '[') return undefined;
    const bounds: { lower: number; length: number }[] = [];
    while (this.text[this.at] === '[') {
      const match = this.take(/\[([+-]?\d+)(?::([+-]?\d+))?\]/y);
      if (match === undefined) throw this.malformed('"[" must introduce explicitly-specified array dimensions.');
      const lower = match[2] === undefined ? 1 : Number(match[1]);
      const upper = Number(match[2] ?? match[1]);
      if (Math.abs(lower) > 0x7fffffff || Math.abs(upper) > 0x7fffffff)
        throw sqlError('54000', 'array bound is out of integer range');
      if (bounds.length === DIMENSIONS_MAX) throw tooManyDimensions();
      if (upper < lower) throw sqlError('2202E', 'upper bound cannot be less than lower bound');
      bounds.push({ lower, length: upper - lower + 1 });
      this.skipSpace();
    }
    if (this.text[this.at] !== '=') throw this.malformed('Missing "=" after array dimensions.');
    this.at++;
    return bounds;
  }

  /** From the opening brace to behind the closing one. */
  private readBraces(depth: number): void {
    if (depth >= DIMENSIONS_MAX) throw tooManyDimensions();
    this.at++;
    let count = 0;
    this.skipSpace();
    if (this.text[this.at] === '}') {
      this.at++;
    } else {
      do {
        this.readItem(depth);
        count++;
        this.skipSpace();
      } while (this.separatorFollows());
    }
    if (this.lengths[depth] === undefined) this.lengths[depth] = count;
    else if (this.lengths[depth] !== count) throw this.ragged();
    if (count === 0) this.elementsAt(depth);
  }

  private separatorFollows(): boolean {
    const character = this.text[this.at];
    if (character === undefined) throw this.malformed('Unexpected end of input.');
    this.at++;
    if (character === this.delimiter) return true;
    if (character === '}') return false;
    throw this.malformed(character === '{' ? 'Unexpected "{" character.' : 'Unexpected array element.');
  }

  private readItem(depth: number): void {
    this.skipSpace();
    const character = this.text[this.at];
    if (character === undefined) throw this.malformed('Unexpected end of input.');
    if (character === '{') {
      if (this.depth !== undefined && this.depth <= depth) throw this.ragged();
      this.readBraces(depth + 1);
      return;
    }
    this.elementsAt(depth);
    this.elements.push(character === '"' ? this.element(this.readQuoted()) : this.readPlain(character));
    if (this.elements.length > ELEMENTS_MAX) {
      throw programLimitExceeded(`array size exceeds the maximum allowed (${ELEMENTS_MAX})`);
    }
  }

  private elementsAt(depth: number): void {
    this.depth ??= depth;
    if (this.depth !== depth) throw this.ragged();
  }

  private readQuoted(): string {
    const match = this.take(/"((?:[^"\\]|\\[^])*)"/y);
    if (match === undefined) throw this.malformed('Unexpected end of input.');
    this.skipSpace();
    const next = this.text[this.at];
    if (next !== undefined && next !== this.delimiter && next !== '}' && next !== '{') {
      throw this.malformed('Incorrectly quoted array element.');
    }
    return match[1]!.replaceAll(/\\([^])/g, '$1');
  }

  private readPlain(first: string): Datum {
    if (first === this.delimiter || first === '}') throw this.malformed(`Unexpected "${first}" character.`);
    const match = this.take(this.delimiter === ';' ? /(?:[^"{};\\]|\\[^])*/y : /(?:[^"{},\\]|\\[^])*/y)!;
    if (this.text[this.at] === '"') throw this.malformed('Incorrectly quoted array element.');
    if (this.text[this.at] === '\\') throw this.malformed('Unexpected end of input.');
    // Blanks at the end do not count, unless escaped.
    const raw = /^(?:\\[^]|[^\\])*?(?=[ \t\n\v\f\r]*$)/.exec(match[0])![0];
    if (/^null$/i.test(raw)) return null;
    return this.element(raw.replaceAll(/\\([^])/g, '$1'));
  }

  private skipSpace(): void {
    this.take(/[ \t\n\v\f\r]+/y);
  }
  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match;
  }
  private ragged(): SqlError {
    return this.malformed('Multidimensional arrays must have sub-arrays with matching dimensions.');
  }
  private malformed(detail: string): SqlError {
    return sqlError('22P02', `malformed array literal: "${this.text}"`, { detail });
  }
}

const tooManyDimensions = (): SqlError =>
  programLimitExceeded(`number of array dimensions exceeds the maximum allowed (${DIMENSIONS_MAX})`);
