/** What unnested subqueries need and SQL has no function for. */
import { INT8_MAX } from '../../../core/sql-type.ts';
import { sqlError, subqueryMoreThanOneRow } from '../../../core/sql-error.ts';
import type { KernelTable } from '../kernel.ts';
import { apply, applyNullable } from '../kernel.ts';

type Count = number | bigint | null;

function rowsSkipped(offset: Count): bigint {
  if (offset !== null && offset < 0) throw sqlError('2201X', 'OFFSET must not be negative');
  return BigInt(offset ?? 0);
}

/** PostgreSQL looks at OFFSET first (nodeLimit.c, recompute_limits). */
function rowsUntil(limit: Count, offset: Count): bigint {
  const skipped = rowsSkipped(offset);
  if (limit !== null && limit < 0) throw sqlError('2201W', 'LIMIT must not be negative');
  const last = limit === null ? INT8_MAX : BigInt(limit) + skipped;
  return last > INT8_MAX ? INT8_MAX : last;
}

export const subqueryKernels: KernelTable = {
  'tributary.at_most_one_row(int8)': apply((rows: number | bigint): boolean => {
    if (rows > 1) throw subqueryMoreThanOneRow();
    return true;
  }),
  'tributary.rows_skipped(int8)': applyNullable(rowsSkipped),
  'tributary.rows_until(int8,int8)': applyNullable(rowsUntil),
};
