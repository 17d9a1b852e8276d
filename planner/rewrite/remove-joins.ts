/**
 * Rule remove-joins: an outer join that adds no row and whose columns nobody reads is not made, as in PostgreSQL's planner.
 *
 *   Project a.x                           Project a.x
 *   └─ Join left a.k = b.key       →      └─ a
 *      ├─ a
 *      └─ b
 *
 * What PostgreSQL keeps must not raise either:
 *   SELECT a.x FROM a LEFT JOIN (SELECT key FROM b WHERE 1 / z > 0 OFFSET 0) b ON b.key = a.k
 * A row of `a` must have one partner at most: b's rows are told apart by columns that the join compares with a's.
 *   SELECT a.x FROM a LEFT JOIN b ON b.kind = a.kind          (a row comes out once for each b of its kind)
 * Runs when columns are pruned: a column that is named somewhere above is read.
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import {
  columnsIn,
  isVolatile,
  mapRelInputs,
  relInputs,
  relScalars,
  visitRel,
  volatileCallsOf,
} from '../../algebra/transform.ts';
import { mayRaise } from '../analyze/safe-functions.ts';
import { columnsNamed } from './check-rel.ts';
import { equatedWith, isUniqueOn } from './unique-rows.ts';

/** How often each column is asked for. */
type Reads = ReadonlyMap<ColumnId, number>;

export function removeJoins(rel: Rel): Rel {
  if (!hasOuterJoin(rel)) return rel;
  const reads = readsIn(rel, outputColumns(rel).map(({ id }) => id)); // prettier-ignore
  const next = remove(rel, reads);
  // Without it, another may stand bare.
  return next === rel ? rel : removeJoins(next);
}

function remove(rel: Rel, reads: Reads): Rel {
  if (rel.kind === 'join' && (rel.type === 'left' || rel.type === 'right')) {
    const kept = rel.type === 'left' ? rel.left : rel.right;
    if (isRemovable(rel, kept, kept === rel.left ? rel.right : rel.left, reads)) return remove(kept, reads);
  }
  return mapRelInputs(rel, (input) => remove(input, reads));
}

function isRemovable(join: Join, kept: Rel, other: Rel, reads: Reads): boolean {
  const own = readsIn(other, join.on.flatMap((conjunct) => [...columnsIn(conjunct)])); // prettier-ignore
  if (outputColumns(other).some(({ id }) => (reads.get(id) ?? 0) > (own.get(id) ?? 0))) return false;
  if (!isUniqueOn(other, equatedWith(join.on, kept, other))) return false;
  if (!isRemovedByPostgres(other) && mayRaise(other)) return false;
  return !join.on.some(isVolatile) && volatileCallsOf(other).length === 0;
}

/**
 * Whether PostgreSQL does without it as well, whatever it may raise: a single table, or a subquery whose rows an aggregation or
 * DISTINCT of its own tells apart.
 */
function isRemovedByPostgres(rel: Rel): boolean {
  switch (rel.kind) {
    case 'scan':
    case 'aggregate':
    case 'distinct':
      return true;
    case 'filter':
    case 'project':
      return isRemovedByPostgres(rel.input);
    case 'window':
    case 'sort':
    case 'limit':
      return tellsApart(rel.input);
    default:
      return false;
  }
}

/** Of what a subquery sorts, numbers or counts off. */
function tellsApart(rel: Rel): boolean {
  if (rel.kind === 'aggregate' || rel.kind === 'distinct') return true;
  return rel.kind !== 'scan' && rel.kind !== 'join' && relInputs(rel).some(tellsApart);
}

/** The reads within a tree and, from outside of it, of `others`. */
function readsIn(rel: Rel, others: readonly ColumnId[]): Reads {
  const reads = new Map<ColumnId, number>();
  const add = (ids: Iterable<ColumnId>): void => {
    for (const id of ids) reads.set(id, (reads.get(id) ?? 0) + 1);
  };
  const addExpression = (expr: Scalar): void => add(columnsIn(expr));
  add(others);
  visitRel(rel, (node) => {
    relScalars(node).forEach(addExpression);
    add(columnsNamed(node));
    // These read all that comes in, without a word.
    if (node.kind === 'distinct') add(idsOf(node.input));
    if (node.kind === 'with') for (const definition of node.definitions) add(idsOf(definition.rel));
  });
  return reads;
}

const idsOf = (rel: Rel): readonly ColumnId[] => outputColumns(rel).map(({ id }) => id);

const hasOuterJoin = (rel: Rel): boolean =>
  (rel.kind === 'join' && (rel.type === 'left' || rel.type === 'right')) || relInputs(rel).some(hasOuterJoin);
