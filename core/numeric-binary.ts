/**
 * PostgreSQL's binary send format of numeric: int16 ndigits, int16 weight, uint16 sign, uint16 display scale, then base-10000
 * digits, big-endian (numeric_send, numeric_recv in src/backend/utils/adt/numeric.c). It is what a numeric column in the
 * `bytes` layout holds and what goes over the wire. Written values are always stripped of leading and trailing zero digits.
 */
import type { Int64, Numeric } from './datum.ts';
import { int64 } from './datum.ts';
import { sqlError, protocolViolation } from './sql-error.ts';

const SIGN_NEGATIVE = 0x4000;
const SIGN_NAN = 0xc000;
const SIGN_INFINITY = 0xd000;
const SIGN_MINUS_INFINITY = 0xf000;
/** PostgreSQL sends this meaningless display scale with infinities. */
const INFINITY_SCALE = 0x20;

const powersOfTen: bigint[] = [1n];
/** 10^exponent, exponent ≥ 0. Small ones are kept. */
export function powerOfTen(exponent: number): bigint {
  if (exponent >= 512) return 10n ** BigInt(exponent);
  while (powersOfTen.length <= exponent) powersOfTen.push(powersOfTen[powersOfTen.length - 1]! * 10n);
  return powersOfTen[exponent]!;
}

export function numericToBinary(value: Numeric): Uint8Array {
  switch (value.kind) {
    case 'nan':
      return special(SIGN_NAN, 0);
    case 'infinity':
      return special(SIGN_INFINITY, INFINITY_SCALE);
    case '-infinity':
      return special(SIGN_MINUS_INFINITY, INFINITY_SCALE);
    case 'finite':
      return decimalToBinary(value.unscaled, value.scale);
  }
}

const special = (sign: number, scale: number): Uint8Array => Uint8Array.of(0, 0, 0, 0, sign >> 8, sign & 0xff, 0, scale);

/** The binary form of unscaled × 10^-scale. */
export function decimalToBinary(unscaled: bigint, scale: number): Uint8Array {
  const negative = unscaled < 0n;
  let text = (negative ? -unscaled : unscaled).toString();
  if (text === '0') text = '';
  // Align the decimal point to a multiple of four digits on both sides.
  const fractionPadding = (4 - (scale & 3)) & 3;
  if (text !== '' && fractionPadding > 0) text += '0'.repeat(fractionPadding);
  const fractionGroups = (scale + fractionPadding) >> 2;
  const leading = (4 - (text.length & 3)) & 3;
  if (leading < 4 && leading > 0) text = '0'.repeat(leading) + text;
  let groups = text.length >> 2;
  const weight = groups - fractionGroups - 1;
  while (groups > 0 && groupAt(text, groups - 1) === 0) groups--;
  const bytes = new Uint8Array(8 + groups * 2);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, groups);
  view.setInt16(2, groups === 0 ? 0 : weight);
  view.setUint16(4, negative && groups > 0 ? SIGN_NEGATIVE : 0);
  view.setUint16(6, scale);
  for (let i = 0; i < groups; i++) view.setUint16(8 + i * 2, groupAt(text, i));
  return bytes;
}

const groupAt = (text: string, group: number): number => {
  const at = group * 4;
  return (
    text.charCodeAt(at) * 1000 +
    text.charCodeAt(at + 1) * 100 +
    text.charCodeAt(at + 2) * 10 +
    text.charCodeAt(at + 3) -
    48 * 1111
  );
};

/** Reads bytes[from, to); raises 08P01 or 22P03 as numeric_recv does on malformed ones. */
export function numericFromBinary(bytes: Uint8Array, from = 0, to = bytes.length): Numeric {
  if (to - from < 8) throw protocolViolation('insufficient data left in message');
  const count = uint16(bytes, from);
  const weight = (uint16(bytes, from + 2) << 16) >> 16;
  const sign = uint16(bytes, from + 4);
  const scale = uint16(bytes, from + 6);
  if (sign === SIGN_NAN) return { kind: 'nan' };
  if (sign === SIGN_INFINITY) return { kind: 'infinity' };
  if (sign === SIGN_MINUS_INFINITY) return { kind: '-infinity' };
  if (sign !== 0 && sign !== SIGN_NEGATIVE) throw invalidNumeric('sign');
  if ((scale & 0x3fff) !== scale) throw invalidNumeric('scale');
  if (to - from < 8 + count * 2) throw protocolViolation('insufficient data left in message');
  let digits = 0n;
  // Up to three groups at once in a number: one bigint operation for twelve decimal digits.
  for (let i = 0; i < count;) {
    let chunk = 0;
    const end = Math.min(i + 3, count);
    const width = end - i;
    for (; i < end; i++) {
      const digit = uint16(bytes, from + 8 + i * 2);
      if (digit >= 10000) throw invalidNumeric('digit');
      chunk = chunk * 10000 + digit;
    }
    digits = digits * powerOfTen(width * 4) + BigInt(chunk);
  }
  const shift = (weight - count + 1) * 4 + scale;
  const unscaled = shift >= 0 ? digits * powerOfTen(shift) : digits / powerOfTen(-shift);
  return { kind: 'finite', unscaled: sign === 0 ? unscaled : -unscaled, scale };
}

const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

const invalidNumeric = (what: string) => sqlError('22P03', `invalid ${what} in external "numeric" value`);

const SAFE_MAX = 9007199254740991;

/** value × 10^(display scale) of the binary numeric at bytes[from, to), when finite and within 64 bits; else undefined. */
export function unscaledFromBinary(bytes: Uint8Array, from: number, to: number): Int64 | undefined {
  const count = uint16(bytes, from);
  const weight = (uint16(bytes, from + 2) << 16) >> 16;
  const sign = uint16(bytes, from + 4);
  const shift = (weight - count + 1) * 4 + uint16(bytes, from + 6);
  if (sign === 0 || sign === SIGN_NEGATIVE) {
    if (count === 0) return 0;
    if (count <= 4 && shift < 16 && shift > -4) {
      let digits = 0;
      for (let i = 0; i < count; i++) digits = digits * 10000 + uint16(bytes, from + 8 + i * 2);
      if (shift > 0) digits *= 10 ** shift;
      else if (shift < 0) digits = Math.floor(digits / 10 ** -shift);
      if (digits <= SAFE_MAX) return sign === 0 || digits === 0 ? digits : -digits;
    }
    if (shift > 20) return undefined;
  }
  const value = numericFromBinary(bytes, from, to);
  return value.kind === 'finite' && value.unscaled === BigInt.asIntN(64, value.unscaled) ? int64(value.unscaled) : undefined;
}

/** The display scale of a finite binary numeric at `from`. */
export const scaleOfBinary = (bytes: Uint8Array, from: number): number => uint16(bytes, from + 6);
