/** The typmod a CASE, COALESCE, GREATEST, ARRAY … has from its parts: theirs when all agree in type and typmod (exprTypmod). */
import type { Scalar } from '../../algebra/scalar.ts';
import type { SqlType } from '../../core/sql-type.ts';

export function commonTypmod(type: SqlType, parts: readonly Scalar[]): number {
  const first = parts[0];
  if (first === undefined || first.type.typmod < 0) return -1;
  const agree = parts.every((part) => part.type.oid === type.oid && part.type.typmod === first.type.typmod);
  return agree ? first.type.typmod : -1;
}
