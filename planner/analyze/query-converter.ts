/**
 * One query level of an analysed tree → Rel, in the order SQL defines it: WITH, FROM, WHERE, grouping, HAVING, windows, the select
 * list, DISTINCT, ORDER BY, LIMIT. Every level (subqueries, views, policies) passes here. The invariant: whatever this does
 * not translate is refused with 0A000 by name before anything is built on it.
 */
import type { Rel, RelColumn, SortKey, With } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { isVolatile } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import { convertWithQueries } from './common-table-expressions.ts';
import { ExpressionConverter } from './expressions.ts';
import { volatileIn } from './free-columns.ts';
import { convertFromClause } from './from-clause.ts';
import { Grouping, isGrouped } from './grouping.ts';
import { convertInlinedCall, isInlined } from './inlined-calls.ts';
import { cannotRaise } from './safe-functions.ts';
import { PendingJoins } from './pending-joins.ts';
import { applyPredicate } from './predicates.ts';
import type { ExpressionContext, QueryScope } from './scope.ts';
import { convertSetOperations, convertUnionMember } from './set-operations.ts';
import { constantCount, limitedRows, rowsBetween } from './row-limits.ts';
import { SelectListSets } from './set-returning.ts';
import { requireDefaultEquality, sortKey } from './sorting.ts';
import { convertSublink } from './sublinks.ts';
import {
  child,
  COMMAND_SELECT,
  flag,
  integer,
  isOfThisLevel,
  LIMIT_WITH_TIES,
  list,
  nodes,
  optionalChild,
  text,
} from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';
import { hasWindows, Windows } from './windows.ts';

export interface ConvertedQuery {
  readonly rel: Rel;
  /** What the query puts out, in order; exactly the output columns of `rel`. */
  readonly columns: readonly RelColumn[];
}

/** A query level takes as much of the nesting bound as this many expression nodes: its conversion calls that deep. */
const QUERY_WEIGHT = 4;

const COMMANDS = ['', 'SELECT', 'UPDATE', 'INSERT', 'DELETE', 'MERGE', 'utility statement'] as const;

export class QueryConverter {
  readonly analysis: Analysis;
  readonly expressions: ExpressionConverter;

  constructor(analysis: Analysis) {
    this.analysis = analysis;
    this.expressions = new ExpressionConverter(analysis, (node, context) =>
      isInlined(node) ? convertInlinedCall(this, node, context) : convertSublink(this, node, context),
    );
  }

  /** `parent`: the context of the expression or FROM clause the query stands in. */
  query(node: TreeNode, parent: ExpressionContext | null): ConvertedQuery {
    const { analysis } = this;
    analysis.enter(QUERY_WEIGHT);
    this.refuseUnsupported(node);
    const scope: QueryScope = { entries: [], ctes: new Map(), parent };
    const context: ExpressionContext = { scope, clause: 'FROM', grouped: null, subqueryJoins: null };
    const definitions = convertWithQueries(this, node, context);
    const setOperations = optionalChild(node, 'setOperations');
    const body = setOperations ? this.setOperation(node, setOperations, context) : this.plainSelect(node, context);
    const limited = this.limited(this.sorted(node, this.distinct(node, body)), node, context, body);
    const visible = this.withoutJunk(this.withPostponed(limited, node, body), body);
    analysis.leave(QUERY_WEIGHT);
    return {
      rel: definitions.length === 0 ? visible : { kind: 'with', definitions, body: visible },
      columns: body.targets.filter((target) => !target.junk).map((target) => target.column),
    };
  }

  unionMember(query: TreeNode, member: TreeNode, types: readonly SqlType[], context: ExpressionContext): ConvertedQuery {
    return convertUnionMember(this, query, member, types, context);
  }

  withQueries(query: TreeNode, context: ExpressionContext): With['definitions'] {
    return convertWithQueries(this, query, context);
  }

  private refuseUnsupported(query: TreeNode): void {
    const { analysis } = this;
    assert(query.tag === 'QUERY', `a query expected, ${query.tag} found`);
    const command = integer(query, 'commandType');
    if (command !== COMMAND_SELECT) throw analysis.unsupported(`${COMMANDS[command] ?? 'statement'} on federated tables`);
    const clauses: readonly (readonly [boolean, string])[] = [
      [flag(query, 'hasModifyingCTE'), 'data-modifying statement in WITH'],
      [flag(query, 'hasForUpdate') || list(query, 'rowMarks').length > 0, 'FOR UPDATE or FOR SHARE'],
      [query['onConflict'] !== null || list(query, 'returningList').length > 0, 'RETURNING'],
      [list(query, 'withCheckOptions').length > 0, 'CHECK OPTION'],
      [this.numbersVolatileRows(query), 'volatile function under DISTINCT ON or WITH TIES'],
    ];
    for (const [present, name] of clauses) if (present) throw analysis.unsupported(name);
  }

