/** Decimal and hexadecimal digits straight into bytes: no string is made per value. Each function answers the end position. */

/** "00" … "99" */
const pairs = new Uint8Array(200);
for (let i = 0; i < 100; i++) {
  pairs[i * 2] = 48 + Math.floor(i / 10);
  pairs[i * 2 + 1] = 48 + (i % 10);
}

/** n: 0 … 99 */
export function writePair(bytes: Uint8Array, at: number, n: number): number {
  bytes[at] = pairs[n * 2]!;
  bytes[at + 1] = pairs[n * 2 + 1]!;
  return at + 2;
}

function digitCount(n: number): number {
  if (n < 100_000) return n < 100 ? (n < 10 ? 1 : 2) : n < 1000 ? 3 : n < 10_000 ? 4 : 5;
  return n < 10_000_000 ? (n < 1_000_000 ? 6 : 7) : n < 100_000_000 ? 8 : n < 1_000_000_000 ? 9 : 10;
}

/** Exactly `count` digits with leading zeros; n < 10^count, n < 2^31. */
export function writePadded(bytes: Uint8Array, at: number, n: number, count: number): number {
  let rest = n | 0;
  let end = at + count;
  while (end - at >= 2) {
    const quotient = (rest / 100) | 0;
    const pair = (rest - quotient * 100) * 2;
    bytes[--end] = pairs[pair + 1]!;
    bytes[--end] = pairs[pair]!;
    rest = quotient;
  }
  if (end > at) bytes[at] = 48 + rest;
  return at + count;
}

/** n: 0 … 2^53-1 */
export function writeUnsigned(bytes: Uint8Array, at: number, n: number): number {
  if (n < 1_000_000_000) return writePadded(bytes, at, n, digitCount(n));
  const high = Math.floor(n / 1_000_000_000);
  return writePadded(bytes, writeUnsigned(bytes, at, high), n - high * 1_000_000_000, 9);
}

/** n: a safe integer */
export function writeInteger(bytes: Uint8Array, at: number, n: number): number {
  if (n >= 0) return writeUnsigned(bytes, at, n);
  bytes[at] = 0x2d;
  return writeUnsigned(bytes, at + 1, -n);
}

/** Exactly `count` digits with leading zeros, n: 0 … 10^count - 1, a safe integer. */
export function writePaddedLong(bytes: Uint8Array, at: number, n: number, count: number): number {
  if (count <= 9) return writePadded(bytes, at, n, count);
  const high = Math.floor(n / 1_000_000_000);
  return writePadded(bytes, writePaddedLong(bytes, at, high, count - 9), n - high * 1_000_000_000, 9);
}

/** A string of ASCII characters. */
export function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

const hexDigits = new TextEncoder().encode('0123456789abcdef');

export function writeHex(bytes: Uint8Array, at: number, source: Uint8Array, from: number, to: number): number {
  let end = at;
  for (let i = from; i < to; i++) {
    const byte = source[i]!;
    bytes[end++] = hexDigits[byte >> 4]!;
    bytes[end++] = hexDigits[byte & 15]!;
  }
  return end;
}
