/**
 * What a statement is to the gateway, by the node type of its raw syntax tree. An allow-list: a type that is not named here
 * is refused, because only what was thought about may run on the catalog server, where mirrors are empty.
 */
import { featureNotSupported, sqlError } from '../../core/sql-error.ts';
import type { AnalyzeTarget } from '../statistics-collector.ts';
import type { RawStatement, SyntaxNode } from './statement-text.ts';
import { tokensOf } from './statement-text.ts';

/** Part of the client's text, in bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type StatementClass =
  /** PostgreSQL rewrites it and prints its tree: that tells whether it reads a mirror. */
  | { readonly kind: 'analysable'; readonly modifies: boolean; readonly locks: boolean }
  /** The catalog server's own business, whole. */
  | { readonly kind: 'forward' }
  /** `NOTIFY tributary_refresh [, 'source']`: the mirrors are brought up to date first. */
  | { readonly kind: 'refresh'; readonly source: string | undefined }
  /** ANALYZE: statistics of sources are collected anew first; none named: of all. */
  | { readonly kind: 'analyze'; readonly targets: readonly AnalyzeTarget[] }
  | { readonly kind: 'transaction' }
  | { readonly kind: 'explain'; readonly inner: Span; readonly node: SyntaxNode }
  | { readonly kind: 'declare'; readonly inner: Span; readonly name: string; readonly options: number }
  | { readonly kind: 'fetch'; readonly name: string; readonly move: boolean; readonly direction: string; readonly count: number }
  /** undefined: ALL. */
  | { readonly kind: 'close'; readonly name: string | undefined }
  | { readonly kind: 'prepare'; readonly name: string; readonly inner: Span }
  | { readonly kind: 'execute'; readonly name: string; readonly arguments: Span | null }
  | { readonly kind: 'deallocate'; readonly name: string | undefined }
  /** DISCARD ALL and the like: what we keep for the session goes too. */
  | { readonly kind: 'discard'; readonly all: boolean }
  | { readonly kind: 'copy-out'; readonly query: Span | null; readonly relation: Span | null; readonly node: SyntaxNode }
  /** `start`: of the statement, in bytes. */
  | { readonly kind: 'create-as'; readonly inner: Span; readonly start: number; readonly node: SyntaxNode };

/** DECLARE's option bits (parsenodes.h). */
export const cursorOptions = { binary: 1, scroll: 2, noScroll: 4, hold: 32 } as const;

const forwarded = new Set([
  'AlterCollationStmt',
  'AlterDefaultPrivilegesStmt',
  'AlterDomainStmt',
  'AlterEnumStmt',
  'AlterFunctionStmt',
  'AlterObjectSchemaStmt',
  'AlterOperatorStmt',
  'AlterOwnerStmt',
  'AlterPolicyStmt',
  'AlterRoleSetStmt',
  'AlterRoleStmt',
  'AlterSeqStmt',
  'AlterStatsStmt',
  'AlterTableStmt',
  'AlterTypeStmt',
  'CallStmt',
  'ClusterStmt',
  'CommentStmt',
  'CompositeTypeStmt',
  'ConstraintsSetStmt',
  'CreateCastStmt',
  'CreateDomainStmt',
  'CreateEnumStmt',
  'CreatePolicyStmt',
  'CreateRangeStmt',
  'CreateRoleStmt',
  'CreateSchemaStmt',
  'CreateSeqStmt',
  'CreateStatsStmt',
  'CreateStmt',
  'CreateTrigStmt',
  'DefineStmt',
  'DropOwnedStmt',
  'DropRoleStmt',
  'DropStmt',
  'GrantRoleStmt',
  'GrantStmt',
  'IndexStmt',
  'ListenStmt',
  'LockStmt',
  'ReassignOwnedStmt',
  'RefreshMatViewStmt',
  'ReindexStmt',
  'RenameStmt',
  'TruncateStmt',
  'UnlistenStmt',
  'VariableSetStmt',
  'VariableShowStmt',
  'ViewStmt',
]);

