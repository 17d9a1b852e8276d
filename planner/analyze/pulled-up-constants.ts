/**
 * Columns that are the same constant in every row because a subquery in FROM selects it. PostgreSQL pulls a simple subquery up
 * into the query around it before it computes constants (prepjointree.c, is_simple_subquery), so that such a column is a
 * constant there, too, and what raises over it raises while planning:
 *
 *   SELECT c / 0 FROM (SELECT 1 AS c FROM a) q WHERE false        (division by zero)
 *
 * Not so beyond an outer join that may make it NULL, nor from a subquery that groups, sorts, limits or removes duplicates.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { ColumnId, ConstScalar } from '../../algebra/scalar.ts';
import { isVolatile, relInputs } from '../../algebra/transform.ts';

export type Constants = ReadonlyMap<ColumnId, ConstScalar>;
const NONE: Constants = new Map();

const known = new WeakMap<Rel, Constants>();

/** Those that the expressions of this operator read. */
export function constantsBelow(rel: Rel): Constants {
  // NOT IN needs every comparison as written; grouping sets make some of them NULL, so PostgreSQL keeps them apart.
  if ((rel.kind === 'join' && rel.nullAware === true) || (rel.kind === 'aggregate' && rel.sets)) return NONE;
  return union(relInputs(rel).map(constantsOf));
}

function constantsOf(rel: Rel): Constants {
  let found = known.get(rel);
  if (found === undefined) known.set(rel, (found = findConstants(rel)));
  return found;
}

function findConstants(rel: Rel): Constants {
  switch (rel.kind) {
    case 'project': {
      if (!isSimple(rel.input) || rel.items.some(({ expr }) => isVolatile(expr))) return NONE;
      return new Map(rel.items.flatMap(({ column, expr }) => (expr.kind === 'const' ? [[column.id, expr]] : [])));
    }
    case 'values': {
      const [row, ...others] = rel.rows;
      if (row === undefined || others.length > 0) return NONE;
      return new Map(rel.columns.flatMap(({ id }, i) => (row[i]!.kind === 'const' ? [[id, row[i]]] : [])));
    }
    case 'filter':
      return constantsOf(rel.input);
    case 'join':
      switch (rel.type) {
        case 'inner':
          return union([constantsOf(rel.left), constantsOf(rel.right)]);
        case 'left':
        case 'semi':
        case 'anti':
          return constantsOf(rel.left);
        case 'right':
          return constantsOf(rel.right);
        case 'full':
          return NONE;
      }
      break;
    default:
      return NONE;
  }
}

/** Whether a SELECT list over it is that of a simple subquery. */
export function isSimple(rel: Rel): boolean {
  switch (rel.kind) {
    case 'filter':
      return isSimple(rel.input);
    case 'join':
      return isSimple(rel.left) && isSimple(rel.right);
    default:
      return rel.kind === 'scan' || rel.kind === 'project' || rel.kind === 'values' || rel.kind === 'ctescan';
  }
}

function union(all: readonly Constants[]): Constants {
  const some = all.filter(({ size }) => size > 0);
  return some.length < 2 ? (some[0] ?? NONE) : new Map(some.flatMap((constants) => [...constants]));
}
