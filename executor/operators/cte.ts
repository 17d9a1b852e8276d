/**
 * WITH, and the fetches that several places of a plan share: definitions, each a SharedStream, and the scans that read them.
 */
import type { CteScanPlan, Plan, QueryPlan } from '../../algebra/plan.ts';
import { planInputs } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import type { Execution } from '../execution.ts';
import type { MemoryAccount } from '../memory/memory-budget.ts';
import { Operator } from './operator.ts';
import { SharedStream, type StreamReader } from './shared-stream.ts';

/** The definitions of one execution, root and subplans together: a subquery may read a WITH of the query around it. */
export class CteStore {
  readonly #readers = new Map<number, number>();
  readonly #definitions = new Map<number, SharedStream>();

  constructor(plan: QueryPlan) {
    this.#count(plan.root, null);
    for (const subplan of plan.subplans) this.#count(subplan.plan, null);
  }

  /** `ownOfStep`: what the innermost recursive step around defines itself; it reads all else in every round. */
  #count(plan: Plan, ownOfStep: ReadonlySet<number> | null): void {
    if (plan.kind === 'ctescan') {
      const reads = ownOfStep === null || ownOfStep.has(plan.cte) ? 1 : Infinity;
      this.#readers.set(plan.cte, (this.#readers.get(plan.cte) ?? 0) + reads);
    }
    for (const input of planInputs(plan)) {
      const isStep = plan.kind === 'recursive' && input === plan.step;
      this.#count(input, isStep ? definedIn(input, new Set([plan.cte])) : ownOfStep);
    }
  }

  /** `again`: makes the source once more; only where running it twice is nobody's harm. */
  define(
    cte: number,
    source: Operator,
    account: MemoryAccount,
    options: { readonly readers?: number; readonly again?: () => Operator } = {},
  ): SharedStream {
    const readers = options.readers ?? this.#readers.get(cte) ?? 0;
    const definition = new SharedStream(source, account, readers, options.again);
    this.#definitions.set(cte, definition);
    return definition;
  }

  reader(cte: number): StreamReader {
    const definition = this.#definitions.get(cte);
    assert(definition !== undefined, `WITH definition ${cte} is read outside its query`);
    return definition.reader();
  }
}

function definedIn(plan: Plan, into: Set<number>): ReadonlySet<number> {
  if (plan.kind === 'with') for (const { cte } of plan.definitions) into.add(cte);
  if (plan.kind === 'recursive') for (const cte of [plan.cte, ...plan.constants.map((c) => c.cte)]) into.add(cte);
  for (const input of planInputs(plan)) definedIn(input, into);
  return into;
}

/** Owns the definitions; its rows are the body's. */
export class WithOperator extends Operator {
  readonly #body: Operator;
  readonly #definitions: readonly SharedStream[];

  constructor(body: Operator, definitions: readonly SharedStream[]) {
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
  readonly #reader: StreamReader;
  readonly #positions: readonly number[] | undefined;
  readonly #execution: Execution;

  constructor(plan: CteScanPlan, execution: Execution) {
    super([]);
    this.#reader = execution.ctes.reader(plan.cte);
    this.#positions = plan.positions;
    this.#execution = execution;
  }

  override start(): void {
    this.#reader.start();
  }

  override async next(): Promise<Batch | null> {
    await this.#execution.pace();
    const batch = await this.#reader.next();
    if (batch === null || this.#positions === undefined) return batch;
    return { length: batch.length, columns: this.#positions.map((position) => batch.columns[position]!) };
  }

  protected override release(): Promise<void> {
    return this.#reader.close();
  }
}
