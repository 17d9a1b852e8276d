/**
 * GROUP BY and aggregate calls. Expressions above are converted against this: groups and calls are handed out as columns
 * while the select list and HAVING are converted, and build() makes the Aggregate that computes them:
 *
 *   Aggregate [groups] [calls]
 *   └─ Project  every input column, grouping expressions that are not plain columns     (only if there are such)
 *      └─ input
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import { PendingJoins } from './pending-joins.ts';
import type { QueryConverter } from './query-converter.ts';
import type { ExpressionContext, GroupedColumns } from './scope.ts';
import { requireDefaultEquality, sortKey } from './sorting.ts';
import { child, flag, integer, list, nodes, optionalChild, RANGE_GROUP, strings, text } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

export const isGrouped = (query: TreeNode): boolean =>
  flag(query, 'hasAggs') || list(query, 'groupClause').length > 0 || query['havingQual'] !== null;

const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

export class Grouping implements GroupedColumns {
  private readonly converter: QueryConverter;
  private readonly input: Rel;
  private readonly inputColumns: ReadonlyMap<ColumnId, RelColumn>;
  private readonly context: ExpressionContext;
  private readonly joins = new PendingJoins();
  /** By grouping expression. */
  private readonly expressions: readonly RelColumn[];
  private readonly computed: { readonly column: RelColumn; readonly expr: Scalar }[] = [];
  private readonly groups: RelColumn[] = [];
  private readonly calls = new Map<string, { readonly column: RelColumn; readonly call: AggregateCall }>();

  constructor(converter: QueryConverter, query: TreeNode, input: Rel, context: ExpressionContext) {
    this.converter = converter;
    this.input = input;
    this.inputColumns = new Map(outputColumns(input).map((column) => [column.id, column]));
    this.context = { ...context, clause: 'GROUP BY or an aggregate', subqueryJoins: this.joins };
    for (const clause of nodes(query, 'groupClause')) requireDefaultEquality(converter.analysis, clause, 'GROUP BY');
    const entry = nodes(query, 'rtable').find((range) => integer(range, 'rtekind') === RANGE_GROUP);
    const names = entry ? strings(child(entry, 'eref'), 'colnames') : [];
    this.expressions = (entry ? nodes(entry, 'groupexprs') : []).map((node, index) =>
      this.groupColumn(names[index] ?? '', converter.expressions.convert(node, this.context)),
    );
  }

  group(index: number): Scalar {
    const column = this.expressions[index];
    assert(column !== undefined, `grouping expression ${index + 1} is missing`);
    return reference(column);
  }

  /** PostgreSQL proved that the groups determine it: grouping by it as well changes nothing. */
  dependent(column: Scalar): Scalar {
    assert(column.kind === 'column', 'a grouped reference is a column');
    const input = this.inputColumns.get(column.column);
    assert(input !== undefined, `column ${column.column} is not an input of the aggregation`);
    if (!this.groups.some((group) => group.id === input.id)) this.groups.push(input);
    return column;
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

  build(): Rel {
    let rel = this.joins.apply(this.input);
    if (this.computed.length > 0) {
      const passed = outputColumns(rel).map((column) => ({ column, expr: reference(column) }));
      rel = { kind: 'project', input: rel, items: [...passed, ...this.computed] };
    }
    return { kind: 'aggregate', input: rel, groups: this.groups, aggregates: [...this.calls.values()] };
  }

  private groupColumn(name: string, expr: Scalar): RelColumn {
    const plain = expr.kind === 'column' ? this.inputColumns.get(expr.column) : undefined;
    const column = plain ?? this.converter.analysis.column(name, expr.type);
    if (plain === undefined) this.computed.push({ column, expr });
    if (!this.groups.some((group) => group.id === column.id)) this.groups.push(column);
    return column;
  }

  private call(node: TreeNode): AggregateCall {
    const { analysis, expressions } = this.converter;
    const fn = analysis.lookup.function(integer(node, 'aggfnoid'));
    if (text(node, 'aggkind') !== 'n') throw analysis.unsupported(`ordered-set aggregate ${fn.name}`, node);
    if (flag(node, 'aggvariadic')) throw analysis.unsupported(`VARIADIC argument of aggregate ${fn.name}`, node);
    const context: ExpressionContext = { ...this.context, clause: `aggregate ${fn.name}` };
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
    const filter = optionalChild(node, 'aggfilter');
    return {
      fn,
      args: entries.filter((entry) => !entry.junk).map((entry) => entry.expr),
      distinct: distinct.length > 0,
      filter: filter && expressions.convert(filter, context),
      orderBy,
      inputCollation: analysis.collation(integer(node, 'inputcollid')),
      type: analysis.type(integer(node, 'aggtype'), -1, integer(node, 'aggcollid')),
      location: analysis.location(node),
    };
  }
}

const withoutLocation = (field: string, value: TreeValue): unknown =>
  field === 'location' || field === 'list_start' || field === 'list_end' ? undefined : value;
