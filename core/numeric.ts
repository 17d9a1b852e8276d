/**
 * Exact decimal arithmetic on single values, with PostgreSQL 18's result scales, special values and limits
 * (src/backend/utils/adt/numeric.c). Kernels over columns use fixed-point words where they can and come here for the rest.
 * Invariant: a finite result has 0 ≤ scale ≤ 16383 and |value| < 10^131072, else 22003 was raised.
 */
import { assert } from './assert.ts';
import type { Int64, Numeric } from './datum.ts';
import { int64 } from './datum.ts';
import { INT64_MAX, INT64_MIN } from './int64.ts';
import { powerOfTen } from './numeric-binary.ts';
import { divisionByZero, numericOverflow, outOfRange, sqlError } from './sql-error.ts';
import { numericTypmod } from './sql-type.ts';

type Finite = Extract<Numeric, { kind: 'finite' }>;

export const NAN: Numeric = { kind: 'nan' };
export const POSITIVE_INFINITY: Numeric = { kind: 'infinity' };
export const NEGATIVE_INFINITY: Numeric = { kind: '-infinity' };
export const ZERO: Numeric = { kind: 'finite', unscaled: 0n, scale: 0 };
export const ONE: Numeric = { kind: 'finite', unscaled: 1n, scale: 0 };

export const SCALE_MAX = 16383;
/** Limits of scales PostgreSQL chooses itself, for quotients and transcendental functions. */
const SIGNIFICANT_DIGITS_MIN = 16;
export const DISPLAY_SCALE_MAX = 1000;
/** Base-10000 digits before the point, less one. */
const WEIGHT_MAX = 32767;
const INTEGER_DIGITS_MAX = (WEIGHT_MAX + 1) * 4;

/** Below this magnitude no scale can make a value too large; 2^435411 < 10^131072. */
const surelyFits = 1n << 435411n;

export function finite(unscaled: bigint, scale: number): Finite {
  if (scale > SCALE_MAX) throw numericOverflow();
  if (unscaled >= surelyFits || unscaled <= -surelyFits) {
    const limit = powerOfTen(INTEGER_DIGITS_MAX + scale);
    if (unscaled >= limit || unscaled <= -limit) throw numericOverflow();
  }
  return { kind: 'finite', unscaled, scale };
}

export const numericFromInt64 = (value: Int64): Numeric => ({ kind: 'finite', unscaled: BigInt(value), scale: 0 });

/** -1, 0 or 1; NaN counts as positive here, as in comparisons. */
export const signOf = (value: Numeric): number => {
  switch (value.kind) {
    case 'finite':
      return value.unscaled > 0n ? 1 : value.unscaled < 0n ? -1 : 0;
    case '-infinity':
      return -1;
    default:
      return 1;
  }
};

const infinity = (sign: number): Numeric => (sign < 0 ? NEGATIVE_INFINITY : POSITIVE_INFINITY);

/** unscaled × 10^-from as a whole number of 10^-to, half away from zero; `to` may be negative. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return to === from ? unscaled : unscaled * powerOfTen(to - from);
  if (from - to > 2 * INTEGER_DIGITS_MAX) return 0n;
  return divideRounding(unscaled, powerOfTen(from - to));
}

/** Quotient rounded half away from zero; denominator not 0. */
export function divideRounding(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const twice = remainder * 2n;
  const size = denominator < 0n ? -denominator : denominator;
  if (twice < size && -twice < size) return quotient;
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
}

export function addNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'finite' && b.kind === 'finite') {
    if (a.scale === b.scale) return finite(a.unscaled + b.unscaled, a.scale);
    const scale = Math.max(a.scale, b.scale);
    return finite(rescale(a.unscaled, a.scale, scale) + rescale(b.unscaled, b.scale, scale), scale);
  }
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  if (a.kind === 'finite') return b;
  return b.kind === 'finite' || a.kind === b.kind ? a : NAN;
}

export const subtractNumeric = (a: Numeric, b: Numeric): Numeric => addNumeric(a, negateNumeric(b));

export function multiplyNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'finite' && b.kind === 'finite') {
    const scale = a.scale + b.scale;
    const product = a.unscaled * b.unscaled;
    return scale <= SCALE_MAX ? finite(product, scale) : finite(rescale(product, scale, SCALE_MAX), SCALE_MAX);
  }
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  const sign = signOf(a) * signOf(b);
  return sign === 0 ? NAN : infinity(sign);
}

