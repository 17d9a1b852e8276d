/**
 * Rule empty-relations: what cannot have a row is not asked for. A filter that nothing passes leaves no relation, and joins
 * and set operations with it go away as far as they follow; conditions over constants that hold are dropped.
 *
 *   Filter source = 'lake'                        Project …
 *   └─ Union all                           →      └─ Scan lake.orders
 *      ├─ Project 'shop' AS source … Scan shop.orders
 *      └─ Project 'lake' AS source … Scan lake.orders
 *
 * No error is lost: a constant that raises does so whatever else holds (raise-constants.ts), so what holds one stays; and
 * what PostgreSQL finds out row by row (x > 5 AND x < 3) goes only where nothing can raise at all:
 *   SELECT … WHERE 10 / y > 1 AND x > 5 AND x < 3             (raises where y is 0)
 */
import { outputColumns, type Filter, type Join, type ProjectItem, type Rel, type RelColumn, type SetOperation } from '../../algebra/rel.ts'; // prettier-ignore
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { mapRelInputs, relInputs, relScalars, someScalar, volatileCallsOf } from '../../algebra/transform.ts';
import { isFoldable } from '../analyze/constant-folding.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';
import { contradict, decided } from './column-bounds.ts';
import { isNeverNull } from './never-null.ts';

export const emptyRelations = (rel: Rel): Rel => (volatileCallsOf(rel).length > 0 ? rel : emptied(rel));

const isEmpty = (rel: Rel): boolean => rel.kind === 'values' && rel.rows.length === 0;
const nothing = (rel: Rel): Rel => ({ kind: 'values', columns: outputColumns(rel), rows: [] });

const scalarsOf = (rel: Rel): readonly Scalar[] => [...relScalars(rel), ...relInputs(rel).flatMap(scalarsOf)];

/** Nothing in it is computed, and could raise, before there is a row. */
const isQuiet = (rel: Rel): boolean =>
  !scalarsOf(rel).some((expr) => someScalar(expr, (node) => node.kind === 'subquery' || isFoldable(node)));
/** Nothing in it raises, whatever the rows. */
const neverRaises = (rel: Rel): boolean => isQuiet(rel) && isPlain(rel) && scalarsOf(rel).every(cannotRaise);
const isPlain = (rel: Rel): boolean =>
  (rel.kind === 'scan' || rel.kind === 'filter' || rel.kind === 'project' || rel.kind === 'join') &&
  relInputs(rel).every(isPlain);

function emptied(written: Rel): Rel {
  const rel = mapRelInputs(written, emptied);
  switch (rel.kind) {
    case 'filter':
      return ofFilter(rel);
    case 'join':
      return ofJoin(rel);
    case 'setop':
      return ofSetOperation(rel);
    case 'project':
    case 'sort':
    case 'distinct':
    case 'window':
      return isEmpty(rel.input) && isQuiet(rel) ? nothing(rel) : rel;
    case 'aggregate':
      return isEmpty(rel.input) && rel.groups.length > 0 && !rel.sets && isQuiet(rel) ? nothing(rel) : rel;
    default:
      return rel;
  }
}

/** Whether a condition holds for every row or for none. */
const decision = (conjunct: Scalar): boolean | undefined =>
  conjunct.kind === 'const' ? conjunct.value === true : decided(conjunct);

function ofFilter(rel: Filter): Rel {
  const decisions = rel.conjuncts.map(decision);
  const undecided = rel.conjuncts.filter((_, i) => decisions[i] === undefined);
  if (decisions.includes(false) || isEmpty(rel.input)) return isQuiet({ ...rel, conjuncts: undecided }) ? nothing(rel) : rel;
  const isContradiction = contradict(rel.conjuncts, (column) => isNeverNull(rel.input, column));
  if (isContradiction && neverRaises(rel)) return nothing(rel);
  if (!decisions.includes(true)) return rel;
  return undecided.length === 0 ? rel.input : { ...rel, conjuncts: undecided };
}

function ofJoin(rel: Join): Rel {
  const [noLeft, noRight] = [isEmpty(rel.left), isEmpty(rel.right)];
  const noPair = noLeft || noRight || (rel.nullAware !== true && rel.on.some((conjunct) => decision(conjunct) === false));
  if (!noPair || !isQuiet({ ...rel, on: rel.on.filter((conjunct) => decision(conjunct) === undefined) })) return rel;
  switch (rel.type) {
    case 'inner':
    case 'semi':
      return nothing(rel);
    case 'anti':
      return noLeft ? nothing(rel) : rel.left;
    case 'left':
      return noLeft ? nothing(rel) : withNulls(rel, rel.left);
    case 'right':
      return noRight ? nothing(rel) : withNulls(rel, rel.right);
    case 'full':
      if (noLeft && noRight) return nothing(rel);
      return noLeft ? withNulls(rel, rel.right) : noRight ? withNulls(rel, rel.left) : rel;
  }
}

/** The rows of one side, none of which has a partner. */
function withNulls(join: Join, kept: Rel): Rel {
  const own = new Set(outputColumns(kept).map(({ id }) => id));
  const items = outputColumns(join).map((column): ProjectItem => ({
    column,
    expr: own.has(column.id) ? referenceTo(column) : { kind: 'const', value: null, type: column.type },
  }));
  return { kind: 'project', input: kept, items };
}

const referenceTo = ({ id, type }: RelColumn): Scalar => ({ kind: 'column', column: id, type });

function ofSetOperation(rel: SetOperation): Rel {
  const [noLeft, noRight] = [isEmpty(rel.left), isEmpty(rel.right)];
  if ((!noLeft && !noRight) || !isQuiet(rel)) return rel;
  if (noLeft && (noRight || rel.op !== 'union')) return nothing(rel);
  if (noRight && rel.op === 'intersect') return nothing(rel);
  const kept = noLeft ? only(rel, rel.right, rel.rightColumns) : only(rel, rel.left, rel.leftColumns);
  return rel.all ? kept : { kind: 'distinct', input: kept };
}

function only(rel: SetOperation, side: Rel, ids: readonly ColumnId[]): Rel {
  const columns = new Map(outputColumns(side).map((column) => [column.id, column]));
  const items = rel.columns.map((column, i): ProjectItem => ({ column, expr: referenceTo(columns.get(ids[i]!)!) }));
  return { kind: 'project', input: side, items };
}
