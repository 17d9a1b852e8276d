/**
 * Does a predicate reject rows in which these columns are NULL, that is, is it then false or NULL for certain? The test
 * behind turning outer joins into inner ones. Conservative: "no" when unsure.
 */
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';

/** True when `expr` is surely NULL as soon as one of the columns is NULL that it tests. */
export function isNullOn(expr: Scalar, columns: ReadonlySet<ColumnId>): boolean {
  switch (expr.kind) {
    case 'column':
      return columns.has(expr.column);
    case 'call':
      return expr.fn.strict && expr.args.some((arg) => isNullOn(arg, columns));
    case 'cast':
    case 'not':
      return isNullOn(expr.arg, columns);
    case 'nullif':
      return isNullOn(expr.left, columns);
    default:
      return false;
  }
}

/** True when the predicate is false or NULL whenever all of `columns` are NULL. */
export function rejectsNulls(expr: Scalar, columns: ReadonlySet<ColumnId>): boolean {
  switch (expr.kind) {
    case 'and':
      return expr.args.some((arg) => rejectsNulls(arg, columns));
    case 'or':
      return expr.args.every((arg) => rejectsNulls(arg, columns));
    case 'const':
      return expr.value === null || expr.value === false;
    case 'nulltest':
      return expr.negated && isNullOn(expr.arg, columns);
    case 'booltest':
      return !expr.negated && expr.test !== 'unknown' && isNullOn(expr.arg, columns);
    case 'arraycompare':
      // x = ANY (empty array) is false for a NULL x, which rejects as well; x = ALL (empty array) is true.
      return expr.quantifier === 'any' && expr.fn.strict && isNullOn(expr.left, columns);
    default:
      return isNullOn(expr, columns);
  }
}
