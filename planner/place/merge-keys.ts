/**
 * Which columns rows can be merged or grouped by in the order of a source: those of types that it sorts as they are compared
 * here, whose equal values are the same bytes. Not floats (-0, NaN), numeric (1.0, 1.00), nor text under a collation of its own.
 */
import type { HashJoinPlan, MergeJoinPlan } from '../../algebra/plan.ts';
import type { RelColumn, SortKey } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { isCodePointOrder, type SqlType, type TypeKind } from '../../core/sql-type.ts';
import { hashKeys, nullSafeKeys } from './hash-keys.ts';

const KINDS: ReadonlySet<TypeKind> = new Set([
  'bool',
  'int2',
  'int4',
  'int8',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'bytea',
  'text',
  'varchar',
  'name',
]);

const hasCommonOrder = (type: SqlType): boolean => KINDS.has(type.kind) && isCodePointOrder(type.collation);

/** Keys of either side of a join, aligned. */
export interface MergeKeys {
  readonly left: readonly SortKey[];
  readonly right: readonly SortKey[];
}

/** The order to ask for, where any will do. Undefined: values of a column have none that is common. */
export function orderBy(columns: readonly Pick<RelColumn, 'id' | 'type'>[]): readonly SortKey[] | undefined {
  if (!columns.every(({ type }) => hasCommonOrder(type))) return undefined;
  return columns.map(({ id, type }) => ({ column: id, type, descending: false, nullsFirst: false }));
}

/** What both sides would have to be sorted by: all equalities of the condition, each of two columns. */
export function keysToSort(
  on: readonly Scalar[],
  leftIds: ReadonlySet<ColumnId>,
  rightIds: ReadonlySet<ColumnId>,
): MergeKeys | undefined {
  if (on.some((conjunct) => nullSafeKeys(conjunct, leftIds, rightIds) !== undefined)) return undefined;
  const pairs = on.flatMap((conjunct) => hashKeys(conjunct, leftIds, rightIds) ?? []);
  const [lefts, rights] = [columnsOf(pairs.map(({ left }) => left)), columnsOf(pairs.map(({ right }) => right))];
  const left = lefts && orderBy(lefts);
  const right = rights && orderBy(rights);
  return pairs.length > 0 && left && right ? { left, right } : undefined;
}

/** Each once. */
function columnsOf(keys: readonly Scalar[]): readonly Pick<RelColumn, 'id' | 'type'>[] | undefined {
  const columns = keys.flatMap((key) => (key.kind === 'column' ? [{ id: key.column, type: key.type }] : []));
  return columns.length === keys.length && new Set(columns.map(({ id }) => id)).size === keys.length ? columns : undefined;
}

/** The join by merging, where its inputs come in the order of its keys, alike on both sides. */
export function mergeJoin(
  join: HashJoinPlan,
  leftOrder: readonly SortKey[],
  rightOrder: readonly SortKey[],
): MergeJoinPlan | undefined {
  const { id, columns, estimatedRows, notPushed, type, left, right, residual } = join;
  if (type === 'right' || type === 'full' || join.nullAware || join.nullsMatch === true) return undefined;
  const count = join.leftKeys.length;
  const [leftKeys, rightKeys] = [leftOrder.slice(0, count), rightOrder.slice(0, count)];
  const partners = new Map<ColumnId, ColumnId>();
  join.leftKeys.forEach((key, i) => {
    const partner = join.rightKeys[i]!;
    if (key.kind === 'column' && partner.kind === 'column') partners.set(key.column, partner.column);
  });
  const isMerged =
    partners.size === count &&
    leftKeys.length === count &&
    leftKeys.every((key, i) => {
      const other = rightKeys[i];
      return (
        other !== undefined &&
        partners.get(key.column) === other.column &&
        key.descending === other.descending &&
        key.nullsFirst === other.nullsFirst &&
        hasCommonOrder(key.type) &&
        hasCommonOrder(other.type)
      );
    });
  if (!isMerged) return undefined;
  return { id, columns, estimatedRows, notPushed, kind: 'mergejoin', type, left, right, leftKeys, rightKeys, residual };
}

/** Whether rows that are equal in these columns come one after the other. */
export function comeTogether(columns: readonly ColumnId[], order: readonly SortKey[]): boolean {
  const first = order.slice(0, columns.length);
  return columns.length > 0 && first.length === columns.length && first.every(({ column, type }) => columns.includes(column) && hasCommonOrder(type)); // prettier-ignore
}
