/**
 * sqrt, exp, ln, log and power of numeric. PostgreSQL chooses the scale of such a result from an estimate of its weight so
 * that it shows at least 16 significant digits; those estimates are repeated here exactly, in double precision as there
 * (numeric_sqrt … power_var_int in src/backend/utils/adt/numeric.c). The digits themselves are computed with guard digits
 * on scaled bigints and rounded once.
 */
import type { Numeric } from './datum.ts';
import { numericToFloat64Saturating } from './numeric-float.ts';
import {
  absNumeric,
  compareNumeric,
  DISPLAY_SCALE_MAX,
  divideNumeric,
  divideRounding,
  finite,
  leadingDigit,
  minScaleOf,
  multiplyNumeric,
  NAN,
  NEGATIVE_INFINITY,
  negateNumeric,
  ONE,
  POSITIVE_INFINITY,
  rescale,
  roundNumeric,
  signOf,
  ZERO,
} from './numeric.ts';
import { powerOfTen } from './numeric-binary.ts';
import { divisionByZero, numericOverflow, sqlError } from './sql-error.ts';

type Finite = Extract<Numeric, { kind: 'finite' }>;

const SIGNIFICANT_DIGITS_MIN = 16;
// PostgreSQL's own spelling of these constants, which decides borderline scales.
// oxlint-disable-next-line approx-constant
const LOG10_E = 0.434294481903252;
// oxlint-disable-next-line approx-constant
const LN_10 = 2.302585092994046;
/** exp() of more than this overflows, of less than its negative is 0. */
const EXPONENT_MAX = 6000;
const GUARD_DIGITS = 14;

const displayScale = (wanted: number, ...inputs: readonly number[]): number =>
  Math.min(Math.max(wanted, 0, ...inputs), DISPLAY_SCALE_MAX);

/** sqrt(value). `scale` replaces the scale PostgreSQL's function chooses. */
export function sqrtNumeric(value: Numeric, scale?: number): Numeric {
  if (value.kind === 'nan' || value.kind === 'infinity') return value;
  if (value.kind === '-infinity' || value.unscaled < 0n) {
    throw sqlError('2201F', 'cannot take square root of a negative number');
  }
  const resultScale = scale ?? displayScale(SIGNIFICANT_DIGITS_MIN - (leadingDigit(value).weight * 2 + 1), value.scale);
  // Two more digits than wanted, cut off: only the last of them decides, and a root is never exactly half way.
  const root = integerSqrt(rescaleDown(value, (resultScale + 1) * 2));
  return finite(rescale(root, resultScale + 1, resultScale), resultScale);
}

/** The value as a whole number of 10^-scale, cut off. */
function rescaleDown(value: Finite, scale: number): bigint {
  return scale >= value.scale
    ? value.unscaled * powerOfTen(scale - value.scale)
    : value.unscaled / powerOfTen(value.scale - scale);
}

function integerSqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(16).length * 4 + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function expNumeric(value: Numeric): Numeric {
  if (value.kind === '-infinity') return ZERO;
  if (value.kind !== 'finite') return value;
  const weight = clampedWeight(numericToFloat64Saturating(value));
  return expAtScale(value, displayScale(SIGNIFICANT_DIGITS_MIN - weight, value.scale));
}

/** Decimal weight of e^x, limited so that no later sum overflows. */
const clampedWeight = (x: number): number => Math.trunc(Math.min(Math.max(x * LOG10_E, -2000), 2000));

function expAtScale(value: Finite, scale: number): Finite {
  const estimate = numericToFloat64Saturating(value);
  if (Math.abs(estimate) >= EXPONENT_MAX) {
    if (estimate > 0) throw numericOverflow();
    return finite(0n, scale);
  }
  const weight = Math.ceil(Math.abs(estimate) * LOG10_E);
  const working = Math.max(scale + (estimate > 0 ? weight : -weight), 0) + GUARD_DIGITS;
  const size = value.unscaled < 0n ? -value.unscaled : value.unscaled;
  const power = expFixed(size, value.scale, working);
  return finite(
    value.unscaled >= 0n ? rescale(power, working, scale) : divideRounding(powerOfTen(scale + working), power),
    scale,
  );
}

