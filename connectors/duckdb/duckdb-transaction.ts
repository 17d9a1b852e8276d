/**
 * What one statement does at a DuckDB source. Each fragment has a connection of its own (a connection streams one result
 * at a time); they see the same data because nothing writes: the file is open read-only, locked against other processes,
 * and its instance is held by a lease until end(). Files as tables have no such lock: one replaced while a statement runs
 * may be seen by its later fragments.
 */
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { assert } from '../../core/assert.ts';
import type { BatchStream } from '../../core/batch.ts';
import { encodeBinary } from '../../core/binary-format.ts';
import type { Datum } from '../../core/datum.ts';
import { queryCanceled, sourceError } from '../../core/sql-error.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { BeginOptions, SiteQueryOptions, SiteTransaction } from '../../algebra/site.ts';
import { shippedInputs } from '../../algebra/transform.ts';
import type { DuckDBCapabilities } from './capabilities.ts';
import { bindParameter } from './bind.ts';
import { createReader } from './create-reader.ts';
import type { Lease, PooledConnection } from './database.ts';
import type { KnownRelations } from './describe.ts';
import { DuckDBWriter } from './duckdb-writer.ts';
import { fragmentError, reasonOf } from './errors.ts';
import { stringLiteral } from './file-tables.ts';
import { INFINITY_MARK } from './numeric-shape.ts';
import { interruptible, ResultStream } from './result-stream.ts';
import type { StreamOwner } from './result-stream.ts';
import { fillTables } from './shipped-tables.ts';
import { withinStack } from '../sql/fragment-shapes.ts';
import type { WrittenSql } from '../sql/sql-writer.ts';

