/**
 * Writes the code of an expression: the tree walk of the expression compiler. Common subexpressions are computed once;
 * what depends on no column is computed before the loop; branches that SQL does not take are not entered. Longer than most
 * files: one method a kind of expression, all on the state of one function's code.
 *
 * Invariant: an error is raised only where and when PostgreSQL would evaluate the failing part; for constant parts of a
 * branch that means when the branch is taken.
 */
import { InternalError, assert, unreachable } from '../../core/assert.ts';
import type { Datum } from '../../core/datum.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { CallScalar, CaseScalar, ColumnId, FunctionRef, LogicScalar, MinMaxScalar, Scalar } from '../../algebra/scalar.ts';
import { SqlError } from '../../core/sql-error.ts';
import { scalarParts, someScalar } from '../../algebra/transform.ts';
import { makeArray, makeNestedArray } from './array-constructor.ts';
import { emitArrayCast } from './array-cast.ts';
import { emitArrayCompare } from './array-compare.ts';
import type { ExpressionContext } from './context.ts';
import { asNatural, asSlotForm, commonForm, constantValue } from './convert.ts';
import { comparisonCode, familyOf } from './comparison.ts';
import { Emitter } from './emitter.ts';
import { ExpressionKeys } from './expression-keys.ts';
import { instantiate } from './generate.ts';
import { emitField, emitRow } from './row-values.ts';
import type { InputColumn } from './input.ts';
import { emitInput } from './input.ts';
import { emitIoCast } from './io-cast.ts';
import { kernelFor } from './registry.ts';
import { emitSubscript } from './subscript.ts';
import { emitSubqueryCompare } from './subquery-compare.ts';
import type { Value } from './value.ts';

type Part<K extends Scalar['kind']> = Extract<Scalar, { kind: K }>;

/** The value without its NULL flag, where the flag was tested already. */
const known = (value: Value): Value => (value.isNull === null ? value : { ...value, isNull: null });

/** Depends on the statement's parameters, and on nothing else that may change. */
const isKnownWhenPlanned = (expr: Scalar): boolean =>
  someScalar(expr, (part) => part.kind === 'param') &&
  !someScalar(
    expr,
    (part) =>
      ['column', 'caseoperand', 'subquery'].includes(part.kind) ||
      (part.kind === 'param' && part.index <= 0) ||
      (part.kind === 'call' && part.fn.volatility !== 'immutable'),
  );

export class ScalarEmitter {
  readonly emitter: Emitter;
  readonly context: ExpressionContext;
  readonly #columns: ReadonlyMap<ColumnId, InputColumn>;
  readonly #keys = new ExpressionKeys();
  readonly #used = new Set<InputColumn>();
  readonly #caseOperands: Value[] = [];
  /** The elements of arrays being cast: what `param` 0 means. */
  readonly #elements: Value[] = [];
  readonly #constants = new WeakMap<Scalar, boolean>();
  /** The constant part that is being written itself, and so not evaluated before. */
  readonly #root: Scalar | undefined;

  constructor(emitter: Emitter, columns: ReadonlyMap<ColumnId, InputColumn>, context: ExpressionContext, root?: Scalar) {
    this.emitter = emitter;
    this.#columns = columns;
    this.context = context;
    this.#root = root;
  }

  /** The columns read so far. */
  get used(): ReadonlySet<InputColumn> {
    return this.#used;
  }

  /** Writes the statements of an expression; the value may be used until the current block ends. */
  emit(expr: Scalar): Value {
    const key = this.#keys.of(expr);
    const before = key === undefined ? undefined : this.emitter.recall(key);
    if (before !== undefined) return before;
    const value = this.#emit(expr);
    if (key !== undefined) this.emitter.remember(key, value);
    return value;
  }

