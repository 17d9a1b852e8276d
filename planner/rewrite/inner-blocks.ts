/**
 * Inner joins that follow each other as one block: its leaves, and all conditions that stand between them, in whatever tree
 * they were written. What takes leaves out of a block gives it back by `joinOf`, and puts out what the joins did.
 */
import { outputColumns, type Join, type ProjectItem, type Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { scalarKey } from '../../algebra/scalar-key.ts';
import { mapRelInputs } from '../../algebra/transform.ts';

export interface Block {
  readonly leaves: readonly Rel[];
  readonly conjuncts: readonly Scalar[];
}

export function blockOf(rel: Rel): Block {
  if (rel.kind !== 'join' || rel.type !== 'inner') return { leaves: [rel], conjuncts: [] };
  const [left, right] = [blockOf(rel.left), blockOf(rel.right)];
  return { leaves: [...left.leaves, ...right.leaves], conjuncts: [...left.conjuncts, ...right.conjuncts, ...rel.on] };
}

/** The joins as they are, their leaves changed. */
export const mapLeaves = (rel: Rel, change: (leaf: Rel) => Rel): Rel =>
  rel.kind === 'join' && rel.type === 'inner' ? mapRelInputs(rel, (input) => mapLeaves(input, change)) : change(rel);

export function joinOf({ leaves, conjuncts }: Block): Rel {
  const [first, ...others] = leaves as readonly [Rel, ...Rel[]];
  const joined = others.reduce((left, right): Rel => ({ kind: 'join', type: 'inner', left, right, on: [] }), first);
  return others.length > 0 && joined.kind === 'join' ? { ...joined, on: conjuncts } : filtered(joined, conjuncts);
}

export const filtered = (input: Rel, conjuncts: readonly Scalar[]): Rel =>
  conjuncts.length === 0 ? input : { kind: 'filter', input, conjuncts };

/** Puts out what the join did, in its order. */
export function inOrder(input: Rel, join: Join): Rel {
  const items = outputColumns(join).map((column): ProjectItem => ({ column, expr: { kind: 'column', column: column.id, type: column.type } })); // prettier-ignore
  return { kind: 'project', input, items };
}

/** Each condition once. */
export const distinctConditions = (conjuncts: readonly Scalar[]): readonly Scalar[] => [
  ...new Map(conjuncts.map((conjunct) => [scalarKey(conjunct) ?? conjunct, conjunct])).values(),
];
