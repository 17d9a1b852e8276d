/**
 * `source.schema.table` → the schema under which the catalog server holds it. PostgreSQL reads a three-part name as
 * database.schema.table, so the first two parts are replaced in the text, by position, before it is sent.
 * When the client connected to a source by name (`dbname=shop`), that source's own schemas come first: `public.orders`.
 */
import { tokensOf, visitSyntax } from './statement-text.ts';
import type { Edit, RawStatement, SyntaxNode, Token } from './statement-text.ts';

export interface SourceNames {
  /** Configured source with this name, by its default schema; undefined: no such source. */
  defaultSchema(source: string): string | undefined;
  /** Schemas the source had at the last refresh. */
  schemas(source: string): ReadonlySet<string>;
  /** Sources whose default schema has a relation of this name. */
  holding(relation: string): readonly string[];
  /** Why nothing is known of a source that has not answered since the start; undefined when it has. */
  unread(source: string): string | undefined;
}

/** The catalog's schema for a source's schema. */
export const mirrorSchema = (source: string, schema: string, defaultSchema: string): string =>
  schema === defaultSchema ? source : `${source}.${schema}`;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const namesOf = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((item: { String?: { sval?: string } }) => item.String?.sval ?? '') : [];

interface Found {
  /** Byte offset of the name's first token. */
  readonly location: number;
  /** Tokens replaced: 3 for `source . schema`, 1 for `schema`. */
  readonly tokens: 1 | 3;
  readonly schema: string;
}

/** Statement kinds whose names carry no position in the syntax tree: their dotted names are found among the tokens. */
const withoutPositions = new Set([
  'CommentStmt',
  'DropStmt',
  'AlterObjectSchemaStmt',
  'RenameStmt',
  'AlterOwnerStmt',
  'GrantStmt',
  'SecLabelStmt',
]);

/** The edits one statement needs. `session`: the source the client connected to by name. */
export function qualifiedNameEdits(
  sql: string,
  statement: RawStatement,
  sources: SourceNames,
  session: string | undefined,
): Edit[] {
  if (!sql.includes('.')) return [];
  const catalogSchema = (source: string, schema: string): string =>
    quoted(mirrorSchema(source, schema, sources.defaultSchema(source)!));
  const found: Found[] = [];
  const note = (parts: readonly string[], location: unknown, longest: number): void => {
    const at = typeof location === 'number' ? location : 0;
    if (at < 0) return;
    const [first, second] = parts;
    if (parts.length === longest && sources.defaultSchema(first!) !== undefined) {
      found.push({ location: at, tokens: 3, schema: catalogSchema(first!, second!) });
    } else if (session !== undefined && parts.length === longest - 1 && sources.schemas(session).has(first!)) {
      found.push({ location: at, tokens: 1, schema: catalogSchema(session, first!) });
    }
  };
  visitSyntax({ [statement.type]: statement.node }, (type, node) => noteName(type, node, note));
  const needTokens = found.length > 0 || withoutPositions.has(statement.type);
  if (!needTokens) return [];
  const tokens = tokensOf(sql);
  if (withoutPositions.has(statement.type)) noteTokenChains(tokens, statement, note);
  return editsAt(tokens, found);
}

function noteName(
  type: string,
  node: SyntaxNode,
  note: (parts: readonly string[], location: unknown, longest: number) => void,
): void {
  switch (type) {
    case 'RangeVar': {
      const { catalogname, schemaname, relname } = node as { catalogname?: string; schemaname?: string; relname?: string };
      const parts = [catalogname, schemaname, relname].filter((part): part is string => part !== undefined);
      return note(parts, node['location'] ?? 0, 3);
    }
    case 'ColumnRef': {
      const fields = node['fields'] as unknown[];
      return note(namesOf(fields), node['location'] ?? 0, 4);
    }
    case 'FuncCall':
      return note(namesOf(node['funcname']), node['location'] ?? 0, 3);
    case 'TypeName':
      return note(namesOf(node['names']), node['location'] ?? 0, 3);
    default:
      return undefined;
  }
}

/** Chains `a . b . c` (or four, for a column) between the statement's bounds. */
function noteTokenChains(
  tokens: readonly Token[],
  statement: RawStatement,
  note: (parts: readonly string[], location: unknown, longest: number) => void,
): void {
  const longest =
    statement.type === 'CommentStmt' && (statement.node as { objtype?: string }).objtype === 'OBJECT_COLUMN' ? 4 : 3;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.start < statement.start || token.end > statement.end || !token.isIdentifier) continue;
    const parts = [nameOf(token)];
    let next = i + 1;
    while (tokens[next]?.text === '.' && tokens[next + 1]?.isIdentifier) {
      parts.push(nameOf(tokens[next + 1]!));
      next += 2;
    }
    if (parts.length >= 2) note(parts, token.start, longest);
    i = next - 1;
  }
}

/** The name an identifier token stands for. */
const nameOf = (token: Token): string =>
  token.text.startsWith('"') ? token.text.slice(1, -1).replaceAll('""', '"') : token.text.toLowerCase();

function editsAt(tokens: readonly Token[], found: readonly Found[]): Edit[] {
  const byStart = new Map(tokens.map((token, index) => [token.start, index]));
  const edits = new Map<number, Edit>();
  for (const { location, tokens: count, schema } of found) {
    const index = byStart.get(location);
    if (index === undefined) continue;
    edits.set(location, { start: location, end: tokens[index + count - 1]!.end, replacement: schema });
  }
  return [...edits.values()].sort((a, b) => a.start - b.start);
}
