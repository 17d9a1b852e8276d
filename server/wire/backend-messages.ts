/**
 * Messages to the client that we write ourselves (rows are written by server/encode; what the catalog server answers is
 * passed on as it came). Layouts: PostgreSQL documentation, "Message Formats".
 */
import type { SqlErrorFields } from '../../core/sql-error.ts';

/** Message types, as their first byte. */
export const backend = {
  authentication: 0x52, // R
  backendKeyData: 0x4b, // K
  bindComplete: 0x32, // 2
  closeComplete: 0x33, // 3
  commandComplete: 0x43, // C
  copyInResponse: 0x47, // G
  copyOutResponse: 0x48, // H
  copyBothResponse: 0x57, // W
  copyData: 0x64, // d
  copyDone: 0x63, // c
  dataRow: 0x44, // D
  emptyQueryResponse: 0x49, // I
  errorResponse: 0x45, // E
  functionCallResponse: 0x56, // V
  negotiateProtocolVersion: 0x76, // v
  noData: 0x6e, // n
  noticeResponse: 0x4e, // N
  notificationResponse: 0x41, // A
  parameterDescription: 0x74, // t
  parameterStatus: 0x53, // S
  parseComplete: 0x31, // 1
  portalSuspended: 0x73, // s
  readyForQuery: 0x5a, // Z
  rowDescription: 0x54, // T
} as const;

/** Header and body in one buffer. */
export function message(type: number, body: Uint8Array = new Uint8Array(0)): Buffer {
  const bytes = Buffer.allocUnsafe(5 + body.length);
  bytes[0] = type;
  bytes.writeInt32BE(4 + body.length, 1);
  bytes.set(body, 5);
  return bytes;
}

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
const int16 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const cstring = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8');

export const authentication = (method: number, data: Uint8Array = new Uint8Array(0)): Buffer =>
  message(backend.authentication, Buffer.concat([int32(method), data]));
export const parameterStatus = (name: string, value: string): Buffer =>
  message(backend.parameterStatus, Buffer.concat([cstring(name), cstring(value)]));
export const backendKeyData = (processId: number, secret: Uint8Array): Buffer =>
  message(backend.backendKeyData, Buffer.concat([int32(processId), secret]));
export const commandComplete = (tag: string): Buffer => message(backend.commandComplete, cstring(tag));
export const negotiateProtocolVersion = (version: number, options: readonly string[]): Buffer =>
  message(backend.negotiateProtocolVersion, Buffer.concat([int32(version), int32(options.length), ...options.map(cstring)]));
export const portalSuspended: Buffer = message(backend.portalSuspended);
export const noData: Buffer = message(backend.noData);

const fieldLetters: readonly (readonly [string, keyof SqlErrorFields])[] = [
  ['C', 'code'],
  ['M', 'message'],
  ['D', 'detail'],
  ['H', 'hint'],
  ['P', 'position'],
  ['W', 'where'],
  ['s', 'schema'],
  ['t', 'table'],
  ['c', 'column'],
  ['d', 'dataType'],
  ['n', 'constraint'],
];

export function errorResponse(fields: SqlErrorFields): Buffer {
  const severity = fields.severity ?? 'ERROR';
  const parts = [cstring(`S${severity}`), cstring(`V${severity}`)];
  for (const [letter, name] of fieldLetters) {
    const value = fields[name];
    if (value !== undefined) parts.push(cstring(`${letter}${String(value).replaceAll('\0', '')}`));
  }
  parts.push(Buffer.from([0]));
  return message(backend.errorResponse, Buffer.concat(parts));
}

/** The same RowDescription with these format codes (none: all text; one: for all; else one per column). */
export function withResultFormats(rowDescription: Buffer, formats: readonly number[]): Buffer {
  const bytes = Buffer.from(rowDescription);
  let at = 7;
  for (let column = 0, count = bytes.readUInt16BE(5); column < count; column++) {
    at = bytes.indexOf(0, at) + 1 + 16;
    bytes.writeInt16BE(formats.length === 1 ? formats[0]! : (formats[column] ?? 0), at);
    at += 2;
  }
  return bytes;
}

/** CopyOutResponse: overall format, then one per column. */
export const copyOutResponse = (format: 0 | 1, columns: number): Buffer =>
  message(
    backend.copyOutResponse,
    Buffer.concat([Buffer.from([format]), int16(columns), ...Array.from({ length: columns }, () => int16(format))]),
  );
export const copyDone: Buffer = message(backend.copyDone);

/** The names in a RowDescription. */
export function columnNames(rowDescription: Buffer | null): string[] {
  if (!rowDescription) return [];
  let at = 7;
  return Array.from({ length: rowDescription.readUInt16BE(5) }, () => {
    const end = rowDescription.indexOf(0, at);
    const name = rowDescription.toString('utf8', at, end);
    at = end + 1 + 18;
    return name;
  });
}

/** The types in a RowDescription. */
export function columnTypes(rowDescription: Buffer | null): { readonly oid: number; readonly typmod: number }[] {
  if (!rowDescription) return [];
  let at = 7;
  return Array.from({ length: rowDescription.readUInt16BE(5) }, () => {
    at = rowDescription.indexOf(0, at) + 1 + 18;
    return { oid: rowDescription.readUInt32BE(at - 12), typmod: rowDescription.readInt32BE(at - 6) };
  });
}
