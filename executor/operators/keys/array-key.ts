/**
 * Arrays as byte strings that are equal exactly when the arrays are (array_eq: elements, dimensions and lower bounds), from
 * PostgreSQL's binary form: int32 dimensions, int32 flags, int32 element type, per dimension int32 length and lower bound,
 * per element int32 size (-1 = NULL) and value.
 */
import { jsonbKey } from '../../../core/jsonb-key.ts';
import { numericFromBinary } from '../../../core/numeric-binary.ts';
import { stripZeros } from './canonical-value.ts';
import { canonicalRow } from './row-key.ts';
import type { ArrayKeyKind, KeyKind } from './key-types.ts';

export const isArrayKind = (kind: KeyKind): kind is ArrayKeyKind => kind.startsWith('array');

/** Flags and element type tell nothing about equality: two equal arrays may differ in them. */
export function canonicalArray(kind: ArrayKeyKind, data: Uint8Array, from: number, to: number): Uint8Array {
  const bytes = data.slice(from, to);
  bytes.fill(0, 4, 12);
  if (kind === 'array') return bytes;
  const view = new DataView(bytes.buffer);
  const dimensions = view.getInt32(0);
  const parts: string[] = [];
  for (let at = 12; at < 12 + 8 * dimensions; at += 4) parts.push(String(view.getInt32(at)));
  let at = 12 + 8 * dimensions;
  while (at < bytes.length) {
    const size = view.getInt32(at);
    at += 4;
    if (size < 0) {
      parts.push('null');
      continue;
    }
    const value = canonicalElement(kind, bytes, view, at, size);
    parts.push(`${value.length}:${value}`);
    at += size;
  }
  return Buffer.from(parts.join(), 'utf8');
}

function canonicalElement(
  kind: Exclude<ArrayKeyKind, 'array'>,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  size: number,
): string {
  switch (kind) {
    case 'array of float':
      // -0 prints as 0.
      return String(size === 4 ? view.getFloat32(at) : view.getFloat64(at));
    case 'array of bpchar':
      return Buffer.from(bytes.buffer, bytes.byteOffset + at, size)
        .toString('utf8')
        .replace(/ +$/, '');
    case 'array of jsonb':
      return jsonbKey(Buffer.from(bytes.buffer, bytes.byteOffset + at, size).toString('utf8'));
    case 'array of numeric': {
      const value = numericFromBinary(bytes, at, at + size);
      return value.kind === 'finite' ? stripZeros(value.unscaled, value.scale).join('e') : value.kind;
    }
    case 'array of row':
      return canonicalRow(bytes, at);
    case 'array of interval': {
      const days = BigInt(view.getInt32(at + 12)) * 30n + BigInt(view.getInt32(at + 8));
      return String(days * 86_400_000_000n + view.getBigInt64(at));
    }
  }
}
