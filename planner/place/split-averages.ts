/**
 * Rule split-averages: a source whose avg() is not PostgreSQL's to the last digit can still sum and count; the division is
 * done at home.
 *
 *   Aggregate k, avg(x)                   Project k, numeric_div(s, n)
 *   └─ shop                       →       └─ Aggregate k, s = sum(x), n = count(x)    ← a fragment of shop
 *                                            └─ shop
 *
 * Exact because PostgreSQL defines avg over integers and numeric as numeric_div(sum, count); NULL when nothing was counted,
 * as sum is. Not for DISTINCT (sum and count would each have to see the same distinct values: they do, but only in one
 * pass) and not for floats.
 */
import { printAggregate } from '../../algebra/print-scalar.ts';
import type { Aggregate, Project, ProjectItem, RelColumn } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId } from '../../algebra/scalar.ts';
import { columnRef, COUNT_VALUES, quotient, SUM_INT2, SUM_INT4, SUM_INT8, SUM_NUMERIC } from './builtin-calls.ts';
import type { BuiltinAggregate } from './builtin-calls.ts';

const sums: ReadonlyMap<string, BuiltinAggregate> = new Map([
  ['avg(int2)', SUM_INT2],
  ['avg(int4)', SUM_INT4],
  ['avg(int8)', SUM_INT8],
  ['avg(numeric)', SUM_NUMERIC],
]);

/** The same for calls that compute the same. */
const key = (call: AggregateCall): string => `${call.fn.oid} ${printAggregate(call, (column) => `#${column}`)}`;

const isSplittable = (call: AggregateCall): boolean => sums.has(call.fn.signature) && !call.distinct;

/** The aggregate with its averages split, or undefined when it has none that can be. */
export function splitAverages(rel: Aggregate, nextColumn: () => ColumnId): Project | undefined {
  if (!rel.aggregates.some(({ call }) => isSplittable(call))) return undefined;
  const aggregates: { column: RelColumn; call: AggregateCall }[] = [];
  const items: ProjectItem[] = rel.groups.map((column) => ({ column, expr: columnRef(column) }));
  for (const { column, call } of rel.aggregates) {
    const sum = isSplittable(call) ? sums.get(call.fn.signature) : undefined;
    if (!sum) {
      aggregates.push({ column, call });
      items.push({ column, expr: columnRef(column) });
      continue;
    }
    const add = (name: string, { fn, type }: BuiltinAggregate): RelColumn => {
      const part = { ...call, fn, type };
      const known = aggregates.find((other) => key(other.call) === key(part));
      if (known) return known.column;
      const column: RelColumn = { id: nextColumn(), name, type };
      aggregates.push({ column, call: part });
      return column;
    };
    const total = add('sum', sum);
    const counted = add('count', COUNT_VALUES);
    items.push({ column, expr: quotient(columnRef(total), columnRef(counted), column.type) });
  }
  for (const { column } of rel.masks ?? []) items.push({ column, expr: columnRef(column) });
  return { kind: 'project', input: { ...rel, aggregates }, items };
}
