/**
 * Where a column of a subtree comes from: the scan that it is passed through from, what it is computed from, the aggregate
 * that makes it.
 */
import { outputColumns, type Aggregate, type Join, type Rel, type Scan } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import type { SqlType } from '../../core/sql-type.ts';

export function typeBytes(type: SqlType | undefined): number {
  switch (type?.kind) {
    case 'bool':
      return 1;
    case 'int2':
      return 2;
    case 'int4':
    case 'float4':
    case 'date':
      return 4;
    case 'uuid':
    case 'interval':
      return 16;
    case 'int8':
    case 'float8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'numeric':
      return 8;
    default:
      return 24;
  }
}

/** The scan that a column is passed through from, unchanged (outer joins may have made it NULL). */
export function originOf(
  rel: Rel,
  column: ColumnId,
): { readonly scan: Scan; readonly column: Scan['columns'][number] } | undefined {
  switch (rel.kind) {
    case 'scan': {
      const found = rel.columns.find(({ id }) => id === column);
      return found && { scan: rel, column: found };
    }
    case 'project': {
      const item = rel.items.find((one) => one.column.id === column);
      return item?.expr.kind === 'column' ? originOf(rel.input, item.expr.column) : undefined;
    }
    case 'join': {
      const inLeft = outputColumns(rel.left).some(({ id }) => id === column);
      return originOf(inLeft ? rel.left : rel.right, column);
    }
    case 'aggregate':
      return rel.groups.some(({ id }) => id === column) ? originOf(rel.input, column) : undefined;
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence':
    case 'window':
    case 'projectset':
      return originOf(rel.input, column);
    case 'with':
      return originOf(rel.body, column);
    case 'input':
      return rel.shipped && originOf(rel.shipped, column);
    case 'values':
    case 'setop':
    case 'ctescan':
    case 'recursive':
      return undefined;
  }
}

/** The columns that a computed column is made of, where it is computed. */
export function computedFrom(
  rel: Rel,
  column: ColumnId,
): { readonly input: Rel; readonly columns: readonly ColumnId[] } | undefined {
  switch (rel.kind) {
    case 'project': {
      const item = rel.items.find((one) => one.column.id === column);
      if (!item) return undefined;
      return item.expr.kind === 'column'
        ? computedFrom(rel.input, item.expr.column)
        : { input: rel.input, columns: [...columnsIn(item.expr)] };
    }
    case 'join':
      return computedFrom(outputColumns(rel.left).some(({ id }) => id === column) ? rel.left : rel.right, column);
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence':
      return computedFrom(rel.input, column);
    case 'input':
      return rel.shipped && computedFrom(rel.shipped, column);
    default:
      return undefined;
  }
}

/** The aggregate that a column is the value of, as it is passed on. */
export function aggregateOf(rel: Rel, column: ColumnId): { readonly rel: Aggregate; readonly call: AggregateCall } | undefined {
  switch (rel.kind) {
    case 'aggregate': {
      const found = rel.aggregates.find((one) => one.column.id === column);
      return found && rel.sets === undefined ? { rel, call: found.call } : undefined;
    }
    case 'project': {
      const item = rel.items.find((one) => one.column.id === column);
      return item?.expr.kind === 'column' ? aggregateOf(rel.input, item.expr.column) : undefined;
    }
    case 'join':
      return aggregateOf(outputColumns(rel.left).some(({ id }) => id === column) ? rel.left : rel.right, column);
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence':
      return aggregateOf(rel.input, column);
    case 'input':
      return rel.shipped && aggregateOf(rel.shipped, column);
    default:
      return undefined;
  }
}

/** The outer joins, from the top down, that give a column NULL in rows without a partner; as semi joins, which find the partners. */
export function* nullingJoins(rel: Rel, column: ColumnId): Generator<{ readonly join: Join; readonly partners: Join }> {
  switch (rel.kind) {
    case 'join': {
      const isLeft = outputColumns(rel.left).some(({ id }) => id === column);
      const { type, on } = rel;
      if (type === 'full' || type === (isLeft ? 'right' : 'left')) {
        const [kept, nulled] = isLeft ? [rel.right, rel.left] : [rel.left, rel.right];
        yield { join: rel, partners: { kind: 'join', type: 'semi', left: kept, right: nulled, on } };
      }
      yield* nullingJoins(isLeft ? rel.left : rel.right, column);
      return;
    }
    case 'project': {
      const item = rel.items.find((one) => one.column.id === column);
      if (item?.expr.kind === 'column') yield* nullingJoins(rel.input, item.expr.column);
      return;
    }
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence':
    case 'window':
      yield* nullingJoins(rel.input, column);
      return;
    case 'input':
      if (rel.shipped) yield* nullingJoins(rel.shipped, column);
      return;
    default:
  }
}
