/**
 * What the source of a probe side is asked of a column once the keys of the build side are known (key-filters.ts). The values
 * come when they are known: they are the parameters $0, $1 … of these conditions.
 *
 *   list    column = ANY ($0)
 *   range   column >= $0 AND column <= $1
 *   bitmap  both, AND CASE WHEN column >= $0 AND column <= $1 THEN get_bit($2, column - $0) = 1 ELSE false END
 *
 * Values are of the column's own type: integers of another width are made so before they go, those that do not fit have no
 * partner there (executor/operators/keys/key-collector.ts).
 */
import { compared, comparisonOf, isOrderedEverywhere } from '../../algebra/comparisons.ts';
import type { ArrayCompareScalar, CallScalar, ColumnRefScalar, Scalar } from '../../algebra/scalar.ts';
import { arrayTypeOf, sqlType, withTypmod, type SqlType } from '../../core/sql-type.ts';
import { bitAt, difference } from './builtin-calls.ts';

/** `written`: the equality that the join asks for. */
export function listCondition(key: ColumnRefScalar, written: CallScalar): ArrayCompareScalar | undefined {
  const array = arrayTypeOf(key.type);
  if (array === undefined || written.operator === undefined) return undefined;
  const isMixed = written.args.some(({ type }) => type.kind !== key.type.kind);
  const { fn, operator } = isMixed ? comparisonOf('eq', key.type.kind) : { fn: written.fn, operator: written.operator };
  return {
    kind: 'arraycompare',
    quantifier: 'any',
    fn,
    operator,
    left: key,
    array: { kind: 'param', index: 0, type: array },
    inputCollation: written.inputCollation,
    type: sqlType('bool'),
  };
}

/** Undefined where the order of values is a source's own. */
export function rangeConditions(key: ColumnRefScalar): readonly Scalar[] | undefined {
  if (!isOrderedEverywhere(key.type.kind)) return undefined;
  const type = withTypmod(key.type, -1);
  return [compared('ge', key, { kind: 'param', index: 0, type }), compared('le', key, { kind: 'param', index: 1, type })];
}

/** Keys of this type, wherever there are so many of them. */
export const hasBitmap = ({ kind }: SqlType): boolean => kind === 'int4' || kind === 'int8';

/**
 * One list of conditions for each form that a PostgreSQL may know. Only CASE promises that no bit outside is asked for; the
 * bounds stand beside it for an index, and for the rows that they turn away sooner.
 */
export function bitmapConditions(key: ColumnRefScalar): readonly (readonly Scalar[])[] {
  const range = hasBitmap(key.type) ? rangeConditions(key) : undefined;
  if (range === undefined) return [];
  const least: Scalar = { kind: 'param', index: 0, type: withTypmod(key.type, -1) };
  const bits: Scalar = { kind: 'param', index: 2, type: sqlType('bytea') };
  const type = sqlType('bool');
  const when: Scalar = { kind: 'and', args: range, type };
  const otherwise: Scalar = { kind: 'const', value: false, type };
  return bitAt(bits, difference(key, least)).map((bit) => {
    const then = compared('eq', bit, { kind: 'const', value: 1, type: bit.type });
    return [...range, { kind: 'case', branches: [{ when, then }], otherwise, type }];
  });
}
