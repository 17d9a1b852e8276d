/**
 * A statement as a tree of text, nodes and lists, so that a failing one can be made smaller by structure: the generator
 * writes the tree, the shrinker cuts it, PostgreSQL says whether what is left still means something.
 */
import { unreachable } from '../../core/assert.ts';

export type SqlTree = string | SqlNode | SqlList;

export interface SqlNode {
  readonly kind: 'node';
  /** Nodes of one category may stand for each other: `int4`, `select`, `from`. */
  readonly category: string;
  readonly parts: readonly SqlTree[];
  /** May be left out. */
  readonly optional?: boolean;
  /** The smallest thing of its category. */
  readonly simplest?: string;
  /** Last touch on the text, for what depends on the parts that are left (ORDER BY all ordinals). */
  readonly finish?: (text: string, parts: readonly SqlTree[]) => string;
}

export interface SqlList {
  readonly kind: 'list';
  readonly items: readonly SqlTree[];
  readonly separator: string;
  /** How many must stay. */
  readonly itemsMin: number;
}

export const node = (
  category: string,
  parts: readonly SqlTree[],
  options: Pick<SqlNode, 'optional' | 'simplest' | 'finish'> = {},
): SqlNode => ({ kind: 'node', category, parts, ...options });
export const optional = (parts: readonly SqlTree[]): SqlNode => node('clause', parts, { optional: true });
export const list = (items: readonly SqlTree[], separator = ', ', itemsMin = 1): SqlList => ({
  kind: 'list',
  items,
  separator,
  itemsMin,
});

export function sqlText(tree: SqlTree): string {
  if (typeof tree === 'string') return tree;
  switch (tree.kind) {
    case 'list':
      return tree.items.map(sqlText).join(tree.separator);
    case 'node': {
      const text = tree.parts.map(sqlText).join('');
      return tree.finish ? tree.finish(text, tree.parts) : text;
    }
    default:
      return unreachable(tree);
  }
}
