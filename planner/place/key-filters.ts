/**
 * Rule key-filters: when a hash join has read its build side, it knows exactly which keys can match; where few can, they go
 * to the source of the probe side before that begins.
 *
 *   Hash Join  o.customer_id = c.customer_id        keys to shop
 *   ├─ shop  SELECT … FROM orders                   → … WHERE customer_id = ANY ($1), started once the keys are known
 *   └─ lake  SELECT … FROM customers WHERE vip
 *
 * The join still compares every row, so a source may keep too many, never too few. Only where a row without a partner goes
 * out anyway (inner, semi, right), for a column that comes from the fragment as it is, and worth its waiting by estimate; at run
 * time the true number of keys decides.
 */
import { CATALOG_SITE, type Rel } from '../../algebra/rel.ts';
import type { HashJoinPlan, KeyFilter, Plan, RemoteQuery } from '../../algebra/plan.ts';
import type { ArrayCompareScalar, ColumnId, ColumnRefScalar, Scalar } from '../../algebra/scalar.ts';
import { arrayTypeOf, type TypeKind } from '../../core/sql-type.ts';
import type { CostModel } from '../cost/cost-model.ts';
import { KEYS_MAX, keysWorthSending } from '../cost/key-filter-cost.ts';
import { originOf } from '../estimate/column-origin.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { FragmentJudge } from './fragment-judge.ts';

/** Kinds whose keys can be listed, and whose equality is that of their values. */
const LISTED: ReadonlySet<TypeKind> = new Set(['int2', 'int4', 'int8', 'date', 'text', 'varchar', 'uuid']);

export interface KeyFilterOptions {
  readonly judge: FragmentJudge;
  readonly estimator: Estimator;
  readonly cost: CostModel;
  /** Whatever it costs. */
  readonly always: boolean;
}

/** The filter that a join's keys make, if any; `on`: its conditions; `build`: what its right side evaluates. */
export function keyFilterOf(
  join: HashJoinPlan,
  on: readonly Scalar[],
  build: Rel,
  options: KeyFilterOptions,
): KeyFilter | undefined {
  if (join.type !== 'inner' && join.type !== 'semi' && join.type !== 'right') return undefined;
  if (join.nullsMatch === true || join.nullAware) return undefined;
  for (const [key, left] of join.leftKeys.entries()) {
    const right = join.rightKeys[key]!;
    if (left.kind !== 'column' || left.type.kind !== right.type.kind || !LISTED.has(left.type.kind)) continue;
    const found = sourceOf(join.left, left.column);
    if (found === undefined) continue;
    const { target, column } = found;
    const condition = conditionOf(on, left, right, column);
    if (condition === undefined) continue;
    const { judge, estimator } = options;
    const filtered: Rel = { kind: 'filter', input: target.fragment, conjuncts: [condition] };
    if (judge.node(filtered, target.site).verdict === 'no') continue;
    const rows = estimator.rows(target.fragment);
    const values = estimator.values(target.fragment, column);
    const keys = right.kind === 'column' ? estimator.values(build, right.column) : estimator.rows(build);
    const keysMax = options.always ? KEYS_MAX : keysMaxOf(target, column, { rows, values }, options);
    const expected = { keys: Math.round(keys), rows: Math.round(rows * Math.min(1, keys / values)) };
    if (options.always || (keysMax > 0 && keys <= keysMax)) return { target: target.id, key, condition, keysMax, expected };
  }
  return undefined;
}

function keysMaxOf(
  { site, fragment, columns }: RemoteQuery,
  key: ColumnId,
  figures: { readonly rows: number; readonly values: number },
  { estimator, cost }: KeyFilterOptions,
): number {
  const workMs = cost.workMs(fragment, site);
  const origin = originOf(fragment, key);
  const isIndexed = origin !== undefined && estimator.isIndexed(origin.scan, new Set([origin.column.id]));
  return keysWorthSending(cost.site(site), {
    ...figures,
    columns: columns.length,
    bytes: columns.reduce((sum, { id }) => sum + estimator.bytes(fragment, id), 0),
    keyBytes: estimator.bytes(fragment, key),
    workMs,
    index: isIndexed ? { sparedMs: workMs + cost.wholeMs(origin.scan, site), rows: estimator.rows(origin.scan) } : undefined,
  });
}

/** column = ANY ($0): the array of keys is put in when it is known. `column`: what the key is called at its source. */
function conditionOf(
  on: readonly Scalar[],
  key: ColumnRefScalar,
  right: Scalar,
  column: ColumnId,
): ArrayCompareScalar | undefined {
  for (const call of on) {
    if (call.kind !== 'call' || call.operator?.name !== '=' || !call.fn.strict) continue;
    const left = call.args.find((arg) => arg.kind === 'column' && arg.column === key.column);
    const array = arrayTypeOf(right.type);
    if (left === undefined || array === undefined || !call.args.includes(right)) continue;
    const { fn, operator, inputCollation, type } = call;
    return { kind: 'arraycompare', quantifier: 'any', fn, operator, left: { ...key, column }, array: { kind: 'param', index: 0, type: array }, inputCollation, type }; // prettier-ignore
  }
  return undefined;
}

/** The fragment that a column comes from, unchanged, through operators that let a condition on it pass; and its name there. */
function sourceOf(plan: Plan, column: ColumnId): { readonly target: RemoteQuery; readonly column: ColumnId } | undefined {
  if (!plan.columns.some(({ id }) => id === column)) return undefined;
  switch (plan.kind) {
    case 'remote':
      return plan.inputs === undefined && plan.site !== CATALOG_SITE ? { target: plan, column } : undefined;
    case 'filter':
      return sourceOf(plan.input, column);
    // A filter around a sorted fragment would leave its order open.
    case 'distinct':
      return plan.isSorted ? undefined : sourceOf(plan.input, column);
    case 'sort':
      return plan.topN ? undefined : sourceOf(plan.input, column);
    case 'project': {
      const expr = plan.exprs[plan.columns.findIndex(({ id }) => id === column)];
      return expr?.kind === 'column' ? sourceOf(plan.input, expr.column) : undefined;
    }
    case 'aggregate':
      return plan.sets === undefined && !plan.isSorted && plan.groups.includes(column) ? sourceOf(plan.input, column) : undefined;
    case 'hashjoin':
      // A row of the left that goes out is one that the join above would have turned down.
      if (plan.nullAware) return undefined;
      if (plan.type === 'inner') return sourceOf(plan.left, column) ?? sourceOf(plan.right, column);
      return plan.type === 'left' || plan.type === 'semi' || plan.type === 'anti' ? sourceOf(plan.left, column) : undefined;
    default:
      return undefined;
  }
}
