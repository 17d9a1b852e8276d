/**
 * The first packets of a connection: encryption requests, cancel requests, the start-up packet. Ends with either a cancel
 * request or the client's parameters. Rules: PostgreSQL's ProcessStartupPacket (backend_startup.c).
 */
import type { SecureContext } from 'node:tls';
import { protocolViolation, sqlError } from '../../core/sql-error.ts';
import { negotiateProtocolVersion } from './backend-messages.ts';
import type { ClientConnection } from './client-connection.ts';
import { decodeUtf8 } from './frontend-messages.ts';

export type Startup =
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: Buffer }
  | { readonly kind: 'session'; readonly minorVersion: number; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'gone' };

const CANCEL_REQUEST = 80877102;
const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const STARTUP_BYTES_MAX = 10_000;
const MINOR_VERSION_MAX = 2;
const TLS_HANDSHAKE = 0x16;

/** `tls.required`: a session without encryption is refused. Throws FATAL SqlErrors; the caller tells the client. */
export async function negotiateStartup(
  client: ClientConnection,
  tls: { readonly context: SecureContext; readonly required: boolean } | undefined,
): Promise<Startup> {
  let sslAnswered = false;
  let gssAnswered = false;
  for (;;) {
    const head = await client.readBytes(4);
    if (head === null) return { kind: 'gone' };
    if (head[0] === TLS_HANDSHAKE && !sslAnswered) {
      if (!tls) throw protocolViolation('received direct SSL connection request but this server has no certificate');
      if (!(await client.startTls(tls.context, { peeked: head }))) {
        if (client.gone) return { kind: 'gone' };
        throw protocolViolation('received direct SSL connection request without ALPN protocol negotiation extension');
      }
      sslAnswered = true;
      continue;
    }
    const length = head.readInt32BE(0);
    if (length < 8 || length > STARTUP_BYTES_MAX) throw protocolViolation('invalid length of startup packet');
    const body = await client.readBytes(length - 4);
    if (body === null) return { kind: 'gone' };
    const code = body.readInt32BE(0);
    if (code === CANCEL_REQUEST) {
      if (body.length < 9 || body.length > 8 + 256) throw protocolViolation('invalid length of cancel request packet');
      return { kind: 'cancel', processId: body.readInt32BE(4), secret: Buffer.from(body.subarray(8)) };
    }
    if (code === SSL_REQUEST && !sslAnswered) {
      sslAnswered = true;
      if (client.hasBufferedBytes()) throw protocolViolation('received unencrypted data after SSL request');
      client.write(Buffer.from(tls ? 'S' : 'N'));
      if (tls && !(await client.startTls(tls.context))) return { kind: 'gone' };
      continue;
    }
    if (code === GSSENC_REQUEST && !gssAnswered) {
      gssAnswered = true;
      if (client.hasBufferedBytes()) throw protocolViolation('received unencrypted data after GSSAPI encryption request');
      client.write(Buffer.from('N'));
      continue;
    }
    const startup = readStartupPacket(code, body, client);
    if (tls?.required && !client.tls) {
      throw sqlError('28000', 'connections to this server must be encrypted', { hint: 'Connect with sslmode=require.' });
    }
    return startup;
  }
}

function readStartupPacket(version: number, body: Buffer, client: ClientConnection): Startup {
  const major = version >>> 16;
  const minor = version & 0xffff;
  if (major !== 3) {
    throw sqlError('0A000', `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.${MINOR_VERSION_MAX}`);
  }
  const parameters = new Map<string, string>();
  const unknownOptions: string[] = [];
  let at = 4;
  const string = (): string => {
    const end = body.indexOf(0, at);
    if (end < 0) throw protocolViolation('invalid startup packet layout: expected terminator as last byte');
    const text = decodeUtf8(body.subarray(at, end));
    at = end + 1;
    return text;
  };
  while (at < body.length && body[at] !== 0) {
    const name = string();
    const value = string();
    if (name.startsWith('_pq_.')) unknownOptions.push(name);
    else parameters.set(name, value);
  }
  if (at !== body.length - 1) throw protocolViolation('invalid startup packet layout: expected terminator as last byte');
  if (minor > MINOR_VERSION_MAX || unknownOptions.length > 0) {
    client.write(negotiateProtocolVersion((3 << 16) | Math.min(minor, MINOR_VERSION_MAX), unknownOptions));
  }
  if (!parameters.get('user')) throw sqlError('28000', 'no PostgreSQL user name specified in startup packet');
  return { kind: 'session', minorVersion: Math.min(minor, MINOR_VERSION_MAX), parameters };
}
