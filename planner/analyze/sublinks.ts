/**
 * Subqueries in expressions. Uncorrelated ones stay `subquery` scalars, evaluated once; as a conjunct of WHERE or HAVING,
 * IN, NOT IN and ALL become joins. Correlated ones are unnested, by a special shape (unnest.ts) or in general (lateral/).
 */
import type { Join } from '../../algebra/rel.ts';
import type { CallScalar, Scalar, SubqueryScalar } from '../../algebra/scalar.ts';
import { conjunctsOf, isVolatile, readsOnly, someScalar } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import { sqlType, withTypmod } from '../../core/sql-type.ts';
import { arrayTypeOf } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import { freeColumns, volatileIn } from './free-columns.ts';
import type { PendingJoins } from './pending-joins.ts';
import type { ConvertedQuery, QueryConverter } from './query-converter.ts';
import { RECORD_ARRAY_TYPE, RECORD_TYPE, rowTypeFrom } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import {
  asNode,
  child,
  flag,
  integer,
  nodes,
  SUBLINK_ALL,
  SUBLINK_ANY,
  SUBLINK_ARRAY,
  SUBLINK_EXISTS,
  SUBLINK_EXPRESSION,
  SUBLINK_ROW_COMPARE,
  text,
} from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';
import { lateralArray, lateralExists, lateralQuantified, lateralScalar } from './lateral/lateral-subqueries.ts';
import { rowSource, unnestExists, unnestExistsMark, unnestScalar, withoutCorrelation } from './unnest.ts';

const BOOL = sqlType('bool');

/** A sublink anywhere in an expression. */
export function convertSublink(converter: QueryConverter, node: TreeNode, context: ExpressionContext): Scalar {
  if (integer(node, 'subLinkType') === SUBLINK_ROW_COMPARE) return rowComparison(converter, node, context);
  return sublinkScalar(converter, node, converter.query(child(node, 'subselect'), context), context);
}

function sublinkScalar(converter: QueryConverter, node: TreeNode, query: ConvertedQuery, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const kind = integer(node, 'subLinkType');
  const location = analysis.location(node);
  const correlated = freeColumns(query.rel).size > 0;
  // A join would evaluate it another number of times.
  if (correlated && volatileIn(child(node, 'subselect'), analysis.lookup))
    throw correlationRefused(converter, node, context, VOLATILE);
  switch (kind) {
    case SUBLINK_EXISTS: {
      if (!correlated) return { kind: 'subquery', mode: 'exists', rel: query.rel, type: BOOL, location };
      const mark =
        (context.subqueryJoins && unnestExistsMark(analysis, query, context.subqueryJoins)) ??
        lateralExists(analysis, query, context);
      if (typeof mark === 'string') throw correlationRefused(converter, node, context, mark);
      return mark;
    }
    case SUBLINK_EXPRESSION:
      return scalarSubquery(converter, node, query, context);
    case SUBLINK_ARRAY: {
      const element = query.columns[0]!.type;
      const type = element.kind === 'array' ? element : arrayOf(analysis, element);
      if (type === undefined) throw analysis.unsupported(`ARRAY(subquery) of ${element.name}`, node);
      const array = { ...withTypmod(type, element.typmod), collation: element.collation };
      if (!correlated) return { kind: 'subquery', mode: 'array', rel: query.rel, type: array, location };
      const gathered = lateralArray(analysis, query, array, context);
      if (typeof gathered === 'string') throw correlationRefused(converter, node, context, gathered);
      return gathered;
    }
    case SUBLINK_ANY:
    case SUBLINK_ALL: {
      const mode = kind === SUBLINK_ANY ? 'any' : 'all';
      const comparison = comparisonOf(converter, node, query, context);
      const evaluated = correlated ? null : quantified(converter, node, query, comparison, mode);
      if (evaluated !== null) return evaluated;
      const answer = lateralQuantified(analysis, query, comparison, mode, context);
      if (typeof answer === 'string') throw correlationRefused(converter, node, context, answer);
      return answer;
    }
    default:
      throw analysis.unsupported('subquery of this kind', node);
  }
}

