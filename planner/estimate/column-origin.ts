/**
 * Where a column of a subtree comes from: the scan that it is passed through from, what it is computed from, the aggregate
 * or the window function that makes it. All follow it down through what hands it on (`handedFrom`).
 */
import { outputColumns, type Aggregate, type Filter, type Join, type Rel, type Scan, type Window } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, WindowCall } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';

interface Handed {
  readonly rel: Rel;
  readonly column: ColumnId;
}

/** The input that hands a column on as it is (outer joins may make it NULL), and what it is called there. */
export function handedFrom(rel: Rel, column: ColumnId): Handed | undefined {
  switch (rel.kind) {
    case 'project': {
      const item = rel.items.find((one) => one.column.id === column);
      return item?.expr.kind === 'column' ? { rel: rel.input, column: item.expr.column } : undefined;
    }
    case 'join':
      return { rel: isLeft(rel, column) ? rel.left : rel.right, column };
    case 'aggregate':
      return rel.groups.some(({ id }) => id === column) ? { rel: rel.input, column } : undefined;
    case 'window':
      return rel.functions.some((one) => one.column.id === column) ? undefined : { rel: rel.input, column };
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence':
    case 'projectset':
      return { rel: rel.input, column };
    case 'with':
      return { rel: rel.body, column };
    case 'input':
      return rel.shipped && { rel: rel.shipped, column };
    case 'scan':
    case 'values':
    case 'setop':
    case 'ctescan':
    case 'recursive':
      return undefined;
  }
}

const isLeft = (join: Join, column: ColumnId): boolean => outputColumns(join.left).some(({ id }) => id === column);

interface Origin {
  readonly scan: Scan;
  readonly column: Scan['columns'][number];
}

/** The scan that a column is passed through from, unchanged. */
export function originOf(rel: Rel, column: ColumnId): Origin | undefined {
  if (rel.kind === 'scan') {
    const found = rel.columns.find(({ id }) => id === column);
    return found && { scan: rel, column: found };
  }
  const handed = handedFrom(rel, column);
  return handed && originOf(handed.rel, handed.column);
}

/** The scan that a column is passed through from, under the conditions right above it. */
export function filteredScan(rel: Rel, column: ColumnId): Filter | undefined {
  if (rel.kind === 'filter' && rel.input.kind === 'scan') return rel;
  const handed = handedFrom(rel, column);
  return handed && filteredScan(handed.rel, handed.column);
}

/** Whether a condition on the column, on its way from its scan, mentions it. */
export function isFilteredBy(rel: Rel, column: ColumnId): boolean {
  if (rel.kind === 'filter' && rel.conjuncts.some((conjunct) => columnsIn(conjunct).has(column))) return true;
  const handed = handedFrom(rel, column);
  return handed !== undefined && isFilteredBy(handed.rel, handed.column);
}

/** The columns that a computed column is made of, where it is computed. */
export function computedFrom(
  rel: Rel,
  column: ColumnId,
): { readonly input: Rel; readonly columns: readonly ColumnId[] } | undefined {
  const handed = handedFrom(rel, column);
  if (handed) return computedFrom(handed.rel, handed.column);
  const item = rel.kind === 'project' ? rel.items.find((one) => one.column.id === column) : undefined;
  return item && rel.kind === 'project' ? { input: rel.input, columns: [...columnsIn(item.expr)] } : undefined;
}

/** The aggregate that a column is the value of, as it is passed on. */
export function aggregateOf(rel: Rel, column: ColumnId): { readonly rel: Aggregate; readonly call: AggregateCall } | undefined {
  const found = rel.kind === 'aggregate' ? rel.aggregates.find((one) => one.column.id === column) : undefined;
  if (found && rel.kind === 'aggregate') return rel.sets === undefined ? { rel, call: found.call } : undefined;
  const handed = handedFrom(rel, column);
  return handed && aggregateOf(handed.rel, handed.column);
}

/** The window function that a column is the value of, as it is passed on. */
export function windowOf(rel: Rel, column: ColumnId): { readonly rel: Window; readonly call: WindowCall } | undefined {
  const found = rel.kind === 'window' ? rel.functions.find((one) => one.column.id === column) : undefined;
  if (found && rel.kind === 'window') return { rel, call: found.call };
  const handed = handedFrom(rel, column);
  return handed && windowOf(handed.rel, handed.column);
}

/** The outer joins, from the top down, that give a column NULL in rows without a partner; as semi joins, which find the partners. */
export function* nullingJoins(rel: Rel, column: ColumnId): Generator<{ readonly join: Join; readonly partners: Join }> {
  if (rel.kind === 'join') {
    const { type, on } = rel;
    const isOnLeft = isLeft(rel, column);
    if (type === 'full' || type === (isOnLeft ? 'right' : 'left')) {
      const [kept, nulled] = isOnLeft ? [rel.right, rel.left] : [rel.left, rel.right];
      yield { join: rel, partners: { kind: 'join', type: 'semi', left: kept, right: nulled, on } };
    }
  }
  // A group's rows are not its input's: what part of them is NULL is not known.
  const handed = rel.kind === 'aggregate' ? undefined : handedFrom(rel, column);
  if (handed) yield* nullingJoins(handed.rel, handed.column);
}
