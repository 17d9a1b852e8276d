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

/** OIDs of `record` and `record[]`: of functions and subqueries, in which no statement names them. */
export const RECORD_TYPE = 2249;
export const RECORD_ARRAY_TYPE = 2287;

export const rowType = (type: SqlType, fields: readonly CompositeField[]): SqlType => ({ ...type, kind: 'composite', fields });

const sameFields = (a: SqlType, b: SqlType): boolean =>
  a.fields!.length === b.fields!.length &&
  a.fields!.every((field, i) => {
    const other = b.fields![i]!;
    return field.name === other.name && field.type.oid === other.type.oid && field.type.kind === other.type.kind;
  });

/** The row type that values of a type are made of: the type itself, or an array's element. */
const rowOf = (type: SqlType): SqlType | undefined => [type, type.element].find((part) => part?.kind === 'composite');

/**
 * What a call or an operation gives whose type PostgreSQL calls a row or an array of rows, and which is made of `parts`: the
 * columns of their rows. Rows of several kinds tell nothing, and requireRowTypes refuses what is left without columns.
 */
export function rowTypeFrom(type: SqlType, parts: readonly SqlType[]): SqlType {
  const named = type.element ?? type;
  if (named.kind !== 'opaque') return type;
  const concerned = parts.filter((part) => (part.element ?? part).oid === named.oid);
  const rows = concerned.map(rowOf);
  const [first] = rows;
  if (first === undefined || !rows.every((row) => row !== undefined && sameFields(row, first))) return type;
  return type.element === undefined ? first : { ...type, kind: 'array', element: first };
}

/** Aggregates that answer one of the rows they are given, called `record` whatever the rows' own type. */
const ANSWERS_A_ROW = /^(?:max|min)\(record\)$/;

export const rowTypeOfCall = <T extends { readonly fn: { readonly signature: string }; readonly type: SqlType }>(
  call: T,
  args: readonly Scalar[],
): T => {
  const { oid, name } = call.type;
  const parts = args.map(({ type }): SqlType => {
    if (type.kind !== 'composite' || !ANSWERS_A_ROW.test(call.fn.signature)) return type;
    return { kind: 'composite', oid, typmod: -1, collation: 'none', name, fields: type.fields! };
  });
  const type = rowTypeFrom(call.type, parts);
  return type === call.type ? call : { ...call, type };
};

/** What COALESCE or CASE gives when rows are among what it chooses from; undefined: none are. */
export function rowTypeAmong(analysis: Analysis, type: SqlType, parts: readonly Scalar[]): SqlType | undefined {
  const rows = parts.filter((part) => rowOf(part.type) !== undefined).map((part) => part.type);
  if (rows.length === 0) return undefined;
  const isNull = (part: Scalar): boolean => part.kind === 'const' && part.value === null;
  const all = parts.every((part) => rowOf(part.type) !== undefined || isNull(part));
  if (!all || !rows.every((row) => row.oid === type.oid && sameFields(rowOf(row)!, rowOf(rows[0]!)!)))
    throw analysis.unsupported('choice among rows of several kinds');
  return rows[0]!;
}

/** Refuses a tree in which a row value takes a type that does not know its fields. */
export function requireRowTypes(rel: Rel): void {
  for (const input of relInputs(rel)) requireRowTypes(input);
  for (const expr of relScalars(rel)) requireInScalar(expr);
  const isKept = (column: RelColumn, type: SqlType): boolean =>
    (rowOf(column.type) === undefined) === (rowOf(type) === undefined);
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
        const [left, right] = [rowOf(first![i]!.type), rowOf(second![i]!.type)];
        if (left !== undefined && right !== undefined && !sameFields(left, right))
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
  requireResult(expr.kind === 'call' ? expr.fn.name : expr.kind, expr.type, parts);
}

/** A result of the type of one of the arguments must be a row like it, an array of such an array of rows like these. */
function requireResult(name: string, type: SqlType, args: readonly Scalar[]): void {
  if (rowOf(type) !== undefined) return;
  const oid = (type.element ?? type).oid;
  if (args.some((arg) => rowOf(arg.type)?.oid === oid)) throw featureNotSupported(`row value as result of ${name}`);
}
