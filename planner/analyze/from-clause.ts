/**
 * FROM → Rel: tables, functions, subqueries and views, VALUES, references to WITH queries, and joins of every type. Entries of the range
 * table are converted when the join tree refers to them, so that entries nobody reads cost nothing. Row-security policies
 * and security-barrier views end in a Fence: nothing from above may run before them.
 */
import type { Join, Rel, RelColumn, ScanColumn } from '../../algebra/rel.ts';
import { CATALOG_SITE, outputColumns } from '../../algebra/rel.ts';
import { assert, unreachable } from '../../core/assert.ts';
import type { Analysis } from './analysis.ts';
import { staleRelation } from '../../core/sql-error.ts';
import { convertCteReference } from './common-table-expressions.ts';
import { freeColumns, volatileIn } from './free-columns.ts';
import { PendingJoins } from './pending-joins.ts';
import { applyPredicate } from './predicates.ts';
import type { QueryConverter } from './query-converter.ts';
import { convertRangeFunction } from './range-functions.ts';
import { markPresent } from './whole-rows.ts';
import { ONE_ROW } from './set-returning.ts';
import { rowTypeFrom } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import { convertTableFunction } from './table-functions.ts';
import { convertTableSample } from './table-sample.ts';
import {
  asNode,
  child,
  flag,
  integer,
  integers,
  JOIN_TYPES,
  list,
  nodes,
  optionalChild,
  RANGE_CTE,
  RANGE_FUNCTION,
  RANGE_GROUP,
  RANGE_JOIN,
  RANGE_NAMED_TUPLES,
  RANGE_RELATION,
  RANGE_SUBQUERY,
  RANGE_TABLE_FUNCTION,
  RANGE_VALUES,
  strings,
  text,
} from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

export function convertFromClause(
  converter: QueryConverter,
  query: TreeNode,
  jointree: TreeNode,
  context: ExpressionContext,
): Rel {
  const ranges = nodes(query, 'rtable');
  ranges.forEach((range, index) => {
    if (integer(range, 'rtekind') === RANGE_GROUP) {
      context.scope.entries[index] = { kind: 'group', expressions: nodes(range, 'groupexprs') };
    }
  });
  const items = nodes(jointree, 'fromlist').map((item) => fromItem(converter, ranges, item, context));
  return items.length === 0
    ? ONE_ROW
    : items.reduce((left, right) => asLateral({ kind: 'join', type: 'inner', left, right, on: [] }));
}

/** Marks a join whose right side reads columns of its left. */
function asLateral(join: Join): Join {
  const free = freeColumns(join.right);
  return outputColumns(join.left).some((column) => free.has(column.id)) ? { ...join, lateral: true } : join;
}

function fromItem(converter: QueryConverter, ranges: readonly TreeNode[], item: TreeNode, context: ExpressionContext): Rel {
  const { analysis } = converter;
  if (item.tag === 'RANGETBLREF') {
    const index = integer(item, 'rtindex');
    return convertRange(converter, asNode(ranges[index - 1], 'rtable'), index, context);
  }
  assert(item.tag === 'JOINEXPR', `FROM holds ${item.tag}`);
  analysis.enter();
  const left = fromItem(converter, ranges, child(item, 'larg'), context);
  const right = fromItem(converter, ranges, child(item, 'rarg'), context);
  analysis.leave();
  const type = JOIN_TYPES[integer(item, 'jointype')];
  assert(type !== undefined, `join of type ${integer(item, 'jointype')}`);
  const index = integer(item, 'rtindex');
  if (index > 0) {
    const range = asNode(ranges[index - 1], 'rtable');
    const columnNames = strings(child(range, 'eref'), 'colnames');
    context.scope.entries[index - 1] = { kind: 'join', aliases: nodes(range, 'joinaliasvars'), columnNames };
  }
  const join = asLateral({ kind: 'join', type, left, right, on: [] });
  const quals = optionalChild(item, 'quals');
  if (quals === null) return join;
  const inCondition: ExpressionContext = { ...context, clause: 'a JOIN condition' };
  const joins = new PendingJoins();
  const condition = converter.expressions.convert(quals, { ...inCondition, subqueryJoins: joins });
  if (joins.isEmpty) return { ...join, on: condition.kind === 'and' ? condition.args : [condition] };
  // Subqueries are joined before the condition can be tested: below it, for each pair of rows.
  switch (type) {
    case 'inner':
      return applyPredicate(converter, join, quals, inCondition);
    case 'left':
      return asLateral({ ...join, right: applyPredicate(converter, right, quals, inCondition) });
    case 'right':
      return asLateral({ ...join, type: 'left', left: right, right: applyPredicate(converter, left, quals, inCondition) });
    case 'full':
      throw analysis.unsupported('correlated subquery in the condition of a FULL JOIN', item);
    default:
      return unreachable(type);
  }
}

/** One range table entry; its columns become resolvable as entry `index` (1-based) of the scope. */
export function convertRange(converter: QueryConverter, range: TreeNode, index: number, context: ExpressionContext): Rel {
  const name = text(child(range, 'eref'), 'aliasname');
  const { rel: plain, ...named } = rangeRel(converter, range, name, context);
  const columnNames = strings(child(range, 'eref'), 'colnames');
  const { rel, present } = markPresent(converter.analysis, plain);
  context.scope.entries[index - 1] = { kind: 'columns', name, ...named, columnNames, present };
  const quals = nodes(range, 'securityQuals');
  // The session's own backend applies the policies of its own tables.
  if (quals.length === 0 || (rel.kind === 'scan' && rel.table.site === CATALOG_SITE)) return rel;
  const filtered = quals.reduce((input, qual) => {
    return applyPredicate(converter, input, qual, { ...context, clause: 'a row-security policy' });
  }, rel);
  return { kind: 'fence', input: filtered, reason: `row-level security on ${name}` };
}

