/**
 * LIMIT and OFFSET of a dependent join's right side that are not known before execution. PostgreSQL computes them for each outer
 * row before it asks for a row, and raises for negative ones even if there is none. So they become columns of the outer rows:
 *
 *   Join lateral                              Join lateral
 *   ├─ L(a)                                   ├─ Project L, rows_skipped(n) as s, rows_until(m, n) as u
 *   └─ … Limit m, Offset n              →     └─ … Limit u, Offset s
 *
 * Invariant: what PostgreSQL takes for no LIMIT or OFFSET (NULL) is a number as well, and `u` counts the skipped rows.
 */
import type { Join, Limit, Rel, RelColumn } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { CallScalar, ColumnId, FunctionRef, Scalar } from '../../../algebra/scalar.ts';
import { mapRelInputs } from '../../../algebra/transform.ts';
import { sqlType } from '../../../core/sql-type.ts';
import type { Analysis } from '../analysis.ts';
import { freeColumns } from '../free-columns.ts';
import { hasConstantBounds } from '../row-limits.ts';
import { reference } from './bindings.ts';
import { ROWS_SKIPPED, ROWS_UNTIL } from './gateway-functions.ts';

const INT8 = sqlType('int8');
const NULL_COUNT: Scalar = { kind: 'const', value: null, type: INT8 };

const counted = (fn: FunctionRef, args: readonly Scalar[]): CallScalar => ({
  kind: 'call',
  fn,
  args,
  type: INT8,
  inputCollation: 'none',
  form: 'function',
});

/** `join` with such bounds computed on its left. `unnested`: frees them of dependent joins. */
export function boundsOnLeft(analysis: Analysis, join: Join, unnested: (expr: Scalar) => Scalar): Join {
  const leftColumns = outputColumns(join.left);
  const outer = new Set(leftColumns.map(({ id }) => id));
  const bounds: { readonly column: RelColumn; readonly expr: Scalar }[] = [];
  const bound = (name: string, expr: CallScalar): Scalar => {
    const column = analysis.column(name, INT8);
    bounds.push({ column, expr: unnested(join.onlyWhere === undefined ? expr : whereWanted(join.onlyWhere, expr)) });
    return reference(column);
  };
  const right = withBounds(join.right, outer, ({ limit, offset, ...rest }) => ({
    ...rest,
    limit: limit && bound('limit', counted(ROWS_UNTIL, [limit, offset ?? NULL_COUNT])),
    offset: offset && bound('offset', counted(ROWS_SKIPPED, [offset])),
  }));
  if (bounds.length === 0) return join;
  const passed = leftColumns.map((column) => ({ column, expr: reference(column) }));
  return { ...join, left: { kind: 'project', input: join.left, items: [...passed, ...bounds] }, right };
}

function whereWanted(wanted: ColumnId, then: Scalar): Scalar {
  const when: Scalar = { kind: 'column', column: wanted, type: sqlType('bool') };
  return { kind: 'case', branches: [{ when, then }], otherwise: NULL_COUNT, type: INT8 };
}

/** Each such Limit that is computed for every row of `outer`: not what a dependent join below has for rows of its own. */
function withBounds(rel: Rel, outer: ReadonlySet<ColumnId>, change: (limit: Limit) => Limit): Rel {
  if (![...freeColumns(rel)].some((column) => outer.has(column))) return rel;
  const mapped = mapRelInputs(rel, (input) =>
    rel.kind === 'join' && isDependent(rel) && input === rel.right ? input : withBounds(input, outer, change),
  );
  return mapped.kind === 'limit' && !hasConstantBounds(mapped) ? change(mapped) : mapped;
}

/** Whether the right side is computed for rows of the left one; with a condition, also if it reads a query further out alone. */
export function isDependent(join: Join): boolean {
  if (join.lateral !== true) return false;
  const onLeft = new Set(outputColumns(join.left).map(({ id }) => id));
  return join.onlyWhere !== undefined || [...freeColumns(join.right)].some((column) => onLeft.has(column));
}
