/**
 * Column-free expressions as SQL for the session's own backend on the catalog server (session-expressions.ts): the one place
 * outside connectors/ that writes SQL. Every value travels as a parameter, cast to its exact type, and every function,
 * operator and type is schema-qualified, so the server resolves each call to the function the tree named.
 */
import type { FunctionRef, Scalar } from '../../algebra/scalar.ts';
import { assert, InternalError, unreachable } from '../../core/assert.ts';
import type { Datum } from '../../core/datum.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { isSessionValue } from './session-values.ts';

export interface SessionParameter {
  readonly type: SqlType;
  readonly value: Datum;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const functionName = (fn: FunctionRef): string => `${quoted(fn.schema)}.${quoted(fn.name)}`;

export class SessionSqlWriter {
  readonly parameters: SessionParameter[] = [];
  private readonly statementParams: readonly Datum[];

  /** `statementParams`: the values of the statement's own $1, $2, … */
  constructor(statementParams: readonly Datum[]) {
    this.statementParams = statementParams;
  }

  write(expr: Scalar): string {
    switch (expr.kind) {
      case 'const':
        return this.parameter(expr.type, expr.value);
      case 'param':
        assert(expr.index <= this.statementParams.length, `parameter $${expr.index} has no value`);
        return this.parameter(expr.type, this.statementParams[expr.index - 1]!);
      case 'call': {
        if (isSessionValue(expr.fn)) return sessionValue(expr.fn, expr.args[0]);
        const args = expr.args.map((arg) => this.write(arg));
        if (expr.operator) {
          const operator = `OPERATOR(${quoted(expr.operator.schema)}.${expr.operator.name})`;
          return args.length === 1 ? `(${operator} ${args[0]})` : `(${args[0]} ${operator} ${args[1]})`;
        }
        const last = expr.variadic ? `VARIADIC ${args.pop()}` : undefined;
        return `${functionName(expr.fn)}(${[...args, ...(last === undefined ? [] : [last])].join(', ')})`;
      }
      case 'cast':
        return `CAST(${this.write(expr.arg)} AS ${expr.type.name})`;
      case 'and':
      case 'or':
        return `(${expr.args.map((arg) => this.write(arg)).join(expr.kind === 'and' ? ' AND ' : ' OR ')})`;
      case 'not':
        return `(NOT ${this.write(expr.arg)})`;
      case 'nulltest':
        return `(${this.write(expr.arg)} IS ${expr.negated ? 'NOT ' : ''}NULL)`;
      case 'booltest':
        return `(${this.write(expr.arg)} IS ${expr.negated ? 'NOT ' : ''}${expr.test.toUpperCase()})`;
      case 'coalesce':
        return `COALESCE(${expr.args.map((arg) => this.write(arg)).join(', ')})`;
      case 'array':
      case 'arraycompare':
      case 'case':
      case 'caseoperand':
      case 'column':
      case 'distinct':
      case 'greatest':
      case 'least':
      case 'nullif':
      case 'subquery':
      case 'row':
      case 'field':
      case 'subscript':
      case 'native':
        throw new InternalError(`${expr.kind} has no session SQL`);
      default:
        return unreachable(expr);
    }
  }

  private parameter(type: SqlType, value: Datum): string {
    this.parameters.push({ type, value });
    return `$${this.parameters.length}::${type.name}`;
  }
}

/** What write() can write, judging the node alone. */
export function isWritable(expr: Scalar): boolean {
  switch (expr.kind) {
    case 'const':
    case 'param':
      return expr.type.kind !== 'opaque';
    case 'cast':
      return expr.how !== 'array' && expr.how !== 'domain';
    case 'call':
      // The gateway's own functions are its executor's.
      return expr.fn.schema !== 'tributary';
    case 'and':
    case 'or':
    case 'not':
    case 'nulltest':
    case 'booltest':
    case 'coalesce':
      return true;
    default:
      return false;
  }
}

/** CURRENT_TIMESTAMP(2): its precision must be a literal. */
function sessionValue(fn: FunctionRef, precision: Scalar | undefined): string {
  const name = fn.name.toUpperCase();
  return precision?.kind === 'const' && typeof precision.value === 'number' ? `${name}(${precision.value})` : name;
}
