/** Small questions the writer asks about expressions and names. */
import { statementTooComplex } from '../../core/sql-error.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';

/** `outer = inner`, the inner side over a subquery's columns alone and the other over none of them. */
export interface Sides {
  readonly outer: Scalar;
  readonly inner: Scalar;
}

export function inSides(expr: Scalar, innerColumns: ReadonlySet<ColumnId>): Sides | null {
  if (expr.kind !== 'call' || expr.operator?.name !== '=' || expr.operator.schema !== 'pg_catalog' || expr.args.length !== 2)
    return null;
  const [left, right] = [expr.args[0]!, expr.args[1]!];
  const side = (part: Scalar): 'inner' | 'outer' | 'both' => {
    const columns = [...columnsIn(part)];
    if (columns.length > 0 && columns.every((column) => innerColumns.has(column))) return 'inner';
    return columns.some((column) => innerColumns.has(column)) ? 'both' : 'outer';
  };
  if (side(left) === 'outer' && side(right) === 'inner') return { outer: left, inner: right };
  if (side(left) === 'inner' && side(right) === 'outer') return { outer: right, inner: left };
  return null;
}

export const isColumn = (expr: Scalar, id: ColumnId): boolean => expr.kind === 'column' && expr.column === id;

export const isNullConstant = (expr: Scalar | null): boolean => expr?.kind === 'const' && expr.value === null;

/** PostgreSQL cuts identifiers at this many bytes. */
const IDENTIFIER_BYTES_MAX = 63;

/** One name per column, the column's own where it can stand: `id`, `c2`, … */
export function uniqueNames(wanted: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const names: string[] = [];
  for (const [i, name] of wanted.entries()) {
    const usable = name !== '' && name !== '?column?' && Buffer.byteLength(name) <= IDENTIFIER_BYTES_MAX;
    let unique = usable ? name : `c${i + 1}`;
    for (let n = i + 1; taken.has(unique.toLowerCase()); n += wanted.length) unique = `c${n}`;
    taken.add(unique.toLowerCase());
    names.push(unique);
  }
  return names;
}

/** Nesting that exhausts the stack is the user's statement being too complex, not a failure of ours. */
export function withinStack<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof Error && error.name === 'RangeError' && error.message.includes('call stack'))
      throw statementTooComplex();
    throw error;
  }
}
