/**
 * WITH. A query is inlined when PostgreSQL would: referenced once or NOT MATERIALIZED, and nothing volatile in it. So is one that
 * reads an outer row, if nobody can tell how often it is evaluated. Others are evaluated once and read through CteScans; one
 * nobody refers to is not evaluated at all.
 */
import type { Rel, RelColumn, With } from '../../algebra/rel.ts';
import { assert } from '../../core/assert.ts';
import { convertRecursive } from './recursive-queries.ts';
import { freeColumns, volatileIn } from './free-columns.ts';
import { hasRepeatableRows } from './repeatable-rows.ts';
import type { ConvertedQuery, QueryConverter } from './query-converter.ts';
import type { CteEntry, ExpressionContext } from './scope.ts';
import { outerContext } from './scope.ts';
import { child, COMMAND_SELECT, flag, integer, nodes, text } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** By CTEMaterialize. */
const MATERIALIZED = 1;
const NOT_MATERIALIZED = 2;

/** Enters the WITH list of `query` into the scope; returns what the level must evaluate once. */
export function convertWithQueries(converter: QueryConverter, query: TreeNode, context: ExpressionContext): With['definitions'] {
  const { analysis } = converter;
  const definitions: With['definitions'][number][] = [];
  for (const node of nodes(query, 'cteList')) {
    const name = text(node, 'ctename');
    const inner = child(node, 'ctequery');
    if (integer(inner, 'commandType') !== COMMAND_SELECT) {
      throw analysis.unsupported('data-modifying statement in WITH', node);
    }
    const references = integer(node, 'cterefcount');
    if (references === 0) continue;
    if (flag(node, 'cterecursive')) {
      const { rel, columns } = convertRecursive(converter, node, context);
      const cte = analysis.nextCte();
      context.scope.ctes.set(name, { name, node: inner, home: context, shared: { cte, columns } });
      definitions.push({ cte, name, rel });
      continue;
    }
    let entry: CteEntry = { name, node: inner, home: context, shared: undefined };
    const materialize = integer(node, 'ctematerialized');
    const isVolatile = volatileIn(inner, analysis.lookup);
    const mayInline = materialize === NOT_MATERIALIZED || (materialize !== MATERIALIZED && references === 1);
    if (!mayInline || isVolatile) {
      const { rel, columns } = converter.query(inner, context);
      const isInlined = materialize !== MATERIALIZED && !isVolatile && freeColumns(rel).size > 0 && hasRepeatableRows(rel);
      // An inlined query is converted where it is read, with column ids of its own.
      if (!isInlined) {
        const cte = analysis.nextCte();
        entry = { ...entry, shared: { cte, columns } };
        definitions.push({ cte, name, rel });
      }
    }
    context.scope.ctes.set(name, entry);
  }
  return definitions;
}

export function convertCteReference(converter: QueryConverter, range: TreeNode, context: ExpressionContext): ConvertedQuery {
  const { analysis } = converter;
  const name = text(range, 'ctename');
  const entry = outerContext(context, integer(range, 'ctelevelsup')).scope.ctes.get(name);
  assert(entry !== undefined, `WITH query "${name}" is not in scope`);
  if (entry.shared === undefined) return converter.query(entry.node, entry.home);
  const columns = entry.shared.columns.map((column): RelColumn => analysis.column(column.name, column.type, column.notNull));
  const rel: Rel = { kind: 'ctescan', cte: entry.shared.cte, name, columns };
  return { rel, columns };
}
