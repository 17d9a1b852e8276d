/**
 * Which joins may change places: associativity and its two mirrored forms for inner, semi, anti, left and full joins, and
 * the conflict rules that follow for one join from the joins below it (detector CD-C of Moerkotte, Fender, Eich: "On the
 * correct and complete enumeration of the core search space", SIGMOD 2013).
 */
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { rejectsNulls } from '../rewrite/null-rejection.ts';

/** A set of relations of one block; bit i is the i-th. */
export type RelationSet = number;

export type JoinType = 'inner' | 'semi' | 'anti' | 'left' | 'full';

/** A join as it was written: what stands below its sides, and what its conditions read. */
export interface WrittenJoin {
  readonly type: JoinType;
  readonly on: readonly Scalar[];
  readonly left: RelationSet;
  readonly right: RelationSet;
  readonly reads: RelationSet;
}

/** Whoever has one of `when` must have all of `needs` as well. */
export interface ConflictRule {
  readonly when: RelationSet;
  readonly needs: RelationSet;
}

type Columns = (relations: RelationSet) => ReadonlySet<ColumnId>;

const rejects = (join: WrittenJoin, columns: ReadonlySet<ColumnId>): boolean =>
  join.on.some((conjunct) => rejectsNulls(conjunct, columns));

/** (e1 a e2) b e3 = e1 a (e2 b e3); `middle`: the columns of e2. */
function associative(a: WrittenJoin, b: WrittenJoin, middle: () => ReadonlySet<ColumnId>): boolean {
  if (a.type === 'inner') return b.type !== 'full';
  if (a.type === 'left') return b.type === 'left' && rejects(b, middle());
  if (a.type !== 'full') return false;
  if (b.type === 'left') return rejects(b, middle());
  return b.type === 'full' && rejects(a, middle()) && rejects(b, middle());
}

/** (e1 a e2) b e3 = (e1 b e3) a e2; `first`: the columns of e1. */
function leftAsscom(a: WrittenJoin, b: WrittenJoin, first: () => ReadonlySet<ColumnId>): boolean {
  if (a.type === 'full') {
    if (b.type === 'left') return rejects(b, first());
    return b.type === 'full' && rejects(a, first()) && rejects(b, first());
  }
  if (b.type !== 'full') return true;
  return a.type === 'left' && rejects(a, first());
}

/** e1 a (e2 b e3) = e2 b (e1 a e3); `last`: the columns of e3. */
function rightAsscom(a: WrittenJoin, b: WrittenJoin, last: () => ReadonlySet<ColumnId>): boolean {
  if (a.type === 'inner') return b.type === 'inner';
  return a.type === 'full' && b.type === 'full' && rejects(a, last()) && rejects(b, last());
}

/** The rules for `join` from the joins within its left and its right side. */
export function conflictRules(
  join: WrittenJoin,
  within: { readonly left: readonly WrittenJoin[]; readonly right: readonly WrittenJoin[] },
  columns: Columns,
): readonly ConflictRule[] {
  const rules: ConflictRule[] = [];
  const add = (when: RelationSet, side: RelationSet, below: WrittenJoin): void => {
    // What the lower join's condition reads of that side is all that has to be there.
    rules.push({ when, needs: (side & below.reads) === 0 ? side : side & below.reads });
  };
  for (const below of within.left) {
    if (!associative(below, join, () => columns(below.right))) add(below.right, below.left, below);
    if (!leftAsscom(below, join, () => columns(below.left))) add(below.left, below.right, below);
  }
  for (const below of within.right) {
    if (!associative(join, below, () => columns(below.left))) add(below.left, below.right, below);
    if (!rightAsscom(join, below, () => columns(below.right))) add(below.right, below.left, below);
  }
  return rules;
}
