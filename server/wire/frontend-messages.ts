/**
 * The bodies of frontend messages, read with PostgreSQL's checks (pqformat.c): a body that is too short, or has bytes left
 * over, is 08P01 for that message alone. Layouts: PostgreSQL documentation, "Message Formats".
 */
import { protocolViolation, sqlError } from '../../core/sql-error.ts';

/** Message types, as their first byte. */
export const frontend = {
  query: 0x51, // Q
  parse: 0x50, // P
  bind: 0x42, // B
  execute: 0x45, // E
  describe: 0x44, // D
  close: 0x43, // C
  flush: 0x48, // H
  sync: 0x53, // S
  terminate: 0x58, // X
  functionCall: 0x46, // F
  copyData: 0x64, // d
  copyDone: 0x63, // c
  copyFail: 0x66, // f
  password: 0x70, // p: also SASLInitialResponse and SASLResponse
} as const;

export interface ParseMessage {
  readonly statement: string;
  readonly sql: string;
  readonly parameterTypes: readonly number[];
}
export interface BindMessage {
  readonly portal: string;
  readonly statement: string;
  readonly parameterFormats: readonly number[];
  /** null: SQL NULL. */
  readonly parameters: readonly (Buffer | null)[];
  readonly resultFormats: readonly number[];
}
export interface ExecuteMessage {
  readonly portal: string;
  /** 0: all. */
  readonly rowsMax: number;
}
/** Describe and Close. */
export interface TargetMessage {
  readonly target: 'statement' | 'portal';
  readonly name: string;
}

class BodyReader {
  private at = 0;
  private readonly body: Buffer;
  constructor(body: Buffer) {
    this.body = body;
  }
  private need(bytes: number): void {
    if (this.at + bytes > this.body.length) throw protocolViolation('insufficient data left in message');
  }
  string(): string {
    const end = this.body.indexOf(0, this.at);
    if (end < 0) throw protocolViolation('invalid string in message');
    const text = decodeUtf8(this.body.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }
  int32(): number {
    this.need(4);
    this.at += 4;
    return this.body.readInt32BE(this.at - 4);
  }
  int16(): number {
    this.need(2);
    this.at += 2;
    return this.body.readInt16BE(this.at - 2);
  }
  uint16(): number {
    return this.int16() & 0xffff;
  }
  byte(): number {
    this.need(1);
    return this.body[this.at++]!;
  }
  bytes(length: number): Buffer {
    if (length < 0) throw protocolViolation('insufficient data left in message');
    this.need(length);
    this.at += length;
    return this.body.subarray(this.at - length, this.at);
  }
  end(): void {
    if (this.at !== this.body.length) throw protocolViolation('invalid message format');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text; null when the bytes are not UTF-8. */
export function tryDecodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError || (error as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return null;
    throw error;
  }
}

/** The text, or 22021 naming the first bytes that are not UTF-8, as PostgreSQL's report_invalid_encoding words it. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = tryDecodeUtf8(bytes);
  if (text === null) throw sqlError('22021', `invalid byte sequence for encoding "UTF8": ${invalidSequence(bytes)}`);
  return text;
}

/** `0xe2 0x28`: as many bytes as the lead byte announces, from the first position that does not decode. */
function invalidSequence(bytes: Uint8Array): string {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    const announced = lead < 0x80 ? 1 : lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1;
    const sequence = bytes.subarray(at, at + announced);
    if (sequence.length < announced || tryDecodeUtf8(sequence) === null) {
      return [...sequence].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');
    }
    at += announced;
  }
  return '';
}

export function readParse(body: Buffer): ParseMessage {
  const reader = new BodyReader(body);
  const statement = reader.string();
  const sql = reader.string();
  const parameterTypes = Array.from({ length: reader.uint16() }, () => reader.int32() >>> 0);
  reader.end();
  return { statement, sql, parameterTypes };
}

export function readBind(body: Buffer): BindMessage {
  const reader = new BodyReader(body);
  const portal = reader.string();
  const statement = reader.string();
  const parameterFormats = Array.from({ length: reader.uint16() }, () => reader.int16());
  const parameters = Array.from({ length: reader.uint16() }, () => {
    const length = reader.int32();
    return length === -1 ? null : reader.bytes(length);
  });
  if (parameterFormats.length > 1 && parameterFormats.length !== parameters.length) {
    throw protocolViolation(`bind message has ${parameterFormats.length} parameter formats but ${parameters.length} parameters`);
  }
  const resultFormats = Array.from({ length: reader.uint16() }, () => reader.int16());
  reader.end();
  return { portal, statement, parameterFormats, parameters, resultFormats };
}

export function readExecute(body: Buffer): ExecuteMessage {
  const reader = new BodyReader(body);
  const portal = reader.string();
  const rowsMax = reader.int32();
  reader.end();
  return { portal, rowsMax: Math.max(0, rowsMax) };
}

/** `what`: "DESCRIBE" or "CLOSE", for the error. */
export function readTarget(body: Buffer, what: string): TargetMessage {
  const reader = new BodyReader(body);
  const letter = reader.byte();
  const name = reader.string();
  reader.end();
  if (letter === 0x53) return { target: 'statement', name };
  if (letter === 0x50) return { target: 'portal', name };
  throw protocolViolation(`invalid ${what} message subtype ${letter}`);
}

/** PasswordMessage and SASLResponse hold bytes; SASLInitialResponse a mechanism and bytes. */
export function readSaslInitial(body: Buffer): { readonly mechanism: string; readonly data: Buffer | null } {
  const reader = new BodyReader(body);
  const mechanism = reader.string();
  const length = reader.int32();
  const data = length === -1 ? null : reader.bytes(length);
  reader.end();
  return { mechanism, data };
}

/** A message built by us for the catalog server. */
export class MessageBuilder {
  private readonly parts: Buffer[] = [];
  private readonly type: number;
  constructor(type: number) {
    this.type = type;
  }
  string(text: string): this {
    this.parts.push(Buffer.from(`${text}\0`, 'utf8'));
    return this;
  }
  int16(value: number): this {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE((value << 16) >> 16);
    this.parts.push(bytes);
    return this;
  }
  int32(value: number): this {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value | 0);
    this.parts.push(bytes);
    return this;
  }
  bytes(value: Uint8Array): this {
    this.parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    return this;
  }
  build(): Buffer {
    const head = Buffer.allocUnsafe(5);
    const length = this.parts.reduce((sum, part) => sum + part.length, 4);
    head[0] = this.type;
    head.writeInt32BE(length, 1);
    return Buffer.concat([head, ...this.parts]);
  }
}