  /** Rows are numbered to keep some of them; the others are computed as well, which PostgreSQL would spare. */
  private numbersVolatileRows(query: TreeNode): boolean {
    const numbers = flag(query, 'hasDistinctOn') || integer(query, 'limitOption') === LIMIT_WITH_TIES;
    return numbers && volatileIn(query['targetList'] ?? null, this.analysis.lookup);
  }

  private plainSelect(query: TreeNode, context: ExpressionContext): SelectBody {
    const { analysis, expressions } = this;
    const jointree = child(query, 'jointree');
    const from = convertFromClause(this, query, jointree, context);
    let rel = applyPredicate(this, from, optionalChild(jointree, 'quals'), { ...context, clause: 'WHERE' });
    const joins = new PendingJoins();
    const sets = new SelectListSets(analysis);
    const targets: Target[] = [];
    const postponed = new PendingJoins();
    const late = new Set<Target>();
    // A LIMIT above may spare rows their select list.
    const conditional = query['limitCount'] !== null || query['limitOffset'] !== null;
    const condition = conditional ? null : undefined;
    const above: ExpressionContext = { ...context, clause: 'the select list', subqueryJoins: joins, condition, sets };
    const grouping = isGrouped(query) ? new Grouping(this, query, rel, context) : null;
    const itemContext: ExpressionContext = grouping ? { ...above, grouped: grouping } : above;
    const windows = hasWindows(query) ? new Windows(this, query, { ...itemContext, sets: undefined }) : null;
    const listContext: ExpressionContext = windows ? { ...itemContext, windows } : itemContext;
    const lateContext: ExpressionContext = { ...listContext, condition: undefined, postponed };
    const sortedBy = this.firstKey(query, context);
    const mayPostpone = conditional && query['limitOffset'] === null && list(query, 'distinctClause').length === 0;
    const evaluatesLate = evaluatesVolatileLate(query);
    const used = new Set<ColumnId>(grouping?.outerColumns);
    for (const entry of nodes(query, 'targetList')) {
      const reference = integer(entry, 'ressortgroupref');
      const canWait = mayPostpone && reference === 0;
      const before = [joins.size, postponed.size];
      const known = windows?.key(reference) ?? grouping?.entry(reference);
      const forEachRow = reference !== 0 && reference === sortedBy;
      const keyContext = forEachRow ? { ...listContext, condition: undefined } : listContext;
      const expr = known ?? expressions.convert(child(entry, 'expr'), canWait ? lateContext : keyContext);
      const item = target(analysis, entry, expr, used);
      targets.push(item);
      const raises = joins.size > before[0]! && canWait && !cannotRaise(expr);
      const isLate = evaluatesLate && reference === 0 && isVolatile(expr);
      if (postponed.size > before[1]! || raises || isLate) late.add(item);
    }
    const having = optionalChild(query, 'havingQual');
    if (grouping) {
      // HAVING may call aggregates too: its conversion comes before the aggregation is built.
      rel = applyPredicate(this, () => grouping.build(), having, { ...itemContext, clause: 'HAVING', sets: undefined });
    }
    const rows = joins.apply(windows ? windows.build(rel) : rel);
    const expanded = isSortedAlone(query) ? sets.applyInOrder(rows) : { rel: sets.apply(rows), positions: [] };
    rel = expanded.rel;
    const { positions } = expanded;
    for (const column of positions) targets.push({ column, expr: columnRef(column), junk: true, sortReference: 0 });
    const items = targets.filter((item) => !late.has(item)).map(({ column, expr }) => ({ column, expr }));
    if (late.size === 0) return { rel: { kind: 'project', input: rel, items }, targets, positions };
    const known = new Set(items.map(({ column }) => column.id));
    const passed = outputColumns(rel).filter((column) => !known.has(column.id));
    return {
      rel: { kind: 'project', input: rel, items: [...items, ...passed.map((column) => ({ column, expr: columnRef(column) }))] },
      targets,
      positions,
      postponed: { joins: postponed, targets: late },
    };
  }

