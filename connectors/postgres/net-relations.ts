/**
 * One operator that the net evaluates whole: its inputs are read to their end into temporary tables, the query over them
 * becomes a cursor that outlives its transaction, and its rows are fetched as they are taken. Every exchange ends what it
 * began, so that ending one early leaves the connection to the others of the statement.
 */
import { outputColumns } from '../../algebra/rel.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { SessionSettings } from '../../algebra/plan.ts';
import type { SiteQueryOptions } from '../../algebra/site.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import { sqlError } from '../../core/sql-error.ts';
import { bindMessage, executeMessage, parseMessage, queryMessage, syncMessage } from './frontend-messages.ts';
import type { BoundParameter } from './frontend-messages.ts';
import { meteredRows, meterParameters } from './link-meter.ts';
import { writeRelations } from './net-relation-writer.ts';
import type { NetRelations, NetTable } from './net-relation-writer.ts';
import { NET_ROWS_MAX, shippedArrays } from './net-rows.ts';
import type { RemoteConnection } from './remote-connection.ts';
import { abortError, StreamedQuery } from './remote-query.ts';
import { bindParameters, columnFormat } from './remote-statement.ts';
import { RowDecoder } from './row-decoder.ts';
import type { Turns } from './turns.ts';

/** What one operator may ship: the catalog server keeps it on disk. */
const BYTES_MAX = 16 * 1024 ** 3;

/** Connections are read-only by default, and making a temporary table counts as writing. */
const READ_WRITE = 'SET transaction_read_only = off; ';

export interface NetRelationContext {
  readonly source: string;
  readonly connection: RemoteConnection;
  readonly turns: Turns;
  readonly fragment: Rel;
  /** Of the tables and the cursor; unique on the connection. */
  readonly name: string;
  readonly settings: SessionSettings;
  readonly options: SiteQueryOptions;
}

export class NetRelationStream implements BatchStream {
  private readonly context: NetRelationContext;
  private readonly written: NetRelations;
  private opening: Promise<void> | undefined;
  private ready: Batch[] = [];
  private fetching: Promise<unknown> | null = null;
  private query: StreamedQuery<Batch> | null = null;
  private bytes = 0;
  private ended = false;
  private closed = false;

  constructor(context: NetRelationContext) {
    this.context = context;
    this.written = writeRelations(context.fragment, context.name);
  }

  async next(): Promise<Batch | null> {
    await (this.opening ??= this.open());
    while (this.ready.length === 0 && !this.ended && !this.closed) {
      const fetch = this.context.turns.take(() => this.fetch());
      this.fetching = Promise.allSettled([fetch]);
      await fetch;
    }
    return this.ready.shift() ?? null;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.query?.close();
    await Promise.allSettled([this.opening, this.fetching]);
    const { connection, turns, name } = this.context;
    if (this.opening === undefined || connection.isClosed) return;
    // Not all of them need have come to be: what that answers does not matter.
    const drops = this.written.tables.map((table) => `${READ_WRITE}DROP TABLE IF EXISTS ${table.name}`);
    for (const sql of [`CLOSE ${name}`, ...drops]) await turns.take(() => connection.request([queryMessage(sql)]));
  }

  private async open(): Promise<void> {
    for (const [i, table] of this.written.tables.entries()) await this.ship(table, this.context.options.inputs![i]!);
    const { query } = this.written;
    const { turns, name, options, settings } = this.context;
    const parameters = bindParameters(query, options.params, settings);
    const sql = `DECLARE ${name} NO SCROLL CURSOR WITH HOLD FOR ${query.text}`;
    await turns.take(() => this.execute(sql, parameters));
  }

  private async ship(table: NetTable, rows: BatchStream): Promise<void> {
    const { turns } = this.context;
    await turns.take(() => this.run([queryMessage(READ_WRITE + table.create)]));
    for (let batch = await rows.next(); batch !== null && !this.closed; batch = await rows.next()) {
      for (let from = 0; from < batch.length; from += NET_ROWS_MAX) {
        const to = Math.min(batch.length, from + NET_ROWS_MAX);
        const { columns } = table.input;
        const arrays = shippedArrays(batch, columns, columns.map((_, i) => i), from, to); // prettier-ignore
        for (const { bytes } of arrays) this.bytes += bytes?.length ?? 0;
        if (this.bytes > BYTES_MAX) throw sqlError('54000', `more than ${BYTES_MAX} bytes to evaluate on the catalog server`);
        await turns.take(() => this.execute(table.insert, arrays));
      }
    }
  }

  private execute(sql: string, parameters: readonly BoundParameter[]): Promise<void> {
    meterParameters(parameters, this.context.options.metrics);
    return this.run([parseMessage('', sql), bindMessage('', '', parameters, []), executeMessage('', 0), syncMessage()]);
  }

  /** A statement without rows. */
  private async run(messages: readonly Uint8Array[]): Promise<void> {
    const { connection, options } = this.context;
    const { signal } = options;
    if (signal.aborted && !this.closed) throw abortError(signal);
    const onAbort = (): void => void connection.cancel();
    if (!this.closed) signal.addEventListener('abort', onAbort, { once: true });
    const { error } = await connection.request(messages);
    signal.removeEventListener('abort', onAbort);
    if (error) throw signal.aborted ? abortError(signal) : error;
  }

  private async fetch(): Promise<void> {
    if (this.closed) return;
    const { source, connection, fragment, name, options } = this.context;
    const columns = outputColumns(fragment);
    const types = columns.map((column) => column.type);
    const sql = `FETCH ${NET_ROWS_MAX} FROM ${name}`;
    const query = new StreamedQuery<Batch>(
      {
        source,
        connection,
        statement: { sql, parameters: [], columns, formats: columns.map(columnFormat) },
        signal: options.signal,
        collector: (push) => meteredRows(new RowDecoder(types, push), options.metrics),
      },
      false,
    );
    this.query = query;
    let rows = 0;
    try {
      for (let batch = await query.next(); batch !== null; batch = await query.next()) {
        this.ready.push(batch);
        rows += batch.length;
      }
    } finally {
      await query.close();
      this.query = null;
    }
    if (options.metrics) options.metrics.rows += rows;
    this.ended = rows < NET_ROWS_MAX;
  }
}
