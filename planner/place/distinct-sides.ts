/**
 * Rule distinct-sides: where only the presence of rows counts, a source sends each of them once.
 *
 *   Join semi a.k = b.k                   Join semi a.k = b.k
 *   ├─ shop a                     →       ├─ shop a
 *   └─ lake b                             └─ Distinct b.k      ← lake
 *
 * The right side of semi and anti joins, without the columns that no condition reads, and both sides of INTERSECT and EXCEPT.
 * Not of INTERSECT ALL and EXCEPT ALL, which count. Conditions see one of several equal values, so these must be identical:
 * … WHERE EXISTS (SELECT … WHERE b.x::text = a.y), with b.x = 1.0 and 1.00
 */
import { outputColumns, type Join, type Rel, type RelColumn, type SetOperation } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { columnsIn, isVolatile, sitesOf } from '../../algebra/transform.ts';
import { columnRef } from './builtin-calls.ts';
import { hasIdenticalValues } from '../../core/identical-values.ts';

/** Whether fewer of a source's rows are worth it. */
type MayPay = (input: Rel, distinct: Rel) => boolean;

/** Of a block of joins: every semi and anti join in it. Undefined: none of them is worth it. */
export function distinctRightSides(rel: Join, mayPay: MayPay): Join | undefined {
  const changed = withDistinct(rel, mayPay);
  return changed === rel ? undefined : (changed as Join);
}

function withDistinct(rel: Rel, mayPay: MayPay): Rel {
  if (rel.kind !== 'join') return rel;
  const left = withDistinct(rel.left, mayPay);
  const isPresence = rel.type === 'semi' || rel.type === 'anti';
  const right = isPresence ? (distinctRight(rel, mayPay) ?? rel.right) : withDistinct(rel.right, mayPay);
  return left === rel.left && right === rel.right ? rel : { ...rel, left, right };
}

function distinctRight({ right, on }: Join, mayPay: MayPay): Rel | undefined {
  if (right.kind === 'distinct' || sitesOf(right).size !== 1 || on.some(isVolatile)) return undefined;
  const read = new Set<ColumnId>();
  for (const expr of on) columnsIn(expr, read);
  const columns = outputColumns(right).filter(({ id }) => read.has(id));
  if (columns.length === 0 || !columns.every(({ type }) => hasIdenticalValues(type))) return undefined;
  return distinctOf(right, columns, mayPay);
}

function distinctOf(rel: Rel, columns: readonly RelColumn[], mayPay: MayPay): Rel | undefined {
  const isAll = outputColumns(rel).length === columns.length;
  const items = columns.map((column) => ({ column, expr: columnRef(column) }));
  const distinct: Rel = { kind: 'distinct', input: isAll ? rel : { kind: 'project', input: rel, items } };
  return mayPay(rel, distinct) ? distinct : undefined;
}

/** Of INTERSECT and EXCEPT. */
export function distinctOperands(rel: SetOperation, mayPay: MayPay): SetOperation | undefined {
  if (rel.all || rel.op === 'union') return undefined;
  const side = (input: Rel, ids: readonly ColumnId[]): Rel => {
    if (input.kind === 'distinct' || sitesOf(input).size !== 1) return input;
    const columns = outputColumns(input).filter(({ id }) => ids.includes(id));
    return columns.length === 0 ? input : (distinctOf(input, columns, mayPay) ?? input);
  };
  const [left, right] = [side(rel.left, rel.leftColumns), side(rel.right, rel.rightColumns)];
  return left === rel.left && right === rel.right ? undefined : { ...rel, left, right };
}
