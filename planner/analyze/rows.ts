/**
 * ROW(…), (row).field, row IS [NOT] NULL → Scalar. A field of a row that is built right there is its expression; a row is
 * NULL to IS NULL when all its fields are, and not NULL to IS NOT NULL when none is (nested rows count as values).
 */
import type { RowScalar, Scalar } from '../../algebra/scalar.ts';
import { isVolatile } from '../../algebra/transform.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { ExpressionConverter } from './expressions.ts';
import { rowType } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import { child, integer, nodes, strings } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

const BOOL = sqlType('bool');

export function convertRow(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const values = converter.all(nodes(node, 'args'), context);
  const type = analysis.type(integer(node, 'row_typeid'), -1, 0);
  if (type.fields !== undefined && type.fields.length !== values.length)
    throw analysis.unsupported(`row of type ${type.name}, whose columns have changed`, node);
  const given = strings(node, 'colnames');
  const names = values.map((_, i) => type.fields?.[i]?.name ?? given[i] ?? `f${i + 1}`);
  const fields = values.map((value, i) => ({ ...type.fields?.[i], name: names[i]!, type: value.type }));
  return { kind: 'row', fields: values, names, type: rowType(type, fields), location: analysis.location(node) };
}

export function convertField(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const arg = converter.convert(child(node, 'arg'), context);
  const { fields } = arg.type;
  const number = integer(node, 'fieldnum');
  const place = fields?.findIndex((field, i) => (field.attribute ?? i + 1) === number) ?? -1;
  if (fields === undefined || place < 0) throw analysis.unsupported(`field of a value of type ${arg.type.name}`, node);
  return fieldOf(arg, place);
}

export function convertRowNullTest(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const arg = converter.convert(child(node, 'arg'), context);
  const location = analysis.location(node);
  const negated = integer(node, 'nulltesttype') === 1;
  if (arg.type.fields === undefined) throw analysis.unsupported(`IS NULL of a value of type ${arg.type.name}`, node);
  if (arg.kind !== 'row' && isVolatile(arg)) throw analysis.unsupported('IS NULL of a volatile row', node);
  const tests = arg.type.fields.map((_, i): Scalar => ({
    kind: 'nulltest',
    arg: fieldOf(arg, i),
    negated,
    type: BOOL,
    location,
  }));
  if (tests.length > 0) return tests.length === 1 ? tests[0]! : { kind: 'and', args: tests, type: BOOL, location };
  return { kind: 'nulltest', arg, negated, type: BOOL, location };
}

/** The row of a CASE that gives NULL where the row's first field is NULL: set-returning.ts makes such, with no other field set there. */
function pairOf(row: Scalar): RowScalar | undefined {
  if (row.kind !== 'case' || row.branches.length !== 1 || row.otherwise.kind !== 'const') return undefined;
  const { when, then } = row.branches[0]!;
  return then.kind === 'row' && when.kind === 'nulltest' && when.negated && when.arg === then.fields[0] ? then : undefined;
}

function fieldOf(row: Scalar, place: number): Scalar {
  if (row.kind === 'row') return row.fields[place]!;
  const pair = pairOf(row);
  if (pair !== undefined) return pair.fields[place]!;
  const { name, type } = row.type.fields![place]!;
  return { kind: 'field', arg: row, place, name, type, location: row.location };
}