  #emit(expr: Scalar): Value {
    if (expr !== this.#root && scalarParts(expr).length > 0 && this.#isConstant(expr)) return this.#constant(expr);
    switch (expr.kind) {
      case 'const':
        return constantValue(this.emitter, expr.type, expr.value);
      case 'param': {
        const element = expr.index === 0 ? this.#elements[this.#elements.length - 1] : undefined;
        return element ?? this.#constant(expr);
      }
      case 'column': {
        const column = this.#columns.get(expr.column);
        assert(column !== undefined, `expression reads column ${expr.column}, which its input lacks`);
        this.#used.add(column);
        return emitInput(this.emitter, column);
      }
      case 'caseoperand': {
        const operand = this.#caseOperands[this.#caseOperands.length - 1];
        assert(operand !== undefined, 'CASE operand outside of CASE');
        return operand;
      }
      case 'call':
        return this.#call(expr);
      case 'cast':
        return this.#cast(expr);
      case 'and':
      case 'or':
        return this.#logic(expr);
      case 'not': {
        const arg = this.emit(expr.arg);
        if (arg.isNull === 'true') return arg;
        return this.#bool(expr.type, arg.isNull === null ? `!${code(arg)}` : `!${arg.isNull} && !${code(arg)}`, arg.isNull);
      }
      case 'nulltest': {
        const { isNull } = this.emit(expr.arg);
        return this.#bool(expr.type, expr.negated ? `!${isNull ?? 'false'}` : (isNull ?? 'false'));
      }
      case 'booltest':
        return this.#booleanTest(expr);
      case 'distinct':
        return this.#distinct(expr);
      case 'nullif': {
        const left = this.emit(expr.left);
        const equal = this.compare(expr.equality, expr, [left, this.emit(expr.right)]);
        if (equal.isNull === 'true') return left;
        const isNull = this.emitter.name(`${left.isNull ?? 'false'} || ${code(equal)}`);
        if (left.form !== 'bool') return { ...withoutConstant(left), isNull };
        return this.#bool(expr.type, `${code(left)} && !${isNull}`, isNull);
      }
      case 'arraycompare':
        return emitArrayCompare(this, expr);
      case 'case':
        return this.#case(expr);
      case 'coalesce':
        return this.#coalesce(expr);
      case 'greatest':
      case 'least':
        return this.#minMax(expr);
      case 'array': {
        const elements = expr.elements.map((element) => this.emit(element));
        const codes = elements.map((e) =>
          e.isNull === null ? asNatural(this.emitter, e) : `${e.isNull} ? null : ${asNatural(this.emitter, e)}`,
        );
        const make = this.emitter.hoist(expr.nested ? makeNestedArray : makeArray);
        return { form: 'array', type: expr.type, isNull: null, code: this.emitter.name(`${make}([${codes.join(', ')}])`) };
      }
      case 'subquery':
        return emitSubqueryCompare(this, expr);
      case 'subscript':
        return emitSubscript(
          this.emitter,
          expr,
          scalarParts(expr).map((part) => this.emit(part)),
        );
      case 'row':
        return emitRow(
          this.emitter,
          expr,
          expr.fields.map((field) => this.emit(field)),
        );
      case 'field':
        return emitField(this.emitter, expr, this.emit(expr.arg));
      case 'native':
        throw new InternalError(`${expr.kind} has no local code`);
      default:
        return unreachable(expr);
    }
  }

  /** Whether the value is the same for all rows. */
  #isConstant(expr: Scalar): boolean {
    let answer = this.#constants.get(expr);
    if (answer === undefined) {
      answer =
        expr.kind !== 'column' &&
        expr.kind !== 'caseoperand' &&
        expr.kind !== 'subquery' &&
        !(expr.kind === 'param' && expr.index === 0) &&
        scalarParts(expr).every((part) => this.#isConstant(part));
      this.#constants.set(expr, answer);
    }
    return answer;
  }

