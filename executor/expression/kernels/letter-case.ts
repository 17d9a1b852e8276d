/**
 * upper, lower and initcap as PostgreSQL's builtin locale has them: code point by code point. Under collation C only ASCII
 * letters change.
 */
import type { Collation } from '../../../core/sql-type.ts';
import { alphanumericFlips, lowerRuns, upperRuns } from './letter-table.ts';

type Mapping = ReadonlyMap<number, number>;

function readRuns(text: string): Mapping {
  const mapping = new Map<number, number>();
  let start = 0;
  for (const run of text.split(',')) {
    const [distance, count, step, delta] = run.split(' ').map((part) => parseInt(part, 36)) as [number, number, number, number];
    start += distance;
    for (let i = 0; i <= count; i++) mapping.set(start + i * step, start + i * step + delta);
  }
  return mapping;
}

let upperMapping: Mapping | undefined;
let lowerMapping: Mapping | undefined;
let flips: Int32Array | undefined;

function readFlips(): Int32Array {
  let at = 0;
  return Int32Array.from(alphanumericFlips.split(' '), (distance) => (at += parseInt(distance, 36)));
}

/** [[:alnum:]] of pg_c_utf8. */
function isAlphanumeric(codePoint: number): boolean {
  flips ??= readFlips();
  let low = 0;
  let high = flips.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (flips[middle]! <= codePoint) low = middle + 1;
    else high = middle;
  }
  return (low & 1) === 1;
}

/** The same as ranges, ends included; the ASCII digits are the one that begins at 48. */
export function alphanumericRanges(): readonly (readonly [number, number])[] {
  flips ??= readFlips();
  const ranges: (readonly [number, number])[] = [];
  for (let i = 0; i + 1 < flips.length; i += 2) ranges.push([flips[i]!, flips[i + 1]! - 1]);
  return ranges;
}

function mapped(text: string, mapping: Mapping): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length;) {
    const codePoint = text.codePointAt(i)!;
    const width = codePoint > 0xffff ? 2 : 1;
    const other = mapping.get(codePoint);
    if (other !== undefined) {
      out += text.slice(from, i) + String.fromCodePoint(other);
      from = i + width;
    }
    i += width;
  }
  return from === 0 ? text : out + text.slice(from);
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

const upperUnicode = (text: string): string =>
  isAscii(text) ? text.toUpperCase() : mapped(text, (upperMapping ??= readRuns(upperRuns)));
const lowerUnicode = (text: string): string =>
  isAscii(text) ? text.toLowerCase() : mapped(text, (lowerMapping ??= readRuns(lowerRuns)));
const upperAscii = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const capitalise =
  (upper: (text: string) => string, lower: (text: string) => string, isWord: (codePoint: number) => boolean) =>
  (text: string): string => {
    let out = '';
    let inWord = false;
    for (const character of text) {
      out += inWord ? lower(character) : upper(character);
      inWord = isWord(character.codePointAt(0)!);
    }
    return out;
  };
const isAsciiWord = (codePoint: number): boolean => /[a-zA-Z0-9]/.test(String.fromCodePoint(codePoint));

const unicode = { upper: upperUnicode, lower: lowerUnicode, initcap: capitalise(upperUnicode, lowerUnicode, isAlphanumeric) };
const ascii = { upper: upperAscii, lower: lowerAscii, initcap: capitalise(upperAscii, lowerAscii, isAsciiWord) };

/** `C` by name means ASCII; the database's default is pg_c_utf8. */
export const letterCase = (collation: Collation): typeof unicode => (collation === 'C' ? ascii : unicode);
