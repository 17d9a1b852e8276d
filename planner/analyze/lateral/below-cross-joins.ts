/**
 * Subqueries of WHERE that read one side of a cross product alone are joined, and decide, below it: as in PostgreSQL, a
 * condition is tested once for each row of the table it is about, and its subqueries' values are not repeated for every pair.
 *
 *   Filter  v > 1 (v of R)                     Join
 *   └─ Join lateral                            ├─ a
 *      ├─ Join a × b                    →      └─ Filter  v > 1
 *      └─ R(reads b)                              └─ Join lateral
 *                                                    ├─ b
 *                                                    └─ R(reads b)
 *
 * Not where a condition links the two: with a.k = b.k, fewer rows of b may be left to ask about.
 * Those of a select list stay: PostgreSQL computes them, and raises, for pairs only.
 */
import type { Filter, Join, Project, Rel } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { columnsIn, isVolatile } from '../../../algebra/transform.ts';
import { freeColumns } from '../free-columns.ts';
import { filtered } from '../pending-joins.ts';

/** Dependent joins of subqueries, and what is computed for them in between. */
type Step = Join | Project;

/** `filter` itself where there is no such thing. */
export function belowCrossJoins(filter: Filter): Rel {
  const steps: Step[] = [];
  let base = filter.input;
  for (; isStep(base); base = inputOf(base)) steps.push(base);
  if (!steps.some(({ kind }) => kind === 'join')) return filter;
  const conditions = base.kind === 'filter' ? base.conjuncts : [];
  const product = base.kind === 'filter' ? base.input : base;
  if (product.kind !== 'join' || product.type !== 'inner' || product.lateral === true || product.on.length > 0) return filter;
  if (conditions.some(isVolatile)) return filter;
  const [left, right] = [product.left, product.right].map((side) => new Set(outputColumns(side).map(({ id }) => id)));
  const onLeft = (ids: Iterable<ColumnId>): boolean => [...ids].some((id) => left!.has(id));
  const onRight = (ids: Iterable<ColumnId>): boolean => [...ids].some((id) => right!.has(id));
  const read = steps.flatMap(readBy);
  if (onLeft(read) === onRight(read)) return filter;
  const [isOwn, isOther] = onLeft(read) ? [onLeft, onRight] : [onRight, onLeft];
  if (conditions.some((expr) => isOwn(columnsIn(expr)) && isOther(columnsIn(expr)))) return filter;
  const others = conditions.filter((expr) => isOther(columnsIn(expr)));
  const own = conditions.filter((expr) => !others.includes(expr));
  const late = filter.conjuncts.filter((expr) => isVolatile(expr) || isOther(columnsIn(expr)));
  const decided = filter.conjuncts.filter((expr) => !late.includes(expr));
  const [ownSide, otherSide] = isOwn === onLeft ? [product.left, product.right] : [product.right, product.left];
  const dropped = new Set(outputColumns(otherSide).map(({ id }) => id));
  const joined = steps.reduceRight((input, step) => over(step, input, dropped), filtered(ownSide, own));
  const sides = [filtered(joined, decided), filtered(otherSide, others)] as const;
  const [newLeft, newRight] = isOwn === onLeft ? sides : sides.toReversed();
  return filtered({ ...product, left: newLeft!, right: newRight! }, late);
}

const isStep = (rel: Rel): rel is Step =>
  rel.kind === 'join'
    ? rel.lateral === true && rel.on.length === 0 && (rel.type === 'inner' || rel.type === 'left')
    : isMarking(rel);

/** All that comes in, and more. */
function isMarking(rel: Rel): rel is Project {
  if (rel.kind !== 'project') return false;
  const passed = new Set(rel.items.flatMap(({ column, expr }) => (isPassed(column.id, expr) ? [column.id] : [])));
  return outputColumns(rel.input).every(({ id }) => passed.has(id));
}

const isPassed = (id: ColumnId, expr: Scalar): boolean => expr.kind === 'column' && expr.column === id;

const inputOf = (step: Step): Rel => (step.kind === 'join' ? step.left : step.input);

const readBy = (step: Step): readonly ColumnId[] =>
  step.kind === 'join'
    ? [...freeColumns(step.right)]
    : step.items.flatMap(({ column, expr }) => (isPassed(column.id, expr) ? [] : [...columnsIn(expr)]));

const over = (step: Step, input: Rel, dropped: ReadonlySet<ColumnId>): Rel =>
  step.kind === 'join'
    ? { ...step, left: input }
    : { ...step, input, items: step.items.filter(({ column }) => !dropped.has(column.id)) };
