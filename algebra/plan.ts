/**
 * The physical plan: local operators whose leaves are remote fragments. Made by planner/place, run by executor/, shown by
 * planner/explain. Expressions refer to columns of the children by id; `columns` is the node's output in order.
 */
import { unreachable } from '../core/assert.ts';
import { CATALOG_SITE, SESSION_SITE, type Rel, type RelColumn, type SortKey, type WindowFrame } from './rel.ts';
import type { SqlType } from '../core/sql-type.ts';
import type { AggregateCall, ColumnId, Scalar, WindowCall } from './scalar.ts';
import { sitesOf } from './transform.ts';

interface PlanBase {
  /** Unique within the plan: EXPLAIN ANALYZE hangs actual figures on it. */
  readonly id: number;
  readonly columns: readonly RelColumn[];
  readonly estimatedRows: number;
  /** Why this stayed home although a source might have run it: "join of two sources", "lower(text) differs on DuckDB …". */
  readonly notPushed?: string | undefined;
}

/** A fragment evaluated whole by one site. `columns` are the fragment's output. */
export interface RemoteQuery extends PlanBase {
  readonly kind: 'remote';
  readonly site: string;
  readonly fragment: Rel;
  /** Relations shipped to the site: what the fragment reads as `input` nodes, with the same columns. */
  readonly inputs?: readonly Plan[];
  /** For each of them: of more rows, another plan that ships nothing is cheaper by estimate, even if it begins now. */
  readonly shipRowsMax?: readonly number[];
}
export interface FilterPlan extends PlanBase {
  readonly kind: 'filter';
  readonly input: Plan;
  readonly conjuncts: readonly Scalar[];
}
export interface ProjectPlan extends PlanBase {
  readonly kind: 'project';
  readonly input: Plan;
  /** Aligned with `columns`. */
  readonly exprs: readonly Scalar[];
}
/**
 * The distinct values of `rightKeys[key]` go to the remote node `target` on the probe side, which does not start before they
 * are known, or known to be too many: at most `keysMax` of them as the array parameter $0 of `condition`; of more, the least
 * and the greatest as $0 and $1 of `range`, or of `bitmap`, where $2 is a bytea that has a bit for each value in between.
 */
export interface KeyFilter {
  readonly target: number;
  readonly key: number;
  /** In which they go: that of the target's column. */
  readonly type: SqlType;
  readonly condition: Scalar;
  readonly keysMax: number;
  readonly range?: readonly Scalar[];
  readonly bitmap?: KeyBitmap;
  /** By estimate: how many keys it will be, in which form they go (null: they are too many), and how many rows `target` sends then. */
  readonly expected: { readonly keys: number; readonly form: KeyForm | null; readonly rows: number };
}
export type KeyForm = 'list' | 'bitmap' | 'range';
/** For more than `keysMin` keys, which are compared with a bitmap sooner than with a list, if they lie close enough together. */
export interface KeyBitmap {
  readonly conditions: readonly Scalar[];
  readonly keysMin: number;
  readonly keysMax: number;
  readonly bitsPerKeyMax: number;
}
/**
 * `leftKeys[i] = rightKeys[i]` (SQL `=`: NULLs never match) and every conjunct of `residual`. The right side is built, the
 * left side probes. Output: left's then right's columns; semi/anti: left's only. `nullAware`: see algebra/rel.ts Join.
 * `nullsMatch`: keys are compared by IS NOT DISTINCT FROM instead.
 */
export interface HashJoinPlan extends PlanBase {
  readonly kind: 'hashjoin';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
  readonly left: Plan;
  readonly right: Plan;
  readonly leftKeys: readonly Scalar[];
  readonly rightKeys: readonly Scalar[];
  readonly residual: readonly Scalar[];
  readonly nullAware: boolean;
  readonly nullsMatch?: boolean;
  readonly keyFilter?: KeyFilter;
  /** With more rows than this on the right, the left side is built instead, if it turns out to be smaller. */
  readonly flipAt?: number;
}
/**
 * The same of inputs that both come in the order of their keys: `leftKeys[i] = rightKeys[i]`, alike in direction and NULLs.
 * What is kept are the right rows of one key. Output as that of a hash join.
 */
