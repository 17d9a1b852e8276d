/**
 * Expressions as people read them, close to PostgreSQL's own EXPLAIN: `(total > 5)`, `lower(email)`. For EXPLAIN, traces
 * and golden tests only; SQL that is executed is written by connectors/sql.
 */
import { unreachable } from '../core/assert.ts';
import type { Datum, Int64, Numeric } from '../core/datum.ts';
import type { SqlType } from '../core/sql-type.ts';
import type { AggregateCall, ColumnId, Scalar, WindowCall } from './scalar.ts';

/** How a column is shown: its name, or name and id in goldens. */
export type ColumnName = (column: ColumnId) => string;
/** How a constant's value is shown; EXPLAIN passes PostgreSQL's text form. */
export type DatumText = (type: SqlType, value: Datum) => string;

const shortName = (type: SqlType): string => type.name.replace(/^pg_catalog\./, '').replace(/^_(.*)$/, '$1[]');

const isNumberKind = (type: SqlType): boolean => type.kind === 'int2' || type.kind === 'int4' || type.kind === 'int8';

/** A constant without a settings-dependent formatter: unambiguous, not pretty. */
export function plainDatum(_type: SqlType, value: Datum): string {
  if (value === null) return 'NULL';
  if (typeof value === 'object') {
    if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
    if ('kind' in value) return numericText(value);
    if ('months' in value) return `${value.months} months ${value.days} days ${value.micros} us`;
    if ('values' in value)
      return `(${value.values.map((field, i) => plainDatum(_type.fields?.[i]?.type ?? _type, field)).join(',')})`;
    return `{${value.elements.map((element) => plainDatum(_type.element ?? _type, element)).join(',')}}`;
  }
  return String(value satisfies boolean | string | Int64);
}

function numericText(value: Numeric): string {
  if (value.kind !== 'finite') return value.kind;
  const digits = (value.unscaled < 0n ? -value.unscaled : value.unscaled).toString().padStart(value.scale + 1, '0');
  const point = digits.length - value.scale;
  const text = value.scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return value.unscaled < 0n ? `-${text}` : text;
}

export function printScalar(expr: Scalar, name: ColumnName, datum: DatumText = plainDatum): string {
  const print = (part: Scalar): string => printScalar(part, name, datum);
  const list = (parts: readonly Scalar[]): string => parts.map(print).join(', ');
  switch (expr.kind) {
    case 'column':
      return name(expr.column);
    case 'const':
      if (expr.value === null) return 'NULL';
      if (expr.type.kind === 'bool') return expr.value === true ? 'true' : 'false';
      if (isNumberKind(expr.type)) return datum(expr.type, expr.value);
      return `'${datum(expr.type, expr.value).replaceAll("'", "''")}'::${shortName(expr.type)}`;
    case 'param':
      return expr.index < 0 ? `(subplan ${-expr.index})` : `$${expr.index}`;
    case 'call':
      if (expr.form === 'implicit-cast' || expr.form === 'explicit-cast')
        return `${print(expr.args[0]!)}::${shortName(expr.type)}`;
      if (expr.operator?.position === 'prefix') return `(${expr.operator.name} ${print(expr.args[0]!)})`;
      if (expr.operator) return `(${print(expr.args[0]!)} ${expr.operator.name} ${print(expr.args[1]!)})`;
      return `${expr.fn.name}(${list(expr.args)})`;
    case 'cast':
      return expr.how === 'relabel' && !expr.explicit ? print(expr.arg) : `${print(expr.arg)}::${shortName(expr.type)}`;
    case 'and':
    case 'or':
      return `(${expr.args.map(print).join(` ${expr.kind.toUpperCase()} `)})`;
    case 'not':
      return `(NOT ${print(expr.arg)})`;
    case 'nulltest':
      return `(${print(expr.arg)} IS ${expr.negated ? 'NOT ' : ''}NULL)`;
    case 'booltest':
      return `(${print(expr.arg)} IS ${expr.negated ? 'NOT ' : ''}${expr.test.toUpperCase()})`;
    case 'distinct':
      return `(${print(expr.left)} IS DISTINCT FROM ${print(expr.right)})`;
    case 'nullif':
      return `NULLIF(${print(expr.left)}, ${print(expr.right)})`;
    case 'arraycompare':
      return `(${print(expr.left)} ${expr.operator.name} ${expr.quantifier.toUpperCase()} (${print(expr.array)}))`;
    case 'case': {
      const operand = expr.operand ? ` ${print(expr.operand)}` : '';
      const branches = expr.branches.map((branch) => ` WHEN ${print(branch.when)} THEN ${print(branch.then)}`).join('');
      return `CASE${operand}${branches} ELSE ${print(expr.otherwise)} END`;
    }
    case 'caseoperand':
      return 'CASE_OPERAND';
    case 'coalesce':
      return `COALESCE(${list(expr.args)})`;
    case 'greatest':
    case 'least':
      return `${expr.kind.toUpperCase()}(${list(expr.args)})`;
    case 'array':
      return `ARRAY[${list(expr.elements)}]`;
    case 'subquery':
      return expr.left
        ? `(${list(expr.left)} ${expr.comparisons?.[0]?.operator.name ?? ''} ${expr.mode.toUpperCase()} (subquery))`
        : `${expr.mode.toUpperCase()}(subquery)`;
    case 'row':
      return `ROW(${list(expr.fields)})`;
    case 'field':
      return `(${print(expr.arg)}).${expr.name}`;
    case 'subscript': {
      const bound = (index: Scalar | null): string => (index ? print(index) : '');
      const indexes = expr.indexes.map(({ lower, upper }) =>
        expr.slice ? `[${bound(lower)}:${bound(upper)}]` : `[${bound(upper)}]`,
      );
      return `${print(expr.container)}${indexes.join('')}`;
    }
    case 'native':
      return expr.sql
        .map((part) => (typeof part === 'string' ? part : 'arg' in part ? print(expr.args[part.arg]!) : part.type.name))
        .join('');
    default:
      return unreachable(expr);
  }
}

export function printWindowCall(call: WindowCall, name: ColumnName, datum: DatumText = plainDatum): string {
  const args =
    call.args.length === 0 && call.fn.kind === 'aggregate'
      ? '*'
      : call.args.map((arg) => printScalar(arg, name, datum)).join(', ');
  const filter = call.filter ? ` FILTER (WHERE ${printScalar(call.filter, name, datum)})` : '';
  return `${call.fn.name}(${args})${filter}`;
}

export function printAggregate(call: AggregateCall, name: ColumnName, datum: DatumText = plainDatum): string {
  const args = call.args.length === 0 ? '*' : call.args.map((arg) => printScalar(arg, name, datum)).join(', ');
  const order = call.orderBy.map((key) => `${printScalar(key.expr, name, datum)}${key.descending ? ' DESC' : ''}`).join(', ');
  const filter = call.filter ? ` FILTER (WHERE ${printScalar(call.filter, name, datum)})` : '';
  if (call.direct) {
    const direct = call.direct.map((arg) => printScalar(arg, name, datum)).join(', ');
    return `${call.fn.name}(${direct}) WITHIN GROUP (ORDER BY ${order})${filter}`;
  }
  return `${call.fn.name}(${call.distinct ? 'DISTINCT ' : ''}${args}${order ? ` ORDER BY ${order}` : ''})${filter}`;
}
