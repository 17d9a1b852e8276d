/**
 * Constants of types without a decoder of ours (points, ranges, tsvector, rows, …): before conversion the catalog is asked for the
 * text of all of them at once. They become casts of that text, which a source of the same kind evaluates exactly.
 */
import type { CatalogLookup, ConstantDatum } from '../../algebra/catalog-lookup.ts';
import { assert } from '../../core/assert.ts';
import { visitTree } from './statement-oids.ts';
import { flag, integer } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

/** Text that no type was found for is read as it stands; of a row, the columns' types are lost in its text. */
const NOT_ASKED = new Set([705, 2249, 2287]);

/** By CONST node. The types of the tree are loaded. */
export async function opaqueConstants(tree: TreeValue, lookup: CatalogLookup): Promise<ReadonlyMap<TreeNode, string>> {
  const found: TreeNode[] = [];
  visitTree(tree, (node) => {
    if (node.tag !== 'CONST' || flag(node, 'constisnull')) return;
    const oid = integer(node, 'consttype');
    if (NOT_ASKED.has(oid)) return;
    const type = lookup.type(oid);
    const { kind } = type.element ?? type;
    if (kind === 'opaque' || kind === 'composite') found.push(node);
  });
  const texts = await lookup.constantTexts(found.map(datumOf));
  assert(texts.length === found.length, `${texts.length} texts for ${found.length} constants`);
  return new Map(found.map((node, i) => [node, texts[i]!]));
}

function datumOf(node: TreeNode): ConstantDatum {
  const bytes = node['constvalue'];
  assert(bytes instanceof Uint8Array, 'a constant without a value');
  return {
    type: integer(node, 'consttype'),
    typmod: integer(node, 'consttypmod'),
    collation: integer(node, 'constcollid'),
    length: integer(node, 'constlen'),
    byValue: flag(node, 'constbyval'),
    bytes,
  };
}
