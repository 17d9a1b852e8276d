/** Texts whose collations contradict each other: an expression has none then, and PostgreSQL raises 42P22 where one is needed. */
import type { Scalar } from './scalar.ts';
import { scalarParts } from './transform.ts';
import { isTextKind } from '../core/sql-type.ts';
import type { SqlType } from '../core/sql-type.ts';

export const SEVERAL_COLLATIONS = 'text of several collations';

/** Subqueries may have said them (COLLATE): written out as one expression, they would be an error. */
export function mixesCollations(expr: Scalar): boolean {
  const result = 'inputCollation' in expr ? expr.inputCollation : isText(expr.type) ? expr.type.collation : 'default';
  // Literals without a type and what the parser adds itself have none either, nor has the document of JSON_TABLE: no contradiction.
  const meets = (part: Scalar): boolean =>
    part.kind !== 'const' && isText(part.type) && part.type.collation !== 'default' && (part.type.collation !== 'none' || isMixed(part)); // prettier-ignore
  return result === 'none' && scalarParts(expr).some(meets);
}

const isText = (type: SqlType): boolean => isTextKind((type.element ?? type).kind);

/** Of text without a collation: where it was read it had several. */
const isMixed = (expr: Scalar): boolean => expr.kind === 'column' || expr.kind === 'subquery' || mixesCollations(expr);
