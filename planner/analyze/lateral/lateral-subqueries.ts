/**
 * Correlated subqueries of any shape as dependent joins (unnest-joins.ts removes them). In an expression a subquery becomes
 * an aggregation without groups, which has exactly one row for each outer row:
 *
 *   EXISTS (q)        →  count(*) > 0
 *   x = ANY (q.c)     →  count of true and of unknown comparisons       x = ALL (q.c) → of false and of unknown ones
 *   ARRAY (q)         →  array_agg(c ORDER BY q's order), or {}
 *   (q)               →  any_value(c), and count(*): a second row is an error where the value is used, not before
 */
import type { Aggregate, Rel, RelColumn } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { columnsIn, scalarParts } from '../../../algebra/transform.ts';
import { sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import type { Analysis } from '../analysis.ts';
import { freeColumns } from '../free-columns.ts';
import type { ConvertedQuery } from '../query-converter.ts';
import { cannotRaise, hasOneRow, mayRaise } from '../safe-functions.ts';
import type { ExpressionContext } from '../scope.ts';
import { rowSource } from '../unnest.ts';
import { anyValue, arrayAggregate, countRows, isPositive, reference } from './bindings.ts';
import { AT_MOST_ONE_ROW } from './gateway-functions.ts';

const BOOL = sqlType('bool');
const INT8 = sqlType('int8');
const constant = (value: boolean | null): Scalar => ({ kind: 'const', value, type: BOOL });

/** A string: why not, as the words that follow "correlated subquery". */
type Joined = Scalar | string;

export function lateralExists(analysis: Analysis, query: ConvertedQuery, context: ExpressionContext): Joined {
  const input = rowSource(query.rel);
  const count = analysis.column('count', INT8);
  const refusal = joinAggregate(analysis, input, [{ column: count, call: countRows(analysis) }], context);
  return refusal ?? isPositive(analysis, count);
}

/** `comparison`: over the outer columns and the subquery's. */
export function lateralQuantified(
  analysis: Analysis,
  query: ConvertedQuery,
  comparison: Scalar,
  mode: 'any' | 'all',
  context: ExpressionContext,
): Joined {
  const decided = analysis.column('decided', INT8);
  const unknown = analysis.column('unknown', INT8);
  const deciding: Scalar = mode === 'any' ? comparison : { kind: 'not', arg: comparison, type: BOOL };
  const isUnknown: Scalar = { kind: 'booltest', arg: comparison, test: 'unknown', negated: false, type: BOOL };
  const refusal = joinAggregate(
    analysis,
    query.rel,
    [
      { column: decided, call: countRows(analysis, deciding) },
      { column: unknown, call: countRows(analysis, isUnknown) },
    ],
    context,
  );
  if (refusal !== undefined) return refusal;
  return {
    kind: 'case',
    branches: [
      { when: isPositive(analysis, decided), then: constant(mode === 'any') },
      { when: isPositive(analysis, unknown), then: constant(null) },
    ],
    otherwise: constant(mode === 'all'),
    type: BOOL,
  };
}

export function lateralArray(analysis: Analysis, query: ConvertedQuery, type: SqlType, context: ExpressionContext): Joined {
  const column = query.columns[0]!;
  const { input, orderBy } = ordered(query.rel);
  const array = analysis.column('array', type);
  const call = arrayAggregate(analysis, column, type, orderBy);
  const refusal = joinAggregate(analysis, input, [{ column: array, call }], context);
  if (refusal !== undefined) return refusal;
  const empty: Scalar = { kind: 'const', value: { dims: [], lowerBounds: [], elements: [] }, type };
  return { kind: 'coalesce', args: [reference(array), empty], type };
}

export function lateralScalar(analysis: Analysis, query: ConvertedQuery, context: ExpressionContext): Joined {
  const column = query.columns[0]!;
  const { rel } = query;
  // SELECT without FROM is its expression.
  if (rel.kind === 'project' && isOneEmptyRow(rel.input)) return rel.items[0]!.expr;
  if (hasOneRow(rel)) return joinLateral(analysis, rel, context) ?? reference(column);
  const value = analysis.column(column.name, column.type);
  const count = analysis.column('count', INT8);
  const refusal = joinAggregate(
    analysis,
    query.rel,
    [
      { column: value, call: anyValue(analysis, column) },
      { column: count, call: countRows(analysis) },
    ],
    context,
  );
  if (refusal !== undefined) return refusal;
  const single: Scalar = {
    kind: 'call',
    fn: AT_MOST_ONE_ROW,
    args: [reference(count)],
    type: BOOL,
    inputCollation: 'none',
    form: 'function',
  };
  const otherwise: Scalar = { kind: 'const', value: null, type: value.type };
  return { kind: 'case', branches: [{ when: single, then: reference(value) }], otherwise, type: value.type };
}

function joinAggregate(
  analysis: Analysis,
  input: Rel,
  aggregates: readonly { readonly column: RelColumn; readonly call: AggregateCall }[],
  context: ExpressionContext,
): string | undefined {
  const aggregate: Aggregate = { kind: 'aggregate', input, groups: [], aggregates };
  return joinLateral(analysis, aggregate, context);
}

/** Why it cannot be joined: it might raise for rows that would not have evaluated it, or stands where no join can be added. */
function joinLateral(analysis: Analysis, right: Rel, context: ExpressionContext): string | undefined {
  const { subqueryJoins, postponed, condition } = context;
  if (subqueryJoins === null) return '';
  const raises = mayRaise(right);
  if (!raises || condition === undefined) {
    const joins = postponed !== undefined && raises ? postponed : subqueryJoins;
    joins.add((left) => ({ kind: 'join', type: 'inner', lateral: true, left, right, on: [] }));
    return undefined;
  }
  if (condition === null) return 'that might raise an error where LIMIT, OFFSET or a volatile condition spares rows';
  if (!raisesForChosenRows(right, freeColumns(right)))
    return 'that might raise an error for rows it does not choose, under CASE, COALESCE, AND or OR';
  const spared = postponed ?? subqueryJoins;
  spared.add((left) => {
    const isWanted = analysis.column('wanted', BOOL);
    const items = outputColumns(left).map((column) => ({ column, expr: reference(column) }));
    const marked: Rel = { kind: 'project', input: left, items: [...items, { column: isWanted, expr: condition }] };
    return { kind: 'join', type: 'left', lateral: true, onlyWhere: isWanted.id, left: marked, right, on: [] };
  });
  return undefined;
}

/**
 * Nothing raises but what is computed of rows that the outer row has already chosen, and conditions on both: what reads the
 * subquery's tables alone goes to their sources, and would raise for rows that no outer row asks for.
 */
function raisesForChosenRows(rel: Rel, outer: ReadonlySet<ColumnId>): boolean {
  switch (rel.kind) {
    case 'project':
    case 'aggregate':
    case 'sort':
    case 'distinct':
    case 'limit':
      return raisesForChosenRows(rel.input, outer);
    case 'filter': {
      const onBoth = (expr: Scalar): boolean => [...columnsIn(expr)].some((id) => !outer.has(id)) && raisesWith(expr, outer);
      return rel.conjuncts.every((expr) => cannotRaise(expr) || onBoth(expr)) && raisesForChosenRows(rel.input, outer);
    }
    default:
      return !mayRaise(rel);
  }
}

/** Every part that might raise reads one of these columns. */
const raisesWith = (expr: Scalar, columns: ReadonlySet<ColumnId>): boolean =>
  cannotRaise(expr) ||
  ([...columnsIn(expr)].some((id) => columns.has(id)) && scalarParts(expr).every((part) => raisesWith(part, columns)));

const isOneEmptyRow = (rel: Rel): boolean => rel.kind === 'values' && rel.columns.length === 0 && rel.rows.length === 1;

/** A query and the order of its rows, taken off it: a join would lose it. */
function ordered(rel: Rel): { readonly input: Rel; readonly orderBy: AggregateCall['orderBy'] } {
  if (rel.kind === 'sort') {
    const columns = new Map(outputColumns(rel.input).map((column) => [column.id, column]));
    const orderBy = rel.keys.map(({ column, descending, nullsFirst }) => ({
      expr: reference(columns.get(column)!),
      descending,
      nullsFirst,
    }));
    return { input: rel.input, orderBy };
  }
  // Hidden sort columns are taken off by a projection of bare columns.
  const isPlain =
    rel.kind === 'project' && rel.items.every(({ column, expr }) => expr.kind === 'column' && expr.column === column.id);
  return isPlain && rel.input.kind === 'sort' ? ordered(rel.input) : { input: rel, orderBy: [] };
}
