/**
 * The invariant behind every rewrite: each reference resolves to a column of the node's input, and the tree still puts out
 * the columns (ids and types) it did. Run after each firing; a violation is a bug of the rule and stops the query (XX000).
 */
import { assert } from '../../core/assert.ts';
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { relInputs, relScalars, visitScalar } from '../../algebra/transform.ts';

const idsOf = (rel: Rel): Set<ColumnId> => new Set(outputColumns(rel).map((column) => column.id));

function checkScalar(expr: Scalar, scope: ReadonlySet<ColumnId>, where: string): void {
  visitScalar(expr, (node) => {
    if (node.kind === 'column') assert(scope.has(node.column), `${where}: column ${node.column} is not in scope`);
    if (node.kind === 'subquery') checkRel(node.rel);
  });
}

/** Trees are never changed: what a rule left as it was need not be looked at again. */
const checked = new WeakSet<Rel>();

/** Throws InternalError when a reference in the tree does not resolve. */
export function checkRel(rel: Rel): void {
  if (checked.has(rel)) return;
  const inputs = relInputs(rel);
  for (const input of inputs) checkRel(input);
  const scope = new Set<ColumnId>();
  for (const input of inputs) for (const id of idsOf(input)) scope.add(id);
  for (const expr of relScalars(rel)) checkScalar(expr, scope, rel.kind);
  const needed = columnsNamed(rel);
  for (const id of needed) assert(scope.has(id), `${rel.kind}: column ${id} is not in scope`);
  checked.add(rel);
}

/** Columns a node refers to outside of its expressions. */
export function columnsNamed(rel: Rel): readonly ColumnId[] {
  switch (rel.kind) {
    case 'aggregate':
      return [...rel.groups.map((g) => g.id), ...(rel.sets ?? []).flat(), ...(rel.masks ?? []).flatMap((mask) => mask.of)];
    case 'window':
      return [...rel.partition.map((c) => c.id), ...rel.order.map((key) => key.column)];
    case 'sort':
      return rel.keys.map((key) => key.column);
    case 'setop':
      return [...rel.leftColumns, ...rel.rightColumns];
    case 'recursive':
      return [...rel.seedColumns, ...rel.stepColumns];
    default:
      return [];
  }
}

/** Throws InternalError when `after` puts out other columns than `before`. */
export function checkSameOutput(rule: string, before: Rel, after: Rel): void {
  const was = outputColumns(before);
  const is = outputColumns(after);
  assert(was.length === is.length, `${rule}: output changed from ${was.length} to ${is.length} columns`);
  for (let i = 0; i < was.length; i++) {
    assert(was[i]!.id === is[i]!.id && was[i]!.type.oid === is[i]!.type.oid, `${rule}: output column ${i + 1} changed`);
  }
}