/** The part of pino's that is used. */
export interface Logger {
  debug(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface TransactionContext {
  readonly source: string;
  readonly lease: Lease;
  readonly known: KnownRelations;
  readonly capabilities: DuckDBCapabilities;
  readonly log: Logger | undefined;
}

export class DuckDBTransaction implements SiteTransaction {
  private readonly context: TransactionContext;
  private readonly begin: BeginOptions;
  private readonly open = new Set<ResultStream>();
  private readonly starting = new Set<Promise<BatchStream>>();
  private readonly ending = new AbortController();
  private ended: Promise<void> | undefined;

  constructor(context: TransactionContext, begin: BeginOptions) {
    this.context = context;
    this.begin = begin;
  }

  async query(fragment: Rel, options: SiteQueryOptions): Promise<BatchStream> {
    assert(this.ended === undefined, 'a query after the end of its transaction');
    const started = this.start(fragment, options);
    this.starting.add(started);
    try {
      return await started;
    } finally {
      this.starting.delete(started);
    }
  }

  private async start(fragment: Rel, options: SiteQueryOptions): Promise<BatchStream> {
    const { context } = this;
    const signal = AbortSignal.any([options.signal, this.begin.signal, this.ending.signal]);
    if (signal.aborted) throw queryCanceled('user request');
    const writer = new DuckDBWriter(context.known, context.capabilities.finder, options.params);
    const { text, parameters } = withinStack(() => writer.statement(fragment));
    context.log?.debug({ source: context.source, sql: text }, 'fragment');
    const waitingSince = performance.now();
    const pooled = await context.lease.connect();
    if (options.metrics) options.metrics.waitForConnectionMs += performance.now() - waitingSince;
    const inputs = shippedInputs(fragment);
    const owner: StreamOwner = {
      interrupt: () => pooled.connection.interrupt(),
      translate: (error) => (signal.aborted ? queryCanceled('user request') : fragmentError(context.source, error)),
      failure: () => this.failure(pooled, { text, parameters }, options.params, signal),
      // What was shipped there goes with the connection.
      release: (reusable) => context.lease.giveBack(pooled, reusable && inputs.length === 0),
    };
    try {
      const step = <T>(promise: Promise<T>): Promise<T> => interruptible(promise, signal, () => owner.interrupt());
      await this.setTimeZone(pooled);
      await step(fillTables(pooled.connection, inputs, { ...options, signal }));
      const statement = await step(pooled.connection.prepare(text));
      try {
        bindParameters(statement, parameters, options.params);
        if (options.metrics) options.metrics.sentBytes += parameterBytes(parameters, options.params);
        const result = await step(statement.stream());
        const readers = outputColumns(fragment).map((column, i) =>
          createReader(
            column.type,
            result.columnType(i),
            `source "${context.source}", column "${column.name}"`,
            writer.outputShape(column.id)?.infinities ? INFINITY_MARK : undefined,
          ),
        );
        const stream = new ResultStream({ result, readers, owner, signal, metrics: options.metrics });
        this.open.add(stream);
        return {
          next: () => stream.next(),
          close: async () => {
            await stream.close();
            this.open.delete(stream);
          },
        };
      } finally {
        statement.destroySync();
      }
    } catch (error) {
      owner.release(false);
      throw owner.translate(error);
    }
  }

  /**
   * For views of the source: no function that we push depends on it. So a zone that only PostgreSQL knows ("<+03>-03")
   * does not fail the query; it is reckoned as UTC there, and the log says so.
   */
  private async setTimeZone(pooled: PooledConnection): Promise<void> {
    const { timeZone } = this.begin.settings;
    if (pooled.timeZone === timeZone) return;
    try {
      await pooled.connection.run(`SET TimeZone = ${stringLiteral(timeZone)}`);
    } catch (error) {
      if (!/Unknown TimeZone/i.test(reasonOf(error))) throw error;
      this.context.log?.warn({ source: this.context.source, timeZone }, 'DuckDB does not know this time zone; its views see UTC');
      await pooled.connection.run("SET TimeZone = 'UTC'");
    }
    pooled.timeZone = timeZone;
  }

  /**
   * The binding tells that a result ended in an error, but not which. The statement is run once more, for its error alone:
   * every value is computed, none is kept. The data has not changed meanwhile.
   */
  private async failure(
    pooled: PooledConnection,
    sql: WrittenSql,
    params: readonly Datum[],
    signal: AbortSignal,
  ): Promise<Error> {
    const { source } = this.context;
    if (signal.aborted) return queryCanceled('user request');
    const step = <T>(promise: Promise<T>): Promise<T> => interruptible(promise, signal, () => pooled.connection.interrupt());
    try {
      const statement = await step(pooled.connection.prepare(`SELECT max(hash(t)) FROM (${sql.text}) AS t`));
      try {
        bindParameters(statement, sql.parameters, params);
        await step(statement.run());
      } finally {
        statement.destroySync();
      }
    } catch (error) {
      return signal.aborted ? queryCanceled('user request') : fragmentError(source, error);
    }
    return sourceError(source, '58000', 'the result ended with an error that did not occur again');
  }

  end(): Promise<void> {
    return (this.ended ??= this.finish());
  }

  /** The lease may end, and with it the database, only after the last call of any connection. */
  private async finish(): Promise<void> {
    this.ending.abort();
    await Promise.allSettled(this.starting);
    await Promise.all([...this.open].map((stream) => stream.close()));
    this.open.clear();
    this.context.lease.end();
  }
}

/** What they weigh in PostgreSQL's binary form, so that sources of both kinds compare. */
const parameterBytes = (parameters: WrittenSql['parameters'], values: readonly Datum[]): number =>
  parameters.reduce((sum, { index, type }) => {
    const value = values[index - 1]!;
    return sum + (value === null ? 0 : encodeBinary(type, value).length);
  }, 0);

function bindParameters(
  statement: DuckDBPreparedStatement,
  parameters: WrittenSql['parameters'],
  values: readonly Datum[],
): void {
  parameters.forEach((param, i) => bindParameter(statement, i + 1, param.type, values[param.index - 1]!));
}