interface RangeRel {
  readonly rel: Rel;
  readonly columns: readonly (RelColumn | undefined)[];
  /** By attribute number. */
  readonly systemColumns?: ReadonlyMap<number, RelColumn>;
}

function rangeRel(converter: QueryConverter, range: TreeNode, name: string, context: ExpressionContext): RangeRel {
  const { analysis } = converter;
  const kind = integer(range, 'rtekind');
  switch (kind) {
    case RANGE_RELATION:
      return scan(converter, range, name, context);
    case RANGE_SUBQUERY: {
      const { rel, columns } = converter.query(child(range, 'subquery'), { ...context, clause: 'FROM' });
      if (freeColumns(rel).size > 0 && volatileIn(child(range, 'subquery'), analysis.lookup)) {
        throw analysis.unsupported(`volatile function in LATERAL subquery "${name}"`);
      }
      if (flag(range, 'security_barrier'))
        return { rel: { kind: 'fence', input: rel, reason: `security_barrier view ${name}` }, columns };
      return { rel: selectsVolatile(analysis, child(range, 'subquery')) ? keptApart(rel, name) : rel, columns };
    }
    case RANGE_VALUES:
      return values(converter, range, context);
    case RANGE_CTE:
      return convertCteReference(converter, range, context);
    case RANGE_FUNCTION:
      return convertRangeFunction(converter, range, name, context);
    case RANGE_TABLE_FUNCTION:
      return convertTableFunction(converter, range, context);
    case RANGE_NAMED_TUPLES:
      throw analysis.unsupported(`transition table "${name}"`);
    case RANGE_JOIN:
    default:
      throw analysis.unsupported(`range table entry of kind ${kind} ("${name}")`);
  }
}

/** PostgreSQL never makes such a subquery part of the query around it: the rows it is computed for would not be the same. */
const selectsVolatile = (analysis: Analysis, subquery: TreeNode): boolean =>
  volatileIn(subquery['targetList'] ?? null, analysis.lookup);
const keptApart = (input: Rel, name: string): Rel => ({
  kind: 'fence',
  input,
  reason: `${name} calls something volatile`,
  admitsFilters: true,
});

function scan(converter: QueryConverter, range: TreeNode, name: string, context: ExpressionContext): RangeRel {
  const { analysis } = converter;
  const mirror = analysis.lookup.mirror(integer(range, 'relid'));
  if (mirror === undefined) throw analysis.unsupported(`relation "${name}" of the catalog in a query with federated tables`);
  if (mirror.stale !== undefined)
    throw staleRelation(mirror.table.site, `${mirror.table.schema}.${mirror.table.name}`, mirror.stale);
  const sample = convertTableSample(converter, range, name, context);
  const columns = mirror.columns.map((column): ScanColumn | undefined =>
    column === undefined
      ? undefined
      : { ...analysis.column(column.name, column.type, column.notNull), sourceName: column.sourceName },
  );
  const present = columns.filter((column) => column !== undefined);
  const system = analysis.systemColumns.map(({ attribute, name, typeOid }) => {
    const column: ScanColumn = { ...analysis.column(name, analysis.lookup.type(typeOid)), sourceName: name };
    return [attribute, column] as const;
  });
  return {
    rel: {
      kind: 'scan',
      table: mirror.table,
      columns: [...present, ...system.map(([, column]) => column)],
      ...(flag(range, 'inh') ? {} : { only: true }),
      ...(sample ? { sample } : {}),
    },
    columns,
    systemColumns: new Map(system),
  };
}

function values(converter: QueryConverter, range: TreeNode, context: ExpressionContext): RangeRel {
  const { analysis } = converter;
  const types = integers(range, 'coltypes');
  const typmods = integers(range, 'coltypmods');
  const collations = integers(range, 'colcollations');
  const names = strings(child(range, 'eref'), 'colnames');
  const lists = list(range, 'values_lists');
  // Subqueries that read outer rows are joined below the one row.
  const joins = lists.length === 1 ? new PendingJoins() : null;
  const rows = lists.map((row) => {
    assert(row === null || Array.isArray(row), 'a row of VALUES is a list');
    // Of a relation without columns, `VALUES (n.*)` is a row of nothing.
    const items = ((row ?? []) as readonly TreeValue[]).map((item) => asNode(item, 'VALUES'));
    return converter.expressions.all(items, { ...context, clause: 'VALUES', subqueryJoins: joins });
  });
  const columns = types.map((oid, i) => {
    const type = rowTypeFrom(
      analysis.type(oid, typmods[i]!, collations[i]!),
      rows.map((row) => row[i]!.type),
    );
    return analysis.column(names[i] ?? '', type);
  });
  if (joins === null || joins.isEmpty) return { rel: { kind: 'values', columns, rows }, columns };
  const items = columns.map((column, i) => ({ column, expr: rows[0]![i]! }));
  return { rel: { kind: 'project', input: joins.apply(ONE_ROW), items }, columns };
}
