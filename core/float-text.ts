/**
 * float4 and float8 to and from text as PostgreSQL spells them: shortest round-trip digits when extra_float_digits ≥ 1,
 * printf's %g otherwise; input as C's strtod takes it. (float8out_internal, float8in_internal in
 * src/backend/utils/adt/float.c; src/common/d2s.c, f2s.c: fixed notation for exponents -4 … 14, for float4 -4 … 5.)
 */
import { invalidTextRepresentation, sqlError } from './sql-error.ts';

/** extraFloatDigits: the session's extra_float_digits, -15 … 3. */
export function formatFloat64(value: number, extraFloatDigits: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  if (extraFloatDigits < 1) return formatGeneral(value, 15 + extraFloatDigits);
  const [digits, exponent] = split(shortest64(value));
  return layOut(value < 0, digits, exponent, 15);
}

/** `value` is a single-precision number. */
export function formatFloat32(value: number, extraFloatDigits: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  if (extraFloatDigits < 1) return formatGeneral(value, 6 + extraFloatDigits);
  const [digits, exponent] = split(shortest32(Math.abs(value)));
  return layOut(value < 0, digits, exponent, 6);
}

function formatSpecial(value: number): string | undefined {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'Infinity';
  return value === -Infinity ? '-Infinity' : undefined;
}

/** printf("%.*g"): at most `precision` significant digits (at least 1), trailing zeros dropped. */
export function formatGeneral(value: number, precision: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const significant = Math.max(precision, 1);
  const [digits, exponent] = split(roundToEven(Math.abs(value), significant));
  return layOut(value < 0, digits, exponent, significant);
}

/** toPrecision, but exact ties go to the even digit as in C. */
function roundToEven(value: number, precision: number): string {
  const further = value.toPrecision(precision + 1);
  const [next] = split(further, false);
  if (next[precision] !== '5') return value.toPrecision(precision);
  // oxlint-disable-next-line number-arg-out-of-range -- engines take up to 100
  const [exact] = split(value.toPrecision(100), false);
  const tie = /^50*$/.test(exact.slice(precision));
  const even = (exact.charCodeAt(precision - 1) & 1) === 0;
  if (!tie || !even) return value.toPrecision(precision);
  const [, exponent] = split(further, false);
  return `${exact[0]!}.${exact.slice(1, precision)}e${exponent}`;
}

/** Significant digits without trailing zeros, and the exponent of the first one, of a JavaScript number's positive text. */
function split(text: string, strip = true): [string, number] {
  const e = text.indexOf('e');
  const mantissa = e < 0 ? text : text.slice(0, e);
  let exponent = e < 0 ? 0 : Number(text.slice(e + 1));
  const point = mantissa.indexOf('.');
  let digits = mantissa;
  if (point >= 0) digits = mantissa.slice(0, point) + mantissa.slice(point + 1);
  exponent += (point >= 0 ? point : mantissa.length) - 1;
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === 48) start++;
  exponent -= start;
  let end = digits.length;
  if (strip) while (end > start + 1 && digits.charCodeAt(end - 1) === 48) end--;
  return [digits.slice(start, end), exponent];
}

