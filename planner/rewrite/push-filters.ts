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
 * - a window, but for conjuncts on partition columns alone, which keep or drop whole partitions:
 *   SELECT … FROM (SELECT x, rank() OVER (PARTITION BY k ORDER BY x) …) t WHERE x > 5
 * - EXCEPT:  rows equal under `=` may print differently (1.0, 1.00), so the filter must see the survivors
 * - a fence, unless every function in the conjunct is leakproof
 * - volatile conjuncts stay where they were written: moving one changes how often it runs.
 */
import { outputColumns, type Join, type Rel, type RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { conjunctsOf, isVolatile, mapRelInputs, readsOnly, someScalar, substituteColumns } from '../../algebra/transform.ts';
import { unreachable } from '../../core/assert.ts';

const idSet = (rel: Rel): Set<ColumnId> => new Set(outputColumns(rel).map((column) => column.id));

const withFilter = (input: Rel, conjuncts: readonly Scalar[]): Rel =>
  conjuncts.length === 0 ? input : { kind: 'filter', input, conjuncts };

/** The node over a changed input; itself when nothing changed. */
const withInput = <R extends Rel & { readonly input: Rel }>(rel: R, input: Rel): R =>
  input === rel.input ? rel : { ...rel, input };
const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean => a.length === b.length && a.every((item, i) => item === b[i]);
const withSides = (join: Join, left: Rel, right: Rel, on: readonly Scalar[]): Join =>
  left === join.left && right === join.right && sameItems(on, join.on) ? join : { ...join, left, right, on };

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
      case 'row':
      case 'field':
      case 'subscript':
      case 'native':
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

/** What is left of a condition when some of its conjuncts moved, in the order in which it was written. */
const staying = (on: readonly Scalar[], moved: readonly Scalar[]): readonly Scalar[] => on.filter((c) => !moved.includes(c));

function pushIntoJoin(join: Join, incoming: readonly Scalar[]): Rel {
  const above = splitBySide(incoming, join);
  const on = splitBySide(join.on, join);
  switch (join.type) {
    case 'inner': {
      const movable = above.rest.filter(isMovable);
      const fixed = above.rest.filter((conjunct) => !isMovable(conjunct));
      const left = push(join.left, [...on.left, ...above.left]);
      const right = push(join.right, [...on.right, ...above.right]);
      return withFilter(withSides(join, left, right, [...on.rest, ...movable]), fixed);
    }
    case 'left':
      return withFilter(withSides(join, push(join.left, above.left), push(join.right, on.right), staying(join.on, on.right)), [
        ...above.right,
        ...above.rest,
      ]);
    case 'right':
      return withFilter(withSides(join, push(join.left, on.left), push(join.right, above.right), staying(join.on, on.left)), [
        ...above.left,
        ...above.rest,
      ]);
    case 'full':
      return withFilter(withSides(join, push(join.left, []), push(join.right, []), join.on), incoming);
    case 'semi':
      return withFilter(
        withSides(join, push(join.left, [...on.left, ...above.left]), push(join.right, on.right), on.rest),
        above.rest,
      );
    case 'anti': {
      // NOT IN needs every comparison as written; NOT EXISTS may thin out its right side.
      const right = join.nullAware ? [] : on.right;
      const kept = join.nullAware ? join.on : staying(join.on, on.right);
      return withFilter(withSides(join, push(join.left, above.left), push(join.right, right), kept), above.rest);
    }
    default:
      return unreachable(join.type);
  }
}

/** Conjuncts on keys alone are true of a whole group or partition or of none of it. */
function splitByKeys(
  conjuncts: readonly Scalar[],
  keys: readonly RelColumn[],
): { readonly onKeys: readonly Scalar[]; readonly others: readonly Scalar[] } {
  const ids = new Set(keys.map((key) => key.id));
  const isOnKeys = (conjunct: Scalar): boolean =>
    isMovable(conjunct) && someScalar(conjunct, (node) => node.kind === 'column') && readsOnly(conjunct, ids);
  return { onKeys: conjuncts.filter(isOnKeys), others: conjuncts.filter((conjunct) => !isOnKeys(conjunct)) };
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
    case 'filter': {
      const pushed = push(rel.input, [...rel.conjuncts.flatMap(conjunctsOf), ...conjuncts]);
      const isUnchanged = pushed.kind === 'filter' && pushed.input === rel.input && sameItems(pushed.conjuncts, rel.conjuncts);
      return isUnchanged ? rel : pushed;
    }
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
      return withFilter(withInput(rel, push(rel.input, below)), above);
    }
    case 'join':
      return withFilter(pushIntoJoin(rel, movable), fixed);
    case 'aggregate': {
      const { onKeys, others } = splitByKeys(conjuncts, rel.sets ? [] : rel.groups);
      return withFilter(withInput(rel, push(rel.input, onKeys)), others);
    }
    case 'window': {
      const { onKeys, others } = splitByKeys(conjuncts, rel.partition);
      return withFilter(withInput(rel, push(rel.input, onKeys)), others);
    }
    case 'projectset': {
      // What a set function would raise for a row is raised only if the row is wanted.
      const { onKeys, others } = splitByKeys(conjuncts, outputColumns(rel.input));
      return withFilter(withInput(rel, push(rel.input, onKeys)), others);
    }
    case 'sort':
    case 'distinct':
      return withFilter(withInput(rel, push(rel.input, movable)), fixed);
    case 'setop': {
      if (rel.op === 'except') return stop();
      const side = (ids: readonly ColumnId[], input: Rel): readonly Scalar[] => {
        const columns = new Map(outputColumns(input).map((column) => [column.id, column]));
        const replacement = new Map<ColumnId, Scalar>(
          rel.columns.map((column, i) => [column.id, { kind: 'column', column: ids[i]!, type: columns.get(ids[i]!)!.type }]),
        );
        return movable.map((conjunct) => substituteColumns(conjunct, replacement));
      };
      const left = push(rel.left, side(rel.leftColumns, rel.left));
      const right = push(rel.right, side(rel.rightColumns, rel.right));
      return withFilter(left === rel.left && right === rel.right ? rel : { ...rel, left, right }, fixed);
    }
    case 'fence': {
      const enters = (conjunct: Scalar): boolean => isMovable(conjunct) && (rel.admitsFilters === true || isLeakproof(conjunct));
      return withFilter(
        withInput(rel, push(rel.input, conjuncts.filter(enters))),
        conjuncts.filter((conjunct) => !enters(conjunct)),
      );
    }
    case 'with': {
      const definitions = rel.definitions.map((d) => {
        const pushed = push(d.rel, []);
        return pushed === d.rel ? d : { ...d, rel: pushed };
      });
      const body = push(rel.body, conjuncts);
      return body === rel.body && sameItems(definitions, rel.definitions) ? rel : { ...rel, definitions, body };
    }
    case 'limit':
    case 'scan':
    case 'values':
    case 'ctescan':
    case 'recursive':
    case 'input':
      return stop();
    default:
      return unreachable(rel);
  }
}

export const pushFilters = (rel: Rel): Rel => push(rel, []);
