/** Questions about whole (sub)queries: which outer columns they refer to, and whether anything in them is volatile. */
import type { CatalogLookup } from '../../algebra/catalog-lookup.ts';
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { relScalars, visitRel, visitScalar } from '../../algebra/transform.ts';
import { unreachable } from '../../core/assert.ts';
import { visitTree } from './statement-oids.ts';
import type { TreeValue } from './tree-reader.ts';

/** Columns a query uses but does not introduce: its correlation. Ids are unique in a statement, so a difference of sets. */
export function freeColumns(rel: Rel): Set<ColumnId> {
  const used = new Set<ColumnId>();
  const introduced = new Set<ColumnId>();
  gather(rel, used, introduced);
  for (const column of introduced) used.delete(column);
  return used;
}

/** Columns an expression uses, its subqueries' outer references included. */
export function freeColumnsOf(expr: Scalar): Set<ColumnId> {
  const used = new Set<ColumnId>();
  const introduced = new Set<ColumnId>();
  gatherScalar(expr, used, introduced);
  for (const column of introduced) used.delete(column);
  return used;
}

function gather(rel: Rel, used: Set<ColumnId>, introduced: Set<ColumnId>): void {
  visitRel(rel, (node) => {
    for (const expr of relScalars(node)) gatherScalar(expr, used, introduced);
    if (node.kind === 'project') {
      // A column passed through under its own id was introduced below, or is an outer one.
      for (const { column, expr } of node.items) {
        if (expr.kind !== 'column' || expr.column !== column.id) introduced.add(column.id);
      }
    } else {
      for (const column of newColumns(node)) introduced.add(column.id);
    }
  });
}

/** The columns that a node other than a Project introduces. */
function newColumns(node: Exclude<Rel, { kind: 'project' }>): readonly RelColumn[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'setop':
    case 'ctescan':
    case 'recursive':
    case 'input':
      return node.columns;
    case 'aggregate':
      return [...node.aggregates.map((a) => a.column), ...(node.masks ?? []).map((mask) => mask.column)];
    case 'window':
      return node.functions.map((f) => f.column);
    case 'projectset':
      return [...node.functions.flatMap((f) => f.columns), ...(node.ordinality ? [node.ordinality] : [])];
    case 'filter':
    case 'join':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'with':
    case 'fence':
      return [];
    default:
      return unreachable(node);
  }
}

function gatherScalar(expr: Scalar, used: Set<ColumnId>, introduced: Set<ColumnId>): void {
  visitScalar(expr, (node) => {
    if (node.kind === 'column') used.add(node.column);
    if (node.kind === 'subquery') gather(node.rel, used, introduced);
  });
}

/** Whether a tree calls a volatile function, in subqueries too. */
export function volatileIn(tree: TreeValue, lookup: CatalogLookup): boolean {
  let found = false;
  visitTree(tree, (node) => {
    for (const field of ['funcid', 'opfuncid', 'aggfnoid', 'winfnoid']) {
      const oid = node[field];
      if (typeof oid === 'number' && oid > 0 && lookup.function(oid).volatility === 'volatile') found = true;
    }
  });
  return found;
}