export interface MergeJoinPlan extends PlanBase {
  readonly kind: 'mergejoin';
  readonly type: 'inner' | 'left' | 'semi' | 'anti';
  readonly left: Plan;
  readonly right: Plan;
  readonly leftKeys: readonly SortKey[];
  readonly rightKeys: readonly SortKey[];
  readonly residual: readonly Scalar[];
}
/** Any join condition; the right side is kept in memory. */
export interface NestedLoopPlan extends PlanBase {
  readonly kind: 'nestedloop';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
  readonly left: Plan;
  readonly right: Plan;
  readonly on: readonly Scalar[];
  readonly nullAware: boolean;
}
export interface AggregatePlan extends PlanBase {
  readonly kind: 'aggregate';
  readonly input: Plan;
  readonly groups: readonly ColumnId[];
  readonly calls: readonly AggregateCall[];
  /** See algebra/rel.ts Aggregate. Output: groups, calls, masks. */
  readonly sets?: readonly (readonly ColumnId[])[];
  readonly masks?: readonly (readonly ColumnId[])[];
  /** Rows of a group come one after the other. */
  readonly isSorted?: true;
}
/** Window functions over one partitioning, order and frame. Output: the input's columns, then one per function. */
export interface WindowPlan extends PlanBase {
  readonly kind: 'window';
  readonly input: Plan;
  readonly partition: readonly ColumnId[];
  readonly order: readonly SortKey[];
  readonly frame: WindowFrame;
  readonly functions: readonly { readonly column: RelColumn; readonly call: WindowCall }[];
}
/** Sort, or top-N when `limit` is set (then only the first limit + offset rows need be kept; a limit node stays above). */
export interface SortPlan extends PlanBase {
  readonly kind: 'sort';
  readonly input: Plan;
  readonly keys: readonly SortKey[];
  readonly topN?: { readonly limit: Scalar; readonly offset: Scalar | null };
}
export interface LimitPlan extends PlanBase {
  readonly kind: 'limit';
  readonly input: Plan;
  readonly limit: Scalar | null;
  readonly offset: Scalar | null;
}
export interface DistinctPlan extends PlanBase {
  readonly kind: 'distinct';
  readonly input: Plan;
  /** Equal rows come one after the other. */
  readonly isSorted?: true;
}
export interface SetOperationPlan extends PlanBase {
  readonly kind: 'setop';
  readonly op: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: Plan;
  readonly right: Plan;
  readonly leftColumns: readonly ColumnId[];
  readonly rightColumns: readonly ColumnId[];
}
export interface ValuesPlan extends PlanBase {
  readonly kind: 'values';
  readonly rows: readonly (readonly Scalar[])[];
}
/**
 * Evaluates each definition at most once, when first read, and lets several CteScans read it. `isFetch`: no WITH of the
 * statement's but a fragment that several places ask for; it may run again when memory is short.
 */
export interface WithPlan extends PlanBase {
  readonly kind: 'with';
  readonly definitions: readonly {
    readonly cte: number;
    readonly name: string;
    readonly plan: Plan;
    readonly isFetch?: true;
  }[];
  readonly body: Plan;
}
/** See algebra/rel.ts ProjectSet; only functions of the executor's own table return sets here. */
export interface ProjectSetPlan extends PlanBase {
  readonly kind: 'projectset';
  readonly input: Plan;
  readonly functions: readonly { readonly call: Scalar; readonly columns: readonly RelColumn[] }[];
  readonly ordinality: RelColumn | null;
}
/**
 * `step` is run anew for every round; its CteScans of `cte` read what the round before found. What it reads that stays the
 * same is in `constants`, evaluated once.
 */
export interface RecursivePlan extends PlanBase {
  readonly kind: 'recursive';
  readonly cte: number;
  readonly name: string;
  readonly all: boolean;
  readonly constants: readonly { readonly cte: number; readonly plan: Plan }[];
  readonly seed: Plan;
  readonly step: Plan;
  readonly seedColumns: readonly ColumnId[];
  readonly stepColumns: readonly ColumnId[];
}
export interface CteScanPlan extends PlanBase {
  readonly kind: 'ctescan';
  readonly cte: number;
  readonly name: string;
  readonly isFetch?: true;
  /** Which columns of the definition it reads, in its own order; without: all of them. */
  readonly positions?: readonly number[];
}

export type Plan =
  | RemoteQuery
  | FilterPlan
  | ProjectPlan
  | HashJoinPlan
  | MergeJoinPlan
  | NestedLoopPlan
  | AggregatePlan
  | WindowPlan
  | SortPlan
  | LimitPlan
  | DistinctPlan
  | SetOperationPlan
  | ValuesPlan
  | WithPlan
  | ProjectSetPlan
  | RecursivePlan
  | CteScanPlan;

