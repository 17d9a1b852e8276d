/**
 * Rule key-filters: when a hash join has read its build side, it knows exactly which keys can match; where few can, they go
 * to the source of the probe side before that begins (rule key-lists). Many integers that lie close together go as a bitmap
 * where the source can look into one (rule key-bitmaps). Where too many can match, it is told the least and the greatest (rule
 * key-ranges): when more came than expected, since the probe side has waited already, or when by estimate many of its rows
 * lie outside.
 *
 *   Hash Join  o.customer_id = c.customer_id        keys to shop
 *   ├─ shop  SELECT … FROM orders                   → … WHERE customer_id = ANY ($1), started once the keys are known
 *   └─ lake  SELECT … FROM customers WHERE vip
 *
 * The join still compares every row, so a source may keep too many, never too few. Only where a row without a partner goes
 * out anyway (inner, semi, right), for a column that comes from the fragment as it is, and worth its waiting by estimate; at run
 * time the true number of keys decides.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { HashJoinPlan, KeyFilter, KeyForm, Plan, RemoteQuery } from '../../algebra/plan.ts';
import type { CallScalar, ColumnId, ColumnRefScalar, Scalar } from '../../algebra/scalar.ts';
import { isOrderedEverywhere } from '../../algebra/comparisons.ts';
import { isInteger, withTypmod, type SqlType, type TypeKind } from '../../core/sql-type.ts';
import type { CostModel } from '../cost/cost-model.ts';
import {
  areDense,
  BITMAP_KEYS_MAX,
  BITMAP_KEYS_MIN,
  bitsWorthSending,
  isRangeWorthSending,
  KEYS_MAX,
  keysWorthSending,
  type ProbedRows,
} from '../cost/key-filter-cost.ts';
import { BITS_PER_KEY_MAX } from '../cost/home-costs.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { FragmentJudge } from './fragment-judge.ts';
import { bitmapConditions, listCondition, rangeConditions } from './key-conditions.ts';

/** Kinds whose keys can be listed, and whose equality is that of their values. */
const LISTED: ReadonlySet<TypeKind> = new Set(['int2', 'int4', 'int8', 'date', 'text', 'varchar', 'uuid']);

export interface KeyFilterOptions {
  readonly judge: FragmentJudge;
  readonly estimator: Estimator;
  readonly cost: CostModel;
  /** Whatever it costs. */
  readonly always: boolean;
  readonly forms: ReadonlySet<KeyForm>;
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
  const filters = join.leftKeys.flatMap((_, key) => filterBy(join, key, on, build, options) ?? []);
  const best = (['list', 'bitmap'] as const).map((form) => filters.find(({ expected }) => expected.form === form));
  return best.find((filter) => filter !== undefined) ?? filters[0];
}

/** By one of its keys. */
function filterBy(
  join: HashJoinPlan,
  key: number,
  on: readonly Scalar[],
  build: Rel,
  options: KeyFilterOptions,
): KeyFilter | undefined {
  const [left, right] = [join.leftKeys[key]!, join.rightKeys[key]!];
  if (left.kind !== 'column' || !areOfOneKind(left.type, right.type)) return undefined;
  const found = sourceOf(join.left, left.column);
  const written = equalityOf(on, left, right);
  if (found === undefined || written === undefined) return undefined;
  const { target } = found;
  const { judge, estimator, forms, always } = options;
  const column: ColumnRefScalar = { kind: 'column', column: found.column, type: left.type };
  const isJudged = (conjuncts: readonly Scalar[]): boolean =>
    judge.node({ kind: 'filter', input: target.fragment, conjuncts }, target.site).verdict !== 'no';
  const condition = listCondition(column, written);
  if (condition === undefined || !isJudged([condition])) return undefined;
  const bounds = forms.has('range') ? rangeConditions(column) : undefined;
  const range = bounds && isJudged(bounds) ? bounds : undefined;
  const rows = estimator.rows(target.fragment);
  const values = estimator.values(target.fragment, column.column);
  const keys = right.kind === 'column' ? estimator.values(build, right.column) : estimator.rows(build);
  const probed = probedRows(target, column.column, { rows, values }, options);
  const costs = options.cost.site(target.site);
  const isListed = forms.has('list') && LISTED.has(left.type.kind);
  const keysMax = !isListed ? 0 : always ? KEYS_MAX : keysWorthSending(costs, probed);
  const conditions = forms.has('bitmap') ? bitmapConditions(column).find(isJudged) : undefined;
  const bitmap = conditions && {
    conditions,
    keysMin: probed.index ? keysMax : Math.min(keysMax, BITMAP_KEYS_MIN),
    keysMax: always ? BITMAP_KEYS_MAX : bitsWorthSending(costs, probed),
    bitsPerKeyMax: BITS_PER_KEY_MAX,
  };
  const filter = { target: target.id, key, type: withTypmod(left.type, -1), condition, keysMax, ...(range && { range }), ...(bitmap && { bitmap }) }; // prettier-ignore
  const expected = (form: KeyForm, part: number): KeyFilter => ({
    ...filter,
    expected: { keys: Math.round(keys), form, rows: Math.round(rows * Math.min(1, part)) },
  });
  if (isListed && (always || (keysMax > 0 && keys <= keysMax))) return expected('list', keys / values);
  const extent = right.kind === 'column' ? estimator.extent(build, right.column) : undefined;
  if (bitmap && keys <= bitmap.keysMax && areDense(keys, extent)) return expected('bitmap', keys / values);
  if (range === undefined) return undefined;
  const part = (extent && estimator.partWithin(target.fragment, column.column, extent)) ?? 1;
  return always || isRangeWorthSending(costs, probed, part) ? expected('range', part) : undefined;
}

const areOfOneKind = (left: SqlType, right: SqlType): boolean =>
  left.kind === right.kind ? LISTED.has(left.kind) || isOrderedEverywhere(left.kind) : isInteger(left) && isInteger(right);

function probedRows(
  { site, fragment, columns }: RemoteQuery,
  key: ColumnId,
  figures: { readonly rows: number; readonly values: number },
  { estimator, cost }: KeyFilterOptions,
): ProbedRows {
  const workMs = cost.workMs(fragment, site);
  const table = estimator.indexedTable(fragment, key);
  return {
    ...figures,
    columns: columns.length,
    bytes: columns.reduce((sum, { id }) => sum + estimator.bytes(fragment, id), 0),
    keyBytes: estimator.bytes(fragment, key),
    workMs,
    index: table && { sparedMs: workMs + cost.wholeMs(table, site), rows: estimator.rows(table) },
  };
}

/** The condition of the join that compares these two. */
const equalityOf = (on: readonly Scalar[], key: ColumnRefScalar, right: Scalar): CallScalar | undefined =>
  on.find(
    (expr): expr is CallScalar =>
      expr.kind === 'call' &&
      expr.operator?.name === '=' &&
      expr.fn.strict &&
      expr.args.some((arg) => arg.kind === 'column' && arg.column === key.column) &&
      expr.args.includes(right),
  );

/** The fragment that a column comes from, unchanged, through operators that let a condition on it pass; and its name there. */
function sourceOf(plan: Plan, column: ColumnId): { readonly target: RemoteQuery; readonly column: ColumnId } | undefined {
  if (!plan.columns.some(({ id }) => id === column)) return undefined;
  switch (plan.kind) {
    case 'remote':
      return plan.inputs === undefined ? { target: plan, column } : undefined;
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
