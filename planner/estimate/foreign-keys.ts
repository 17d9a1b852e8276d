/**
 * Foreign keys among what a join compares: a row of the referencing table has its one partner in the whole of the other one,
 * however many columns that took; filters on either side are then what is left of their tables' rows.
 */
import type { Rel, Scan } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { originOf } from './column-origin.ts';
import type { Pair } from './compared-pairs.ts';

export interface Reference {
  readonly referencing: Rel;
  /** The referencing columns. */
  readonly columns: readonly ColumnId[];
  readonly referenced: Scan;
  /** The pairs that the key has no part in. */
  readonly others: readonly Pair[];
}

/** A whole foreign key that these pairs compare; all of them between the same two tables. */
export function referenceAmong(left: Rel, right: Rel, pairs: readonly Pair[]): Reference | undefined {
  return (
    referenceTo(left, right, pairs) ??
    referenceTo(right, left, pairs.map((pair) => ({ left: pair.right, right: pair.left }))) // prettier-ignore
  );
}

/** One of the left's to the right. */
export function referenceTo(left: Rel, right: Rel, pairs: readonly Pair[]): Reference | undefined {
  const [first] = pairs;
  const referencing = first && originOf(left, first.left)?.scan;
  const referenced = first && originOf(right, first.right)?.scan;
  if (!referencing?.table.foreignKeys || !referenced || referencing.table.site !== referenced.table.site) return undefined;
  const named = pairs.map((pair) => {
    const [from, to] = [originOf(left, pair.left), originOf(right, pair.right)];
    const isBetween = from?.scan === referencing && to?.scan === referenced;
    return isBetween ? { pair, from: from.column.sourceName, to: to.column.sourceName } : undefined;
  });
  for (const key of referencing.table.foreignKeys) {
    if (key.schema !== referenced.table.schema || key.name !== referenced.table.name) continue;
    const found = key.columns.map((from, i) => named.find((one) => one?.from === from && one.to === key.referenced[i]));
    if (!found.every((one) => one !== undefined)) continue;
    const used = new Set(found.map(({ pair }) => pair));
    const columns = [...used].map((pair) => pair.left);
    return { referencing: left, columns, referenced, others: pairs.filter((pair) => !used.has(pair)) };
  }
  return undefined;
}
