/**
 * Cuts a client's byte stream into frontend messages, whatever the chunking of the network. First stage of a statement's
 * life. Invariant: no message larger than its limit is ever buffered; a malformed length is a protocol violation.
 */
import { sqlError } from '../../core/sql-error.ts';

/** A frontend message: `type` is its first byte, `body` what follows the length word, `raw` the whole. */
export interface FrontendMessage {
  readonly type: number;
  readonly body: Buffer;
  readonly raw: Buffer;
}

/** PostgreSQL's bounds (pqcomm.c, postgres.c): small for most messages, 1 GB - 1 for those that carry SQL or data. */
const SMALL_LIMIT = 30_000;
const largeTypes = new Set(Array.from('QPBdpF').map((letter) => letter.charCodeAt(0)));
const knownTypes = new Set(Array.from('QPBEDCHSXFdcfp').map((letter) => letter.charCodeAt(0)));

export class MessageCutter {
  /** Raised once the client has proved who it is. */
  largeLimit: number;
  private chunks: Buffer[] = [];
  private buffered = 0;
  /** Bytes needed before it is worth looking again. */
  private wanted = 5;

  constructor(largeLimit: number) {
    this.largeLimit = largeLimit;
  }

  /** Returns the messages completed by this chunk. Throws FATAL 08P01 when the stream makes no sense. */
  push(chunk: Buffer): FrontendMessage[] {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    if (this.buffered < this.wanted) return [];
    const bytes = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
    const messages: FrontendMessage[] = [];
    let at = 0;
    this.wanted = 5;
    while (bytes.length - at >= 5) {
      const size = 1 + this.checkedLength(bytes[at]!, bytes.readInt32BE(at + 1));
      if (bytes.length - at < size) {
        this.wanted = size;
        break;
      }
      const raw = bytes.subarray(at, at + size);
      messages.push({ type: raw[0]!, body: raw.subarray(5), raw });
      at += size;
    }
    const rest = bytes.subarray(at);
    this.chunks = rest.length > 0 ? [rest] : [];
    this.buffered = rest.length;
    return messages;
  }

  private checkedLength(type: number, length: number): number {
    if (!knownTypes.has(type)) throw sqlError('08P01', `invalid frontend message type ${type}`, { severity: 'FATAL' });
    if (length < 4 || length > (largeTypes.has(type) ? this.largeLimit : SMALL_LIMIT)) {
      throw sqlError('08P01', 'invalid message length', { severity: 'FATAL' });
    }
    return length;
  }
}
