/** Rows numbered in the order in which they come, for WITH ORDINALITY and ROWS FROM over queries. */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { relInputs } from '../../algebra/transform.ts';
import type { Analysis } from './analysis.ts';
import { compared, counting, EQUAL_INT8, ROW_NUMBER } from './row-limits.ts';

const INT8 = sqlType('int8');
const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

export interface NumberedRows {
  readonly rel: Rel;
  readonly columns: readonly RelColumn[];
  readonly number: RelColumn;
}

/** An ORDER BY of the rows becomes the numbers': it holds then for each outer row's, too. */
export function numberedRows(analysis: Analysis, input: Rel, columns: readonly RelColumn[]): NumberedRows {
  const number = analysis.column('ordinality', INT8, true);
  return { rel: withNumber(analysis, input, number), columns, number };
}

function withNumber(analysis: Analysis, input: Rel, number: RelColumn): Rel {
  if (input.kind === 'project' && input.items.every(({ expr }) => expr.kind === 'column')) {
    const below = withNumber(analysis, input.input, number);
    return { ...input, input: below, items: [...input.items, { column: number, expr: reference(number) }] };
  }
  const sorted = input.kind === 'sort' ? { input: input.input, order: input.keys } : { input, order: [] };
  return {
    kind: 'window',
    ...sorted,
    partition: [],
    frame: { mode: 'range', start: { kind: 'unbounded' }, end: { kind: 'current row' }, exclude: 'none' },
    functions: [{ column: number, call: counting(analysis, ROW_NUMBER) }],
  };
}

/** Whether rows are numbered in an order that unnesting from outer rows would lose. */
export function losesOrder(input: Rel): boolean {
  if (input.kind === 'sort') return hasOrder(input.input);
  if (input.kind === 'project' && input.items.every(({ expr }) => expr.kind === 'column')) return losesOrder(input.input);
  return hasOrder(input);
}

const hasOrder = (rel: Rel): boolean => rel.kind === 'sort' || rel.kind === 'limit' || relInputs(rel).some(hasOrder);

/** Row by row side by side; NULLs where one has fewer. */
export function joinedByNumber(analysis: Analysis, left: NumberedRows, right: NumberedRows): NumberedRows {
  const on = [compared(analysis, EQUAL_INT8, left.number, reference(right.number))];
  const number = analysis.column('ordinality', INT8, true);
  const columns = [...left.columns, ...right.columns];
  const rel: Rel = {
    kind: 'project',
    input: { kind: 'join', type: 'full', left: left.rel, right: right.rel, on },
    items: [
      ...columns.map((column) => ({ column, expr: reference(column) })),
      { column: number, expr: { kind: 'coalesce', args: [reference(left.number), reference(right.number)], type: INT8 } },
    ],
  };
  return { rel, columns, number };
}
