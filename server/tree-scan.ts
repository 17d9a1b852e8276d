/**
 * Does an analysed tree read a mirror, or call a source's function, or cast to a domain that only a source knows? Answered from its bytes, without reading the whole grammar:
 * every range table entry of a relation, at any depth, prints `:relid <oid>`, every call `:funcid <oid>`, every cast to a domain
 * `:resulttype <oid>`. What merely looks like one costs a closer look later, nothing else.
 */
import type { CatalogLookup, MirroredRelation } from '../algebra/catalog-lookup.ts';

/** Objects of PostgreSQL itself have smaller OIDs (FirstNormalObjectId). */
const FIRST_USER_OID = 16_384;
const RELATION = Buffer.from(':relid');
const FUNCTION = Buffer.from(':funcid');
const DOMAIN_CAST = Buffer.from('COERCETODOMAIN');
const RESULT_TYPE = Buffer.from(':resulttype');

/** What a tree names of sources. */
export interface SourcesNamed {
  readonly mirrors: readonly MirroredRelation[];
  readonly callsFunction: boolean;
  /** Functions that users made here. */
  readonly ownFunctions: readonly number[];
}

export async function sourcesNamed(tree: Buffer, lookup: CatalogLookup): Promise<SourcesNamed> {
  const relations = numbersAfter(RELATION, tree);
  const functions = numbersAfter(FUNCTION, tree);
  const types = tree.includes(DOMAIN_CAST) ? numbersAfter(RESULT_TYPE, tree) : new Set<number>();
  const declared = functions.size + types.size === 0 ? functions : await lookup.sourceFunctions();
  const callsFunction = [...functions, ...types].some((oid) => declared.has(oid));
  const ownFunctions = [...functions].filter((oid) => !declared.has(oid));
  if (relations.size === 0) return { mirrors: [], callsFunction, ownFunctions };
  await lookup.ensure({ relations, types: [], functions: [], operators: [], collations: [] });
  return { mirrors: [...relations].flatMap((oid) => lookup.mirror(oid) ?? []), callsFunction, ownFunctions };
}

function numbersAfter(field: Buffer, tree: Buffer): Set<number> {
  const found = new Set<number>();
  for (let at = tree.indexOf(field); at >= 0; at = tree.indexOf(field, at)) {
    at += field.length;
    let oid = 0;
    // The dump may break a line instead of a space.
    while (tree[at] === 0x20 || tree[at] === 0x0a) at++;
    for (; tree[at]! >= 0x30 && tree[at]! <= 0x39; at++) oid = oid * 10 + (tree[at]! - 0x30);
    if (oid >= FIRST_USER_OID) found.add(oid);
  }
  return found;
}
