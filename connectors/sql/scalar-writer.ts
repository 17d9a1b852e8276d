/**
 * Typed expressions → SQL text. The base of every dialect: what it writes is PostgreSQL's, and a dialect overrides the
 * methods where it differs. An expression was resolved once, by the catalog server; the text must resolve to the same
 * functions again, so constants and parameters carry their type wherever the context alone would not give it. Long since every kind of
 * expression has its method here, for a dialect to override.
 */
import { assert, unreachable } from '../../core/assert.ts';
import type { Datum } from '../../core/datum.ts';
import { statementTooComplex } from '../../core/sql-error.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { formatDatum } from '../../core/text-format.ts';
import type {
  AggregateCall,
  ArrayCompareScalar,
  CallScalar,
  CaseScalar,
  CastScalar,
  ColumnId,
  DistinctFromScalar,
  FunctionRef,
  OperatorRef,
  NativeScalar,
  ParamScalar,
  RowScalar,
  Scalar,
  SubqueryScalar,
  SubscriptScalar,
  WindowCall,
} from '../../algebra/scalar.ts';
import { quoteIdentifier, quoteString } from './identifiers.ts';
import {
  ADDITION,
  AND,
  ATOM,
  atLeast,
  atom,
  CAST,
  COLLATE,
  COMPARISON,
  IS,
  MATCHING,
  NOT,
  operatorPrecedence,
  OR,
} from './precedence.ts';
import { OTHER_OPERATOR, UNARY } from './precedence.ts';
import type { SqlText } from './precedence.ts';
import { postgresTypeName } from './type-names.ts';

/** Within the parentheses of IN, ANY and ALL, where a subquery alone would be the rows to compare with. */
export function asOneValue(sql: SqlText, expr: Scalar): SqlText {
  let written = expr;
  while (written.kind === 'cast') written = written.arg;
  return written.kind === 'subquery' ? atom(`COALESCE(${sql.text})`) : sql;
}

/** Expressions and relations nested deeper than this are refused (54001) before they could exhaust the stack. */
const NESTING_MAX = 1_500;

/** Settings under which constants are written: forms that every reader takes the same way, whatever its own settings. */
const LITERAL_SETTINGS = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
} as const;

/** What EXTRACT takes bare: other words may be key words, and raise there otherwise than as a field that there is not. */
const EXTRACT_FIELD =
  /^(?:century|day|decade|dow|doy|epoch|hour|isodow|isoyear|julian|microseconds|millennium|milliseconds|minute|month|quarter|second|timezone|timezone_hour|timezone_minute|week|year)$/;

/** Operators that read better under their key word; same function, same meaning. */
const KEY_WORD_OPERATORS: Readonly<Record<string, string>> = {
  '~~': 'LIKE',
  '!~~': 'NOT LIKE',
  '~~*': 'ILIKE',
  '!~~*': 'NOT ILIKE',
};

/** Functions whose result depends on the order of text: they work under `inputCollation`. */
const ORDERING = /^(?:text|bpchar|name|array)_?(?:lt|le|gt|ge|larger|smaller)(?:text|name)?$|^(?:min|max)$/;

export abstract class ScalarWriter {
  /** Parameters in the order of their $n. */
  protected readonly parameters: ParamScalar[] = [];
  private depth = 0;
  private readonly caseOperands: SqlText[] = [];

  /** How the statement at hand reads a column: `id`, `orders.id`, or an aggregate call. */
  protected abstract column(id: ColumnId): SqlText;
  /** The SELECT of a subquery, without parentheses. */
  protected abstract subselect(expr: SubqueryScalar): string;

  /** Runs `write` one level deeper, and refuses to go deeper than any stack holds. */
  protected nested<T>(write: () => T): T {
    if (++this.depth > NESTING_MAX) throw statementTooComplex();
    const result = write();
    this.depth--;
    return result;
  }

  scalar(expr: Scalar): SqlText {
    return this.nested(() => this.write(expr));
  }