/** The scale PostgreSQL gives a quotient: 16 significant digits, at least either input's scale (select_div_scale). */
export function divisionScale(a: Finite, b: Finite): number {
  const x = leadingDigit(a);
  const y = leadingDigit(b);
  const quotientWeight = x.weight - y.weight - (x.digit <= y.digit ? 1 : 0);
  return Math.min(Math.max(SIGNIFICANT_DIGITS_MIN - quotientWeight * 4, a.scale, b.scale, 0), DISPLAY_SCALE_MAX);
}

/** Weight and value of the first base-10000 digit; 0 and 0 for zero. */
export function leadingDigit(value: Finite): { weight: number; digit: number } {
  if (value.unscaled === 0n) return { weight: 0, digit: 0 };
  const text = (value.unscaled < 0n ? -value.unscaled : value.unscaled).toString();
  const exponent = text.length - 1 - value.scale;
  const weight = Math.floor(exponent / 4);
  const digits = exponent - weight * 4 + 1;
  return { weight, digit: Number(text.slice(0, digits).padEnd(digits, '0')) };
}

/** a / b. `scale` replaces the scale PostgreSQL's operator chooses. */
export function divideNumeric(a: Numeric, b: Numeric, scale?: number): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return divideSpecial(a, b);
  if (b.unscaled === 0n) throw divisionByZero();
  const resultScale = scale ?? divisionScale(a, b);
  const shift = resultScale + b.scale - a.scale;
  return finite(
    shift >= 0
      ? divideRounding(a.unscaled * powerOfTen(shift), b.unscaled)
      : divideRounding(a.unscaled, b.unscaled * powerOfTen(-shift)),
    resultScale,
  );
}

function divideSpecial(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  if (a.kind === 'finite') return ZERO;
  if (b.kind !== 'finite') return NAN;
  if (b.unscaled === 0n) throw divisionByZero();
  return infinity(signOf(a) * signOf(b));
}

/** div(a, b): the quotient cut off to an integer. */
export function truncatingDivideNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return divideSpecial(a, b);
  if (b.unscaled === 0n) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return finite(rescale(a.unscaled, a.scale, scale) / rescale(b.unscaled, b.scale, scale), 0);
}

/** a % b, with the sign of a. */
export function moduloNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'finite' && b.kind === 'finite') {
    if (b.unscaled === 0n) throw divisionByZero();
    const scale = Math.max(a.scale, b.scale);
    return finite(rescale(a.unscaled, a.scale, scale) % rescale(b.unscaled, b.scale, scale), scale);
  }
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  if (a.kind === 'finite') return a;
  if (b.kind === 'finite' && b.unscaled === 0n) throw divisionByZero();
  return NAN;
}

export function negateNumeric(value: Numeric): Numeric {
  switch (value.kind) {
    case 'finite':
      return { kind: 'finite', unscaled: -value.unscaled, scale: value.scale };
    case 'infinity':
      return NEGATIVE_INFINITY;
    case '-infinity':
      return POSITIVE_INFINITY;
    case 'nan':
      return value;
  }
}

export const absNumeric = (value: Numeric): Numeric => (signOf(value) < 0 ? negateNumeric(value) : value);

export const signNumeric = (value: Numeric): Numeric =>
  value.kind === 'nan' ? NAN : { kind: 'finite', unscaled: BigInt(signOf(value)), scale: 0 };

/** Total order of PostgreSQL: -Infinity < finite < Infinity < NaN, and NaN equals NaN. */
export function compareNumeric(a: Numeric, b: Numeric): number {
  if (a.kind === 'finite' && b.kind === 'finite') {
    if (a.scale === b.scale) return a.unscaled < b.unscaled ? -1 : a.unscaled > b.unscaled ? 1 : 0;
    const scale = Math.max(a.scale, b.scale);
    const x = rescale(a.unscaled, a.scale, scale);
    const y = rescale(b.unscaled, b.scale, scale);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return orderOf(a) - orderOf(b) < 0 ? -1 : orderOf(a) > orderOf(b) ? 1 : 0;
}

const orderOf = (value: Numeric): number =>
  value.kind === 'finite' ? 0 : value.kind === 'nan' ? 2 : value.kind === 'infinity' ? 1 : -1;

/** round(value, digits): half away from zero; negative digits round before the point. */
export function roundNumeric(value: Numeric, digits = 0): Numeric {
  if (value.kind !== 'finite') return value;
  const to = Math.min(Math.max(digits, -INTEGER_DIGITS_MAX - 1), SCALE_MAX);
  const rounded = rescale(value.unscaled, value.scale, to);
  return to >= 0 ? finite(rounded, to) : finite(rounded * powerOfTen(-to), 0);
}

/** trunc(value, digits): towards zero. */
export function truncNumeric(value: Numeric, digits = 0): Numeric {
  if (value.kind !== 'finite') return value;
  const to = Math.min(Math.max(digits, -INTEGER_DIGITS_MAX), SCALE_MAX);
  if (to >= value.scale) return finite(rescale(value.unscaled, value.scale, to), to);
  const cut = value.unscaled / powerOfTen(value.scale - to);
  return to >= 0 ? finite(cut, to) : finite(cut * powerOfTen(-to), 0);
}

export const ceilNumeric = (value: Numeric): Numeric => towards(value, 1n);
export const floorNumeric = (value: Numeric): Numeric => towards(value, -1n);

function towards(value: Numeric, direction: 1n | -1n): Numeric {
  if (value.kind !== 'finite') return value;
  const divisor = powerOfTen(value.scale);
  const whole = value.unscaled / divisor;
  const rest = value.unscaled % divisor;
  return finite(rest * direction > 0n ? whole + direction : whole, 0);
}

/** min_scale(value): digits after the point that are needed; undefined (NULL) for special values. */
export function minScaleOf(value: Numeric): number | undefined {
  if (value.kind !== 'finite') return undefined;
  let { unscaled, scale } = value;
  if (unscaled === 0n) return 0;
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale--;
  }
  return scale;
}

