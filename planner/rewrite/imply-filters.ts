/**
 * Rule imply-filters: each side of a join gets what an OR over both sides says about it alone, as in PostgreSQL's planner. The
 * OR stays: the new filters only keep rows from travelling that no arm could accept. The side that an outer join preserves gets
 * it from a filter above the join, the other one from its condition.
 *
 *   Join on (a.x = 1 AND b.y = 2)            Join on (the same)
 *        OR (a.x = 3 AND b.y = 4)        →   ├─ Filter a.x = 1 OR a.x = 3
 *   ├─ a                                     │  └─ a
 *   └─ b                                     └─ Filter b.y = 2 OR b.y = 4
 *                                               └─ b
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, LogicScalar, Scalar } from '../../algebra/scalar.ts';
import {
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  isVolatile,
  mapRelInputs,
  readsOnly,
  someScalar,
} from '../../algebra/transform.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';
import { directions } from './join-directions.ts';

export function implyFilters(rel: Rel): Rel {
  const below = mapRelInputs(rel, implyFilters);
  if (below.kind === 'filter' && below.input.kind === 'join') {
    const { keepsLeft, keepsRight } = directions(below.input);
    const input = narrowed(below.input, below.conjuncts, keepsLeft, keepsRight);
    return input === below.input ? below : { ...below, input };
  }
  if (below.kind !== 'join') return below;
  const { toLeft, toRight } = directions(below);
  return narrowed(below, below.on, toLeft, toRight);
}

function narrowed(join: Join, conjuncts: readonly Scalar[], toLeft: boolean, toRight: boolean): Join {
  const disjunctions = conjuncts.filter((conjunct): conjunct is LogicScalar => conjunct.kind === 'or');
  if (disjunctions.length === 0) return join;
  const left = toLeft ? withImplied(join.left, disjunctions) : join.left;
  const right = toRight ? withImplied(join.right, disjunctions) : join.right;
  return left === join.left && right === join.right ? join : { ...join, left, right };
}

function withImplied(side: Rel, disjunctions: readonly LogicScalar[]): Rel {
  const ids = new Set(outputColumns(side).map((column) => column.id));
  const conjuncts = disjunctions.map((disjunction) => impliedOn(ids, disjunction)).filter((implied) => implied !== undefined);
  return conjuncts.length === 0 ? side : { kind: 'filter', input: side, conjuncts };
}

/** What the disjunction asks of these columns; undefined where an arm asks nothing of them. */
export function impliedOn(ids: ReadonlySet<ColumnId>, disjunction: LogicScalar): Scalar | undefined {
  const args: Scalar[] = [];
  for (const arm of disjunction.args) {
    const parts = partsAbout(ids, arm);
    if (parts.length === 0) return undefined;
    args.push(conjunctionOf(parts));
  }
  return { ...disjunction, args };
}

/** What follows a part that is left out may have been spared by it: only what raises for no row. */
function partsAbout(ids: ReadonlySet<ColumnId>, arm: Scalar): readonly Scalar[] {
  let leftOut = false;
  return conjunctsOf(arm).filter((part) => {
    const isAbout = (!leftOut || cannotRaise(part)) && saysSomethingOf(ids, part);
    leftOut ||= !isAbout;
    return isAbout;
  });
}

const saysSomethingOf = (ids: ReadonlySet<ColumnId>, part: Scalar): boolean =>
  columnsIn(part).size > 0 && readsOnly(part, ids) && !isVolatile(part) && !someScalar(part, (node) => node.kind === 'subquery');
