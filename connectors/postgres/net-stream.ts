/**
 * One projection that the net evaluates: takes batches of its input, ships the columns that are read, and puts what comes
 * back beside the columns that stayed. Rows keep their order, and their number: result row n belongs to input row n.
 */
import type { Input, Project } from '../../algebra/rel.ts';
import type { SessionSettings } from '../../algebra/plan.ts';
import type { SiteQueryOptions } from '../../algebra/site.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import { sliceColumn } from '../../core/column.ts';
import type { BoundParameter } from './frontend-messages.ts';
import { meteredRows, meterParameters } from './link-meter.ts';
import { Portions, type Portion } from './net-portions.ts';
import { shippedArrays } from './net-rows.ts';
import type { NetStatement } from './net-writer.ts';
import { passesThrough } from './net-writer.ts';
import type { RemoteConnection } from './remote-connection.ts';
import { StreamedQuery } from './remote-query.ts';
import { bindParameters, columnFormat } from './remote-statement.ts';
import { RowDecoder } from './row-decoder.ts';
import type { Turns } from './turns.ts';

export interface NetStreamContext {
  readonly source: string;
  readonly connection: RemoteConnection;
  /** The connection is shared by the projections of one statement. */
  readonly turns: Turns;
  readonly project: Project;
  readonly input: Input;
  readonly statement: NetStatement;
  readonly settings: SessionSettings;
  readonly options: SiteQueryOptions;
}

export class NetStream implements BatchStream {
  private readonly context: NetStreamContext;
  private readonly portions: Portions;
  private readonly bound: readonly BoundParameter[];
  /** For each result column: where it lies in the input, or among what is computed. */
  private readonly places: readonly { readonly from: 'input' | 'result'; readonly at: number }[];
  private ready: Batch[] = [];
  private exchange: Promise<unknown> | null = null;
  private query: StreamedQuery<Batch> | null = null;
  private closed = false;

  constructor(context: NetStreamContext) {
    const { project, input, statement, settings, options } = context;
    this.context = context;
    const [rows] = options.inputs ?? [];
    assert(rows, 'nothing was shipped to the net');
    this.portions = new Portions(rows);
    this.bound = bindParameters({ text: statement.text, parameters: statement.parameters }, options.params, settings);
    this.places = project.items.map((item) =>
      passesThrough(item)
        ? { from: 'input', at: input.columns.findIndex((column) => column.id === item.column.id) }
        : { from: 'result', at: statement.computed.indexOf(item) },
    );
  }

  async next(): Promise<Batch | null> {
    for (;;) {
      const batch = this.ready.shift();
      if (batch) return batch;
      const portion = await this.portions.next();
      if (portion === null) return null;
      const exchange = this.context.turns.take(() => this.evaluate(portion));
      this.exchange = Promise.allSettled([exchange]);
      this.ready = await exchange;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.query?.close();
    await this.exchange;
  }

  /** In as many pieces as the answer comes. */
  private async evaluate({ batch, from, to }: Portion): Promise<Batch[]> {
    if (this.closed) return [];
    const { source, connection, input, statement, options } = this.context;
    const columns = statement.computed.map((item) => item.column);
    const types = columns.map((column) => column.type);
    const arrays = shippedArrays(batch, input.columns, statement.shipped, from, to);
    const parameters = [...this.bound, ...arrays];
    meterParameters(parameters, options.metrics);
    const query = new StreamedQuery<Batch>(
      {
        source,
        connection,
        statement: { sql: statement.text, parameters, columns, formats: columns.map(columnFormat) },
        signal: options.signal,
        collector: (push) => meteredRows(new RowDecoder(types, push), options.metrics),
      },
      true,
    );
    this.query = query;
    const parts: Batch[] = [];
    let at = from;
    try {
      for (let part = await query.next(); part !== null; part = await query.next()) {
        parts.push(this.beside(batch, at, part));
        at += part.length;
      }
    } finally {
      await query.close();
      this.query = null;
    }
    assert(at === to, `the net answered ${at - from} rows for ${to - from}`);
    if (options.metrics) options.metrics.rows += to - from;
    return parts;
  }

  private beside(batch: Batch, from: number, part: Batch): Batch {
    const columns = this.places.map((place) =>
      place.from === 'result' ? part.columns[place.at]! : sliceColumn(batch.columns[place.at]!, from, from + part.length),
    );
    return { length: part.length, columns };
  }
}