  protected write(expr: Scalar): SqlText {
    switch (expr.kind) {
      case 'column':
        return this.column(expr.column);
      case 'const':
        return this.writtenCollation(this.constant(expr.value, expr.type), expr.type);
      case 'param':
        return this.parameter(expr);
      case 'call':
        return this.call(expr);
      case 'cast':
        return this.castNode(expr);
      case 'and':
      case 'or': {
        const precedence = expr.kind === 'and' ? AND : OR;
        if (expr.args.length === 0) return atom(expr.kind === 'and' ? 'true' : 'false');
        if (expr.args.length === 1) return this.scalar(expr.args[0]!);
        const word = expr.kind === 'and' ? ' AND ' : ' OR ';
        return { text: expr.args.map((arg) => atLeast(this.scalar(arg), precedence + 1)).join(word), precedence };
      }
      case 'not':
        return this.not(expr.arg);
      case 'nulltest':
        return this.is(expr.arg, expr.negated ? 'NOT NULL' : 'NULL');
      case 'booltest':
        return this.is(expr.arg, `${expr.negated ? 'NOT ' : ''}${expr.test.toUpperCase()}`);
      case 'distinct':
        return this.distinct(expr, 'IS DISTINCT FROM');
      case 'nullif':
        return atom(
          `NULLIF(${this.operands([expr.left, expr.right])
            .map((arg) => arg.text)
            .join(', ')})`,
        );
      case 'arraycompare':
        return this.arrayCompare(expr);
      case 'case':
        return this.case(expr);
      case 'caseoperand': {
        const operand = this.caseOperands.at(-1);
        assert(operand, 'a CASE operand outside of a CASE');
        return operand;
      }
      case 'coalesce':
        return atom(`COALESCE(${expr.args.map((arg) => this.scalar(arg).text).join(', ')})`);
      case 'greatest':
      case 'least':
        return atom(
          `${expr.kind.toUpperCase()}(${expr.args.map((arg) => this.ordered(arg, expr.inputCollation).text).join(', ')})`,
        );
      case 'subscript':
        return this.subscript(expr);
      case 'native':
        return this.native(expr);
      case 'row':
        return this.row(expr);
      case 'field':
        return atom(`(${this.scalar(expr.arg).text}).${this.quote(expr.name)}`);
      case 'array':
        return this.array(expr.elements, expr.type);
      case 'subquery':
        return this.subquery(expr);
      default:
        return unreachable(expr);
    }
  }

  // Names, types, values

  quote(name: string): string {
    return quoteIdentifier(name);
  }

  typeName(type: SqlType): string {
    return postgresTypeName(type);
  }

  cast(sql: SqlText, type: SqlType): SqlText {
    return { text: `${atLeast(sql, CAST)}::${this.typeName(type)}`, precedence: CAST };
  }

  parameter(param: ParamScalar): SqlText {
    let position = this.parameters.findIndex((known) => this.isSameParameter(known, param));
    if (position < 0) position = this.parameters.push(param) - 1;
    return this.cast(atom(`$${position + 1}`), { ...param.type, typmod: -1 });
  }

  /** Whether both are bound to the same value. */
  protected isSameParameter(one: ParamScalar, other: ParamScalar): boolean {
    return one.index === other.index && one.type.oid === other.type.oid;
  }

  /** A constant that has its type wherever it stands. */
  constant(value: Datum, type: SqlType): SqlText {
    if (value === null) return this.cast(atom('NULL'), { ...type, typmod: -1 });
    if (type.kind === 'bool') return atom(value === true ? 'true' : 'false');
    const text = formatDatum(type, value, LITERAL_SETTINGS);
    // The minimum cannot be written as minus a number: that number alone is out of range.
    if (type.kind === 'int4' && value !== -2147483648) return number(text);
    if ((type.kind === 'int2' || type.kind === 'int8') && !text.startsWith('-')) return this.cast(atom(text), type);
    if (type.kind === 'numeric' && /^-?\d+\.\d+$/.test(text)) return number(text);
    return this.cast(atom(quoteString(text)), { ...type, typmod: -1 });
  }

  // Operators and functions

