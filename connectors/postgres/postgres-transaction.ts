/**
 * What one statement does at a PostgreSQL source: its fragments, on one to `fragments` connections taken at once, all seeing
 * one snapshot. A single fragment in READ COMMITTED needs no transaction and costs one round trip; otherwise every
 * connection is in a REPEATABLE READ transaction, further ones on the first one's exported snapshot. With fewer connections
 * than fragments, or when a transaction outlives the statement, fragments are read through portals that share a connection.
 */
import type { Rel } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { BeginOptions, RelayStream, SiteQueryOptions, SiteTransaction } from '../../algebra/site.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import type { Datum } from '../../core/datum.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { BoundParameter } from './frontend-messages.ts';
import { queryMessage } from './frontend-messages.ts';
import { meteredRows, meterParameters } from './link-meter.ts';
import type { RemoteConnection } from './remote-connection.ts';
import { abortError, PortalQuery, StreamedQuery } from './remote-query.ts';
import type { Collector, OpenQuery, QueryContext } from './remote-query.ts';
import { bindParameters, columnFormat } from './remote-statement.ts';
import type { RemoteStatement } from './remote-statement.ts';
import { RelaySink, splitChunk } from './relay-sink.ts';
import type { RelayChunk } from './relay-sink.ts';
import { RowDecoder } from './row-decoder.ts';
import { shippedParameters } from './shipped-arrays.ts';
import type { ShippedSql } from './shipped-writer.ts';
import { Turns } from './turns.ts';

export interface TransactionContext {
  readonly source: string;
  readonly begin: BeginOptions;
  readonly write: (fragment: Rel, params: readonly Datum[]) => ShippedSql;
  readonly release: (connection: RemoteConnection) => void;
  readonly waitedMs: number;
}

/** What is shipped travels in one message, whose length PostgreSQL bounds by 1 GB. */
const SHIPPED_BYTES_MAX = 1_000_000_000;

interface Lane {
  readonly connection: RemoteConnection;
  readonly turns: Turns;
  queries: number;
}

/** A type of the source's that the catalog has not is text for our clients, in either format. */
const isText = (type: SqlType): boolean => type.kind === 'opaque' && !type.name.startsWith('pg_catalog.');

export class PostgresTransaction implements SiteTransaction {
  private readonly context: TransactionContext;
  private readonly lanes: readonly Lane[];
  private readonly inTransaction: boolean;
  private readonly shared: boolean;
  private readonly open = new Set<OpenQuery<unknown>>();
  private started = 0;
  private ended: Promise<void> | null = null;

  private constructor(
    context: TransactionContext,
    connections: readonly RemoteConnection[],
    inTransaction: boolean,
    shared: boolean,
  ) {
    this.context = context;
    this.lanes = connections.map((connection) => ({ connection, turns: new Turns(), queries: 0 }));
    this.inTransaction = inTransaction;
    this.shared = shared;
  }

  static async begin(context: TransactionContext, connections: readonly RemoteConnection[]): Promise<PostgresTransaction> {
    const { fragments, isolation, settings } = context.begin;
    for (const connection of connections) connection.useSettings(settings);
    const outlives = isolation !== 'read committed';
    const inTransaction = fragments > 1 || outlives;
    const level = isolation === 'serializable' ? 'SERIALIZABLE' : 'REPEATABLE READ';
    const used = inTransaction ? await shareSnapshot(connections, level, context.release) : connections;
    return new PostgresTransaction(context, used, inTransaction, outlives || used.length < fragments);
  }

  async query(fragment: Rel, options: SiteQueryOptions): Promise<BatchStream> {
    const { inputs } = this.context.write(fragment, options.params);
    const shipped = inputs.length > 0 ? await shippedParameters(inputs, options, SHIPPED_BYTES_MAX) : [];
    if (options.signal.aborted) throw abortError(options.signal);
    const columns = outputColumns(fragment);
    const types = columns.map((column) => column.type);
    const query = this.start<Batch>(fragment, options, shipped, columns.map(columnFormat), (push) => {
      return meteredRows(
        new RowDecoder(types, (batch) => {
          if (options.metrics) options.metrics.rows += batch.length;
          push(batch);
        }),
        options.metrics,
      );
    });
    return { next: () => query.next(), close: () => this.close(query) };
  }

