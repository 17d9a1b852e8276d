/**
 * Which columns rows can be merged or grouped by in the order of a source: those of types that it sorts as they are compared
 * here, whose equal values are the same bytes. Not floats (-0, NaN), numeric (1.0, 1.00), nor text under a collation of its own.
 */
import type { HashJoinPlan, MergeJoinPlan } from '../../algebra/plan.ts';
import type { RelColumn, SortKey } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { hasIdenticalValues } from '../../core/identical-values.ts';
import { isCodePointOrder, type SqlType, type TypeKind } from '../../core/sql-type.ts';
import { hashKeys, nullSafeKeys } from '../../algebra/hash-keys.ts';
import type { Order, OrderKey } from './output-order.ts';

/** Whose order is the type's own, or that of a value's scale or length. */
const ORDERED_OTHERWISE: ReadonlySet<TypeKind> = new Set(['enum', 'numeric', 'bpchar']);

const hasCommonOrder = (type: SqlType): boolean =>
  hasIdenticalValues(type) && !ORDERED_OTHERWISE.has(type.kind) && isCodePointOrder(type.collation);

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
export function mergeJoin(join: HashJoinPlan, leftOrder: Order, rightOrder: Order): MergeJoinPlan | undefined {
  const { id, columns, estimatedRows, notPushed, type, left, right, residual } = join;
  if (type === 'right' || type === 'full' || join.nullAware || join.nullsMatch === true) return undefined;
  const pairs = join.leftKeys.flatMap((key, i) => {
    const partner = join.rightKeys[i]!;
    return key.kind === 'column' && partner.kind === 'column' ? [{ left: key.column, right: partner.column }] : [];
  });
  const [leftKeys, rightKeys]: [SortKey[], SortKey[]] = [[], []];
  for (let i = 0; i < join.leftKeys.length; i++) {
    const [own, other] = [leftOrder[i], rightOrder[i]];
    if (own === undefined || other?.descending !== own.descending || other.nullsFirst !== own.nullsFirst) return undefined;
    const at = pairs.findIndex((pair) => columnOf(own, pair.left) !== undefined && columnOf(other, pair.right) !== undefined);
    if (at < 0) return undefined;
    const [pair] = pairs.splice(at, 1) as [(typeof pairs)[0]];
    const { descending, nullsFirst } = own;
    leftKeys.push({ ...columnOf(own, pair.left)!, descending, nullsFirst });
    rightKeys.push({ ...columnOf(other, pair.right)!, descending, nullsFirst });
  }
  if (![...leftKeys, ...rightKeys].every((key) => hasCommonOrder(key.type))) return undefined;
  return { id, columns, estimatedRows, notPushed, kind: 'mergejoin', type, left, right, leftKeys, rightKeys, residual };
}

const columnOf = ({ columns }: OrderKey, id: ColumnId): OrderKey['columns'][number] | undefined =>
  columns.find(({ column }) => column === id);

/** Whether rows that are equal in these columns come one after the other. */
export function comeTogether(columns: readonly Pick<RelColumn, 'id' | 'type'>[], order: Order): boolean {
  if (columns.length === 0 || !columns.every(({ type }) => hasCommonOrder(type))) return false;
  const open = new Set(columns.map(({ id }) => id));
  for (const key of order) {
    if (open.size === 0) return true;
    const before = open.size;
    for (const { column } of key.columns) open.delete(column);
    if (open.size === before) return false;
  }
  return open.size === 0;
}
