/**
 * Rule eager-aggregates: rows that a join only multiplies or drops together are aggregated at their source before it.
 *
 *   Aggregate d.name, sum(o.amount), count(*)        Project d.name, int8(sum(s)), coalesce(int8(sum(n)), 0)
 *   └─ Join inner o.dim = d.id                       └─ Aggregate d.name, sum(s), sum(n)
 *      ├─ shop orders                          →        └─ Join inner o.dim = d.id
 *      └─ lake dims                                        ├─ Aggregate o.dim, s = sum(o.amount), n = count(*)   ← shop
 *                                                          └─ lake dims
 *
 * After Yan and Larson, "Eager Aggregation and Lazy Aggregation" (VLDB 1995); for outer joins Eich, Fender and Moerkotte,
 * "Faster plan generation through consideration of functional dependencies and keys" (VLDB 2016). A group stands for its rows:
 * all of them meet the same partners, since the group's keys are all columns that anything above reads. What the other side
 * sums and counts is multiplied by the rows of the group that it meets.
 *
 * Where it stops, and the query that would come out wrong otherwise:
 * - aggregates that do not decompose exactly (decompose-aggregate.ts): sum(float8) depends on the order
 * - keys whose equal values differ:  … JOIN … ON a.x::text = b.y, with a.x = 1.0 and 1.00
 * - what may raise is not computed for rows that the join would have dropped:  sum(1 / o.amount)
 * - below the NULL-supplying side of an outer join, what is not NULL for a row of NULLs:  LEFT JOIN o … sum(coalesce(o.x, 1))
 * - volatile expressions: they would be evaluated another number of times
 */
import { outputColumns, type Aggregate, type Project, type ProjectItem, type Rel, type RelColumn } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../algebra/scalar.ts';
import {
  aggregateScalars,
  columnsIn,
  isVolatile,
  mapAggregateCall,
  readsOnly,
  relInputs,
  relScalars,
  substituteColumns,
} from '../../algebra/transform.ts';
import { sqlType } from '../../core/sql-type.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';
import { isNullOn, rejectsNulls } from '../rewrite/null-rejection.ts';
import { aggregableParts, type AggregablePart } from './aggregable-parts.ts';
import { aggregateCall, columnRef, COUNT_ROWS } from './builtin-calls.ts';
import { combine, decompositionOf, overMultiples, type Combination } from './decompose-aggregate.ts';
import { finalAggregate } from './final-aggregate.ts';
import { hasIdenticalValues } from '../../core/identical-values.ts';
import { splitAverages } from './split-averages.ts';

/** The aggregate computed in two steps. */
export interface EagerAggregate {
  readonly rel: Rel;
  /** The step below the joins. */
  readonly partial: Aggregate;
}

type NextColumn = () => ColumnId;

/** One for each part of its input that one source holds and that can be aggregated beforehand; not those in `done`. */
export function eagerAggregates(rel: Aggregate, nextColumn: NextColumn, done: WeakSet<Rel>): readonly EagerAggregate[] {
  if (rel.sets !== undefined) return [];
  const split = splitAverages(rel, nextColumn);
  const aggregate = split === undefined ? rel : (split.input as Aggregate);
  const block = blockBelow(aggregate);
  if (block === undefined) return [];
  const found: EagerAggregate[] = [];
  for (const part of aggregableParts(block.joins)) {
    if (done.has(part.rel)) continue;
    const eager = new PartialStep(part, nextColumn).build(aggregate, block.definitions);
    if (eager === undefined) continue;
    found.push(split === undefined ? eager : { ...eager, rel: { ...split, input: eager.rel } });
  }
  return found;
}

interface Block {
  /** Joins, filters above them. */
  readonly joins: Rel;
  /** What is computed between them and the aggregate. */
  readonly definitions: ReadonlyMap<ColumnId, Scalar>;
}

function blockBelow(rel: Aggregate): Block | undefined {
  const project = rel.input.kind === 'project' ? rel.input : undefined;
  const joins = project?.input ?? rel.input;
  const definitions = new Map((project?.items ?? []).map((item) => [item.column.id, item.expr]));
  const calls = rel.aggregates.flatMap(({ call }) => [...aggregateScalars(call)]);
  const isFixed = [...calls, ...definitions.values()].some(isVolatile) || isVolatileBlock(joins);
  return isFixed ? undefined : { joins, definitions };
}

/** Down to the parts, which are left as they are. */
const isVolatileBlock = (rel: Rel): boolean =>
  (rel.kind === 'filter' || rel.kind === 'join') && (relScalars(rel).some(isVolatile) || relInputs(rel).some(isVolatileBlock));

class PartialStep {
  readonly #part: AggregablePart;
  readonly #nextColumn: NextColumn;
  readonly #columns: ReadonlyMap<ColumnId, RelColumn>;
  readonly #ids: ReadonlySet<ColumnId>;
  /** Columns of the part that are read above it. */
  readonly #keys = new Set<ColumnId>();
  /** Grouping expressions that are computed for the part's rows. */
  readonly #computed: ProjectItem[] = [];
  readonly #partials: { column: RelColumn; call: AggregateCall }[] = [];
  #rows: RelColumn | undefined;

  constructor(part: AggregablePart, nextColumn: NextColumn) {
    this.#part = part;
    this.#nextColumn = nextColumn;
    this.#columns = new Map(outputColumns(part.rel).map((column) => [column.id, column]));
    this.#ids = new Set(this.#columns.keys());
  }