  protected call(expr: CallScalar): SqlText {
    if (expr.form === 'explicit-cast' || expr.form === 'implicit-cast') {
      const asFunction = this.lengthCoercion(expr);
      return asFunction ?? this.cast(this.scalar(expr.args[0]!), expr.type);
    }
    if (expr.operator && expr.args.length === 2) return this.infix(expr.fn, expr.operator, expr.args, expr.inputCollation);
    if (expr.operator && expr.args.length === 1) {
      return {
        text: `${this.operatorName(expr.operator)} ${atLeast(this.scalar(expr.args[0]!), ATOM)}`,
        precedence: OTHER_OPERATOR,
      };
    }
    return this.functionCall(expr);
  }

  /** varchar(n) and char(n) coercions that raise instead of cutting (not explicit) have no cast syntax: the function is called. */
  private lengthCoercion(expr: CallScalar): SqlText | null {
    const isExplicit = expr.args[2];
    if (expr.args.length < 3 || isExplicit?.kind !== 'const' || isExplicit.value === true) return null;
    return this.functionCall(expr);
  }

  protected infix(fn: FunctionRef, operator: OperatorRef, args: readonly Scalar[], collation: Collation): SqlText {
    const name = this.operatorName(operator);
    const precedence = operatorPrecedence(name);
    let [left, right] = this.operands(args);
    if (ORDERING.test(fn.name)) {
      left = this.collate(left!, collation, args[0]!);
      // A collation written on the right must not contradict what was just written on the left.
      if (changesCollation(args[1]!)) right = this.collate(right!, collation, args[1]!);
    } else if (this.dependsOnCharacterClasses(fn)) left = this.collateForClasses(left!, collation, fn, args[0]!);
    const tight = precedence === OTHER_OPERATOR;
    const leftAssociative = precedence >= ADDITION;
    return {
      text: `${atLeast(left!, tight ? CAST : leftAssociative ? precedence : precedence + 1)} ${name} ${atLeast(right!, tight ? CAST : precedence + 1)}`,
      precedence,
    };
  }

  protected operatorName(operator: OperatorRef): string {
    if (operator.schema !== 'pg_catalog') return `OPERATOR(${this.quote(operator.schema)}.${operator.name})`;
    return KEY_WORD_OPERATORS[operator.name] ?? operator.name;
  }

  /**
   * Both sides of a comparison. A text constant beside text that is not constant needs no cast, nor does varchar taken as
   * text beside one: the operator that PostgreSQL then picks is the same.
   */
  protected operands(args: readonly Scalar[]): SqlText[] {
    const bare = args.map(withoutTextRelabel);
    return args.map((arg, i) => {
      const other = bare[1 - i];
      const isText = (expr: Scalar | undefined): boolean => expr?.type.kind === 'text' || expr?.type.kind === 'varchar';
      if (arg.kind === 'const' && arg.type.kind === 'text' && typeof arg.value === 'string') {
        const isPlain = isText(other) && other!.kind !== 'const' && arg.type.collation === 'default';
        return isPlain ? atom(quoteString(arg.value)) : this.scalar(arg);
      }
      return this.scalar(isText(other) ? bare[i]! : arg);
    });
  }

  protected functionName(fn: FunctionRef): string {
    return fn.schema === 'pg_catalog' ? this.quote(fn.name) : `${this.quote(fn.schema)}.${this.quote(fn.name)}`;
  }

  protected functionCall(expr: CallScalar): SqlText {
    const args = expr.args.map((arg) => this.scalar(arg));
    if (this.dependsOnCharacterClasses(expr.fn) && args[0])
      args[0] = this.collateForClasses(args[0], expr.inputCollation, expr.fn, expr.args[0]!);
    else if (ORDERING.test(expr.fn.name) && args[0]) args[0] = this.collate(args[0], expr.inputCollation, expr.args[0]!);
    const field = expr.args[0];
    if (
      expr.fn.name === 'extract' &&
      field?.kind === 'const' &&
      typeof field.value === 'string' &&
      EXTRACT_FIELD.test(field.value)
    ) {
      return atom(`EXTRACT(${field.value} FROM ${args[1]!.text})`);
    }
    if (expr.variadic) args.push(atom(`VARIADIC ${args.pop()!.text}`));
    return atom(`${this.functionName(expr.fn)}(${args.map((arg) => arg.text).join(', ')})`);
  }

