/**
 * Unnesting: a correlated subquery becomes a join with the query around it. Part of analysis, because the plan language has
 * no correlated subqueries at all. Rules (Kim, Dayal, and the COUNT correction of Ganski & Wong):
 *
 *   EXISTS (… WHERE o.x = i.y AND p)            →  o ⋉ σp(i) on o.x = i.y           NOT EXISTS → ▷
 *   o.a IN (SELECT i.b … WHERE o.x = i.y)       →  o ⋉ i on o.a = i.b and o.x = i.y
 *   (SELECT agg(i.b) … WHERE o.x = i.y)         →  o ⟕ (γ i.y: agg(i.b)) on o.x = i.y, count read as coalesce(count, 0)
 *   (SELECT i.b … WHERE o.x = i.key)            →  o ⟕ i on o.x = i.key             only if `key` is unique
 *
 * What does not fit is left to the general way (lateral/). An expression is moved to where it is evaluated for more rows
 * only if it cannot raise.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { CallScalar, ColumnId, Scalar } from '../../algebra/scalar.ts';
import { aggregateScalars, someScalar, substituteColumns, visitRel } from '../../algebra/transform.ts';
import { isInteger, sqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import { freeColumns, freeColumnsOf } from './free-columns.ts';
import { filtered } from './pending-joins.ts';
import type { ConvertedQuery } from './query-converter.ts';
import { cannotRaise, emptyResult } from './safe-functions.ts';
import type { SubqueryJoins } from './scope.ts';

/** A subquery freed of its correlation: its outer references stand in `conditions`, over columns `rel` puts out. */
interface Pulled {
  readonly rel: Rel;
  readonly conditions: readonly Scalar[];
  /** Output columns that were computed from outer columns: their expressions, to be put where they are used. */
  readonly replaced: ReadonlyMap<ColumnId, Scalar>;
}

const NOTHING: ReadonlyMap<ColumnId, Scalar> = new Map();
const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

/** EXISTS asks for rows only: select list, order and duplicates do not matter. */
export function unnestExists(query: ConvertedQuery): { readonly rel: Rel; readonly conditions: readonly Scalar[] } | null {
  return movable(pull(rowSource(query.rel), true));
}

/** IN: `comparison` is over outer columns and the subquery's. */
export function withoutCorrelation(
  query: ConvertedQuery,
  comparison: Scalar,
): { readonly rel: Rel; readonly conditions: readonly Scalar[]; readonly comparison: Scalar } | null {
  const pulled = movable(pull(query.rel, true));
  return pulled && { ...pulled, comparison: substituteColumns(comparison, pulled.replaced) };
}

/** EXISTS within a larger expression: joined to the distinct keys of the subquery, true where a key was found. */
export function unnestExistsMark(analysis: Analysis, query: ConvertedQuery, joins: SubqueryJoins): Scalar | null {
  const pulled = movable(pull(rowSource(query.rel), true));
  const keyed = pulled && keyEqualities(analysis, pulled);
  if (!keyed) return null;
  const right: Rel = { kind: 'aggregate', input: keyed.input, groups: keyed.keys, aggregates: [] };
  joins.add((left) => ({ kind: 'join', type: 'left', left, right, on: keyed.on }));
  return { kind: 'nulltest', arg: reference(keyed.keys[0]!), negated: true, type: sqlType('bool') };
}

/** A scalar subquery: an ungrouped aggregate, or a row found by a unique key. */
export function unnestScalar(analysis: Analysis, query: ConvertedQuery, joins: SubqueryJoins): Scalar | null {
  const { rel } = query;
  if (rel.kind !== 'project' || rel.items.length !== 1) return null;
  if (rel.input.kind === 'aggregate') return unnestAggregate(analysis, rel.items[0]!.expr, rel.input, joins);
  const pulled = movable(pull(rel, false));
  if (pulled === null || pulled.replaced.size > 0) return null;
  const keyed = keyEqualities(analysis, pulled);
  if (!keyed || !isUnique(pulled.rel, keyed.innerSides)) return null;
  joins.add((left) => ({ kind: 'join', type: 'left', left, right: pulled.rel, on: pulled.conditions }));
  return reference(query.columns[0]!);
}

