/**
 * One client and its backend on the catalog server: the message loop. What belongs to the catalog server is passed through
 * as it is; statements that read mirrors are ours. Extended and simple protocol have a file each.
 *
 * Invariants: the client hears answers in PostgreSQL's order; the backend's transaction state is the session's (an error of
 * ours is made to happen there too); whatever ends a session closes every row source and the backend.
 */
import type { Logger } from 'pino';
import type { BackendConnection } from '../../catalog/backend-connection.ts';
import { internalError, queryCanceled, SqlError, sqlError } from '../../core/sql-error.ts';
import type { Federation } from '../run-statement.ts';
import { backend, errorResponse } from '../wire/backend-messages.ts';
import type { ClientConnection } from '../wire/client-connection.ts';
import { flushMessage, frontend, writeParse } from '../wire/frontend-messages.ts';
import type { FrontendMessage } from '../wire/message-cutter.ts';
import { queryBackend } from './backend-analysis.ts';
import { BackendExchange, Capture, severityOf } from './backend-exchange.ts';
import type { Outcome, Receiver } from './backend-exchange.ts';
import { aboutUnreadSource, clientError } from './error-messages.ts';
import { readMessageLevel } from './message-level.ts';
import { ExtendedQuery } from './extended-query.ts';
import type { FederatedPortal } from './federated-portal.ts';
import type { Portal, Statement } from './session-state.ts';
import { BackendError, Skipped } from './session-errors.ts';
import { SiteTransactions } from './site-transactions.ts';
import { SimpleQuery } from './simple-query.ts';
import type { SentText } from './statement-text.ts';
import { noticeReaches } from './virtual-settings.ts';

export interface SessionOptions {
  readonly client: ClientConnection;
  readonly backend: BackendConnection;
  readonly federation: Federation;
  /** The source named as database at connect. */
  readonly source: string | undefined;
  readonly user: string;
  readonly cancelBackend: () => Promise<void>;
  readonly log: Logger;
  /** search_path as we set it; undefined when the client gave its own. */
  readonly defaultSearchPath: string | undefined;
}

const discard: Receiver = { message: () => undefined, notice: () => undefined };
/** Fails before it could store anything, and so puts the backend into the state that an error of ours means. */
const failingParse = writeParse('tributary:failed', 'failed');

export class Session {
  readonly client: ClientConnection;
  readonly exchange: BackendExchange;
  readonly federation: Federation;
  readonly source: string | undefined;
  readonly user: string;
  readonly log: Logger;
  readonly statements = new Map<string, Statement>();
  readonly portals = new Map<string, Portal>();
  /** Remote transactions kept to the end of a REPEATABLE READ or SERIALIZABLE one. */
  readonly siteTransactions = new SiteTransactions();
  /** Something was executed since the last ReadyForQuery: PostgreSQL is in an implicit transaction block. */
  inGroup = false;
  /** An error of a step that the client does not hear of: the backend's transaction has failed, and the statement with it. */
  backendFailure: BackendError | null = null;
  /** The user's own client_min_messages. */
  messageLevel = 'notice';
  /** It ever set it: any end of a transaction may change it. */
  setsMessageLevel = false;
  private readonly defaultSearchPath: string | undefined;
  private readonly backendConnection: BackendConnection;
  /** A message of the client's is being worked on. */
  private working = false;
  /** Why what is worked on must not begin to run. */
  private cancelled: SqlError | null = null;
  /** A cancel request that the catalog server has not taken yet. */
  private cancelling: Promise<void> | null = null;
  private readonly cancelBackend: () => Promise<void>;
  private readonly extended: ExtendedQuery;
  private readonly simple: SimpleQuery;
  private running: FederatedPortal | null = null;
  private pausedForClient = false;
  private terminated = false;
  private fatal: Buffer | null = null;

  constructor(options: SessionOptions) {
    this.client = options.client;
    this.backendConnection = options.backend;
    this.federation = options.federation;
    this.source = options.source;
    this.user = options.user;
    this.log = options.log;
    this.defaultSearchPath = options.defaultSearchPath;
    this.cancelBackend = options.cancelBackend;
    this.exchange = new BackendExchange(options.backend, {
      onAsynchronous: (type, message) => this.asynchronous(type, message),
      onUnexpectedError: (message) => (this.fatal = message),
    });
    this.extended = new ExtendedQuery(this);
    this.simple = new SimpleQuery(this);
    options.backend.onClose(() => this.backendGone());
    options.client.onEnd(() => this.clientGone());
  }

