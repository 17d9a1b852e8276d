/**
 * A site is a place that can compute: a PostgreSQL source, a DuckDB source, … It says what it holds, what it evaluates
 * exactly, and runs fragments. The planner sees only `Capabilities` (pure, synchronous); the executor only `SiteTransaction`.
 */
import type { BatchStream } from '../core/batch.ts';
import type { SessionSettings } from './plan.ts';
import type { Rel, RelColumn } from './rel.ts';
import type { AggregateCall, Scalar } from './scalar.ts';
import type { TableStatistics } from './statistics.ts';
import type { Datum } from '../core/datum.ts';
import type { SiteCosts } from './site-costs.ts';
import type { FileFunctions } from './file-functions.ts';
import type { SourceFunction } from './source-function.ts';
import type { SourceType } from './source-type.ts';

/**
 * exact: the site gives PostgreSQL 18's answer (value, NULL, error code) for every input.
 * superset (boolean conjuncts of a filter only): keeps at least the rows we would; the filter is repeated at home.
 */
export type Verdict =
  | { readonly verdict: 'exact' }
  | {
      readonly verdict: 'superset';
      readonly reason: string;
      /** What it evaluates instead of the expression's parts, if not those. */
      readonly reads?: readonly Scalar[];
    }
  | { readonly verdict: 'no'; readonly reason: string };

export interface Capabilities {
  /** Subqueries without outer columns are evaluated whether or not a row comes to them. */
  readonly eagerSubqueries?: boolean;
  /**
   * Judges this node alone, its arguments being at the site already (a walker in planner/place recurses). Unproven = no.
   * `reason` is shown to users: "lower(text) differs on DuckDB for non-ASCII".
   */
  scalar(expr: Scalar): Verdict;
  aggregate(call: AggregateCall): Verdict;
  /** Judges the operator alone: its inputs are already a fragment here and its scalars were judged. */
  operator(rel: Rel): Verdict;
}

/** A relation as found at a source, to be mirrored into the catalog. */
export interface SourceRelation {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'partitioned' | 'foreign' | 'view' | 'materialized view';
  readonly comment?: string | undefined;
  readonly columns: readonly SourceColumn[];
  readonly primaryKey?: { readonly name: string; readonly columns: readonly string[] } | undefined;
  readonly uniqueKeys: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly foreignKeys: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly referencedSchema: string;
    readonly referencedTable: string;
    readonly referencedColumns: readonly string[];
    /** In each snapshot, no row that a scan of ours reads is without the one it refers to. */
    readonly certain?: boolean | undefined;
  }[];
  /** Planner's row estimate; undefined when unknown. */
  readonly estimatedRows?: number | undefined;
}
export interface SourceColumn {
  readonly name: string;
  /**
   * The type in PostgreSQL's spelling with typmod: `numeric(10,2)`, `character varying(20)`, `integer[]`; for an enum its
   * key in `enums`; for a type the catalog cannot hold, `opaque` with the source's own name in `sourceType`.
   */
  readonly type:
    | { readonly kind: 'builtin'; readonly sql: string }
    | { readonly kind: 'enum'; readonly schema: string; readonly name: string; readonly array: boolean }
    /** One of the listing's `types`. */
    | { readonly kind: 'user'; readonly schema: string; readonly name: string; readonly array: boolean }
    | { readonly kind: 'opaque' };
  readonly sourceType: string;
  readonly notNull: boolean;
  /** Undefined for the catalog's default. One that is not PostgreSQL's C makes order and equality stay at the source. */
  readonly collation?: { readonly name: string; readonly deterministic: boolean } | undefined;
  readonly comment?: string | undefined;
}
export interface SourceEnum {
  readonly schema: string;
  readonly name: string;
  readonly labels: readonly string[];
}
export interface SourceSchema {
  readonly relations: readonly SourceRelation[];
  readonly enums: readonly SourceEnum[];
  /** Those that its users defined beside enums; each after those it is made of. */
  readonly types?: readonly SourceType[];
  /** What its users and extensions added to those of its kind. */
  readonly functions?: readonly SourceFunction[];
  /** What cannot be mirrored, for `tributary check` and the log. */
  readonly problems: readonly string[];
}

