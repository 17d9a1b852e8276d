/**
 * The B-tree order an operator belongs to: what comparisons of rows are made of. Part of what lookup.ts reads of operators.
 */
import type { OperatorRef } from '../algebra/scalar.ts';

/** SQL over a row `o` of pg_operator: `[<, <=, =, >=, >]`, or NULL; `=` belongs to several orders and has none. */
export const ORDERING = `(SELECT json_agg(member.amopopr::int8 ORDER BY member.amopstrategy) FROM pg_amop own
      JOIN pg_amop member USING (amopfamily, amopmethod, amoplefttype, amoprighttype)
      WHERE own.amopopr = o.oid AND own.amopmethod = 403 AND own.amopstrategy <> 3
        AND own.amopfamily = (SELECT min(amopfamily) FROM pg_amop WHERE amopopr = o.oid AND amopmethod = 403))`;

export function orderingOf(members: readonly number[] | null): Pick<OperatorRef, 'ordering'> {
  if (members?.length !== 5) return {};
  const [less, lessOrEqual, equal, greaterOrEqual, greater] = members as [number, number, number, number, number];
  return { ordering: { less, lessOrEqual, equal, greaterOrEqual, greater } };
}
