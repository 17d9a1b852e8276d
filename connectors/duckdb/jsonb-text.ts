/**
 * JSON as PostgreSQL prints jsonb: keys by length, then by bytes, the last of equal ones kept; `": "` and `", "`; numbers
 * without exponents and with all their digits. Source are DuckDB's nested values and JSON text inside of them.
 */
import { powerOfTen } from '../../core/numeric-binary.ts';
import { sqlError, statementTooComplex } from '../../core/sql-error.ts';

/** A value on its way into jsonb; scalars are finished text already. */
export type JsonTree = string | readonly JsonTree[] | ReadonlyMap<string, JsonTree>;

const NESTING_MAX = 1_000;

/** `tree`: strings are JSON text, arrays arrays, maps objects. */
export function jsonbText(tree: JsonTree, depth = 0): string {
  if (typeof tree === 'string') return tree;
  if (depth > NESTING_MAX) throw statementTooComplex();
  if (tree instanceof Map) {
    const keys = [...(tree as ReadonlyMap<string, JsonTree>).keys()].map((key) => ({ key, bytes: Buffer.from(key, 'utf8') }));
    keys.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
    return `{${keys.map(({ key }) => `${jsonString(key)}: ${jsonbText((tree as ReadonlyMap<string, JsonTree>).get(key)!, depth + 1)}`).join(', ')}}`;
  }
  return `[${(tree as readonly JsonTree[]).map((item) => jsonbText(item, depth + 1)).join(', ')}]`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** As PostgreSQL's escape_json: control characters escaped, everything else as it is. */
export function jsonString(text: string): string {
  // eslint-disable-next-line no-control-regex
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (char) => {
    if (char === '\0') throw nulCharacter();
    return ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

const nulCharacter = () =>
  sqlError('22P05', 'unsupported Unicode escape sequence', { detail: '\\u0000 cannot be converted to text.' });

/** A number as numeric prints it; NaN and infinities, which JSON has not, as strings (as PostgreSQL's to_jsonb does). */
export function jsonNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return jsonString(text);
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  if (Math.abs(shift) > 131_072) throw sqlError('22003', 'value overflows numeric format');
  const scale = Math.max(0, fraction.length - shift);
  const digits = BigInt(whole! + fraction);
  const unscaled = digits * powerOfTen(Math.max(0, scale - fraction.length + shift));
  const padded = unscaled.toString().padStart(scale + 1, '0');
  const point = padded.length - scale;
  return `${unscaled === 0n ? '' : sign}${padded.slice(0, point)}${scale > 0 ? `.${padded.slice(point)}` : ''}`;
}

/** Reads JSON text, keeping the digits of its numbers. */
export function parseJson(text: string): JsonTree {
  const parser = new JsonParser(text);
  return parser.document();
}

class JsonParser {
  private at = 0;
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  document(): JsonTree {
    const tree = this.value(0);
    this.space();
    if (this.at < this.text.length) throw this.invalid();
    return tree;
  }

  private value(depth: number): JsonTree {
    if (depth > NESTING_MAX) throw statementTooComplex();
    this.space();
    switch (this.text[this.at]) {
      case '{': {
        const object = new Map<string, JsonTree>();
        this.items('}', () => {
          this.space();
          const key = this.string();
          this.space();
          if (this.text[this.at++] !== ':') throw this.invalid();
          object.set(key, this.value(depth + 1));
        });
        return object;
      }
      case '[': {
        const array: JsonTree[] = [];
        this.items(']', () => array.push(this.value(depth + 1)));
        return array;
      }
      case '"':
        return jsonString(this.string());
      default:
        return this.word();
    }
  }

  private items(end: string, item: () => void): void {
    this.at++;
    this.space();
    if (this.text[this.at] === end) {
      this.at++;
      return;
    }
    for (;;) {
      item();
      this.space();
      const next = this.text[this.at++];
      if (next === end) return;
      if (next !== ',') throw this.invalid();
    }
  }

  private string(): string {
    const pattern = /"(?:[^"\\]|\\.)*"/sy;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) throw this.invalid();
    this.at = pattern.lastIndex;
    return JSON.parse(match[0]) as string;
  }

  private word(): string {
    const pattern = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) throw this.invalid();
    this.at = pattern.lastIndex;
    return /^[tfn]/.test(match[0]) ? match[0] : jsonNumber(match[0]);
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private invalid() {
    return sqlError('22P02', 'invalid input syntax for type json', {
      detail: `at character ${this.at + 1} of ${this.text.slice(0, 100)}`,
    });
  }
}
