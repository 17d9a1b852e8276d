/**
 * Rule push-filters: every conjunct goes as far down as its columns reach.
 *
 *   Filter a.x > 1 AND a.k = b.k            Join inner a.k = b.k
 *   └─ Join inner                     →     ├─ Filter a.x > 1
 *      ├─ a                                 │  └─ a
 *      └─ b                                 └─ b
 *
 * Where it stops, and the query that would come out wrong otherwise:
 * - the null-supplying side of an outer join:  SELECT … FROM a LEFT JOIN b ON … WHERE b.y IS NULL
 * - LIMIT:  SELECT * FROM (SELECT * FROM a ORDER BY x LIMIT 10) t WHERE x > 5
 * - an aggregate, but for conjuncts on group columns alone:  … HAVING sum(x) > 1, and with no groups at all
 * - EXCEPT:  rows equal under `=` may print differently (1.0, 1.00), so the filter must see the survivors
 * - a fence, unless every function in the conjunct is leakproof
 * - volatile conjuncts stay where they were written: moving one changes how often it runs.
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { conjunctsOf, isVolatile, mapRelInputs, readsOnly, someScalar, substituteColumns } from '../../algebra/transform.ts';
import { unreachable } from '../../core/assert.ts';

const idSet = (rel: Rel): Set<ColumnId> => new Set(outputColumns(rel).map((column) => column.id));

const withFilter = (input: Rel, conjuncts: readonly Scalar[]): Rel =>
  conjuncts.length === 0 ? input : { kind: 'filter', input, conjuncts };

const isMovable = (conjunct: Scalar): boolean => !isVolatile(conjunct);

/** Functions behind an expression that could reveal their arguments (through an error or a notice). */
export const isLeakproof = (expr: Scalar): boolean =>
  !someScalar(expr, (node) => {
    switch (node.kind) {
      case 'call':
        return !node.fn.leakproof;
      case 'distinct':
      case 'nullif':
        return !node.equality.leakproof;
      case 'arraycompare':
        return !node.fn.leakproof;
      case 'cast':
        return node.how !== 'relabel';
      case 'greatest':
      case 'least':
      case 'subquery':
        return true;
      default:
        return false;
    }
  });

interface Split {
  readonly left: Scalar[];
  readonly right: Scalar[];
  readonly rest: Scalar[];
}

/** A conjunct without columns belongs to neither side: it must not run when the join has no rows. */
function splitBySide(conjuncts: readonly Scalar[], join: Join): Split {
  const leftIds = idSet(join.left);
  const rightIds = idSet(join.right);
  const split: Split = { left: [], right: [], rest: [] };
  for (const conjunct of conjuncts) {
    const readsColumns = someScalar(conjunct, (node) => node.kind === 'column');
    if (!readsColumns || !isMovable(conjunct)) split.rest.push(conjunct);
    else if (readsOnly(conjunct, leftIds)) split.left.push(conjunct);
    else if (readsOnly(conjunct, rightIds)) split.right.push(conjunct);
    else split.rest.push(conjunct);
  }
  return split;
}

function pushIntoJoin(join: Join, incoming: readonly Scalar[]): Rel {
  const above = splitBySide(incoming, join);
  const on = splitBySide(join.on, join);
  switch (join.type) {
    case 'inner': {
      const movable = above.rest.filter(isMovable);
      const fixed = above.rest.filter((conjunct) => !isMovable(conjunct));
      const joined: Join = {
        ...join,
        left: push(join.left, [...on.left, ...above.left]),
        right: push(join.right, [...on.right, ...above.right]),
        on: [...on.rest, ...movable],
      };
      return withFilter(joined, fixed);
    }
    case 'left':
      return withFilter(
        { ...join, left: push(join.left, above.left), right: push(join.right, on.right), on: [...on.left, ...on.rest] },
        [...above.right, ...above.rest],
      );
    case 'right':
      return withFilter(
        { ...join, left: push(join.left, on.left), right: push(join.right, above.right), on: [...on.right, ...on.rest] },
        [...above.left, ...above.rest],
      );
    case 'full':
      return withFilter({ ...join, left: push(join.left, []), right: push(join.right, []) }, incoming);
    case 'semi':
      return withFilter(
        {
          ...join,
          left: push(join.left, [...on.left, ...above.left]),
          right: push(join.right, on.right),
          on: on.rest,
        },
        above.rest,
      );
    case 'anti': {
      // NOT IN needs every comparison as written; NOT EXISTS may thin out its right side.
      const right = join.nullAware ? [] : on.right;
      const kept = join.nullAware ? join.on : [...on.left, ...on.rest];
      return withFilter({ ...join, left: push(join.left, above.left), right: push(join.right, right), on: kept }, above.rest);
    }
    default:
      return unreachable(join.type);
  }
}