  /**
   * Where ORDER BY begins with it, an item of the select list is computed for every row before LIMIT counts any off, if it
   * wants one: no index holds a subquery's value. Its number; 0: there is none.
   */
  private firstKey(query: TreeNode, context: ExpressionContext): number {
    const [first] = nodes(query, 'sortClause');
    if (first === undefined || list(query, 'distinctClause').length > 0) return 0;
    const limit = this.limitExpression(query, 'limitCount', context);
    const wantsOne = limit === null || (limit.kind === 'const' && limit.value !== null && Number(limit.value) > 0);
    return wantsOne ? integer(first, 'tleSortGroupRef') : 0;
  }

  /**
   * Subqueries of the select list that might raise are evaluated for the rows that LIMIT leaves, and volatile functions for
   * those that it comes to, in the order of ORDER BY, as PostgreSQL does.
   */
  private withPostponed(limited: Rel, query: TreeNode, body: SelectBody): Rel {
    const { postponed } = body;
    if (postponed === undefined) return limited;
    const items = body.targets.map((item) => ({
      column: item.column,
      expr: postponed.targets.has(item) ? item.expr : columnRef(item.column),
    }));
    const rel: Rel = { kind: 'project', input: postponed.joins.apply(limited), items };
    const sorted = postponed.joins.size === 0 ? rel : this.sorted(query, { ...body, rel });
    return postponed.skipped === undefined ? sorted : { kind: 'limit', input: sorted, limit: null, offset: postponed.skipped };
  }

  private setOperation(query: TreeNode, operations: TreeNode, context: ExpressionContext): SelectBody {
    const { rel, leftmost, columns } = convertSetOperations(this, query, operations, context);
    // The select list and ORDER BY of a set operation name its columns as those of its first query.
    context.scope.entries[leftmost - 1] = { kind: 'columns', name: 'set operation', columns };
    const used = new Set<ColumnId>();
    const targets = nodes(query, 'targetList').map((entry) => {
      const expr = this.expressions.convert(child(entry, 'expr'), { ...context, clause: 'ORDER BY' });
      return target(this.analysis, entry, expr, used);
    });
    return { rel: { kind: 'project', input: rel, items: targets.map(({ column, expr }) => ({ column, expr })) }, targets };
  }

  private distinct(query: TreeNode, body: SelectBody): SelectBody {
    const clause = nodes(query, 'distinctClause');
    if (clause.length === 0) return body;
    for (const item of clause) requireDefaultEquality(this.analysis, item, 'DISTINCT');
    if (flag(query, 'hasDistinctOn')) return { targets: body.targets, rel: this.firstOfEach(clause, query, body) };
    // Hidden are grouping keys that are not selected: ORDER BY may name only what is.
    const targets = body.targets.filter((entry) => !entry.junk);
    return { targets, rel: { kind: 'distinct', input: this.withoutJunk(body.rel, body) } };
  }

  private sorted(query: TreeNode, body: SelectBody): Rel {
    const places = (body.positions ?? []).map(({ id, type }) => ({ column: id, type, descending: false, nullsFirst: false }));
    const keys = [...this.sortKeys(query, body), ...places];
    return keys.length === 0 ? body.rel : { kind: 'sort', input: body.rel, keys };
  }

  private sortKeys(query: TreeNode, body: SelectBody): readonly SortKey[] {
    return nodes(query, 'sortClause').map((item) => {
      const { column } = targetOf(item, body);
      return { column: column.id, type: column.type, ...sortKey(this.analysis, item, column.type) };
    });
  }

  /** DISTINCT ON: in the order asked for, or in any. */
  private firstOfEach(clause: readonly TreeNode[], query: TreeNode, body: SelectBody): Rel {
    const partition = clause.map((item) => targetOf(item, body).column);
    const order = this.sortKeys(query, body);
    return limitedRows(this.analysis, body.rel, { ...rowsBetween(1n, 0n), partition, order, withTies: false });
  }

  private limited(rel: Rel, query: TreeNode, context: ExpressionContext, { postponed }: SelectBody): Rel {
    const limit = this.limitExpression(query, 'limitCount', context);
    const offset = this.limitExpression(query, 'limitOffset', context);
    if (postponed && offset !== null) {
      // The select list is evaluated for the rows that are skipped, too.
      postponed.skipped = offset;
      return limit === null ? rel : { kind: 'limit', input: rel, limit: this.sumOfCounts(limit, offset), offset: null };
    }
    if (integer(query, 'limitOption') === LIMIT_WITH_TIES) return this.limitedWithTies(rel, limit, offset);
    return limit === null && offset === null ? rel : { kind: 'limit', input: rel, limit, offset };
  }