/** e^(unscaled × 10^-scale), argument ≥ 0, with a relative error below 10^-digits, as a whole number of 10^-digits. */
function expFixed(unscaled: bigint, scale: number, digits: number): bigint {
  // Halve the argument until it is below 2^-8, sum the Taylor series, square back; each squaring doubles the error.
  const integerBits = (unscaled / powerOfTen(scale)).toString(2).length;
  const halvings = integerBits + 8;
  const working = digits + Math.ceil(halvings * 0.302) + 3;
  const unit = powerOfTen(working);
  const x =
    (scale <= working ? unscaled * powerOfTen(working - scale) : unscaled / powerOfTen(scale - working)) >> BigInt(halvings);
  let sum = unit + x;
  let term = x;
  for (let n = 2n; term !== 0n; n++) {
    term = (term * x) / (unit * n);
    sum += term;
  }
  for (let i = 0; i < halvings; i++) sum = (sum * sum) / unit;
  return sum / powerOfTen(working - digits);
}

/** Decimal weight of ln(value), value > 0: PostgreSQL's estimate_ln_dweight. */
function estimateLnWeight(value: Finite): number {
  if (value.unscaled <= 0n) return 0;
  const ten = powerOfTen(value.scale + 1);
  if (value.unscaled * 100n >= ten * 9n && value.unscaled * 100n <= ten * 11n) {
    const difference = value.unscaled - powerOfTen(value.scale);
    if (difference === 0n) return 0;
    const { weight, digit } = leadingDigit({ kind: 'finite', unscaled: difference, scale: value.scale });
    return weight * 4 + digit.toString().length - 1;
  }
  const [digits, weight] = leadingDigits(value, 2);
  return Math.trunc(Math.log10(Math.abs(Math.log(digits) + weight * LN_10)));
}

/** Up to `count` base-10000 digits from the first one on, as a number, and the decimal exponent of the last one taken. */
function leadingDigits(value: Finite, count: number): [number, number] {
  const text = (value.unscaled < 0n ? -value.unscaled : value.unscaled).toString();
  const { weight } = leadingDigit(value);
  // Trailing zero digits are not stored by PostgreSQL, so they do not count as taken.
  const exponent = text.length - 1 - value.scale;
  const first = exponent - weight * 4 + 1;
  let end = Math.min(first + (count - 1) * 4, first + Math.ceil((text.length - first) / 4) * 4);
  const padded = text.padEnd(Math.max(end, first), '0');
  while (end > first && Number(padded.slice(end - 4, end)) === 0) end -= 4;
  return [Number(padded.slice(0, end)), weight * 4 - (end - first)];
}

export function lnNumeric(value: Numeric): Numeric {
  if (value.kind === 'nan' || value.kind === 'infinity') return value;
  requirePositive(value);
  const argument = value as Finite;
  return lnAtScale(argument, displayScale(SIGNIFICANT_DIGITS_MIN - estimateLnWeight(argument), argument.scale));
}

function requirePositive(value: Numeric): void {
  const sign = signOf(value);
  if (sign < 0) throw sqlError('2201E', 'cannot take logarithm of a negative number');
  if (sign === 0) throw sqlError('2201E', 'cannot take logarithm of zero');
}

function lnAtScale(value: Finite, scale: number): Finite {
  const working = Math.max(scale, 0) + GUARD_DIGITS;
  const text = value.unscaled.toString();
  const exponent = text.length - 1 - value.scale;
  // Near 1 the logarithm is taken as it is; elsewhere of a mantissa in [1, 10), plus exponent × ln 10.
  if (exponent === 0 || exponent === -1) return finite(rescale(lnFixed(value, working), working, scale), scale);
  const mantissa: Finite = { kind: 'finite', unscaled: value.unscaled, scale: text.length - 1 };
  const digits = working + 7;
  const sum = lnFixed(mantissa, digits) + BigInt(exponent) * ln10(digits);
  return finite(rescale(sum, digits, scale), scale);
}

