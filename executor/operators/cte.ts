/**
 * WITH: a definition runs when its first reader asks, at most once, and only as far as its readers read. Its batches are
 * kept while several readers may come; a single reader streams.
 */
import type { CteScanPlan, Plan, QueryPlan } from '../../algebra/plan.ts';
import { planInputs } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import type { Execution } from '../execution.ts';
import type { MemoryAccount } from '../memory/memory-budget.ts';
import { batchBytes } from '../memory/memory-budget.ts';
import { Operator } from './operator.ts';

/** The definitions of one execution, root and subplans together: a subquery may read a WITH of the query around it. */
export class CteStore {
  readonly #readers = new Map<number, number>();
  readonly #definitions = new Map<number, CteDefinition>();

  constructor(plan: QueryPlan) {
    const count = (node: Plan): void => {
      if (node.kind === 'ctescan') this.#readers.set(node.cte, (this.#readers.get(node.cte) ?? 0) + 1);
      for (const input of planInputs(node)) count(input);
    };
    count(plan.root);
    for (const subplan of plan.subplans) count(subplan.plan);
  }

  /** `keep`: readers come again and again. */
  define(cte: number, source: Operator, account: MemoryAccount, keep = false): CteDefinition {
    const definition = new CteDefinition(source, account, keep || (this.#readers.get(cte) ?? 0) > 1);
    this.#definitions.set(cte, definition);
    return definition;
  }

  definition(cte: number): CteDefinition {
    const definition = this.#definitions.get(cte);
    assert(definition !== undefined, `WITH definition ${cte} is read outside its query`);
    return definition;
  }
}

export class CteDefinition {
  readonly #source: Operator;
  readonly #account: MemoryAccount;
  readonly #keep: boolean;
  readonly #batches: Batch[] = [];
  #complete = false;
  /** The read under way: readers queue behind it. */
  #reading: Promise<Batch | null> | null = null;

  constructor(source: Operator, account: MemoryAccount, keep: boolean) {
    this.#source = source;
    this.#account = account;
    this.#keep = keep;
  }

  get memoryPeakBytes(): number {
    return this.#account.peakBytes;
  }

  start(): void {
    this.#source.start();
  }

  /** The batch with this number; null after the last. */
  async read(index: number): Promise<Batch | null> {
    if (!this.#keep) return this.#source.next();
    for (;;) {
      const batch = this.#batches[index];
      if (batch !== undefined) return batch;
      if (this.#complete) return null;
      this.#reading ??= this.#readOne();
      await this.#reading;
    }
  }

  async #readOne(): Promise<Batch | null> {
    try {
      const batch = await this.#source.next();
      if (batch === null) this.#complete = true;
      else {
        this.#account.add(batchBytes(batch));
        this.#batches.push(batch);
      }
      return batch;
    } finally {
      this.#reading = null;
    }
  }

  async close(): Promise<void> {
    this.#account.release();
    this.#batches.length = 0;
    await this.#source.close();
  }
}

/** Owns the definitions; its rows are the body's. */
export class WithOperator extends Operator {
  readonly #body: Operator;
  readonly #definitions: readonly CteDefinition[];

  constructor(body: Operator, definitions: readonly CteDefinition[]) {
    super([body]);
    this.#body = body;
    this.#definitions = definitions;
  }

  override get memoryPeakBytes(): number {
    return this.#definitions.reduce((sum, definition) => sum + definition.memoryPeakBytes, 0);
  }

  override next(): Promise<Batch | null> {
    return this.#body.next();
  }

  protected override async release(): Promise<void> {
    const results = await Promise.allSettled([super.release(), ...this.#definitions.map((definition) => definition.close())]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

export class CteScanOperator extends Operator {
  readonly #definition: CteDefinition;
  readonly #execution: Execution;
  #index = 0;

  constructor(plan: CteScanPlan, execution: Execution) {
    super([]);
    this.#definition = execution.ctes.definition(plan.cte);
    this.#execution = execution;
  }

  override start(): void {
    this.#definition.start();
  }

  override async next(): Promise<Batch | null> {
    await this.#execution.pace();
    return this.#definition.read(this.#index++);
  }
}