export function writeParse(statement: string, sql: string, parameterTypes: readonly number[] = []): Buffer {
  const builder = new MessageBuilder(frontend.parse).string(statement).string(sql).int16(parameterTypes.length);
  for (const oid of parameterTypes) builder.int32(oid);
  return builder.build();
}

/** Text parameters, text results unless formats are given. */
export function writeBind(
  portal: string,
  statement: string,
  parameters: readonly (string | Buffer | null)[] = [],
  resultFormats: readonly number[] = [],
  parameterFormats: readonly number[] = [],
): Buffer {
  const builder = new MessageBuilder(frontend.bind).string(portal).string(statement).int16(parameterFormats.length);
  for (const format of parameterFormats) builder.int16(format);
  builder.int16(parameters.length);
  for (const value of parameters) {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    builder.int32(bytes === null ? -1 : bytes.length);
    if (bytes !== null) builder.bytes(bytes);
  }
  builder.int16(resultFormats.length);
  for (const format of resultFormats) builder.int16(format);
  return builder.build();
}

export const writeExecute = (portal: string, rowsMax = 0): Buffer =>
  new MessageBuilder(frontend.execute).string(portal).int32(rowsMax).build();

const target = (type: number, letter: 'S' | 'P', name: string): Buffer =>
  new MessageBuilder(type).bytes(Buffer.from(letter)).string(name).build();
export const writeDescribeStatement = (name: string): Buffer => target(frontend.describe, 'S', name);
export const writeDescribePortal = (name: string): Buffer => target(frontend.describe, 'P', name);
export const writeQuery = (sql: string): Buffer => new MessageBuilder(frontend.query).string(sql).build();

export const flushMessage: Buffer = new MessageBuilder(frontend.flush).build();
export const syncMessage: Buffer = new MessageBuilder(frontend.sync).build();
