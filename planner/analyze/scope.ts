/**
 * What names mean at each query level: range table entries by index, WITH queries by name, and for an expression the clause
 * it stands in. A scope points to the context its query was met in, so outer references climb that chain.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import type { TreeNode } from './tree-reader.ts';

type RangeEntry =
  /** By attno - 1; undefined: a dropped attribute. */
  | {
      readonly kind: 'columns';
      readonly name: string;
      readonly columns: readonly (RelColumn | undefined)[];
      /** What the columns are called here. */
      readonly columnNames?: readonly string[];
      /** True in every row, so NULL where an outer join found none; made only for statements that ask for such rows whole. */
      readonly present?: RelColumn | undefined;
      /** By attribute number. */
      readonly systemColumns?: ReadonlyMap<number, RelColumn>;
    }
  /** A join's own columns: merged USING columns and plain ones, as expressions over its sides. */
  | { readonly kind: 'join'; readonly aliases: readonly TreeNode[]; readonly columnNames: readonly string[] }
  /** What the query groups by. */
  | { readonly kind: 'group'; readonly expressions: readonly TreeNode[] };

export interface CteEntry {
  readonly name: string;
  readonly node: TreeNode;
  /** The level that has the WITH. */
  readonly home: ExpressionContext;
  /** Set when it is evaluated once and read by CteScans; undefined: every reference converts it anew. */
  readonly shared: { readonly cte: number; readonly columns: readonly RelColumn[] } | undefined;
}

export interface QueryScope {
  readonly entries: (RangeEntry | undefined)[];
  readonly ctes: Map<string, CteEntry>;
  /** Where this query stands; null for the statement itself. */
  readonly parent: ExpressionContext | null;
}

/** Expressions above an aggregation see its groups and calls instead of the FROM clause. */
export interface GroupedColumns {
  /** The i-th grouping expression (0-based). */
  group(index: number): Scalar;
  /** An entry of the select list that is grouped by, where it is not simply the group: it is NULL where its set leaves it out. */
  entry(sortGroupReference: number): Scalar | undefined;
  /** A column that the grouping determines although it is not grouped by (a primary key is). */
  dependent(column: Scalar): Scalar;
  /** The group of a column of a query around: NULL, like any other, where it is not in the row's grouping set. */
  outer(column: Scalar): Scalar | undefined;
  /** `node` stands here, or in a subquery, when it counts its levels from there. */
  aggregate(node: TreeNode): Scalar;
  /** GROUPING(…): which of its columns are not in the row's grouping set. */
  grouping(node: TreeNode): Scalar;
}

/** The select list above window functions sees their results as columns. */
export interface WindowColumns {
  /** `node`: a WINDOWFUNC. */
  call(node: TreeNode): Scalar;
}

/** Takes the joins that correlated subqueries become; they are put under the clause that holds the expression. */
export interface SubqueryJoins {
  add(join: (input: Rel) => Rel): void;
}

/** Takes the set-returning calls of a select list; each is read as a column of the ProjectSet it becomes. */
export interface SetCalls {
  add(call: Scalar): Scalar;
}

export interface ExpressionContext {
  readonly scope: QueryScope;
  /** As users call it, for messages: `WHERE`, `JOIN condition`. */
  readonly clause: string;
  readonly grouped: GroupedColumns | null;
  /** Only in the select list. */
  readonly windows?: WindowColumns;
  readonly subqueryJoins: SubqueryJoins | null;
  /** Only in a select list. */
  readonly sets?: SetCalls | undefined;
  /** What the columns of a subquery compared with IN/ANY/ALL are called inside the comparison. */
  readonly subqueryColumns?: readonly Scalar[];
  /** Set where the expression is not evaluated for every row (a CASE branch): what is true for those; null: nothing here can tell. */
  readonly condition?: Scalar | null | undefined;
  /** Where a subquery that might raise is joined: above LIMIT, which spares rows. */
  readonly postponed?: SubqueryJoins;
  /** Inside a coercion that the parser wrote over a placeholder: what stands there. */
  readonly testValue?: Scalar;
  /** Inside the per-element expression of an array cast, the test value is the element. */
  readonly insideArrayCast?: boolean;
}

export function outerContext(context: ExpressionContext, levels: number): ExpressionContext {
  let outer = context;
  for (let level = 0; level < levels; level++) {
    const { parent } = outer.scope;
    assert(parent !== null, 'a reference climbs above the statement');
    outer = parent;
  }
  return outer;
}