  protected castNode(expr: CastScalar): SqlText {
    return this.cast(this.scalar(expr.arg), expr.type);
  }

  protected not(arg: Scalar): SqlText {
    if (arg.kind === 'subquery' && arg.mode === 'any' && arg.comparisons?.every((c) => c.operator.name === '=')) {
      return this.subquery(arg, true);
    }
    if (arg.kind === 'distinct') return this.distinct(arg, 'IS NOT DISTINCT FROM');
    return { text: `NOT ${atLeast(this.scalar(arg), NOT)}`, precedence: NOT };
  }

  private distinct({ left, right }: DistinctFromScalar, words: string): SqlText {
    const [a, b] = this.operands([left, right]);
    return { text: `${atLeast(a!, IS + 1)} ${words} ${atLeast(b!, OTHER_OPERATOR + 1)}`, precedence: IS };
  }

  private is(arg: Scalar, what: string): SqlText {
    return { text: `${atLeast(this.scalar(arg), IS + 1)} IS ${what}`, precedence: IS };
  }

  protected arrayCompare(expr: ArrayCompareScalar): SqlText {
    const word =
      expr.quantifier === 'any' && expr.operator.name === '='
        ? 'IN'
        : expr.quantifier === 'all' && expr.operator.name === '<>'
          ? 'NOT IN'
          : '';
    const left = this.ordered(expr.left, ORDERING.test(expr.fn.name) ? expr.inputCollation : 'none');
    if (
      word !== '' &&
      expr.operator.schema === 'pg_catalog' &&
      expr.array.kind === 'array' &&
      !expr.array.nested &&
      expr.array.elements.length > 0
    ) {
      const elements = expr.array.elements.map((element) => {
        const [, right] = this.operands([withoutTextRelabel(expr.left), element]);
        return asOneValue(right!, element).text;
      });
      const [bareLeft] = this.operands([expr.left, expr.array.elements[0]!]);
      return { text: `${atLeast(bareLeft!, MATCHING + 1)} ${word} (${elements.join(', ')})`, precedence: MATCHING };
    }
    const name = this.operatorName(expr.operator);
    const precedence = operatorPrecedence(name);
    const array = asOneValue(this.scalar(expr.array), expr.array);
    const text = `${atLeast(left, precedence + 1)} ${name} ${expr.quantifier.toUpperCase()} (${array.text})`;
    return { text, precedence };
  }

  protected array(elements: readonly Scalar[], type: SqlType): SqlText {
    return this.cast(atom(`ARRAY[${elements.map((element) => this.scalar(element).text).join(', ')}]`), { ...type, typmod: -1 });
  }

  /** Of a type with a name, it is one to the other place as well. ROW(…) calls its fields f1, f2, …; only a subquery gives other names. */
  private row(expr: RowScalar): SqlText {
    const fields = expr.fields.map((field) => this.scalar(field).text);
    const row = atom(`ROW(${fields.join(', ')})`);
    if (expr.type.name !== 'pg_catalog.record') return expr.type.ofTable === true ? row : this.cast(row, expr.type);
    if (expr.names.every((name, i) => name === `f${i + 1}`)) return row;
    const named = fields.map((field, i) => `${field} AS ${this.quote(expr.names[i]!)}`);
    return atom(`(SELECT "row" FROM (SELECT ${named.join(', ')}) AS "row")`);
  }

  private native(expr: NativeScalar): SqlText {
    const written = expr.sql.map((part) => {
      if (typeof part === 'string') return part;
      return 'type' in part ? this.typeName(part.type) : atLeast(this.scalar(expr.args[part.arg]!), ATOM);
    });
    return atom(written.join(''));
  }