  relay(fragment: Rel, options: SiteQueryOptions & { readonly formats: readonly (0 | 1)[] }): Promise<RelayStream> {
    const columns = outputColumns(fragment);
    const formats = columns.map((column, i) => (isText(column.type) ? 0 : (options.formats[i] ?? 0)));
    const query = this.start<RelayChunk>(fragment, options, [], formats, (push) => {
      const sink = new RelaySink((chunk) => {
        if (options.metrics) options.metrics.rows += chunk.rows;
        push(chunk);
      });
      return meteredRows(
        { rows: (buffer, from, to) => sink.rows(buffer, from, to), pendingRows: 0, flush: () => undefined },
        options.metrics,
      );
    });
    const next = async (rowsMax: number): Promise<RelayChunk | null> => {
      const chunk = await query.next();
      if (chunk === null) return null;
      const [first, rest] = splitChunk(chunk, rowsMax);
      if (rest) query.unshift(rest);
      return first;
    };
    return Promise.resolve({ next, close: () => this.close(query) });
  }

  /** Closes what is open, ends the remote transactions, gives the connections back. */
  end(): Promise<void> {
    this.ended ??= this.finish();
    return this.ended;
  }

  private start<T>(
    fragment: Rel,
    options: SiteQueryOptions,
    shipped: readonly BoundParameter[],
    formats: readonly (0 | 1)[],
    collector: (push: (item: T) => void) => Collector,
  ): OpenQuery<T> {
    assert(this.ended === null, 'a query after the end of its transaction');
    // A further one would see another snapshot, or wait for a connection that waits for its reader.
    assert(this.shared || this.started < this.lanes.length, 'more queries at a source than were announced');
    this.started++;
    if (options.metrics) options.metrics.waitForConnectionMs += this.context.waitedMs;
    const written = this.context.write(fragment, options.params);
    const parameters = [...bindParameters(written, options.params, this.context.begin.settings), ...shipped];
    meterParameters(parameters, options.metrics);
    const { text: sql, callsOwnFunctions = false, runsOnce = false } = written;
    const columns = outputColumns(fragment);
    const customPlan = options.customPlan === true || shipped.length > 0;
    const statement: RemoteStatement = { sql, parameters, columns, formats, callsOwnFunctions, runsOnce, customPlan };
    const lane = this.lanes.reduce((best, candidate) => (candidate.queries < best.queries ? candidate : best));
    lane.queries++;
    const context: QueryContext<T> = {
      source: this.context.source,
      connection: lane.connection,
      statement,
      signal: options.signal,
      collector,
    };
    const query = this.shared
      ? new PortalQuery(context, `p${this.started}`, (run) => lane.turns.take(run))
      : new StreamedQuery(context, !this.inTransaction && !runsOnce);
    this.open.add(query);
    return query;
  }

  private async close(query: OpenQuery<unknown>): Promise<void> {
    this.open.delete(query);
    await query.close();
  }

  private async finish(): Promise<void> {
    // Closing can only fail with a connection, which release() then gives up.
    await Promise.allSettled([...this.open].map((query) => query.close()));
    await Promise.allSettled(this.lanes.map((lane) => this.endLane(lane)));
  }

  private async endLane({ connection }: Lane): Promise<void> {
    try {
      if (this.inTransaction && !connection.isClosed) await connection.request([queryMessage('ROLLBACK')]);
    } finally {
      this.context.release(connection);
    }
  }
}

/**
 * Opens the transactions. A single one's BEGIN travels with its first query; when there are more, the first one's snapshot is
 * exported, and all others take it before any query starts: it lives no longer than the first transaction, which a query that
 * fails or is given up early ends. Where exporting is refused one connection must do.
 */
async function shareSnapshot(
  connections: readonly RemoteConnection[],
  level: string,
  release: (connection: RemoteConnection) => void,
): Promise<readonly RemoteConnection[]> {
  const begin = `BEGIN ISOLATION LEVEL ${level} READ ONLY`;
  const [first, ...others] = connections;
  first!.before(begin);
  if (others.length === 0) return connections;
  let snapshot = '';
  const outcome = await first!.request([queryMessage('SELECT pg_catalog.pg_export_snapshot()')], {
    sink: {
      rows: (buffer, from) => {
        // One column of text: header, column count, length, value.
        snapshot = buffer.toString('latin1', from + 11, from + 11 + buffer.readInt32BE(from + 7));
        return from;
      },
    },
  });
  if (outcome.error) {
    for (const connection of others) {
      await connection.request([queryMessage('')]);
      release(connection);
    }
    await first!.request([queryMessage('ROLLBACK')]);
    first!.before(begin);
    return [first!];
  }
  const take = [queryMessage(`${begin}; SET TRANSACTION SNAPSHOT '${snapshot}'`)];
  const outcomes = await Promise.all(others.map((connection) => connection.request(take)));
  const failed = outcomes.find(({ error }) => error !== null);
  if (failed) throw failed.error!;
  return connections;
}
