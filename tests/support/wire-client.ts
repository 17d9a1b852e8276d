/** A raw protocol-3 client for tests: sends what it is told, byte for byte, and shows each answer as one line. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  frontend,
  MessageBuilder,
  writeBind,
  writeDescribePortal,
  writeDescribeStatement,
  writeExecute,
  writeParse,
  writeQuery,
} from '../../server/wire/frontend-messages.ts';

export interface WireAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export class WireClient {
  readonly socket: Socket;
  private buffered: Buffer = Buffer.alloc(0);
  private readonly lines: string[] = [];
  private waiting: (() => void)[] = [];
  closed = false;
  processId = 0;
  secret: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  /** Only the socket: nothing is sent. */
  static async open(address: Pick<WireAddress, 'host' | 'port'>): Promise<WireClient> {
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new WireClient(socket);
  }

  /** Past the first ReadyForQuery (trust). */
  static async connect(address: WireAddress, parameters: Readonly<Record<string, string>> = {}): Promise<WireClient> {
    const client = await WireClient.open(address);
    client.send(startupPacket({ user: address.user, database: address.database, ...parameters }));
    await client.until((line) => line.startsWith('Z') || line.startsWith('E'));
    return client;
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The lines up to the first for which `last` holds, or up to the end of the connection. */
  async until(last: (line: string) => boolean): Promise<string[]> {
    for (;;) {
      const at = this.lines.findIndex(last);
      if (at >= 0) return this.lines.splice(0, at + 1);
      if (this.closed) return this.lines.splice(0);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** The next `count` lines. */
  async take(count: number): Promise<string[]> {
    while (this.lines.length < count && !this.closed) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.lines.splice(0, count);
  }

  async untilReady(): Promise<string[]> {
    return this.until((line) => line.startsWith('Z'));
  }

  async query(sql: string): Promise<string[]> {
    this.send(writeQuery(sql));
    return this.untilReady();
  }

  async untilClosed(): Promise<string[]> {
    return this.until(() => false);
  }

  end(): void {
    this.socket.end(new MessageBuilder(frontend.terminate).build());
  }

  private wake(): void {
    for (const woken of this.waiting.splice(0)) woken();
  }

  private receive(chunk: Buffer): void {
    this.buffered = Buffer.concat([this.buffered, chunk]);
    while (this.buffered.length >= 5) {
      const size = 1 + this.buffered.readInt32BE(1);
      if (this.buffered.length < size) break;
      const message = this.buffered.subarray(0, size);
      this.buffered = this.buffered.subarray(size);
      if (message[0] === 0x4b) {
        this.processId = message.readInt32BE(5);
        this.secret = Buffer.from(message.subarray(9));
      }
      this.lines.push(showMessage(message));
    }
    this.wake();
  }
}

export function startupPacket(parameters: Readonly<Record<string, string>>, version = 196608): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [name, value]);
  const body = Buffer.concat([int32(version), Buffer.from(pairs.map((text) => `${text}\0`).join('')), Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

/** `Parse ["s", "select 1", [23]]`, `Sync []`, …: a line of a transcript as bytes. */
export function messageOf(line: string): Buffer {
  const space = line.indexOf(' ');
  const kind = space < 0 ? line : line.slice(0, space);
  const args = (space < 0 ? [] : JSON.parse(line.slice(space + 1))) as unknown[];
  const text = (i: number): string => String(args[i]);
  const numbers = (i: number): number[] => (args[i] ?? []) as number[];
  switch (kind) {
    case 'Query':
      return writeQuery(text(0));
    case 'Parse':
      return writeParse(text(0), text(1), numbers(2));
    case 'Bind':
      return writeBind(text(0), text(1), parameters(args[2]), numbers(3), numbers(4));
    case 'Describe':
      return args[0] === 'S' ? writeDescribeStatement(text(1)) : writeDescribePortal(text(1));
    case 'Execute':
      return writeExecute(text(0), Number(args[1] ?? 0));
    case 'Close':
      return new MessageBuilder(frontend.close)
        .bytes(Buffer.from(text(0)))
        .string(text(1))
        .build();
    case 'Flush':
      return new MessageBuilder(frontend.flush).build();
    case 'Sync':
      return new MessageBuilder(frontend.sync).build();
    case 'CopyData':
      return new MessageBuilder(frontend.copyData).bytes(Buffer.from(text(0))).build();
    case 'CopyDone':
      return new MessageBuilder(frontend.copyDone).build();
    case 'CopyFail':
      return new MessageBuilder(frontend.copyFail).string(text(0)).build();
    default:
      throw new Error(`no message is called ${kind}`);
  }
}

/** Strings are text; `{"hex": "…"}` are bytes; null is NULL. */
const parameters = (list: unknown): (string | Buffer | null)[] =>
  ((list ?? []) as unknown[]).map((value) =>
    value === null ? null : typeof value === 'string' ? value : Buffer.from((value as { hex: string }).hex, 'hex'),
  );

function showMessage(message: Buffer): string {
  const type = String.fromCharCode(message[0]!);
  const strings = (from: number): string[] => message.toString('utf8', from).split('\0');
  switch (type) {
    case 'E':
    case 'N': {
      const fields = new Map(strings(5).map((text) => [text[0] ?? '', text.slice(1)]));
      const shown = ['D', 'H', 'P'].flatMap((letter) => (fields.has(letter) ? [`${letter}=${fields.get(letter)}`] : []));
      return [type, fields.get('V'), fields.get('C'), fields.get('M'), ...shown].join(' | ');
    }
    case 'T': {
      const columns: string[] = [];
      for (let at = 7, i = 0; i < message.readUInt16BE(5); i++) {
        const end = message.indexOf(0, at);
        const name = message.toString('utf8', at, end);
        columns.push(
          `${name}:${message.readUInt32BE(end + 7)}/${message.readInt32BE(end + 13)}/${message.readInt16BE(end + 17)}`,
        );
        at = end + 19;
      }
      return `T ${columns.join(' ')}`;
    }
    case 'D': {
      const values: string[] = [];
      for (let at = 7, i = 0; i < message.readUInt16BE(5); i++) {
        const length = message.readInt32BE(at);
        values.push(length < 0 ? 'NULL' : printable(message.subarray(at + 4, at + 4 + length)));
        at += 4 + Math.max(length, 0);
      }
      return `D ${values.join(' | ')}`;
    }
    case 't':
      return `t ${Array.from({ length: message.readUInt16BE(5) }, (_, i) => message.readUInt32BE(7 + 4 * i)).join(' ')}`;
    case 'C':
      return `C ${strings(5)[0]}`;
    case 'Z':
      return `Z ${String.fromCharCode(message[5]!)}`;
    case 'S':
      return `S ${strings(5).slice(0, 2).join('=')}`;
    case 'A':
      return `A ${strings(9).slice(0, 2).join(' ')}`;
    case 'd':
      return `d ${printable(message.subarray(5))}`;
    case 'R':
      return `R ${message.readInt32BE(5)}`;
    case 'v':
      return `v ${message.readInt32BE(5)} ${strings(13).filter((name) => name !== '').join(' ')}`; // prettier-ignore
    case 'G':
    case 'H':
      return `${type} ${message[5]} ${message.readInt16BE(6)}`;
    default:
      return type;
  }
}

function printable(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return /^[\x20-\x7e\n\t\u00a0-\uffff]*$/.test(text) && !text.includes('�')
    ? JSON.stringify(text).slice(1, -1)
    : `0x${bytes.toString('hex')}`;
}
