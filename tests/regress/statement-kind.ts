/** What a statement of a regression file is to the comparison. Decided by its raw syntax tree; by its first word if it has none. */
import { parseSync } from 'libpg-query';

export type StatementKind =
  /** Answers rows and changes nothing: compared. */
  | { readonly kind: 'query'; readonly ordered: boolean }
  /** Makes or fills something: run on the oracle and on the source. `local`: what the gateway's own catalog can hold, too. */
  | { readonly kind: 'data'; readonly node: string; readonly temporary: boolean; readonly local: boolean }
  /** SET and its like, cursors, prepared statements: the state of a session. */
  | { readonly kind: 'session'; readonly node: string }
  | { readonly kind: 'transaction'; readonly verb: string }
  | { readonly kind: 'skip'; readonly reason: string };

type Node = Readonly<Record<string, unknown>>;

const WRITES = /"(?:InsertStmt|UpdateStmt|DeleteStmt|MergeStmt)":/;
const FIRST_WORD_OF_QUERY = /^[\s(]*(?:select|with|values|table)\b/i;
const LOCAL = new Set([
  'CreateFunctionStmt',
  'AlterFunctionStmt',
  'DefineStmt',
  'CreateCastStmt',
  'CreateOpClassStmt',
  'ViewStmt',
  'CreateSeqStmt',
  'AlterSeqStmt',
]);
/** Objects of a DROP that a session of the gateway may have made. */
const LOCAL_OBJECTS = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_AGGREGATE',
  'OBJECT_OPERATOR',
  'OBJECT_CAST',
  'OBJECT_VIEW',
  'OBJECT_SEQUENCE',
]);
const SESSION = new Set([
  'VariableSetStmt',
  'PrepareStmt',
  'DeallocateStmt',
  'DeclareCursorStmt',
  'ClosePortalStmt',
  'DiscardStmt',
]);
const SKIPPED: Readonly<Record<string, string>> = {
  ExplainStmt: 'EXPLAIN',
  VariableShowStmt: 'SHOW',
  CheckPointStmt: 'CHECKPOINT',
  ListenStmt: 'LISTEN',
  UnlistenStmt: 'UNLISTEN',
  NotifyStmt: 'NOTIFY',
  CreateRoleStmt: 'roles',
  AlterRoleStmt: 'roles',
  DropRoleStmt: 'roles',
  CreatedbStmt: 'databases',
  DropdbStmt: 'databases',
};

export function statementKind(sql: string): StatementKind {
  const node = firstNode(sql);
  if (!node) {
    if (FIRST_WORD_OF_QUERY.test(sql)) return { kind: 'query', ordered: false };
    return { kind: 'skip', reason: 'syntax error in a statement that is no query' };
  }
  const [type, body] = node;
  const skipped = SKIPPED[type];
  if (skipped !== undefined) return { kind: 'skip', reason: skipped };
  if (SESSION.has(type)) return { kind: 'session', node: type };
  const text = JSON.stringify(body);
  switch (type) {
    case 'TransactionStmt':
      return { kind: 'transaction', verb: String(body['kind']).replace('TRANS_STMT_', '') };
    case 'SelectStmt':
      if (text.includes('"intoClause":')) return data(type, text);
      if (WRITES.test(text)) return { kind: 'data', node: 'WITH that writes', temporary: false, local: false };
      return { kind: 'query', ordered: body['sortClause'] !== undefined };
    case 'ExecuteStmt':
    case 'FetchStmt':
      return { kind: 'query', ordered: true };
    case 'CopyStmt':
      return body['is_from'] === true ? data(type, text) : { kind: 'skip', reason: 'COPY TO' };
    case 'DropStmt':
      return { ...data(type, text), local: LOCAL_OBJECTS.has(String(body['removeType'])) };
    default:
      return data(type, text);
  }
}

/** The schemas of a SET search_path, or of its RESET; undefined: another statement. */
export function searchPathOf(sql: string): readonly string[] | undefined {
  const [type, body] = firstNode(sql) ?? ['', {}];
  if (type !== 'VariableSetStmt' || body['name'] !== 'search_path') return undefined;
  const values = (body['args'] ?? []) as readonly { readonly A_Const?: { readonly sval?: { readonly sval?: string } } }[];
  const names = values.map((value) => value.A_Const?.sval?.sval ?? '').filter((name) => name !== '');
  return names.length === 0 ? ['public'] : names;
}

const data = (type: string, text: string): Extract<StatementKind, { kind: 'data' }> => ({
  kind: 'data',
  node: type,
  temporary: text.includes('"relpersistence":"t"'),
  local: LOCAL.has(type),
});

function firstNode(sql: string): readonly [string, Node] | undefined {
  try {
    const statement = parseSync(sql).stmts?.[0]?.stmt;
    return statement && (Object.entries(statement)[0] as [string, Node]);
  } catch (error) {
    if (error instanceof Error && 'sqlDetails' in error) return undefined;
    throw error;
  }
}