function push(rel: Rel, conjuncts: readonly Scalar[]): Rel {
  const movable = conjuncts.filter(isMovable);
  const fixed = conjuncts.filter((conjunct) => !isMovable(conjunct));
  const stop = (): Rel =>
    withFilter(
      mapRelInputs(rel, (input) => push(input, [])),
      conjuncts,
    );
  switch (rel.kind) {
    case 'filter':
      return push(rel.input, [...rel.conjuncts.flatMap(conjunctsOf), ...conjuncts]);
    case 'project': {
      const definitions = new Map(rel.items.map((item) => [item.column.id, item.expr]));
      const passes = (conjunct: Scalar): boolean =>
        !someScalar(conjunct, (node) => {
          if (node.kind !== 'column') return false;
          const definition = definitions.get(node.column);
          return definition === undefined || isVolatile(definition) || someScalar(definition, (n) => n.kind === 'subquery');
        });
      const below = movable.filter(passes).map((conjunct) => substituteColumns(conjunct, definitions));
      const above = conjuncts.filter((conjunct) => !isMovable(conjunct) || !passes(conjunct));
      return withFilter({ ...rel, input: push(rel.input, below) }, above);
    }
    case 'join':
      return withFilter(pushIntoJoin(rel, movable), fixed);
    case 'aggregate': {
      const groups = new Set(rel.groups.map((group) => group.id));
      const onGroups = (conjunct: Scalar): boolean =>
        isMovable(conjunct) && groups.size > 0 && someScalar(conjunct, (n) => n.kind === 'column') && readsOnly(conjunct, groups);
      return withFilter(
        { ...rel, input: push(rel.input, conjuncts.filter(onGroups)) },
        conjuncts.filter((conjunct) => !onGroups(conjunct)),
      );
    }
    case 'sort':
    case 'distinct':
      return withFilter({ ...rel, input: push(rel.input, movable) }, fixed);
    case 'setop': {
      if (rel.op === 'except') return stop();
      const side = (ids: readonly ColumnId[], input: Rel): readonly Scalar[] => {
        const columns = new Map(outputColumns(input).map((column) => [column.id, column]));
        const replacement = new Map<ColumnId, Scalar>(
          rel.columns.map((column, i) => [column.id, { kind: 'column', column: ids[i]!, type: columns.get(ids[i]!)!.type }]),
        );
        return movable.map((conjunct) => substituteColumns(conjunct, replacement));
      };
      return withFilter(
        {
          ...rel,
          left: push(rel.left, side(rel.leftColumns, rel.left)),
          right: push(rel.right, side(rel.rightColumns, rel.right)),
        },
        fixed,
      );
    }
    case 'fence': {
      const safe = movable.filter(isLeakproof);
      return withFilter(
        { ...rel, input: push(rel.input, safe) },
        conjuncts.filter((conjunct) => !isMovable(conjunct) || !isLeakproof(conjunct)),
      );
    }
    case 'with':
      return {
        ...rel,
        definitions: rel.definitions.map((d) => ({ ...d, rel: push(d.rel, []) })),
        body: push(rel.body, conjuncts),
      };
    case 'limit':
    case 'scan':
    case 'values':
    case 'ctescan':
      return stop();
    default:
      return unreachable(rel);
  }
}

export const pushFilters = (rel: Rel): Rel => push(rel, []);
