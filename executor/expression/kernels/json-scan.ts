/**
 * Parts of a JSON text found by scanning it, without building a tree: members of objects, elements of arrays. The text is
 * valid (json was checked when it was read, jsonb is our own); positions are of UTF-16 units.
 */
import { sqlError } from '../../../core/sql-error.ts';

/** text[from, to) is one value, without the blanks around it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const QUOTE = 34;
const BACKSLASH = 92;

function skipSpace(text: string, at: number): number {
  for (;;) {
    const c = text.charCodeAt(at);
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return at;
    at++;
  }
}

/** Past the string that begins at `at`. */
function skipString(text: string, at: number): number {
  for (at++; ; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) return at + 1;
    if (c === BACKSLASH) at++;
  }
}

const endOfScalar = /[\s,\]}]|$/g;

/** Past the value that begins at `at`. */
function skipValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return skipString(text, at);
  if (first !== '{' && first !== '[') {
    endOfScalar.lastIndex = at;
    return endOfScalar.exec(text)!.index;
  }
  for (let depth = 0; ; at++) {
    const c = text[at];
    if (c === '"') at = skipString(text, at) - 1;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return at + 1;
  }
}

export function wholeOf(text: string): Span {
  const from = skipSpace(text, 0);
  return { from, to: skipValue(text, from) };
}

/** Every member of the object, in order; nothing for another value. */
export function* membersOf(text: string, { from }: Span): Generator<{ readonly key: string; readonly value: Span }> {
  if (text[from] !== '{') return;
  let at = skipSpace(text, from + 1);
  while (text[at] !== '}') {
    const afterKey = skipString(text, at);
    const key = stringOf(text, { from: at, to: afterKey });
    // Past the colon.
    const valueFrom = skipSpace(text, skipSpace(text, afterKey) + 1);
    const value = { from: valueFrom, to: skipValue(text, valueFrom) };
    yield { key, value };
    at = skipSpace(text, value.to);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
}

/** Every element of the array, in order; nothing for another value. */
export function* elementsOf(text: string, { from }: Span): Generator<Span> {
  if (text[from] !== '[') return;
  let at = skipSpace(text, from + 1);
  while (text[at] !== ']') {
    const value = { from: at, to: skipValue(text, at) };
    yield value;
    at = skipSpace(text, value.to);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
}

/** Counted from the end when negative. */
export function elementAt(text: string, array: Span, index: number): Span | undefined {
  if (index < 0) {
    const elements = [...elementsOf(text, array)];
    return elements[elements.length + index];
  }
  for (const element of elementsOf(text, array)) if (index-- === 0) return element;
  return undefined;
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The characters of a string value. */
export function stringOf(text: string, { from, to }: Span): string {
  const body = text.slice(from + 1, to - 1);
  if (!body.includes('\\')) return body;
  const characters = body.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, character: string) =>
    hex === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  if (characters.includes('\0')) {
    throw sqlError('22P05', 'unsupported Unicode escape sequence', { detail: '\\u0000 cannot be converted to text.' });
  }
  if (LONE_SURROGATE.test(characters)) {
    throw sqlError('22P02', 'invalid input syntax for type json', { detail: 'Unicode surrogates must come in pairs.' });
  }
  return characters;
}

/** json keeps escapes that no text can hold; a function that looks into it meets them all. */
export function checkEscapes(text: string): void {
  if (!text.includes('\\u')) return;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    const to = skipString(text, at);
    stringOf(text, { from: at, to });
    at = to;
  }
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

export function kindOf(text: string, { from }: Span): JsonKind {
  switch (text[from]) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}
