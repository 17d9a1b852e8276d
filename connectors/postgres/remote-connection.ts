/**
 * One connection to a PostgreSQL source. `pg` connects, authenticates and sets up TLS; from then on the socket is ours: we
 * write frontend messages and read the answers (message-reader.ts). A request is a run of messages that ends with one
 * ReadyForQuery; requests may be sent before earlier ones are answered and are answered in order. Owned by the pool;
 * used by one transaction at a time.
 */
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import type { SessionSettings } from '../../algebra/plan.ts';
import { sourceConnectionLost } from '../../core/sql-error.ts';
import type { SqlError } from '../../core/sql-error.ts';
import { sendCancel } from './cancel.ts';
import { errorFromResponse, responseFields } from './error-response.ts';
import { queryMessage, terminateMessage } from './frontend-messages.ts';
import { MessageReader } from './message-reader.ts';
import type { RowSink } from './message-reader.ts';
import { OUR_SEARCH_PATH, PlannerSettings, settingsSql } from './session-settings.ts';
import { StatementCache } from './statement-cache.ts';

/** What a request ended with. */
export interface Outcome {
  readonly error: SqlError | null;
  /** Execute stopped at its row limit. */
  readonly suspended: boolean;
}

export interface RequestHandlers {
  readonly sink?: RowSink;
  /** Type OIDs of the result columns; throwing fails the request. */
  readonly onDescription?: (oids: readonly number[]) => void;
}

interface Request {
  readonly handlers: RequestHandlers;
  /** Sent just before this one: when it failed, rows of this one are dropped. */
  readonly precondition: Request | null;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: SqlError) => void;
  error: SqlError | null;
  suspended: boolean;
}

const IDLE = 73;
const DISCARD: RowSink = { rows: (_buffer, from) => from };
/** A connection that is not clean this long after a cancel is given up. */
const CANCEL_TIMEOUT_MS = 1_000;

export class RemoteConnection {
  readonly statements = new StatementCache();
  private readonly source: string;
  private readonly client: Client;
  private readonly socket: Socket;
  private readonly reader: MessageReader;
  private readonly requests: Request[] = [];
  private readonly onClosed: (connection: RemoteConnection) => void;
  private settings: SessionSettings | null = null;
  private readonly plannerSettings = new PlannerSettings();
  private prefix: string[] = [];
  private hasSourceSearchPath = false;
  private transactionStatus = IDLE;
  private retired = false;
  private lastFatal = 'the server closed the connection';
  private closed = false;
  /** Cancels on their way: what is sent before the last of them is gone may be what it hits. */
  private cancelling: Promise<void> | null = null;

  /** `client` has connected and is idle. */
  constructor(source: string, client: Client, onClosed: (connection: RemoteConnection) => void) {
    this.source = source;
    this.client = client;
    this.onClosed = onClosed;
    this.socket = (client as unknown as { connection: { stream: Socket } }).connection.stream;
    this.reader = new MessageReader({
      rows: (buffer, from, to) => this.rows(buffer, from, to),
      message: (type, buffer, from, to) => this.message(type, buffer, from, to),
    });
    client.on('error', (error) => this.lost(error.message));
    this.socket.removeAllListeners('data');
    this.socket.on('data', (chunk: Buffer) => this.received(chunk));
    this.socket.on('close', () => this.lost(this.lastFatal));
  }

  /** Usable by whoever comes next: alive, nothing under way, in no transaction. */
  get isClean(): boolean {
    return !this.closed && this.requests.length === 0 && this.transactionStatus === IDLE;
  }
  get isClosed(): boolean {
    return this.closed;
  }

  /** Nobody is to use it after this transaction: what runs in it may leave its session with other settings, locks, a seed. */
  retire(): void {
    this.retired = true;
  }
  get isRetired(): boolean {
    return this.retired;
  }

  /** SQL sent together with the next request, in front of it. */
  before(sql: string): void {
    this.prefix.push(sql);
  }

  /** Forgets what would have gone before a request that never came. */
  dropPending(): void {
    if (this.prefix.length === 0) return;
    this.prefix = [];
    this.settings = null;
  }

  /** The session's settings in force for the next request. */
  useSettings(settings: SessionSettings): void {
    if (this.hasSourceSearchPath) {
      this.hasSourceSearchPath = false;
      this.before(OUR_SEARCH_PATH);
    }
    for (const sql of this.plannerSettings.change(settings.planner, this.settings === null)) this.before(sql);
    const sql = settingsSql(settings, this.settings);
    this.settings = settings;
    if (sql !== '') this.before(sql);
  }

  /**
   * For the rest of the transaction, names are looked up as the source's own sessions do: pg_catalog first, then its users'
   * schemas. Functions that are read step by step must find the same until their last row.
   */
  useSourceSearchPath(): void {
    if (this.hasSourceSearchPath) return;
    this.hasSourceSearchPath = true;
    this.before('RESET search_path');
  }

