/**
 * UNION, INTERSECT, EXCEPT → SetOperation nodes over the member queries. PostgreSQL leaves the implicit casts of members to
 * its planner, so they are added here; columns of an operation take type, typmod and collation from the analysed tree.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, isVolatile } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import { sameForm } from './casts.ts';
import { convertRange } from './from-clause.ts';
import { implicitCast } from './implicit-casts.ts';
import type { ConvertedQuery, QueryConverter } from './query-converter.ts';
import { rowTypeFrom } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import { cannotRaise } from './safe-functions.ts';
import { requireDefaultEquality } from './sorting.ts';
import { asNode, child, flag, integer, integers, nodes, SET_OPERATIONS } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

interface ConvertedSetOperation extends ConvertedQuery {
  /** Range table index of the first member: what the select list refers to. */
  readonly leftmost: number;
}

/** `operation`: a SetOperationStmt of `query`, or one of its members. */
export function convertSetOperations(
  converter: QueryConverter,
  query: TreeNode,
  operation: TreeNode,
  context: ExpressionContext,
): ConvertedSetOperation {
  const { analysis } = converter;
  const ranges = nodes(query, 'rtable');
  const convertMember = (node: TreeNode): ConvertedSetOperation => {
    if (node.tag === 'SETOPERATIONSTMT') {
      analysis.enter();
      const nested = convertOperation(node);
      analysis.leave();
      return nested;
    }
    const index = integer(node, 'rtindex');
    const rel = convertRange(converter, asNode(ranges[index - 1], 'rtable'), index, context);
    const entry = context.scope.entries[index - 1];
    assert(entry?.kind === 'columns', 'a member of a set operation is a query');
    return { rel, columns: entry.columns.filter((column) => column !== undefined), leftmost: index };
  };
  const convertOperation = (node: TreeNode): ConvertedSetOperation => {
    const op = SET_OPERATIONS[integer(node, 'op')];
    assert(op !== undefined, `set operation ${integer(node, 'op')}`);
    for (const clause of nodes(node, 'groupClauses')) requireDefaultEquality(analysis, clause, op.toUpperCase());
    const left = convertMember(child(node, 'larg'));
    const right = convertMember(child(node, 'rarg'));
    const typmods = integers(node, 'colTypmods');
    const collations = integers(node, 'colCollations');
    const types = integers(node, 'colTypes').map((oid, i) => analysis.type(oid, typmods[i]!, collations[i]!));
    const columns = types.map((type, i) => {
      const [from, other] = [left.columns[i]!, right.columns[i]!];
      return analysis.column(from.name, rowTypeFrom(type, [from.type, other.type]));
    });
    const all = flag(node, 'all');
    const [leftMember, rightMember] = [left, right].map((member) => {
      const columnsAsOne = coerced(analysis, member, types, op);
      return op === 'union' && all ? columnsAsOne : { ...columnsAsOne, rel: inAnyOrder(columnsAsOne.rel) };
    }) as [ConvertedQuery, ConvertedQuery];
    const rel: Rel = {
      kind: 'setop',
      op,
      all,
      left: leftMember.rel,
      right: rightMember.rel,
      leftColumns: leftMember.columns.map((column) => column.id),
      rightColumns: rightMember.columns.map((column) => column.id),
      columns,
    };
    return { rel, columns, leftmost: left.leftmost };
  };
  return convertMember(operation);
}

/** The seed or the step of a recursive query, with columns of these types. */
export const convertUnionMember = (
  converter: QueryConverter,
  query: TreeNode,
  member: TreeNode,
  types: readonly SqlType[],
  context: ExpressionContext,
): ConvertedQuery => coerced(converter.analysis, convertSetOperations(converter, query, member, context), types, 'union');

/**
 * Rows that are looked up need no ORDER BY: it says at most which of several equal ones is shown (1.0 or 1.00), which PostgreSQL
 * promises to nobody. It stays where a volatile function may depend on it, and where nothing else would evaluate what it sorts
 * by, which may raise. UNION ALL keeps the order of its members, as in PostgreSQL.
 */
function inAnyOrder(rel: Rel): Rel {
  const isTrimmed = rel.kind === 'project' && rel.items.every(({ expr }) => expr.kind === 'column');
  const sort = isTrimmed ? rel.input : rel;
  if (sort.kind !== 'sort') return rel;
  const { input } = sort;
  if (!isTrimmed) return input.kind === 'project' && input.items.some(({ expr }) => isVolatile(expr)) ? rel : input;
  const left = new Set<ColumnId>();
  for (const { expr } of rel.items) columnsIn(expr, left);
  const mayGo =
    input.kind === 'project' &&
    input.items.every(({ column, expr }) => (left.has(column.id) ? !isVolatile(expr) : cannotRaise(expr)));
  return mayGo ? { ...rel, input } : rel;
}

/** The member with every column of exactly the operation's type; typmod and collation are labels only. */
function coerced(analysis: Analysis, member: ConvertedQuery, types: readonly SqlType[], op: string): ConvertedQuery {
  if (member.columns.every((column, index) => column.type.oid === types[index]!.oid)) return member;
  const items = member.columns.map((column, index) => {
    const type = types[index]!;
    const reference: Scalar = { kind: 'column', column: column.id, type: column.type };
    if (column.type.oid === type.oid) return { column, expr: reference };
    return { column: analysis.column(column.name, type), expr: cast(analysis, reference, type, op) };
  });
  return { rel: { kind: 'project', input: member.rel, items }, columns: items.map((item): RelColumn => item.column) };
}

function cast(analysis: Analysis, arg: Scalar, target: SqlType, op: string): Scalar {
  const type = { ...target, typmod: -1 };
  if (arg.type.element !== undefined && target.element !== undefined) {
    const elementCast = cast(analysis, { kind: 'param', index: 0, type: arg.type.element }, target.element, op);
    const isLabel = elementCast.kind === 'cast' && elementCast.how === 'relabel';
    return isLabel
      ? { kind: 'cast', how: 'relabel', arg, type, explicit: false }
      : { kind: 'cast', how: 'array', arg, type, explicit: false, elementCast };
  }
  const fn = implicitCast(arg.type.oid, target.oid);
  if (fn === undefined) {
    throw analysis.unsupported(`${op.toUpperCase()} of ${arg.type.name} and ${target.name} without an explicit cast`);
  }
  if (fn !== 0) {
    const reference = analysis.lookup.function(fn);
    return { kind: 'call', fn: reference, args: [arg], type, inputCollation: arg.type.collation, form: 'implicit-cast' };
  }
  assert(sameForm(arg.type, target), `cast from ${arg.type.name} to ${target.name} is no relabelling`);
  return { kind: 'cast', how: 'relabel', arg, type, explicit: false };
}
