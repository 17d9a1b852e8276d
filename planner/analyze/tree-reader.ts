/**
 * Reads PostgreSQL's `nodeToString` text (what `debug_print_rewritten` sends as a notice's DETAIL) into plain nodes.
 * First step of analysis; knows the grammar, not the meaning of any node (tree-nodes.ts does).
 *
 * The grammar, from src/backend/nodes/{outfuncs,print}.c of PostgreSQL 18:
 *   value  = node | list | datum | token | `<>` (NULL pointer, empty string, empty list)
 *   node   = `{LABEL :field value …}`             list = `(value …)` | `(i 1 2)` | `(o 23)` | `(b 8 9)`
 *   datum  = length `[` signed bytes `]`          token: `\` escapes the next byte, also at a token's start
 * Traps: the dump is wrapped after 78 *bytes*: a newline stands for a space, but inside a token longer than a line it stands
 * for nothing. So bytes are read, and a name with escapes may come back changed (`\` + newline may be an escaped space or
 * newline): structure survives, names are taken from the catalog. Strings are not quoted in fields: STRING_FIELDS says
 * which are never booleans. Reading is iterative: no depth of nesting ends in a stack overflow here.
 */
import { programLimitExceeded } from '../../core/sql-error.ts';
import { InternalError } from '../../core/assert.ts';

/** Fields hold null, booleans, numbers, strings, datums (bytes), nodes, and lists (integer, OID and bit sets as numbers). */
export type TreeValue = null | boolean | number | string | Uint8Array | TreeNode | readonly TreeValue[];
export interface TreeNode {
  readonly tag: string;
  readonly [field: string]: TreeValue;
}

/** Above this the statement is refused (54000): some 300,000 constants. */
const STATEMENT_TREE_BYTES_MAX = 64 * 1024 * 1024;

const STRING_FIELDS = new Set([
  'aliasname',
  'resname',
  'ctename',
  'enrname',
  'name',
  'refname',
  'search_seq_column',
  'cycle_mark_column',
  'cycle_path_column',
  'column_name',
  'returningOldAlias',
  'returningNewAlias',
  'xmlname',
]);

const LINE_BYTES = 78;
const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

type MutableNode = { tag: string } & Record<string, TreeValue>;
/** An unfinished node (with the field awaiting its value) or list. */
type Frame = { readonly node: MutableNode; field: string } | { readonly list: TreeValue[]; numbersOnly: boolean };

