/**
 * numeric. Where both operands are fixed-point with scales known beforehand, + - × and comparisons stay fixed-point (doubles
 * while exact, then bigints); everything else computes on Numeric with core/numeric.ts.
 */
import type { Int64, Numeric } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import {
  absNumeric,
  addNumeric,
  castNumeric,
  ceilNumeric,
  divideNumeric,
  divideRounding,
  floorNumeric,
  minScaleOf,
  moduloNumeric,
  multiplyNumeric,
  negateNumeric,
  numericToInt64,
  roundNumeric,
  signNumeric,
  subtractNumeric,
  trimScale,
  truncatingDivideNumeric,
  truncNumeric,
  widthBucketNumeric,
} from '../../../core/numeric.ts';
import { powerOfTen } from '../../../core/numeric-binary.ts';
import { numericFromFloat32, numericFromFloat64, numericToFloat32, numericToFloat64 } from '../../../core/numeric-float.ts';
import { expNumeric, lnNumeric, logNumeric, powerNumeric, sqrtNumeric } from '../../../core/numeric-transcendental.ts';
import { numericTypmod } from '../../../core/sql-type.ts';
import { scaledUp } from '../comparison.ts';
import { asForm, asNatural, decimalToNumeric } from '../convert.ts';
import type { Emitter } from '../emitter.ts';
import type { Kernel, KernelCall, KernelTable } from '../kernel.ts';
import { apply, kernel, resultOf } from '../kernel.ts';
import type { DecimalValue, Value } from '../value.ts';

/** Beyond this the general path takes over: PostgreSQL's own limits on scales begin to matter. */
const STATIC_SCALE_MAX = 1000;

const addWide = (a: Int64, b: Int64): Int64 => int64(BigInt(a) + BigInt(b));
const subtractWide = (a: Int64, b: Int64): Int64 => int64(BigInt(a) - BigInt(b));
const multiplyWide = (a: Int64, b: Int64): Int64 => int64(BigInt(a) * BigInt(b));
const wide = { '+': addWide, '-': subtractWide, '*': multiplyWide } as const;
const general = { '+': addNumeric, '-': subtractNumeric, '*': multiplyNumeric } as const;

const decimal = (call: KernelCall, code: string, scale: number): DecimalValue => ({
  form: 'decimal',
  scale,
  type: call.type,
  isNull: null,
  code: call.emitter.name(code),
});

const exactly = (emitter: Emitter, op: '+' | '-' | '*', a: string, b: string): string => {
  const result = emitter.temporary();
  const expression = op === '*' ? `${a} * ${b} + 0` : `${a} ${op} ${b}`;
  emitter.line(`let ${result};`);
  emitter.line(
    `if (typeof ${a} === 'number' && typeof ${b} === 'number' && (${result} = ${expression}) <= 9007199254740991 && ${result} >= -9007199254740991) {} else ${result} = ${emitter.hoist(wide[op])}(${a}, ${b});`,
  );
  return result;
};

const call2 = (call: KernelCall, f: (a: Numeric, b: Numeric) => Numeric): Value =>
  resultOf(
    call,
    `${call.emitter.hoist(f)}(${asForm(call.emitter, call.args[0]!, 'numeric')}, ${asForm(call.emitter, call.args[1]!, 'numeric')})`,
  );

const arithmetic = (op: '+' | '-' | '*'): Kernel =>
  kernel((call) => {
    const [a, b] = call.args as readonly [Value, Value];
    if (a.form !== 'decimal' || b.form !== 'decimal') return call2(call, general[op]);
    if (op === '*') {
      const scale = a.scale + b.scale;
      if (scale > STATIC_SCALE_MAX) return call2(call, general[op]);
      return decimal(call, exactly(call.emitter, op, a.code, b.code), scale);
    }
    const scale = Math.max(a.scale, b.scale);
    return decimal(call, exactly(call.emitter, op, scaledUp(call.emitter, a, scale), scaledUp(call.emitter, b, scale)), scale);
  });

