/**
 * Functions in FROM → a ProjectSet over one row: f(x), ROWS FROM (…), WITH ORDINALITY. Whether the arguments read the rows
 * beside it (LATERAL) is for the join above to see. A function that returns no set gives one row.
 */
import type { ProjectSet } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { convertPlainCall } from './calls.ts';
import { inLockstep, inlinedRows, isInlined } from './inlined-calls.ts';
import type { RangeRows } from './inlined-calls.ts';
import type { QueryConverter } from './query-converter.ts';
import type { ExpressionContext } from './scope.ts';
import { isComposite, ONE_ROW, PAIR_COLUMNS } from './set-returning.ts';
import { child, flag, integer, integers, nodes, strings } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

export function convertRangeFunction(
  converter: QueryConverter,
  range: TreeNode,
  name: string,
  context: ExpressionContext,
): RangeRows {
  const { analysis } = converter;
  const names = strings(child(range, 'eref'), 'colnames');
  const inFrom: ExpressionContext = { ...context, clause: 'a function in FROM' };
  const items = nodes(range, 'functions');
  if (items.some((item) => isInlined(child(item, 'funcexpr')))) return withInlined(converter, range, items, name, inFrom);
  let position = 0;
  const functions = items.map((item): ProjectSet['functions'][number] => {
    const node = child(item, 'funcexpr');
    const definition = strings(item, 'funccolnames');
    if (definition.length > 0) {
      const { call, types } = definedCall(converter, item, node, inFrom);
      return { call, columns: types.map((type) => analysis.column(names[position++] ?? name, type)), definition };
    }
    const call =
      node.tag === 'FUNCEXPR' && flag(node, 'funcretset')
        ? convertPlainCall(converter.expressions, node, analysis.lookup.function(integer(node, 'funcid')), inFrom)
        : converter.expressions.convert(node, inFrom);
    const types =
      isComposite(call) && call.kind === 'call' ? (call.fn.resultColumns ?? PAIR_COLUMNS[call.fn.signature]) : [call.type];
    if (types?.length !== integer(item, 'funccolcount')) throw analysis.unsupported(`function that returns rows ("${name}")`);
    return { call, columns: types.map((type) => analysis.column(names[position++] ?? name, type)) };
  });
  const columns = functions.flatMap((item) => item.columns);
  const ordinality = flag(range, 'funcordinality') ? analysis.column(names[position] ?? 'ordinality', sqlType('int8')) : null;
  if (ordinality) columns.push(ordinality);
  assert(columns.length === names.length, `"${name}" has ${names.length} columns`);
  return { rel: { kind: 'projectset', input: ONE_ROW, functions, ordinality }, columns };
}

/** Some are queries by now: then each of them is a relation. */
function withInlined(
  converter: QueryConverter,
  range: TreeNode,
  items: readonly TreeNode[],
  name: string,
  context: ExpressionContext,
): RangeRows {
  const { analysis } = converter;
  const parts = items.map((item): RangeRows => {
    const node = child(item, 'funcexpr');
    const isDefined = strings(item, 'funccolnames').length > 0;
    if (isInlined(node)) return inlinedRows(converter, node, isDefined ? integers(item, 'funccoltypes') : null, context);
    const count = integer(item, 'funccolcount');
    const names = Array.from({ length: count }, (_, i) => `column${i + 1}`);
    const alone = { ...range, functions: [item], funcordinality: false, eref: { ...child(range, 'eref'), colnames: names } };
    return convertRangeFunction(converter, alone, name, context);
  });
  const isNumbered = flag(range, 'funcordinality');
  if (parts.length === 1 && !isNumbered) return parts[0]!;
  return inLockstep(converter, parts, isNumbered ? analysis.column('ordinality', sqlType('int8')) : null);
}

/** A call with a column definition list. One row counts as a set of rows: only a site with PostgreSQL's grammar takes both. */
function definedCall(
  { analysis, expressions }: QueryConverter,
  item: TreeNode,
  node: TreeNode,
  context: ExpressionContext,
): { readonly call: Scalar; readonly types: readonly SqlType[] } {
  if (node.tag !== 'FUNCEXPR') throw analysis.unsupported('column definition list of what is no function', node);
  const call = convertPlainCall(expressions, node, analysis.lookup.function(integer(node, 'funcid')), context);
  assert(call.kind === 'call', 'a function with a column definition list is called');
  const typmods = integers(item, 'funccoltypmods');
  const collations = integers(item, 'funccolcollations');
  const types = integers(item, 'funccoltypes').map((oid, i) => analysis.type(oid, typmods[i]!, collations[i]!));
  return { call: { ...call, fn: { ...call.fn, returnsSet: true } }, types };
}
