/**
 * Single values in PostgreSQL's binary send/recv formats: parameters that arrive, parameters that go to sources, elements of
 * array columns. Whole batches go through server/encode instead. Opaque types are carried as text and have no binary form
 * of their own: their "binary" here is the text's bytes, used only inside this process (array columns).
 */
import { InternalError, unreachable } from './assert.ts';
import type { Datum, Int64, Interval, Numeric, PgArray, PgRow } from './datum.ts';
import { int64 } from './datum.ts';
import { numericFromBinary, numericToBinary } from './numeric-binary.ts';
import { protocolViolation, sqlError } from './sql-error.ts';
import type { CompositeField, SqlType, TypeKind } from './sql-type.ts';

/** Types whose values all take as many bytes. */
interface FixedForm {
  readonly length: number;
  readonly write: (view: DataView, at: number, value: never) => void;
}
const INT32: FixedForm = { length: 4, write: (view, at, value: number) => view.setInt32(at, value) };
const INT64: FixedForm = { length: 8, write: (view, at, value: Int64) => view.setBigInt64(at, BigInt(value)) };
const FIXED_FORMS: Partial<Record<TypeKind, FixedForm>> = {
  bool: { length: 1, write: (view, at, value: boolean) => view.setUint8(at, value ? 1 : 0) },
  int2: { length: 2, write: (view, at, value: number) => view.setInt16(at, value) },
  int4: INT32,
  date: INT32,
  int8: INT64,
  time: INT64,
  timestamp: INT64,
  timestamptz: INT64,
  float4: { length: 4, write: (view, at, value: number) => view.setFloat32(at, value) },
  float8: { length: 8, write: (view, at, value: number) => view.setFloat64(at, value) },
  interval: {
    length: 16,
    write: (view, at, { micros, days, months }: Interval) => {
      view.setBigInt64(at, BigInt(micros));
      view.setInt32(at + 8, days);
      view.setInt32(at + 12, months);
    },
  },
};

/** `datum` must not be null. */
export function encodeBinary(type: SqlType, datum: Exclude<Datum, null>): Uint8Array {
  const form = FIXED_FORMS[type.kind];
  if (form !== undefined) {
    const bytes = new Uint8Array(form.length);
    form.write(new DataView(bytes.buffer), 0, datum as never);
    return bytes;
  }
  switch (type.kind) {
    case 'numeric':
      return numericToBinary(datum as Numeric);
    case 'bytea':
    case 'uuid':
      return datum as Uint8Array;
    case 'jsonb':
      return Buffer.from(`\u0001${datum as string}`, 'utf8');
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'name':
    case 'json':
    case 'enum':
    case 'opaque':
      return Buffer.from(datum as string, 'utf8');
    case 'array':
      return encodeArray(type.element!, datum as PgArray);
    case 'composite':
      return encodeRow(type.fields!, datum as PgRow);
    default:
      throw new InternalError(`no binary form of ${type.kind}`);
  }
}

function encodeArray(element: SqlType, array: PgArray): Uint8Array {
  const form = FIXED_FORMS[element.kind];
  if (form !== undefined) return encodeFixedElements(element, form, array);
  const parts = array.elements.map((value) => (value === null ? null : encodeBinary(element, value)));
  const { bytes, view, from } = startArray(
    element,
    array,
    parts.reduce((sum, part) => sum + (part?.length ?? 0), 0),
  );
  let at = from;
  for (const part of parts) {
    view.setInt32(at, part === null ? NULL_LENGTH : part.length);
    at += 4;
    if (part !== null) {
      bytes.set(part, at);
      at += part.length;
    }
  }
  return bytes;
}

/** Written where they stand: aggregates make arrays of millions. */
function encodeFixedElements(element: SqlType, { length, write }: FixedForm, array: PgArray): Uint8Array {
  const { elements } = array;
  let values = 0;
  for (const value of elements) if (value !== null) values++;
  const { bytes, view, from } = startArray(element, array, values * length);
  let at = from;
  for (const value of elements) {
    view.setInt32(at, value === null ? NULL_LENGTH : length);
    at += 4;
    if (value !== null) {
      write(view, at, value as never);
      at += length;
    }
  }
  return bytes;
}

const NULL_LENGTH = -1;

/** What stands before the elements, of so many bytes without their lengths. */
function startArray(
  element: SqlType,
  { dims, lowerBounds, elements }: PgArray,
  valueBytes: number,
): { readonly bytes: Uint8Array; readonly view: DataView; readonly from: number } {
  const from = 12 + dims.length * 8;
  const bytes = new Uint8Array(from + elements.length * 4 + valueBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, dims.length);
  view.setInt32(4, elements.includes(null) ? 1 : 0);
  view.setUint32(8, element.oid);
  dims.forEach((length, i) => {
    view.setInt32(12 + i * 8, length);
    view.setInt32(16 + i * 8, lowerBounds[i]!);
  });
  return { bytes, view, from };
}

