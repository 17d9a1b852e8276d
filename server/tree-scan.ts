/**
 * Does an analysed tree read a mirror? Answered from its bytes, without reading the whole grammar: every range table entry
 * of a relation, at any depth, prints `:relid <oid>`. What merely looks like one costs a closer look later, nothing else.
 */
import type { CatalogLookup, MirroredRelation } from '../algebra/catalog-lookup.ts';

/** Objects of PostgreSQL itself have smaller OIDs (FirstNormalObjectId). */
const FIRST_USER_OID = 16_384;
const RELID = Buffer.from(':relid');

export async function mirrorsNamed(tree: Buffer, lookup: CatalogLookup): Promise<readonly MirroredRelation[]> {
  const relations = new Set<number>();
  for (let at = tree.indexOf(RELID); at >= 0; at = tree.indexOf(RELID, at)) {
    at += RELID.length;
    let oid = 0;
    // The dump may break a line instead of a space.
    while (tree[at] === 0x20 || tree[at] === 0x0a) at++;
    for (; tree[at]! >= 0x30 && tree[at]! <= 0x39; at++) oid = oid * 10 + (tree[at]! - 0x30);
    if (oid >= FIRST_USER_OID) relations.add(oid);
  }
  if (relations.size === 0) return [];
  await lookup.ensure({ relations, types: [], functions: [], operators: [], collations: [] });
  return [...relations].flatMap((oid) => lookup.mirror(oid) ?? []);
}
