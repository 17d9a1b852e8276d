/**
 * Row values as texts that are equal exactly when the rows are (record_eq, for rows of the same columns; NULLs are equal), from
 * PostgreSQL's binary form: int32 fields, per field int32 type, int32 size (-1 = NULL) and value.
 */
import { jsonbKey } from '../../../core/jsonb-key.ts';
import { numericFromBinary } from '../../../core/numeric-binary.ts';
import { stripZeros } from './canonical-value.ts';

/** OIDs of the types whose equal values may differ in binary form. */
const FLOAT4 = 700;
const FLOAT8 = 701;
const BPCHAR = 1042;
const INTERVAL = 1186;
const NUMERIC = 1700;
const JSONB = 3802;

/** `from`: where the row begins in `data`. */
export function canonicalRow(data: Uint8Array, from: number): string {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const parts: string[] = [];
  let at = from + 4;
  for (let left = view.getInt32(from); left > 0; left--) {
    const type = view.getInt32(at);
    const size = view.getInt32(at + 4);
    at += 8;
    if (size < 0) {
      parts.push('null');
      continue;
    }
    const value = canonicalField(type, data, view, at, size);
    parts.push(`${value.length}:${value}`);
    at += size;
  }
  return parts.join();
}

function canonicalField(type: number, data: Uint8Array, view: DataView, at: number, size: number): string {
  switch (type) {
    case FLOAT4:
    case FLOAT8:
      // -0 prints as 0.
      return String(size === 4 ? view.getFloat32(at) : view.getFloat64(at));
    case NUMERIC: {
      const value = numericFromBinary(data, at, at + size);
      return value.kind === 'finite' ? stripZeros(value.unscaled, value.scale).join('e') : value.kind;
    }
    case INTERVAL: {
      const days = BigInt(view.getInt32(at + 12)) * 30n + BigInt(view.getInt32(at + 8));
      return String(days * 86_400_000_000n + view.getBigInt64(at));
    }
    default: {
      const bytes = Buffer.from(data.buffer, data.byteOffset + at, size).toString('latin1');
      if (type === JSONB) return jsonbKey(bytes);
      return type === BPCHAR ? bytes.replace(/ +$/, '') : bytes;
    }
  }
}
