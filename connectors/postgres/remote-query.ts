/**
 * One fragment running at a source. Two ways to read it:
 * StreamedQuery has its connection to itself: one round trip for everything, rows flow as fast as they are taken, the
 * socket is paused when they are not. PortalQuery shares its connection with others: a portal, fetched in bounded steps.
 * Both end the query at the source on close, abort and error, and leave the connection idle.
 */
import { queryCanceled } from '../../core/sql-error.ts';
import { SqlError } from '../../core/sql-error.ts';
import { bindMessage, closePortalMessage, closeStatementMessage, describePortalMessage } from './frontend-messages.ts';
import { executeMessage, parseMessage, syncMessage } from './frontend-messages.ts';
import type { RowSink } from './message-reader.ts';
import type { Outcome, RemoteConnection } from './remote-connection.ts';
import type { RemoteStatement } from './remote-statement.ts';
import { checkResultTypes, wrongColumn } from './remote-statement.ts';
import { ResultQueue } from './result-queue.ts';

/** Turns rows into items (batches, relay chunks) and keeps the incomplete one. */
export interface Collector extends RowSink {
  readonly pendingRows: number;
  /** Makes an item of what is pending. */
  flush(): void;
}

export interface QueryContext<T> {
  readonly source: string;
  readonly connection: RemoteConnection;
  readonly statement: RemoteStatement;
  readonly signal: AbortSignal;
  readonly collector: (push: (item: T) => void) => Collector;
}

export interface OpenQuery<T> {
  next(): Promise<T | null>;
  /** Puts back a part of the item answered last. */
  unshift(item: T): void;
  close(): Promise<void>;
}

/** Parse (unless the connection has the statement), Bind and Execute, in one go. */
async function execute(context: QueryContext<never>, portal: string, rowsMax: number, sink: RowSink): Promise<Outcome> {
  const { source, connection, statement } = context;
  const { sql, parameters, formats, columns } = statement;
  if (statement.callsOwnFunctions) connection.useSourceSearchPath();
  if (statement.runsOnce) connection.retire();
  const statements = statement.runsOnce || statement.customPlan ? undefined : connection.statements;
  const known = statements?.find(sql);
  // Parsed before a column got the type that our catalog has learnt by now.
  const isOutdated = known !== undefined && wrongColumn(columns, known.oids) >= 0;
  if (isOutdated) statements?.drop(sql);
  const cached = isOutdated ? undefined : known;
  const name = cached?.name ?? statements?.nameFor(sql) ?? '';
  const outcome = await connection.request(
    [
      ...connection.statements.takeClosed().map(closeStatementMessage),
      ...(cached ? [] : [parseMessage(name, sql)]),
      bindMessage(portal, name, parameters, formats),
      ...(cached ? [] : [describePortalMessage(portal)]),
      executeMessage(portal, rowsMax),
      syncMessage(),
    ],
    {
      sink,
      onDescription: (oids) => {
        checkResultTypes(source, columns, oids);
        statements?.add(sql, name, oids);
      },
    },
  );
  if (outcome.error) statements?.drop(sql);
  return outcome;
}

/** The server refuses its prepared statement since a table has changed, or has forgotten it: parsing again helps. */
const isStale = (error: SqlError): boolean =>
  error.code === '26000' || (error.code === '0A000' && error.message.startsWith('cached plan'));

export const abortError = (signal: AbortSignal): SqlError =>
  signal.reason instanceof SqlError ? signal.reason : queryCanceled('user request');

/** A consumer that waits is given a part of a batch after this long. */
const PARTIAL_AFTER_MS = 10;

export class StreamedQuery<T> implements OpenQuery<T> {
  private readonly context: QueryContext<T>;
  private readonly queue: ResultQueue<T>;
  private readonly collector: Collector;
  private readonly finished: Promise<void>;
  private readonly onAbort = (): void => void this.stop(abortError(this.context.signal));
  private timer: NodeJS.Timeout | undefined;
  private sawRows = false;

  /** `retry`: outside a transaction a stale prepared statement is parsed and run again, unless it may run only once. */
  constructor(context: QueryContext<T>, retry: boolean) {
    this.context = context;
    const { connection, signal } = context;
    this.queue = new ResultQueue(
      () => connection.pause(),
      () => {
        connection.resume();
        this.flushSoon();
      },
    );
    this.collector = context.collector((item) => this.queue.push(item));
    this.finished = this.run(retry);
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.onAbort();
  }

  next(): Promise<T | null> {
    return this.queue.next();
  }
  unshift(item: T): void {
    this.queue.unshift(item);
  }
  async close(): Promise<void> {
    await this.stop(null);
  }

