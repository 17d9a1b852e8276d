/**
 * A dependent inner join with functions of the outer row needs no bindings: the functions are called for the outer rows
 * themselves.
 *
 *   Join lateral                          Project, Filter
 *   ├─ L(a)                               └─ ProjectSet f(a)
 *   └─ Project, Filter             →         └─ L(a)
 *      └─ ProjectSet f(a)
 *         └─ one row
 */
import type { Rel } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import { reference } from './bindings.ts';

/** null: `right` has another shape. */
export function setOver(right: Rel, left: Rel): Rel | null {
  switch (right.kind) {
    case 'values':
      return right.columns.length === 0 && right.rows.length === 1 ? left : null;
    case 'projectset':
    case 'filter': {
      const input = setOver(right.input, left);
      return input && { ...right, input };
    }
    case 'project': {
      const input = setOver(right.input, left);
      if (input === null) return null;
      const passed = outputColumns(left).map((column) => ({ column, expr: reference(column) }));
      return { ...right, input, items: [...passed, ...right.items] };
    }
    default:
      return null;
  }
}
