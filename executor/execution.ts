/**
 * One running plan: what its operators share. Abort reaches whoever waits through onAbort, and whoever computes through
 * pace(), which also lets other sessions have their turn.
 */
import type { PlanMetrics, QueryPlan, SessionSettings } from '../algebra/plan.ts';
import type { SiteTransaction } from '../algebra/site.ts';
import type { Datum } from '../core/datum.ts';
import { internalError, queryCanceled, SqlError } from '../core/sql-error.ts';
import type { MemoryBudget } from './memory/memory-budget.ts';
import type { ShippedTooMuch } from './collected-rows.ts';
import { KeyFilters } from './key-filters.ts';
import { CteStore } from './operators/cte.ts';
import { SubplanStore } from './subplans.ts';

export interface ExecutionEnvironment {
  /** The statement's transaction at a site; the executor never ends it. */
  readonly transactions: (site: string) => SiteTransaction;
  /** `params[0]` is $1. */
  readonly params: readonly Datum[];
  readonly settings: SessionSettings;
  readonly signal: AbortSignal;
  /** Filled in when given; without, nothing is measured. */
  readonly metrics?: PlanMetrics;
  /** Told how many rows a node had that was read to its end: a fragment only if nothing was left out for a join's keys. */
  readonly nodeRead?: (planId: number, rows: number) => void;
  /** Another plan takes this one's place, for this error, raised then: no row of the answer is out, none will be. Without: never. */
  readonly mayPlanAgain?: (error: ShippedTooMuch) => boolean;
  readonly memory: MemoryBudget;
}

/** Longest stretch of computing before others get a turn. */
const TURN_MS = 10;

export class Execution {
  readonly environment: ExecutionEnvironment;
  readonly subplans: SubplanStore;
  readonly ctes: CteStore;
  readonly keyFilters: KeyFilters;
  readonly #abortListeners = new Set<(reason: Error) => void>();
  readonly #onSignal = (): void => {
    for (const listener of this.#abortListeners) listener(this.abortReason());
  };
  #turnStartedMs = performance.now();
  #stopped = false;

  constructor(plan: QueryPlan, environment: ExecutionEnvironment) {
    this.environment = environment;
    this.subplans = new SubplanStore(this, plan.subplans);
    this.ctes = new CteStore(plan);
    this.keyFilters = new KeyFilters(plan);
    environment.signal.addEventListener('abort', this.#onSignal, { once: true });
  }

  get aborted(): boolean {
    return this.environment.signal.aborted;
  }

  /** Why it was aborted, as the client shall read it. */
  abortReason(): Error {
    const reason: unknown = this.environment.signal.reason;
    if (reason instanceof SqlError) return reason;
    return reason instanceof Error && !(reason instanceof DOMException) ? reason : queryCanceled('user request');
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.abortReason();
  }

  /** Called in every loop that may run long without waiting for a source. Throws when aborted. */
  async pace(): Promise<void> {
    if (performance.now() - this.#turnStartedMs > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#turnStartedMs = performance.now();
    }
    this.throwIfAborted();
    if (this.#stopped) throw internalError('the query was closed while it computed');
  }

  /** Answers how to unsubscribe. */
  onAbort(listener: (reason: Error) => void): () => void {
    this.#abortListeners.add(listener);
    return () => this.#abortListeners.delete(listener);
  }

  /** Whoever still computes stops at its next pace(). */
  stop(): void {
    this.#stopped = true;
  }

  dispose(): void {
    this.environment.signal.removeEventListener('abort', this.#onSignal);
    this.#abortListeners.clear();
  }
}
