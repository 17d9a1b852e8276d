/**
 * Rule limit-below-project: a projection keeps the number and order of rows, so the limit may come first; then it can reach
 * the source even when the projection cannot.
 *
 *   Limit 10                              Project f(x)
 *   └─ Project f(x)               →       └─ Limit 10
 *      └─ Sort y                             └─ Sort y
 *
 * Not past a volatile expression:  SELECT nextval('s') FROM a LIMIT 1  must still be cheap to reason about, and is left alone.
 */
import type { Rel } from '../../algebra/rel.ts';
import { isVolatile, mapRelInputs } from '../../algebra/transform.ts';

export function limitBelowProject(rel: Rel): Rel {
  if (rel.kind === 'limit' && rel.input.kind === 'project' && !rel.input.items.some((item) => isVolatile(item.expr))) {
    const project = rel.input;
    return { ...project, input: limitBelowProject({ ...rel, input: project.input }) };
  }
  return mapRelInputs(rel, limitBelowProject);
}