/** Throws 0A000 naming a statement that is not allowed. */
export function classify(sql: string, statement: RawStatement): StatementClass {
  const { type, node } = statement;
  const inner = (name: string): Span => innerSpan(sql, statement, name);
  switch (type) {
    case 'SelectStmt':
      if (node['intoClause']) return { kind: 'forward' };
      return { kind: 'analysable', modifies: false, locks: node['lockingClause'] !== undefined };
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      return { kind: 'analysable', modifies: true, locks: false };
    case 'TransactionStmt':
      if (String(node['kind']).includes('PREPARE')) throw featureNotSupported('two-phase commit');
      return { kind: 'transaction' };
    case 'ExplainStmt':
      return { kind: 'explain', inner: inner('explain'), node };
    case 'DeclareCursorStmt':
      return { kind: 'declare', inner: inner('for'), name: String(node['portalname']), options: Number(node['options'] ?? 0) };
    case 'FetchStmt':
      return {
        kind: 'fetch',
        name: String(node['portalname']),
        move: node['ismove'] === true,
        direction: (node['direction'] as string | undefined) ?? 'FETCH_FORWARD',
        count: Number(node['howMany'] ?? 0),
      };
    case 'ClosePortalStmt':
      return { kind: 'close', name: node['portalname'] as string | undefined };
    case 'PrepareStmt':
      return { kind: 'prepare', name: String(node['name']), inner: inner('as') };
    case 'ExecuteStmt':
      return { kind: 'execute', name: String(node['name']), arguments: node['params'] ? inner('(') : null };
    case 'DeallocateStmt':
      return { kind: 'deallocate', name: node['isall'] ? undefined : String(node['name']) };
    case 'DiscardStmt':
      return { kind: 'discard', all: node['target'] === 'DISCARD_ALL' };
    case 'CopyStmt':
      return classifyCopy(sql, statement);
    case 'CreateTableAsStmt':
      return { kind: 'create-as', inner: inner('as'), start: statement.start, node };
    case 'NotifyStmt':
      if (node['conditionname'] !== 'tributary_refresh') return { kind: 'forward' };
      return { kind: 'refresh', source: node['payload'] as string | undefined };
    case 'VacuumStmt':
      return node['is_vacuumcmd'] ? { kind: 'forward' } : { kind: 'analyze', targets: analyzeTargets(node) };
    case 'CreateFunctionStmt':
      refuseOtherLanguages(node);
      return { kind: 'forward' };
    default:
      if (forwarded.has(type)) return { kind: 'forward' };
      throw featureNotSupported(statementName(type));
  }
}

function analyzeTargets(node: SyntaxNode): readonly AnalyzeTarget[] {
  const relations = (node['rels'] ?? []) as {
    readonly VacuumRelation: { readonly relation: { readonly schemaname?: string; readonly relname: string } };
  }[];
  return relations.map(({ VacuumRelation: { relation } }) => ({ schema: relation.schemaname, name: relation.relname }));
}

/** What catches errors could swallow the one that guards an empty mirror: of PL/pgSQL the catalog server itself refuses that. */
function refuseOtherLanguages(node: SyntaxNode): void {
  const options = (node['options'] ?? []) as { DefElem?: { defname?: string; arg?: { String?: { sval?: string } } } }[];
  const language = options.find((option) => option.DefElem?.defname === 'language')?.DefElem?.arg?.String?.sval ?? 'sql';
  if (language === 'sql' || (language === 'plpgsql' && node['is_procedure'] !== true)) return;
  throw featureNotSupported(`a ${node['is_procedure'] === true ? 'procedure' : 'function'} in language ${language}`, {
    hint: 'Functions in language sql and plpgsql are supported, and procedures in language sql.',
  });
}