  private sumOfCounts(limit: Scalar, offset: Scalar): Scalar {
    const [count, skipped] = [constantCount(limit, 'LIMIT'), constantCount(offset, 'OFFSET')];
    if (count === undefined || skipped === undefined)
      throw this.analysis.unsupported('volatile function in a select list with LIMIT and OFFSET that are not constant');
    return { kind: 'const', value: count === 0n ? 0n : (count ?? 0n) + (skipped ?? 0n), type: sqlType('int8') };
  }

  private limitedWithTies(rel: Rel, limit: Scalar | null, offset: Scalar | null): Rel {
    assert(rel.kind === 'sort', 'WITH TIES has an ORDER BY');
    const skipped = constantCount(offset, 'OFFSET');
    const count = constantCount(limit, 'LIMIT');
    if (count === undefined || skipped === undefined)
      throw this.analysis.unsupported('WITH TIES of a count that is not constant');
    // The peers of the last row skipped are not the ties of a row returned.
    if (count === 0n) return { kind: 'limit', input: rel, limit, offset: null };
    const limited = { ...rowsBetween(count, skipped ?? 0n), partition: [], order: rel.keys, withTies: true };
    return { ...rel, input: limitedRows(this.analysis, rel.input, limited) };
  }

  /** LIMIT ALL and LIMIT NULL are a NULL constant. */
  private limitExpression(query: TreeNode, field: string, context: ExpressionContext): Scalar | null {
    const node = optionalChild(query, field);
    if (node === null) return null;
    const expr = this.expressions.convert(node, { ...context, clause: 'LIMIT' });
    return expr.kind === 'const' && expr.value === null ? null : expr;
  }

  private withoutJunk(rel: Rel, body: SelectBody): Rel {
    if (body.targets.every((entry) => !entry.junk)) return rel;
    const items = body.targets.filter((entry) => !entry.junk).map(({ column }) => ({ column, expr: columnRef(column) }));
    return { kind: 'project', input: rel, items };
  }
}

/** ORDER BY that DISTINCT and WITH TIES do not look at. */
const isSortedAlone = (query: TreeNode): boolean =>
  list(query, 'sortClause').length > 0 &&
  list(query, 'distinctClause').length === 0 &&
  integer(query, 'limitOption') !== LIMIT_WITH_TIES;

/** Whether volatile functions of the select list wait for ORDER BY and LIMIT. */
const evaluatesVolatileLate = (query: TreeNode): boolean =>
  (list(query, 'sortClause').length > 0 || query['limitCount'] !== null) &&
  list(query, 'distinctClause').length === 0 &&
  integer(query, 'limitOption') !== LIMIT_WITH_TIES;

const columnRef = ({ id, type }: RelColumn): Scalar => ({ kind: 'column', column: id, type });

interface SelectBody {
  readonly rel: Rel;
  readonly targets: readonly Target[];
  /** Sort keys after those of ORDER BY: the places of rows in sets of the select list. */
  readonly positions?: readonly RelColumn[];
  /** Of the targets, those that are computed after LIMIT, over these joins. */
  readonly postponed?: {
    readonly joins: PendingJoins;
    readonly targets: ReadonlySet<Target>;
    /** OFFSET, where it comes after them. */
    skipped?: Scalar;
  };
}

interface Target {
  readonly column: RelColumn;
  readonly expr: Scalar;
  readonly junk: boolean;
  /** ressortgroupref: how ORDER BY, GROUP BY and DISTINCT name it. */
  readonly sortReference: number;
}

/** What a SortGroupClause names. */
function targetOf(item: TreeNode, body: SelectBody): Target {
  const reference = integer(item, 'tleSortGroupRef');
  const found = body.targets.find((entry) => entry.sortReference === reference);
  assert(found !== undefined, `ORDER BY or DISTINCT refers to entry ${reference}`);
  return found;
}

/** A bare column of this level keeps its id, once; everything else is a new column, also an outer column. */
function target(analysis: Analysis, entry: TreeNode, expr: Scalar, used: Set<ColumnId>): Target {
  const name = text(entry, 'resname');
  const node = child(entry, 'expr');
  const passes = expr.kind === 'column' && isOfThisLevel(node) && !used.has(expr.column);
  const column = passes ? { id: expr.column, name, type: expr.type } : analysis.column(name, expr.type);
  used.add(column.id);
  return { column, expr, junk: flag(entry, 'resjunk'), sortReference: integer(entry, 'ressortgroupref') };
}
