/**
 * Typed expressions. Made by planner/analyze from PostgreSQL's analysed tree: every call is resolved, every implicit cast
 * is explicit, every node knows its type (with typmod and collation) from birth. Columns are ids, never names.
 */
import type { Datum } from '../core/datum.ts';
import type { Collation, SqlType } from '../core/sql-type.ts';
import type { Rel } from './rel.ts';

export type ColumnId = number & { readonly brand: 'ColumnId' };

/** A row of pg_proc: function, aggregate or window function. */
export interface FunctionRef {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /**
   * The key of every kernel and capability table: `int4pl(int4,int4)`, `count()`, `count(any)`, `sum(int8)`; types by their
   * pg_type.typname, schema-qualified outside pg_catalog (`shop.area(shop.box2)`), as the function itself too.
   */
  readonly signature: string;
  readonly kind: 'function' | 'aggregate' | 'window' | 'procedure';
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly strict: boolean;
  readonly leakproof: boolean;
  readonly returnsSet: boolean;
  /** Ordered-set or hypothetical-set aggregate. */
  readonly aggregateKind?: 'normal' | 'ordered-set' | 'hypothetical';
  /** The source whose function this is; undefined: the catalog server's own (built-in, contrib or user-made there). */
  readonly site?: string;
  /** Of a source's function that returns rows: their columns. */
  readonly resultColumns?: readonly SqlType[];
}

export interface OperatorRef {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly position: 'infix' | 'prefix';
  /** OID of the function behind it. */
  readonly functionOid: number;
  readonly commutator: number;
  readonly negator: number;
  readonly canHash: boolean;
  /** Of `<`, `<=`, `>=`, `>`: the operators (OIDs) of the B-tree order it belongs to, over the same two types. */
  readonly ordering?: {
    readonly less: number;
    readonly lessOrEqual: number;
    readonly equal: number;
    readonly greaterOrEqual: number;
    readonly greater: number;
  };
}

/** Where in the user's statement (0-based character offset), for error positions; undefined when unknown. */
interface Located {
  readonly location?: number | undefined;
}

export interface ColumnRefScalar extends Located {
  readonly kind: 'column';
  readonly column: ColumnId;
  readonly type: SqlType;
}
export interface ConstScalar extends Located {
  readonly kind: 'const';
  readonly value: Datum;
  readonly type: SqlType;
}
/** $n; the value comes with execution. */
export interface ParamScalar extends Located {
  readonly kind: 'param';
  /** 1-based. */
  readonly index: number;
  readonly type: SqlType;
}
export interface CallScalar extends Located {
  readonly kind: 'call';
  readonly fn: FunctionRef;
  /** Set when written (or meant) as an operator; `fn` is then the function behind it. */
  readonly operator?: OperatorRef;
  readonly args: readonly Scalar[];
  readonly type: SqlType;
  /** Collation the function works under. */
  readonly inputCollation: Collation;
  /** How it was written; casts are calls too (`int8(int4)`, `numeric(numeric,int4)` with the typmod as second argument). */
  readonly form: 'function' | 'operator' | 'explicit-cast' | 'implicit-cast';
  readonly variadic?: boolean;
}
/**
 * Casts without a function. `relabel`: same bytes, other type (varchar → text). `io`: through the text form
 * (int4 → text, text → date). `array`: element-wise, `elementCast` applied to a param scalar with index 0.
 */
export interface CastScalar extends Located {
  readonly kind: 'cast';
  readonly how: 'relabel' | 'io' | 'array' | 'domain';
  readonly arg: Scalar;
  readonly type: SqlType;
  /** With `domain`: its qualified name in the catalog; `type` is the one that it is over. */
  readonly domain?: string;
  /** With `domain`: the source that alone knows its constraints. */
  readonly site?: string;
  readonly explicit: boolean;
  readonly elementCast?: Scalar;
}
export interface LogicScalar extends Located {
  readonly kind: 'and' | 'or';
  readonly args: readonly Scalar[];
  readonly type: SqlType;
}
export interface NotScalar extends Located {
  readonly kind: 'not';
  readonly arg: Scalar;
  readonly type: SqlType;
}
/** IS [NOT] NULL of a non-composite value. */
export interface NullTestScalar extends Located {
  readonly kind: 'nulltest';
  readonly arg: Scalar;
  readonly negated: boolean;
  readonly type: SqlType;
}
/** IS [NOT] TRUE / FALSE / UNKNOWN. */
export interface BooleanTestScalar extends Located {
  readonly kind: 'booltest';
  readonly arg: Scalar;
  readonly test: 'true' | 'false' | 'unknown';
  readonly negated: boolean;
  readonly type: SqlType;
}
/** a IS DISTINCT FROM b; `equality` is the `=` it is defined by. */
export interface DistinctFromScalar extends Located {
  readonly kind: 'distinct';
  readonly equality: FunctionRef;
  readonly operator: OperatorRef;
  readonly left: Scalar;
  readonly right: Scalar;
  readonly inputCollation: Collation;
  readonly type: SqlType;
}
export interface NullIfScalar extends Located {
  readonly kind: 'nullif';
  readonly equality: FunctionRef;
  readonly operator: OperatorRef;
  readonly left: Scalar;
  readonly right: Scalar;
  readonly inputCollation: Collation;
  readonly type: SqlType;
}
/** left op ANY (array) / left op ALL (array). An IN list is an `any` with `=` over an `array` scalar or array constant. */
export interface ArrayCompareScalar extends Located {
  readonly kind: 'arraycompare';
  readonly quantifier: 'any' | 'all';
  readonly fn: FunctionRef;
  readonly operator: OperatorRef;
  readonly left: Scalar;
  readonly array: Scalar;
  readonly inputCollation: Collation;
  readonly type: SqlType;
}
/** Searched CASE; the simple form arrives as one, its operand evaluated once through `let`. */
export interface CaseScalar extends Located {
  readonly kind: 'case';
  /** CASE operand WHEN …: the conditions refer to it as `caseoperand`. */
  readonly operand?: Scalar;
  readonly branches: readonly { readonly when: Scalar; readonly then: Scalar }[];
  readonly otherwise: Scalar;
  readonly type: SqlType;
}
/** The operand of the innermost enclosing CASE. */
export interface CaseOperandScalar extends Located {
  readonly kind: 'caseoperand';
  readonly type: SqlType;
}
export interface CoalesceScalar extends Located {
  readonly kind: 'coalesce';
  readonly args: readonly Scalar[];
  readonly type: SqlType;
}
export interface MinMaxScalar extends Located {
  readonly kind: 'greatest' | 'least';
  readonly args: readonly Scalar[];
  readonly inputCollation: Collation;
  readonly type: SqlType;
}
/** ARRAY[…]; `nested`: the elements are arrays themselves. */
export interface ArrayScalar extends Located {
  readonly kind: 'array';
  readonly elements: readonly Scalar[];
  readonly nested: boolean;
  readonly type: SqlType;
}
/**
 * An uncorrelated subquery in an expression, evaluated at most once per execution.
 * scalar: its single column of its single row (0 rows: NULL; 2: 21000). exists: has a row.
 * any / all: `left op ANY (subquery)` with SQL's three-valued logic, e.g. IN is `any` with `=`, NOT IN is `not(any =)`.
 * array: ARRAY(subquery), in its order.
 */
