/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the server's half (RFC 5802, RFC 7677; PostgreSQL's auth-scram.c). What is stored is
 * a verifier in PostgreSQL's form: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
 *
 * Invariant: an unknown user goes through the same exchange with a verifier derived from a secret of this process, so that
 * neither answers nor timing tell which names exist.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { protocolViolation } from '../../core/sql-error.ts';

const ITERATIONS = 4096;
const SALT_BYTES = 16;
const NONCE_BYTES = 18;

interface Verifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

const hmac = (key: Buffer, text: string | Buffer): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** SASLprep (RFC 4013) as far as it changes anything in practice: compatibility normalisation, odd spaces, soft hyphens. */
const prepared = (password: string): string =>
  /^[\x20-\x7e]*$/.test(password)
    ? password
    : password
        .replaceAll(/[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g, ' ')
        .replaceAll(/\u00AD|\u034F|\u1806|[\u180B-\u180D]|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/g, '')
        .normalize('NFKC');

function verifierFrom(password: string, salt: Buffer, iterations: number): Verifier {
  const salted = pbkdf2Sync(prepared(password), salt, iterations, 32, 'sha256');
  return { iterations, salt, storedKey: sha256(hmac(salted, 'Client Key')), serverKey: hmac(salted, 'Server Key') };
}

const verifierForm = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

/** Reads a stored verifier; anything else is a clear-text password and becomes one. */
export function scramVerifier(passwordOrVerifier: string): Verifier {
  const match = verifierForm.exec(passwordOrVerifier);
  if (!match) return verifierFrom(passwordOrVerifier, randomBytes(SALT_BYTES), ITERATIONS);
  return {
    iterations: Number(match[1]),
    salt: Buffer.from(match[2]!, 'base64'),
    storedKey: Buffer.from(match[3]!, 'base64'),
    serverKey: Buffer.from(match[4]!, 'base64'),
  };
}

/** PostgreSQL's text form: what is handed on in place of a clear-text password. */
export function formatVerifier(verifier: Verifier): string {
  const { iterations, salt, storedKey, serverKey } = verifier;
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey.toString('base64')}:${serverKey.toString('base64')}`;
}

const mockSecret = randomBytes(32);

/** For a user that does not exist: the same salt at every attempt, and no password that fits. */
export function mockVerifier(user: string): Verifier {
  const seed = hmac(mockSecret, user);
  return { iterations: ITERATIONS, salt: seed.subarray(0, SALT_BYTES), storedKey: randomBytes(32), serverKey: randomBytes(32) };
}

/** One exchange. `channelBinding`: tls-server-end-point data of this connection, null without TLS. */
export class ScramExchange {
  private readonly verifier: Verifier;
  private readonly channelBinding: Buffer | null;
  private withBinding = false;
  private gs2Header = '';
  private clientFirstBare = '';
  private serverFirst = '';

  constructor(verifier: Verifier, channelBinding: Buffer | null) {
    this.verifier = verifier;
    this.channelBinding = channelBinding;
  }

  get mechanisms(): readonly string[] {
    return this.channelBinding ? ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] : ['SCRAM-SHA-256'];
  }

  /** client-first-message → server-first-message. */
  first(mechanism: string, clientFirst: string): string {
    if (!this.mechanisms.includes(mechanism)) throw protocolViolation('client selected an invalid SASL authentication mechanism');
    this.withBinding = mechanism === 'SCRAM-SHA-256-PLUS';
    const match = /^(([nyp])(?:=([^,]*))?,(a=[^,]*)?,)(n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+).*)$/s.exec(clientFirst);
    if (!match) throw malformed('The client-first-message is not well-formed.');
    const [, header, flag, bindingName, authorization, bare, clientNonce] = match;
    if (authorization !== undefined) throw protocolViolation('client uses authorization identity, but it is not supported');
    if (this.withBinding !== (flag === 'p')) throw malformed('The channel binding flag does not fit the mechanism.');
    if (flag === 'p' && bindingName !== 'tls-server-end-point') throw protocolViolation('unsupported SCRAM channel-binding type');
    if (flag === 'y' && this.channelBinding) {
      throw malformed('The client supports SCRAM channel binding but thinks the server does not.');
    }
    this.gs2Header = header!;
    this.clientFirstBare = bare!;
    const nonce = `${clientNonce!}${randomBytes(NONCE_BYTES).toString('base64')}`;
    this.serverFirst = `r=${nonce},s=${this.verifier.salt.toString('base64')},i=${this.verifier.iterations}`;
    return this.serverFirst;
  }

  /** client-final-message → server-final-message; null: wrong password. */
  final(clientFinal: string): string | null {
    const match = /^(c=([A-Za-z0-9+/=]+),r=([^,]+)(?:,.*)?),p=([A-Za-z0-9+/=]+)$/s.exec(clientFinal);
    if (!match) throw malformed('The client-final-message is not well-formed.');
    const [, withoutProof, binding, nonce, proofText] = match;
    const expectedNonce = this.serverFirst.slice(2, this.serverFirst.indexOf(',s='));
    if (nonce !== expectedNonce) throw protocolViolation('invalid SCRAM response (nonce mismatch)');
    const header = Buffer.from(this.gs2Header, 'utf8');
    const expectedBinding = this.withBinding ? Buffer.concat([header, this.channelBinding!]) : header;
    if (binding !== expectedBinding.toString('base64')) throw protocolViolation('SCRAM channel binding check failed');
    const authMessage = `${this.clientFirstBare},${this.serverFirst},${withoutProof!}`;
    const proof = Buffer.from(proofText!, 'base64');
    const signature = hmac(this.verifier.storedKey, authMessage);
    if (proof.length !== signature.length) throw malformed('The proof has the wrong length.');
    const clientKey = Buffer.from(proof.map((byte, i) => byte ^ signature[i]!));
    if (!timingSafeEqual(sha256(clientKey), this.verifier.storedKey)) return null;
    return `v=${hmac(this.verifier.serverKey, authMessage).toString('base64')}`;
  }
}

const malformed = (detail: string): Error => protocolViolation('malformed SCRAM message').with({ detail });

/**
 * tls-server-end-point (RFC 5929): the hash of the certificate with its own signature's hash, SHA-256 for MD5 and SHA-1. The
 * signature algorithm is recognised by its object identifier in the certificate's DER.
 */
export function certificateBinding(der: Buffer): Buffer | null {
  for (const [oid, hash] of signatureHashes) {
    if (der.includes(Buffer.from(oid, 'hex'))) return createHash(hash).update(der).digest();
  }
  return null;
}

const signatureHashes: readonly (readonly [string, string])[] = [
  ['06092a864886f70d01010b', 'sha256'], // sha256WithRSAEncryption
  ['06092a864886f70d01010c', 'sha384'],
  ['06092a864886f70d01010d', 'sha512'],
  ['06092a864886f70d010105', 'sha256'], // sha1WithRSAEncryption
  ['06082a8648ce3d040302', 'sha256'], // ecdsa-with-SHA256
  ['06082a8648ce3d040303', 'sha384'],
  ['06082a8648ce3d040304', 'sha512'],
];
