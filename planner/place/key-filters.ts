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
 * Where by estimate too many can match and the build side is quickly read, the source waits all the same, in case that there
 * are few after all (rule adaptive-joins); as soon as there are too many it begins.
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
import type { Flips } from './local-join.ts';
import { readMs, waitedMs } from './probe-wait.ts';

/** Kinds whose keys can be listed, and whose equality is that of their values. */
const LISTED: ReadonlySet<TypeKind> = new Set(['int2', 'int4', 'int8', 'date', 'text', 'varchar', 'uuid']);

/** Of the time that the rows of the probe side take to come: so long they may wait for keys that are not expected to be few. */
const WAIT_PART = 0.1;

export interface KeyFilterOptions {
  readonly judge: FragmentJudge;
  readonly estimator: Estimator;
  readonly cost: CostModel;
  /** Whatever it costs. */
  readonly always: boolean;
  readonly forms: ReadonlySet<KeyForm>;
  /** `always`: keys are few where they were expected to be too many, and too many where they were not. */
  readonly flips: Flips;
}

/** The filter that a join's keys make, if any; `on`: its conditions; `build`: what its right side evaluates. */
export function keyFilterOf(
  join: HashJoinPlan,
  on: readonly Scalar[],
  build: Rel,
  options: KeyFilterOptions,
): KeyFilter | undefined {
  const filters = sendableKeys(join, on, build, options).flatMap((keys) => expectedFilter(keys, build, options) ?? []);
  const best = (['list', 'bitmap'] as const).map((form) => filters.find(({ expected }) => expected.form === form));
  return best.find((filter) => filter !== undefined) ?? filters[0];
}

/**
 * The filter that they make where they are expected to be too many, and it takes little to wait for the true number: the
 * fragment then begins as soon as they are, and has lost that time.
 */
export function unexpectedFilterOf(
  join: HashJoinPlan,
  on: readonly Scalar[],
  build: Rel,
  options: KeyFilterOptions,
): KeyFilter | undefined {
  const { estimator, cost, flips } = options;
  if (flips !== 'always' && isTable(build)) return undefined;
  let waitMs: number | undefined;
  for (const { filter, isListed, keys, rows, target, probed } of sendableKeys(join, on, build, options)) {
    const expected = { keys: Math.round(keys), form: null, rows: Math.round(rows) };
    // What lies between them is not worth having waited.
    const { range: _, ...few } = filter;
    if (flips === 'always' && isListed) return { ...few, keysMax: KEYS_MAX, expected };
    if (few.keysMax === 0 && (few.bitmap?.keysMax ?? 0) === 0) continue;
    waitMs ??= readMs(join.right, estimator, cost);
    const transferMs = cost.transferMs(target.site, rows, probed.columns, probed.bytes);
    if (waitMs + waitedMs(join.left, target.id, estimator, cost) > WAIT_PART * transferMs) continue;
    return { ...few, expected };
  }
  return undefined;
}

/** One that finds any key to be too many. */
export function givenUp({ target, key, type, condition, expected }: KeyFilter): KeyFilter {
  return { target, key, type, condition, expected, keysMax: 0 };
}

/** All rows of it: as many as statistics say. */
const isTable = (rel: Rel): boolean =>
  rel.kind === 'scan' || ((rel.kind === 'project' || rel.kind === 'sort') && isTable(rel.input));

/** One of a join's keys that could go to a source. */
interface SendableKeys {
  readonly filter: Omit<KeyFilter, 'expected'>;
  readonly isListed: boolean;
  readonly right: Scalar;
  /** By estimate. */
  readonly keys: number;
  /** The fragment that they go to, its column, how many values that has, as frequent as the keys, and its rows. */
  readonly target: RemoteQuery;
  readonly column: ColumnId;
  readonly values: number;
  readonly rows: number;
  readonly probed: ProbedRows;
}

function sendableKeys(join: HashJoinPlan, on: readonly Scalar[], build: Rel, options: KeyFilterOptions): readonly SendableKeys[] {
  if (join.type !== 'inner' && join.type !== 'semi' && join.type !== 'right') return [];
  if (join.nullsMatch === true || join.nullAware) return [];
  return join.leftKeys.flatMap((_, key) => sendableKey(join, key, on, build, options) ?? []);
}

function sendableKey(
  join: HashJoinPlan,
  key: number,
  on: readonly Scalar[],
  build: Rel,
  options: KeyFilterOptions,
): SendableKeys | undefined {
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
  const frequent =
    right.kind === 'column' ? estimator.valuesAsFrequent(target.fragment, column.column, build, right.column) : undefined;
  const values = frequent ?? estimator.values(target.fragment, column.column);
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
  return { filter, isListed, right, keys, target, column: column.column, values, rows, probed };
}

/** Where so many keys are worth sending, in one form or another. */
function expectedFilter(
  { filter, isListed, right, keys, target, column, values, rows, probed }: SendableKeys,
  build: Rel,
  { estimator, cost, always }: KeyFilterOptions,
): KeyFilter | undefined {
  const { keysMax, bitmap, range } = filter;
  const expected = (form: KeyForm, part: number): KeyFilter => ({
    ...filter,
    expected: { keys: Math.round(keys), form, rows: Math.round(rows * Math.min(1, part)) },
  });
  if (isListed && (always || (keysMax > 0 && keys <= keysMax))) return expected('list', keys / values);
  const extent = right.kind === 'column' ? estimator.extent(build, right.column) : undefined;
  if (bitmap && keys <= bitmap.keysMax && areDense(keys, extent)) return expected('bitmap', keys / values);
  if (range === undefined) return undefined;
  const part = (extent && estimator.partWithin(target.fragment, column, extent)) ?? 1;
  return always || isRangeWorthSending(cost.site(target.site), probed, part) ? expected('range', part) : undefined;
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
