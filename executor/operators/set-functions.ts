/**
 * The set-returning functions the executor has, by signature: arguments of one call → its rows, made one by one. All are
 * strict: a NULL argument gives no rows, and never comes here.
 */
import type { SessionSettings } from '../../algebra/plan.ts';
import type { CallScalar, NativeScalar, Scalar } from '../../algebra/scalar.ts';
import { returnsSet } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { Datum, Int64, Interval, Numeric, PgArray } from '../../core/datum.ts';
import { int64 } from '../../core/datum.ts';
import { isInfiniteInterval } from '../../core/interval.ts';
import { addNumeric, compareNumeric, signOf } from '../../core/numeric.ts';
import { invalidParameterValue } from '../../core/sql-error.ts';
import { timeZone } from '../../core/time-zone.ts';
import { addInterval } from '../expression/kernels/moments.ts';
import { jsonSetFunctions } from './json-set-functions.ts';

export type SetFunction = (args: readonly Datum[], settings: SessionSettings) => Iterable<readonly Datum[]>;

const zeroStep = (): Error => invalidParameterValue('step size cannot equal zero');

function* integers(args: readonly Datum[], low: bigint, high: bigint): Generator<readonly Datum[]> {
  const [from, to, step] = [BigInt(args[0] as Int64), BigInt(args[1] as Int64), BigInt((args[2] ?? 1) as Int64)];
  if (step === 0n) throw zeroStep();
  // A series that leaves its type just ends.
  const last = step > 0n ? (to < high ? to : high) : to > low ? to : low;
  const bounds = [from, last, step].map(Number) as [number, number, number];
  if (bounds.every(Number.isSafeInteger) && Number.isSafeInteger(bounds[1] + bounds[2])) {
    for (let value = bounds[0]; step > 0n ? value <= bounds[1] : value >= bounds[1]; value += bounds[2]) yield [value];
    return;
  }
  for (let value = from; step > 0n ? value <= last : value >= last; value += step) yield [int64(value)];
}

const int4Series: SetFunction = (args) => integers(args, -0x80000000n, 0x7fffffffn);
const int8Series: SetFunction = (args) => integers(args, -0x8000000000000000n, 0x7fffffffffffffffn);

const ONE: Numeric = { kind: 'finite', unscaled: 1n, scale: 0 };

function* numericSeries(args: readonly Datum[]): Generator<readonly Datum[]> {
  const [from, to, step] = [args[0] as Numeric, args[1] as Numeric, (args[2] ?? ONE) as Numeric];
  for (const [name, value] of [
    ['start', from],
    ['stop', to],
    ['step', step],
  ] as const) {
    if (value.kind === 'finite') continue;
    const what = value.kind === 'nan' ? 'NaN' : 'infinity';
    throw invalidParameterValue(`${name}${name === 'step' ? ' size' : ' value'} cannot be ${what}`);
  }
  const sign = signOf(step);
  if (sign === 0) throw zeroStep();
  for (let value = from; compareNumeric(value, to) * sign <= 0; value = addNumeric(value, step)) yield [value];
}

const DAY_MICROS = 86_400_000_000n;

function moments(hasZone: boolean): SetFunction {
  return function* (args, settings) {
    const [from, to, step] = [args[0] as Int64, args[1] as Int64, args[2] as Interval];
    const length = BigInt(step.months * 30 + step.days) * DAY_MICROS + BigInt(step.micros);
    if (isInfiniteInterval(step)) throw invalidParameterValue('step size cannot be infinite');
    if (length === 0n) throw zeroStep();
    const zone = hasZone ? timeZone(settings.timeZone) : null;
    for (let value = from; length > 0n ? value <= to : value >= to; value = addInterval(value, step, zone)) yield [value];
  };
}

function* unnest(args: readonly Datum[]): Generator<readonly Datum[]> {
  for (const element of (args[0] as PgArray).elements) yield [element];
}

function* subscripts(args: readonly Datum[]): Generator<readonly Datum[]> {
  const { dims, lowerBounds } = args[0] as PgArray;
  const dimension = (args[1] as number) - 1;
  const [length, low] = [dims[dimension], lowerBounds[dimension]];
  if (length === undefined || low === undefined) return;
  for (let i = 0; i < length; i++) yield [args[2] === true ? low + length - 1 - i : low + i];
}

const functions: Readonly<Record<string, SetFunction>> = {
  'generate_series(int4,int4)': int4Series,
  'generate_series(int4,int4,int4)': int4Series,
  'generate_series(int8,int8)': int8Series,
  'generate_series(int8,int8,int8)': int8Series,
  'generate_series(numeric,numeric)': numericSeries,
  'generate_series(numeric,numeric,numeric)': numericSeries,
  'generate_series(timestamp,timestamp,interval)': moments(false),
  'generate_series(timestamptz,timestamptz,interval)': moments(true),
  'unnest(anyarray)': unnest,
  'generate_subscripts(anyarray,int4)': subscripts,
  'generate_subscripts(anyarray,int4,bool)': subscripts,
  ...jsonSetFunctions,
};

const known = ({ fn }: CallScalar): SetFunction | undefined =>
  fn.schema === 'pg_catalog' && fn.site === undefined && Object.hasOwn(functions, fn.signature)
    ? functions[fn.signature]
    : undefined;

/** Judges the call alone; its arguments are judged by the caller. */
export function whyNoSet(call: Scalar): string | undefined {
  if (!returnsSet(call)) return undefined;
  if (call.kind === 'native') return call.name;
  // An array of elements that are only carried is itself carried as text.
  const text = /\(anyarray\b/.test(call.fn.signature) && call.args[0]!.type.kind !== 'array' ? call.args[0]!.type : undefined;
  if (text !== undefined) return `${call.fn.name} of ${text.name}`;
  return known(call) === undefined ? `the set-returning function ${call.fn.signature}` : undefined;
}

export function setFunction(call: CallScalar | NativeScalar): SetFunction {
  const found = call.kind === 'call' ? known(call) : undefined;
  assert(found !== undefined, `${call.kind === 'call' ? call.fn.signature : call.name} was not judged`);
  return found;
}
