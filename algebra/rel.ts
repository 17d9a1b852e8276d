/**
 * The logical plan: what to compute, not where. Produced by planner/analyze, transformed by planner/rewrite (pure
 * functions Rel → Rel), cut into sites by planner/place; a fragment stays a Rel until its connector writes its SQL.
 *
 * Every column has an id that is unique within the statement and is introduced by exactly one node; nodes above refer to
 * it by that id. A Scan of the same table twice has different ids.
 */
import type { SqlType } from '../core/sql-type.ts';
import type { AggregateCall, ColumnId, FunctionRef, Scalar, WindowCall } from './scalar.ts';

export interface RelColumn {
  readonly id: ColumnId;
  /** For people and for result headers; no meaning for resolution. */
  readonly name: string;
  readonly type: SqlType;
  /** Known never NULL where it is introduced (an outer join above may still null it). */
  readonly notNull?: boolean;
}

/**
 * The catalog server as a site: it holds local, temporary and catalog tables, and evaluates what nobody else does (the net).
 * No source may have this name.
 */
export const CATALOG_SITE = 'tributary';

/**
 * The session's own backend there, when rows are shipped to it: to meet its tables, or because it alone knows what users made
 * and may call it as the user. A fragment of it has inputs; what only reads its tables is CATALOG_SITE's.
 */
export const SESSION_SITE = 'tributary (session)';

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
  /** What its columns refer to at the same source; absent: nothing known of. */
  readonly foreignKeys?: readonly ForeignKey[];
}

/** Rows with values in all of these columns refer to the one row of a table that has them in the columns beside. */
export interface ForeignKey {
  /** By source names, as all here. */
  readonly columns: readonly string[];
  readonly schema: string;
  readonly name: string;
  /** As many, and no two rows have the same values there. */
  readonly referenced: readonly string[];
  /** No row that can be read refers to one that cannot: plans may rest on it. Otherwise it is good for estimates. */
  readonly certain: boolean;
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
  /** ONLY: without the tables that inherit from it. */
  readonly only?: boolean;
  /** TABLESAMPLE method (arguments) REPEATABLE (seed). */
  readonly sample?: { readonly method: string; readonly args: readonly Scalar[]; readonly repeatable: Scalar | null };
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
  /** Of a dependent left join: the right side is evaluated only for rows where this column of the left one is true. */
  readonly onlyWhere?: ColumnId;
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
  /**
   * GROUPING SETS (ROLLUP and CUBE are expanded): one pass of groups for each set, in which the other group columns are
   * NULL; the same set may come twice. `masks` are grouping(…) calls, put out after the aggregates: a bit per column, the
   * first the highest, 1 where the column is not in the row's set.
   */
  readonly sets?: readonly (readonly ColumnId[])[];
  readonly masks?: readonly { readonly column: RelColumn; readonly of: readonly ColumnId[] }[];
}
/**
 * Window functions that share a partitioning, an order and a frame. Output: the input's columns, then one per function.
 * The order of rows is left open. Partition columns are compared as groups are.
 */
export interface Window {
  readonly kind: 'window';
  readonly input: Rel;
  readonly partition: readonly RelColumn[];
  readonly order: readonly SortKey[];
  readonly frame: WindowFrame;
  readonly functions: readonly { readonly column: RelColumn; readonly call: WindowCall }[];
}
export interface WindowFrame {
  readonly mode: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude: 'none' | 'current row' | 'group' | 'ties';
}
export type FrameBound =
  | { readonly kind: 'unbounded' | 'current row' }
  | {
      readonly kind: 'preceding' | 'following';
      /** Constant over the query; int8 in rows and groups mode. */
      readonly offset: Scalar;
      /** range mode: the in_range support function that compares. */
      readonly inRange?: FunctionRef;
    };
/**
 * For each row of the input, set-returning functions called in lockstep: as many rows as the longest gives, the shorter
 * ones padded with NULL; none when all are empty. Output: the input's columns, then each function's, then `ordinality` (int8
 * from 1). FROM f(x) is one over a single row without columns; `call` is any expression where the function returns no set.
 */
export interface ProjectSet {
  readonly kind: 'projectset';
  readonly input: Rel;
  /** Several columns: the fields of the composite that the function returns. */
  readonly functions: readonly ProjectSetFunction[];
  readonly ordinality: RelColumn | null;
}
export interface ProjectSetFunction {
  readonly call: Scalar;
  readonly columns: readonly RelColumn[];
  /** The names of a column definition list, `AS (a int, b text)`: the function finds its columns by them. */
  readonly definition?: readonly string[];
}
/**
 * WITH RECURSIVE: the rows of `seed`, then those of `step` over the rows found last, until there are none. `step` reads them
 * by a CteScan of `cte`. Without `all`, rows found before are dropped. Output: `columns`.
 */
export interface Recursive {
  readonly kind: 'recursive';
  readonly cte: number;
  readonly name: string;
  readonly all: boolean;
  readonly seed: Rel;
  readonly step: Rel;
  readonly seedColumns: readonly ColumnId[];
  readonly stepColumns: readonly ColumnId[];
  readonly columns: readonly RelColumn[];
}
/** A relation shipped to the site together with the fragment: `RemoteQuery.inputs[index]`. Only inside fragments. */
export interface Input {
  readonly kind: 'input';
  readonly index: number;
  readonly columns: readonly RelColumn[];
  /** Until placement has made a plan of it: what gives its rows. */
  readonly shipped?: Rel;
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
  /** A subquery that stays one, since it calls something volatile: only filters that do not read that go below. */
  readonly admitsFilters?: true;
}

export type Rel =
  | Scan
  | Filter
  | Project
  | Join
  | Aggregate
  | Window
  | ProjectSet
  | Sort
  | Limit
  | Distinct
  | SetOperation
  | Values
  | With
  | CteScan
  | Recursive
  | Input
  | Fence;

/** Kept: who asks for the columns of every join of a deep tree would else copy them once for each level. */
const joinColumns = new WeakMap<Join, readonly RelColumn[]>();

function columnsOfJoin(rel: Join): readonly RelColumn[] {
  let columns = joinColumns.get(rel);
  if (columns === undefined) joinColumns.set(rel, (columns = [...outputColumns(rel.left), ...outputColumns(rel.right)]));
  return columns;
}

/** What a node puts out, in order. */
export function outputColumns(rel: Rel): readonly RelColumn[] {
  switch (rel.kind) {
    case 'scan':
    case 'values':
    case 'setop':
    case 'ctescan':
    case 'recursive':
    case 'input':
      return rel.columns;
    case 'project':
      return rel.items.map((item) => item.column);
    case 'aggregate':
      return [...rel.groups, ...rel.aggregates.map((a) => a.column), ...(rel.masks ?? []).map((mask) => mask.column)];
    case 'window':
      return [...outputColumns(rel.input), ...rel.functions.map((f) => f.column)];
    case 'projectset':
      return [
        ...outputColumns(rel.input),
        ...rel.functions.flatMap((f) => f.columns),
        ...(rel.ordinality ? [rel.ordinality] : []),
      ];
    case 'join':
      return rel.type === 'semi' || rel.type === 'anti' ? outputColumns(rel.left) : columnsOfJoin(rel);
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
