/** The header of PostgreSQL's variable-length values on little-endian machines (src/include/varatt.h). */
import { featureNotSupported } from '../../core/sql-error.ts';

export const isShortVarlena = (firstByte: number): boolean => (firstByte & 1) === 1;

/** Whole length, header included. */
export function varlenaLength(bytes: Buffer, offset = 0): number {
  const first = bytes[offset]!;
  // 0x01 alone points to a TOAST table, 0b10 means compressed: neither can stand in an analysed tree.
  if (first === 1 || (first & 3) === 2) throw featureNotSupported('compressed or out-of-line constant');
  return isShortVarlena(first) ? first >> 1 : bytes.readUInt32LE(offset) >>> 2;
}

/** What follows the one- or four-byte header. */
export function varlenaPayload(bytes: Buffer, offset = 0): Buffer {
  const length = varlenaLength(bytes, offset);
  return bytes.subarray(offset + (isShortVarlena(bytes[offset]!) ? 1 : 4), offset + length);
}