/** trim_scale(value). Equal values become identical: a key for hashing. */
export function trimScale(value: Numeric): Numeric {
  const scale = minScaleOf(value);
  if (value.kind !== 'finite' || scale === undefined || scale === value.scale) return value;
  return { kind: 'finite', unscaled: value.unscaled / powerOfTen(value.scale - scale), scale };
}

const integerRanges = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  bigint: [INT64_MIN, INT64_MAX],
} as const;

/** Rounded half away from zero; 22003 outside the type's range. */
export function numericToInt64(value: Numeric, type: 'smallint' | 'integer' | 'bigint' = 'bigint'): Int64 {
  if (value.kind !== 'finite') {
    throw sqlError('0A000', `cannot convert ${value.kind === 'nan' ? 'NaN' : 'infinity'} to ${type}`);
  }
  const rounded = rescale(value.unscaled, value.scale, 0);
  const [least, greatest] = integerRanges[type];
  if (rounded < least || rounded > greatest) throw outOfRange(type);
  return int64(rounded);
}

/** numeric(p,s): rounds to the scale and checks the precision; `typmod` as in pg_attribute, -1 changes nothing. */
export function castNumeric(value: Numeric, typmod: number): Numeric {
  const limits = numericTypmod(typmod);
  if (limits === undefined || value.kind === 'nan') return value;
  const { precision, scale } = limits;
  if (value.kind !== 'finite') {
    throw fieldOverflow(`A field with precision ${precision}, scale ${scale} cannot hold an infinite value.`);
  }
  const unscaled = rescale(value.unscaled, value.scale, scale);
  const limit = powerOfTen(precision);
  if (unscaled >= limit || unscaled <= -limit) {
    const integerDigits = precision - scale;
    const bound = integerDigits === 0 ? '1' : `10^${integerDigits}`;
    throw fieldOverflow(
      `A field with precision ${precision}, scale ${scale} must round to an absolute value less than ${bound}.`,
    );
  }
  return scale >= 0 ? finite(unscaled, scale) : finite(unscaled * powerOfTen(-scale), 0);
}

const fieldOverflow = (detail: string) => sqlError('22003', 'numeric field overflow', { detail });

/** width_bucket(operand, low, high, count). */
export function widthBucketNumeric(operand: Numeric, low: Numeric, high: Numeric, count: number): number {
  if (count <= 0) throw sqlError('2201G', 'count must be greater than zero');
  if (operand.kind === 'nan' || low.kind === 'nan' || high.kind === 'nan') {
    throw sqlError('2201G', 'operand, lower bound, and upper bound cannot be NaN');
  }
  if (low.kind !== 'finite' || high.kind !== 'finite') throw sqlError('2201G', 'lower and upper bounds must be finite');
  const direction = compareNumeric(low, high);
  if (direction === 0) throw sqlError('2201G', 'lower bound cannot equal upper bound');
  const before = compareNumeric(operand, low) * direction > 0;
  if (before) return 0;
  if (compareNumeric(operand, high) * direction <= 0) {
    if (count === 2147483647) throw outOfRange('integer');
    return count + 1;
  }
  assert(operand.kind === 'finite', 'an infinite operand lies outside its bounds');
  const scale = Math.max(operand.scale, low.scale, high.scale);
  const start = rescale(low.unscaled, low.scale, scale);
  const distance = rescale(operand.unscaled, operand.scale, scale) - start;
  const width = rescale(high.unscaled, high.scale, scale) - start;
  return Number((distance * BigInt(count)) / width) + 1;
}
