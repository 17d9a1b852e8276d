/**
 * What an execution tells later ones: the true rows of each fragment that was read to its end, once the whole statement was
 * (planner/estimate/learned-rows.ts). An error, a cancel or a reader who stops before the end tells nothing.
 */
import type { QueryPlan } from '../algebra/plan.ts';
import type { FederationParts } from './federation.ts';
import { remotesOf } from './remote-fragments.ts';

/** Rows of fragments, by their node in the plan. */
export type FragmentRows = Map<number, number>;

/**
 * The statement is at its end. Answers how new (LearnedRows.changes) the latest thing is that its plan did not know; 0: all is
 * as it was believed to be.
 */
export function learnRows(parts: FederationParts, plan: QueryPlan, read: FragmentRows): number {
  const { learned, statistics, disabled } = parts;
  if (learned === undefined || disabled.has('feedback') || read.size === 0) return 0;
  let latest = 0;
  for (const { id, fragment, estimatedRows } of remotesOf(plan)) {
    const rows = read.get(id);
    if (rows === undefined) continue;
    latest = Math.max(latest, learned.learn({ rel: fragment, rows, estimatedRows }, statistics, Date.now()));
  }
  return latest;
}