function classifyCopy(sql: string, statement: RawStatement): StatementClass {
  const { node } = statement;
  if (node['is_from']) {
    if (node['filename'] !== undefined) throw featureNotSupported('COPY from a file or program');
    return { kind: 'forward' };
  }
  if (node['filename'] !== undefined) throw featureNotSupported('COPY to a file or program');
  if (node['query'] !== undefined) return { kind: 'copy-out', query: innerSpan(sql, statement, '('), relation: null, node };
  const tokens = statementTokens(sql, statement);
  const to = tokens.findIndex((token) => token.text.toLowerCase() === 'to');
  return { kind: 'copy-out', query: null, relation: { start: tokens[1]!.start, end: tokens[to - 1]!.end }, node };
}

const statementTokens = (sql: string, { start, end }: RawStatement): ReturnType<typeof tokensOf> =>
  tokensOf(sql).filter((token) => token.start >= start && token.end <= end);

/**
 * Where the inner query of a statement lies: after EXPLAIN and its options, after FOR or AS outside parentheses, or between
 * the first parentheses.
 */
function innerSpan(sql: string, statement: RawStatement, after: string): Span {
  const tokens = statementTokens(sql, statement);
  const lower = (i: number): string => tokens[i]?.text.toLowerCase() ?? '';
  const closing = (open: number): number => {
    for (let i = open, depth = 0; i < tokens.length; i++) {
      if (lower(i) === '(') depth++;
      else if (lower(i) === ')' && --depth === 0) return i;
    }
    return tokens.length - 1;
  };
  if (after === '(') {
    const open = tokens.findIndex((token) => token.text === '(');
    return { start: tokens[open]!.end, end: tokens[closing(open)]!.start };
  }
  let first = 1;
  if (after === 'explain') {
    // `EXPLAIN (SELECT 1)` has no options: a query may begin with a parenthesis.
    if (lower(1) === '(' && !startsQuery(lower(2))) first = closing(1) + 1;
    else while (lower(first) === 'analyze' || lower(first) === 'analyse' || lower(first) === 'verbose') first++;
  } else {
    for (let i = 1; i < tokens.length; i++) {
      if (lower(i) === '(') i = closing(i);
      else if (lower(i) === after) {
        first = i + 1;
        break;
      }
    }
  }
  const withData = after === 'as' ? /\bwith\s+(no\s+)?data\s*$/i : null;
  const last = tokens.length - 1;
  let end = tokens[last]!.end;
  if (withData && lower(last) === 'data') end = tokens[lower(last - 1) === 'no' ? last - 3 : last - 2]!.end;
  return { start: tokens[first]!.start, end };
}

const startsQuery = (word: string): boolean => ['select', 'values', 'with', 'table', '('].includes(word);

/** `CreatedbStmt` → `CREATE DATABASE`-like words for the error; the node's name where PostgreSQL's differs too much. */
function statementName(type: string): string {
  const known: Readonly<Record<string, string>> = {
    AlterSystemStmt: 'ALTER SYSTEM',
    AlterDatabaseStmt: 'ALTER DATABASE',
    AlterDatabaseSetStmt: 'ALTER DATABASE',
    CheckPointStmt: 'CHECKPOINT',
    CreateExtensionStmt: 'CREATE EXTENSION',
    CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
    CreateForeignServerStmt: 'CREATE SERVER',
    CreateForeignTableStmt: 'CREATE FOREIGN TABLE',
    CreatedbStmt: 'CREATE DATABASE',
    DoStmt: 'DO',
    DropdbStmt: 'DROP DATABASE',
    ImportForeignSchemaStmt: 'IMPORT FOREIGN SCHEMA',
    LoadStmt: 'LOAD',
    RuleStmt: 'CREATE RULE',
    SecLabelStmt: 'SECURITY LABEL',
  };
  const words = type
    .replace(/Stmt$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
  return known[type] ?? words;
}

/** The error PostgreSQL has for a cursor that went too far back. */
export const cursorScansForward = (): Error =>
  sqlError('55000', 'cursor can only scan forward', { hint: 'Declare it with SCROLL option to enable backward scan.' });
