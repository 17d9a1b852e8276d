/**
 * The rows of one fragment at one site: a leaf, unless relations are shipped there, which the site reads (a source, once all
 * their rows are here). The site's query begins at start() or the first next(), whichever comes first (one that waits for keys
 * of joins above is started by the last of them), under a signal of its own, so that a query nobody wants any more is ended even
 * before its stream exists.
 */
import { isOfNet, type RemoteQuery } from '../../algebra/plan.ts';
import type { SiteQueryMetrics } from '../../algebra/site.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import { assert } from '../../core/assert.ts';
import { internalError } from '../../core/sql-error.ts';
import { collected } from '../collected-rows.ts';
import type { Execution } from '../execution.ts';
import { closeAll, Operator } from './operator.ts';

type Opened = { readonly stream: BatchStream } | { readonly error: unknown };

export class RemoteOperator extends Operator {
  readonly #plan: RemoteQuery;
  readonly #execution: Execution;
  readonly #abort = new AbortController();
  readonly #forgetAbort: () => void;
  readonly #metrics: SiteQueryMetrics | undefined;
  /** Never rejects: an error waits here until next() tells it. */
  #opening: Promise<Opened> | null = null;
  #stream: BatchStream | null = null;
  /** Its rows are asked for, or never will be. */
  #want: () => void = () => undefined;
  readonly #wanted = new Promise<void>((resolve) => {
    this.#want = resolve;
  });
  /** Makes the pending next() reject. */
  #interrupt: ((reason: Error) => void) | null = null;
  /** No join's keys left anything out. */
  #isWhole = false;
  #rows = 0;
  #ended = false;
  #closed = false;

  constructor(plan: RemoteQuery, inputs: readonly Operator[], execution: Execution) {
    const isCollected = inputs.length > 0 && !isOfNet(plan);
    super(inputs, isCollected ? execution.environment.memory.account('relation shipped to a source') : null);
    this.#plan = plan;
    this.#execution = execution;
    this.#metrics = execution.environment.metrics && { rows: 0, bytes: 0, sentBytes: 0, waitForConnectionMs: 0 };
    this.#forgetAbort = execution.onAbort((reason) => {
      this.#abort.abort(reason);
      this.#interrupt?.(reason);
    });
  }

  override get siteMetrics(): SiteQueryMetrics | undefined {
    return this.#metrics;
  }

  override start(): void {
    if (this.#opening !== null || this.#closed || this.#execution.keyFilters.isWaiting(this.#plan.id)) return;
    super.start();
    this.#opening = this.#open().then(
      (stream) => ({ stream }),
      (error: unknown) => ({ error }),
    );
  }

  async #open(): Promise<BatchStream> {
    this.#execution.throwIfAborted();
    const { transactions, params } = this.#execution.environment;
    const inputs =
      this.account === null ? this.inputs : await collected(this.inputs, this.#plan, this.account, this.#execution, this.#wanted);
    const bound = await this.#execution.subplans.bindFragment(this.#plan.fragment, params);
    const filtered = this.#execution.keyFilters.apply(this.#plan.id, bound.fragment, bound.params);
    this.#isWhole = filtered.fragment === bound.fragment;
    return transactions(this.#plan.site).query(filtered.fragment, {
      params: filtered.params,
      customPlan: filtered.params.length > params.length,
      signal: this.#abort.signal,
      ...(this.#metrics && { metrics: this.#metrics }),
      ...(inputs.length > 0 && { inputs }),
    });
  }

  override async next(): Promise<Batch | null> {
    if (this.#ended) return null;
    if (this.#closed) throw internalError('a closed source stream was read');
    this.start();
    assert(this.#opening, 'a fragment was read before its keys were known');
    this.#want();
    for (;;) {
      if (this.#stream === null) {
        const opened = await this.#interruptible(this.#opening);
        if ('error' in opened) throw opened.error;
        this.#stream = opened.stream;
      }
      const batch = await this.#interruptible(this.#stream.next());
      if (batch === null) {
        this.#ended = true;
        if (this.#isWhole) this.#execution.environment.nodeRead?.(this.#plan.id, this.#rows);
        await this.close();
        return null;
      }
      this.#rows += batch.length;
      if (batch.length > 0) return batch;
    }
  }

  /** Settles as `promise` does, or rejects as soon as the query is aborted or closed. */
  #interruptible<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#interrupt = reject;
      promise.then(resolve, reject);
      if (this.#execution.aborted) reject(this.#execution.abortReason());
    }).finally(() => {
      this.#interrupt = null;
    });
  }

  protected override async release(): Promise<void> {
    this.#closed = true;
    this.#want();
    this.#forgetAbort();
    const reason = internalError('the source stream was closed while it was read');
    this.#interrupt?.(reason);
    try {
      if (this.#opening === null) return;
      if (this.#stream === null) this.#abort.abort(reason);
      // What is being collected ends with its source; a failure of that is told below.
      if (this.account !== null) void Promise.allSettled(this.inputs.map((input) => input.close()));
      const opened = await this.#opening;
      if ('stream' in opened) await closeAll([opened.stream, ...this.inputs]);
    } finally {
      await super.release();
    }
  }
}