  /** `messages` end with Sync (or are one Query). Rejects (08006) only when the connection is lost. */
  async request(messages: readonly Uint8Array[], handlers: RequestHandlers = {}): Promise<Outcome> {
    while (this.cancelling) await this.cancelling;
    if (this.closed) throw sourceConnectionLost(this.source, this.lastFatal);
    const prefix = this.prefix;
    this.prefix = [];
    let previous: Request | null = null;
    const outcomes: Promise<Outcome>[] = [];
    const enqueue = (own: RequestHandlers): void => {
      outcomes.push(
        new Promise<Outcome>((resolve, reject) => {
          previous = { handlers: own, precondition: previous, resolve, reject, error: null, suspended: false };
          this.requests.push(previous);
        }),
      );
    };
    for (const _ of prefix) enqueue({});
    enqueue(handlers);
    this.socket.write(Buffer.concat([...prefix.map(queryMessage), ...messages]));
    const all = await Promise.all(outcomes);
    const failed = all.findIndex((outcome) => outcome.error !== null);
    // A failed SET leaves the session's settings as they were, not as we noted them.
    if (failed >= 0 && failed < prefix.length) this.settings = null;
    return failed >= 0 ? all[failed]! : all.at(-1)!;
  }

  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }

  /** Stops what is running and waits until the connection is idle again; one that does not obey within a second is destroyed. */
  cancel(): Promise<void> {
    const gone = Promise.all([this.cancelling, this.cancelRunning()]).then(() => {
      if (this.cancelling === gone) this.cancelling = null;
    });
    this.cancelling = gone;
    return gone;
  }

  private async cancelRunning(): Promise<void> {
    const running = this.requests.at(-1);
    if (this.closed || running === undefined) return;
    const drained = new Promise<void>((resolve) => {
      const { resolve: done, reject: lost } = running;
      Object.assign(running, {
        resolve: (outcome: Outcome) => (done(outcome), resolve()),
        reject: (error: SqlError) => (lost(error), resolve()),
      });
    });
    for (const request of this.requests) Object.assign(request, { handlers: {} });
    this.resume();
    const timer = setTimeout(() => this.destroy('it did not answer a cancel request'), CANCEL_TIMEOUT_MS);
    const sent = sendCancel(this.client).catch((error: Error) => this.destroy(`cancel failed: ${error.message}`));
    await Promise.all([drained, sent]);
    clearTimeout(timer);
  }

  /** Ends politely; whatever still runs is lost. */
  close(): void {
    if (this.closed) return;
    this.lastFatal = 'the connection was closed';
    this.socket.write(terminateMessage());
    this.socket.end();
    this.lost(this.lastFatal);
    this.socket.resume();
  }

  destroy(reason: string): void {
    this.socket.destroy();
    this.lost(reason);
  }

  private received(chunk: Buffer): void {
    try {
      this.reader.push(chunk);
    } catch (error) {
      this.destroy(error instanceof Error ? error.message : String(error));
    }
  }

  private lost(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    const error = sourceConnectionLost(this.source, reason);
    for (const request of this.requests.splice(0)) request.reject(request.error ?? error);
    this.onClosed(this);
  }

  private rows(buffer: Buffer, from: number, to: number): number {
    const request = this.requests[0];
    if (request === undefined || request.error !== null || request.precondition?.error) return DISCARD.rows(buffer, from, to);
    const sink = request.handlers.sink ?? DISCARD;
    try {
      return sink.rows(buffer, from, to);
    } catch (error) {
      request.error = error as SqlError;
      return from;
    }
  }

  private message(type: number, buffer: Buffer, from: number, to: number): void {
    const request = this.requests[0];
    switch (String.fromCharCode(type)) {
      case 'Z':
        this.transactionStatus = buffer[from]!;
        this.requests.shift();
        request?.resolve({ error: request.error, suspended: request.suspended });
        break;
      case 'E':
        this.error(request, responseFields(buffer, from, to));
        break;
      case 's':
        if (request) request.suspended = true;
        break;
      case 'T':
        if (request?.handlers.onDescription && request.error === null) this.describe(request, descriptionOids(buffer, from));
        break;
      default:
        // ParseComplete, BindComplete, CommandComplete, NoData, notices, parameter changes: nothing to do.
        break;
    }
  }

  private error(request: Request | undefined, fields: ReadonlyMap<string, string>): void {
    if (fields.get('V') === 'FATAL' || fields.get('V') === 'PANIC') this.lastFatal = fields.get('M') ?? this.lastFatal;
    if (request) request.error ??= errorFromResponse(this.source, fields);
  }

  private describe(request: Request, oids: readonly number[]): void {
    try {
      request.handlers.onDescription!(oids);
    } catch (error) {
      // Nobody will read its rows: no reason to let it run to its end.
      request.error = error as SqlError;
      void this.cancel();
    }
  }
}

/** RowDescription: per column a name, then table OID, attribute number, type OID, length, typmod and format. */
function descriptionOids(buffer: Buffer, from: number): readonly number[] {
  const oids: number[] = [];
  let at = from + 2;
  for (let remaining = buffer.readInt16BE(from); remaining > 0; remaining--) {
    at = buffer.indexOf(0, at) + 1;
    oids.push(buffer.readUInt32BE(at + 6));
    at += 18;
  }
  return oids;
}
