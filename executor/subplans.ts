/**
 * Uncorrelated subqueries of one execution. Each runs when an operator that mentions it has its first row, at most once.
 * An error of the subquery is kept and thrown only where its value is really read: a CASE may spare it, as in PostgreSQL.
 */
import type { Subplan } from '../algebra/plan.ts';
import type { Rel } from '../algebra/rel.ts';
import type { ParamScalar, Scalar } from '../algebra/scalar.ts';
import { relInputs, relScalars, rewriteAllScalars, scalarParts } from '../algebra/transform.ts';
import { assert } from '../core/assert.ts';
import type { Batch } from '../core/batch.ts';
import { concatBatches, emptyBatch, readDatum } from '../core/column.ts';
import type { Datum } from '../core/datum.ts';
import { subqueryMoreThanOneRow } from '../core/sql-error.ts';
import { buildOperator } from './build-operator.ts';
import type { Execution } from './execution.ts';
import type { MemoryAccount } from './memory/memory-budget.ts';
import { batchBytes } from '../core/column-bytes.ts';
import { arrayOfColumn } from './operators/aggregate/array-value.ts';
import type { Operator } from './operators/operator.ts';
import { closeAll } from './operators/operator.ts';

type Outcome = { readonly value: Datum } | { readonly rows: Batch } | { readonly error: unknown };

export class SubplanStore {
  readonly #execution: Execution;
  readonly #byParam = new Map<number, Subplan>();
  readonly #byRel = new Map<Rel, Subplan[]>();
  readonly #running = new Map<Subplan, Promise<void>>();
  readonly #outcomes = new Map<Subplan, Outcome>();
  readonly #operators: Operator[] = [];
  readonly #accounts: MemoryAccount[] = [];
  #closed = false;

  constructor(execution: Execution, subplans: readonly Subplan[]) {
    this.#execution = execution;
    for (const subplan of subplans) {
      this.#byParam.set(subplan.param, subplan);
      const same = this.#byRel.get(subplan.rel);
      if (same === undefined) this.#byRel.set(subplan.rel, [subplan]);
      else same.push(subplan);
    }
  }

  /** Runs what these expressions read and has not run yet. */
  async ready(exprs: readonly Scalar[]): Promise<void> {
    if (this.#byParam.size === 0) return;
    for (const subplan of this.#mentioned(exprs)) await this.#run(subplan);
  }

  /** The value of a negative param; throws the subquery's error. */
  value(param: number): Datum {
    const outcome = this.#outcome(this.#byParam.get(param));
    assert('value' in outcome, `subplan ${param} has no single value`);
    return outcome.value;
  }

  /** The rows of an any/all subquery; throws the subquery's error. */
  rows(rel: Rel): Batch {
    const outcome = this.#outcome(this.#rowsSubplan(rel));
    assert('rows' in outcome, 'a subplan has no row set');
    return outcome.rows;
  }

  /** A fragment with the values of the subplans it mentions: appended to the parameters, and counted from there. */
  async bindFragment(fragment: Rel, params: readonly Datum[]): Promise<{ fragment: Rel; params: readonly Datum[] }> {
    if (this.#byParam.size === 0) return { fragment, params };
    const exprs: Scalar[] = [];
    collectScalars(fragment, exprs);
    await this.ready(exprs);
    const extended = [...params];
    const positions = new Map<number, number>();
    const bound = rewriteAllScalars(fragment, (node) => {
      if (node.kind !== 'param' || node.index > 0) return node;
      let position = positions.get(node.index);
      if (position === undefined) {
        position = extended.push(this.value(node.index));
        positions.set(node.index, position);
      }
      return { ...node, index: position } satisfies ParamScalar;
    });
    return { fragment: bound, params: extended };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const account of this.#accounts) account.release();
    await closeAll(this.#operators);
  }

  #mentioned(exprs: readonly Scalar[]): Set<Subplan> {
    const found = new Set<Subplan>();
    const visit = (expr: Scalar): void => {
      if (expr.kind === 'param' && expr.index < 0) found.add(this.#byParam.get(expr.index)!);
      if (expr.kind === 'subquery') for (const subplan of this.#byRel.get(expr.rel) ?? []) found.add(subplan);
      for (const part of scalarParts(expr)) visit(part);
    };
    for (const expr of exprs) visit(expr);
    return found;
  }

  #rowsSubplan(rel: Rel): Subplan {
    const subplan = this.#byRel.get(rel)?.find((candidate) => candidate.mode === 'any' || candidate.mode === 'all');
    assert(subplan !== undefined, 'a subquery has no subplan');
    return subplan;
  }

  #outcome(subplan: Subplan | undefined): Exclude<Outcome, { error: unknown }> {
    const outcome = subplan && this.#outcomes.get(subplan);
    assert(outcome !== undefined, 'a subplan was read before it ran');
    if ('error' in outcome) throw outcome.error;
    return outcome;
  }

  #run(subplan: Subplan): Promise<void> {
    let running = this.#running.get(subplan);
    if (running === undefined) {
      running = this.#evaluate(subplan);
      this.#running.set(subplan, running);
    }
    return running;
  }

  /** Rejects only when the query was aborted. */
  async #evaluate(subplan: Subplan): Promise<void> {
    this.#execution.throwIfAborted();
    assert(!this.#closed, 'a subplan was started after close');
    const operator = buildOperator(subplan.plan, this.#execution);
    this.#operators.push(operator);
    try {
      this.#outcomes.set(subplan, await this.#read(subplan, operator));
    } catch (error) {
      this.#execution.throwIfAborted();
      this.#outcomes.set(subplan, { error });
    }
    await operator.close();
  }

  async #read(subplan: Subplan, operator: Operator): Promise<Outcome> {
    switch (subplan.mode) {
      case 'exists':
        return { value: (await operator.next()) !== null };
      case 'scalar':
        return { value: await this.#single(subplan, operator) };
      case 'array': {
        const rows = await this.#all(subplan, operator);
        return { value: arrayOfColumn(rows.columns[0]!, subplan.plan.columns[0]!.type) };
      }
      case 'any':
      case 'all':
        return { rows: await this.#all(subplan, operator) };
    }
  }

  async #single(subplan: Subplan, operator: Operator): Promise<Datum> {
    const first = await operator.next();
    if (first === null) return null;
    if (first.length > 1 || (await operator.next()) !== null) throw subqueryMoreThanOneRow();
    return readDatum(first.columns[0]!, subplan.plan.columns[0]!.type, 0);
  }

  async #all(subplan: Subplan, operator: Operator): Promise<Batch> {
    const account = this.#execution.environment.memory.account('subquery');
    this.#accounts.push(account);
    const batches: Batch[] = [];
    for (let batch = await operator.next(); batch !== null; batch = await operator.next()) {
      await this.#execution.pace();
      account.add(batchBytes(batch));
      batches.push(batch);
    }
    return batches.length === 0 ? emptyBatch(subplan.plan.columns.map((column) => column.type)) : concatBatches(batches);
  }
}

function collectScalars(rel: Rel, into: Scalar[]): void {
  const visit = (expr: Scalar): void => {
    into.push(expr);
    if (expr.kind === 'subquery') collectScalars(expr.rel, into);
    for (const part of scalarParts(expr)) visit(part);
  };
  for (const expr of relScalars(rel)) visit(expr);
  for (const input of relInputs(rel)) collectScalars(input, into);
}