  #bool(type: SqlType, text: string, isNull: string | null = null): Value {
    return { form: 'bool', type, isNull, code: this.emitter.name(text) };
  }

  /** Evaluates a part without columns; an error it raises is kept for when the loop gets there. */
  #constant(expr: Scalar): Value {
    try {
      return constantValue(this.emitter, expr.type, this.#valueOf(expr));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.emitter.line(`throw ${this.emitter.hoist(error)};`);
      return constantValue(this.emitter, expr.type, null);
    }
  }

  #valueOf(expr: Scalar): Datum {
    return expr.kind === 'param' ? this.context.param(expr.index) : evaluateConstant(expr, this.context);
  }

  /**
   * Whether PostgreSQL, which plans with the parameters' values, finds a NULL among the arguments of a strict function:
   * it computes none of them for any row then, however they would raise (clauses.c, simplify_function).
   */
  #hasNullWhenPlanned(args: readonly Scalar[]): boolean {
    try {
      const values = args.filter(isKnownWhenPlanned).map((arg) => this.#valueOf(arg));
      return values.includes(null);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return false;
    }
  }

  #call(expr: CallScalar): Value {
    if (expr.fn.strict && this.#hasNullWhenPlanned(expr.args)) return constantValue(this.emitter, expr.type, null);
    const args = expr.args.map((arg) => this.emit(arg));
    return this.apply(expr.fn, expr, args, expr.type);
  }

  /** A boolean function of two values: the `=` of NULLIF, an element of ANY. */
  compare(fn: FunctionRef, at: Pick<CallScalar, 'inputCollation' | 'type'>, args: readonly Value[]): Value {
    return this.apply(fn, at, args, { kind: 'bool', oid: 16, typmod: -1, collation: 'none', name: 'pg_catalog.bool' });
  }

  /** A function over values, none of which is entered when a strict function's argument is NULL. */
  apply(fn: FunctionRef, at: Pick<CallScalar, 'inputCollation'>, args: readonly Value[], type: SqlType): Value {
    const kernel = kernelFor(fn.signature);
    assert(kernel !== undefined, `no kernel for ${fn.signature}`);
    const { emitter } = this;
    const emit = (values: readonly Value[]): Value =>
      kernel.emit({ emitter, args: values, type, inputCollation: at.inputCollation, settings: this.context.settings });
    return fn.strict ? this.strictly(args, type, emit) : emit(args);
  }

  /** NULL when one of `args` is, else what `emit` writes for them. */
  strictly(args: readonly Value[], type: SqlType, emit: (args: readonly Value[]) => Value): Value {
    const { emitter } = this;
    if (args.some((arg) => arg.isNull === 'true')) return constantValue(emitter, type, null);
    const flags = [...new Set(args.flatMap((arg) => (arg.isNull === null ? [] : [arg.isNull])))];
    if (flags.length === 0) return emit(args);
    const { lines, result } = emitter.capture(() => emit(args.map(known)));
    const slot = emitter.slot(type, result, true);
    emitter.block(`if (!(${flags.join(' || ')})) {`, [...lines, slot.assign(result)]);
    return slot.value;
  }

  #cast(expr: Part<'cast'>): Value {
    const arg = this.emit(expr.arg);
    switch (expr.how) {
      case 'relabel':
        if (arg.isNull === 'true') return constantValue(this.emitter, expr.type, null);
        if (expr.type.kind === 'array') {
          return this.strictly([arg], expr.type, ([value]) => ({
            form: 'array',
            type: expr.type,
            isNull: null,
            code: this.emitter.name(asNatural(this.emitter, value!)),
          }));
        }
        return { ...arg, type: expr.type };
      case 'io':
        return this.strictly([arg], expr.type, ([value]) => emitIoCast(this.emitter, value!, expr.type, this.context.settings));
      case 'array':
        return this.strictly([arg], expr.type, ([array]) =>
          emitArrayCast(this.emitter, array!, expr, (element) => {
            this.#elements.push(element);
            const result = this.emit(expr.elementCast!);
            this.#elements.pop();
            return result;
          }),
        );
      case 'domain':
        throw new InternalError('a cast to a domain is not compiled');
      default:
        return unreachable(expr.how);
    }
  }

  /** AND stops at the first false, OR at the first true; a NULL before it does not stop either. */
  #logic(expr: LogicScalar): Value {
    const { emitter } = this;
    const stop = expr.kind === 'or';
    const first = this.emit(expr.args[0]!);
    if (expr.args.length === 1) return first;
    const decided = emitter.temporary();
    const unknown = emitter.temporary('n');
    const rest: { lines: readonly string[]; result: Value }[] = [];
    for (const arg of expr.args.slice(1)) rest.push(emitter.capture(() => this.emit(arg)));
    const nullable = [first, ...rest.map((r) => r.result)].some((value) => value.isNull !== null);
    const settle = (value: Value): string => {
      const hit = stop ? code(value) : value.isNull === null ? `!${code(value)}` : `!${value.isNull} && !${code(value)}`;
      return value.isNull === null ? `${decided} = ${hit};` : `${decided} = ${hit}; ${unknown} = ${unknown} || ${value.isNull};`;
    };
    emitter.line(`let ${decided} = false${nullable ? `, ${unknown} = false` : ''};`);
    emitter.line(settle(first));
    for (const { lines, result } of rest) emitter.block(`if (!${decided}) {`, [...lines, settle(result)]);
    if (!nullable) return this.#bool(expr.type, stop ? decided : `!${decided}`);
    const isNull = emitter.name(`!${decided} && ${unknown}`);
    return this.#bool(expr.type, stop ? decided : `!${decided} && !${unknown}`, isNull);
  }

  #booleanTest(expr: Part<'booltest'>): Value {
    const arg = this.emit(expr.arg);
    const isNull = arg.isNull ?? 'false';
    const test = expr.test === 'true' ? code(arg) : expr.test === 'false' ? `!${isNull} && !${code(arg)}` : isNull;
    return this.#bool(expr.type, expr.negated ? `!(${test})` : test);
  }

  #distinct(expr: Part<'distinct'>): Value {
    const left = this.emit(expr.left);
    const right = this.emit(expr.right);
    const equal = this.compare(expr.equality, expr, [left, right]);
    if (left.isNull === null && right.isNull === null) return this.#bool(expr.type, `!${code(equal)}`);
    const [l, r] = [left.isNull ?? 'false', right.isNull ?? 'false'];
    return this.#bool(expr.type, `${l} || ${r} ? ${l} !== ${r} : !${code(equal)}`);
  }

  #case(expr: CaseScalar): Value {
    const operand = expr.operand && this.emit(expr.operand);
    const { emitter } = this;
    const { result: parts } = emitter.capture(() => {
      const branches = expr.branches.map((branch) => {
        if (operand) this.#caseOperands.push(operand);
        const when = emitter.captureHere(() => this.emit(branch.when));
        if (operand) this.#caseOperands.pop();
        return { when, then: emitter.capture(() => this.emit(branch.then)) };
      });
      return { branches, otherwise: emitter.capture(() => this.emit(expr.otherwise)) };
    });
    const results = [...parts.branches.map((b) => b.then.result), parts.otherwise.result];
    const form = commonForm(results, expr.type);
    const slot = emitter.slot(
      expr.type,
      form,
      results.some((value) => value.isNull !== null),
    );
    const label = emitter.temporary('l');
    const store = (branch: { lines: readonly string[]; result: Value }): readonly string[] => [
      ...branch.lines,
      ...this.#store(slot.assign, branch.result, form),
    ];
    const lines = parts.branches.flatMap(({ when, then }) => [
      ...when.lines,
      `if (${code(when.result)}) {`,
      ...store(then),
      `break ${label};`,
      '}',
    ]);
    emitter.block(`${label}: {`, [...lines, ...store(parts.otherwise)]);
    return slot.value;
  }

  #coalesce(expr: Part<'coalesce'>): Value {
    const { emitter } = this;
    const { result: parts } = emitter.capture(() => {
      const parts: { readonly lines: readonly string[]; readonly result: Value }[] = [];
      for (const arg of expr.args) {
        parts.push(emitter.captureHere(() => this.emit(arg)));
        if (parts[parts.length - 1]!.result.isNull === null) break;
      }
      return parts;
    });
    const form = commonForm(
      parts.map((part) => part.result),
      expr.type,
    );
    const slot = emitter.slot(expr.type, form, parts[parts.length - 1]!.result.isNull !== null);
    const label = emitter.temporary('l');
    // What is always NULL may still raise.
    const lines = parts.flatMap(({ lines, result }) =>
      result.isNull === 'true'
        ? lines
        : [
            ...lines,
            `if (!${result.isNull ?? 'false'}) {`,
            ...this.#store(slot.assign, known(result), form),
            `break ${label};`,
            '}',
          ],
    );
    emitter.block(`${label}: {`, lines);
    return slot.value;
  }

  #store(assign: (from: Value) => string, value: Value, form: Parameters<typeof asSlotForm>[2]): readonly string[] {
    // What was NULL needs no form; conversions must not see the placeholder under a NULL.
    if (value.isNull === 'true') return [];
    const { lines, result } = this.emitter.captureHere(() => asSlotForm(this.emitter, value, form));
    if (value.isNull === null || value.form === form.form) return [...lines, assign(result)];
    return [`if (!${value.isNull}) {`, ...lines, assign(known(result)), '}'];
  }

  #minMax(expr: MinMaxScalar): Value {
    const { emitter } = this;
    const args = expr.args.map((arg) => this.emit(arg)).filter((arg) => arg.isNull !== 'true');
    if (args.length === 0) return constantValue(emitter, expr.type, null);
    const form = commonForm(args, expr.type);
    const slot = emitter.slot(expr.type, form, true);
    const family = familyOf(expr.type.kind);
    assert(family !== undefined, `no order for ${expr.type.name}`);
    for (const arg of args) {
      const { lines, result } = emitter.capture(() =>
        comparisonCode(
          emitter,
          expr.kind === 'greatest' ? '>' : '<',
          asSlotForm(emitter, known(arg), form),
          known(slot.value),
          family,
        ),
      );
      // What the comparison prepares must not see the placeholder under a NULL.
      const test = emitter.temporary();
      const all = [
        `let ${test} = ${slot.value.isNull};`,
        `if (!${test}) {`,
        ...lines,
        `${test} = ${result};`,
        '}',
        `if (${test}) {`,
        ...this.#store(slot.assign, known(arg), form),
        '}',
      ];
      if (arg.isNull === null) emitter.block('{', all);
      else emitter.block(`if (!${arg.isNull}) {`, all);
    }
    return slot.value;
  }
}

const code = (value: Value): string => {
  assert(value.form === 'bool', 'a condition that is not boolean');
  return value.code;
};

function withoutConstant(value: Value): Value {
  const { constant: _, ...rest } = value;
  return rest;
}

/** The value of an expression without columns. Raises what its evaluation raises. */
export function evaluateConstant(expr: Scalar, context: ExpressionContext): Datum {
  const emitter = new Emitter();
  const value = new ScalarEmitter(emitter, new Map(), context, expr).emit(expr);
  // A part that raises is NULL to what it is part of, behind the statement that throws.
  if (value.constant !== undefined && emitter.text() === '') return value.constant;
  const result = asNatural(emitter, value);
  const body = `return () => {\n${emitter.text()}\nreturn ${value.isNull === null ? result : `${value.isNull} ? null : ${result}`};\n};`;
  return (instantiate(emitter.names, body, emitter.bindings) as () => Datum)();
}
