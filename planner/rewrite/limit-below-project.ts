/**
 * Rule limit-below-project: a projection keeps the number and order of rows, so the limit may come first; then it can reach
 * the source even when the projection cannot.
 *
 *   Limit 10                              Project f(x)
 *   └─ Project f(x)               →       └─ Limit 10
 *      └─ Sort y                             └─ Sort y
 *
 * A volatile expression is evaluated for the rows that the limit lets through, and for those that OFFSET skips. What may raise
 * does so for the rows that OFFSET skips, too, and before a condition above spares any: only the last projection of all,
 * under no OFFSET, may be such a one.
 *   SELECT q FROM (SELECT id, 10 / (id - 1) AS q FROM people LIMIT 50) t WHERE id = 3        (raises where id is 1)
 */
import type { Limit, ProjectItem, Rel } from '../../algebra/rel.ts';
import { isVolatile, mapRelInputs } from '../../algebra/transform.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';

export const limitBelowProject = (rel: Rel): Rel => swapped(rel, true);

/** `isLast`: nothing above looks at its rows. */
function swapped(rel: Rel, isLast: boolean): Rel {
  if (rel.kind === 'limit' && rel.input.kind === 'project' && canSwap(rel, rel.input.items, isLast)) {
    const project = rel.input;
    return { ...project, input: swapped({ ...rel, input: project.input }, isLast) };
  }
  return mapRelInputs(rel, (input) => swapped(input, isLast && (rel.kind === 'limit' || rel.kind === 'project')));
}

const canSwap = ({ offset }: Limit, items: readonly ProjectItem[], isLast: boolean): boolean =>
  offset === null && isLast ? true : items.every(({ expr }) => cannotRaise(expr) && (offset === null || !isVolatile(expr)));
