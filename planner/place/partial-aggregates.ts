/**
 * Rule partial-aggregates: each source aggregates its own part of a UNION ALL, and home what they send.
 *
 *   Aggregate k, sum(x), count(*)         Project k, int8(sum(s)), coalesce(int8(sum(n)), 0)
 *   └─ Union All                          └─ Aggregate k, sum(s), sum(n)
 *      ├─ shop orders             →          └─ Union All
 *      └─ lake old_orders                       ├─ Aggregate k, s = sum(x), n = count(*)   ← shop
 *                                               └─ Aggregate k, s = sum(x), n = count(*)   ← lake
 *
 * DISTINCT, UNION and grouping without aggregates are the case of no calls. Every row is aggregated either way, so that nothing
 * is evaluated more often than before. Calls must decompose (decompose-aggregate.ts); the arguments of those that are DISTINCT
 * become keys:  count(DISTINCT x) must not count an x of each source.
 */
import { outputColumns, type Aggregate, type ProjectItem, type Rel, type RelColumn } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../algebra/scalar.ts';
import { aggregateScalars, columnsIn, isVolatile, mapAggregateCall, substituteColumns } from '../../algebra/transform.ts';
import { columnRef } from './builtin-calls.ts';
import { combine, decompositionOf, type Combination } from './decompose-aggregate.ts';
import { finalAggregate } from './final-aggregate.ts';
import { hasIdenticalValues } from '../../core/identical-values.ts';
import { splitAverages } from './split-averages.ts';
import { branchesOf, unionAll, type Branch } from './union-branches.ts';

type NextColumn = () => ColumnId;
/** Whether a branch's groups may be worth making at its source. */
type MayPay = (input: Rel, partial: Rel) => boolean;

/** Undefined where the rule does not apply, or no part of the union is worth it. */
export function partialAggregates(rel: Aggregate, nextColumn: NextColumn, mayPay: MayPay): Rel | undefined {
  if (rel.sets !== undefined) return undefined;
  const split = splitAverages(rel, nextColumn);
  const whole = partialsOf(split === undefined ? rel : (split.input as Aggregate), nextColumn, mayPay);
  return whole === undefined || split === undefined ? whole : { ...split, input: whole };
}

function partialsOf(rel: Aggregate, nextColumn: NextColumn, mayPay: MayPay): Rel | undefined {
  const project = rel.input.kind === 'project' ? rel.input : undefined;
  const union = project?.input ?? rel.input;
  const branches = branchesOf(union);
  if (branches === undefined) return undefined;
  const definitions = new Map((project?.items ?? []).map((item) => [item.column.id, item.expr]));
  const calls = rel.aggregates.map(({ call }) => mapAggregateCall(call, (expr) => substituteColumns(expr, definitions)));
  if ([...definitions.values(), ...calls.flatMap(aggregateScalars)].some(isVolatile)) return undefined;
  const keys = keysOf(rel, definitions, calls, union);
  if (keys === undefined) return undefined;
  const partials = calls.filter((call) => !call.distinct);
  let isWorth = false;
  const parts = branches.map((branch) => {
    const partial = partialOf(branch, keys, partials, nextColumn);
    const isReduced = mayPay(partial.input, partial);
    isWorth ||= isReduced;
    // Rows of keys alone may as well come as they are.
    const rel = isReduced || partials.length > 0 ? partial : partial.input;
    return { rel, columns: outputColumns(rel) };
  });
  if (!isWorth) return undefined;
  const totals = partials.map((call): RelColumn => ({ id: nextColumn(), name: call.fn.name, type: call.type }));
  const input = unionAll(parts, [...keys.map(({ column }) => column), ...totals], nextColumn);
  let next = 0;
  const combined = calls.map((call): Combination =>
    call.distinct ? { call, finish: (value) => value } : combine(call, columnRef(totals[next++]!), null),
  );
  return finalAggregate(rel, combined, input, nextColumn);
}

/** One branch's groups. */
function partialOf(
  branch: Branch,
  keys: readonly ProjectItem[],
  calls: readonly AggregateCall[],
  nextColumn: NextColumn,
): Aggregate {
  const own = calls.map((call) => mapAggregateCall(call, (expr) => substituteColumns(expr, branch.columns)));
  const read = new Set(own.flatMap((call) => aggregateScalars(call).flatMap((expr) => [...columnsIn(expr)])));
  const passed = outputColumns(branch.rel).filter(({ id }) => read.has(id));
  const grouped = keys.map(({ column, expr }): ProjectItem => {
    const here = substituteColumns(expr, branch.columns);
    return { column: { id: nextColumn(), name: column.name, type: here.type }, expr: here };
  });
  const items = [...grouped, ...passed.map((column) => ({ column, expr: columnRef(column) }))];
  return {
    kind: 'aggregate',
    input: { kind: 'project', input: branch.rel, items },
    groups: grouped.map(({ column }) => column),
    aggregates: own.map((call) => ({ column: { id: nextColumn(), name: call.fn.name, type: call.type }, call })),
  };
}

/** What the branches are grouped by; undefined: a call does not decompose, or an argument of a DISTINCT one would lose by it. */
function keysOf(
  rel: Aggregate,
  definitions: ReadonlyMap<ColumnId, Scalar>,
  calls: readonly AggregateCall[],
  union: Rel,
): readonly ProjectItem[] | undefined {
  const keys: ProjectItem[] = rel.groups.map((column) => ({ column, expr: definitions.get(column.id) ?? columnRef(column) }));
  if (calls.some((call) => !call.distinct && decompositionOf(call) === undefined)) return undefined;
  const read = new Set<ColumnId>();
  for (const call of calls) if (call.distinct) for (const expr of aggregateScalars(call)) columnsIn(expr, read);
  for (const column of outputColumns(union)) {
    if (!read.has(column.id)) continue;
    if (!hasIdenticalValues(column.type)) return undefined;
    if (!keys.some((key) => key.column.id === column.id)) keys.push({ column, expr: columnRef(column) });
  }
  return keys;
}