  /** Until the client leaves or the backend is gone. */
  async run(): Promise<void> {
    try {
      for (;;) {
        const message = await this.client.next();
        if (message === null || this.exchange.closed) break;
        if (message.type === frontend.terminate) {
          this.terminated = true;
          break;
        }
        await this.handle(message);
      }
    } catch (error) {
      // A stream that makes no sense, or the end imposed from outside.
      if (error instanceof SqlError) this.client.refuse(error);
      else throw error;
    } finally {
      await this.end();
    }
  }

  private async handle(message: FrontendMessage): Promise<void> {
    this.working = true;
    this.cancelled = null;
    // A request that is still on its way would meet this message's work instead.
    if (this.cancelling) await this.cancelling;
    try {
      if (message.type === frontend.query) {
        if (this.exchange.failed) return;
        await this.simple.run(message);
        return;
      }
      if (message.type === frontend.sync) return await this.sync();
      if (this.exchange.failed) return;
      await this.extended.handle(message);
    } catch (error) {
      await this.report(error);
    } finally {
      this.working = false;
    }
  }

  /** Ends an implicit transaction and the skipping after an error; passes ReadyForQuery on. */
  async sync(): Promise<void> {
    await this.exchange.sync(this.forward());
    await this.afterReady();
  }

  /** After ReadyForQuery: what died with the transaction is let go. */
  async afterReady(): Promise<void> {
    this.inGroup = false;
    this.backendFailure = null;
    if (this.setsMessageLevel && !this.exchange.closed && this.exchange.transactionStatus !== 'E') {
      await readMessageLevel(this);
      await this.exchange.sync(discard);
    }
    // A failed transaction may come back to a savepoint, and to the cursors from before it.
    if (this.exchange.transactionStatus !== 'I') return;
    const living = await this.livingCursors();
    const dead: FederatedPortal[] = [];
    for (const [name, portal] of this.portals) {
      if (living.has(name)) continue;
      this.portals.delete(name);
      if (portal.kind === 'federated') dead.push(portal.portal);
    }
    await this.closeAll(dead);
    await this.siteTransactions.end();
  }

  /** Cursors WITH HOLD that outlived their transaction: those whose twins did. */
  private async livingCursors(): Promise<ReadonlySet<string>> {
    const held = [...this.portals].some(([, portal]) => portal.kind === 'federated' && portal.portal.hold);
    if (!held || this.exchange.closed) return new Set();
    const answer = await queryBackend(this, 'tributary:cursors', 'SELECT name FROM pg_catalog.pg_cursors WHERE is_holdable');
    await this.exchange.sync(discard);
    return new Set(answer.rows.map(([name]) => name!));
  }

  /** Nobody chose where bare names are looked up. */
  get hasDefaultSearchPath(): boolean {
    return (
      this.defaultSearchPath !== undefined && this.backendConnection.parameters.get('search_path') === this.defaultSearchPath
    );
  }

  async closeAll(portals: readonly FederatedPortal[]): Promise<void> {
    for (const result of await Promise.allSettled(portals.map((portal) => portal.close()))) {
      if (result.status === 'rejected') this.log.warn({ err: result.reason as unknown }, 'a row source did not close cleanly');
    }
  }

  /** The client hears of it, and the backend's transaction is in the state that follows. */
  async report(error: unknown): Promise<void> {
    if (error instanceof Skipped || this.exchange.closed) return;
    if (error instanceof BackendError) {
      this.write(error.response);
      return;
    }
    const told = this.asSqlError(error);
    if (this.backendFailure) {
      this.write(errorResponse(told.fields));
      return;
    }
    const failing = this.exchange.send('parse', failingParse, discard);
    this.exchange.flush();
    if ((await failing) === 'failed') this.write(errorResponse(told.fields));
  }

  private asSqlError(error: unknown): SqlError {
    if (error instanceof SqlError) return error;
    this.log.error({ err: error }, 'internal error');
    return internalError(error instanceof Error ? error.message : String(error));
  }

  // --- asking the backend ---------------------------------------------------------------------------------------------

  /** Answers go to the client, errors in the positions of its text. */
  forward(text: SentText | null = null): Receiver {
    return { message: (type, message) => this.write(type === backend.errorResponse ? clientError(message, text) : message) };
  }

  /** Waits for a forwarded step; its error has reached the client already. */
  async forwarded(step: Promise<Outcome>): Promise<void> {
    this.exchange.flush();
    if ((await step) !== 'done') throw new Skipped();
  }

  private clientError(error: Buffer, text: SentText | null): Buffer {
    return aboutUnreadSource(clientError(error, text), (source) => this.federation.sources.unread(source));
  }

  /** Waits for a captured step; its error is thrown, to be told by who catches. */
  async captured(step: Promise<Outcome>, capture: Capture, text: SentText | null = null): Promise<Capture> {
    this.exchange.flush();
    const outcome = await step;
    if (outcome === 'failed') throw new BackendError(this.clientError(capture.error!, text));
    if (outcome === 'skipped') throw new Skipped();
    return capture;
  }

