/**
 * Rule distinct-constants: what is the same in every row need not be compared, and may be of a type that nobody at home compares.
 *
 *   Distinct                              Project 1, a
 *   └─ Project 1, a            →          └─ Distinct
 *                                            └─ Project a
 *
 * Where nothing else is left, the first row will do.
 */
import type { ProjectItem, Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { columnsIn, isVolatile, mapRelInputs, someScalar } from '../../algebra/transform.ts';
import { int64 } from '../../core/datum.ts';
import { sqlType } from '../../core/sql-type.ts';

export function distinctConstants(rel: Rel): Rel {
  if (rel.kind !== 'distinct' || rel.input.kind !== 'project') return mapRelInputs(rel, distinctConstants);
  const { items, input } = rel.input;
  const compared = items.filter(({ expr }) => !isConstant(expr));
  if (compared.length === items.length) return mapRelInputs(rel, distinctConstants);
  const below = distinctConstants(input);
  const rows: Rel =
    compared.length === 0
      ? { kind: 'limit', input: below, limit: ONE, offset: null }
      : { kind: 'distinct', input: { kind: 'project', input: below, items: compared } };
  const passed = ({ column, expr }: ProjectItem): ProjectItem =>
    isConstant(expr) ? { column, expr } : { column, expr: { kind: 'column', column: column.id, type: column.type } };
  return { kind: 'project', input: rows, items: items.map(passed) };
}

const ONE: Scalar = { kind: 'const', value: int64(1n), type: sqlType('int8') };

/** One value for the whole statement. */
const isConstant = (expr: Scalar): boolean =>
  columnsIn(expr).size === 0 && !isVolatile(expr) && !someScalar(expr, (part) => part.kind === 'subquery');