function unnestAggregate(
  analysis: Analysis,
  expr: Scalar,
  aggregate: Extract<Rel, { kind: 'aggregate' }>,
  joins: SubqueryJoins,
): Scalar | null {
  if (aggregate.groups.length > 0 || aggregate.sets) return null;
  const pulled = movable(pull(aggregate.input, false));
  const keyed = pulled && keyEqualities(analysis, pulled);
  if (!keyed) return null;
  const inner = new Set(outputColumns(keyed.input).map((column) => column.id));
  const values = new Map<ColumnId, Scalar>();
  for (const { column, call } of aggregate.aggregates) {
    const onEmpty = emptyResult(call);
    const parts = aggregateScalars(call);
    const canMove = parts.every((part) => cannotRaise(part) && isSubset(freeColumnsOf(part), inner));
    if (onEmpty === undefined || !canMove) return null;
    if (onEmpty !== null) {
      const none: Scalar = { kind: 'const', value: onEmpty, type: call.type };
      values.set(column.id, { kind: 'coalesce', args: [reference(column), none], type: call.type });
    }
  }
  const right: Rel = { ...aggregate, input: keyed.input, groups: keyed.keys };
  joins.add((left) => ({ kind: 'join', type: 'left', left, right, on: keyed.on }));
  return substituteColumns(expr, values);
}

/** The joined subquery computes its columns for every row, not only for those some outer row asks for: none may raise. */
function movable(pulled: Pulled | null): Pulled | null {
  if (pulled === null) return null;
  let canMove = true;
  visitRel(pulled.rel, (node) => {
    if (node.kind === 'project' && !node.items.every((item) => cannotRaise(item.expr))) canMove = false;
  });
  return canMove ? pulled : null;
}

/** Select list, ORDER BY, DISTINCT and GROUP BY taken off, and a LIMIT that lets at least one row through. */
export function rowSource(rel: Rel): Rel {
  switch (rel.kind) {
    case 'project':
    case 'sort':
    case 'distinct':
      return rowSource(rel.input);
    case 'aggregate':
      // There is a group where there is a row.
      return rel.groups.length > 0 && !rel.sets ? rowSource(rel.input) : rel;
    case 'limit': {
      const { limit, offset } = rel;
      const letsOneThrough = offset === null && limit?.kind === 'const' && Number(limit.value) > 0;
      return letsOneThrough ? rowSource(rel.input) : rel;
    }
    default:
      return rel;
  }
}

/**
 * Moves predicates with outer references up and out. Null: they stand where they cannot be moved from.
 * `ignoringDuplicates`: the result is only asked for what it contains, so DISTINCT and ORDER BY may go.
 */
function pull(rel: Rel, ignoringDuplicates: boolean): Pulled | null {
  const free = freeColumns(rel);
  if (free.size === 0) return { rel, conditions: [], replaced: NOTHING };
  const isCorrelated = (expr: Scalar): boolean => intersects(freeColumnsOf(expr), free);
  switch (rel.kind) {
    case 'filter': {
      const input = pull(rel.input, ignoringDuplicates);
      if (input === null) return null;
      const conjuncts = rel.conjuncts.map((conjunct) => substituteColumns(conjunct, input.replaced));
      const correlated = conjuncts.filter(isCorrelated);
      if (correlated.some(holdsSubquery)) return null;
      const kept = conjuncts.filter((conjunct) => !correlated.includes(conjunct));
      return { ...input, rel: filtered(input.rel, kept), conditions: [...input.conditions, ...correlated] };
    }
    case 'join': {
      if (rel.lateral === true) return null;
      const left = pull(rel.left, ignoringDuplicates);
      const right = rel.type === 'inner' ? pull(rel.right, ignoringDuplicates) : uncorrelated(rel.right);
      if (left === null || right === null) return null;
      if (rel.type === 'right' || rel.type === 'full') return null;
      const replaced = new Map([...left.replaced, ...right.replaced]);
      const on = rel.on.map((condition) => substituteColumns(condition, replaced));
      const correlated = on.filter(isCorrelated);
      if (correlated.length > 0 && (rel.type !== 'inner' || correlated.some(holdsSubquery))) return null;
      const kept = on.filter((condition) => !correlated.includes(condition));
      return {
        rel: { ...rel, left: left.rel, right: right.rel, on: kept },
        conditions: [...left.conditions, ...right.conditions, ...correlated],
        replaced,
      };
    }
    case 'project': {
      const input = pull(rel.input, ignoringDuplicates);
      if (input === null) return null;
      const replaced = new Map<ColumnId, Scalar>();
      const items = [];
      for (const { column, expr } of rel.items) {
        const substituted = substituteColumns(expr, input.replaced);
        if (isCorrelated(substituted)) replaced.set(column.id, substituted);
        else items.push({ column, expr: substituted });
      }
      // What conditions and replaced columns read must still come out.
      const needed = new Set([...input.conditions, ...replaced.values()].flatMap((expr) => [...freeColumnsOf(expr)]));
      for (const item of items)
        if (item.expr.kind === 'column' && item.expr.column === item.column.id) needed.delete(item.column.id);
      for (const column of outputColumns(input.rel)) {
        if (needed.has(column.id)) items.push({ column, expr: reference(column) });
      }
      return { rel: { ...rel, input: input.rel, items }, conditions: input.conditions, replaced };
    }
    case 'sort':
    case 'distinct':
      return ignoringDuplicates ? pull(rel.input, true) : null;
    default:
      return null;
  }
}

