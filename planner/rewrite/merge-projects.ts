/**
 * Rule merge-projects: two projections in a row become one, and one that changes nothing goes away.
 *
 *   Project c = b + 1                     Project c = (a * 2) + 1
 *   └─ Project b = a * 2          →       └─ a
 *      └─ a
 *
 * An inner expression used more than once is left where it is unless it is a bare column, a constant or a parameter: merging
 * would compute it twice (and a volatile one would give two values). A constant of a subquery that groups, sorts or limits stays a
 * column where what is computed of it may raise: PostgreSQL computes that for rows, not while planning:
 *
 *   SELECT c / 0 FROM (SELECT 1 AS c, count(*) FROM a GROUP BY x HAVING false) q        (no row)
 */
import { outputColumns, type Project, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, isVolatile, mapRelInputs, someScalar, substituteColumns, visitScalar } from '../../algebra/transform.ts';
import { isSimple } from '../analyze/pulled-up-constants.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';

const isCheap = (expr: Scalar): boolean => expr.kind === 'column' || expr.kind === 'const' || expr.kind === 'param';

function isIdentity(project: Project): boolean {
  const input = outputColumns(project.input);
  return (
    input.length === project.items.length &&
    project.items.every(
      (item, i) => item.expr.kind === 'column' && item.expr.column === input[i]!.id && item.column.id === input[i]!.id,
    )
  );
}

export function mergeProjects(rel: Rel): Rel {
  const mapped = mapRelInputs(rel, mergeProjects);
  if (mapped.kind !== 'project') return mapped;
  if (mapped.input.kind === 'project') {
    const inner = mapped.input;
    const uses = new Map<ColumnId, number>();
    let inConditional = false;
    for (const item of mapped.items) {
      visitScalar(item.expr, (node) => {
        if (node.kind === 'column') uses.set(node.column, (uses.get(node.column) ?? 0) + 1);
        if (node.kind === 'case' || node.kind === 'coalesce' || node.kind === 'subquery') inConditional = true;
      });
    }
    const mergeable = inner.items.every(
      (item) =>
        isCheap(item.expr) ||
        (!inConditional &&
          (uses.get(item.column.id) ?? 0) === 1 &&
          !isVolatile(item.expr) &&
          !someScalar(item.expr, (node) => node.kind === 'subquery')),
    );
    const definitions = new Map(inner.items.map((item) => [item.column.id, item.expr]));
    if (mergeable && (isSimple(inner.input) || !mapped.items.some(({ expr }) => raisesOverConstants(expr, definitions)))) {
      const items = mapped.items.map((item) => ({ column: item.column, expr: substituteColumns(item.expr, definitions) }));
      return mergeProjects({ kind: 'project', input: inner.input, items });
    }
  }
  return isIdentity(mapped) ? mapped.input : mapped;
}

function raisesOverConstants(expr: Scalar, definitions: ReadonlyMap<ColumnId, Scalar>): boolean {
  if (expr.kind === 'column' || cannotRaise(expr)) return false;
  return [...columnsIn(expr)].some((column) => {
    const below = definitions.get(column);
    return below !== undefined && columnsIn(below).size === 0;
  });
}
