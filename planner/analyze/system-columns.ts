/**
 * Columns that every table has without being asked: where a row lies and which transactions made it. They mean something at
 * the row's source alone. `tableoid` is not among them: the numbers of the source's relations mean others here.
 */
import { visitTree } from './statement-oids.ts';
import type { TreeValue } from './tree-reader.ts';

interface SystemColumn {
  readonly attribute: number;
  readonly name: string;
  readonly typeOid: number;
}

const TID = 27;
const XID = 28;
const CID = 29;

const SYSTEM_COLUMNS: readonly SystemColumn[] = [
  { attribute: -1, name: 'ctid', typeOid: TID },
  { attribute: -2, name: 'xmin', typeOid: XID },
  { attribute: -3, name: 'cmin', typeOid: CID },
  { attribute: -4, name: 'xmax', typeOid: XID },
  { attribute: -5, name: 'cmax', typeOid: CID },
];

const TABLEOID = -6;

/** As users call it, for messages. */
export const systemColumnName = (attribute: number): string =>
  SYSTEM_COLUMNS.find((column) => column.attribute === attribute)?.name ?? (attribute === TABLEOID ? 'tableoid' : 'of this kind');

/** Those that a statement names somewhere. */
export function systemColumnsIn(tree: TreeValue): readonly SystemColumn[] {
  const named = new Set<number>();
  visitTree(tree, (node) => {
    const attribute = node['varattno'];
    if (node.tag === 'VAR' && typeof attribute === 'number' && attribute < 0) named.add(attribute);
  });
  return SYSTEM_COLUMNS.filter((column) => named.has(column.attribute));
}
