/**
 * json and jsonb input. json keeps its text and is only checked; jsonb is brought to the one text PostgreSQL prints for it:
 * keys by length then bytes, the last of equal keys, numbers as numeric, fixed spacing (src/backend/utils/adt/jsonb.c).
 */
import { compareStrings } from './compare-strings.ts';
import { formatNumeric, parseNumeric } from './numeric-text.ts';
import type { SqlError } from './sql-error.ts';
import { sqlError, statementTooComplex } from './sql-error.ts';

const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;

/** A number that numeric prints as it is written here. */
const IS_NUMERIC = /^(?:-?[1-9]\d{0,99}|0)(?:\.\d{1,99})?$/;

/** Nesting beyond this is refused before our own stack ends. */
const DEPTH_MAX = 3000;

/** Raises 22P02 unless the text is JSON. */
export function checkJson(text: string): void {
  new JsonReader(text, false).document();
}

/** jsonb's text for a JSON text; 22P02, or 22P05 for a \u escape that no text can hold. */
export const canonicalJsonb = (text: string): string => new JsonReader(text, true).document();

class JsonReader {
  private readonly text: string;
  private readonly canonical: boolean;
  private at = 0;

  constructor(text: string, canonical: boolean) {
    this.text = text;
    this.canonical = canonical;
  }

  /** The canonical text; meaningless when only checking. */
  document(): string {
    const result = this.value(0);
    this.skipSpace();
    if (this.at < this.text.length) throw this.invalid();
    return result;
  }

  private value(depth: number): string {
    if (depth > DEPTH_MAX) throw statementTooComplex();
    this.skipSpace();
    const first = this.text[this.at];
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return quoteJson(this.string());
    const number = this.take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number !== undefined) {
      if (/[\w.+-]/.test(this.text[this.at] ?? ' ')) throw this.invalid();
      if (!this.canonical) return '';
      return IS_NUMERIC.test(number) ? number : formatNumeric(parseNumeric(number));
    }
    const word = this.take(/[A-Za-z]+/y);
    if (word !== 'true' && word !== 'false' && word !== 'null') throw this.invalid();
    return word;
  }

  private array(depth: number): string {
    this.at++;
    const items: string[] = [];
    if (this.punctuation(']')) return '[]';
    do items.push(this.value(depth + 1));
    while (this.punctuation(','));
    if (!this.punctuation(']')) throw this.invalid();
    return `[${items.join(', ')}]`;
  }

  private object(depth: number): string {
    this.at++;
    const members = new Map<string, string>();
    if (this.punctuation('}')) return '{}';
    do {
      this.skipSpace();
      if (this.text[this.at] !== '"') throw this.invalid();
      const key = this.string();
      if (!this.punctuation(':')) throw this.invalid();
      members.set(key, this.value(depth + 1));
    } while (this.punctuation(','));
    if (!this.punctuation('}')) throw this.invalid();
    if (!this.canonical) return '';
    return `{${sortedKeys(members)
      .map((key) => `${quoteJson(key)}: ${members.get(key)!}`)
      .join(', ')}}`;
  }

  private string(): string {
    const plain = this.plainString();
    if (plain !== undefined) return plain;
    // oxlint-disable-next-line no-control-regex -- JSON forbids them unescaped
    const body = this.take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (body === undefined) throw this.invalid();
    const inner = body.slice(1, -1);
    if (!inner.includes('\\')) return inner;
    const text = inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, character: string) =>
      hex === undefined ? escapes[character]! : String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (this.canonical && text.includes('\0')) throw unsupportedEscape('\\u0000 cannot be converted to text.');
    // json keeps them as they are written; whoever reads the string complains.
    if (this.canonical && /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
      throw sqlError('22P02', 'invalid input syntax for type json', { detail: 'Unicode surrogates must come in pairs.' });
    }
    return text;
  }

  /** Undefined, and nothing read, where it holds escapes or does not end. */
  private plainString(): string | undefined {
    const from = this.at + 1;
    for (let end = from; end < this.text.length; end++) {
      const c = this.text.charCodeAt(end);
      if (c === BACKSLASH || c < SPACE) return undefined;
      if (c !== QUOTE) continue;
      this.at = end + 1;
      return this.text.slice(from, end);
    }
    return undefined;
  }

  private punctuation(character: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
  private skipSpace(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== SPACE && c !== 10 && c !== 13 && c !== 9) return;
      this.at++;
    }
  }
  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const taken = pattern.exec(this.text)?.[0];
    if (taken !== undefined) this.at += taken.length;
    return taken;
  }
  private invalid(): SqlError {
    const rest = this.text.slice(this.at);
    const detail =
      rest.trim() === '' ? 'The input string ended unexpectedly.' : `Token "${/^\w+|./s.exec(rest)![0]}" is invalid.`;
    return sqlError('22P02', 'invalid input syntax for type json', { detail });
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const unsupportedEscape = (detail: string) => sqlError('22P05', 'unsupported Unicode escape sequence', { detail });

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// oxlint-disable no-control-regex
const ESCAPED = /["\\\u0000-\u001f]/;
const ALL_ESCAPED = /["\\\u0000-\u001f]/g;

/** A JSON string literal as PostgreSQL writes it (escape_json). */
export const quoteJson = (text: string): string =>
  ESCAPED.test(text)
    ? `"${text.replaceAll(ALL_ESCAPED, (c) => shortEscapes[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`
    : `"${text}"`;

/** As jsonb keeps them: by length in bytes, then by bytes. */
export function sortedKeys(members: ReadonlyMap<string, unknown>): readonly string[] {
  return [...members.keys()].sort((a, b) => Buffer.byteLength(a, 'utf8') - Buffer.byteLength(b, 'utf8') || compareStrings(a, b));
}