const arrayOf = (analysis: Analysis, element: SqlType): SqlType | undefined =>
  element.oid === RECORD_TYPE ? rowTypeFrom(analysis.lookup.type(RECORD_ARRAY_TYPE), [element]) : arrayTypeOf(element);

/**
 * `(a, b) < (SELECT x, y …)`: each column as a scalar subquery of its own. The subquery has one row at most, and none is
 * compared as a row of NULLs is.
 */
function rowComparison(converter: QueryConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const subselect = child(node, 'subselect');
  if (volatileIn(subselect, analysis.lookup)) throw analysis.unsupported('comparison of a row with a volatile subquery', node);
  const width = nodes(subselect, 'targetList').filter((target) => !flag(target, 'resjunk')).length;
  const subqueryColumns = Array.from({ length: width }, (_, i) => {
    const { rel, columns } = converter.query(subselect, context);
    const column = columns[i]!;
    const item = { column, expr: { kind: 'column', column: column.id, type: column.type } as const };
    const single = { rel: { kind: 'project', input: rel, items: [item] } as const, columns: [column] };
    return scalarSubquery(converter, node, single, context);
  });
  return converter.expressions.convert(child(node, 'testexpr'), { ...context, subqueryColumns });
}

/**
 * A conjunct that is a [NOT] EXISTS, IN, ANY or ALL. Null: a join added to `joins` does it; else the condition to filter by.
 * The subquery is converted once either way. Undefined: the conjunct is something else.
 */
export function convertSublinkConjunct(
  converter: QueryConverter,
  conjunct: TreeNode,
  context: ExpressionContext,
  joins: PendingJoins,
): Scalar | null | undefined {
  const negated = conjunct.tag === 'BOOLEXPR' && text(conjunct, 'boolop') === 'not';
  const node = negated ? asNode(nodes(conjunct, 'args')[0], 'NOT') : conjunct;
  if (node.tag !== 'SUBLINK') return undefined;
  const kind = integer(node, 'subLinkType');
  if (kind !== SUBLINK_EXISTS && kind !== SUBLINK_ANY && kind !== SUBLINK_ALL) return undefined;
  const query = converter.query(child(node, 'subselect'), context);
  if (freeColumns(query.rel).size > 0 && volatileIn(child(node, 'subselect'), converter.analysis.lookup)) {
    throw correlationRefused(converter, node, context, VOLATILE);
  }
  const join = kind === SUBLINK_EXISTS ? existsJoin(query, negated) : quantifiedJoin(converter, node, query, context, negated);
  if (join !== null) {
    joins.add((left) => ({ kind: 'join', left, ...join }));
    return null;
  }
  const scalar = sublinkScalar(converter, node, query, context);
  return negated ? { kind: 'not', arg: scalar, type: BOOL, location: converter.analysis.location(conjunct) } : scalar;
}

type RightSide = Pick<Join, 'type' | 'right' | 'on' | 'nullAware' | 'lateral'>;

function existsJoin(query: ConvertedQuery, negated: boolean): RightSide | null {
  // Without correlation it is one answer for all rows.
  if (freeColumns(query.rel).size === 0) return null;
  const found = unnestExists(query);
  const type = negated ? 'anti' : 'semi';
  if (found === null) return { type, right: rowSource(query.rel), on: [], lateral: true };
  return { type, right: found.rel, on: found.conditions };
}

/**
 * ANY keeps a row if a row of the subquery compares as true, NOT ANY (NOT IN) if none compares as true or as unknown; ALL if
 * none compares as false or as unknown, NOT ALL if one compares as false.
 */
