/**
 * Which rows are told apart by which columns: what removing a join asks. Read from the keys that the catalog last saw at the
 * source; conservative: "no" when unsure.
 */
import { outputColumns, type Rel, type Scan } from '../../algebra/rel.ts';
import type { CallScalar, ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { equalityClasses, isDeterministic } from '../place/equality-classes.ts';
import { integersEqual } from './integer-widths.ts';

/** Kinds that every source tells apart exactly as PostgreSQL's `=` does (a DuckDB time stamp may carry nanoseconds). */
const TOLD_APART: ReadonlySet<TypeKind> = new Set(['int2', 'int4', 'int8', 'text', 'varchar', 'uuid', 'date']);

export const isToldApart = ({ kind, collation }: SqlType): boolean =>
  TOLD_APART.has(kind) && (typeof collation === 'string' || collation.deterministic);

/** Sets of columns that are never NULL and of which no two rows of the table have the same values. */
export const keysOf = (scan: Scan): readonly (readonly ColumnId[])[] =>
  scan.table.keys.flatMap((key) => {
    const columns = key.map((name) => scan.columns.find(({ sourceName }) => sourceName === name));
    return columns.every((column) => column !== undefined && isToldApart(column.type))
      ? [columns.map((column) => column!.id)]
      : [];
  });

/** No two rows have the same values, none of them NULL, in all of these columns. */
export function isUniqueOn(rel: Rel, columns: ReadonlySet<ColumnId>): boolean {
  const isAmong = (ids: readonly ColumnId[]): boolean => ids.every((id) => columns.has(id));
  switch (rel.kind) {
    case 'scan':
      return keysOf(rel).some(isAmong);
    case 'filter':
      return isUniqueOn(rel.input, new Set([...columns, ...rel.conjuncts.flatMap(columnHeldToConstant)]));
    case 'sort':
    case 'window':
    case 'limit':
      return isUniqueOn(rel.input, columns);
    case 'project': {
      const below = rel.items.flatMap(({ column, expr }) =>
        columns.has(column.id) && expr.kind === 'column' ? [expr.column] : [],
      );
      return isUniqueOn(rel.input, new Set(below));
    }
    case 'aggregate':
      return !rel.sets && rel.groups.every(({ id, type }) => columns.has(id) && isToldApart(type));
    case 'distinct':
      return outputColumns(rel).every(({ id, type }) => columns.has(id) && isToldApart(type));
    case 'join':
      if (rel.type === 'semi' || rel.type === 'anti') return isUniqueOn(rel.left, columns);
      // Each row of the left has one partner at most.
      if (rel.type !== 'inner' && rel.type !== 'left') return false;
      return isUniqueOn(rel.left, columns) && isUniqueOn(rel.right, equatedWith(rel.on, rel.left, rel.right));
    default:
      return false;
  }
}

/** The columns of `other` that bare equalities hold to columns of `rel`. */
export function equatedWith(on: readonly Scalar[], rel: Rel, other: Rel): ReadonlySet<ColumnId> {
  const ids = new Set(outputColumns(rel).map(({ id }) => id));
  const { classes, others } = equalityClasses(on);
  const tied = classes
    .filter(({ columns, written }) => isDeterministic(written[0]!) && [...columns].some((id) => ids.has(id)))
    .flatMap(({ columns }) => [...columns]);
  const across = others.flatMap((condition) => {
    const pair = integersEqual(condition)?.map(({ column }) => column) ?? [];
    return pair.some((id) => ids.has(id)) ? pair : [];
  });
  const otherIds = new Set(outputColumns(other).map(({ id }) => id));
  return new Set([...tied, ...across].filter((id) => otherIds.has(id)));
}

function columnHeldToConstant(conjunct: Scalar): readonly ColumnId[] {
  if (!isEquality(conjunct) || !conjunct.args.some(({ kind }) => kind === 'const' || kind === 'param')) return [];
  return conjunct.args.flatMap((arg) => (arg.kind === 'column' && isToldApart(arg.type) ? [arg.column] : []));
}

const isEquality = (condition: Scalar): condition is CallScalar =>
  condition.kind === 'call' && condition.operator?.name === '=' && condition.operator.schema === 'pg_catalog';
