/** Questions about whole (sub)queries: which outer columns they refer to, and whether anything in them is volatile. */
import type { CatalogLookup } from '../../algebra/catalog-lookup.ts';
import type { Rel } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { relScalars, visitRel, visitScalar } from '../../algebra/transform.ts';
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
    } else if (node.kind === 'aggregate') for (const { column } of node.aggregates) introduced.add(column.id);
    else if (node.kind === 'scan' || node.kind === 'values' || node.kind === 'setop' || node.kind === 'ctescan') {
      for (const column of outputColumns(node)) introduced.add(column.id);
    }
  });
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
