/**
 * Stands between a client that speaks the simple protocol and a PostgreSQL server: passes every byte on, and tells how each
 * statement ended. One that takes too long is cancelled; one that does not end then either has hung, and its connection is cut.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Ending {
  /** Which of the proxy's connections, from 1. */
  readonly connection: number;
  readonly sql: string;
  /** `00000` is success; `cut`: the connection closed before an answer; `hung`: not even cancelled it ended. */
  readonly code: string;
  readonly message: string;
  readonly cancelled: boolean;
}

export interface ProxyOptions {
  readonly host: string;
  /** Asked anew for each connection: the server may have been started again. */
  readonly port: () => number;
  readonly patienceMillis: number;
  readonly onEnding: (ending: Ending) => void;
}

export class WatchingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(options: ProxyOptions) {
    this.#server = createServer({ noDelay: true }, (client) => {
      const onward = connect({ host: options.host, port: options.port(), noDelay: true });
      for (const socket of [client, onward]) {
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
      }
      watch(client, onward, ++this.#connections, options);
    });
  }

  static async start(options: ProxyOptions): Promise<WatchingProxy> {
    const proxy = new WatchingProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, options.host, resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

interface Statement {
  readonly sql: string;
  readonly timer: NodeJS.Timeout;
  error: { readonly code: string; readonly message: string } | undefined;
  cancelled: boolean;
}

function watch(client: Socket, onward: Socket, connection: number, options: ProxyOptions): void {
  let running: Statement | undefined;
  let key: Buffer | undefined;
  const end = (code: string, message: string): void => {
    if (!running) return;
    const { sql, timer, cancelled } = running;
    running = undefined;
    clearTimeout(timer);
    options.onEnding({ connection, sql, code, message, cancelled });
  };
  const hung = (): void => {
    end('hung', 'neither its time limit nor a cancel request ended it');
    client.destroy();
    onward.destroy();
  };
  const tooLong = (): void => {
    if (!running) return;
    const cancelled = { ...running, cancelled: true, timer: setTimeout(hung, options.patienceMillis) };
    running = cancelled;
    if (key) sendCancel(options, key);
  };
  const fromClient = new MessageCutter(true, (type, body) => {
    if (type !== 'Q') return;
    const sql = body.toString('utf8', 0, body.length - 1);
    running = { sql, error: undefined, cancelled: false, timer: setTimeout(tooLong, options.patienceMillis) };
  });
  const fromServer = new MessageCutter(false, (type, body) => {
    if (type === 'K') key = Buffer.from(body);
    if (type === 'E' && running && !running.error) running.error = errorFields(body);
    if (type === 'Z') end(running?.error?.code ?? '00000', running?.error?.message ?? '');
  });
  for (const [from, to, cutter] of [
    [client, onward, fromClient],
    [onward, client, fromServer],
  ] as const) {
    from.on('data', (chunk: Buffer) => {
      cutter.take(chunk);
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
  onward.on('close', () => end(running?.error?.code ?? 'cut', running?.error?.message ?? 'the connection was closed'));
}

/** Cuts a direction of the protocol into messages; a client's first one has no type. */
class MessageCutter {
  #held: Buffer = Buffer.alloc(0);
  #isStartup: boolean;
  readonly #onMessage: (type: string, body: Buffer) => void;

  constructor(isStartup: boolean, onMessage: (type: string, body: Buffer) => void) {
    this.#isStartup = isStartup;
    this.#onMessage = onMessage;
  }

  take(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const head = this.#isStartup ? 0 : 1;
      if (this.#held.length < head + 4) return;
      const length = head + this.#held.readInt32BE(head);
      if (this.#held.length < length) return;
      const body = this.#held.subarray(head + 4, length);
      this.#onMessage(head === 0 ? '' : String.fromCharCode(this.#held[0]!), body);
      this.#isStartup = false;
      this.#held = this.#held.subarray(length);
    }
  }
}

function errorFields(body: Buffer): { code: string; message: string } {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field[0], field.slice(1)]),
  );
  return { code: fields.get('C') ?? '', message: fields.get('M') ?? '' };
}

function sendCancel(options: ProxyOptions, key: Buffer): void {
  const socket = connect(options.port(), options.host);
  socket.on('error', () => undefined);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + key.length, 0);
  head.writeInt32BE(80877102, 4);
  socket.end(Buffer.concat([head, key]));
}
