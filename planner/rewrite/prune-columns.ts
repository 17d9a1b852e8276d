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
import { outputColumns, type ProjectItem, type Rel, type RelColumn, type With } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import {
  aggregateScalars,
  columnsIn,
  isVolatile,
  mapRelInputs,
  relInputs,
  relScalars,
  someScalar,
  windowScalars,
} from '../../algebra/transform.ts';

type Needed = ReadonlySet<ColumnId>;
/** By definition of an enclosing WITH: the positions of the columns that are read. */
type CteReads = ReadonlyMap<number, Set<number>>;
type WithDefinition = With['definitions'][number];

const plus = (needed: Needed, exprs: readonly Scalar[]): Set<ColumnId> => {
  const out = new Set(needed);
  for (const expr of exprs) columnsIn(expr, out);
  return out;
};
const all = (rel: Rel): Set<ColumnId> => new Set(outputColumns(rel).map((column) => column.id));

/** Keeps the identity of a node whose list lost nothing. */
const keep = <T>(items: readonly T[], test: (item: T) => boolean): readonly T[] =>
  items.every(test) ? items : items.filter(test);

function prune(rel: Rel, needed: Needed, reads: CteReads): Rel {
  const withInput = <R extends Rel & { readonly input: Rel }>(node: R, neededBelow: Needed): R => {
    const input = prune(node.input, neededBelow, reads);
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
    case 'ctescan': {
      const positions = reads.get(rel.cte);
      rel.columns.forEach((column, i) => needed.has(column.id) && positions?.add(i));
      return rel;
    }
    case 'input':
      return rel;
    case 'recursive': {
      // Its working table is read by position: all columns stay.
      const seed = prune(rel.seed, new Set(rel.seedColumns), reads);
      const step = prune(rel.step, new Set(rel.stepColumns), reads);
      return seed === rel.seed && step === rel.step ? rel : { ...rel, seed, step };
    }
    case 'window': {
      const functions = keep(rel.functions, (f) => needed.has(f.column.id) || windowScalars(f.call).some(isVolatile));
      if (functions.length === 0) return prune(rel.input, needed, reads);
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
      const left = prune(rel.left, below, reads);
      const right = prune(rel.right, below, reads);
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
      const left = prune(rel.left, new Set(leftColumns), reads);
      const right = prune(rel.right, new Set(rightColumns), reads);
      if (used.every(Boolean) && left === rel.left && right === rel.right) return rel;
      return { ...rel, left, right, leftColumns, rightColumns, columns: pick(rel.columns) };
    }
    case 'with':
      return pruneWith(rel, needed, reads);
    default:
      return unreachable(rel);
  }
}

/** A definition gives what its readers together read; subqueries in expressions count as reading all of it. */
function pruneWith(rel: With, needed: Needed, outer: CteReads): Rel {
  const reads = new Map([...outer, ...rel.definitions.map(({ cte }) => [cte, new Set<number>()] as const)]);
  let body = prune(rel.body, needed, reads);
  const definitions: WithDefinition[] = [];
  // The last first: a definition reads those before it.
  for (let i = rel.definitions.length - 1; i >= 0; i--) {
    const definition = rel.definitions[i]!;
    const columns = outputColumns(definition.rel);
    const later = [body, ...definitions.map((d) => d.rel)];
    const isNarrow = definition.rel.kind !== 'recursive' && !later.some((reader) => isReadByExpression(reader, definition.cte));
    const used = reads.get(definition.cte)!;
    const kept = isNarrow ? columns.filter((_, position) => used.has(position)) : columns;
    const input = prune(definition.rel, new Set(kept.map((column) => column.id)), reads);
    if (kept.length === columns.length) {
      definitions.unshift(input === definition.rel ? definition : { ...definition, rel: input });
      continue;
    }
    definitions.unshift({ ...definition, rel: { kind: 'project', input, items: kept.map(pass) } });
    const narrow = (node: Rel): Rel => narrowScans(node, definition.cte, used);
    body = narrow(body);
    definitions.forEach((d, at) => at > 0 && (definitions[at] = { ...d, rel: narrow(d.rel) }));
  }
  const isSame = body === rel.body && definitions.every((d, i) => d === rel.definitions[i]);
  return isSame ? rel : { ...rel, definitions, body };
}

const pass = (column: RelColumn): ProjectItem => ({ column, expr: { kind: 'column', column: column.id, type: column.type } });

function narrowScans(rel: Rel, cte: number, positions: ReadonlySet<number>): Rel {
  if (rel.kind === 'ctescan' && rel.cte === cte) return { ...rel, columns: rel.columns.filter((_, i) => positions.has(i)) };
  return mapRelInputs(rel, (input) => narrowScans(input, cte, positions));
}

/** Whether a subquery in an expression reads the definition. */
function isReadByExpression(rel: Rel, cte: number): boolean {
  const reads = (node: Rel): boolean => (node.kind === 'ctescan' && node.cte === cte) || relInputs(node).some(reads);
  const inSubquery = (expr: Scalar): boolean =>
    expr.kind === 'subquery' && (reads(expr.rel) || isReadByExpression(expr.rel, cte));
  return (
    relScalars(rel).some((expr) => someScalar(expr, inSubquery)) || relInputs(rel).some((input) => isReadByExpression(input, cte))
  );
}

export const pruneColumns = (rel: Rel): Rel => prune(rel, all(rel), new Map());
