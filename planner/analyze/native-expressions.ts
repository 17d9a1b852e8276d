/**
 * SQL/JSON and XML expressions: grammar of PostgreSQL without a function that could be called. Each becomes a `native`
 * scalar, its SQL around its arguments, for a PostgreSQL source new enough to have it, or the net. What every part of such
 * SQL means is parse_expr.c's to say; a part that is not written here is refused.
 */
import type { NativeScalar, Scalar } from '../../algebra/scalar.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { ExpressionConverter } from './expressions.ts';
import { NativeSql, quotedName, requireNameable } from './native-sql.ts';
import type { ExpressionContext } from './scope.ts';
import { child, flag, integer, nodes, optionalChild, strings, text } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** Of every XML expression that gives no text and no boolean; no statement need name it. */
export const XML_TYPE = 142;

const BOOL = sqlType('bool');
export function convertNative(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  switch (node.tag) {
    case 'JSONVALUEEXPR':
      return converter.convert(child(node, 'formatted_expr'), context);
    case 'JSONCONSTRUCTOREXPR':
      return jsonConstructor(converter, node, context);
    case 'JSONISPREDICATE':
      return isJson(converter, node, context);
    case 'JSONEXPR':
      return jsonQuery(converter, node, context);
    default:
      return xml(converter, node, context);
  }
}

function native(
  { analysis }: ExpressionConverter,
  node: TreeNode,
  name: string,
  sql: NativeSql,
  type: SqlType,
  since: number,
): NativeScalar {
  return { kind: 'native', name, sql: sql.parts, args: sql.args, since, type, location: analysis.location(node) };
}

/** RETURNING. */
function returned({ analysis }: ExpressionConverter, node: TreeNode): SqlType {
  const returning = child(node, 'returning');
  const oid = integer(returning, 'typid');
  const type = analysis.type(oid, integer(returning, 'typmod'), 0);
  requireNameable(analysis, oid, type, node);
  if (type.kind === 'bytea') throw analysis.unsupported('RETURNING bytea', node);
  return { ...type, collation: analysis.lookup.type(type.oid).collation };
}

const IS_JSON_KINDS = ['', ' OBJECT', ' ARRAY', ' SCALAR'] as const;

function isJson(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const sql = new NativeSql().words('(').arg(converter.convert(child(node, 'expr'), context));
  sql.words(` IS JSON${IS_JSON_KINDS[integer(node, 'item_type')]!}${flag(node, 'unique_keys') ? ' WITH UNIQUE KEYS' : ''})`);
  return native(converter, node, 'IS JSON', sql, BOOL, 16);
}

/** JsonConstructorType */
const JSON_OBJECT = 1;
const JSON_ARRAY = 2;
const JSON_PARSE = 5;
const JSON_SCALAR = 6;
const JSON_SERIALIZE = 7;

