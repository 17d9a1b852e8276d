/** The second of two steps of aggregation, over the partial results of the first (eager-aggregates, partial-aggregates). */
import type { Aggregate, Project, Rel, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { columnRef } from './builtin-calls.ts';
import type { Combination } from './decompose-aggregate.ts';

/** `combined`: of `rel`'s calls, in order. Puts out the columns of `rel`. */
export function finalAggregate(
  rel: Aggregate,
  combined: readonly Combination[],
  input: Rel,
  nextColumn: () => ColumnId,
): Project {
  const steps = combined.map(({ call, finish }, i) => {
    const { column } = rel.aggregates[i]!;
    const total: RelColumn = { id: nextColumn(), name: column.name, type: call.type };
    return { total: { column: total, call }, item: { column, expr: finish(columnRef(total)) } };
  });
  const final: Aggregate = { kind: 'aggregate', input, groups: rel.groups, aggregates: steps.map(({ total }) => total) };
  const groups = rel.groups.map((column) => ({ column, expr: columnRef(column) }));
  return { kind: 'project', input: final, items: [...groups, ...steps.map(({ item }) => item)] };
}
