/**
 * What inlined-functions.ts left in place of calls: a query in FROM, whose rows are the function's, numbered for WITH
 * ORDINALITY and ROWS FROM; or a scalar subquery.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import { sqlType } from '../../core/sql-type.ts';
import { freeColumns, volatileIn } from './free-columns.ts';
import { firstRow } from './inlined-functions.ts';
import type { ConvertedQuery, QueryConverter } from './query-converter.ts';
import { joinedByNumber, losesOrder, numberedRows } from './row-numbers.ts';
import type { ExpressionContext } from './scope.ts';
import { ONE_ROW } from './set-returning.ts';
import { convertSublink } from './sublinks.ts';
import { child, flag, integer, integers, SUBLINK_EXPRESSION } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

export const isInlined = (node: TreeNode): boolean => node.tag === 'INLINEDFUNCTION';

/** What an entry of FROM is converted to. */
export interface RangeRows {
  readonly rel: Rel;
  readonly columns: readonly RelColumn[];
}

/** One row of NULLs where a function that returns no set has no row. */
const LIMIT_ONE: Scalar = { kind: 'const', value: 1n, type: sqlType('int8') };

/** A call in FROM. `types`: those of a column definition list. */
export function inlinedRows(
  converter: QueryConverter,
  node: TreeNode,
  types: readonly number[] | null,
  context: ExpressionContext,
): RangeRows {
  const { analysis } = converter;
  const select = child(node, 'subselect');
  requireStableArguments(converter, node);
  const query = converter.query(select, { ...context, clause: 'FROM' });
  requireTypes(converter, node, query, types ?? integers(node, 'coltypes'));
  if (freeColumns(query.rel).size > 0 && volatileIn(select, analysis.lookup))
    throw analysis.unsupported(`volatile function in function ${nameOf(converter, node)}`);
  if (flag(node, 'funcretset')) return query;
  const limited: Rel = { kind: 'limit', input: query.rel, limit: LIMIT_ONE, offset: null };
  return { rel: { kind: 'join', type: 'left', left: ONE_ROW, right: limited, on: [] }, columns: query.columns };
}

/** Several functions side by side, or one with a number for each row. */
export function inLockstep(converter: QueryConverter, functions: readonly RangeRows[], ordinality: RelColumn | null): RangeRows {
  for (const { rel } of functions) {
    if (freeColumns(rel).size > 0 && losesOrder(rel))
      throw converter.analysis.unsupported(
        'WITH ORDINALITY or ROWS FROM of a function whose ordered query depends on other rows',
      );
  }
  const [first, ...others] = functions.map(({ rel, columns }) => numberedRows(converter.analysis, rel, columns));
  assert(first !== undefined, 'no function in FROM');
  const joined = others.reduce((left, right) => joinedByNumber(converter.analysis, left, right), first);
  const reference: Scalar = { kind: 'column', column: joined.number.id, type: joined.number.type };
  const items = joined.columns.map((column) => ({
    column,
    expr: { kind: 'column', column: column.id, type: column.type } as const,
  }));
  const number = ordinality ? [{ column: ordinality, expr: reference }] : [];
  const key = { column: joined.number.id, type: joined.number.type, descending: false, nullsFirst: false };
  const rel: Rel = { kind: 'sort', input: joined.rel, keys: [key] };
  return {
    rel: { kind: 'project', input: rel, items: [...items, ...number] },
    columns: ordinality ? [...joined.columns, ordinality] : joined.columns,
  };
}

/** A call in an expression. */
export function convertInlinedCall(converter: QueryConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const name = nameOf(converter, node);
  if (flag(node, 'funcretset')) throw analysis.unsupported(`set-returning function ${name} in ${context.clause}`, node);
  requireStableArguments(converter, node);
  const select = child(node, 'subselect');
  const [type, ...more] = integers(node, 'coltypes');
  const one = firstRow(select);
  if (one === null || type === undefined || more.length > 0 || volatileIn(select, analysis.lookup))
    throw analysis.unsupported(`function ${name}, whose query reads federated tables,`, node);
  const sublink: TreeNode = { ...node, tag: 'SUBLINK', subLinkType: SUBLINK_EXPRESSION, testexpr: null, subselect: one };
  const value = convertSublink(converter, sublink, context);
  if (value.type.oid !== analysis.lookup.type(type).oid) throw otherTypes(converter, node);
  return value;
}

const nameOf = ({ analysis }: QueryConverter, node: TreeNode): string =>
  analysis.lookup.function(integer(node, 'inlinedfuncid')).name;

/** PostgreSQL evaluates an argument once for each call. */
function requireStableArguments(converter: QueryConverter, node: TreeNode): void {
  if (volatileIn(node['args']!, converter.analysis.lookup))
    throw converter.analysis.unsupported(`volatile argument of function ${nameOf(converter, node)}`, node);
}

function requireTypes(converter: QueryConverter, node: TreeNode, query: ConvertedQuery, types: readonly number[]): void {
  const same = query.columns.every((column, i) => {
    const expected = types[i];
    // A row type that has lost a column (0) numbers the others otherwise than its query does.
    return expected !== undefined && expected > 0 && column.type.oid === converter.analysis.lookup.type(expected).oid;
  });
  if (!same || types.length !== query.columns.length) throw otherTypes(converter, node);
}

const otherTypes = (converter: QueryConverter, node: TreeNode): Error =>
  converter.analysis.unsupported(
    `function ${nameOf(converter, node)}, whose query gives columns of other types than it returns,`,
    node,
  );
