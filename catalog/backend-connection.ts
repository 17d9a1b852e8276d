/**
 * A raw protocol-3 connection to the catalog server: one per client session, logged in as the user's own role. It carries
 * bytes and whole messages; what they mean for a session is the server floor's business.
 *
 * Messages are delivered in order, each exactly once, as slices of the network read (header of 5 bytes included); a handler
 * that keeps one keeps its read alive. After `close` nothing is delivered.
 */
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { serialize } from 'pg-protocol';
import { protocolViolation, sqlError } from '../core/sql-error.ts';
import { errorFromMessage } from './backend-error.ts';
import { messageOf } from './log.ts';
import { MessageReader } from './message-reader.ts';
import type { MessageHandler } from './message-reader.ts';
import { openSocket } from './postgres-process.ts';
import type { PostgresAddress } from './postgres-process.ts';
import { ScramClient } from './scram-client.ts';

export interface BackendOptions {
  readonly address: PostgresAddress;
  readonly user: string;
  readonly database: string;
  /** Any setting: a start-up value is what RESET returns to. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly password?: string | undefined;
  /** Encrypt (TCP only): `require` does not check the certificate, `verify-full` does. */
  readonly tls?: 'require' | 'verify-full' | undefined;
  readonly timeoutMs?: number;
}

/** Message types, as the first byte of a message. */
const AUTHENTICATION = 0x52; // R
const BACKEND_KEY_DATA = 0x4b; // K
const PARAMETER_STATUS = 0x53; // S
const READY_FOR_QUERY = 0x5a; // Z
const ERROR_RESPONSE = 0x45; // E

export class BackendConnection {
  processId = 0;
  secretKey = 0;
  /** As last reported by the server. */
  readonly parameters = new Map<string, string>();
  closed = false;
  private readonly socket: Socket;
  private readonly reader = new MessageReader();
  private handler: MessageHandler;
  private closeHandlers: ((error: Error | undefined) => void)[] = [];
  private failure: Error | undefined;

  private constructor(socket: Socket, handler: MessageHandler) {
    this.socket = socket;
    this.handler = handler;
    socket.on('error', (error) => (this.failure ??= error));
    socket.on('close', () => {
      this.closed = true;
      for (const told of this.closeHandlers.splice(0)) told(this.failure);
    });
    socket.on('data', (chunk: Buffer) => this.receive(() => this.reader.push(chunk, this.deliver)));
  }

  /** Resolves at the first ReadyForQuery. Rejects with the server's own error, or 08006 when it cannot be reached. */
  static async open(options: BackendOptions): Promise<BackendConnection> {
    const socket = await connected(options);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail(new Error('no answer from the catalog server')), options.timeoutMs ?? 30_000);
      const settle = (): void => {
        clearTimeout(timer);
        connection.handler = () => undefined;
        connection.closeHandlers = [];
      };
      const fail = (error: Error): void => {
        settle();
        connection.destroy();
        reject(error);
      };
      const onStartup = startupHandler(options, (bytes) => connection.send(bytes), fail, (processId, secretKey) => {
        connection.processId = processId;
        connection.secretKey = secretKey;
      }); // prettier-ignore
      const connection = new BackendConnection(socket, (type, message) => {
        if (type !== READY_FOR_QUERY) return onStartup(type, message);
        settle();
        resolve(connection);
      });
      connection.onClose((error) =>
        fail(sqlError('08006', 'the catalog server closed the connection', { detail: error?.message, severity: 'FATAL' })),
      );
      connection.send(serialize.startup({ ...options.parameters, user: options.user, database: options.database }));
    });
  }

  /** Replaces the receiver of messages. */
  onMessage(handler: MessageHandler): void {
    this.handler = handler;
  }

  /** Told once, when the connection is gone; at once when it is already. */
  onClose(handler: (error: Error | undefined) => void): void {
    if (this.closed) handler(this.failure);
    else this.closeHandlers.push(handler);
  }

  /** False: the socket's buffer is full, wait for `onDrain` before sending much more. */
  send(bytes: Uint8Array): boolean {
    return this.socket.writable && this.socket.write(bytes);
  }

  /** Calls back once, when what was sent has left. */
  onDrain(handler: () => void): void {
    this.socket.once('drain', handler);
  }

  /** Several sends leave as one write. */
  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  /** No message is delivered from now on, not even one already read; the server meets a full pipe. */
  pause(): void {
    this.reader.stop();
    this.socket.pause();
  }

  resume(): void {
    this.receive(() => this.reader.start(this.deliver));
    if (!this.socket.destroyed) this.socket.resume();
  }

  /** Terminate, politely. */
  end(): void {
    if (this.socket.writable) this.socket.end(serialize.end());
    else this.destroy();
  }

  destroy(): void {
    this.reader.stop();
    this.socket.destroy();
  }

  private readonly deliver: MessageHandler = (type, message) => {
    if (type === PARAMETER_STATUS) this.noteParameter(message);
    this.handler(type, message);
  };

  private noteParameter(message: Buffer): void {
    const nameEnd = message.indexOf(0, 5);
    this.parameters.set(message.toString('utf8', 5, nameEnd), message.toString('utf8', nameEnd + 1, message.length - 1));
  }

  /** A handler's exception or a malformed stream ends this connection, and is what `onClose` is told. */
  private receive(deliverAll: () => void): void {
    try {
      deliverAll();
    } catch (error) {
      this.failure ??= asError(error);
      this.destroy();
    }
  }
}

