/**
 * Typed access to the nodes of an analysed tree, and the integer codes of PostgreSQL 18's enums (primnodes.h, parsenodes.h)
 * that we read. A missing field or one of another type is an InternalError: the format belongs to the server's version,
 * and a field silently read as "absent" would be a wrong answer.
 */
import { assert, InternalError } from '../../core/assert.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

export const isNode = (value: TreeValue | undefined): value is TreeNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

export function asNode(value: TreeValue | undefined, where: string): TreeNode {
  assert(isNode(value), `${where}: a node expected`);
  return value;
}

const wrong = (node: TreeNode, field: string, expected: string): InternalError =>
  new InternalError(`${node.tag}.${field}: ${expected} expected, ${JSON.stringify(node[field]) ?? 'nothing'} found`);

export function integer(node: TreeNode, field: string): number {
  const value = node[field];
  if (typeof value !== 'number') throw wrong(node, field, 'a number');
  return value;
}

export function flag(node: TreeNode, field: string): boolean {
  const value = node[field];
  if (typeof value !== 'boolean') throw wrong(node, field, 'a boolean');
  return value;
}

/** A string; `<>` is the empty one. */
export function text(node: TreeNode, field: string): string {
  const value = node[field];
  if (value === null) return '';
  if (typeof value !== 'string') throw wrong(node, field, 'a string');
  return value;
}

export function child(node: TreeNode, field: string): TreeNode {
  const value = node[field];
  if (!isNode(value)) throw wrong(node, field, 'a node');
  return value;
}

export function optionalChild(node: TreeNode, field: string): TreeNode | null {
  return node[field] === null ? null : child(node, field);
}

/** A list of anything; `<>` is the empty one. */
export function list(node: TreeNode, field: string): readonly TreeValue[] {
  const value = node[field];
  if (value === null) return [];
  if (!Array.isArray(value)) throw wrong(node, field, 'a list');
  return value as readonly TreeValue[];
}

export const nodes = (node: TreeNode, field: string): readonly TreeNode[] =>
  list(node, field).map((item) => asNode(item, `${node.tag}.${field}`));

export function integers(node: TreeNode, field: string): readonly number[] {
  const values = list(node, field);
  for (const value of values) if (typeof value !== 'number') throw wrong(node, field, 'numbers');
  return values as readonly number[];
}

export function strings(node: TreeNode, field: string): readonly string[] {
  return list(node, field).map((value) => {
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') throw wrong(node, field, 'strings');
    return value === null ? '' : String(value);
  });
}

/** For JSON.stringify: two calls written alike are one. */
export const withoutLocation = (field: string, value: TreeValue): unknown =>
  field === 'location' || field === 'list_start' || field === 'list_end' ? undefined : value;

/** Whether an expression reads a column of its own query, in subqueries too. */
export function readsItsLevel(tree: TreeValue, depth = 0): boolean {
  if (Array.isArray(tree)) return (tree as readonly TreeValue[]).some((part) => readsItsLevel(part, depth));
  if (!isNode(tree)) return false;
  if (tree.tag === 'VAR') return integer(tree, 'varlevelsup') === depth;
  return Object.values(tree).some((part) => readsItsLevel(part, tree.tag === 'QUERY' ? depth + 1 : depth));
}

/** Whether the column that a node becomes is one of its own query. (A subquery, or a function, may hand on one of a query around.) */
export function isOfThisLevel(node: TreeNode): boolean {
  switch (node.tag) {
    case 'VAR':
      return integer(node, 'varlevelsup') === 0;
    case 'AGGREF':
    case 'GROUPINGFUNC':
      return integer(node, 'agglevelsup') === 0;
    default:
      return node.tag === 'WINDOWFUNC';
  }
}

export const COMMAND_SELECT = 1;
export const RANGE_RELATION = 0;
export const RANGE_SUBQUERY = 1;
export const RANGE_JOIN = 2;
export const RANGE_FUNCTION = 3;
export const RANGE_TABLE_FUNCTION = 4;
export const RANGE_VALUES = 5;
export const RANGE_CTE = 6;
export const RANGE_NAMED_TUPLES = 7;
export const RANGE_GROUP = 9;

/** LimitOption; 0 is a plain count. */
export const LIMIT_WITH_TIES = 1;

export const SUBLINK_EXISTS = 0;
export const SUBLINK_ALL = 1;
export const SUBLINK_ANY = 2;
export const SUBLINK_ROW_COMPARE = 3;
export const SUBLINK_EXPRESSION = 4;
export const SUBLINK_ARRAY = 6;

export const PARAM_EXTERNAL = 0;
export const PARAM_SUBLINK = 2;

export const COERCE_EXPLICIT_CALL = 0;
export const COERCE_EXPLICIT_CAST = 1;
export const COERCE_IMPLICIT_CAST = 2;

/** By JoinType. */
export const JOIN_TYPES = ['inner', 'left', 'full', 'right'] as const;
/** By SetOperation; 0 is "none". */
export const SET_OPERATIONS = [undefined, 'union', 'intersect', 'except'] as const;
