/**
 * Local, temporary and catalog tables as a site: fragments run on the session's own backend on the catalog server, inside
 * its transaction and with its user's rights, so that uncommitted rows, temporary tables and policies are what the user
 * sees. One connection serves them all: each fragment is a portal there, read in bounded steps, one step at a time.
 *
 * Invariant: nothing runs there but fragments, when they are asked for; a portal lives no longer than its statement.
 */
import { outputColumns } from '../../algebra/rel.ts';
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { BeginOptions, Capabilities, SiteQueryOptions, SiteTransaction } from '../../algebra/site.ts';
import type { SiteCosts } from '../../algebra/site-costs.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import type { BoundParameter } from './frontend-messages.ts';
import { POSTGRES_COSTS } from './costs.ts';
import { meterParameters } from './link-meter.ts';
import { LocalCapabilities } from './local-capabilities.ts';
import type { RowSink } from './message-reader.ts';
import { bindParameters, checkResultTypes, columnFormat } from './remote-statement.ts';
import { requireExactText } from './net-text-forms.ts';
import { RowDecoder } from './row-decoder.ts';
import { SessionCapabilities } from './session-capabilities.ts';
import { projectionOf, projectionSql, SessionProjection, shippedStatement } from './session-rows.ts';
import type { ShippedStatement } from './session-rows.ts';
import { SessionWriter } from './session-writer.ts';
import type { ShippedSql } from './shipped-writer.ts';

/** The session's backend as fragments need it; each call is one exchange there, in the order of the calls. */
export interface PortalHost {
  /** Parses and binds; resolves with the types of the result's columns. Rejects with the backend's own error. */
  open(
    portal: string,
    sql: string,
    parameters: readonly BoundParameter[],
    formats: readonly (0 | 1)[],
  ): Promise<readonly number[]>;
  /** Up to `rowsMax` rows, as DataRow messages; true when there may be more. */
  fetch(portal: string, rowsMax: number, sink: RowSink): Promise<boolean>;
  close(portal: string): Promise<void>;
  /** Cancels what runs there now; it then rejects. */
  cancel(): void;
}

export interface LocalTables {
  readonly capabilities: Capabilities;
  readonly costs: SiteCosts;
  /** What is evaluated there of rows that are shipped. */
  readonly shipped: Capabilities;
  sql(fragment: Rel): string;
  begin(host: PortalHost, options: Pick<BeginOptions, 'settings' | 'signal'>): SiteTransaction;
}

export function createLocalTables(): LocalTables {
  const written = new WeakMap<Rel, ShippedSql>();
  const write = (fragment: Rel): ShippedSql => {
    let found = written.get(fragment);
    if (found === undefined) written.set(fragment, (found = new SessionWriter().statement(fragment)));
    return found;
  };
  return {
    capabilities: new LocalCapabilities(),
    costs: POSTGRES_COSTS,
    shipped: new SessionCapabilities(),
    sql: (fragment) => {
      const projection = projectionOf(fragment);
      return projection ? projectionSql(projection) : write(fragment).text;
    },
    begin: (host, options) => new LocalTransaction(host, options, write),
  };
}

/** Each statement of a session has portals of its own names. */
let lastPortal = 0;

class LocalTransaction implements SiteTransaction {
  private readonly host: PortalHost;
  private readonly options: Pick<BeginOptions, 'settings' | 'signal'>;
  private readonly write: (fragment: Rel) => ShippedSql;
  private readonly open = new Set<LocalStream>();
  private running = 0;
  private readonly onAbort = (): void => {
    if (this.running > 0) this.host.cancel();
  };

