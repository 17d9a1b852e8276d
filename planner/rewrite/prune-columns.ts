/**
 * Rule prune-columns: what nobody above reads is not computed and not fetched.
 *
 *   Project a.x                           Project a.x
 *   └─ Scan a(x, y, z)            →       └─ Scan a(x)
 *
 * DISTINCT, INTERSECT, EXCEPT and UNION compare whole rows and so need every column; volatile expressions are kept, since
 * dropping one changes what the query does.
 */
import { unreachable } from '../../core/assert.ts';
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { aggregateScalars, columnsIn, isVolatile, relScalars, windowScalars } from '../../algebra/transform.ts';

type Needed = ReadonlySet<ColumnId>;

const plus = (needed: Needed, exprs: readonly Scalar[]): Set<ColumnId> => {
  const out = new Set(needed);
  for (const expr of exprs) columnsIn(expr, out);
  return out;
};
const all = (rel: Rel): Set<ColumnId> => new Set(outputColumns(rel).map((column) => column.id));

/** Keeps the identity of a node whose list lost nothing. */
const keep = <T>(items: readonly T[], test: (item: T) => boolean): readonly T[] =>
  items.every(test) ? items : items.filter(test);

function prune(rel: Rel, needed: Needed): Rel {
  const withInput = <R extends Rel & { readonly input: Rel }>(node: R, neededBelow: Needed): R => {
    const input = prune(node.input, neededBelow);
    return input === node.input ? node : { ...node, input };
  };
  switch (rel.kind) {
    case 'scan': {
      const columns = keep(rel.columns, (column) => needed.has(column.id));
      return columns === rel.columns ? rel : { ...rel, columns };
    }
    case 'values': {
      const used = rel.columns.map((column, i) => needed.has(column.id) || rel.rows.some((row) => isVolatile(row[i]!)));
      if (used.every(Boolean)) return rel;
      return {
        ...rel,
        columns: rel.columns.filter((_, i) => used[i]),
        rows: rel.rows.map((row) => row.filter((_, i) => used[i])),
      };
    }
    case 'ctescan':
    case 'input':
      return rel;
    case 'recursive': {
      // Its working table is read by position: all columns stay.
      const seed = prune(rel.seed, new Set(rel.seedColumns));
      const step = prune(rel.step, new Set(rel.stepColumns));
      return seed === rel.seed && step === rel.step ? rel : { ...rel, seed, step };
    }
    case 'window': {
      const functions = keep(rel.functions, (f) => needed.has(f.column.id) || windowScalars(f.call).some(isVolatile));
      if (functions.length === 0) return prune(rel.input, needed);
      const node = functions === rel.functions ? rel : { ...rel, functions };
      const below = plus(needed, relScalars(node));
      for (const column of rel.partition) below.add(column.id);
      for (const key of rel.order) below.add(key.column);
      return withInput(node, below);
    }
    case 'projectset':
      return withInput(rel, plus(needed, relScalars(rel)));
    case 'filter':
      return withInput(rel, plus(needed, rel.conjuncts));
    case 'project': {
      const items = keep(rel.items, (item) => needed.has(item.column.id) || isVolatile(item.expr));
      const node = items === rel.items ? rel : { ...rel, items };
      return withInput(
        node,
        plus(
          new Set(),
          items.map((item) => item.expr),
        ),
      );
    }
    case 'join': {
      const below = plus(needed, rel.on);
      const left = prune(rel.left, below);
      const right = prune(rel.right, below);
      return left === rel.left && right === rel.right ? rel : { ...rel, left, right };
    }
    case 'aggregate': {
      const aggregates = keep(rel.aggregates, (a) => needed.has(a.column.id) || aggregateScalars(a.call).some(isVolatile));
      const masks = rel.masks && keep(rel.masks, (mask) => needed.has(mask.column.id));
      const isSame = aggregates === rel.aggregates && masks === rel.masks;
      const node = isSame ? rel : { ...rel, aggregates, ...(masks ? { masks } : {}) };
      return withInput(
        node,
        plus(
          new Set(rel.groups.map((g) => g.id)),
          aggregates.flatMap((a) => aggregateScalars(a.call)),
        ),
      );
    }
    case 'sort':
      return withInput(rel, new Set([...needed, ...rel.keys.map((key) => key.column)]));
    case 'limit':
    case 'fence':
      return withInput(rel, needed);
    case 'distinct':
      return withInput(rel, all(rel.input));
    case 'setop': {
      const used =
        rel.op === 'union' && rel.all ? rel.columns.map((column) => needed.has(column.id)) : rel.columns.map(() => true);
      const pick = <T>(items: readonly T[]): readonly T[] =>
        keep(
          items.map((item, i) => ({ item, i })),
          ({ i }) => used[i]!,
        ).map(({ item }) => item);
      const leftColumns = pick(rel.leftColumns);
      const rightColumns = pick(rel.rightColumns);
      const left = prune(rel.left, new Set(leftColumns));
      const right = prune(rel.right, new Set(rightColumns));
      if (used.every(Boolean) && left === rel.left && right === rel.right) return rel;
      return { ...rel, left, right, leftColumns, rightColumns, columns: pick(rel.columns) };
    }
    case 'with': {
      const body = prune(rel.body, needed);
      const definitions = rel.definitions.map((d) => {
        const pruned = prune(d.rel, all(d.rel));
        return pruned === d.rel ? d : { ...d, rel: pruned };
      });
      return body === rel.body && definitions.every((d, i) => d === rel.definitions[i]) ? rel : { ...rel, definitions, body };
    }
    default:
      return unreachable(rel);
  }
}

export const pruneColumns = (rel: Rel): Rel => prune(rel, all(rel));
