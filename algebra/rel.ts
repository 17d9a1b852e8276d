/**
 * The logical plan: what to compute, not where. Produced by planner/analyze, transformed by planner/rewrite (pure
 * functions Rel → Rel), cut into sites by planner/place; a fragment stays a Rel until its connector writes its SQL.
 *
 * Every column has an id that is unique within the statement and is introduced by exactly one node; nodes above refer to
 * it by that id. A Scan of the same table twice has different ids.
 */
import type { SqlType } from '../core/sql-type.ts';
import type { AggregateCall, ColumnId, Scalar } from './scalar.ts';

export interface RelColumn {
  readonly id: ColumnId;
  /** For people and for result headers; no meaning for resolution. */
  readonly name: string;
  readonly type: SqlType;
  /** Known never NULL where it is introduced (an outer join above may still null it). */
  readonly notNull?: boolean;
}

/** A table, view or file-table as its source spells it. */
export interface SourceTable {
  readonly site: string;
  /** OID of the mirror in the catalog. */
  readonly mirrorOid: number;
  /** Schema and name at the source, unquoted. */
  readonly schema: string;
  readonly name: string;
  /** Column sets that identify a row (primary key, unique constraints over NOT NULL columns), by source column name. */
  readonly keys: readonly (readonly string[])[];
}

export interface ScanColumn extends RelColumn {
  /** The column's name at the source, unquoted. */
  readonly sourceName: string;
}
export interface Scan {
  readonly kind: 'scan';
  readonly table: SourceTable;
  /** Only those needed, once columns are pruned; may be empty (count(*)). */
  readonly columns: readonly ScanColumn[];
}
export interface Filter {
  readonly kind: 'filter';
  readonly input: Rel;
  /** ANDed. */
  readonly conjuncts: readonly Scalar[];
}
/** Output: exactly `items`, in order. An item that passes a column through repeats its id and is a bare column ref. */
export interface Project {
  readonly kind: 'project';
  readonly input: Rel;
  readonly items: readonly ProjectItem[];
}
export interface ProjectItem {
  readonly column: RelColumn;
  readonly expr: Scalar;
}
/**
 * Output: left's columns then right's; for semi and anti only left's. `on` is ANDed; inner with an empty `on` is a cross
 * join. `nullAware` (anti only): NOT IN semantics, a row survives only if every comparison in `on` is false for all of right.
 * `lateral`: the right side reads columns of the left; only within planner/analyze, which removes it.
 */
export interface Join {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
  readonly left: Rel;
  readonly right: Rel;
  readonly on: readonly Scalar[];
  readonly nullAware?: boolean;
  readonly lateral?: boolean;
}
/**
 * Output: the group columns (ids unchanged, taken from the input) then one column per aggregate. No groups and
 * `groups.length === 0`: one row always. Group columns are compared as `=` of their type (NULLs equal).
 */
export interface Aggregate {
  readonly kind: 'aggregate';
  readonly input: Rel;
  readonly groups: readonly RelColumn[];
  readonly aggregates: readonly { readonly column: RelColumn; readonly call: AggregateCall }[];
}
export interface SortKey {
  readonly column: ColumnId;
  readonly type: SqlType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}
export interface Sort {
  readonly kind: 'sort';
  readonly input: Rel;
  readonly keys: readonly SortKey[];
}
/** Constant expressions of type int8 (params and uncorrelated subqueries allowed); NULL or null = none. */
export interface Limit {
  readonly kind: 'limit';
  readonly input: Rel;
  readonly limit: Scalar | null;
  readonly offset: Scalar | null;
}
/** Distinct rows over all columns. */
export interface Distinct {
  readonly kind: 'distinct';
  readonly input: Rel;
}
/** `leftColumns[i]` and `rightColumns[i]` (already of the same type) make `columns[i]`, which has a new id. */
export interface SetOperation {
  readonly kind: 'setop';
  readonly op: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: Rel;
  readonly right: Rel;
  readonly leftColumns: readonly ColumnId[];
  readonly rightColumns: readonly ColumnId[];
  readonly columns: readonly RelColumn[];
}
/** Rows of constant expressions. One row without columns is SELECT without FROM. */
export interface Values {
  readonly kind: 'values';
  readonly columns: readonly RelColumn[];
  readonly rows: readonly (readonly Scalar[])[];
}
/** WITH: each definition is evaluated at most once, and may refer to the ones before it. Output: body's. */
export interface With {
  readonly kind: 'with';
  readonly definitions: readonly { readonly cte: number; readonly name: string; readonly rel: Rel }[];
  readonly body: Rel;
}
/** Reads a definition of an enclosing With; `columns[i]` (new ids) is the definition's i-th output column. */
export interface CteScan {
  readonly kind: 'ctescan';
  readonly cte: number;
  readonly name: string;
  readonly columns: readonly RelColumn[];
}
/**
 * A security barrier (row-level security qual, security_barrier view): nothing from above enters, moves below or runs
 * earlier unless every function in it is leakproof. Output: input's.
 */
export interface Fence {
  readonly kind: 'fence';
  readonly input: Rel;
  readonly reason: string;
}

export type Rel =
  Scan | Filter | Project | Join | Aggregate | Sort | Limit | Distinct | SetOperation | Values | With | CteScan | Fence;

/** What a node puts out, in order. */
export function outputColumns(rel: Rel): readonly RelColumn[] {
  switch (rel.kind) {
    case 'scan':
    case 'values':
    case 'setop':
    case 'ctescan':
      return rel.columns;
    case 'project':
      return rel.items.map((item) => item.column);
    case 'aggregate':
      return [...rel.groups, ...rel.aggregates.map((a) => a.column)];
    case 'join':
      return rel.type === 'semi' || rel.type === 'anti'
        ? outputColumns(rel.left)
        : [...outputColumns(rel.left), ...outputColumns(rel.right)];
    case 'with':
      return outputColumns(rel.body);
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence':
      return outputColumns(rel.input);
  }
}
