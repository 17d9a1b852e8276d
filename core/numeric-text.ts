/** numeric ↔ text: numeric_out, and numeric_in with exponents, underscores, hexadecimal, octal and binary integers. */
import type { Numeric } from './datum.ts';
import { castNumeric, finite, NAN, NEGATIVE_INFINITY, POSITIVE_INFINITY, rescale } from './numeric.ts';
import { invalidTextRepresentation, numericOverflow } from './sql-error.ts';

export function formatNumeric(value: Numeric): string {
  switch (value.kind) {
    case 'finite':
      return formatDecimal(value.unscaled, value.scale);
    case 'nan':
      return 'NaN';
    case 'infinity':
      return 'Infinity';
    case '-infinity':
      return '-Infinity';
  }
}

function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const space = '[ \\t\\n\\v\\f\\r]*';
const digits = '\\d+(?:_\\d+)*';
const decimalPattern = new RegExp(
  `^${space}([+-]?)(?:(${digits})(?:\\.(${digits})?)?|\\.(${digits}))(?:[eE]([+-]?)(${digits}))?${space}$`,
);
const prefixedPattern = new RegExp(`^${space}([+-]?)(0[xX](?:_?[0-9a-fA-F]+)+|0[oO](?:_?[0-7]+)+|0[bB](?:_?[01]+)+)${space}$`);
const specialPattern = new RegExp(`^${space}(?:(nan)|([+-]?)inf(?:inity)?)${space}$`, 'i');
const EXPONENT_MAX = 0x3fffffff;
/** No number of more digits fits, so none is built. */
const DIGITS_MAX = 131072 + 16383 + 4;

export function parseNumeric(text: string, typmod = -1): Numeric {
  const match = decimalPattern.exec(text);
  if (match === null) return castNumeric(parseUncommon(text), typmod);
  const [, sign, whole = '', fractionAfter, fractionAlone, exponentSign, exponentDigits = '0'] = match;
  const fraction = (fractionAfter ?? fractionAlone ?? '').replaceAll('_', '');
  const integer = whole.replaceAll('_', '');
  const exponent = Number(exponentDigits.replaceAll('_', '')) * (exponentSign === '-' ? -1 : 1);
  if (Math.abs(exponent) > EXPONENT_MAX) throw numericOverflow();
  const unscaled = BigInt(integer + fraction);
  const signed = sign === '-' ? -unscaled : unscaled;
  const scale = fraction.length - exponent;
  if (scale < 0) {
    if (signed === 0n) return castNumeric(finite(0n, 0), typmod);
    if (-scale > DIGITS_MAX) throw numericOverflow();
    return castNumeric(finite(rescale(signed, 0, -scale), 0), typmod);
  }
  return castNumeric(finite(signed, scale), typmod);
}

function parseUncommon(text: string): Numeric {
  const prefixed = prefixedPattern.exec(text);
  if (prefixed !== null) {
    const value = BigInt(prefixed[2]!.replaceAll('_', ''));
    return finite(prefixed[1] === '-' ? -value : value, 0);
  }
  const special = specialPattern.exec(text);
  if (special === null) throw invalidTextRepresentation('numeric', text);
  if (special[1] !== undefined) return NAN;
  return special[2] === '-' ? NEGATIVE_INFINITY : POSITIVE_INFINITY;
}

/** 1500 → 15. */
export function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits.endsWith('0', end)) end--;
  return digits.slice(0, end);
}
