/**
 * TABLESAMPLE of a federated table → what its Scan carries. PostgreSQL's own two methods; the rows are drawn where the table
 * is, so the percentage and the seed must not depend on rows beside it.
 */
import type { Scan } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { someScalar } from '../../algebra/transform.ts';
import type { QueryConverter } from './query-converter.ts';
import type { ExpressionContext } from './scope.ts';
import { integer, nodes, optionalChild } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** By the OID of the method's handler function (pg_proc.dat). */
const METHODS: ReadonlyMap<number, string> = new Map([
  [3313, 'bernoulli'],
  [3314, 'system'],
]);

/** `range`: the table's range table entry; undefined: all of its rows are read. */
export function convertTableSample(
  converter: QueryConverter,
  range: TreeNode,
  name: string,
  context: ExpressionContext,
): Scan['sample'] {
  const { analysis } = converter;
  const clause = optionalChild(range, 'tablesample');
  if (clause === null) return undefined;
  const method = METHODS.get(integer(clause, 'tsmhandler'));
  if (method === undefined) throw analysis.unsupported(`TABLESAMPLE of "${name}" by a method of an extension`);
  const convert = (node: TreeNode): Scalar => {
    const expr = converter.expressions.convert(node, { ...context, clause: 'TABLESAMPLE' });
    if (someScalar(expr, ({ kind }) => kind === 'column' || kind === 'subquery')) {
      throw analysis.unsupported(`TABLESAMPLE of "${name}" that depends on other rows`);
    }
    return expr;
  };
  const repeatable = optionalChild(clause, 'repeatable');
  return { method, args: nodes(clause, 'args').map(convert), repeatable: repeatable && convert(repeatable) };
}