  private async stop(error: SqlError | null): Promise<void> {
    if (!this.queue.isEnded) {
      this.queue.end(error);
      await this.context.connection.cancel();
    }
    await this.finished;
  }

  /** Never rejects: what went wrong goes to the consumer. */
  private async run(retry: boolean): Promise<void> {
    const { connection, signal } = this.context;
    try {
      const sink: RowSink = { rows: (buffer, from, to) => this.rows(buffer, from, to) };
      let outcome = await execute(this.context as QueryContext<never>, '', 0, sink);
      if (retry && outcome.error && isStale(outcome.error) && !this.sawRows) {
        outcome = await execute(this.context as QueryContext<never>, '', 0, sink);
      }
      if (outcome.error === null) this.collector.flush();
      this.queue.end(outcome.error);
    } catch (error) {
      this.queue.end(error as SqlError);
    } finally {
      clearTimeout(this.timer);
      connection.resume();
      signal.removeEventListener('abort', this.onAbort);
    }
  }

  private rows(buffer: Buffer, from: number, to: number): number {
    this.sawRows = true;
    if (this.queue.isEnded) return from;
    const at = this.collector.rows(buffer, from, to);
    this.flushSoon();
    return at;
  }

  private flushSoon(): void {
    if (this.timer !== undefined || !this.queue.isWaitedFor || this.collector.pendingRows === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.queue.isWaitedFor && !this.queue.isEnded) this.collector.flush();
    }, PARTIAL_AFTER_MS);
  }
}

/** Rows of the first fetch; later ones take what this many bytes are likely to hold. */
const FIRST_FETCH_ROWS = 1_024;
const FETCH_BYTES = 4 * 1024 * 1024;
const FETCH_ROWS_MAX = 16_384;

export class PortalQuery<T> implements OpenQuery<T> {
  private readonly context: QueryContext<T>;
  private readonly portal: string;
  /** Runs one request on the shared connection after the ones before it. */
  private readonly inTurn: <R>(run: () => Promise<R>) => Promise<R>;
  private readonly items: T[] = [];
  private readonly collector: Collector;
  private readonly onAbort = (): void => void this.context.connection.cancel();
  private rowsMax = FIRST_FETCH_ROWS;
  private state: 'new' | 'open' | 'ended' = 'new';
  private fetching: Promise<void> | null = null;
  private bytes = 0;

  constructor(context: QueryContext<T>, portal: string, inTurn: <R>(run: () => Promise<R>) => Promise<R>) {
    this.context = context;
    this.portal = portal;
    this.inTurn = inTurn;
    this.collector = context.collector((item) => this.items.push(item));
    context.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  async next(): Promise<T | null> {
    while (this.items.length === 0 && this.state !== 'ended') {
      this.fetching = this.inTurn(() => this.fetch());
      await this.fetching;
    }
    return this.items.shift() ?? null;
  }
  unshift(item: T): void {
    this.items.unshift(item);
  }

  async close(): Promise<void> {
    this.context.signal.removeEventListener('abort', this.onAbort);
    const wasOpen = this.state === 'open';
    this.state = 'ended';
    this.items.length = 0;
    const { connection } = this.context;
    if (!wasOpen || connection.isClosed) return;
    // The consumer of a fetch under way has its error; here only its end matters.
    await Promise.allSettled([this.fetching]);
    await this.inTurn(() => connection.request([closePortalMessage(this.portal), syncMessage()]));
  }

  private async fetch(): Promise<void> {
    const { connection, signal } = this.context;
    if (signal.aborted) throw abortError(signal);
    const before = this.bytes;
    let rows = 0;
    const sink: RowSink = {
      rows: (buffer, from, to) => {
        const at = this.collector.rows(buffer, from, to);
        this.bytes += at - from;
        rows++;
        return at;
      },
    };
    const isFirst = this.state === 'new';
    if (isFirst) this.state = 'open';
    const outcome = isFirst
      ? await execute(this.context as QueryContext<never>, this.portal, this.rowsMax, sink)
      : await connection.request([executeMessage(this.portal, this.rowsMax), syncMessage()], { sink });
    if (outcome.error) {
      this.state = 'ended';
      throw signal.aborted ? abortError(signal) : outcome.error;
    }
    this.collector.flush();
    if (!outcome.suspended) this.state = 'ended';
    if (rows > 0) {
      const bytesPerRow = (this.bytes - before) / this.rowsMax;
      this.rowsMax = Math.max(16, Math.min(FETCH_ROWS_MAX, Math.floor(FETCH_BYTES / Math.max(1, bytesPerRow))));
    }
  }
}