const negate = kernel((call) => {
  const a = call.args[0]!;
  if (a.form === 'decimal') return decimal(call, exactly(call.emitter, '-', '0', a.code), a.scale);
  return resultOf(call, `${call.emitter.hoist(negateNumeric)}(${asNatural(call.emitter, a)})`);
});
const absolute = kernel((call) => {
  const a = call.args[0]!;
  if (a.form === 'decimal') return decimal(call, `${a.code} < 0 ? -${a.code} : ${a.code}`, a.scale);
  return resultOf(call, `${call.emitter.hoist(absNumeric)}(${asNatural(call.emitter, a)})`);
});
const same = kernel((call) => ({ ...call.args[0]!, type: call.type }));

/** Half away from zero, to `power` fewer digits. */
function roundedTo(value: Int64, power: bigint): Int64 {
  const divisor = Number(power);
  if (typeof value !== 'number' || divisor > 1e15) return int64(divideRounding(BigInt(value), power));
  const rest = value % divisor;
  const whole = (value - rest) / divisor + 0;
  if (rest * 2 >= divisor) return whole + 1;
  return rest * -2 >= divisor ? whole - 1 : whole;
}

function cutTo(value: Int64, power: bigint): Int64 {
  const divisor = Number(power);
  if (typeof value !== 'number' || divisor > 1e15) return int64(BigInt(value) / power);
  return (value - (value % divisor)) / divisor + 0;
}

/** A fixed-point value brought to a scale ≥ 0. */
function toScale(emitter: Emitter, value: DecimalValue, scale: number, cut: typeof roundedTo): string {
  if (scale >= value.scale) return scaledUp(emitter, value, scale);
  return emitter.name(`${emitter.hoist(cut)}(${value.code}, ${emitter.hoist(powerOfTen(value.scale - scale))})`);
}

/** round and trunc: with a constant number of digits the scale stays known. */
const toDigits = (cut: typeof roundedTo, otherwise: (value: Numeric, digits?: number) => Numeric): Kernel =>
  kernel((call) => {
    const [value, digits] = call.args as readonly [Value, Value | undefined];
    const scale = digits === undefined ? 0 : digits.constant;
    if (value.form === 'decimal' && typeof scale === 'number' && scale >= 0 && scale <= STATIC_SCALE_MAX) {
      return decimal(call, toScale(call.emitter, value, scale, cut), scale);
    }
    const codes = call.args.map((arg) => asNatural(call.emitter, arg));
    return resultOf(call, `${call.emitter.hoist(otherwise)}(${codes.join(', ')})`);
  });

/** numeric(p,s); raises as castNumeric does. */
const toTypmod = kernel((call) => {
  const [value, typmod] = call.args as readonly [Value, Value];
  const { emitter } = call;
  const limits = typeof typmod.constant === 'number' ? numericTypmod(typmod.constant) : undefined;
  if (value.form === 'decimal' && typmod.constant === -1) return { ...value, type: call.type };
  if (value.form !== 'decimal' || limits === undefined || limits.scale < 0) {
    return resultOf(call, `${emitter.hoist(castNumeric)}(${asNatural(emitter, value)}, ${asNatural(emitter, typmod)})`);
  }
  const code = emitter.name(toScale(emitter, value, limits.scale, roundedTo));
  const limit = emitter.hoist(int64(powerOfTen(limits.precision)));
  const raise = `${emitter.hoist(castNumeric)}(${emitter.hoist(decimalToNumeric)}(${value.code}, ${value.scale}), ${asNatural(emitter, typmod)})`;
  emitter.line(`if (${code} >= ${limit} || -${code} >= ${limit}) ${raise};`);
  return decimal(call, code, limits.scale);
});

const fromInteger = kernel((call) => decimal(call, asNatural(call.emitter, call.args[0]!), 0));