function jsonConstructor(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const kind = integer(node, 'type');
  if (kind !== JSON_OBJECT && kind !== JSON_ARRAY && kind < JSON_PARSE) {
    // JSON_OBJECTAGG, JSON_ARRAYAGG: the aggregate, whose result may have to become another type.
    const value = converter.convert(child(node, 'func'), context);
    const coercion = optionalChild(node, 'coercion');
    return coercion === null ? value : converter.convert(coercion, { ...context, testValue: value });
  }
  const type = returned(converter, node);
  const args = converter.all(nodes(node, 'args'), context);
  const unique = flag(node, 'unique') ? ' WITH UNIQUE KEYS' : '';
  const onNull = flag(node, 'absent_on_null') ? ' ABSENT ON NULL' : ' NULL ON NULL';
  const sql = new NativeSql();
  switch (kind) {
    case JSON_OBJECT: {
      const pairs = Array.from({ length: args.length / 2 }, (_, i) => [args[i * 2]!, args[i * 2 + 1]!] as const);
      sql.words('JSON_OBJECT(').list(pairs, ([key, value]) => sql.arg(key).words(' VALUE ').arg(value));
      sql
        .words(pairs.length > 0 ? `${onNull}${unique}` : '')
        .words(' RETURNING ')
        .type(type)
        .words(')');
      return native(converter, node, 'JSON_OBJECT', sql, type, 16);
    }
    case JSON_ARRAY:
      sql.words('JSON_ARRAY(').list(args, (arg) => sql.arg(arg));
      sql
        .words(args.length > 0 ? onNull : '')
        .words(' RETURNING ')
        .type(type)
        .words(')');
      return native(converter, node, 'JSON_ARRAY', sql, type, 16);
    case JSON_PARSE:
      sql.words('JSON(').arg(args[0]!).words(`${unique})`);
      return native(converter, node, 'JSON()', sql, type, 17);
    case JSON_SCALAR:
      sql.words('JSON_SCALAR(').arg(args[0]!).words(')');
      return native(converter, node, 'JSON_SCALAR', sql, type, 17);
    case JSON_SERIALIZE:
      sql.words('JSON_SERIALIZE(').arg(args[0]!).words(' RETURNING ').type(type).words(')');
      return native(converter, node, 'JSON_SERIALIZE', sql, type, 17);
    default:
      throw analysis.unsupported('SQL/JSON constructor', node);
  }
}

/** JsonExprOp */
const JSON_QUERIES = ['JSON_EXISTS', 'JSON_QUERY', 'JSON_VALUE'] as const;
const WRAPPERS = ['', ' WITHOUT WRAPPER', ' WITH CONDITIONAL WRAPPER', ' WITH UNCONDITIONAL WRAPPER'] as const;
/** JsonBehaviorType; 8 is DEFAULT. */
const BEHAVIORS = ['NULL', 'ERROR', 'EMPTY', 'TRUE', 'FALSE', 'UNKNOWN', 'EMPTY ARRAY', 'EMPTY OBJECT'] as const;

function jsonQuery(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const operation = JSON_QUERIES[integer(node, 'op')];
  if (operation === undefined) throw analysis.unsupported('JSON_TABLE', node);
  const type = returned(converter, node);
  const sql = new NativeSql().words(`${operation}(`).arg(converter.convert(child(node, 'formatted_expr'), context));
  sql.words(', ').arg(converter.convert(child(node, 'path_spec'), context));
  jsonPassing(converter, node, sql, context);
  if (operation !== 'JSON_EXISTS') sql.words(' RETURNING ').type(type);
  jsonOptions(converter, node, sql, context);
  return native(converter, node, operation, sql.words(')'), type, 17);
}

export const isJsonExists = (node: TreeNode): boolean => JSON_QUERIES[integer(node, 'op')] === 'JSON_EXISTS';
export const isJsonQuery = (node: TreeNode): boolean => JSON_QUERIES[integer(node, 'op')] === 'JSON_QUERY';

/** The values that a path names. */
export function jsonPassing(converter: ExpressionConverter, node: TreeNode, sql: NativeSql, context: ExpressionContext): void {
  const names = strings(node, 'passing_names');
  const values = converter.all(nodes(node, 'passing_values'), context);
  if (values.length > 0) sql.words(' PASSING ');
  sql.list([...values.keys()], (i) => sql.arg(values[i]!).words(` AS ${quotedName(names[i]!)}`));
}

/** What follows the path: wrapper, quotes, what to give where nothing is found or something is wrong. */
export function jsonOptions(converter: ExpressionConverter, node: TreeNode, sql: NativeSql, context: ExpressionContext): void {
  if (isJsonQuery(node)) {
    sql.words(WRAPPERS[integer(node, 'wrapper')]!);
    if (flag(node, 'omit_quotes')) sql.words(' OMIT QUOTES');
  }
  for (const [field, event] of [
    ['on_empty', 'ON EMPTY'],
    ['on_error', 'ON ERROR'],
  ] as const) {
    const behavior = optionalChild(node, field);
    if (behavior === null) continue;
    const known = BEHAVIORS[integer(behavior, 'btype')];
    if (known === undefined) sql.words(' DEFAULT ').arg(converter.convert(child(behavior, 'expr'), context));
    else sql.words(` ${known}`);
    sql.words(` ${event}`);
  }
}