/** record_send: the number of fields, then of each its type, its length (-1: NULL) and its bytes. */
function encodeRow(fields: readonly CompositeField[], row: PgRow): Uint8Array {
  const parts = fields.map(({ type }, i) => (row.values[i] === null ? null : encodeBinary(type, row.values[i]!)));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 8 + (part?.length ?? 0), 4));
  const view = new DataView(bytes.buffer);
  view.setInt32(0, fields.length);
  let at = 4;
  parts.forEach((part, i) => {
    view.setUint32(at, fields[i]!.type.oid);
    view.setInt32(at + 4, part === null ? -1 : part.length);
    at += 8;
    if (part !== null) {
      bytes.set(part, at);
      at += part.length;
    }
  });
  return bytes;
}

function decodeRow(fields: readonly CompositeField[], bytes: Uint8Array, view: DataView): PgRow {
  const need = (at: number, length: number): void => {
    if (length < 0 || at + length > bytes.length) throw protocolViolation('insufficient data left in message');
  };
  need(0, 4);
  const count = view.getInt32(0);
  if (count !== fields.length) throw sqlError('42804', `wrong number of columns: ${count}, expected ${fields.length}`);
  let at = 4;
  const values = fields.map(({ type }): Datum => {
    need(at, 8);
    const length = view.getInt32(at + 4);
    at += 8;
    if (length === -1) return null;
    need(at, length);
    const value = decodeBinary(type, bytes.subarray(at, at + length));
    at += length;
    return value;
  });
  return { values };
}

/** Raises 08P01 for a wrong length, 22P03 for malformed content, 22021 for bad UTF-8, as the type's recv function does. */
export function decodeBinary(type: SqlType, bytes: Uint8Array): Exclude<Datum, null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type.kind) {
    case 'bool':
      exactly(bytes, 1);
      return bytes[0] !== 0;
    case 'int2':
      exactly(bytes, 2);
      return view.getInt16(0);
    case 'int4':
    case 'date':
      exactly(bytes, 4);
      return view.getInt32(0);
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      exactly(bytes, 8);
      return int64(view.getBigInt64(0));
    case 'float4':
      exactly(bytes, 4);
      return view.getFloat32(0);
    case 'float8':
      exactly(bytes, 8);
      return view.getFloat64(0);
    case 'numeric':
      return numericFromBinary(bytes);
    case 'interval':
      exactly(bytes, 16);
      return { micros: int64(view.getBigInt64(0)), days: view.getInt32(8), months: view.getInt32(12) };
    case 'uuid':
      exactly(bytes, 16);
      return bytes.slice();
    case 'bytea':
      return bytes.slice();
    case 'jsonb':
      if (bytes.length < 1) throw protocolViolation('no data left in message');
      if (bytes[0] !== 1) throw sqlError('XX000', `unsupported jsonb version number ${bytes[0]!}`);
      return utf8(bytes.subarray(1));
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'name':
    case 'json':
    case 'enum':
    case 'opaque':
      return utf8(bytes);
    case 'array':
      return decodeArray(type.element!, bytes, view);
    case 'composite':
      return decodeRow(type.fields!, bytes, view);
    default:
      return unreachable(type.kind);
  }
}

function exactly(bytes: Uint8Array, length: number): void {
  if (bytes.length < length) throw protocolViolation('insufficient data left in message');
  if (bytes.length > length) throw sqlError('22P03', 'incorrect binary data format');
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string {
  try {
    const text = strictUtf8.decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    throw sqlError('22021', 'invalid byte sequence for encoding "UTF8"', { detail: String(error) });
  }
  throw sqlError('22021', 'invalid byte sequence for encoding "UTF8": 0x00');
}

const DIMENSIONS_MAX = 6;

function decodeArray(element: SqlType, bytes: Uint8Array, view: DataView): PgArray {
  const need = (at: number, length: number): void => {
    if (length < 0 || at + length > bytes.length) throw protocolViolation('insufficient data left in message');
  };
  need(0, 12);
  const dimensions = view.getInt32(0);
  if (dimensions < 0) throw sqlError('22P03', `invalid number of dimensions: ${dimensions}`);
  if (dimensions > DIMENSIONS_MAX) {
    throw sqlError('54000', `number of array dimensions (${dimensions}) exceeds the maximum allowed (${DIMENSIONS_MAX})`);
  }
  const flags = view.getInt32(4);
  if (flags !== 0 && flags !== 1) throw sqlError('22P03', 'invalid array flags');
  need(12, dimensions * 8);
  const dims: number[] = [];
  const lowerBounds: number[] = [];
  let at = 12;
  let count = dimensions === 0 ? 0 : 1;
  for (let i = 0; i < dimensions; i++, at += 8) {
    dims.push(view.getInt32(at));
    lowerBounds.push(view.getInt32(at + 4));
    count *= dims[i]!;
  }
  if (count < 0 || count > 0x7ffffff) throw sqlError('54000', 'array size exceeds the maximum allowed (134217727)');
  if (count === 0) return { dims: [], lowerBounds: [], elements: [] };
  need(at, count * 4);
  const elements: Datum[] = [];
  for (let i = 0; i < count; i++) {
    need(at, 4);
    const length = view.getInt32(at);
    at += 4;
    if (length === -1) {
      elements.push(null);
      continue;
    }
    need(at, length);
    elements.push(decodeBinary(element, bytes.subarray(at, at + length)));
    at += length;
  }
  return { dims, lowerBounds, elements };
}
