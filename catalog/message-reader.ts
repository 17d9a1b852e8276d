/**
 * Cuts the byte stream of a PostgreSQL server into whole backend messages. Messages that lie whole within one network read
 * are passed as slices of it; only one that straddles reads is copied. A message therefore keeps its read's memory alive.
 */
import { protocolViolation } from '../core/sql-error.ts';

export type MessageHandler = (type: number, message: Buffer) => void;

export class MessageReader {
  /** The unfinished message, in a buffer of its final size once that is known. */
  private partial: Buffer | null = null;
  private filled = 0;
  /** What was read but not delivered because the reader was stopped. */
  private waiting: Buffer | null = null;
  private stopped = false;

  /** Delivers every message completed by `chunk`, unless `stop` is called meanwhile. */
  push(chunk: Buffer, deliver: MessageHandler): void {
    if (this.stopped || this.waiting) {
      this.waiting = this.waiting ? Buffer.concat([this.waiting, chunk]) : chunk;
      return;
    }
    let at = this.partial ? this.finishPartial(chunk, deliver) : 0;
    while (at < chunk.length) {
      if (this.stopped) {
        this.waiting = chunk.subarray(at);
        return;
      }
      const length = chunk.length - at < 5 ? 0 : messageLength(chunk, at);
      if (length === 0 || at + length > chunk.length) break;
      deliver(chunk[at]!, chunk.subarray(at, at + length));
      at += length;
    }
    if (at < chunk.length) this.keepPartial(chunk.subarray(at));
  }

  stop(): void {
    this.stopped = true;
  }

  /** Delivers what was held back. */
  start(deliver: MessageHandler): void {
    this.stopped = false;
    const waiting = this.waiting;
    this.waiting = null;
    if (waiting) this.push(waiting, deliver);
  }

  private keepPartial(rest: Buffer): void {
    this.partial = Buffer.allocUnsafe(rest.length < 5 ? 5 : messageLength(rest, 0));
    this.filled = rest.copy(this.partial);
  }

  /** Returns how much of `chunk` belonged to the unfinished message. */
  private finishPartial(chunk: Buffer, deliver: MessageHandler): number {
    let at = 0;
    while (this.partial) {
      const taken = chunk.copy(this.partial, this.filled, at);
      at += taken;
      this.filled += taken;
      if (this.filled < this.partial.length) return at;
      const length = messageLength(this.partial, 0);
      if (length === this.partial.length) {
        const message = this.partial;
        this.partial = null;
        deliver(message[0]!, message);
      } else {
        const whole = Buffer.allocUnsafe(length);
        this.partial.copy(whole);
        this.partial = whole;
      }
    }
    return at;
  }
}

function messageLength(buffer: Buffer, at: number): number {
  const length = buffer.readInt32BE(at + 1);
  if (length < 4) throw protocolViolation('invalid message length from the catalog server');
  return length + 1;
}