let knownLn10 = { digits: -1, value: 0n };
function ln10(digits: number): bigint {
  if (knownLn10.digits !== digits) {
    knownLn10 = { digits, value: lnFixed({ kind: 'finite', unscaled: 10n, scale: 0 }, digits) };
  }
  return knownLn10.value;
}

/** ln of a value in [0.1, 10], as a whole number of 10^-digits: Halley's iteration on e^y = value, which triples the digits. */
function lnFixed(value: Finite, digits: number): bigint {
  const working = digits + 4;
  const unit = powerOfTen(working);
  const target = rescaleDown(value, working);
  const estimate = Math.log(numericToFloat64Saturating(value));
  let y = (BigInt(Math.round(estimate * 2 ** 52)) * unit) >> 52n;
  for (let known = 14; ; known *= 3) {
    const power = y >= 0n ? expFixed(y, working, working) : (unit * unit) / expFixed(-y, working, working);
    y += (2n * (target - power) * unit) / (target + power);
    if (known * 3 > working + 3) return y / powerOfTen(working - digits);
  }
}

/** log(base, value). */
export function logNumeric(base: Numeric, value: Numeric): Numeric {
  if (base.kind === 'nan' || value.kind === 'nan') return NAN;
  if (base.kind !== 'finite' || value.kind !== 'finite') {
    if (signOf(base) < 0 || signOf(value) < 0) throw sqlError('2201E', 'cannot take logarithm of a negative number');
    if (signOf(base) === 0 || signOf(value) === 0) throw sqlError('2201E', 'cannot take logarithm of zero');
    if (base.kind === 'finite') return POSITIVE_INFINITY;
    return value.kind === 'finite' ? ZERO : NAN;
  }
  const baseWeight = estimateLnWeight(base);
  const valueWeight = estimateLnWeight(value);
  const resultWeight = valueWeight - baseWeight;
  const scale = displayScale(SIGNIFICANT_DIGITS_MIN - resultWeight, base.scale, value.scale);
  requirePositive(base);
  const lnBase = lnAtScale(base, Math.max(scale + resultWeight - baseWeight + 8, 0));
  requirePositive(value);
  const lnValue = lnAtScale(value, Math.max(scale + resultWeight - valueWeight + 8, 0));
  return divideNumeric(lnValue, lnBase, scale);
}

const isIntegral = (value: Numeric): boolean => value.kind !== 'finite' || minScaleOf(value) === 0;
const isOdd = (value: Finite): boolean => isIntegral(value) && (value.unscaled / powerOfTen(value.scale)) % 2n !== 0n;
const zeroToNegative = () => sqlError('2201F', 'zero raised to a negative power is undefined');
const complexResult = () => sqlError('2201F', 'a negative number raised to a non-integer power yields a complex result');

export function powerNumeric(base: Numeric, exponent: Numeric): Numeric {
  if (base.kind !== 'finite' || exponent.kind !== 'finite') return powerSpecial(base, exponent);
  if (base.unscaled === 0n && exponent.unscaled < 0n) throw zeroToNegative();
  if (isIntegral(exponent)) {
    const whole = exponent.unscaled / powerOfTen(exponent.scale);
    if (whole >= -2147483648n && whole <= 2147483647n) return powerInteger(base, Number(whole), exponent.scale);
  }
  if (base.unscaled === 0n) return finite(0n, SIGNIFICANT_DIGITS_MIN);
  if (base.unscaled > 0n) return powerPositive(base, exponent);
  if (!isIntegral(exponent)) throw complexResult();
  const result = powerPositive(absNumeric(base) as Finite, exponent);
  return isOdd(exponent) ? negateNumeric(result) : result;
}

