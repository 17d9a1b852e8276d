/** Numbers for expressions such that equal expressions have equal numbers: what common subexpressions are found by. */
import type { Datum } from '../../core/datum.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { scalarParts } from '../../algebra/transform.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';

export class ExpressionKeys {
  readonly #byText = new Map<string, number>();
  readonly #byExpression = new WeakMap<Scalar, number>();
  readonly #objects = new WeakMap<object, number>();
  #nextObject = 0;

  /** undefined: its value depends on where it stands. */
  of(expr: Scalar): number | undefined {
    const before = this.#byExpression.get(expr);
    if (before !== undefined) return before;
    const text = this.#text(expr);
    if (text === undefined) return undefined;
    let key = this.#byText.get(text);
    if (key === undefined) this.#byText.set(text, (key = this.#byText.size));
    this.#byExpression.set(expr, key);
    return key;
  }

  #text(expr: Scalar): string | undefined {
    if (expr.kind === 'caseoperand') return undefined;
    const parts: number[] = [];
    for (const part of scalarParts(expr)) {
      const key = this.of(part);
      if (key === undefined) return undefined;
      parts.push(key);
    }
    return `${expr.kind} ${typeKey(expr.type)} ${this.#own(expr)} ${parts.join()}`;
  }

  /** What tells a node from others of its kind with the same parts. */
  #own(expr: Scalar): string {
    switch (expr.kind) {
      case 'column':
        return String(expr.column);
      case 'const':
        return this.#datum(expr.value);
      case 'param':
        return String(expr.index);
      case 'call':
        return `${expr.fn.signature} ${collationKey(expr.inputCollation)}`;
      case 'cast':
        return `${expr.how} ${expr.explicit} ${expr.domain ?? ''}`;
      case 'nulltest':
        return String(expr.negated);
      case 'booltest':
        return `${expr.test} ${expr.negated}`;
      case 'distinct':
      case 'nullif':
        return `${expr.equality.signature} ${collationKey(expr.inputCollation)}`;
      case 'arraycompare':
        return `${expr.quantifier} ${expr.fn.signature} ${collationKey(expr.inputCollation)}`;
      case 'case':
        return String(expr.operand !== undefined);
      case 'subquery':
        return `${expr.mode} ${this.#object(expr.rel)} ${this.#object(expr)}`;
      case 'array':
        return String(expr.nested);
      case 'row':
        return expr.names.join();
      case 'field':
        return String(expr.place);
      case 'subscript':
        return `${expr.slice} ${expr.indexes.map(({ lower, upper }) => `${lower !== null}${upper !== null}`).join()}`;
      case 'native':
        return JSON.stringify(expr.sql);
      default:
        return '';
    }
  }

  #datum(value: Datum): string {
    if (typeof value === 'object' && value !== null) return this.#object(value);
    return `${typeof value}:${Object.is(value, -0) ? '-0' : String(value)}`;
  }

  #object(value: object): string {
    let id = this.#objects.get(value);
    if (id === undefined) this.#objects.set(value, (id = this.#nextObject++));
    return `#${id}`;
  }
}

const typeKey = (type: SqlType): string => `${type.oid}:${type.typmod}`;
const collationKey = (collation: Collation): string => (typeof collation === 'string' ? collation : String(collation.oid));