  private subscript(expr: SubscriptScalar): SqlText {
    const bound = (index: Scalar | null): string => (index === null ? '' : this.scalar(index).text);
    const indexes = expr.indexes.map(({ lower, upper }) =>
      expr.slice ? `[${bound(lower)}:${bound(upper)}]` : `[${bound(upper)}]`,
    );
    return atom(`(${this.scalar(expr.container).text})${indexes.join('')}`);
  }

  /** The simple form when every condition is `operand = value`; the searched one, operand repeated, otherwise. */
  protected case(expr: CaseScalar): SqlText {
    const otherwise =
      expr.otherwise.kind === 'const' && expr.otherwise.value === null ? '' : ` ELSE ${this.scalar(expr.otherwise).text}`;
    const values = expr.operand ? expr.branches.map((branch) => simpleCaseValue(branch.when)) : [];
    if (expr.operand && values.every((value) => value !== null)) {
      const operand = this.evaluatedApart(expr.operand);
      const branches = expr.branches.map(
        (branch, i) => ` WHEN ${this.scalar(values[i]!).text} THEN ${this.scalar(branch.then).text}`,
      );
      return atom(`CASE ${operand.text}${branches.join('')}${otherwise} END`);
    }
    const conditions = expr.branches.map((branch) => {
      if (!expr.operand) return this.scalar(branch.when).text;
      this.caseOperands.push(this.evaluatedApart(expr.operand));
      const text = this.scalar(branch.when).text;
      this.caseOperands.pop();
      return text;
    });
    const branches = expr.branches.map((branch, i) => ` WHEN ${conditions[i]!} THEN ${this.scalar(branch.then).text}`);
    return atom(`CASE${branches.join('')}${otherwise} END`);
  }

  /** What is compared with something, or read by a SELECT around, although it is not known with what or by whom. */
  protected evaluatedApart(expr: Scalar): SqlText {
    return this.scalar(expr);
  }

  protected subquery(expr: SubqueryScalar, negated = false): SqlText {
    switch (expr.mode) {
      case 'scalar':
        return atom(`(${this.subselect(expr)})`);
      case 'exists':
        return atom(`EXISTS (${this.subselect(expr)})`);
      case 'array':
        return atom(`ARRAY(${this.subselect(expr)})`);
      case 'any':
      case 'all': {
        const operator = expr.comparisons![0]!.operator;
        const parts = expr.left!.map((part, i) => {
          const { fn, inputCollation } = expr.comparisons![i]!;
          return this.ordered(part, ORDERING.test(fn.name) ? inputCollation : 'none');
        });
        const left = parts.length === 1 ? atLeast(parts[0]!, MATCHING + 1) : `(${parts.map((part) => part.text).join(', ')})`;
        const isIn = expr.mode === 'any' && operator.name === '=' && operator.schema === 'pg_catalog';
        const word = isIn ? `${negated ? 'NOT ' : ''}IN` : `${this.operatorName(operator)} ${expr.mode.toUpperCase()}`;
        return { text: `${left} ${word} (${this.subselect(expr)})`, precedence: isIn ? MATCHING : COMPARISON };
      }
      default:
        return unreachable(expr.mode);
    }
  }

  // Aggregates and order

  aggregate(call: AggregateCall): SqlText {
    const ordering = ORDERING.test(call.fn.name);
    const values = call.args.map((arg) => this.scalar(arg));
    const args = values.map((value, i) => (ordering ? this.collate(value, call.inputCollation, call.args[i]!) : value).text);
    if (call.variadic) args.push(`VARIADIC ${args.pop()!}`);
    const orderBy = call.orderBy.map(({ expr, descending, nullsFirst }) => {
      // Under DISTINCT only what is written alike is the argument: a subquery written again has other aliases.
      const value = values[call.args.indexOf(expr)] ?? this.scalar(expr);
      return this.orderingTerm(this.collate(value, expr.type.collation, expr).text, descending, nullsFirst);
    });
    const order = orderBy.length > 0 ? `${args.length > 0 ? ' ' : ''}ORDER BY ${orderBy.join(', ')}` : '';
    const filter = call.filter ? ` FILTER (WHERE ${this.scalar(call.filter).text})` : '';
    if (call.direct) {
      const direct = call.direct.map((arg) => this.scalar(arg).text).join(', ');
      return atom(`${this.functionName(call.fn)}(${direct}) WITHIN GROUP (${order})${filter}`);
    }
    const inside = args.length === 0 && order === '' ? '*' : `${call.distinct ? 'DISTINCT ' : ''}${args.join(', ')}${order}`;
    return atom(`${this.functionName(call.fn)}(${inside})${filter}`);
  }

