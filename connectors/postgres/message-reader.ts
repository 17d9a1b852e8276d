/**
 * Bytes from a PostgreSQL socket → messages. Chunks may end anywhere. Runs of DataRow messages go to the row sink in place,
 * many at a time; every other message is handed over whole. Only a message cut by a chunk's end is copied.
 */

/** Takes whole DataRow messages from the start of buffer[from, to); answers where the first byte it did not take is. */
export interface RowSink {
  rows(buffer: Buffer, from: number, to: number): number;
}

export interface MessageHandler extends RowSink {
  /** Body at buffer[from, to). */
  message(type: number, buffer: Buffer, from: number, to: number): void;
}

export const DATA_ROW = 68;
const HEADER = 5;
/** Longer than PostgreSQL ever sends: the stream is not its protocol. */
const MESSAGE_BYTES_MAX = 0x7fffffff;

const int32At = (buffer: Buffer, at: number): number =>
  (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!;

export class MessageReader {
  private readonly handler: MessageHandler;
  /** The beginning of a message whose end has not come yet. */
  private partial: Buffer | null = null;
  private partialUsed = 0;

  constructor(handler: MessageHandler) {
    this.handler = handler;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (this.partial !== null && at < chunk.length) at = this.complete(chunk, at);
    if (at < chunk.length) this.read(chunk, at);
  }

  /** Reads whole messages; keeps what remains. */
  private read(chunk: Buffer, from: number): void {
    let at = from;
    while (chunk.length - at >= HEADER) {
      const end = at + 1 + messageLength(chunk, at);
      if (end > chunk.length) break;
      if (chunk[at] === DATA_ROW) {
        const taken = this.handler.rows(chunk, at, chunk.length);
        at = taken > at ? taken : end;
      } else {
        this.handler.message(chunk[at]!, chunk, at + HEADER, end);
        at = end;
      }
    }
    const rest = chunk.length - at;
    if (rest === 0) return;
    this.partial = Buffer.allocUnsafe(rest >= HEADER ? 1 + messageLength(chunk, at) : HEADER);
    this.partialUsed = chunk.copy(this.partial, 0, at);
  }

  /** Adds to the partial message what the chunk has of it. */
  private complete(chunk: Buffer, from: number): number {
    let partial = this.partial!;
    const at = from + chunk.copy(partial, this.partialUsed, from, from + partial.length - this.partialUsed);
    this.partialUsed += at - from;
    if (this.partialUsed < partial.length) return at;
    const length = 1 + messageLength(partial, 0);
    if (length > partial.length) {
      // So far only its header.
      partial = Buffer.allocUnsafe(length);
      this.partial!.copy(partial);
      this.partial = partial;
      return at;
    }
    this.partial = null;
    this.read(partial, 0);
    return at;
  }
}

function messageLength(buffer: Buffer, at: number): number {
  const length = int32At(buffer, at + 1);
  if (length < 4 || length >= MESSAGE_BYTES_MAX) throw new Error(`message of ${length} bytes: not PostgreSQL's protocol`);
  return length;
}
