/**
 * Rows shipped to the session's own backend, for what nobody else may or can evaluate: functions, aggregates and types that
 * users made, those of the transaction at hand too, and volatile functions. They run as the session's user, in its transaction.
 * A projection goes batch by batch; another operator gets all the rows of its inputs at once, as parameters: a temporary
 * table would be a trace in the user's transaction.
 *
 * Invariant: each row is evaluated once, in the order of the input.
 */
import type { Input, Project, Rel, RelColumn } from '../../algebra/rel.ts';
import type { SessionSettings } from '../../algebra/plan.ts';
import type { SiteQueryOptions } from '../../algebra/site.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import { sliceColumn } from '../../core/column.ts';
import type { BoundParameter } from './frontend-messages.ts';
import { meteredRows, meterParameters } from './link-meter.ts';
import { Portions, type Portion } from './net-portions.ts';
import { shippedArrays } from './net-rows.ts';
import { shippedParameters } from './shipped-arrays.ts';
import { NetWriter, passesThrough } from './net-writer.ts';
import type { NetStatement } from './net-writer.ts';
import { RowDecoder } from './row-decoder.ts';
import { bindParameters } from './remote-statement.ts';
import type { RowSink } from './message-reader.ts';
import type { ShippedSql } from './shipped-writer.ts';

/** What the inputs of one operator may weigh together: they are held in memory, here and there. */
const BYTES_MAX = 256 << 20;

export interface ShippedStatement {
  readonly text: string;
  readonly parameters: readonly BoundParameter[];
}

/** Runs a statement to its end on the session's backend; its columns are those of `columns`. */
export type RunShipped = (statement: ShippedStatement, columns: readonly RelColumn[], sink: RowSink) => Promise<void>;

interface ShippedContext {
  readonly settings: SessionSettings;
  readonly options: SiteQueryOptions;
}

/** The statement over all of the inputs' rows, which are read to their end for it. */
export async function shippedStatement(written: ShippedSql, { settings, options }: ShippedContext): Promise<ShippedStatement> {
  const bound = bindParameters(written, options.params, settings);
  return { text: written.text, parameters: [...bound, ...(await shippedParameters(written.inputs, options, BYTES_MAX))] };
}

/** What runs for each portion of a projection's input. */
export const projectionSql = ({ project, input }: Projection): string => new NetWriter(input, 'session').batch(project).text;

interface Projection {
  readonly project: Project;
  readonly input: Input;
}

export const projectionOf = (fragment: Rel): Projection | undefined =>
  fragment.kind === 'project' && fragment.input.kind === 'input' ? { project: fragment, input: fragment.input } : undefined;

/** Batches of a projection's input with the computed columns beside those that stayed at home. */
export class SessionProjection implements BatchStream {
  private readonly context: ShippedContext;
  private readonly portions: Portions;
  private readonly input: Input;
  private readonly project: Project;
  private readonly statement: NetStatement;
  private readonly bound: readonly BoundParameter[];
  private readonly run: RunShipped;
  private ready: Batch[] = [];

  constructor({ project, input }: Projection, context: ShippedContext, run: RunShipped) {
    const [rows] = context.options.inputs ?? [];
    assert(rows, 'nothing was shipped to the session');
    this.context = context;
    this.portions = new Portions(rows);
    this.input = input;
    this.project = project;
    this.statement = new NetWriter(input, 'session').batch(project);
    this.bound = bindParameters(this.statement, context.options.params, context.settings);
    this.run = run;
  }

  async next(): Promise<Batch | null> {
    for (;;) {
      const batch = this.ready.shift();
      if (batch) return batch;
      const portion = await this.portions.next();
      if (portion === null) return null;
      this.ready = await this.evaluate(portion);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async evaluate({ batch, from, to }: Portion): Promise<Batch[]> {
    const { statement, input, project } = this;
    const { metrics } = this.context.options;
    const arrays = shippedArrays(batch, input.columns, statement.shipped, from, to);
    const parameters = [...this.bound, ...arrays];
    meterParameters(parameters, metrics);
    const parts: Batch[] = [];
    let at = from;
    const results = statement.computed.map(({ column }) => column);
    const decoder = new RowDecoder(
      results.map(({ type }) => type),
      (part) => {
        const columns = project.items.map((item) => {
          const computed = statement.computed.indexOf(item);
          if (computed >= 0) return part.columns[computed]!;
          const place = input.columns.findIndex((column) => column.id === item.column.id);
          assert(passesThrough(item) && place >= 0, 'a column that is neither computed nor shipped');
          return sliceColumn(batch.columns[place]!, at, at + part.length);
        });
        parts.push({ length: part.length, columns });
        at += part.length;
      },
    );
    await this.run({ text: statement.text, parameters }, results, meteredRows(decoder, metrics));
    decoder.flush();
    assert(at === to, `the session answered ${at - from} rows for ${to - from}`);
    if (metrics) metrics.rows += to - from;
    return parts;
  }
}
