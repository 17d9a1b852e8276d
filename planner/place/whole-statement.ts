/**
 * Statements that call volatile functions of a source. PostgreSQL says how often such a call runs, for which rows and in which
 * order; that holds at the source only if it gets the statement as a whole. So the rule: the statement reads that one source
 * alone and is one fragment there, the root of its plan, which runs exactly once. Anything else is refused: no call is ever moved
 * to a fragment of its own, repeated, or computed while planning.
 */
import type { QueryPlan } from '../../algebra/plan.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { FunctionRef } from '../../algebra/scalar.ts';
import { volatileCallsOf } from '../../algebra/transform.ts';
import { featureNotSupported } from '../../core/sql-error.ts';

/** The first volatile function of a source that a tree calls. */
export const volatileOfSource = (rel: Rel): FunctionRef | undefined => volatileCallsOf(rel).find((fn) => fn.site !== undefined);

/** Throws 0A000 unless `plan` is one fragment at the source of `fn` and nothing else calls what is volatile. */
export function requireWhole({ root, subplans }: QueryPlan, fn: FunctionRef): void {
  const isWhole = root.kind === 'remote' && root.site === fn.site && root.inputs === undefined;
  if (isWhole && !subplans.some(({ rel }) => volatileOfSource(rel) !== undefined)) return;
  const reason = root.kind === 'remote' ? undefined : root.notPushed;
  const what = `the volatile function ${fn.signature} in a statement that source ${fn.site} does not evaluate whole`;
  throw featureNotSupported(what, reason === undefined ? {} : { detail: reason });
}
