/**
 * Rows counted off within partitions, for what LIMIT alone cannot say: DISTINCT ON (the first row of each key), WITH TIES
 * (the last row's peers as well), LIMIT of a correlated subquery (so many rows for each outer row). Rows are numbered by a
 * window and filtered; the numbers are taken off again.
 */
import type { Limit, Rel, RelColumn, SortKey } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { Scalar, WindowCall } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import { sqlError } from '../../core/sql-error.ts';
import { INT8_MAX, sqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';

export const ROW_NUMBER = 3100;
const RANK = 3101;
export const EQUAL_INT8 = 410;
const GREATER_INT8 = 413;
const NOT_GREATER_INT8 = 414;

/** What counting rows off looks up although no statement names it. */
export const rowLimitFunctions: readonly number[] = [ROW_NUMBER, RANK];
export const rowLimitOperators: readonly number[] = [EQUAL_INT8, GREATER_INT8, NOT_GREATER_INT8];

const BOOL = sqlType('bool');
const INT8 = sqlType('int8');
const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

/** By the numbers of rows; null: from the first, to the last. */
interface RowsBetween {
  readonly skipped: Scalar | null;
  readonly last: Scalar | null;
}
interface RowLimit extends RowsBetween {
  readonly partition: readonly RelColumn[];
  readonly order: readonly SortKey[];
  readonly withTies: boolean;
}

export function limitedRows(analysis: Analysis, input: Rel, limit: RowLimit): Rel {
  const { partition, order, skipped, last, withTies } = limit;
  const number = analysis.column('row_number', INT8, true);
  const rank = analysis.column('rank', INT8, true);
  const conjuncts: Scalar[] = [];
  if (skipped !== null) conjuncts.push(compared(analysis, GREATER_INT8, number, skipped));
  if (last !== null) conjuncts.push(compared(analysis, NOT_GREATER_INT8, withTies ? rank : number, last));
  if (conjuncts.length === 0) return input;
  const numbered: Rel = {
    kind: 'window',
    input,
    partition,
    order,
    frame: { mode: 'range', start: { kind: 'unbounded' }, end: { kind: 'current row' }, exclude: 'none' },
    functions: [
      { column: number, call: counting(analysis, ROW_NUMBER) },
      ...(withTies ? [{ column: rank, call: counting(analysis, RANK) }] : []),
    ],
  };
  return {
    kind: 'project',
    input: { kind: 'filter', input: numbered, conjuncts },
    items: outputColumns(input).map((column) => ({ column, expr: reference(column) })),
  };
}

/** `count` null: all that are left. */
export const rowsBetween = (count: bigint | null, offset: bigint): RowsBetween => ({
  skipped: offset > 0n ? constant(offset) : null,
  last: count === null ? null : constant(count + offset > INT8_MAX ? INT8_MAX : count + offset),
});

/** Whether LIMIT and OFFSET are known before execution, and do not raise then. */
export const hasConstantBounds = ({ limit, offset }: Pick<Limit, 'limit' | 'offset'>): boolean =>
  [limit, offset].every((expr) => expr === null || (expr.kind === 'const' && !(Number(expr.value) < 0)));

/** The number of a LIMIT or OFFSET clause: null for none and NULL; undefined: not known before execution. */
export function constantCount(expr: Scalar | null, clause: 'LIMIT' | 'OFFSET'): bigint | null | undefined {
  if (expr === null) return null;
  if (expr.kind !== 'const') return undefined;
  if (expr.value === null) return null;
  assert(typeof expr.value === 'number' || typeof expr.value === 'bigint', `${clause} is no integer`);
  const count = BigInt(expr.value);
  if (count < 0n) throw sqlError(clause === 'LIMIT' ? '2201W' : '2201X', `${clause} must not be negative`);
  return count;
}

const constant = (value: bigint): Scalar => ({ kind: 'const', value, type: INT8 });

export function counting(analysis: Analysis, oid: number): WindowCall {
  return { fn: analysis.lookup.function(oid), args: [], filter: null, inputCollation: 'none', type: INT8 };
}

export function compared(analysis: Analysis, oid: number, left: RelColumn, right: Scalar): Scalar {
  const operator = analysis.lookup.operator(oid);
  const fn = analysis.lookup.function(operator.functionOid);
  const args = [reference(left), right];
  return { kind: 'call', fn, operator, args, type: BOOL, inputCollation: 'none', form: 'operator' };
}
