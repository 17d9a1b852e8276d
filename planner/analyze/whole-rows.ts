/**
 * A table named as a value (`SELECT t FROM t`, `to_jsonb(t)`, `count(t)`): a row value of its columns. Where an outer join
 * found no row, it is NULL and not a row of NULLs; to tell them apart, such statements read a column `present` with every
 * row, which is NULL exactly there.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { RowScalar, Scalar } from '../../algebra/scalar.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { CompositeField } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import type { ExpressionConverter } from './expressions.ts';
import { rowType } from './row-types.ts';
import type { ExpressionContext, QueryScope } from './scope.ts';
import { visitTree } from './statement-oids.ts';
import { integer, integers } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

const BOOL = sqlType('bool');

const isNullable = (node: TreeNode): boolean => integers(node, 'varnullingrels').length > 0;

/** Whether a statement reads a row whole that an outer join may lack. */
export function readsNullableRows(tree: TreeValue): boolean {
  let found = false;
  visitTree(tree, (node) => {
    if (node.tag === 'VAR' && node['varattno'] === 0 && isNullable(node)) found = true;
  });
  return found;
}

/** The relation with a column `present`, if the statement may ask for it. */
export function markPresent(analysis: Analysis, rel: Rel): { readonly rel: Rel; readonly present: RelColumn | undefined } {
  if (!analysis.nullableRows) return { rel, present: undefined };
  const present = analysis.column('present', BOOL);
  const items = outputColumns(rel).map((column) => ({ column, expr: reference(column) }));
  const mark: Scalar = { kind: 'const', value: true, type: BOOL };
  return { rel: { kind: 'project', input: rel, items: [...items, { column: present, expr: mark }] }, present };
}

type Entry = Exclude<NonNullable<QueryScope['entries'][number]>, { readonly kind: 'group' }>;

export function wholeRow(converter: ExpressionConverter, node: TreeNode, entry: Entry, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const located = (column: RelColumn): Scalar => {
    const read = { ...reference(column), location: analysis.location(node) };
    return context.grouped === null ? read : context.grouped.dependent(read);
  };
  const known = analysis.lookup.type(integer(node, 'vartype'));
  const fields: CompositeField[] = [];
  const values: Scalar[] = [];
  const add = (value: Scalar, name: string): void => {
    const declared = known.fields?.[values.length];
    fields.push(declared ? { ...declared, type: value.type } : { name, type: value.type });
    values.push(value);
  };
  const names = entry.columnNames ?? [];
  if (entry.kind === 'join') entry.aliases.forEach((alias, i) => add(converter.convert(alias, context), names[i] ?? ''));
  else entry.columns.forEach((column, i) => column && add(located(column), names[i] ?? column.name));
  if (known.fields !== undefined && known.fields.length !== values.length)
    throw analysis.unsupported('whole-row reference to a table whose columns have changed', node);
  const type = rowType(known, fields);
  const row: RowScalar = {
    kind: 'row',
    fields: values,
    names: fields.map((field) => field.name),
    type,
    location: analysis.location(node),
  };
  if (!isNullable(node)) return row;
  if (entry.kind === 'join' || entry.present === undefined)
    throw analysis.unsupported('whole-row reference to a join within an outer join', node);
  const when: Scalar = { kind: 'nulltest', arg: located(entry.present), negated: true, type: BOOL };
  return { kind: 'case', branches: [{ when, then: row }], otherwise: { kind: 'const', value: null, type }, type };
}

const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });
