/**
 * The connections to one source: at most `max`, opened on demand, kept while they are clean. A statement takes all the
 * connections it can use at once and never waits for one while holding another, so that statements cannot block each other
 * for good. Waiters are served in order of arrival and give up after a time limit. Where the source itself has no room for
 * another connection, those that there are go round.
 */
import pg from 'pg';
import { queryCanceled, sourceBusy, sourceUnavailable } from '../../core/sql-error.ts';
import type { SqlError } from '../../core/sql-error.ts';
import { RemoteConnection } from './remote-connection.ts';
import { CONNECTION_SETUP } from './session-settings.ts';

export interface PoolOptions {
  readonly source: string;
  readonly clientConfig: pg.ClientConfig;
  readonly max: number;
  /** How long a statement waits for its first connection. */
  readonly waitTimeoutMs: number;
  /** An unused connection is closed after this long. */
  readonly idleTimeoutMs: number;
}

interface Waiter {
  readonly wanted: number;
  readonly resolve: (connections: readonly RemoteConnection[]) => void;
  readonly reject: (error: SqlError) => void;
  /** Set when its time was over while connections were being opened for it. */
  gaveUp: SqlError | undefined;
}

const TOO_MANY_CONNECTIONS = '53300';

const CONNECT_TIMEOUT_MS = 10_000;

export class ConnectionPool {
  private readonly options: PoolOptions;
  /** Last used last. */
  private readonly idle: { readonly connection: RemoteConnection; readonly since: number }[] = [];
  private readonly waiters: Waiter[] = [];
  private readonly open = new Set<RemoteConnection>();
  private readonly lent = new Set<RemoteConnection>();
  /** Connections lent or being opened. */
  private taken = 0;
  /** The source refused another one: nothing is opened until one comes back. */
  private full = false;
  private reaper: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /** One to `wanted` connections, all at once. 53300 when none became free in time, 08001 when none can be opened. */
  acquire(wanted: number, signal: AbortSignal): Promise<readonly RemoteConnection[]> {
    const count = Math.min(wanted, this.options.max - this.taken);
    if (this.waiters.length === 0 && count > 0 && this.idle.length >= count && !signal.aborted) {
      this.taken += count;
      return Promise.resolve(this.lend(this.takeIdle(count)));
    }
    return new Promise((resolve, reject) => {
      const { source, waitTimeoutMs } = this.options;
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        wanted: Math.min(wanted, this.options.max),
        resolve: (connections) => (settle(), resolve(this.lend(connections))),
        reject: (error) => (settle(), reject(error)),
        gaveUp: undefined,
      };
      const giveUp = (error: SqlError): void => {
        const i = this.waiters.indexOf(waiter);
        if (i < 0) {
          waiter.gaveUp ??= error;
          return;
        }
        this.waiters.splice(i, 1);
        waiter.reject(error);
      };
      const onAbort = (): void => giveUp(queryCanceled('user request'));
      const timer = setTimeout(() => giveUp(sourceBusy(source, waitTimeoutMs)), waitTimeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiters.push(waiter);
      if (signal.aborted) onAbort();
      else this.serve();
    });
  }

  /** Back from its statement; a second time does nothing. One that is not clean is destroyed: nobody inherits a transaction or half an answer. */
  release(connection: RemoteConnection): void {
    if (!this.lent.delete(connection)) return;
    this.taken--;
    this.full = false;
    connection.dropPending();
    if (!connection.isClean) connection.destroy('released while busy');
    else if (this.ended || connection.isRetired) connection.close();
    else this.keep(connection);
    this.serve();
  }

  close(): void {
    this.ended = true;
    clearInterval(this.reaper);
    for (const waiter of this.waiters.splice(0)) waiter.reject(sourceUnavailable(this.options.source, 'the gateway is stopping'));
    for (const { connection } of this.idle.splice(0)) connection.close();
    for (const connection of this.open) connection.destroy('the gateway is stopping');
  }

  private keep(connection: RemoteConnection): void {
    this.idle.push({ connection, since: Date.now() });
    this.reaper ??= setInterval(() => this.reap(), this.options.idleTimeoutMs).unref();
  }

  private reap(): void {
    const before = Date.now() - this.options.idleTimeoutMs;
    while (this.idle[0] && this.idle[0].since <= before) this.idle.shift()!.connection.close();
  }

  private lend(connections: readonly RemoteConnection[]): readonly RemoteConnection[] {
    for (const connection of connections) this.lent.add(connection);
    return connections;
  }

  /** Up to `count` of those used last. */
  private takeIdle(count: number): readonly RemoteConnection[] {
    return this.idle.splice(Math.max(0, this.idle.length - count)).map((entry) => entry.connection);
  }

  private serve(): void {
    while (this.waiters.length > 0 && this.taken < this.options.max && !this.full) {
      const waiter = this.waiters.shift()!;
      const count = Math.min(waiter.wanted, this.options.max - this.taken);
      this.taken += count;
      const ready = this.takeIdle(count);
      if (ready.length === count) waiter.resolve(ready);
      else void this.openFor(waiter, ready, count - ready.length);
    }
  }

  /** Opens what is missing; when the source refuses some, the statement runs with those it has. */
  private async openFor(waiter: Waiter, ready: readonly RemoteConnection[], missing: number): Promise<void> {
    const opened = await Promise.allSettled(Array.from({ length: missing }, () => this.connect()));
    const connections = [...ready, ...opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))];
    this.taken -= ready.length + missing - connections.length;
    if (connections.length > 0) waiter.resolve(connections);
    else if (opened.some(isRefused) && this.taken + this.idle.length > 0 && !this.ended) this.putBack(waiter);
    else waiter.reject(sourceUnavailable(this.options.source, reasonOf(opened)));
    // None is left to come back.
    if (this.taken === 0) this.full = false;
    this.serve();
  }

  /** First in line for what came back meanwhile, or comes back. */
  private putBack(waiter: Waiter): void {
    if (waiter.gaveUp) waiter.reject(waiter.gaveUp);
    else this.waiters.unshift(waiter);
    this.full = this.idle.length === 0;
  }

  private async connect(): Promise<RemoteConnection> {
    const client = new pg.Client({ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, ...this.options.clientConfig });
    let failure: Error | undefined;
    client.on('error', (error) => {
      failure = error;
    });
    try {
      await client.connect();
      await client.query(CONNECTION_SETUP);
      if (failure) throw failure;
    } catch (error) {
      void client.end().catch((endError: Error) => {
        failure = endError;
      });
      throw error;
    }
    const connection = new RemoteConnection(this.options.source, client, (closed) => this.forget(closed));
    this.open.add(connection);
    if (this.ended) connection.close();
    return connection;
  }

  private forget(connection: RemoteConnection): void {
    this.open.delete(connection);
    const i = this.idle.findIndex((entry) => entry.connection === connection);
    if (i >= 0) this.idle.splice(i, 1);
  }
}

const isRefused = (result: PromiseSettledResult<unknown>): boolean =>
  result.status === 'rejected' && (result.reason as { readonly code?: unknown }).code === TOO_MANY_CONNECTIONS;

function reasonOf(results: readonly PromiseSettledResult<unknown>[]): string {
  const failed = results.find((result) => result.status === 'rejected');
  return failed ? connectReason(failed.reason) : 'no connection';
}

/** Why a connection failed, in words; Node groups the failures of several addresses under an empty message. */
export function connectReason(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(connectReason).join('; ');
  return error instanceof Error ? error.message : String(error);
}
