/**
 * One SELECT under construction. The writer walks a fragment from its leaves up and adds each operator to the block below
 * it while SQL's order of evaluation (FROM, WHERE, GROUP BY, HAVING, windows, select list, DISTINCT, ORDER BY, LIMIT) allows; where
 * it does not, the block is closed into a derived table and a new one begins. Lives only while one fragment is written.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, isVolatile, someScalar, substituteColumns, visitScalar } from '../../algebra/transform.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';

/** A conjunct of WHERE, HAVING or ON. `exists` is a semi or anti join. */
export type Condition =
  | { readonly kind: 'scalar'; readonly expr: Scalar }
  | {
      readonly kind: 'exists';
      readonly negated: boolean;
      readonly nullAware: boolean;
      readonly on: readonly Scalar[];
      readonly right: SelectBlock;
    };

export type FromItem =
  /** `sql` with its alias already in it. */
  | { readonly kind: 'relation'; readonly sql: string }
  | {
      readonly kind: 'join';
      readonly type: 'inner' | 'left' | 'right' | 'full';
      readonly left: FromItem;
      readonly right: FromItem;
      readonly on: readonly Condition[];
    };

export interface OrderKey {
  readonly column: ColumnId;
  /** What the key is in terms of FROM: read when the column is not in the select list. */
  readonly expr: Scalar;
  readonly type: SqlType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface SelectBlock {
  /** null: SELECT without FROM. */
  from: FromItem | null;
  where: Condition[];
  /** null: not grouped. */
  groups: Scalar[] | null;
  /** Indexes into groups: GROUPING SETS. */
  groupingSets: readonly (readonly number[])[] | null;
  having: Condition[];
  /** Window functions are among its columns: WHERE and HAVING cannot see them. */
  windowed: boolean;
  /** The output, and for those that are not plain columns of FROM (or aggregates) what they are. */
  columns: readonly RelColumn[];
  computed: Map<ColumnId, Scalar>;
  /** What it computes is volatile: evaluated once a row, here; nothing above may be written in terms of it. */
  volatile: boolean;
  distinct: boolean;
  orderBy: OrderKey[];
  limit: Scalar | null;
  offset: Scalar | null;
  /** Closed to everything above, like a limit. */
  fenced: boolean;
  /** A set operation, written already; only ORDER BY and LIMIT can be added to it. */
  body: string | null;
}

export const newBlock = (from: FromItem | null, columns: readonly RelColumn[]): SelectBlock => ({
  from,
  where: [],
  groups: null,
  groupingSets: null,
  having: [],
  windowed: false,
  columns,
  computed: new Map(),
  volatile: false,
  distinct: false,
  orderBy: [],
  limit: null,
  offset: null,
  fenced: false,
  body: null,
});

export const isLimited = (block: SelectBlock): boolean => block.limit !== null || block.offset !== null || block.fenced;

/** Nothing beyond FROM and WHERE has been said: its FROM and conditions may become part of a larger block. */
export const isFlat = (block: SelectBlock): boolean =>
  block.groups === null &&
  !block.volatile &&
  !block.windowed &&
  !block.distinct &&
  block.orderBy.length === 0 &&
  !isLimited(block) &&
  block.body === null;

/** An expression over the block's output, in terms of what stands below its select list. */
export const inTermsOf = (block: SelectBlock, expr: Scalar): Scalar =>
  block.computed.size === 0 ? expr : substituteColumns(expr, block.computed);

/**
 * Whether each is a column of FROM, none twice. Grouping sets need that: in a grouped SELECT whatever reads like a grouping
 * expression is one, so that `x + 1` over a group x could not be told from a group `x + 1`.
 */
export function areDistinctColumns(block: SelectBlock, columns: readonly RelColumn[]): boolean {
  const found = columns.map((column) => inTermsOf(block, { kind: 'column', column: column.id, type: column.type }));
  return (
    new Set(found.map((expr) => (expr.kind === 'column' ? expr.column : null))).size === found.length &&
    found.every((expr) => expr.kind === 'column')
  );
}

const isTrivial = (expr: Scalar): boolean => expr.kind === 'column' || expr.kind === 'const' || expr.kind === 'param';

function size(expr: Scalar): number {
  let nodes = 0;
  visitScalar(expr, () => {
    nodes++;
  });
  return nodes;
}

/** Expressions this large are not written twice. */
const REPEATED_NODES_MAX = 12;

/** True when writing `exprs` over the block would repeat an expensive expression of its select list. */
export function wouldRepeat(block: SelectBlock, exprs: readonly Scalar[]): boolean {
  const uses = new Map<ColumnId, number>();
  for (const expr of exprs) {
    visitScalar(expr, (node) => {
      if (node.kind === 'column' && block.computed.has(node.column)) uses.set(node.column, (uses.get(node.column) ?? 0) + 1);
    });
  }
  for (const [column, count] of uses) {
    const expr = block.computed.get(column)!;
    if (
      count > 1 &&
      !isTrivial(expr) &&
      (size(expr) > REPEATED_NODES_MAX || someScalar(expr, (node) => node.kind === 'subquery'))
    )
      return true;
  }
  return false;
}

/** Nothing but columns, and what is computed goes on being computed once: selected, or sorted by. */
function keepsComputed(block: SelectBlock, exprs: readonly Scalar[]): boolean {
  const columns = exprs.map((expr) => (expr.kind === 'column' ? expr.column : undefined));
  if (columns.includes(undefined)) return false;
  return [...block.computed.keys()].every((id) => {
    const times = columns.filter((column) => column === id).length;
    return times === 1 || (times === 0 && block.orderBy.filter((key) => key.column === id).length === 1);
  });
}

/** What is the same for all rows, and need not wait for them. */
const isFixed = (expr: Scalar): boolean =>
  columnsIn(expr).size === 0 && !isVolatile(expr) && !someScalar(expr, ({ kind }) => kind === 'subquery');

/** Of types that DISTINCT compares, whatever they stand beside. */
const COMPARED: ReadonlySet<TypeKind> = new Set(['bool', 'int2', 'int4', 'int8', 'numeric', 'text', 'date', 'timestamp', 'timestamptz']); // prettier-ignore
const mayBeCompared = ({ type }: Scalar): boolean => COMPARED.has(type.kind);

/** PostgreSQL computes such things while planning where a constant takes the place of a column. */
const readsFixed = (block: SelectBlock, expr: Scalar): boolean =>
  expr.kind !== 'column' &&
  [...columnsIn(expr)].some((column) => {
    const below = block.computed.get(column);
    return below !== undefined && isFixed(below);
  });

/** Whether a projection can take the place of the block's select list. */
export function canProject(block: SelectBlock, rel: Rel & { readonly kind: 'project' }): boolean {
  const exprs = rel.items.map((item) => item.expr);
  if (block.body !== null) return false;
  if (!isFlat(block) && exprs.some((expr) => readsFixed(block, expr))) return false;
  if (block.volatile && !keepsComputed(block, exprs)) return false;
  if (block.distinct) {
    // Dropping or computing a column would change which rows are the same.
    const kept = new Set(exprs.map((expr) => (expr.kind === 'column' ? expr.column : -1)));
    const isKept = (expr: Scalar): boolean => expr.kind === 'column' || (isFixed(expr) && mayBeCompared(expr));
    return exprs.every(isKept) && block.columns.every((column) => kept.has(column.id));
  }
  // What may raise must not be evaluated for rows that the limit cuts off.
  if (isLimited(block) && !exprs.every((expr) => expr.kind === 'column' || isFixed(expr))) return false;
  return !wouldRepeat(block, exprs);
}
