/** format(): `%s`, `%I` and `%L` with positions, widths and the minus flag, read as text_format of varlena.c reads them. */
import { quoteIdentifier, quoteString } from '../../../core/quoting.ts';
import { sqlError } from '../../../core/sql-error.ts';
import { sqlType } from '../../../core/sql-type.ts';
import { parseDatum } from '../../../core/text-parse.ts';
import type { TextSettings } from '../../../core/text-settings.ts';
import { characterCount } from './characters.ts';

const INT_MAX = 2147483647;

const unterminated = () => sqlError('22023', 'unterminated format() type specifier', { hint: 'For a single "%" use "%%".' });
const tooFew = () => sqlError('22023', 'too few arguments for format()');
const outOfRange = () => sqlError('22003', 'number is out of range');
const argumentZero = () => sqlError('22023', 'format specifies argument 0, but arguments are numbered from 1');

interface Specifier {
  /** -1: the next argument. */
  argument: number;
  /** -1: no argument gives the width; 0: the next one does. */
  widthArgument: number;
  leftAligned: boolean;
  width: number;
}

/** Reads the format; there is always a character left, or the specifier is unterminated. */
class FormatReader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  peek(): string {
    return this.text[this.at]!;
  }

  advance(): void {
    if (++this.at >= this.text.length) throw unterminated();
  }

  /** undefined: no digits here. */
  #number(): number | undefined {
    let value: number | undefined;
    for (; this.peek() >= '0' && this.peek() <= '9'; this.advance()) {
      value = (value ?? 0) * 10 + Number(this.peek());
      if (value > INT_MAX) throw outOfRange();
    }
    return value;
  }

  specifier(): Specifier {
    const result: Specifier = { argument: -1, widthArgument: -1, leftAligned: false, width: 0 };
    const first = this.#number();
    if (first !== undefined) {
      if (this.peek() !== '$') return { ...result, width: first };
      if (first === 0) throw argumentZero();
      result.argument = first;
      this.advance();
    }
    for (; this.peek() === '-'; this.advance()) result.leftAligned = true;
    if (this.peek() !== '*') return { ...result, width: this.#number() ?? 0 };
    this.advance();
    const position = this.#number();
    if (position === undefined) return { ...result, widthArgument: 0 };
    if (this.peek() !== '$') throw sqlError('22023', 'width argument position must be ended by "$"');
    if (position === 0) throw argumentZero();
    this.advance();
    return { ...result, widthArgument: position };
  }
}

function aligned(text: string, width: number, leftAligned: boolean): string {
  if (width === 0) return text;
  if (width < -INT_MAX) throw outOfRange();
  const blanks = ' '.repeat(Math.max(0, Math.abs(width) - characterCount(text)));
  return width < 0 || leftAligned ? text + blanks : blanks + text;
}

function converted(conversion: string, value: string | null): string {
  switch (conversion) {
    case 'I':
      if (value === null) throw sqlError('22004', 'null values cannot be formatted as an SQL identifier');
      return quoteIdentifier(value);
    case 'L':
      return value === null ? 'NULL' : quoteString(value);
    default:
      return value ?? '';
  }
}

/** `args`: the texts of the arguments after the format. */
export function formatText(settings: TextSettings, format: string, args: readonly (string | null)[]): string {
  const reader = new FormatReader(format);
  let result = '';
  let next = 1;
  const argument = (): string | null => {
    const value = args[next - 1];
    if (value === undefined) throw tooFew();
    next++;
    return value;
  };
  for (; reader.at < format.length; reader.at++) {
    if (reader.peek() !== '%') {
      result += reader.peek();
      continue;
    }
    reader.advance();
    if (reader.peek() === '%') {
      result += '%';
      continue;
    }
    const specifier = reader.specifier();
    const conversion = reader.peek();
    if (!'sIL'.includes(conversion)) {
      const character = String.fromCodePoint(format.codePointAt(reader.at)!);
      throw sqlError('22023', `unrecognized format() type specifier "${character}"`, { hint: 'For a single "%" use "%%".' });
    }
    let { width } = specifier;
    if (specifier.widthArgument >= 0) {
      if (specifier.widthArgument > 0) next = specifier.widthArgument;
      const text = argument();
      width = text === null ? 0 : (parseDatum(sqlType('int4'), text, settings) as number);
    }
    if (specifier.argument > 0) next = specifier.argument;
    result += aligned(converted(conversion, argument()), width, specifier.leftAligned);
  }
  return result;
}
