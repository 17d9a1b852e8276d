/**
 * A client's SQL text after PostgreSQL's raw parser (libpg-query): its statements, their syntax trees, and positions.
 * PostgreSQL's parser speaks of byte offsets, clients hear of characters; this is the one place that converts.
 */
import { loadModule, parseSync, scanSync } from 'libpg-query';
import { statementTooComplex } from '../../core/sql-error.ts';

/** A node of the raw syntax tree: `{ SelectStmt: { … } }`. */
export type SyntaxNode = Readonly<Record<string, unknown>>;

export interface RawStatement {
  /** `SelectStmt`, `VariableSetStmt`, … */
  readonly type: string;
  readonly node: SyntaxNode;
  /** Bytes of the client's text, without the semicolon. */
  readonly start: number;
  readonly end: number;
}

/** Syntax errors are not reported from here: the catalog server words them, with SQLSTATE and position. */
export type ParsedText =
  { readonly kind: 'statements'; readonly statements: readonly RawStatement[] } | { readonly kind: 'unparsable' };

export const loadParser = (): Promise<void> => loadModule();

/** Throws 54001 when the text nests deeper than the parser can follow. */
export function parseText(sql: string): ParsedText {
  if (sql === '') return { kind: 'statements', statements: [] };
  try {
    const parsed = parseSync(sql);
    const size = Buffer.byteLength(sql, 'utf8');
    return {
      kind: 'statements',
      statements: (parsed.stmts ?? []).map((raw) => {
        const [type, node] = Object.entries(raw.stmt ?? {})[0] as [string, SyntaxNode];
        const start = raw.stmt_location ?? 0;
        return { type, node, start, end: raw.stmt_len ? start + raw.stmt_len : size };
      }),
    };
  } catch (error) {
    if (error instanceof Error && 'sqlDetails' in error && error.sqlDetails !== undefined) return { kind: 'unparsable' };
    if (isOverflow(error)) throw statementTooComplex();
    throw error;
  }
}

/** A deep recursion ends as a RangeError of JavaScript or a trap of WebAssembly; which of the two depends on the depth. */
const isOverflow = (error: unknown): boolean => {
  const name = (error as { name?: string }).name ?? '';
  return name === 'RangeError' || name === 'RuntimeError';
};

export interface Token {
  readonly text: string;
  /** Bytes. */
  readonly start: number;
  readonly end: number;
  readonly isIdentifier: boolean;
  readonly isString: boolean;
}

/** Tokens without comments. */
export function tokensOf(sql: string): Token[] {
  return scanSync(sql)
    .tokens.filter((token) => token.tokenName !== 'SQL_COMMENT' && token.tokenName !== 'C_COMMENT')
    .map((token) => ({
      text: token.text,
      start: token.start,
      end: token.end,
      isIdentifier: token.tokenName === 'IDENT' || token.keywordKind !== 0,
      isString: token.tokenName === 'SCONST' || token.tokenName === 'USCONST',
    }));
}

/** Replacements in a text, by byte offsets, in order and without overlap. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

export interface AmbiguousName {
  readonly name: string;
  readonly sources: readonly string[];
  /** 1-based, in characters of the client's text. */
  readonly position: number;
}

/**
 * What is sent to the catalog server in place of (a part of) the client's text, and the way back from its positions.
 */
export class SentText {
  readonly sql: string;
  /** Bare names that several sources have, while nobody chose a search path. */
  readonly ambiguous: readonly AmbiguousName[];
  private readonly original: string;
  private readonly from: number;
  private readonly edits: readonly Edit[];

  /** Bytes `from` … `to` of `original`, with `edits` (offsets into `original`) applied. */
  constructor(original: string, from = 0, to?: number, edits: readonly Edit[] = [], ambiguous: readonly AmbiguousName[] = []) {
    this.ambiguous = ambiguous;
    this.original = original;
    this.from = from;
    this.edits = edits.filter((edit) => edit.start >= from && (to === undefined || edit.end <= to));
    if (from === 0 && to === undefined && this.edits.length === 0) {
      this.sql = original;
      return;
    }
    const bytes = Buffer.from(original, 'utf8');
    const parts: string[] = [];
    let at = from;
    for (const edit of this.edits) {
      parts.push(bytes.toString('utf8', at, edit.start), edit.replacement);
      at = edit.end;
    }
    parts.push(bytes.toString('utf8', at, to ?? bytes.length));
    this.sql = parts.join('');
  }

  /** Bytes `start` … `end` of the client's text, edited alike. */
  part(start: number, end: number): SentText {
    return new SentText(this.original, start, end, this.edits, this.ambiguous);
  }

  /** True when positions need no mapping. */
  get verbatim(): boolean {
    return this.from === 0 && this.edits.length === 0;
  }

  /** 1-based character position in `sql` → the same in the client's text. */
  originalPosition(position: number): number {
    if (this.verbatim) return position;
    const byte = this.originalByte(
      Buffer.byteLength(
        Array.from(this.sql)
          .slice(0, position - 1)
          .join(''),
        'utf8',
      ),
    );
    return Array.from(Buffer.from(this.original, 'utf8').toString('utf8', 0, byte)).length + 1;
  }

  /** Byte offset in `sql` → 0-based character offset in the client's text. */
  originalCharacter(byteOffset: number): number {
    const byte = this.originalByte(byteOffset);
    return Array.from(Buffer.from(this.original, 'utf8').toString('utf8', 0, byte)).length;
  }

  private originalByte(sentByte: number): number {
    let shift = this.from;
    for (const edit of this.edits) {
      const startInSent = edit.start - shift;
      const size = Buffer.byteLength(edit.replacement, 'utf8');
      if (sentByte < startInSent) break;
      if (sentByte < startInSent + size) return edit.start;
      shift += edit.end - edit.start - size;
    }
    return sentByte + shift;
  }
}

/** Every node of a syntax tree, without recursion; `visit` gets the node's type and fields. */
export function visitSyntax(root: unknown, visit: (type: string, node: SyntaxNode) => void): void {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) {
      for (const item of value) waiting.push(item);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (typeof inner !== 'object' || inner === null) continue;
        if (/^[A-Z]/.test(key) && !Array.isArray(inner)) visit(key, inner as SyntaxNode);
        else if ((key === 'rel' || key === 'relation') && !Array.isArray(inner) && 'relname' in inner)
          visit('RangeVar', inner as SyntaxNode);
        waiting.push(inner);
      }
    }
  }
}