function startupHandler(
  options: BackendOptions,
  send: (bytes: Uint8Array) => void,
  fail: (error: Error) => void,
  onKey: (processId: number, secretKey: number) => void,
): MessageHandler {
  const scram = new ScramClient(options.password ?? '');
  const authenticate = (message: Buffer): void => {
    const method = message.readInt32BE(5);
    const text = message.toString('utf8', 9);
    if (method === 0) return;
    if (options.password === undefined) throw sqlError('28P01', 'the catalog server asks for a password and none is configured');
    if (method === 3) send(serialize.password(options.password));
    else if (method === 10 && text.split('\0').includes('SCRAM-SHA-256')) {
      send(serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', scram.first()));
    } else if (method === 11) send(serialize.sendSCRAMClientFinalMessage(scram.answer(text)));
    else if (method === 12) scram.verify(text);
    else throw protocolViolation(`the catalog server asks for authentication method ${method}, which is none of trust, password and SCRAM-SHA-256`); // prettier-ignore
  };
  return (type, message) => {
    try {
      if (type === AUTHENTICATION) authenticate(message);
      else if (type === BACKEND_KEY_DATA) onKey(message.readInt32BE(5), message.readInt32BE(9));
      else if (type === ERROR_RESPONSE) fail(errorFromMessage(message));
    } catch (error) {
      fail(asError(error));
    }
  };
}

/** Errors of Node's own modules may be of another realm's class. */
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(messageOf(error), { cause: error }));

const unreachableServer = (error: Error): Error =>
  sqlError('08006', 'could not connect to the catalog server', { detail: messageOf(error), severity: 'FATAL' });

function connected(options: BackendOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(options.address);
    const refuse = (error: Error): void => {
      socket.destroy();
      reject(unreachableServer(error));
    };
    socket.once('error', refuse);
    socket.once('connect', () => {
      if (options.tls === undefined || options.address.kind === 'socket') {
        socket.off('error', refuse);
        resolve(socket);
        return;
      }
      const host = options.address.host;
      socket.write(serialize.requestSsl());
      socket.once('data', (answer) => {
        if (answer[0] !== 0x53) return refuse(new Error('it does not offer TLS'));
        const secure = connectTls({ socket, servername: host, rejectUnauthorized: options.tls === 'verify-full' });
        secure.once('error', refuse);
        secure.once('secureConnect', () => {
          secure.off('error', refuse);
          socket.off('error', refuse);
          resolve(secure);
        });
      });
    });
  });
}

/** Asks the server to cancel what that backend runs; resolves when the request was taken. */
export function cancelBackend(address: PostgresAddress, processId: number, secretKey: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(address);
    socket.once('error', (error) => reject(unreachableServer(error)));
    socket.once('connect', () => socket.end(serialize.cancel(processId, secretKey)));
    socket.once('close', () => resolve());
  });
}
