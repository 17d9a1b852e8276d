/**
 * Types of row values. The catalog knows a named row type's fields, and of `record` nothing: a row value's own type, of kind
 * `composite`, says what it is made of. Where a row goes, that type must go with it; a place that would forget it is refused.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { relInputs, relScalars, scalarParts } from '../../algebra/transform.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import type { CompositeField, SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';

export const rowType = (type: SqlType, fields: readonly CompositeField[]): SqlType => ({ ...type, kind: 'composite', fields });

const sameFields = (a: SqlType, b: SqlType): boolean =>
  a.fields!.length === b.fields!.length &&
  a.fields!.every((field, i) => {
    const other = b.fields![i]!;
    return field.name === other.name && field.type.oid === other.type.oid && field.type.kind === other.type.kind;
  });

/** What COALESCE or CASE gives when rows are among what it chooses from; undefined: none are. */
export function rowTypeAmong(analysis: Analysis, type: SqlType, parts: readonly Scalar[]): SqlType | undefined {
  const rows = parts.filter((part) => part.type.kind === 'composite').map((part) => part.type);
  if (rows.length === 0) return undefined;
  const isNull = (part: Scalar): boolean => part.kind === 'const' && part.value === null;
  const all = parts.every((part) => part.type.kind === 'composite' || isNull(part));
  if (!all || !rows.every((row) => row.oid === type.oid && sameFields(row, rows[0]!)))
    throw analysis.unsupported('choice among rows of several kinds');
  return rows[0]!;
}

/** Refuses a tree in which a row value takes a type that does not know its fields. */
export function requireRowTypes(rel: Rel): void {
  for (const input of relInputs(rel)) requireRowTypes(input);
  for (const expr of relScalars(rel)) requireInScalar(expr);
  const isKept = (column: RelColumn, type: SqlType): boolean =>
    (column.type.kind === 'composite') === (type.kind === 'composite');
  const require = (column: RelColumn, type: SqlType, where: string): void => {
    if (!isKept(column, type)) throw featureNotSupported(`row value in ${where}`);
  };
  switch (rel.kind) {
    case 'project':
      for (const { column, expr } of rel.items) require(column, expr.type, 'a select list');
      break;
    case 'aggregate':
      for (const { call } of rel.aggregates) requireResult(call.fn.name, call.type, call.args);
      break;
    case 'window':
      for (const { call } of rel.functions) requireResult(call.fn.name, call.type, call.args);
      break;
    case 'projectset':
      for (const { call } of rel.functions) requireResult('a function in FROM', call.type, scalarParts(call));
      break;
    case 'values':
      for (const row of rel.rows) rel.columns.forEach((column, i) => require(column, row[i]!.type, 'VALUES'));
      break;
    case 'setop':
    case 'recursive': {
      const [first, second] = relInputs(rel).map(outputColumns);
      outputColumns(rel).forEach((column, i) => {
        require(column, first![i]!.type, 'a set operation');
        require(column, second![i]!.type, 'a set operation');
        if (column.type.kind === 'composite' && !sameFields(first![i]!.type, second![i]!.type))
          throw featureNotSupported('rows of several kinds in a set operation');
      });
      break;
    }
    default:
      break;
  }
}

function requireInScalar(expr: Scalar): void {
  const parts = scalarParts(expr);
  parts.forEach(requireInScalar);
  if (expr.kind === 'subquery') requireRowTypes(expr.rel);
  if (expr.kind === 'row' || expr.kind === 'field') return;
  if (expr.kind === 'array' && parts.some((part) => part.type.kind === 'composite')) throw featureNotSupported('array of rows');
  requireResult(expr.kind === 'call' ? expr.fn.name : expr.kind, expr.type, parts);
}

/** A result of the type of one of the arguments must be a row like it. */
function requireResult(name: string, type: SqlType, args: readonly Scalar[]): void {
  if (type.kind === 'composite') return;
  if (args.some((arg) => arg.type.kind === 'composite' && arg.type.oid === type.oid))
    throw featureNotSupported(`row value as result of ${name}`);
}
