/** Messages a client sends, as bytes (PostgreSQL documentation, "Message Formats"). Each function answers one message. */

const cString = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8');

function message(type: string, parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  const header = Buffer.allocUnsafe(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(length, 1);
  return Buffer.concat([header, ...parts], length + 1);
}

function int16s(values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(2 * values.length);
  values.forEach((value, i) => bytes.writeInt16BE(value, 2 * i));
  return bytes;
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** A value for $n; null is NULL. */
export interface BoundParameter {
  readonly format: 0 | 1;
  readonly bytes: Uint8Array | null;
}

export const queryMessage = (sql: string): Buffer => message('Q', [cString(sql)]);

/** Types of parameters are left to the statement, which casts each of them. */
export const parseMessage = (statement: string, sql: string): Buffer =>
  message('P', [cString(statement), cString(sql), int16s([0])]);

export function bindMessage(
  portal: string,
  statement: string,
  parameters: readonly BoundParameter[],
  resultFormats: readonly (0 | 1)[],
): Buffer {
  const values = parameters.flatMap(({ bytes }) => (bytes === null ? [int32(-1)] : [int32(bytes.length), bytes]));
  const formats = int16s([parameters.length, ...parameters.map((parameter) => parameter.format)]);
  const results = int16s([resultFormats.length, ...resultFormats]);
  return message('B', [cString(portal), cString(statement), formats, int16s([parameters.length]), ...values, results]);
}

export const describePortalMessage = (portal: string): Buffer => message('D', [cString(`P${portal}`)]);
/** rowsMax 0: all. */
export const executeMessage = (portal: string, rowsMax: number): Buffer => message('E', [cString(portal), int32(rowsMax)]);
export const closeStatementMessage = (statement: string): Buffer => message('C', [cString(`S${statement}`)]);
export const closePortalMessage = (portal: string): Buffer => message('C', [cString(`P${portal}`)]);
export const syncMessage = (): Buffer => message('S', []);
export const terminateMessage = (): Buffer => message('X', []);

/** Has no type byte: it opens a connection of its own. */
export const cancelRequest = (processId: number, secretKey: number): Buffer =>
  Buffer.concat([int32(16), int32(80_877_102), int32(processId), int32(secretKey)]);
export const sslRequest = (): Buffer => Buffer.concat([int32(8), int32(80_877_103)]);
