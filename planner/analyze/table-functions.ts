/**
 * JSON_TABLE and XMLTABLE in FROM → a ProjectSet over one row, whose function is the whole of it as PostgreSQL's SQL, for a
 * PostgreSQL source new enough to have it, or the net. The parser has filled in what was left out (paths, names, what to do
 * ON EMPTY and ON ERROR), so all of that is written out; columns of nested paths follow those of the path around them.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { NativeScalar } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import { isTextKind } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { ExpressionConverter } from './expressions.ts';
import { isJsonExists, isJsonQuery, jsonOptions, jsonPassing } from './native-expressions.ts';
import { NativeSql, quotedName, requireNameable } from './native-sql.ts';
import type { QueryConverter } from './query-converter.ts';
import { RECORD_TYPE } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import { ONE_ROW } from './set-returning.ts';
import { asNode, child, integer, integers, list, nodes, optionalChild, strings, text } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

/** TableFuncType */
const JSON_TABLE = 1;
const JSON_TABLE_SINCE = 17;
/** JsonBehaviorType */
const BEHAVIOR_ERROR = 1;

interface TableColumn {
  readonly name: string;
  readonly type: SqlType;
}

export function convertTableFunction(
  { analysis, expressions }: QueryConverter,
  range: TreeNode,
  around: ExpressionContext,
): { readonly rel: Rel; readonly columns: readonly RelColumn[] } {
  const node = child(range, 'tablefunc');
  const context: ExpressionContext = { ...around, clause: 'a function in FROM' };
  const typmods = integers(node, 'coltypmods');
  const collations = integers(node, 'colcollations');
  const names = strings(node, 'colnames');
  const made = integers(node, 'coltypes').map((oid, i): TableColumn => {
    const type = analysis.type(oid, typmods[i]!, collations[i]!);
    requireNameable(analysis, oid, type, range);
    return { name: names[i]!, type };
  });
  const isJson = integer(node, 'functype') === JSON_TABLE;
  const sql = new NativeSql();
  if (isJson) writeJsonTable(expressions, node, made, sql, context);
  else writeXmlTable(expressions, node, made, sql, context);
  const call: NativeScalar = {
    kind: 'native',
    name: isJson ? 'JSON_TABLE' : 'XMLTABLE',
    sql: sql.parts,
    args: sql.args,
    since: isJson ? JSON_TABLE_SINCE : 0,
    returnsSet: true,
    type: analysis.lookup.type(RECORD_TYPE),
    location: analysis.location(node),
  };
  const aliases = strings(child(range, 'eref'), 'colnames');
  const columns = made.map(({ name, type }, i) => analysis.column(aliases[i] ?? name, type));
  return { rel: { kind: 'projectset', input: ONE_ROW, functions: [{ call, columns }], ordinality: null }, columns };
}

function writeJsonTable(
  converter: ExpressionConverter,
  node: TreeNode,
  columns: readonly TableColumn[],
  sql: NativeSql,
  context: ExpressionContext,
): void {
  const document = child(node, 'docexpr');
  const values = list(node, 'colvalexprs');
  const column = (i: number): void => {
    const { name, type } = columns[i]!;
    sql.words(`${quotedName(name)} `);
    const value = values[i];
    if (value === null || value === undefined) {
      sql.words('FOR ORDINALITY');
      return;
    }
    const expr = asNode(value, 'colvalexprs');
    sql.type(type);
    if (isJsonExists(expr)) sql.words(' EXISTS');
    if (isJsonQuery(expr) && isTextKind(type.kind)) sql.words(' FORMAT JSON');
    sql.words(` PATH ${pathText(converter, child(expr, 'path_spec'))}`);
    jsonOptions(converter, expr, sql, context);
  };
  const level = (scan: TreeNode): void => {
    const [first, last] = [integer(scan, 'colMin'), integer(scan, 'colMax')];
    const own = first < 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => () => column(first + i));
    const nested = nestedPaths(optionalChild(scan, 'child')).map((inner) => () => {
      sql.words('NESTED PATH ');
      path(inner);
      level(inner);
    });
    sql.words(' COLUMNS (').list([...own, ...nested], (write) => write());
    sql.words(')');
  };
  const path = (scan: TreeNode): void => {
    const named = child(scan, 'path');
    sql.words(`${pathText(converter, child(named, 'value'))} AS ${quotedName(text(named, 'name'))}`);
  };
  const plan = child(node, 'plan');
  sql
    .words('JSON_TABLE(')
    .arg(converter.convert(child(document, 'formatted_expr'), context))
    .words(', ');
  path(plan);
  jsonPassing(converter, document, sql, context);
  level(plan);
  const onError = optionalChild(document, 'on_error');
  sql.words(onError !== null && integer(onError, 'btype') === BEHAVIOR_ERROR ? ' ERROR ON ERROR)' : ')');
}

/** Paths side by side, in the order of their columns. */
function nestedPaths(plan: TreeNode | null): readonly TreeNode[] {
  if (plan === null) return [];
  if (plan.tag === 'JSONTABLEPATHSCAN') return [plan];
  assert(plan.tag === 'JSONTABLESIBLINGJOIN', `a JSON_TABLE of ${plan.tag}`);
  return [...nestedPaths(child(plan, 'lplan')), ...nestedPaths(child(plan, 'rplan'))];
}

/** The grammar takes only a literal here. */
function pathText({ analysis }: ExpressionConverter, node: TreeNode): string {
  const path = analysis.constantTexts.get(node);
  if (path === undefined) throw analysis.unsupported('JSON_TABLE with a path that is not constant', node);
  return `'${path.replaceAll("'", "''")}'`;
}

function writeXmlTable(
  converter: ExpressionConverter,
  node: TreeNode,
  columns: readonly TableColumn[],
  sql: NativeSql,
  context: ExpressionContext,
): void {
  const argument = (value: TreeValue): NativeSql =>
    sql
      .words('(')
      .arg(converter.convert(asNode(value, 'XMLTABLE'), context))
      .words(')');
  const [paths, defaults] = [list(node, 'colexprs'), list(node, 'coldefexprs')];
  const [ordinality, notNull] = [integer(node, 'ordinalitycol'), new Set(integers(node, 'notnulls'))];
  const spaces = nodes(node, 'ns_uris');
  const prefixes = list(node, 'ns_names');
  sql.words('XMLTABLE(');
  if (spaces.length > 0) {
    sql.words('XMLNAMESPACES(').list(spaces, (uri) => {
      const prefix = prefixes[spaces.indexOf(uri)];
      if (prefix === null || prefix === undefined) sql.words('DEFAULT ');
      argument(uri);
      if (typeof prefix === 'string') sql.words(` AS ${quotedName(prefix)}`);
    });
    sql.words('), ');
  }
  argument(child(node, 'rowexpr')).words(' PASSING ');
  argument(child(node, 'docexpr')).words(' COLUMNS ');
  const column = (i: number): void => {
    const { name, type } = columns[i]!;
    sql.words(`${quotedName(name)} `);
    if (i === ordinality) {
      sql.words('FOR ORDINALITY');
      return;
    }
    sql.type(type);
    if (paths[i] !== null && paths[i] !== undefined) {
      sql.words(' PATH ');
      argument(paths[i]);
    }
    if (defaults[i] !== null && defaults[i] !== undefined) {
      sql.words(' DEFAULT ');
      argument(defaults[i]);
    }
    if (notNull.has(i)) sql.words(' NOT NULL');
  };
  sql.list([...columns.keys()], column).words(')');
}