function quantifiedJoin(
  converter: QueryConverter,
  node: TreeNode,
  query: ConvertedQuery,
  context: ExpressionContext,
  negated: boolean,
): RightSide | null {
  const comparison = comparisonOf(converter, node, query, context);
  if (someScalar(comparison, (part) => part.kind === 'subquery') || isVolatile(comparison)) return null;
  const isAny = integer(node, 'subLinkType') === SUBLINK_ANY;
  const type = isAny === negated ? 'anti' : 'semi';
  const test = isAny || negated ? 'false' : 'true';
  const decides = (arg: Scalar): readonly Scalar[] =>
    isAny && !negated ? conjunctsOf(arg) : [{ kind: 'booltest', arg, test, negated: type === 'anti', type: BOOL }];
  if (freeColumns(query.rel).size === 0) {
    const subqueryColumns = new Set(query.columns.map((column) => column.id));
    // Comparing with nothing of the outer row is one answer for all rows.
    if (readsOnly(comparison, subqueryColumns)) return null;
    // NOT IN of rows needs more than a null-aware join.
    if (isAny && negated) {
      const on = conjunctsOf(comparison);
      return on.length > 1 ? null : { type, right: query.rel, on, nullAware: true };
    }
    // Rows in memory are left at the first that decides where columns are compared one by one.
    if (!isAny && quantified(converter, node, query, comparison, 'all') !== null) return null;
    return { type, right: query.rel, on: decides(comparison) };
  }
  const found = withoutCorrelation(query, comparison);
  if (found === null) return { type, right: query.rel, on: decides(comparison), lateral: true };
  return { type, right: found.rel, on: [...found.conditions, ...decides(found.comparison)] };
}

/** The test expression with the subquery's columns in place of its parameters. */
function comparisonOf(converter: QueryConverter, node: TreeNode, query: ConvertedQuery, context: ExpressionContext): Scalar {
  const subqueryColumns = query.columns.map((column): Scalar => ({ kind: 'column', column: column.id, type: column.type }));
  return converter.expressions.convert(child(node, 'testexpr'), { ...context, subqueryColumns });
}

function scalarSubquery(converter: QueryConverter, node: TreeNode, query: ConvertedQuery, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const type = query.columns[0]!.type;
  if (freeColumns(query.rel).size === 0)
    return { kind: 'subquery', mode: 'scalar', rel: query.rel, type, location: analysis.location(node) };
  const value =
    (context.subqueryJoins && unnestScalar(analysis, query, context.subqueryJoins)) ?? lateralScalar(analysis, query, context);
  if (typeof value === 'string') throw correlationRefused(converter, node, context, value);
  return value;
}

/**
 * `row op ANY/ALL (subquery)` outside of joins: one comparison per column, casts of the columns done in the subquery. Null:
 * the comparison is more than its columns' comparisons all holding.
 */
function quantified(
  converter: QueryConverter,
  node: TreeNode,
  query: ConvertedQuery,
  comparison: Scalar,
  mode: 'any' | 'all',
): SubqueryScalar | null {
  const { analysis } = converter;
  const comparisons = conjunctsOf(comparison);
  const columns = new Set(query.columns.map((column) => column.id));
  const usesColumn = (expr: Scalar): boolean => someScalar(expr, (part) => part.kind === 'column' && columns.has(part.column));
  const calls: (CallScalar & Required<Pick<CallScalar, 'operator'>>)[] = [];
  for (const part of comparisons) {
    if (part.kind !== 'call' || part.operator === undefined) return null;
    const [left, right] = part.args;
    assert(!usesColumn(left!) && usesColumn(right!), 'the subquery stands on the right');
    calls.push({ ...part, operator: part.operator });
  }
  const items = calls.map((call) => {
    const expr = call.args[1]!;
    const same = expr.kind === 'column' ? query.columns.find((column) => column.id === expr.column) : undefined;
    return { column: same ?? analysis.column('', expr.type), expr };
  });
  const plain = items.every((item, index) => item.column === query.columns[index]) && items.length === query.columns.length;
  return {
    kind: 'subquery',
    mode,
    rel: plain ? query.rel : { kind: 'project', input: query.rel, items },
    left: calls.map((call) => call.args[0]!),
    comparisons: calls.map(({ fn, operator, inputCollation }) => ({ fn, operator, inputCollation })),
    type: BOOL,
    location: analysis.location(node),
  };
}

const VOLATILE = 'with a volatile function';

/** `reason`: nothing for where there are no subqueries at all. */
const correlationRefused = (converter: QueryConverter, node: TreeNode, { clause }: ExpressionContext, reason: string): Error =>
  converter.analysis.unsupported(`${['correlated subquery', reason].filter(Boolean).join(' ')} in ${clause}`, node);
