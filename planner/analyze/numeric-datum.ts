/** PostgreSQL's stored `numeric` (src/backend/utils/adt/numeric.c): short, long and special forms → our exact decimal. */
import type { Numeric } from '../../core/datum.ts';

const SPECIAL = 0xc000;
const SHORT = 0x8000;
const NEGATIVE_LONG = 0x4000;
const NEGATIVE_SHORT = 0x2000;
const PLUS_INFINITY = 0xd000;
const MINUS_INFINITY = 0xf000;

/** `payload` is what follows the varlena header. */
export function readNumeric(payload: Buffer): Numeric {
  const header = payload.readUInt16LE(0);
  const form = header & SPECIAL;
  if (form === SPECIAL) {
    const special = header & 0xf000;
    return { kind: special === PLUS_INFINITY ? 'infinity' : special === MINUS_INFINITY ? '-infinity' : 'nan' };
  }
  const short = form === SHORT;
  const negative = short ? (header & NEGATIVE_SHORT) !== 0 : form === NEGATIVE_LONG;
  const scale = short ? (header & 0x1f80) >> 7 : header & 0x3fff;
  // The short form's weight is a 7-bit two's complement number.
  const weight = short ? ((header & 0x7f) << 25) >> 25 : payload.readInt16LE(2);
  let digits = '';
  let groups = 0;
  for (let offset = short ? 2 : 4; offset + 1 < payload.length; offset += 2, groups++) {
    digits += String(payload.readInt16LE(offset)).padStart(4, '0');
  }
  // `digits` counts in units of 10^(4 × (weight - groups + 1)); we count in units of 10^-scale.
  const shift = 4 * (weight - groups + 1) + scale;
  const scaled = shift >= 0 ? digits + '0'.repeat(groups === 0 ? 0 : shift) : digits.slice(0, shift);
  const unscaled = BigInt(scaled === '' ? '0' : scaled);
  return { kind: 'finite', unscaled: negative ? -unscaled : unscaled, scale };
}

/** PostgreSQL's text of it. */
export function numericText(value: Numeric): string {
  if (value.kind !== 'finite') return value.kind === 'nan' ? 'NaN' : value.kind === 'infinity' ? 'Infinity' : '-Infinity';
  const negative = value.unscaled < 0n;
  const digits = (negative ? -value.unscaled : value.unscaled).toString().padStart(value.scale + 1, '0');
  const point = digits.length - value.scale;
  const body = value.scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${body}` : body;
}