/** XmlExprOp */
const XML_NAMES = [
  'XMLCONCAT',
  'XMLELEMENT',
  'XMLFOREST',
  'XMLPARSE',
  'XMLPI',
  'XMLROOT',
  'XMLSERIALIZE',
  'IS DOCUMENT',
] as const;
const STANDALONE = [', STANDALONE YES', ', STANDALONE NO', ', STANDALONE NO VALUE', ''] as const;

function xml(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const name = XML_NAMES[integer(node, 'op')];
  const args = converter.all(nodes(node, 'args'), context);
  const named = converter.all(nodes(node, 'named_args'), context);
  const names = strings(node, 'arg_names').map(nameOfXml);
  const option = integer(node, 'xmloption') === 0 ? 'DOCUMENT' : 'CONTENT';
  const type = name === 'IS DOCUMENT' ? BOOL : name === 'XMLSERIALIZE' ? sqlType('text') : analysis.lookup.type(XML_TYPE);
  const sql = new NativeSql();
  const asNamed = (): NativeSql => sql.list(named, (arg) => sql.arg(arg).words(` AS ${quotedName(names[named.indexOf(arg)]!)}`));
  switch (name) {
    case 'XMLCONCAT':
      sql.words('XMLCONCAT(').list(args, (arg) => sql.arg(arg));
      break;
    case 'XMLELEMENT':
      sql.words(`XMLELEMENT(NAME ${quotedName(nameOfXml(text(node, 'name')))}`);
      if (named.length > 0) {
        sql.words(', XMLATTRIBUTES(');
        asNamed().words(')');
      }
      for (const arg of args) sql.words(', ').arg(arg);
      break;
    case 'XMLFOREST':
      sql.words('XMLFOREST(');
      asNamed();
      break;
    case 'XMLPARSE':
      sql.words(`XMLPARSE(${option} `).arg(args[0]!);
      if (preservesSpace(args[1])) sql.words(' PRESERVE WHITESPACE');
      break;
    case 'XMLPI':
      sql.words(`XMLPI(NAME ${quotedName(nameOfXml(text(node, 'name')))}`);
      if (args[0]) sql.words(', ').arg(args[0]);
      break;
    case 'XMLROOT': {
      const standalone = args[2]?.kind === 'const' ? STANDALONE[Number(args[2].value)] : undefined;
      if (standalone === undefined) throw analysis.unsupported('XMLROOT', node);
      const hasVersion = !(args[1]!.kind === 'const' && args[1].value === null);
      sql.words('XMLROOT(').arg(args[0]!).words(', VERSION ');
      (hasVersion ? sql.arg(args[1]!) : sql.words('NO VALUE')).words(standalone);
      break;
    }
    case 'XMLSERIALIZE':
      // The cast to the type asked for stands around it.
      sql.words(`XMLSERIALIZE(${option} `).arg(args[0]!).words(' AS pg_catalog.text');
      if (flag(node, 'indent')) sql.words(' INDENT');
      break;
    case 'IS DOCUMENT':
      sql.words('(').arg(args[0]!).words(' IS DOCUMENT');
      break;
    default:
      throw analysis.unsupported('XML expression', node);
  }
  return native(converter, node, name, sql.words(')'), type, 0);
}

/** The parser has put names into XML's spelling already (map_sql_identifier_to_xml_name). */
const nameOfXml = (name: string): string =>
  name.replace(/_x([0-9A-F]{4}|[0-9A-F]{8})_/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));

const preservesSpace = (arg: Scalar | undefined): boolean => arg?.kind === 'const' && arg.value === true;
