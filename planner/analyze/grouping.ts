/**
 * GROUP BY and aggregate calls. Expressions above are converted against this: groups and calls are handed out as columns
 * while the select list and HAVING are converted, and build() makes the Aggregate that computes them:
 *
 *   Aggregate [groups] [calls]
 *   └─ Project  every input column, grouping expressions that are not plain columns     (only if there are such)
 *      └─ input
 *
 * With grouping sets every group column is a new one, computed below: where its set leaves it out it is NULL, while aggregates
 * read the input's column as it is. As in PostgreSQL, what reads no column of the query (constants, columns of a query around) is
 * NULL only in the entry of the select list that is grouped by, unless columns alone are grouped by.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import { sqlType } from '../../core/sql-type.ts';
import { expandGroupingSets } from './grouping-sets.ts';
import { PendingJoins } from './pending-joins.ts';
import type { QueryConverter } from './query-converter.ts';
import { rowTypeOfCall } from './row-types.ts';
import type { ExpressionContext, GroupedColumns } from './scope.ts';
import { SelectListSets } from './set-returning.ts';
import { requireDefaultEquality, sortKey } from './sorting.ts';
import {
  child,
  flag,
  integer,
  integers,
  list,
  nodes,
  optionalChild,
  RANGE_GROUP,
  readsItsLevel,
  strings,
  text,
  withoutLocation,
} from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

export const isGrouped = (query: TreeNode): boolean =>
  flag(query, 'hasAggs') ||
  list(query, 'groupClause').length > 0 ||
  list(query, 'groupingSets').length > 0 ||
  query['havingQual'] !== null;

const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

export class Grouping implements GroupedColumns {
  private readonly converter: QueryConverter;
  private readonly input: Rel;
  private readonly inputColumns: ReadonlyMap<ColumnId, RelColumn>;
  private readonly context: ExpressionContext;
  private readonly joins = new PendingJoins();
  /** Set-returning functions that are grouped by: the rows of a group are what they return. */
  private readonly returned: SelectListSets;
  /** By grouping expression. */
  private readonly expressions: readonly RelColumn[];
  /** Those that read no column of the query, as they are in every set. */
  private readonly unread = new Map<RelColumn, Scalar>();
  private readonly computed: { readonly column: RelColumn; readonly expr: Scalar }[] = [];
  private readonly groups: RelColumn[] = [];
  /** Group columns by their `tleSortGroupRef`. */
  private readonly byReference = new Map<number, RelColumn>();
  /** More than one, or undefined. */
  private readonly sets: readonly (readonly number[])[] | undefined;
  /** Determined by columns that are in every set, and so in every set themselves. */
  private readonly dependents = new Map<ColumnId, RelColumn>();
  private readonly masks = new Map<string, { readonly column: RelColumn; readonly of: readonly ColumnId[] }>();
  private readonly calls = new Map<string, { readonly column: RelColumn; readonly call: AggregateCall }>();

  constructor(converter: QueryConverter, query: TreeNode, input: Rel, context: ExpressionContext) {
    this.converter = converter;
    this.input = input;
    this.inputColumns = new Map(outputColumns(input).map((column) => [column.id, column]));
    this.context = { ...context, clause: 'GROUP BY or an aggregate', subqueryJoins: this.joins };
    this.returned = new SelectListSets(converter.analysis);
    const keys: ExpressionContext = { ...this.context, sets: this.returned };
    const clauses = nodes(query, 'groupClause');
    for (const clause of clauses) requireDefaultEquality(converter.analysis, clause, 'GROUP BY');
    // A single set is a plain GROUP BY of all that is in it.
    const sets = expandGroupingSets(query);
    this.sets = sets && sets.length > 1 ? sets : undefined;
    const entry = nodes(query, 'rtable').find((range) => integer(range, 'rtekind') === RANGE_GROUP);
    const names = entry ? strings(child(entry, 'eref'), 'colnames') : [];
    const grouped = entry ? nodes(entry, 'groupexprs') : [];
    const areColumns = grouped.every((node) => node.tag === 'VAR');
    this.expressions = grouped.map((node, index) => {
      const expr = converter.expressions.convert(node, keys);
      const column = this.groupColumn(names[index] ?? '', expr);
      if (this.sets && !areColumns && !readsItsLevel(node)) this.unread.set(column, expr);
      return column;
    });
    clauses.forEach((clause, index) => this.byReference.set(integer(clause, 'tleSortGroupRef'), this.expressions[index]!));
  }

  group(index: number): Scalar {
    const column = this.expressions[index];
    assert(column !== undefined, `grouping expression ${index + 1} is missing`);
    return this.unread.get(column) ?? reference(column);
  }

  /** Columns of queries around that are handed on for groups. */
  get outerColumns(): readonly ColumnId[] {
    return [...this.unread.values()].flatMap((expr) => (expr.kind === 'column' ? [expr.column] : []));
  }

  entry(sortGroupReference: number): Scalar | undefined {
    const column = this.byReference.get(sortGroupReference);
    return column && this.unread.has(column) ? reference(column) : undefined;
  }

  /** PostgreSQL proved that the groups determine it: grouping by it as well changes nothing. */
  dependent(column: Scalar): Scalar {
    assert(column.kind === 'column', 'a grouped reference is a column');
    const input = this.inputColumns.get(column.column);
    assert(input !== undefined, `column ${column.column} is not an input of the aggregation`);
    if (this.sets) {
      let own = this.dependents.get(input.id);
      if (own === undefined) this.dependents.set(input.id, (own = this.groupColumn(input.name, column)));
      return { ...reference(own), location: column.location };
    }
    if (!this.groups.some((group) => group.id === input.id)) this.groups.push(input);
    return column;
  }

  outer(column: Scalar): Scalar | undefined {
    if (this.unread.size > 0) return undefined;
    const found = this.computed.find(
      ({ expr }) => expr.kind === 'column' && column.kind === 'column' && expr.column === column.column,
    );
    return found && reference(found.column);
  }

  aggregate(node: TreeNode): Scalar {
    const key = JSON.stringify(node, withoutLocation);
    let found = this.calls.get(key);
    if (found === undefined) {
      const call = this.call(node);
      found = { column: this.converter.analysis.column(call.fn.name, call.type), call };
      this.calls.set(key, found);
    }
    return { ...reference(found.column), location: this.converter.analysis.location(node) };
  }

  grouping(node: TreeNode): Scalar {
    const { analysis } = this.converter;
    const type = sqlType('int4');
    const location = analysis.location(node);
    if (!this.sets) return { kind: 'const', value: 0, type, location };
    const references = integers(node, 'refs');
    const key = references.join();
    let found = this.masks.get(key);
    if (found === undefined) {
      found = { column: analysis.column('grouping', type), of: references.map((index) => this.columnOf(index)) };
      this.masks.set(key, found);
    }
    return { ...reference(found.column), location };
  }

  build(): Rel {
    let rel = this.returned.apply(this.joins.apply(this.input));
    if (this.computed.length > 0) {
      const passed = outputColumns(rel).map((column) => ({ column, expr: reference(column) }));
      rel = { kind: 'project', input: rel, items: [...passed, ...this.computed] };
    }
    const aggregate: Rel = { kind: 'aggregate', input: rel, groups: this.groups, aggregates: [...this.calls.values()] };
    if (!this.sets) return aggregate;
    const everywhere = [...this.dependents.values()].map((column) => column.id);
    const sets = this.sets.map((set) => [...set.map((index) => this.columnOf(index)), ...everywhere]);
    return { ...aggregate, sets, masks: [...this.masks.values()] };
  }

  private groupColumn(name: string, expr: Scalar): RelColumn {
    const plain = expr.kind === 'column' && !this.sets ? this.inputColumns.get(expr.column) : undefined;
    const column = plain ?? this.converter.analysis.column(name, expr.type);
    if (plain === undefined) this.computed.push({ column, expr });
    if (!this.groups.some((group) => group.id === column.id)) this.groups.push(column);
    return column;
  }

  private columnOf(sortGroupReference: number): ColumnId {
    const column = this.byReference.get(sortGroupReference);
    assert(column !== undefined, `grouping sets refer to entry ${sortGroupReference}`);
    return column.id;
  }

  private call(node: TreeNode): AggregateCall {
    const { analysis, expressions } = this.converter;
    const fn = analysis.lookup.function(integer(node, 'aggfnoid'));
    const own: ExpressionContext = { ...this.context, clause: `aggregate ${fn.name}` };
    const context = below(own, integer(node, 'agglevelsup'));
    const entries = nodes(node, 'args').map((entry) => ({
      expr: expressions.convert(child(entry, 'expr'), context),
      junk: flag(entry, 'resjunk'),
      sortReference: integer(entry, 'ressortgroupref'),
    }));
    const distinct = nodes(node, 'aggdistinct');
    for (const clause of distinct) requireDefaultEquality(analysis, clause, `DISTINCT in ${fn.name}`);
    const orderBy = nodes(node, 'aggorder').map((clause) => {
      const entry = entries.find(({ sortReference }) => sortReference === integer(clause, 'tleSortGroupRef'));
      assert(entry !== undefined, 'ORDER BY of an aggregate refers to nothing');
      return { expr: entry.expr, ...sortKey(analysis, clause, entry.expr.type) };
    });
    const isOrderedSet = text(node, 'aggkind') !== 'n';
    const direct = expressions.all(nodes(node, 'aggdirectargs'), context);
    // They read the groups, which a set may leave out, and not the rows.
    if (this.sets && direct.some((expr) => columnsIn(expr).size > 0))
      throw analysis.unsupported(`group columns as direct arguments of ${fn.name} with grouping sets`, node);
    const filter = optionalChild(node, 'aggfilter');
    const call: AggregateCall = {
      fn,
      // What WITHIN GROUP sorts is not an argument beside.
      args: isOrderedSet ? [] : entries.filter((entry) => !entry.junk).map((entry) => entry.expr),
      distinct: distinct.length > 0,
      filter: filter && expressions.convert(filter, context),
      orderBy,
      inputCollation: analysis.collation(integer(node, 'inputcollid')),
      type: analysis.type(integer(node, 'aggtype'), -1, integer(node, 'aggcollid')),
      location: analysis.location(node),
      ...(isOrderedSet ? { direct } : {}),
      ...(flag(node, 'aggvariadic') ? { variadic: true } : {}),
    };
    return rowTypeOfCall(call, call.args);
  }
}

/** How `context` is seen from subqueries so many levels below, which name nothing of their own. */
function below(context: ExpressionContext, levels: number): ExpressionContext {
  let inner = context;
  for (let level = 0; level < levels; level++) inner = { ...context, scope: { entries: [], ctes: new Map(), parent: inner } };
  return inner;
}
