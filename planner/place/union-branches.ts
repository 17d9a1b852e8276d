/**
 * UNION ALL as the list of queries that it joins up: each with the expressions that stand for the union's columns there.
 * A union that one source holds whole is one branch.
 */
import { outputColumns, type Rel, type RelColumn, type SetOperation } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { sitesOf, substituteColumns } from '../../algebra/transform.ts';
import { columnRef } from './builtin-calls.ts';

export interface Branch {
  readonly rel: Rel;
  /** By the column of the union. */
  readonly columns: ReadonlyMap<ColumnId, Scalar>;
}

/** Undefined: it is no UNION ALL of several sources. */
export function branchesOf(rel: Rel): readonly Branch[] | undefined {
  if (!isUnionAll(rel) || sitesOf(rel).size < 2) return undefined;
  return branches(rel, new Map(rel.columns.map((column) => [column.id, columnRef(column)])));
}

const isUnionAll = (rel: Rel): rel is SetOperation => rel.kind === 'setop' && rel.op === 'union' && rel.all;

function branches(rel: Rel, columns: ReadonlyMap<ColumnId, Scalar>): readonly Branch[] {
  if (!isUnionAll(rel) || sitesOf(rel).size < 2) return [{ rel, columns }];
  const side = (input: Rel, ids: readonly ColumnId[]): readonly Branch[] => {
    const own = new Map(outputColumns(input).map((column) => [column.id, columnRef(column)]));
    const here = new Map(rel.columns.map((column, i) => [column.id, own.get(ids[i]!)!]));
    return branches(input, new Map([...columns].map(([id, expr]) => [id, substituteColumns(expr, here)])));
  };
  return [...side(rel.left, rel.leftColumns), ...side(rel.right, rel.rightColumns)];
}

/** UNION ALL of these, as `columns`. */
export function unionAll(
  parts: readonly { readonly rel: Rel; readonly columns: readonly RelColumn[] }[],
  columns: readonly RelColumn[],
  nextColumn: () => ColumnId,
): Rel {
  const joined = parts.reduce((left, right, i) => {
    const isLast = i === parts.length - 1;
    const own = isLast ? columns : columns.map((column) => ({ ...column, id: nextColumn() }));
    const rel: SetOperation = {
      kind: 'setop',
      op: 'union',
      all: true,
      left: left.rel,
      right: right.rel,
      leftColumns: left.columns.map(({ id }) => id),
      rightColumns: right.columns.map(({ id }) => id),
      columns: own,
    };
    return { rel, columns: own };
  });
  return joined.rel;
}