  build(rel: Aggregate, definitions: ReadonlyMap<ColumnId, Scalar>): EagerAggregate | undefined {
    const hole: Rel = { kind: 'values', columns: outputColumns(this.#part.rel), rows: [] };
    this.#readAbove(this.#part.replaced(hole), hole);
    const groups = rel.groups.map((column) => this.#group(column, definitions.get(column.id)));
    const combined: Combination[] = [];
    for (const { call } of rel.aggregates) {
      const made = this.#combination(mapAggregateCall(call, (expr) => substituteColumns(expr, definitions)));
      if (made === undefined) return undefined;
      combined.push(made);
    }
    const keys = [...[...this.#keys].map((id) => this.#columns.get(id)!), ...this.#computed.map(({ column }) => column)];
    if (keys.length === 0 || !keys.every((column) => isKey(column, this.#computed))) return undefined;
    const partial: Aggregate = { kind: 'aggregate', input: this.#input(), groups: keys, aggregates: this.#partials };
    return { rel: this.#above(rel, groups, combined, this.#part.replaced(partial)), partial };
  }

  #readAbove(rel: Rel, hole: Rel): void {
    if (rel === hole || (rel.kind !== 'join' && rel.kind !== 'filter')) return;
    for (const expr of relScalars(rel)) this.#read(expr);
    for (const input of relInputs(rel)) this.#readAbove(input, hole);
  }

  #read(expr: Scalar): void {
    for (const id of columnsIn(expr)) if (this.#ids.has(id)) this.#keys.add(id);
  }

  #isOwn(expr: Scalar): boolean {
    return columnsIn(expr).size > 0 && readsOnly(expr, this.#ids);
  }

  /** Computed below where it may be, else above. */
  #group(column: RelColumn, definition: Scalar | undefined): ProjectItem {
    const expr = definition ?? columnRef(column);
    const isBelow =
      expr.kind !== 'column' && this.#isOwn(expr) && cannotRaise(expr) && (!this.#part.isNullable || isNullOn(expr, this.#ids));
    if (!isBelow) {
      this.#read(expr);
      return { column, expr };
    }
    this.#computed.push({ column, expr });
    return { column, expr: columnRef(column) };
  }

  #combination(call: AggregateCall): Combination | undefined {
    const filter = call.filter !== null && this.#isFilterBelow(call, call.filter) ? null : call.filter;
    if (!this.#isBelow(call, filter)) {
      for (const expr of aggregateScalars(call)) this.#read(expr);
      return overMultiples(call, () => this.#multiplicity());
    }
    if (filter !== null) this.#read(filter);
    return combine(call, columnRef(this.#add({ ...call, filter: filter === null ? call.filter : null })), filter);
  }

  #isBelow({ args, ...call }: AggregateCall, filterAbove: Scalar | null): boolean {
    if (decompositionOf({ args, ...call }) === undefined || call.distinct) return false;
    // count(*): of the part's rows in a group, unless the filter that tells them apart is asked above.
    if (args.length === 0) return call.filter !== filterAbove;
    const [arg] = args;
    return this.#isOwn(arg!) && cannotRaise(arg!) && (!this.#part.isNullable || isNullOn(arg!, this.#ids));
  }

  /** A row of NULLs must not pass a filter that only rows of the part are asked. */
  #isFilterBelow({ args }: AggregateCall, filter: Scalar): boolean {
    const sparesNulls = !this.#part.isNullable || args.length > 0 || rejectsNulls(filter, this.#ids);
    return this.#isOwn(filter) && cannotRaise(filter) && sparesNulls;
  }

  #add(call: AggregateCall): RelColumn {
    const column: RelColumn = { id: this.#nextColumn(), name: call.fn.name, type: call.type };
    this.#partials.push({ column, call });
    return column;
  }

  /** The rows of the part that a row above stands for; one where an outer join found none. */
  #multiplicity(): Scalar {
    this.#rows ??= this.#add(aggregateCall(COUNT_ROWS, [], null));
    const rows = columnRef(this.#rows);
    const one: Scalar = { kind: 'const', value: 1, type: sqlType('int8') };
    return this.#part.isNullable ? { kind: 'coalesce', args: [rows, one], type: rows.type } : rows;
  }

  #input(): Rel {
    const { rel } = this.#part;
    if (this.#computed.length === 0) return rel;
    const read = new Set(this.#keys);
    for (const { call } of this.#partials) for (const expr of aggregateScalars(call)) columnsIn(expr, read);
    const passed = outputColumns(rel).filter(({ id }) => read.has(id));
    return { kind: 'project', input: rel, items: [...passed.map((column) => ({ column, expr: columnRef(column) })), ...this.#computed] }; // prettier-ignore
  }

  /** The second step: it reads the first one's columns through the joins. */
  #above(rel: Aggregate, groups: readonly ProjectItem[], combined: readonly Combination[], joins: Rel): Project {
    const isPlain = groups.every(({ column, expr }) => expr.kind === 'column' && expr.column === column.id);
    const read = new Set<ColumnId>();
    for (const { call } of combined) for (const expr of aggregateScalars(call)) columnsIn(expr, read);
    const own = new Set(groups.map(({ column }) => column.id));
    const passed = outputColumns(joins).filter(({ id }) => read.has(id) && !own.has(id));
    const items = [...groups, ...passed.map((column) => ({ column, expr: columnRef(column) }))];
    const input: Rel = isPlain ? joins : { kind: 'project', input: joins, items };
    return finalAggregate(rel, combined, input, this.#nextColumn);
  }
}

/** Numeric by its type, the result of extract() has one scale for each unit. */
const isKey = (column: RelColumn, computed: readonly ProjectItem[]): boolean => {
  const expr = computed.find((item) => item.column === column)?.expr;
  return (
    hasIdenticalValues(column.type) || (expr?.kind === 'call' && expr.fn.schema === 'pg_catalog' && expr.fn.name === 'extract')
  );
};