/** POSIX's rules for pow() with infinities and NaN, and SQL's errors. */
function powerSpecial(base: Numeric, exponent: Numeric): Numeric {
  const isOne = base.kind === 'finite' && compareNumeric(base, ONE) === 0;
  const toZero = exponent.kind === 'finite' && exponent.unscaled === 0n;
  if (base.kind === 'nan') return toZero ? ONE : NAN;
  if (exponent.kind === 'nan') return isOne ? ONE : NAN;
  const baseSign = signOf(base);
  const exponentSign = signOf(exponent);
  if (baseSign === 0 && exponentSign < 0) throw zeroToNegative();
  if (baseSign < 0 && !isIntegral(exponent)) throw complexResult();
  if (isOne || toZero) return ONE;
  if (baseSign === 0) return ZERO;
  if (exponent.kind !== 'finite') {
    const size = compareNumeric(absNumeric(base), ONE);
    if (size === 0) return ONE;
    return size > 0 === exponentSign > 0 ? POSITIVE_INFINITY : ZERO;
  }
  if (exponentSign < 0) return ZERO;
  return base.kind === '-infinity' && isOdd(exponent) ? NEGATIVE_INFINITY : POSITIVE_INFINITY;
}

/** e^(exponent × ln base), base > 0. */
function powerPositive(base: Finite, exponent: Finite): Numeric {
  const lnWeight = estimateLnWeight(base);
  const roughScale = Math.max(8 - lnWeight, 0);
  const rough = numericToFloat64Saturating(
    roundNumeric(multiplyNumeric(lnAtScale(base, roughScale), exponent), roughScale) as Finite,
  );
  if (Math.abs(rough) > 2000 * 3.01) {
    if (rough > 0) throw numericOverflow();
    return finite(0n, DISPLAY_SCALE_MAX);
  }
  const weight = Math.trunc(rough * LOG10_E);
  const scale = displayScale(SIGNIFICANT_DIGITS_MIN - weight, base.scale, exponent.scale);
  const working = Math.max(Math.max(scale + weight, 0) - lnWeight + 8, 0);
  const product = roundNumeric(multiplyNumeric(lnAtScale(base, working), exponent), working) as Finite;
  return expAtScale(product, scale);
}

/** Repeated squaring with a limited number of significant digits, scales as in power_var_int. */
function powerInteger(base: Finite, exponent: number, exponentScale: number): Numeric {
  let weight = 0;
  if (base.unscaled !== 0n) {
    const [digits, shift] = leadingDigits(base, 4);
    weight = exponent * (log10(digits) + shift);
  }
  if (weight > 131072) throw numericOverflow();
  if (weight + 1 < -DISPLAY_SCALE_MAX) return finite(0n, DISPLAY_SCALE_MAX);
  const scale = displayScale(SIGNIFICANT_DIGITS_MIN - Math.trunc(weight), base.scale, exponentScale);
  if (exponent === 0) return roundNumeric(ONE, scale);
  if (exponent === 1) return roundNumeric(base, scale);
  if (exponent === -1) return divideNumeric(ONE, base, scale);
  if (exponent === 2) return finite(rescale(base.unscaled * base.unscaled, base.scale * 2, scale), scale);
  if (base.unscaled === 0n) {
    if (exponent < 0) throw divisionByZero();
    return finite(0n, scale);
  }
  const digits = 1 + scale + Math.trunc(weight) + Math.trunc(Math.log(Math.abs(exponent))) + 8;
  let mask = Math.abs(exponent);
  let square: Finite = base;
  let result: Finite = mask % 2 === 1 ? base : (ONE as Finite);
  for (mask = Math.floor(mask / 2); mask > 0; mask = Math.floor(mask / 2)) {
    square = multiplyLimited(square, square, digits);
    if (mask % 2 === 1) result = multiplyLimited(square, result, digits);
    if (leadingDigit(square).weight > 32767 || leadingDigit(result).weight > 32767) {
      if (exponent > 0) throw numericOverflow();
      return finite(0n, scale);
    }
  }
  if (exponent > 0) return roundNumeric(result, scale);
  return divideNumeric(ONE, result, scale);
}

function multiplyLimited(a: Finite, b: Finite, digits: number): Finite {
  const wanted = digits - (leadingDigit(a).weight + leadingDigit(b).weight) * 4;
  const scale = Math.max(Math.min(wanted, a.scale + b.scale), 0);
  return { kind: 'finite', unscaled: rescale(a.unscaled * b.unscaled, a.scale + b.scale, scale), scale };
}

/** Exact at powers of ten, as C's log10. */
function log10(value: number): number {
  const nearest = Math.round(Math.log10(value));
  return 10 ** nearest === value ? nearest : Math.log10(value);
}