  constructor(host: PortalHost, options: Pick<BeginOptions, 'settings' | 'signal'>, write: (fragment: Rel) => ShippedSql) {
    this.host = host;
    this.options = options;
    this.write = write;
    options.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  async query(fragment: Rel, options: SiteQueryOptions): Promise<BatchStream> {
    const { settings } = this.options;
    if (options.inputs !== undefined) return this.shipped(fragment, options);
    const written = this.write(fragment);
    return this.stream(fragment, { text: written.text, parameters: bindParameters(written, options.params, settings) }, options);
  }

  /** Rows shipped here. Nothing of them is read before the first is asked for. */
  private shipped(fragment: Rel, options: SiteQueryOptions): BatchStream {
    const { settings } = this.options;
    requireExactText(fragment, settings);
    const context = { settings, options };
    const projection = projectionOf(fragment);
    if (projection) return new SessionProjection(projection, context, (statement, columns, sink) => this.run(statement, columns, sink)); // prettier-ignore
    return new DeferredStream(async () => this.stream(fragment, await shippedStatement(this.write(fragment), context), options));
  }

  /** A statement whose rows are all taken at once. */
  private async run({ text, parameters }: ShippedStatement, columns: readonly RelColumn[], sink: RowSink): Promise<void> {
    const portal = `tributary:local:${++lastPortal}`;
    const oids = await this.inTurn(() => this.host.open(portal, text, parameters, columns.map(columnFormat)));
    checkResultTypes('tributary', columns, oids);
    await this.inTurn(() => this.host.fetch(portal, 0, sink));
    await this.host.close(portal);
  }

  private async stream(fragment: Rel, { text, parameters }: ShippedStatement, options: SiteQueryOptions): Promise<BatchStream> {
    const columns = outputColumns(fragment);
    meterParameters(parameters, options.metrics);
    const portal = `tributary:local:${++lastPortal}`;
    const oids = await this.inTurn(() => this.host.open(portal, text, parameters, columns.map(columnFormat)));
    const stream = new LocalStream(fragment, options, {
      fetch: (rowsMax, sink) => this.inTurn(() => this.host.fetch(portal, rowsMax, sink)),
      close: async () => {
        this.open.delete(stream);
        await this.host.close(portal);
      },
    });
    this.open.add(stream);
    checkResultTypes('tributary', columns, oids);
    return stream;
  }

  async end(): Promise<void> {
    this.options.signal.removeEventListener('abort', this.onAbort);
    // Closing can only fail with the backend, and the session knows when that is gone.
    await Promise.allSettled([...this.open].map((stream) => stream.close()));
  }

  private async inTurn<T>(run: () => Promise<T>): Promise<T> {
    this.options.signal.throwIfAborted();
    this.running++;
    try {
      return await run();
    } finally {
      this.running--;
    }
  }
}

/** A stream that is opened with the first batch asked of it. */
class DeferredStream implements BatchStream {
  private readonly open: () => Promise<BatchStream>;
  private opening: Promise<BatchStream> | undefined;

  constructor(open: () => Promise<BatchStream>) {
    this.open = open;
  }

  async next(): Promise<Batch | null> {
    return (await (this.opening ??= this.open())).next();
  }

  async close(): Promise<void> {
    // What failed to open was told by next().
    const [opened] = await Promise.allSettled([this.opening]);
    if (opened.status === 'fulfilled') await opened.value?.close();
  }
}

const FIRST_FETCH_ROWS = 1_024;
const FETCH_BYTES = 4 << 20;
const FETCH_ROWS_MAX = 16_384;

interface OpenPortal {
  fetch(rowsMax: number, sink: RowSink): Promise<boolean>;
  close(): Promise<void>;
}

class LocalStream implements BatchStream {
  private readonly portal: OpenPortal;
  private readonly options: SiteQueryOptions;
  private readonly decoder: RowDecoder;
  private readonly ready: Batch[] = [];
  private rowsMax = FIRST_FETCH_ROWS;
  private fetching: Promise<unknown> | null = null;
  private ended = false;
  private closing: Promise<void> | null = null;

  constructor(fragment: Rel, options: SiteQueryOptions, portal: OpenPortal) {
    this.portal = portal;
    this.options = options;
    this.decoder = new RowDecoder(
      outputColumns(fragment).map((column) => column.type),
      (batch) => this.ready.push(batch),
    );
  }

  async next(): Promise<Batch | null> {
    while (this.ready.length === 0 && !this.ended) {
      this.options.signal.throwIfAborted();
      const fetch = this.fetch();
      this.fetching = Promise.allSettled([fetch]);
      await fetch;
    }
    return this.ready.shift() ?? null;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.ended = true;
    this.ready.length = 0;
    await this.fetching;
    await this.portal.close();
  }

  private async fetch(): Promise<void> {
    let bytes = 0;
    const sink: RowSink = {
      rows: (buffer, from, to) => {
        bytes += to - from;
        return this.decoder.rows(buffer, from, to);
      },
    };
    const rows = this.rowsMax;
    const more = await this.portal.fetch(rows, sink);
    this.decoder.flush();
    if (!more) this.ended = true;
    const { metrics } = this.options;
    if (metrics) {
      metrics.bytes += bytes;
      for (const batch of this.ready) metrics.rows += batch.length;
    }
    this.rowsMax = Math.max(16, Math.min(FETCH_ROWS_MAX, Math.floor((FETCH_BYTES * rows) / Math.max(1, bytes))));
  }
}
