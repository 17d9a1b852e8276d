/** Immutable expressions over constants, computed by the executor's own kernels before planning. */
import type { Rel } from '../algebra/rel.ts';
import type { Scalar } from '../algebra/scalar.ts';
import { internalError, SqlError } from '../core/sql-error.ts';
import { readDatum } from '../core/column.ts';
import type { Datum } from '../core/datum.ts';
import { localCapabilities } from '../executor/capabilities.ts';
import { compileScalars } from '../executor/expression/compile.ts';
import type { ExpressionContext } from '../executor/expression/context.ts';
import { foldConstants, type ConstantEvaluator } from '../planner/analyze/constant-folding.ts';
import type { ConstantRaiser } from '../planner/rewrite/raise-constants.ts';

export const foldConstantsLocally = (rel: Rel): Rel => foldConstants(rel, evaluate);

/** What is immutable reads no setting: any will do. */
const context: ExpressionContext = {
  param: (index) => {
    throw internalError(`a constant expression with parameter ${index}`);
  },
  settings: { timeZone: 'UTC', dateStyle: 'ISO, MDY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex' },
  subqueryRows: () => {
    throw internalError('a constant expression with a subquery');
  },
};

/** Throws what evaluating a constant expression raises. */
export const raiseConstantLocally: ConstantRaiser = (expr) =>
  localCapabilities.scalar(expr).verdict === 'exact' ? { value: valueOf(expr) } : undefined;

function valueOf(expr: Scalar): Datum {
  const [column] = compileScalars([expr], [], context).evaluate({ length: 1, columns: [] });
  return readDatum(column!, expr.type, 0);
}

const evaluate: ConstantEvaluator = (expr) => {
  try {
    return raiseConstantLocally(expr);
  } catch (error) {
    // PostgreSQL would raise it now, unless the expression is dropped before: see planner/rewrite/raise-constants.ts.
    if (error instanceof SqlError) return undefined;
    throw error;
  }
};
