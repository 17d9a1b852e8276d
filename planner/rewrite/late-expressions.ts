/**
 * Rule late-expressions: what the select list of a plain subquery computes, and may raise, is computed where it is read and for
 * the rows that are left there, as in PostgreSQL, which makes one query of both.
 *
 *   Join x.k = p.id                          Project 10 / s
 *   ├─ Project 10 / s, k            →        └─ Join k = p.id
 *   │  └─ x(s, k)                               ├─ x(s, k)
 *   └─ p                                        └─ p
 *
 * So above joins; and into what evaluates only a part of it, or not for each row:
 *   SELECT CASE WHEN s <> 0 THEN q END FROM (SELECT s, 10 / s AS q FROM x) t
 *   SELECT sum(q) FILTER (WHERE s <> 0) FROM (SELECT s, 10 / s AS q FROM x) t
 * Above a join that may put out NULL for the side only what is NULL then; what a join's condition reads stays. Subqueries that
 * group, sort, number or limit their rows compute their lists themselves, and so does WITH:
 *   SELECT CASE WHEN s <> 0 THEN q END FROM (SELECT s, 10 / s AS q FROM x OFFSET 0) t             (raises where s is 0)
 */
import { outputColumns, type Aggregate, type Join, type Project, type ProjectItem, type Rel, type RelColumn } from '../../algebra/rel.ts'; // prettier-ignore
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import {
  aggregateScalars,
  columnsIn,
  isVolatile,
  mapAggregateCall,
  mapRelInputs,
  scalarParts,
  someScalar,
  substituteColumns,
} from '../../algebra/transform.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';
import { isNullOn } from './null-rejection.ts';

export function lateExpressions(written: Rel): Rel {
  const rel = mapRelInputs(written, lateExpressions);
  switch (rel.kind) {
    case 'project':
      return intoProject(rel);
    case 'aggregate':
      return intoAggregate(rel);
    case 'join':
      return aboveJoin(rel);
    default:
      return rel;
  }
}

type Items = ReadonlyMap<ColumnId, ProjectItem>;

/** What may raise of the list of a subquery that PostgreSQL pulls up. */
function raisingItems(rel: Rel): readonly ProjectItem[] {
  if (rel.kind !== 'project' || !isPlain(rel.input)) return [];
  return rel.items.filter(({ expr }) => !cannotRaise(expr) && !isVolatile(expr) && !hasSubquery(expr));
}

const hasSubquery = (expr: Scalar): boolean => someScalar(expr, ({ kind }) => kind === 'subquery');

/** Tables, joined, filtered and computed with. */
function isPlain(rel: Rel): boolean {
  switch (rel.kind) {
    case 'scan':
    case 'values':
    case 'ctescan':
      return true;
    case 'filter':
    case 'project':
      return isPlain(rel.input);
    case 'join':
      return isPlain(rel.left) && isPlain(rel.right);
    default:
      return false;
  }
}

function intoProject(rel: Project): Project {
  const read = columnsOf(rel.items.flatMap(({ expr }) => conditional(expr)));
  const late = chosen(raisingItems(rel.input), ({ column }) => read.has(column.id));
  if (late.size === 0) return rel;
  const items = rel.items.map((item) => ({ ...item, expr: inTerms(item.expr, late) }));
  return { ...rel, items, input: without(rel.input as Project, late) };
}

function intoAggregate(rel: Aggregate): Aggregate {
  const groups = new Set(rel.groups.map(({ id }) => id));
  const partly = rel.aggregates.flatMap(({ call }) =>
    call.filter === null ? aggregateScalars(call).flatMap(conditional) : aggregateScalars(call),
  );
  const read = columnsOf(partly);
  const late = chosen(raisingItems(rel.input), ({ column }) => read.has(column.id) && !groups.has(column.id));
  if (late.size === 0) return rel;
  const aggregates = rel.aggregates.map((item) => ({
    ...item,
    call: mapAggregateCall(item.call, (expr) => inTerms(expr, late)),
  }));
  return { ...rel, aggregates, input: without(rel.input as Project, late) };
}

function aboveJoin(rel: Join): Rel {
  const onRead = columnsOf(rel.on);
  const lateOf = (side: Rel, isNullable: boolean): Items => {
    const below = new Set(side.kind === 'project' ? outputColumns(side.input).map(({ id }) => id) : []);
    return chosen(raisingItems(side), ({ column, expr }) => !onRead.has(column.id) && (!isNullable || isNullOn(expr, below)));
  };
  const isHalf = rel.type === 'semi' || rel.type === 'anti';
  const left = lateOf(rel.left, rel.type === 'right' || rel.type === 'full');
  const right = isHalf ? chosen([], () => false) : lateOf(rel.right, rel.type === 'left' || rel.type === 'full');
  const late: Items = new Map([...left, ...right]);
  if (late.size === 0) return rel;
  const input: Join = {
    ...rel,
    left: left.size === 0 ? rel.left : without(rel.left as Project, left),
    right: right.size === 0 ? rel.right : without(rel.right as Project, right),
  };
  const items = outputColumns(rel).map((column) => late.get(column.id) ?? { column, expr: reference(column) });
  return { kind: 'project', input, items };
}

const chosen = (items: readonly ProjectItem[], test: (item: ProjectItem) => boolean): Items =>
  new Map(items.filter(test).map((item) => [item.column.id, item]));

const reference = ({ id, type }: RelColumn): Scalar => ({ kind: 'column', column: id, type });

const inTerms = (expr: Scalar, late: Items): Scalar =>
  substituteColumns(expr, new Map([...late].map(([id, item]) => [id, item.expr])));

/** The projection with what these read in their place. */
function without(project: Project, late: Items): Project {
  const kept = project.items.filter(({ column }) => !late.has(column.id));
  const read = columnsOf([...late.values()].map(({ expr }) => expr));
  for (const { column } of kept) read.delete(column.id);
  const passed = outputColumns(project.input).filter(({ id }) => read.has(id));
  return { ...project, items: [...kept, ...passed.map((column) => ({ column, expr: reference(column) }))] };
}

function columnsOf(exprs: readonly Scalar[]): Set<ColumnId> {
  const ids = new Set<ColumnId>();
  for (const expr of exprs) columnsIn(expr, ids);
  return ids;
}

/** The parts of an expression that are not evaluated for every row. */
function conditional(expr: Scalar): readonly Scalar[] {
  const { kind } = expr;
  if (kind === 'case' || kind === 'coalesce' || kind === 'and' || kind === 'or') return [expr];
  return scalarParts(expr).flatMap(conditional);
}
