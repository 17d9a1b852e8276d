/**
 * What the source of a probe side is asked of a column once the keys of the build side are known (key-filters.ts). The values
 * come when they are known: they are the parameters $0, $1 … of these conditions.
 *
 *   list    column = ANY ($0)
 *   range   column >= $0 AND column <= $1
 *
 * Values are of the column's own type: integers of another width are made so before they go, those that do not fit have no
 * partner there (executor/operators/keys/key-collector.ts).
 */
import { compared, comparisonOf, isOrderedEverywhere } from '../../algebra/comparisons.ts';
import type { ArrayCompareScalar, CallScalar, ColumnRefScalar, Scalar } from '../../algebra/scalar.ts';
import { arrayTypeOf, sqlType, withTypmod } from '../../core/sql-type.ts';

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
