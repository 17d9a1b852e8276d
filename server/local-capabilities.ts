/** The local executor as the planner sees it: what it evaluates, and constants folded by its own kernels. */
import { foldConstants } from '../planner/analyze/constant-folding.ts';
import type { Rel } from '../algebra/rel.ts';
import type { Scalar } from '../algebra/scalar.ts';
import type { SessionSettings } from '../algebra/plan.ts';
import { InternalError } from '../core/assert.ts';
import { readDatum } from '../core/column.ts';
import type { Datum } from '../core/datum.ts';
import { SqlError } from '../core/sql-error.ts';
import { compileScalars } from '../executor/expression/compile.ts';
import type { ExpressionContext } from '../executor/expression/context.ts';
import { localScalarVerdict } from '../executor/expression/capabilities.ts';
export { localCapabilities } from '../executor/capabilities.ts';

/** What is folded does not depend on settings (constant-folding.ts sees to it). */
const SETTINGS: SessionSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
};

const none = (what: string): never => {
  throw new InternalError(`a constant expression has no ${what}`);
};
const CONTEXT: ExpressionContext = { param: () => none('parameters'), subqueryRows: () => none('subqueries'), settings: SETTINGS };

/** Computes a constant expression; undefined when there is no kernel for it, or when it raises. */
function evaluateConstant(expr: Scalar): { readonly value: Datum } | undefined {
  if (localScalarVerdict(expr).verdict !== 'exact') return undefined;
  try {
    const [column] = compileScalars([expr], [], CONTEXT).evaluate({ length: 1, columns: [] });
    return { value: readDatum(column!, expr.type, 0) };
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

export const foldConstantsLocally = (rel: Rel): Rel => foldConstants(rel, evaluateConstant);