export interface SubqueryScalar extends Located {
  readonly kind: 'subquery';
  readonly mode: 'scalar' | 'exists' | 'any' | 'all' | 'array';
  readonly rel: Rel;
  readonly left?: readonly Scalar[];
  /** One per column compared. */
  readonly comparisons?: readonly {
    readonly fn: FunctionRef;
    readonly operator: OperatorRef;
    readonly inputCollation: Collation;
  }[];
  readonly type: SqlType;
}

/** ROW(…), a whole-row reference included; `type` is record or a named composite. */
export interface RowScalar extends Located {
  readonly kind: 'row';
  readonly fields: readonly Scalar[];
  readonly names: readonly string[];
  readonly type: SqlType;
}
/** (composite).name */
export interface FieldScalar extends Located {
  readonly kind: 'field';
  readonly arg: Scalar;
  /** Its place among the fields of the argument's type. */
  readonly place: number;
  readonly name: string;
  readonly type: SqlType;
}
/** container[i], container[l:u] (`slice`: a missing bound is null), jsonb['key']. */
export interface SubscriptScalar extends Located {
  readonly kind: 'subscript';
  readonly container: Scalar;
  readonly slice: boolean;
  /** One per dimension; `lower` is null unless a slice gives it. */
  readonly indexes: readonly { readonly lower: Scalar | null; readonly upper: Scalar | null }[];
  readonly type: SqlType;
}
/** Words, a type's name as the site spells it, or the argument of that number. */
export type NativePart = string | { readonly type: SqlType } | { readonly arg: number };
/**
 * Anything of PostgreSQL's expression language that has no kind of its own (SQL/JSON, XML, a domain's check, …), as the SQL
 * it is written in. Only a site with PostgreSQL's grammar evaluates it.
 */
export interface NativeScalar extends Located {
  readonly kind: 'native';
  /** What it is, for reasons: "JSON_VALUE". */
  readonly name: string;
  readonly sql: readonly NativePart[];
  readonly args: readonly Scalar[];
  /** The first major version of PostgreSQL that has it. */
  readonly since: number;
  /** XMLTABLE, JSON_TABLE: only as the function of a ProjectSet. */
  readonly returnsSet?: boolean;
  readonly type: SqlType;
}

export type Scalar =
  | ColumnRefScalar
  | ConstScalar
  | ParamScalar
  | CallScalar
  | CastScalar
  | LogicScalar
  | NotScalar
  | NullTestScalar
  | BooleanTestScalar
  | DistinctFromScalar
  | NullIfScalar
  | ArrayCompareScalar
  | CaseScalar
  | CaseOperandScalar
  | CoalesceScalar
  | MinMaxScalar
  | ArrayScalar
  | SubqueryScalar
  | RowScalar
  | FieldScalar
  | SubscriptScalar
  | NativeScalar;

/** One aggregate of an Aggregate node, over its input's columns. */
export interface AggregateCall {
  readonly fn: FunctionRef;
  /** Empty for count(*). */
  readonly args: readonly Scalar[];
  readonly distinct: boolean;
  readonly filter: Scalar | null;
  /** ORDER BY inside the call. */
  readonly orderBy: readonly { readonly expr: Scalar; readonly descending: boolean; readonly nullsFirst: boolean }[];
  readonly inputCollation: Collation;
  readonly type: SqlType;
  readonly location?: number | undefined;
  /** Ordered-set and hypothetical-set aggregates: the direct arguments; WITHIN GROUP's are `orderBy`. */
  readonly direct?: readonly Scalar[];
  /** The last argument is an array of arguments. */
  readonly variadic?: boolean;
}

/** A window function, or an aggregate over a window, of a Window node. */
export interface WindowCall {
  readonly fn: FunctionRef;
  readonly args: readonly Scalar[];
  readonly filter: Scalar | null;
  readonly inputCollation: Collation;
  readonly type: SqlType;
  readonly location?: number | undefined;
}
