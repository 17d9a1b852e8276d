/** Immutable expressions over constants, computed before planning: by the executor's own kernels, else by the net. */
import type { Rel } from '../algebra/rel.ts';
import type { ColumnId, Scalar } from '../algebra/scalar.ts';
import type { NetSite, SiteTransaction } from '../algebra/site.ts';
import { someScalar } from '../algebra/transform.ts';
import { internalError, SqlError } from '../core/sql-error.ts';
import { readDatum } from '../core/column.ts';
import type { Datum } from '../core/datum.ts';
import { sqlType } from '../core/sql-type.ts';
import { localCapabilities } from '../executor/capabilities.ts';
import { compileScalars } from '../executor/expression/compile.ts';
import type { ExpressionContext } from '../executor/expression/context.ts';
import { foldConstants, isFoldable, type ConstantEvaluator } from '../planner/analyze/constant-folding.ts';
import type { ConstantRaiser } from '../planner/rewrite/raise-constants.ts';

/** What the net is given to compute a constant. What takes longer is computed as the statement runs, which can be cancelled. */
const PATIENCE_MS = 1_000;

/**
 * Of what the net computes, NULL and truth values are taken for the expression, which is also what decides whether PostgreSQL
 * looks at others; the rest stays for the places that may have it.
 */
export async function foldAllConstants(rel: Rel, net: NetSite): Promise<Rel> {
  const known = new Map<string, Folded>();
  for (;;) {
    const asked = new Map<string, Rel>();
    const folded = foldConstants(rel, (expr) => {
      const isLocal = isFoldable(expr) && localCapabilities.scalar(expr).verdict === 'exact';
      if (isLocal) return evaluate(expr);
      const question = questionOf(expr, net);
      if (question === undefined) return undefined;
      const sql = net.sql(question);
      if (!known.has(sql)) asked.set(sql, question);
      return known.get(sql);
    });
    if (asked.size === 0) return folded;
    for (const [sql, question] of asked) known.set(sql, await answerTo(question, net));
  }
}

type Folded = ReturnType<ConstantEvaluator>;

/** One row: whether it is NULL, and its value if that is boolean. Undefined: the net cannot tell. */
function questionOf(expr: Scalar, net: NetSite): Rel | undefined {
  if (expr.type.kind === 'composite') return undefined;
  if (someScalar(expr, (part) => net.capabilities.scalar(part).verdict !== 'exact')) return undefined;
  const isNull: Scalar = { kind: 'nulltest', arg: expr, negated: false, type: BOOL };
  const row = expr.type.kind === 'bool' ? [isNull, expr] : [isNull];
  return { kind: 'values', columns: row.map((_, id) => ({ id: id as ColumnId, name: `c${id}`, type: BOOL })), rows: [row] };
}

async function answerTo(question: Rel, net: NetSite): Promise<Folded> {
  let transaction: SiteTransaction | undefined;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    transaction = await net.begin({ fragments: 1, isolation: 'read committed', settings: context.settings, signal });
    const stream = await transaction.query(question, { params: [], signal });
    const batch = await stream.next();
    const [isNull, value] = batch!.columns.map((column) => readDatum(column, BOOL, 0));
    if (isNull === true) return { value: null };
    return value === undefined ? undefined : { value };
  } catch (error) {
    return notFolded(error);
  } finally {
    await transaction?.end();
  }
}

const BOOL = sqlType('bool');

/** What is immutable reads no setting: any will do. */
const context: ExpressionContext = {
  param: (index) => {
    throw internalError(`a constant expression with parameter ${index}`);
  },
  settings: {
    timeZone: 'UTC',
    dateStyle: 'ISO, MDY',
    intervalStyle: 'postgres',
    extraFloatDigits: 1,
    byteaOutput: 'hex',
    xmlBinary: 'base64',
  },
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
    return notFolded(error);
  }
};

/** PostgreSQL would raise it now, unless the expression is dropped before: see planner/rewrite/raise-constants.ts. */
function notFolded(error: unknown): undefined {
  if (!(error instanceof SqlError)) throw error;
}
