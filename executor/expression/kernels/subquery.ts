/** What unnested subqueries need and SQL has no function for. */
import { subqueryMoreThanOneRow } from '../../../core/sql-error.ts';
import type { KernelTable } from '../kernel.ts';
import { apply } from '../kernel.ts';

export const subqueryKernels: KernelTable = {
  'tributary.at_most_one_row(int8)': apply((rows: number | bigint): boolean => {
    if (rows > 1) throw subqueryMoreThanOneRow();
    return true;
  }),
};
