/**
 * A recursive WITH query → Recursive: `seed UNION [ALL] step`, where the step reads the rows found last by a CteScan. The
 * definition is entered into the scope before the step is converted, as its working table; who reads the result afterwards
 * reads another one (common-table-expressions.ts).
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { assert } from '../../core/assert.ts';
import type { ConvertedQuery, QueryConverter } from './query-converter.ts';
import { rowTypeFrom } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import { requireDefaultEquality } from './sorting.ts';
import { child, flag, integer, integers, list, nodes, SET_OPERATIONS, strings, text } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** `node`: a CommonTableExpr of the level `context` stands for. */
export function convertRecursive(converter: QueryConverter, node: TreeNode, context: ExpressionContext): ConvertedQuery {
  const { analysis } = converter;
  const name = text(node, 'ctename');
  const query = child(node, 'ctequery');
  if (list(query, 'sortClause').length > 0 || query['limitCount'] !== null || query['limitOffset'] !== null)
    throw analysis.unsupported(`ORDER BY or LIMIT of the recursive query "${name}"`, node);
  const operation = child(query, 'setOperations');
  assert(SET_OPERATIONS[integer(operation, 'op')] === 'union', 'a recursive query is a UNION');
  for (const clause of nodes(operation, 'groupClauses')) requireDefaultEquality(analysis, clause, 'UNION');
  const inside: ExpressionContext = {
    scope: { entries: [], ctes: new Map(), parent: context },
    clause: 'FROM',
    grouped: null,
    subqueryJoins: null,
  };
  // PostgreSQL lets none of these read the recursive query.
  const definitions = converter.withQueries(query, inside);
  const typmods = integers(operation, 'colTypmods');
  const collations = integers(operation, 'colCollations');
  const names = strings(node, 'ctecolnames');
  const types = integers(operation, 'colTypes').map((oid, i) => analysis.type(oid, typmods[i]!, collations[i]!));
  const seed = converter.unionMember(query, child(operation, 'larg'), types, inside);
  const columns = types.map((type, i): RelColumn => analysis.column(names[i] ?? '', rowTypeFrom(type, [seed.columns[i]!.type])));
  const cte = analysis.nextCte();
  context.scope.ctes.set(name, { name, node: query, home: context, shared: { cte, columns } });
  const step = converter.unionMember(query, child(operation, 'rarg'), types, inside);
  const ids = ({ columns: found }: ConvertedQuery): RelColumn['id'][] => found.map((column) => column.id);
  const all = flag(operation, 'all');
  const [seedColumns, stepColumns] = [ids(seed), ids(step)];
  const rel: Rel = { kind: 'recursive', cte, name, all, seed: seed.rel, step: step.rel, seedColumns, stepColumns, columns };
  return { rel: definitions.length === 0 ? rel : { kind: 'with', definitions, body: rel }, columns };
}
