/**
 * The client's half of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding, and the verifier PostgreSQL stores for a
 * password. Used when a backend connection must prove who it is, and so that no password is ever sent in an SQL text.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
const saltPassword = (password: string, salt: Buffer, iterations: number): Buffer =>
  pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');

/** `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`, what `ALTER ROLE … PASSWORD` takes in place of the password. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = saltPassword(password, salt, iterations);
  const storedKey = sha256(hmac(salted, 'Client Key')).toString('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** One authentication exchange: `first`, then `answer` to the server's challenge, then `verify` its proof. */
export class ScramClient {
  private readonly nonce = randomBytes(18).toString('base64');
  private serverSignature: Buffer | undefined;
  private readonly password: string;

  constructor(password: string) {
    this.password = password;
  }

  first(): string {
    return `n,,${this.firstBare()}`;
  }

  answer(challenge: string): string {
    const { r: nonce, s: salt, i: iterations } = fields(challenge);
    if (!nonce?.startsWith(this.nonce) || !salt || !iterations) throw new Error('malformed SCRAM challenge');
    const salted = saltPassword(this.password, Buffer.from(salt, 'base64'), Number(iterations));
    const withoutProof = `c=biws,r=${nonce}`;
    const exchange = `${this.firstBare()},${challenge},${withoutProof}`;
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(sha256(clientKey), exchange);
    this.serverSignature = hmac(hmac(salted, 'Server Key'), exchange);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  verify(final: string): void {
    const proof = Buffer.from(fields(final)['v'] ?? '', 'base64');
    const expected = this.serverSignature;
    if (!expected || proof.length !== expected.length || !timingSafeEqual(proof, expected)) {
      throw new Error('the server could not prove that it knows the password (SCRAM)');
    }
  }

  /** The user name is left empty: PostgreSQL takes it from the start-up packet. */
  private firstBare(): string {
    return `n=,r=${this.nonce}`;
  }
}

const fields = (message: string): Record<string, string | undefined> =>
  Object.fromEntries(message.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
