/**
 * WHERE, HAVING, policies: a predicate as conjuncts over a Rel. Conjuncts that are EXISTS or IN over a subquery become semi
 * and anti joins where that means the same; what else refers to subqueries' results is filtered above the joins:
 *
 *   Filter  conjuncts that use values of joined subqueries
 *   └─ joins of subqueries
 *      └─ Filter  the other conjuncts
 *         └─ base
 */
import type { Rel } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { someScalar } from '../../algebra/transform.ts';
import type { QueryConverter } from './query-converter.ts';
import { filtered, PendingJoins } from './pending-joins.ts';
import type { ExpressionContext } from './scope.ts';
import { convertSublinkConjunct } from './sublinks.ts';
import { nodes, text } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** `base`: a function when it can only be built after the predicate's conversion (aggregates it calls are gathered). */
export function applyPredicate(
  converter: QueryConverter,
  base: Rel | (() => Rel),
  predicate: TreeNode | null,
  context: ExpressionContext,
): Rel {
  const joins = new PendingJoins();
  const inside: ExpressionContext = { ...context, subqueryJoins: joins };
  const conjuncts: Scalar[] = [];
  for (const node of predicate ? conjunctNodes(predicate) : []) {
    const subquery = convertSublinkConjunct(converter, node, inside, joins);
    if (subquery === undefined) conjuncts.push(converter.expressions.convert(node, inside));
    else if (subquery !== null) conjuncts.push(subquery);
  }
  const input = typeof base === 'function' ? base() : base;
  if (joins.isEmpty) return filtered(input, conjuncts);
  const produced = new Set(outputColumns(joins.apply(input)).map((column) => column.id));
  for (const column of outputColumns(input)) produced.delete(column.id);
  const late = conjuncts.filter((conjunct) =>
    someScalar(conjunct, (node) => node.kind === 'column' && produced.has(node.column)),
  );
  const early = conjuncts.filter((conjunct) => !late.includes(conjunct));
  return filtered(joins.apply(filtered(input, early)), late);
}

/** ANDs flattened, without recursion. */
function conjunctNodes(predicate: TreeNode): readonly TreeNode[] {
  const conjuncts: TreeNode[] = [];
  const open = [predicate];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.tag === 'BOOLEXPR' && text(node, 'boolop') === 'and') open.push(...nodes(node, 'args').toReversed());
    else conjuncts.push(node);
  }
  return conjuncts;
}
