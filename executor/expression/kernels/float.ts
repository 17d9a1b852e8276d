/**
 * Arithmetic and casts of real and double precision. A real is computed in single precision: the double result rounded once
 * more is the same for + - × ÷ and √. Transcendental functions are missing on purpose: their last digit is the C
 * library's, and so not the same everywhere.
 */
import type { Int64 } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import { roundToFloat32 } from '../../../core/float-text.ts';
import { divisionByZero, floatOverflow, floatUnderflow, outOfRange, sqlError } from '../../../core/sql-error.ts';
import type { Emitter } from '../emitter.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, inline } from '../kernel.ts';
import { roundToEven } from './rounding.ts';

const raiseOverflow = (): never => {
  throw floatOverflow();
};
const raiseUnderflow = (): never => {
  throw floatUnderflow();
};
const raiseDivisionByZero = (): never => {
  throw divisionByZero();
};

const isInfinite = (code: string): string => `(${code} === Infinity || ${code} === -Infinity)`;

/** float.h: float8_pl and its like. */
function operation(op: '+' | '-' | '*' | '/', single: boolean): Kernel {
  return inline(([a, b], emitter) => {
    if (op === '/') emitter.line(`if (${b} === 0 && ${a} === ${a}) ${emitter.hoist(raiseDivisionByZero)}();`);
    const result = emitter.name(single ? `Math.fround(${a} ${op} ${b})` : `${a} ${op} ${b}`);
    const other = op === '/' ? '' : ` && !${isInfinite(b!)}`;
    emitter.line(`if (${isInfinite(result)} && !${isInfinite(a!)}${other}) ${emitter.hoist(raiseOverflow)}();`);
    if (op === '*') emitter.line(`if (${result} === 0 && ${a} !== 0 && ${b} !== 0) ${emitter.hoist(raiseUnderflow)}();`);
    if (op === '/') emitter.line(`if (${result} === 0 && ${a} !== 0 && !${isInfinite(b!)}) ${emitter.hoist(raiseUnderflow)}();`);
    return result;
  });
}

const toInteger =
  (least: number, limit: number, type: string) =>
  (value: number): number => {
    const rounded = roundToEven(value);
    // NaN fails both comparisons.
    if (!(rounded >= least && rounded < limit)) throw outOfRange(type);
    return rounded + 0;
  };
const toSmallint = toInteger(-32768, 32768, 'smallint');
const toInt = toInteger(-2147483648, 2147483648, 'integer');
const checkBigint = toInteger(-(2 ** 63), 2 ** 63, 'bigint');
function toBigint(value: number): Int64 {
  const whole = checkBigint(value);
  return Number.isSafeInteger(whole) ? whole : int64(BigInt(whole));
}

function toReal(value: number): number {
  const single = Math.fround(value);
  if (Math.abs(single) === Infinity && Math.abs(value) !== Infinity) throw floatOverflow();
  if (single === 0 && value !== 0) throw floatUnderflow();
  return single;
}
const bigintToReal = (value: Int64): number =>
  typeof value === 'number' ? Math.fround(value) : roundToFloat32(Number(value), String(value));

function squareRoot(value: number): number {
  if (value < 0) throw sqlError('2201F', 'cannot take square root of a negative number');
  return Math.sqrt(value);
}

const RADIANS_PER_DEGREE = 0.017453292519943295;
function degrees(value: number): number {
  const result = value / RADIANS_PER_DEGREE;
  if (Math.abs(result) === Infinity && Math.abs(value) !== Infinity) throw floatOverflow();
  return result;
}
function radians(value: number): number {
  const result = value * RADIANS_PER_DEGREE;
  if (result === 0 && value !== 0) throw floatUnderflow();
  return result;
}

const same = inline(([a]) => a!);
const unary = (write: (a: string, emitter: Emitter) => string): Kernel => inline(([a], emitter) => write(a!, emitter));

const table: Record<string, Kernel> = {
  'round(float8)': apply(roundToEven),
  'dround(float8)': apply(roundToEven),
  'ceil(float8)': unary((a) => `Math.ceil(${a})`),
  'ceiling(float8)': unary((a) => `Math.ceil(${a})`),
  'floor(float8)': unary((a) => `Math.floor(${a})`),
  'trunc(float8)': unary((a) => `Math.trunc(${a})`),
  'dtrunc(float8)': unary((a) => `Math.trunc(${a})`),
  'sign(float8)': unary((a) => `${a} > 0 ? 1 : ${a} < 0 ? -1 : 0`),
  'sqrt(float8)': apply(squareRoot),
  'dsqrt(float8)': apply(squareRoot),
  'degrees(float8)': apply(degrees),
  'radians(float8)': apply(radians),
  'float4(float8)': apply(toReal),
  'float8(float4)': same,
  'float4(int2)': same,
  'float4(int4)': unary((a) => `Math.fround(${a})`),
  'float4(int8)': apply(bigintToReal),
  'float8(int2)': same,
  'float8(int4)': same,
  'float8(int8)': unary((a) => `Number(${a})`),
};
for (const type of ['float4', 'float8']) {
  table[`int2(${type})`] = apply(toSmallint);
  table[`int4(${type})`] = apply(toInt);
  table[`int8(${type})`] = apply(toBigint);
  table[`${type}um(${type})`] = unary((a) => `-${a}`);
  table[`${type}up(${type})`] = same;
  table[`${type}abs(${type})`] = unary((a) => `Math.abs(${a})`);
  table[`abs(${type})`] = unary((a) => `Math.abs(${a})`);
}
for (const [prefix, a, b] of [
  ['float4', 'float4', 'float4'],
  ['float48', 'float4', 'float8'],
  ['float84', 'float8', 'float4'],
  ['float8', 'float8', 'float8'],
] as const) {
  const single = prefix === 'float4';
  table[`${prefix}pl(${a},${b})`] = operation('+', single);
  table[`${prefix}mi(${a},${b})`] = operation('-', single);
  table[`${prefix}mul(${a},${b})`] = operation('*', single);
  table[`${prefix}div(${a},${b})`] = operation('/', single);
}

export const floatKernels: KernelTable = table;
