/**
 * One client's socket: raw bytes during start-up (which may upgrade it to TLS), then a queue of whole messages in, and
 * bytes out with back-pressure. Owned by the gateway's accept loop, then by one session.
 *
 * Invariants: at most `QUEUE_BYTES_MAX` plus one network read wait unread (the socket is paused above it); everything
 * written leaves in order; after `closed` settles nothing is written or delivered.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { SqlError } from '../../core/sql-error.ts';
import { errorResponse } from './backend-messages.ts';
import { MessageCutter } from './message-cutter.ts';
import type { FrontendMessage } from './message-cutter.ts';

const QUEUE_BYTES_MAX = 1 << 20;
/** PostgreSQL's PQ_LARGE_MESSAGE_LIMIT. */
const MESSAGE_BYTES_MAX = 0x3fffffff - 1;
/** PG_MAX_AUTH_TOKEN_LENGTH: what may come from a client that has not proved who it is. */
const UNAUTHENTICATED_BYTES_MAX = 65_535;
/** How much may wait for a slow client before a producer has to wait. */
const WRITE_BUFFER_BYTES = 1 << 18;

export class ClientConnection {
  readonly remoteAddress: string;
  /** Set once encrypted. */
  tls: TLSSocket | null = null;
  private socket: Socket;
  private received: Buffer[] = [];
  private cutter: MessageCutter | null = null;
  private readonly queue: FrontendMessage[] = [];
  private queuedBytes = 0;
  private wake: (() => void)[] = [];
  private pending: Uint8Array | null = null;
  private flushScheduled = false;
  private ended = false;
  private streamError: Error | undefined;
  private readonly endHandlers: (() => void)[] = [];
  private readonly drainHandlers: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    this.remoteAddress = `${socket.remoteAddress ?? 'local'}:${socket.remotePort ?? 0}`;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    this.listen();
  }

  private readonly onData = (chunk: Buffer): void => this.receive(chunk);
  /** A reset connection ends like a closed one. */
  private readonly onEnded = (): void => this.finish();
  private readonly onDrained = (): void => {
    for (const drained of this.drainHandlers.splice(0)) drained();
  };

  private listen(): void {
    this.socket.on('data', this.onData).on('drain', this.onDrained);
    for (const event of ['end', 'close', 'error']) this.socket.on(event, this.onEnded);
  }

  private unlisten(): void {
    this.socket.off('data', this.onData).off('drain', this.onDrained);
    for (const event of ['end', 'close', 'error']) this.socket.off(event, this.onEnded);
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    for (const handler of this.endHandlers.splice(0)) handler();
    for (const drained of this.drainHandlers.splice(0)) drained();
    this.notify();
  }

  private notify(): void {
    for (const woken of this.wake.splice(0)) woken();
  }

  private receive(chunk: Buffer): void {
    if (this.cutter) this.cut(chunk);
    else this.received.push(chunk);
    this.notify();
  }

  private cut(chunk: Buffer): void {
    if (this.streamError) return;
    try {
      for (const message of this.cutter!.push(chunk)) {
        this.queue.push(message);
        this.queuedBytes += message.raw.length;
      }
    } catch (error) {
      this.streamError = error as Error;
      this.socket.pause();
    }
    if (this.queuedBytes > QUEUE_BYTES_MAX) this.socket.pause();
  }

  private readable(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  /** Start-up phase: exactly `length` bytes; null when the client left before. */
  async readBytes(length: number): Promise<Buffer | null> {
    for (;;) {
      const all = this.received.length === 1 ? this.received[0]! : Buffer.concat(this.received);
      if (all.length >= length) {
        this.received = all.length > length ? [all.subarray(length)] : [];
        return all.subarray(0, length);
      }
      if (this.ended) return null;
      await this.readable();
    }
  }

  /** Start-up phase: bytes received and not yet read. */
  hasBufferedBytes(): boolean {
    return this.received.some((chunk) => chunk.length > 0);
  }

  /** From here the client speaks TLS. `direct`: it began without asking, `peeked` being what was read of its hello. */
  async startTls(context: SecureContext, direct?: { readonly peeked: Buffer }): Promise<boolean> {
    const raw = this.socket;
    this.flush();
    raw.uncork();
    this.unlisten();
    raw.pause();
    if (direct) raw.unshift(Buffer.concat([direct.peeked, ...this.received.splice(0)]));
    const tls = new TLSSocket(raw, { isServer: true, secureContext: context, ALPNProtocols: ['postgresql'] });
    this.tls = tls;
    this.socket = tls;
    const secured = new Promise<boolean>((resolve) => {
      tls.once('secure', () => resolve(!direct || tls.alpnProtocol === 'postgresql'));
      tls.once('close', () => resolve(false));
      tls.once('error', () => resolve(false));
      raw.once('error', () => resolve(false));
      raw.once('close', () => tls.destroy());
    });
    this.listen();
    return secured;
  }

  /** Ends the start-up phase: from here on the bytes are messages. */
  startMessages(): void {
    this.cutter = new MessageCutter(UNAUTHENTICATED_BYTES_MAX);
    for (const chunk of this.received.splice(0)) this.cut(chunk);
  }

  /** From here on messages may be large. */
  authenticated(): void {
    this.cutter!.largeLimit = MESSAGE_BYTES_MAX;
  }

  /** The next message; null when the client is gone. Throws FATAL 08P01 when its stream makes no sense. */
  async next(): Promise<FrontendMessage | null> {
    await this.waitReadable();
    const message = this.queue.shift();
    if (message === undefined) {
      if (this.streamError) throw this.streamError;
      return null;
    }
    this.queuedBytes -= message.raw.length;
    if (this.queuedBytes <= QUEUE_BYTES_MAX / 2 && !this.streamError && this.socket.isPaused()) this.socket.resume();
    return message;
  }

  /** Resolves when next() would not wait. */
  async waitReadable(): Promise<void> {
    while (this.queue.length === 0 && !this.ended && !this.streamError) await this.readable();
  }

  /** True when next() would answer at once with a message. */
  get hasMessage(): boolean {
    return this.queue.length > 0;
  }

  get gone(): boolean {
    return this.ended;
  }

  /** Calls back once, when the client has left (or now, when it already has). */
  onEnd(handler: () => void): void {
    if (this.ended) handler();
    else this.endHandlers.push(handler);
  }

  /** False: more than is good waits for the client; await drained() before producing more. */
  write(bytes: Uint8Array): boolean {
    if (this.ended || this.socket.destroyed) return true;
    const last = this.pending;
    if (last && last.buffer === bytes.buffer && last.byteOffset + last.byteLength === bytes.byteOffset) {
      // The catalog server's messages arrive as neighbouring slices of one read: they leave as one again.
      this.pending = new Uint8Array(last.buffer, last.byteOffset, last.byteLength + bytes.byteLength);
    } else {
      if (last) this.push(last);
      this.pending = bytes;
      if (!this.flushScheduled) {
        this.flushScheduled = true;
        this.socket.cork();
        process.nextTick(() => {
          this.flushScheduled = false;
          this.flush();
          this.socket.uncork();
        });
      }
    }
    return !this.congested;
  }

  private push(bytes: Uint8Array): void {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(bytes);
  }

  private flush(): void {
    const bytes = this.pending;
    this.pending = null;
    if (bytes) this.push(bytes);
  }

  /** Resolves when the client took what was written, or left. */
  async drained(): Promise<void> {
    this.flush();
    if (this.ended || this.socket.destroyed || !this.socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => this.drainHandlers.push(resolve));
  }

  get congested(): boolean {
    return !this.ended && this.socket.writableLength + (this.pending?.byteLength ?? 0) >= WRITE_BUFFER_BYTES;
  }

  /** Writes the error as the last thing the client hears, then closes. */
  refuse(error: SqlError): void {
    this.write(errorResponse({ ...error.fields, severity: 'FATAL' }));
    this.end();
  }

  /** Sends what is buffered, then closes. */
  end(): void {
    this.flush();
    if (this.socket.destroyed) return;
    this.socket.uncork();
    this.socket.end();
    const socket = this.socket;
    setTimeout(() => socket.destroy(), 2_000).unref();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
