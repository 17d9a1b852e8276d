/** Which columns of its two sides a join's conditions compare for equality. */
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';

export interface Pair {
  readonly left: ColumnId;
  readonly right: ColumnId;
}

/** The equalities of columns of both sides among the conditions, and the others. */
export function comparedPairs(
  on: readonly Scalar[],
  left: Rel,
  right: Rel,
): { readonly pairs: readonly Pair[]; readonly rest: readonly Scalar[] } {
  const [pairs, rest]: [Pair[], Scalar[]] = [[], []];
  for (const conjunct of on) {
    const sides = equalSides(conjunct, left, right);
    if (sides) pairs.push(sides);
    else rest.push(conjunct);
  }
  return { pairs, rest };
}

/** `left column = right column`, casts that compare unequal types apart. */
export function equalSides(conjunct: Scalar, left: Rel, right: Rel): Pair | undefined {
  if (conjunct.kind !== 'call' || conjunct.operator?.name !== '=') return undefined;
  const [a, b] = conjunct.args.map((arg) => [...columnsIn(arg)]);
  if (a?.length !== 1 || b?.length !== 1) return undefined;
  const isIn = (rel: Rel, column: ColumnId): boolean => outputColumns(rel).some(({ id }) => id === column);
  if (isIn(left, a[0]!) && isIn(right, b[0]!)) return { left: a[0]!, right: b[0]! };
  if (isIn(left, b[0]!) && isIn(right, a[0]!)) return { left: b[0]!, right: a[0]! };
  return undefined;
}
