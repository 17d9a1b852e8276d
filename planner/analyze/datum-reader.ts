/**
 * Constants of an analysed tree: raw datums in the catalog server's byte order (little-endian) and on-disk format → Datum.
 * Part of planner/analyze. A type without a decoder is 0A000: its constants cannot leave the catalog server.
 */
import type { Datum, PgArray } from '../../core/datum.ts';
import { int64 } from '../../core/datum.ts';
import { unreachable } from '../../core/assert.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { jsonbText } from './jsonb-datum.ts';
import { readNumeric } from './numeric-datum.ts';
import { isShortVarlena, varlenaLength, varlenaPayload } from './varlena.ts';

/** The label of an enum value, given the OID of its pg_enum row. */
type EnumLabels = (oid: number) => string | undefined;

/** pg_type's typlen (-1: varlena) and typalign in bytes. */
const STORAGE: Readonly<Record<Exclude<TypeKind, 'opaque' | 'composite'>, { readonly length: number; readonly align: number }>> =
  {
    bool: { length: 1, align: 1 },
    int2: { length: 2, align: 2 },
    int4: { length: 4, align: 4 },
    int8: { length: 8, align: 8 },
    float4: { length: 4, align: 4 },
    float8: { length: 8, align: 8 },
    numeric: { length: -1, align: 4 },
    text: { length: -1, align: 4 },
    varchar: { length: -1, align: 4 },
    bpchar: { length: -1, align: 4 },
    name: { length: 64, align: 1 },
    bytea: { length: -1, align: 4 },
    date: { length: 4, align: 4 },
    time: { length: 8, align: 8 },
    timestamp: { length: 8, align: 8 },
    timestamptz: { length: 8, align: 8 },
    interval: { length: 16, align: 8 },
    uuid: { length: 16, align: 1 },
    json: { length: -1, align: 4 },
    jsonb: { length: -1, align: 4 },
    enum: { length: 4, align: 4 },
    array: { length: -1, align: 4 },
  };

/** `bytes`: as dumped; by-value types may be padded to eight bytes. Throws 0A000 for a type without a decoder. */
export function readDatumBytes(type: SqlType, bytes: Uint8Array, enumLabels: EnumLabels): Datum {
  return decode(type, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), enumLabels);
}

function decode(type: SqlType, bytes: Buffer, enumLabels: EnumLabels): Datum {
  switch (type.kind) {
    case 'bool':
      return bytes[0] !== 0;
    case 'int2':
      return bytes.readInt16LE(0);
    case 'int4':
    case 'date':
      return bytes.readInt32LE(0);
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return int64(bytes.readBigInt64LE(0));
    case 'float4':
      return bytes.readFloatLE(0);
    case 'float8':
      return bytes.readDoubleLE(0);
    case 'numeric':
      return readNumeric(varlenaPayload(bytes));
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'json':
      return varlenaPayload(bytes).toString('utf8');
    case 'name': {
      const end = bytes.indexOf(0);
      return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
    }
    case 'bytea':
      return new Uint8Array(varlenaPayload(bytes));
    case 'uuid':
      return new Uint8Array(bytes.subarray(0, 16));
    case 'interval':
      return { micros: int64(bytes.readBigInt64LE(0)), days: bytes.readInt32LE(8), months: bytes.readInt32LE(12) };
    case 'jsonb':
      return jsonbText(varlenaPayload(bytes));
    case 'enum': {
      const label = enumLabels(bytes.readUInt32LE(0));
      if (label === undefined) throw featureNotSupported(`constant of type ${type.name} whose label is gone`);
      return label;
    }
    case 'array':
      return readArray(type, bytes, enumLabels);
    case 'composite':
    case 'opaque':
      throw featureNotSupported(`constant of type ${type.name}`);
    default:
      return unreachable(type.kind);
  }
}

/** ArrayType (src/include/utils/array.h). Offsets count from the start of the value, which is aligned to eight bytes. */
function readArray(type: SqlType, bytes: Buffer, enumLabels: EnumLabels): PgArray {
  const { element } = type;
  if (element === undefined || element.kind === 'opaque' || element.kind === 'composite')
    throw featureNotSupported(`constant of type ${type.name}`);
  const header = isShortVarlena(bytes[0]!) ? -3 : 0;
  const word = (index: number): number => bytes.readInt32LE(4 + header + index * 4);
  const dimensions = word(0);
  if (dimensions === 0) return { dims: [], lowerBounds: [], elements: [] };
  const dataOffset = word(1);
  const dims = Array.from({ length: dimensions }, (_, i) => word(3 + i));
  const lowerBounds = Array.from({ length: dimensions }, (_, i) => word(3 + dimensions + i));
  const count = dims.reduce((product, length) => product * length, 1);
  const bitmap = 16 + dimensions * 8;
  const { length, align } = STORAGE[element.kind];
  const elements: Datum[] = [];
  let offset = dataOffset === 0 ? (bitmap + 7) & ~7 : dataOffset;
  for (let index = 0; index < count; index++) {
    if (dataOffset !== 0 && ((bytes[header + bitmap + (index >> 3)]! >> (index & 7)) & 1) === 0) {
      elements.push(null);
      continue;
    }
    // A short header may stand unaligned, which its first byte, never zero, shows.
    if (length >= 0 || bytes[header + offset] === 0 || !isShortVarlena(bytes[header + offset]!)) {
      offset = (offset + align - 1) & -align;
    }
    const size = length >= 0 ? length : varlenaLength(bytes, header + offset);
    elements.push(decode(element, bytes.subarray(header + offset, header + offset + size), enumLabels));
    offset += size;
  }
  return { dims, lowerBounds, elements };
}