  /** Passes the client's COPY data on while the step runs. `started` tells when the server asked for it. */
  async withCopyIn(step: Promise<Outcome>, started: Promise<void>): Promise<Outcome> {
    const ended = step.then(() => 'ended' as const);
    if ((await Promise.race([ended, started.then(() => 'copy' as const)])) === 'ended') return step;
    for (;;) {
      const which = await Promise.race([ended, this.client.waitReadable().then(() => 'message' as const)]);
      if (which === 'ended') return step;
      const message = await this.client.next();
      if (message === null) {
        this.backendConnection.destroy();
        return step;
      }
      if (message.type === frontend.sync || message.type === frontend.flush) continue;
      if (!this.exchange.sendData(message.raw)) await this.exchange.drained();
      if (message.type === frontend.copyDone || message.type === frontend.copyFail) {
        // Driven by the extended protocol, the server would keep its answer to itself.
        this.exchange.sendData(flushMessage);
        return step;
      }
    }
  }

  // --- federated execution --------------------------------------------------------------------------------------------

  /** Runs `work` on a portal; CancelRequest, the time-out and a client that leaves abort it. */
  async runPortal<T>(portal: FederatedPortal, timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const timer = timeoutMs > 0 ? setTimeout(() => portal.abort.abort(queryCanceled('statement timeout')), timeoutMs) : undefined;
    this.running = portal;
    if (this.cancelled) portal.abort.abort(this.cancelled);
    try {
      portal.abort.signal.throwIfAborted();
      const done = await work();
      if (this.backendFailure) throw this.backendFailure;
      return done;
    } catch (error) {
      portal.failed = true;
      await this.closeAll([portal]);
      throw portal.abort.signal.aborted ? portal.abort.signal.reason : (this.backendFailure ?? error);
    } finally {
      this.running = null;
      clearTimeout(timer);
    }
  }

  /** CancelRequest: ours is aborted; what the backend works on is cancelled there. */
  cancel(reason: SqlError = queryCanceled('user request')): void {
    if (this.running) {
      this.running.abort.abort(reason);
      return;
    }
    // Still being analysed or planned: it ends when it would begin to run.
    if (this.working) this.cancelled = reason;
    if (this.exchange.busy) this.cancelOnBackend();
  }

  /** What the backend works on now ends with 57014. */
  cancelOnBackend(): void {
    const taken = this.cancelBackend()
      .catch((err: unknown) => this.log.warn({ err }, 'could not cancel on the catalog server'))
      .finally(() => {
        if (this.cancelling === taken) this.cancelling = null;
      });
    this.cancelling = taken;
  }

  /** The gateway stops. */
  terminate(): void {
    const reason = sqlError('57P01', 'terminating connection due to administrator command', { severity: 'FATAL' });
    if (this.terminated) return;
    this.terminated = true;
    this.running?.abort.abort(reason);
    this.client.refuse(reason);
    this.backendConnection.end();
  }

  // --- the two ends ---------------------------------------------------------------------------------------------------

  /** To the client; a slow one makes the backend wait. */
  write(bytes: Uint8Array): void {
    if (this.client.write(bytes) || this.pausedForClient) return;
    this.pausedForClient = true;
    this.exchange.pause();
    void this.client.drained().then(() => {
      this.pausedForClient = false;
      this.exchange.resume();
    });
  }

  private asynchronous(type: number, message: Buffer): void {
    if (type === backend.noticeResponse && !noticeReaches(severityOf(message), this.messageLevel)) return;
    this.write(message);
  }

  private clientGone(): void {
    const reason = sqlError('08006', 'the client closed the connection');
    if (this.working) this.cancelled = reason;
    this.running?.abort.abort(reason);
    // A client that said goodbye lets its last statement finish, as PostgreSQL does; one that vanished does not.
    if (!this.terminated && !this.client.hasMessage && this.exchange.busy) this.cancel();
  }

  private backendGone(): void {
    this.running?.abort.abort(sqlError('57P02', 'the catalog server ended this session', { severity: 'FATAL' }));
    if (this.fatal) this.client.write(this.fatal);
    else if (!this.terminated && !this.client.gone) {
      this.client.write(
        errorResponse({
          code: '57P02',
          message: 'terminating connection because the catalog server ended it',
          severity: 'FATAL',
        }),
      );
    }
    this.client.end();
  }

  private async end(): Promise<void> {
    this.terminated = true;
    const open = [...this.portals.values()].flatMap((portal) => (portal.kind === 'federated' ? [portal.portal] : []));
    this.portals.clear();
    await this.closeAll(open);
    await this.siteTransactions.end();
    this.backendConnection.end();
    this.client.end();
  }
}
