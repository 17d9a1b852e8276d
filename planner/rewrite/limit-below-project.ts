/**
 * Rule limit-below-project: a projection keeps the number and order of rows, so the limit may come first; then it can reach
 * the source even when the projection cannot.
 *
 *   Limit 10                              Project f(x)
 *   └─ Project f(x)               →       └─ Limit 10
 *      └─ Sort y                             └─ Sort y
 *
 * A volatile expression is evaluated for the rows that the limit lets through, and for those that OFFSET skips.
 */
import type { ProjectItem, Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { isVolatile, mapRelInputs } from '../../algebra/transform.ts';

export function limitBelowProject(rel: Rel): Rel {
  if (rel.kind === 'limit' && rel.input.kind === 'project' && canSwap(rel.offset, rel.input.items)) {
    const project = rel.input;
    return { ...project, input: limitBelowProject({ ...rel, input: project.input }) };
  }
  return mapRelInputs(rel, limitBelowProject);
}

const canSwap = (offset: Scalar | null, items: readonly ProjectItem[]): boolean =>
  offset === null || !items.some((item) => isVolatile(item.expr));