class TreeReader {
  private readonly bytes: Buffer;
  private position = 0;
  private lineStart = 0;
  /** Interned labels and field names by their text, so that nodes share strings. */
  private readonly names = new Map<string, string>();

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): TreeValue {
    const stack: Frame[] = [];
    let result: TreeValue | undefined;
    // Hands a finished value to the innermost open node or list.
    const deliver = (value: TreeValue): void => {
      const top = stack.at(-1);
      if (top === undefined) result = value;
      else if ('list' in top) top.list.push(value);
      else {
        if (top.field === '') throw this.malformed('a value without a field');
        top.node[top.field] = value;
        top.field = '';
      }
    };
    for (;;) {
      this.skipSpace();
      const byte = this.bytes[this.position];
      if (byte === undefined) break;
      if (result !== undefined) throw this.malformed('text after the tree');
      const top = stack.at(-1);
      switch (byte) {
        case OPEN_BRACE:
          this.position++;
          stack.push({ node: { tag: this.intern(this.token()) }, field: '' });
          break;
        case CLOSE_BRACE: {
          if (top === undefined || 'list' in top || top.field !== '') throw this.malformed('an unexpected }');
          this.position++;
          stack.pop();
          deliver(top.node);
          break;
        }
        case OPEN:
          this.position++;
          stack.push({ list: [], numbersOnly: this.numberListMarker() });
          break;
        case CLOSE: {
          if (top === undefined || !('list' in top)) throw this.malformed('an unexpected )');
          this.position++;
          stack.pop();
          deliver(top.list);
          break;
        }
        default:
          if (top !== undefined && 'node' in top && top.field === '') {
            if (byte !== COLON) throw this.malformed('a field expected');
            this.position++;
            top.field = this.intern(this.token());
          } else if (top !== undefined && 'list' in top) deliver(this.listItem(top.numbersOnly));
          else deliver(this.scalar(top === undefined ? '' : top.field));
      }
    }
    if (result === undefined || stack.length > 0) throw this.malformed('the end of the text');
    return result;
  }

  /** `(i …`, `(o …` and `(b …` are lists of numbers: eats the letter. */
  private numberListMarker(): boolean {
    const marker = this.bytes[this.position];
    const after = this.bytes[this.position + 1];
    const isMarker = marker === 105 || marker === 111 || marker === 98;
    if (!isMarker || (after !== SPACE && after !== NEWLINE && after !== CLOSE)) return false;
    this.position++;
    return true;
  }

  private listItem(numbersOnly: boolean): TreeValue {
    if (numbersOnly) return this.number(this.token());
    if (this.bytes[this.position] === QUOTE) {
      const text = this.token();
      return text.slice(1, text.endsWith('"') ? -1 : undefined);
    }
    return this.scalar('');
  }

  /** A field's value that is neither node nor list. */
  private scalar(field: string): TreeValue {
    const first = this.bytes[this.position];
    const text = this.token();
    if (text === '<>' && first !== BACKSLASH) return null;
    if (first === BACKSLASH || STRING_FIELDS.has(field)) return text;
    if (text === 'true') return true;
    if (text === 'false') return false;
    if (!/^[-+]?[0-9]/.test(text)) return text;
    const value = this.number(text);
    this.skipSpace();
    return this.bytes[this.position] === OPEN_BRACKET ? this.datum(value) : value;
  }

  /** `[ 3 0 -1 ]`. By-value types announce their own length but dump all eight bytes. */
  private datum(length: number): Uint8Array {
    this.position++;
    const values = new Uint8Array(Math.max(length, 8));
    let count = 0;
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.position] === CLOSE_BRACKET) break;
      if (count === values.length) throw this.malformed('a longer datum than announced');
      values[count++] = this.signedByte();
    }
    this.position++;
    return values.subarray(0, count);
  }

  private signedByte(): number {
    const negative = this.bytes[this.position] === 45;
    if (negative) this.position++;
    let value = 0;
    let digits = 0;
    for (; ; digits++) {
      const digit = (this.bytes[this.position] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      this.position++;
    }
    if (digits === 0) throw this.malformed('a byte expected');
    return negative ? -value : value;
  }

  private skipSpace(): void {
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte === NEWLINE) this.lineStart = this.position + 1;
      else if (byte !== SPACE) return;
      this.position++;
    }
  }

  /** Up to an unescaped space, parenthesis or brace; escapes removed. */
  private token(): string {
    const { bytes } = this;
    const start = this.position;
    let index = start;
    let plain = true;
    for (; ; index++) {
      const byte = bytes[index];
      if (byte === undefined || byte === SPACE || byte === OPEN || byte === CLOSE || byte === OPEN_BRACE || byte === CLOSE_BRACE)
        break;
      if (byte === NEWLINE) {
        if (!this.isCutToken(start, index)) break;
        plain = false;
        this.lineStart = index + 1;
      } else if (byte === BACKSLASH) {
        plain = false;
        if (bytes[index + 1] === NEWLINE) this.lineStart = index + 2;
        index++;
      }
    }
    this.position = index;
    if (index === start) throw this.malformed('a token expected');
    return plain ? bytes.toString('utf8', start, index) : this.unescape(start, index);
  }

  /** A whole line without a space was cut for length, unless the token is complete or the next line starts a new thing. */
  private isCutToken(start: number, newline: number): boolean {
    const { bytes } = this;
    if (newline - this.lineStart !== LINE_BYTES || bytes.subarray(this.lineStart + 1, newline).includes(SPACE)) return false;
    if (bytes[start] === QUOTE) return newline - 1 === start || bytes[newline - 1] !== QUOTE;
    const next = bytes[newline + 1];
    return next !== undefined && next !== COLON && next !== OPEN_BRACE;
  }

  private unescape(start: number, end: number): string {
    const out: number[] = [];
    for (let index = start; index < end; index++) {
      let byte = this.bytes[index]!;
      if (byte === NEWLINE) continue;
      if (byte === BACKSLASH && index + 1 < end) byte = this.bytes[++index]!;
      out.push(byte === NEWLINE ? SPACE : byte);
    }
    return Buffer.from(out).toString('utf8');
  }

  private number(text: string): number {
    const value = Number(text);
    if (Number.isNaN(value)) throw this.malformed(`a number expected, "${text}" found`);
    return value;
  }

  private intern(name: string): string {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    this.names.set(name, name);
    return name;
  }

  private malformed(what: string): InternalError {
    return new InternalError(`query tree from the catalog server cannot be read at byte ${this.position}: ${what}`);
  }
}

/** The outermost value: for an analysed statement a list of QUERY nodes (rules can make several). */
export function readTree(bytes: Uint8Array, limitBytes = STATEMENT_TREE_BYTES_MAX): TreeValue {
  if (bytes.length > limitBytes) throw programLimitExceeded('statement is too large to be analysed');
  return new TreeReader(bytes).read();
}
