/**
 * Which column layout holds a kind of type (table in batch.ts), and the validity bitmap all layouts share: Arrow's, least
 * significant bit first, 1 = not NULL, absent when nothing is NULL.
 */
import type { Layout } from './batch.ts';
import type { TypeKind } from './sql-type.ts';

/** The preferred layout of a kind; numeric answers `decimal` and may also come as `bytes`. */
export function layoutOf(kind: TypeKind): Layout {
  switch (kind) {
    case 'bool':
      return 'bool';
    case 'int2':
    case 'int4':
    case 'date':
      return 'int32';
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'int64';
    case 'float4':
    case 'float8':
      return 'float64';
    case 'numeric':
      return 'decimal';
    case 'uuid':
    case 'interval':
      return 'fixed16';
    default:
      return 'bytes';
  }
}

export const bitmapBytes = (length: number): number => (length + 7) >> 3;

/** Copies `length` bits starting at bit `from` into a bitmap that starts at bit 0; null when all of them are set. */
export function sliceBitmap(bits: Uint8Array, from: number, length: number): Uint8Array | null {
  const target = new Uint8Array(bitmapBytes(length));
  copyBits(bits, from, target, 0, length);
  return allSet(target, length) ? null : target;
}

/** Copies bits between bitmaps; the target's bits must be 0 before. */
export function copyBits(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  let i = 0;
  if ((from & 7) === 0 && (to & 7) === 0) {
    const whole = length >> 3;
    target.set(source.subarray(from >> 3, (from >> 3) + whole), to >> 3);
    i = whole << 3;
  }
  for (; i < length; i++) {
    const s = from + i;
    const t = to + i;
    target[t >> 3]! |= ((source[s >> 3]! >> (s & 7)) & 1) << (t & 7);
  }
}

/** Sets `length` bits from bit `to` on. */
export function setBits(target: Uint8Array, to: number, length: number): void {
  const end = to + length;
  let i = to;
  for (; i < end && (i & 7) !== 0; i++) target[i >> 3]! |= 1 << (i & 7);
  const wholeEnd = end & ~7;
  if (i < wholeEnd) target.fill(0xff, i >> 3, wholeEnd >> 3);
  for (i = Math.max(i, wholeEnd); i < end; i++) target[i >> 3]! |= 1 << (i & 7);
}

function allSet(bits: Uint8Array, length: number): boolean {
  const whole = length >> 3;
  for (let i = 0; i < whole; i++) if (bits[i] !== 0xff) return false;
  const rest = length & 7;
  return rest === 0 || (bits[whole]! & ((1 << rest) - 1)) === (1 << rest) - 1;
}