export interface SiteQueryOptions {
  readonly params: readonly Datum[];
  /** Some of `params` were found on the way (keys of joins, values of subqueries): to be planned for each time, not once for any. */
  readonly customPlan?: boolean;
  readonly signal: AbortSignal;
  /** Filled in by the site while it runs. For EXPLAIN ANALYZE. */
  readonly metrics?: SiteQueryMetrics;
  /** The relations that the fragment's `input` nodes name. Read by the site; closed by who opened them. */
  readonly inputs?: readonly BatchStream[];
}
export interface SiteQueryMetrics {
  rows: number;
  /** Of rows received. */
  bytes: number;
  /** Of parameters, keys and shipped relations among them. */
  sentBytes: number;
  waitForConnectionMs: number;
}

/**
 * Everything one statement (or one REPEATABLE READ transaction) does at a site: all its queries see one snapshot.
 * Queries may be open at the same time and are read in any order. end() closes what is still open, gives connections
 * back, and is called on every path.
 */
export interface SiteTransaction {
  /** Batches have one column per output column of `fragment`, in order, in the layouts of core/batch.ts for its type. */
  query(fragment: Rel, options: SiteQueryOptions): Promise<BatchStream>;
  /** Only sites that speak PostgreSQL's protocol: rows as finished DataRow messages, never decoded. */
  relay?(fragment: Rel, options: SiteQueryOptions & { readonly formats: readonly (0 | 1)[] }): Promise<RelayStream>;
  end(): Promise<void>;
}
export interface RelayStream {
  /** Up to `rowsMax` rows (0 = as many as one network read brought) as whole DataRow messages; null at the end. */
  next(rowsMax: number): Promise<{ readonly bytes: Uint8Array; readonly rows: number } | null>;
  close(): Promise<void>;
}

export interface BeginOptions {
  /**
   * How many queries the statement will run here, one after the other or at once, subplans included: the site takes that
   * many connections at once, or runs with fewer. With 1 in READ COMMITTED there is no transaction, and no second query.
   */
  readonly fragments: number;
  readonly isolation: 'read committed' | 'repeatable read' | 'serializable';
  readonly settings: SessionSettings;
  readonly signal: AbortSignal;
}

/** A table to collect statistics of, as the source spells it. */
export interface StatisticsRequest {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** `version` of the last collection: a table that has not changed since is left out of the answer. */
  readonly version?: string | undefined;
}
export interface CollectedStatistics {
  readonly schema: string;
  readonly name: string;
  /** Changes when the source has reason to think that the data has. */
  readonly version: string;
  readonly table: TableStatistics;
}
/** A table whose data could not be looked at. */
export interface StatisticsProblem {
  readonly schema: string;
  readonly name: string;
  readonly problem: string;
}

export interface Site {
  /** Its name in the configuration: `shop`. */
  readonly name: string;
  /** "postgres", "duckdb": for EXPLAIN and docs. */
  readonly type: string;
  /** The schema meant by `shop.orders`: `public`, `main`. */
  readonly defaultSchema: string;
  /** What it holds now. Throws SqlError 08001 when it cannot be reached. */
  describe(signal: AbortSignal): Promise<SourceSchema>;
  /**
   * Figures of these tables, cheaply: what the source keeps itself, or a sample. A table without is left out. Throws
   * SqlError 08001 when the source cannot be reached.
   */
  statistics(tables: readonly StatisticsRequest[], signal: AbortSignal): AsyncIterable<CollectedStatistics | StatisticsProblem>;
  /** Valid after a first successful describe() or begin(); before that everything is "no". */
  readonly capabilities: Capabilities;
  /**
   * What it evaluates exactly as the one fragment that a whole statement is, run once: volatile functions of its own as well,
   * which run as often as they are written only where nothing is moved out of their sight. Undefined: nothing more.
   */
  readonly wholeStatements?: Capabilities | undefined;
  /** What work there costs, and what rows from there. */
  readonly costs: SiteCosts;
  /** Throws SqlError 08001 when it cannot be reached. */
  begin(options: BeginOptions): Promise<SiteTransaction>;
  /** The SQL that query() would send, for EXPLAIN. */
  sql(fragment: Rel): string;
  /** True when a whole-query fragment with these output columns may be relayed (same wire bytes as ours). */
  canRelay(columns: readonly RelColumn[]): boolean;
  /** Undefined: it has none, or none is allowed. */
  readonly files?: FileFunctions | undefined;
  close(): Promise<void>;
}

/** The catalog server as the place that evaluates, row by row, what neither a source nor the executor does. */
export type NetSite = Pick<Site, 'name' | 'capabilities' | 'begin' | 'sql' | 'close'>;