const toInteger = (type: 'smallint' | 'integer' | 'bigint'): Kernel => apply((value: Numeric) => numericToInt64(value, type));

const log10 = (value: Numeric): Numeric => logNumeric({ kind: 'finite', unscaled: 10n, scale: 0 }, value);
const scaleOf = (value: Numeric): number | undefined => (value.kind === 'finite' ? value.scale : undefined);

/** A function that answers undefined for NULL. */
const nullable = (f: (value: Numeric) => number | undefined): Kernel =>
  kernel((call) => {
    const code = call.emitter.name(`${call.emitter.hoist(f)}(${asNatural(call.emitter, call.args[0]!)})`);
    return { form: 'int', type: call.type, isNull: call.emitter.name(`${code} === undefined`), code };
  });

const binary = (f: (a: Numeric, b: Numeric) => Numeric): Kernel => apply(f);
const unary = (f: (a: Numeric) => Numeric): Kernel => apply(f);

export const numericKernels: KernelTable = {
  'numeric_add(numeric,numeric)': arithmetic('+'),
  'numeric_sub(numeric,numeric)': arithmetic('-'),
  'numeric_mul(numeric,numeric)': arithmetic('*'),
  'numeric_div(numeric,numeric)': binary((a, b) => divideNumeric(a, b)),
  'div(numeric,numeric)': binary(truncatingDivideNumeric),
  'numeric_div_trunc(numeric,numeric)': binary(truncatingDivideNumeric),
  'numeric_mod(numeric,numeric)': binary(moduloNumeric),
  'mod(numeric,numeric)': binary(moduloNumeric),
  'numeric_uminus(numeric)': negate,
  'numeric_uplus(numeric)': same,
  'numeric_abs(numeric)': absolute,
  'abs(numeric)': absolute,
  'sign(numeric)': unary(signNumeric),
  'round(numeric,int4)': toDigits(roundedTo, roundNumeric),
  'round(numeric)': toDigits(roundedTo, roundNumeric),
  'trunc(numeric,int4)': toDigits(cutTo, truncNumeric),
  'trunc(numeric)': toDigits(cutTo, truncNumeric),
  'ceil(numeric)': unary(ceilNumeric),
  'ceiling(numeric)': unary(ceilNumeric),
  'floor(numeric)': unary(floorNumeric),
  'sqrt(numeric)': unary((a) => sqrtNumeric(a)),
  'numeric_sqrt(numeric)': unary((a) => sqrtNumeric(a)),
  'exp(numeric)': unary(expNumeric),
  'numeric_exp(numeric)': unary(expNumeric),
  'ln(numeric)': unary(lnNumeric),
  'numeric_ln(numeric)': unary(lnNumeric),
  'log(numeric)': unary(log10),
  'log10(numeric)': unary(log10),
  'log(numeric,numeric)': binary(logNumeric),
  'numeric_log(numeric,numeric)': binary(logNumeric),
  'power(numeric,numeric)': binary(powerNumeric),
  'pow(numeric,numeric)': binary(powerNumeric),
  'numeric_power(numeric,numeric)': binary(powerNumeric),
  'width_bucket(numeric,numeric,numeric,int4)': apply(widthBucketNumeric),
  'scale(numeric)': nullable(scaleOf),
  'min_scale(numeric)': nullable(minScaleOf),
  'trim_scale(numeric)': unary(trimScale),
  'numeric(numeric,int4)': toTypmod,
  'numeric(int2)': fromInteger,
  'numeric(int4)': fromInteger,
  'numeric(int8)': fromInteger,
  'numeric(float4)': apply(numericFromFloat32),
  'numeric(float8)': apply(numericFromFloat64),
  'int2(numeric)': toInteger('smallint'),
  'int4(numeric)': toInteger('integer'),
  'int8(numeric)': toInteger('bigint'),
  'float4(numeric)': apply(numericToFloat32),
  'float8(numeric)': apply(numericToFloat64),
};
