/**
 * Views over nothing but the catalog server's own tables (information_schema, pg_stats, a user's view of a local table) stay
 * views in a query that reads mirrors as well: the rewriter expanded them, but the backend knows them by name, and evaluates
 * everything in them. One that calls a source's function is evaluated there. Runs on a fresh tree, which it changes in place, before anything else reads it.
 */
import { relationOids, visitTree } from './statement-oids.ts';
import { integer } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

const RANGE_RELATION = 0;
const RANGE_SUBQUERY = 1;

/** An expanded view's entry keeps the view's OID (relid), its place in rteperminfos, and columns by the view's numbers. */
export function keepCatalogViews(
  tree: TreeValue,
  isMirror: (relation: number) => boolean,
  sourceFunctions: ReadonlySet<number>,
): void {
  visitTree(tree, (node) => {
    if (node.tag !== 'RANGETBLENTRY' || node['rtekind'] !== RANGE_SUBQUERY || typeof node['relid'] !== 'number') return;
    const subquery = node['subquery'] ?? null;
    if (integer(node, 'relid') === 0 || [...relationOids(subquery)].some(isMirror) || calls(subquery, sourceFunctions)) return;
    Object.assign(node as { -readonly [Field in keyof TreeNode]: TreeNode[Field] }, {
      rtekind: RANGE_RELATION,
      subquery: null,
      inh: true,
      tablesample: null,
    });
  });
}

function calls(tree: TreeValue, functions: ReadonlySet<number>): boolean {
  let found = false;
  visitTree(tree, (node) => {
    const { funcid } = node;
    if (typeof funcid === 'number' && functions.has(funcid)) found = true;
  });
  return found;
}