function layOut(negative: boolean, digits: string, exponent: number, fixedBelow: number): string {
  const sign = negative ? '-' : '';
  if (exponent < -4 || exponent >= fixedBelow) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = Math.abs(exponent);
    return `${sign}${digits[0]!}${fraction}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/**
 * JavaScript's shortest digits, except where they lie exactly half way to the next double: PostgreSQL wants them strictly
 * inside. Such a decimal is a short multiple of a power of ten between 2^53 and 10^40 that is no double itself.
 */
function shortest64(value: number): string {
  const size = Math.abs(value);
  const text = String(size);
  if (size < 9007199254740992 || size > 1e40) return text;
  for (let precision = split(text)[0].length + 1, candidate = text; ; precision++) {
    const distance = BigInt(size) - wholeDecimal(candidate);
    if (distance === 0n || 2n * (distance < 0n ? -distance : distance) !== gap(size, distance < 0n)) return candidate;
    candidate = roundToEven(size, precision);
  }
}

function wholeDecimal(text: string): bigint {
  const [digits, exponent] = split(text);
  const zeros = exponent + 1 - digits.length;
  return zeros >= 0 ? BigInt(digits) * 10n ** BigInt(zeros) : BigInt(digits.slice(0, zeros));
}

const doubleView = new DataView(new ArrayBuffer(8));
function gap(size: number, upwards: boolean): bigint {
  doubleView.setFloat64(0, size);
  doubleView.setBigInt64(0, doubleView.getBigInt64(0) + (upwards ? 1n : -1n));
  const distance = BigInt(doubleView.getFloat64(0)) - BigInt(size);
  return distance < 0n ? -distance : distance;
}

/**
 * Six significant digits are unique among floats, so if they read back as the value they are its shortest; else the first
 * longer form that does, strictly inside the half-way points. Just above a power of two the interval is lopsided and a
 * neighbour of the nearest decimal may be the shorter one inside.
 */
function shortest32(size: number): string {
  for (let precision = size < 1.1754943508222875e-38 ? 1 : 6; precision < 9; precision++) {
    const text = roundToEven(size, precision);
    if (readsBack(text, size)) return text;
    if (isPowerOfTwo(size)) {
      const up = nextDecimal(text, precision);
      if (readsBack(up, size)) return up;
    }
  }
  return roundToEven(size, 9);
}

const floatView = new DataView(new ArrayBuffer(4));
function isPowerOfTwo(size: number): boolean {
  floatView.setFloat32(0, size);
  return (floatView.getUint32(0) & 0x7fffff) === 0;
}

function readsBack(text: string, size: number): boolean {
  const value = Number(text);
  if (Math.fround(value) !== size) return false;
  floatView.setFloat32(0, size);
  const bits = floatView.getUint32(0);
  floatView.setUint32(0, bits + (value > size ? 1 : -1));
  const neighbour = floatView.getFloat32(0);
  return value === size || value !== size + (neighbour - size) / 2;
}

function nextDecimal(text: string, precision: number): string {
  const [digits, exponent] = split(text, false);
  return `${BigInt(digits) + 1n}e${exponent - precision + 1}`;
}

const space = '[ \\t\\n\\v\\f\\r]*';
const decimalPattern = new RegExp(`^${space}([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)${space}$`);
const hexPattern = new RegExp(`^${space}([+-]?)0[xX]([0-9a-fA-F]*)\\.?([0-9a-fA-F]*)(?:[pP]([+-]?\\d+))?${space}$`);
const specialPattern = new RegExp(`^${space}([+-]?)(nan|inf(?:inity)?)${space}$`, 'i');

/** 22P02 for what is no number, 22003 for what is too large or too small. */
export function parseFloat64(text: string): number {
  const decimal = decimalPattern.exec(text);
  if (decimal === null) return parseUncommon(text, 'double precision', (value) => value);
  const value = Number(decimal[1]!);
  if (!Number.isFinite(value) || (value === 0 && hasNonzeroDigit(decimal[1]!))) throw tooFar(decimal[1]!, 'double precision');
  return value;
}

export function parseFloat32(text: string): number {
  const decimal = decimalPattern.exec(text);
  if (decimal === null) return parseUncommon(text, 'real', Math.fround);
  const value = roundToFloat32(Number(decimal[1]!), decimal[1]!);
  if (!Number.isFinite(value) || (value === 0 && hasNonzeroDigit(decimal[1]!))) throw tooFar(decimal[1]!, 'real');
  return value;
}

const hasNonzeroDigit = (text: string): boolean => /[1-9]/.test(text.replace(/[eE].*$/, ''));
const tooFar = (text: string, type: string) => sqlError('22003', `"${text}" is out of range for type ${type}`);

/**
 * The single-precision number nearest to a decimal, given the double nearest to it. Rounding twice errs only where the
 * double lies half way between two singles and the decimal does not.
 */
export function roundToFloat32(nearest: number, decimal: string): number {
  const single = Math.fround(nearest);
  if (single === nearest || !Number.isFinite(nearest)) return single;
  doubleView.setFloat64(0, nearest);
  if ((doubleView.getUint32(4) & 0x1fffffff) !== 0x10000000) return single;
  const order = compareDecimals(decimal, nearest);
  if (order === 0) return single;
  // A step towards the decimal breaks the tie.
  doubleView.setBigInt64(0, doubleView.getBigInt64(0) + (order > 0 === nearest > 0 ? 1n : -1n));
  return Math.fround(doubleView.getFloat64(0));
}

/** Sign of decimal − value, exactly. */
function compareDecimals(decimal: string, value: number): number {
  const [, mantissa, exponent] = /^([^eE]*)(?:[eE](.*))?$/.exec(decimal)!;
  const [whole, fraction = ''] = mantissa!.split('.');
  let left = BigInt((whole! + fraction).replace('+', ''));
  const scale = Number(exponent ?? 0) - fraction.length;
  // value = binary × 2^-power, exactly
  let power = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    power++;
  }
  let right = BigInt(scaled);
  left <<= BigInt(power);
  if (scale >= 0) left *= 10n ** BigInt(scale);
  else right *= 10n ** BigInt(-scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

function parseUncommon(text: string, type: string, round: (value: number) => number): number {
  const special = specialPattern.exec(text);
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  const hex = hexPattern.exec(text);
  if (hex === null || (hex[2] === '' && hex[3] === '')) throw invalidTextRepresentation(type, text);
  const digits = BigInt(`0x${hex[2]! + hex[3]!}`);
  const value = round(Number(digits) * 2 ** (Number(hex[4] ?? 0) - hex[3]!.length * 4));
  if (!Number.isFinite(value) || (value === 0 && digits !== 0n)) throw tooFar(text.trim(), type);
  return hex[1] === '-' ? -value : value;
}