const uncorrelated = (rel: Rel): Pulled | null =>
  freeColumns(rel).size === 0 ? { rel, conditions: [], replaced: NOTHING } : null;

interface KeyedInput {
  /** The subquery's rows with one column per key. */
  readonly input: Rel;
  readonly keys: readonly RelColumn[];
  /** outer = key, for each key. */
  readonly on: readonly Scalar[];
  readonly innerSides: readonly Scalar[];
}

/** All conditions as equalities of an inner with an outer expression; null if one is anything else. */
function keyEqualities(analysis: Analysis, { rel, conditions }: Pulled): KeyedInput | null {
  if (conditions.length === 0) return null;
  const columns = outputColumns(rel);
  const inner = new Set(columns.map((column) => column.id));
  const computed: { readonly column: RelColumn; readonly expr: Scalar }[] = [];
  const keys: RelColumn[] = [];
  const on: Scalar[] = [];
  const innerSides: Scalar[] = [];
  for (const condition of conditions) {
    if (condition.kind !== 'call' || !isKeyEquality(condition)) return null;
    const side = condition.args.findIndex((arg) => isInnerOnly(arg, inner));
    const other = condition.args[1 - side];
    if (side < 0 || other === undefined || intersects(freeColumnsOf(other), inner)) return null;
    const expr = condition.args[side]!;
    // Both sides are computed for every row, also where a CASE would have spared the subquery.
    if (!cannotRaise(expr) || !cannotRaise(other)) return null;
    innerSides.push(expr);
    const plain = expr.kind === 'column' ? columns.find((column) => column.id === expr.column) : undefined;
    const column = plain ?? analysis.column('', expr.type);
    if (plain === undefined) computed.push({ column, expr });
    if (!keys.some((key) => key.id === column.id)) keys.push(column);
    on.push({ ...condition, args: condition.args.with(side, reference(column)) });
  }
  const passed = columns.map((column) => ({ column, expr: reference(column) }));
  const input: Rel = computed.length === 0 ? rel : { kind: 'project', input: rel, items: [...passed, ...computed] };
  return { input, keys, on, innerSides };
}

/**
 * Equality under which rows of one group match the same outer rows, and no outer row matches two groups. Both sides of one
 * type, or integers; `timestamp = timestamptz` is out: two timestamps may be one instant.
 */
function isKeyEquality(call: CallScalar): boolean {
  const [left, right] = call.args;
  if (call.operator?.name !== '=' || call.operator.schema !== 'pg_catalog' || !call.operator.canHash || !left || !right)
    return false;
  const { inputCollation } = call;
  if (typeof inputCollation === 'object' && !inputCollation.deterministic) return false;
  return left.type.oid === right.type.oid || (isInteger(left.type) && isInteger(right.type));
}

/** Whether at most one row can have given values in `columns`: a declared key of a single table. */
function isUnique(rel: Rel, columns: readonly Scalar[]): boolean {
  let source = rel;
  while (source.kind === 'filter' || source.kind === 'project') source = source.input;
  if (source.kind !== 'scan') return false;
  const { columns: scanned, table } = source;
  const names = new Set(
    columns.map((expr) => (expr.kind === 'column' ? scanned.find((c) => c.id === expr.column)?.sourceName : undefined)),
  );
  return table.keys.some((key) => key.every((name) => names.has(name)));
}

const isInnerOnly = (expr: Scalar, inner: ReadonlySet<ColumnId>): boolean => {
  const columns = freeColumnsOf(expr);
  return columns.size > 0 && isSubset(columns, inner) && !holdsSubquery(expr);
};

const holdsSubquery = (expr: Scalar): boolean => someScalar(expr, (part) => part.kind === 'subquery');

const isSubset = (some: ReadonlySet<ColumnId>, all: ReadonlySet<ColumnId>): boolean =>
  [...some].every((column) => all.has(column));

const intersects = (some: ReadonlySet<ColumnId>, others: ReadonlySet<ColumnId>): boolean =>
  [...some].some((column) => others.has(column));
