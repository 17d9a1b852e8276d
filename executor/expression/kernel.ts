/**
 * A kernel writes the code of one PostgreSQL function, found by the function's signature. It is given values that are not
 * NULL (strictness is dealt with once, in emit-scalar.ts) unless it says that it takes NULLs itself.
 */
import type { SessionSettings } from '../../algebra/plan.ts';
import type { Datum } from '../../core/datum.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { asNatural } from './convert.ts';
import type { Emitter } from './emitter.ts';
import type { PlainForm, Value } from './value.ts';
import { formOf } from './value.ts';

export interface KernelCall {
  readonly emitter: Emitter;
  readonly args: readonly Value[];
  readonly type: SqlType;
  readonly inputCollation: Collation;
  readonly settings: SessionSettings;
}

/**
 * What a kernel asks of the collation it works under. `equality`: deterministic, so that equal means equal bytes. `order`:
 * code points (C, or the default, which differs from C only in letter case).
 */
export type CollationNeed = 'none' | 'equality' | 'order';

/** An argument as the planner knows it. */
export interface KernelArgument {
  readonly type: SqlType;
  /** Set when it is the same for every row; null is SQL's NULL. */
  readonly constant?: Datum;
}

export interface Kernel {
  readonly emit: (call: KernelCall) => Value;
  readonly collation: CollationNeed;
  /** What keeps it from taking these arguments exactly; undefined: nothing. Without it all arguments are taken. */
  readonly refusal?: (args: readonly KernelArgument[], collation: Collation) => string | undefined;
}

export type KernelTable = Readonly<Record<string, Kernel>>;

/** A result that is not NULL. */
export function resultOf(call: KernelCall, code: string, form: PlainForm = formOf(call.type.kind)): Value {
  return { form, type: call.type, isNull: null, code: call.emitter.name(code) };
}

export const kernel = (emit: (call: KernelCall) => Value, collation: CollationNeed = 'none'): Kernel => ({ emit, collation });

/** The code of an argument as a Datum, null for NULL. */
export function datumCode(emitter: Emitter, value: Value): string {
  if (value.isNull === 'true') return 'null';
  const code = asNatural(emitter, value);
  return value.isNull === null ? code : `(${value.isNull} ? null : ${code})`;
}

/** A result that is NULL where the code gives null. */
export function nullableResult(call: KernelCall, code: string): Value {
  const { emitter, type } = call;
  const result = emitter.name(code);
  const isNull = emitter.name(`${result} === null`);
  const form = formOf(type.kind);
  return { form, type, isNull, code: form === 'bool' ? emitter.name(`${result} === true`) : result };
}

/** A call of a function over Datums that takes null for NULL, where its SQL function is not strict, and may answer null. */
export const applyNullable = (f: (...args: never[]) => unknown, collation: CollationNeed = 'none'): Kernel =>
  kernel((call) => {
    const codes = call.args.map((arg) => datumCode(call.emitter, arg));
    return nullableResult(call, `${call.emitter.hoist(f)}(${codes.join(', ')})`);
  }, collation);

/** An expression over the arguments' code, each in the natural form of its type. */
export const inline = (write: (args: readonly string[], emitter: Emitter) => string): Kernel =>
  kernel((call) => {
    const codes = call.args.map((arg) => call.emitter.name(asNatural(call.emitter, arg)));
    return resultOf(call, write(codes, call.emitter));
  });

/** A call of a function over Datums. */
export const apply = (f: (...args: never[]) => unknown, collation: CollationNeed = 'none'): Kernel =>
  kernel((call) => {
    const codes = call.args.map((arg) => asNatural(call.emitter, arg));
    return resultOf(call, `${call.emitter.hoist(f)}(${codes.join(', ')})`);
  }, collation);

/** The same with the session's settings as first argument. */
export const applyInSession = (f: (settings: SessionSettings, ...args: never[]) => unknown): Kernel =>
  kernel((call) => {
    const codes = [call.emitter.hoist(call.settings), ...call.args.map((arg) => asNatural(call.emitter, arg))];
    return resultOf(call, `${call.emitter.hoist(f)}(${codes.join(', ')})`);
  });