  /** `over`: what follows OVER. */
  protected windowFunction(call: WindowCall, over: string): SqlText {
    if (call.fn.kind === 'aggregate') {
      const { text } = this.aggregate({ ...call, distinct: false, orderBy: [] });
      return atom(`${text} OVER ${over}`);
    }
    const args = call.args.map((arg) => this.scalar(arg).text);
    return atom(`${this.functionName(call.fn)}(${args.join(', ')}) OVER ${over}`);
  }

  /** NULLs are placed in words, whatever the site's own default. */
  orderingTerm(sql: string, descending: boolean, nullsFirst: boolean): string {
    return `${sql}${descending ? ' DESC' : ''} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
  }

  /** An expression whose order matters, under the collation it is to be ordered by. */
  ordered(expr: Scalar, collation: Collation): SqlText {
    return this.collate(this.scalar(expr), collation, expr);
  }

  /** Hook: what rows are sorted or partitioned by for a value. Here: the value. */
  protected keyValue(sql: SqlText, _type: SqlType): SqlText {
    return sql;
  }

  /** Hook: adds what makes the site order this text by `collation`. Here: nothing, the site orders by code point anyway. */
  protected collate(sql: SqlText, _collation: Collation, _expr: Scalar): SqlText {
    return sql;
  }

  /** Hook: adds what makes upper(), ILIKE or regular expressions mean PostgreSQL 18's `pg_c_utf8`. */
  protected collateForClasses(sql: SqlText, _collation: Collation, _fn: FunctionRef, _expr: Scalar): SqlText {
    return sql;
  }

  /** Hook: functions for which `collateForClasses` is asked. */
  protected dependsOnCharacterClasses(_fn: FunctionRef): boolean {
    return false;
  }

  /** Hook: a constant of another collation than the default was given it by COLLATE, which decides over its neighbours. */
  protected writtenCollation(sql: SqlText, _type: SqlType): SqlText {
    return sql;
  }

  protected withCollation(sql: SqlText, collation: string): SqlText {
    return { text: `${atLeast(sql, COLLATE)} COLLATE ${collation}`, precedence: COLLATE };
  }
}

const collationKey = (collation: Collation): string =>
  typeof collation === 'object' ? `${collation.name} ${collation.oid}` : collation;

/** COLLATE: the same text under another collation. */
export const changesCollation = (expr: Scalar): boolean =>
  expr.kind === 'cast' &&
  expr.how === 'relabel' &&
  expr.type.collation !== 'none' &&
  expr.arg.type.collation !== 'none' &&
  collationKey(expr.arg.type.collation) !== collationKey(expr.type.collation);

/** A decimal number; a negative one binds like the operator it begins with. */
const number = (text: string): SqlText => (text.startsWith('-') ? { text, precedence: UNARY } : atom(text));

/** What stands under an implicit varchar → text relabelling. */
const withoutTextRelabel = (expr: Scalar): Scalar =>
  expr.kind === 'cast' &&
  expr.how === 'relabel' &&
  !expr.explicit &&
  expr.type.kind === 'text' &&
  expr.arg.type.kind === 'varchar'
    ? expr.arg
    : expr;

/** The value of `operand = value`, null for any other condition. */
const simpleCaseValue = (when: Scalar): Scalar | null =>
  when.kind === 'call' &&
  when.operator?.name === '=' &&
  when.args[0]!.kind === 'caseoperand' &&
  when.args[1]!.kind !== 'caseoperand'
    ? when.args[1]!
    : null;
