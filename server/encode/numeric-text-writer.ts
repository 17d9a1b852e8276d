/** Text of a numeric in PostgreSQL's binary format, from its base-10000 digits (numeric_out). */
import { writeAscii, writePadded, writeUnsigned } from './digits.ts';

/** The caller has reserved room for all digits. */
export function writeNumericText(bytes: Uint8Array, at: number, source: Uint8Array, from: number): number {
  const count = word(source, from);
  const weight = (word(source, from + 2) << 16) >> 16;
  const sign = word(source, from + 4);
  const scale = word(source, from + 6);
  if (sign === 0xc000) return writeAscii(bytes, at, 'NaN');
  if (sign === 0xd000) return writeAscii(bytes, at, 'Infinity');
  if (sign === 0xf000) return writeAscii(bytes, at, '-Infinity');
  const digit = (index: number): number => (index >= 0 && index < count ? word(source, from + 8 + index * 2) : 0);
  let end = at;
  if (sign === 0x4000) bytes[end++] = 0x2d;
  if (weight < 0) {
    bytes[end++] = 0x30;
  } else {
    end = writeUnsigned(bytes, end, digit(0));
    for (let i = 1; i <= weight; i++) end = writePadded(bytes, end, digit(i), 4);
  }
  if (scale === 0) return end;
  bytes[end++] = 0x2e;
  const stop = end + scale;
  // The last digit may have decimals beyond the scale: they are zeros, written over by what follows.
  for (let i = weight + 1; end < stop; i++) end = writePadded(bytes, end, digit(i), 4);
  return stop;
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