/**
 * A planned statement. An uncorrelated subquery inside an expression is replaced, in every Scalar of `root` and of the
 * other subplans, by a `param` scalar with a negative index; `subplans` says what gives that value. They run before (or
 * when first needed), each at most once; a subplan may use only subplans before it.
 * For `any`/`all` the scalar stays a `subquery` scalar in `root` (its test needs the row) and `rel` is identified by object
 * identity with `rel` here.
 */
export interface QueryPlan {
  readonly root: Plan;
  readonly subplans: readonly Subplan[];
  /** What nodes evaluate, for what executions teach. */
  readonly subtrees?: ReadonlyMap<number, Rel>;
}
export interface Subplan {
  /** Negative: the param index that stands for the value (scalar, exists, array) or names the row set (any, all). */
  readonly param: number;
  readonly mode: 'scalar' | 'exists' | 'any' | 'all' | 'array';
  readonly rel: Rel;
  readonly plan: Plan;
}

/** Session settings that change how values print or compute. Passed to each site and to the executor. */
export interface SessionSettings {
  readonly timeZone: string;
  readonly dateStyle: string;
  readonly intervalStyle: string;
  readonly extraFloatDigits: number;
  readonly byteaOutput: 'hex' | 'escape';
  readonly xmlBinary: 'base64' | 'hex';
  /** Planner settings for functions of a source, by name; none: the source's own. */
  readonly planner?: Readonly<Record<string, string>>;
}

/** How many keys a join had, too many to be counted perhaps, and in which form they went; null: they did not. */
export interface KeysSent {
  readonly keys: number | 'too many';
  readonly form: KeyForm | null;
}

/** What one plan node really did, for EXPLAIN ANALYZE. The executor fills it in while it runs. */
export interface NodeMetrics {
  /** Times it was started: 0 = never needed. */
  loops: number;
  rows: number;
  batches: number;
  /** Wall time until its last batch was out, inputs included. */
  timeMs: number;
  /** Received from the site; remote nodes only. */
  sourceBytes: number;
  /** Sent there: parameters, keys and shipped relations. */
  sentBytes: number;
  /** Until the site had a connection for it. */
  waitForConnectionMs: number;
  memoryPeakBytes: number;
  /** Of a hash join with a key filter. */
  keysSent?: KeysSent;
  /** Rows of the right side when a join built the left one instead. */
  buildFlippedAt?: number;
}
/** Operators that make the number of rows another one: those whose estimates may be wrong. */
export const CHANGES_ROWS: ReadonlySet<Plan['kind']> = new Set(['filter', 'hashjoin', 'mergejoin', 'nestedloop', 'aggregate', 'distinct']); // prettier-ignore

/** By plan node id. */
export type PlanMetrics = Map<number, NodeMetrics>;

/** Evaluates rows that are sent to it, and reads no table: the net, or the session's own backend in its place. */
export const isOfNet = ({ site, inputs, fragment }: RemoteQuery): boolean =>
  inputs !== undefined && (site === CATALOG_SITE || (site === SESSION_SITE && sitesOf(fragment).size === 0));

/** The direct inputs of a node, in the order they are shown; a WITH's definitions come before its body. */
export function planInputs(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'remote':
      return plan.inputs ?? [];
    case 'values':
    case 'ctescan':
      return [];
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'projectset':
      return [plan.input];
    case 'hashjoin':
    case 'mergejoin':
    case 'nestedloop':
    case 'setop':
      return [plan.left, plan.right];
    case 'recursive':
      return [...plan.constants.map((constant) => constant.plan), plan.seed, plan.step];
    case 'with':
      return [...plan.definitions.map((definition) => definition.plan), plan.body];
    default:
      return unreachable(plan);
  }
}

export function mapPlanInputs(plan: Plan, f: (input: Plan) => Plan): Plan {
  switch (plan.kind) {
    case 'remote':
      return plan.inputs ? { ...plan, inputs: plan.inputs.map(f) } : plan;
    case 'values':
    case 'ctescan':
      return plan;
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'window':
    case 'projectset':
      return { ...plan, input: f(plan.input) };
    case 'hashjoin':
    case 'mergejoin':
    case 'nestedloop':
    case 'setop':
      return { ...plan, left: f(plan.left), right: f(plan.right) };
    case 'recursive': {
      const constants = plan.constants.map((constant) => ({ ...constant, plan: f(constant.plan) }));
      return { ...plan, constants, seed: f(plan.seed), step: f(plan.step) };
    }
    case 'with': {
      const definitions = plan.definitions.map((definition) => ({ ...definition, plan: f(definition.plan) }));
      return { ...plan, definitions, body: f(plan.body) };
    }
    default:
      return unreachable(plan);
  }
}
