/**
 * Expressions as operators use them: compiled once, with the values of the subqueries they mention fetched before the
 * first row. `ready()` must have been awaited before anything is computed; it is cheap from the second time on. Operators
 * call it when they hold a first batch, so that a subquery nobody's row asks for never runs.
 */
import type { RelColumn } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { readDatum } from '../../core/column.ts';
import type { Datum } from '../../core/datum.ts';
import type { CompiledFilter, CompiledPairFilter, CompiledScalars } from '../expression/compile.ts';
import { compileFilter, compilePairFilter, compileScalars } from '../expression/compile.ts';
import type { ExpressionContext } from '../expression/context.ts';
import type { Execution } from '../execution.ts';

const contextOf = (execution: Execution): ExpressionContext => ({
  param: (index) => (index < 0 ? execution.subplans.value(index) : (execution.environment.params[index - 1] ?? null)),
  settings: execution.environment.settings,
  subqueryRows: (rel) => execution.subplans.rows(rel),
});

abstract class Evaluation {
  readonly #exprs: readonly Scalar[];
  readonly #execution: Execution;
  #ready: Promise<void> | null = null;

  constructor(exprs: readonly Scalar[], execution: Execution) {
    this.#exprs = exprs;
    this.#execution = execution;
  }

  ready(): Promise<void> {
    this.#ready ??= this.#execution.subplans.ready(this.#exprs);
    return this.#ready;
  }
}

/** Expressions over a batch, each giving a column. */
export class Projection extends Evaluation {
  readonly #compiled: CompiledScalars;

  constructor(exprs: readonly Scalar[], input: readonly RelColumn[], execution: Execution) {
    super(exprs, execution);
    this.#compiled = compileScalars(exprs, input, contextOf(execution));
  }

  columns(batch: Batch): readonly Column[] {
    return this.#compiled.evaluate(batch);
  }
}

/** Conjuncts over a batch. */
export class RowFilter extends Evaluation {
  readonly #compiled: CompiledFilter;

  constructor(conjuncts: readonly Scalar[], input: readonly RelColumn[], execution: Execution) {
    super(conjuncts, execution);
    this.#compiled = compileFilter(conjuncts, input, contextOf(execution));
  }

  /** The rows for which all are true, ascending. */
  rows(batch: Batch): Int32Array {
    const { indices, count } = this.#compiled.select(batch);
    return indices.subarray(0, count);
  }
}

/** Conjuncts over pairs of rows. */
export class PairFilter extends Evaluation {
  readonly #compiled: CompiledPairFilter;

  constructor(conjuncts: readonly Scalar[], left: readonly RelColumn[], right: readonly RelColumn[], execution: Execution) {
    super(conjuncts, execution);
    this.#compiled = compilePairFilter(conjuncts, left, right, contextOf(execution));
  }

  /** Moves the pairs for which all are true to the front of both lists; answers how many. */
  keep(left: Batch, right: Batch, leftRows: Int32Array, rightRows: Int32Array, count: number): number {
    const kept = this.#compiled.select(left, leftRows, right, rightRows, count);
    if (kept.count === count) return count;
    for (let i = 0; i < kept.count; i++) {
      const p = kept.indices[i]!;
      leftRows[i] = leftRows[p]!;
      rightRows[i] = rightRows[p]!;
    }
    return kept.count;
  }
}

const ONE_ROW: Batch = { length: 1, columns: [] };

/** The value of an expression without columns. */
export async function evaluateConstant(expr: Scalar, execution: Execution): Promise<Datum> {
  if (expr.kind === 'const') return expr.value;
  const projection = new Projection([expr], [], execution);
  await projection.ready();
  return readDatum(projection.columns(ONE_ROW)[0]!, expr.type, 0);
}
