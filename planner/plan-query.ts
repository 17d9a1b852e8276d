/**
 * From the analysed query to the plan that runs: rewrite, order the joins, place. A pure function of the tree, the sites'
 * capabilities, the statistics and the switches.
 */
import type { KeyForm, QueryPlan } from '../algebra/plan.ts';
import type { Rel } from '../algebra/rel.ts';
import { outputColumns } from '../algebra/rel.ts';
import type { ColumnId } from '../algebra/scalar.ts';
import type { Capabilities, Site } from '../algebra/site.ts';
import type { Statistics } from '../algebra/statistics.ts';
import { relScalars, visitRel, visitScalar } from '../algebra/transform.ts';
import { featureNotSupported } from '../core/sql-error.ts';
import type { PlanRecord } from './explain/plan-record.ts';
import { Estimator } from './estimate/estimator.ts';
import type { LearnedRows } from './estimate/learned-rows.ts';
import { FragmentJudge } from './place/fragment-judge.ts';
import { ALTERNATIVE_RULES } from './place/alternatives.ts';
import { CostModel } from './cost/cost-model.ts';
import { Placer } from './place/place.ts';
import type { Flips } from './place/local-join.ts';
import { Search, SPARING_RULE, type SearchOptions } from './place/search.ts';
import { shippedIn, type Shipping } from './place/shipping.ts';
import type { Sorting } from './place/sorted-inputs.ts';
import { sameJoins } from './place/same-joins.ts';
import { shareFetches } from './place/shared-fetches.ts';
import { requireWhole, volatileOfSource } from './place/whole-statement.ts';
import { checkRel, checkSameOutput } from './rewrite/check-rel.ts';
import { raiseConstants, type ConstantRaiser } from './rewrite/raise-constants.ts';
import { rewrite, rewriteRuleNames } from './rewrite/rewrite.ts';

/**
 * What can be switched off by name; `cost-placement`: sources do whatever they can; `shipping-cost`: that too, and small
 * relations or large ones are shipped to make it possible; `placement`: they only read tables; `sorting-cost`: whatever can be
 * sorted to be merged or grouped is; `adaptive-cost`: whatever may turn out to be otherwise at run time is taken for so.
 */
export const ruleNames: readonly string[] = [
  ...rewriteRuleNames,
  'order-joins',
  'split-averages',
  'key-filters',
  'key-lists',
  'key-bitmaps',
  'key-ranges',
  'adaptive-joins',
  'adaptive-cost',
  'feedback',
  'shared-fetches',
  ...ALTERNATIVE_RULES,
  'merge-join',
  'sorted-aggregate',
  'sorting-cost',
  'redundant-sorts',
  SPARING_RULE,
  'shipping',
  'shipping-cost',
  'cost-placement',
  'placement',
];

const KEY_FORMS: readonly KeyForm[] = ['list', 'bitmap', 'range'];

/** What planning asks of a site. */
type PlannedSite = Pick<Site, 'capabilities' | 'costs' | 'wholeStatements'>;

export interface PlanContext {
  /** What each source evaluates, by its name. */
  readonly sites: ReadonlyMap<string, PlannedSite>;
  /** What the local executor evaluates. */
  readonly local: Capabilities;
  /** What the net evaluates, row by row. */
  readonly net?: Capabilities;
  /** What the session's backend evaluates of rows that are shipped to it; all that the net does, too. */
  readonly session?: Capabilities;
  /** Evaluates an expression over constants: throws what that raises. */
  readonly raiseConstant?: ConstantRaiser;
  readonly statistics: Statistics;
  /** What earlier executions found out about them. */
  readonly learned?: LearnedRows | undefined;
  /** What the executor may keep of one query. */
  readonly queryMemoryBytes: number;
  /** For tests: rules that must not fire. */
  readonly disabled?: ReadonlySet<string>;
  /** Collects the names of the rules that changed something. */
  readonly fired?: Set<string>;
  /** For EXPLAIN. */
  readonly record?: PlanRecord;
}

/** Throws SqlError 0A000 naming what neither a source nor the executor evaluates. */
export function planQuery(query: Rel, context: PlanContext): QueryPlan {
  const disabled = context.disabled ?? new Set<string>();
  const volatile = volatileOfSource(query);
  const site = (name: string): PlannedSite => {
    const found = context.sites.get(name);
    if (!found) throw featureNotSupported(`source "${name}", which is no longer configured,`);
    return found;
  };
  const { local, net, record } = context;
  const judge = new FragmentJudge((name) => {
    const found = site(name);
    return (volatile && found.wholeStatements) ?? found.capabilities;
  });
  const memory = disabled.has('feedback') ? undefined : context.learned;
  const learned = memory?.under(context.statistics, () => context.fired?.add('feedback'));
  const estimator = new Estimator(context.statistics, learned);
  const cost = new CostModel({
    estimator,
    sites: (name) => site(name).costs,
    local,
    net: context.session ?? net,
    memoryBytes: context.queryMemoryBytes,
  });
  let lastColumn = highestColumn(query);
  const nextColumn = (): ColumnId => ++lastColumn as ColumnId;
  const pushNothing = disabled.has('placement');
  const shipsAlways = disabled.has('shipping-cost');
  const isShipping = !disabled.has('shipping') && !pushNothing && volatile === undefined;
  const shipping: Shipping = shipsAlways ? 'always' : disabled.has('cost-placement') ? 'never' : 'by cost';
  const sendsKeys = !disabled.has('key-filters') && !pushNothing;
  const switches = {
    pushNothing,
    // A statement with volatile functions of a source is evaluated there, or not at all.
    pushEverything: disabled.has('cost-placement') || shipsAlways || volatile !== undefined,
    splitAverages: !disabled.has('split-averages'),
    keyForms: new Set(sendsKeys ? KEY_FORMS.filter((form) => !disabled.has(`key-${form}s`)) : []),
    flips: flipsFor(disabled),
    merging: sortingFor('merge-join', disabled),
    grouping: sortingFor('sorted-aggregate', disabled),
    redundantSorts: !disabled.has('redundant-sorts'),
  };
  const searched: SearchOptions = {
    judge,
    estimator,
    cost,
    ...switches,
    shipping: isShipping ? shipping : 'never',
    sparesMemory: !disabled.has(SPARING_RULE),
    orderJoins: !disabled.has('order-joins') && volatile === undefined,
    alternatives: new Set(volatile === undefined ? ALTERNATIVE_RULES.filter((rule) => !disabled.has(rule)) : []),
    nextColumn,
  };
  const search = new Search(record ? { ...searched, trace: record.trace } : searched);
  const atHome = new Set<Rel>();
  const sparedMs = new Map<Rel, number>();
  const merged = new Set<Rel>();
  const prepare = (rel: Rel): Rel => {
    const rewritten = rewrite(rel, disabled, context.fired);
    if (context.raiseConstant) raiseConstants(rewritten, context.raiseConstant);
    const best = search.best(rewritten);
    checkRel(best.rel);
    checkSameOutput('order-joins', rewritten, best.rel);
    for (const rule of best.rules) context.fired?.add(rule);
    if (best.rules.size === 0 && !sameJoins(rewritten, best.rel)) context.fired?.add('order-joins');
    for (const operator of best.atHome) atHome.add(operator);
    for (const join of best.merged) merged.add(join);
    const shipped = shippedIn(best.rel);
    if (shipped.length > 0 && best.mayRepeat && searched.shipping === 'by cost' && switches.flips === 'by cost') {
      const unshipped = new Search({ ...searched, shipping: 'never' }).best(rewritten);
      for (const input of shipped) sparedMs.set(input, unshipped.costMs - best.costMs);
    }
    return best.rel;
  };
  const subtrees = memory && new Map<number, Rel>();
  const placer = new Placer({
    judge,
    local,
    net,
    session: context.session,
    estimator,
    cost,
    switches,
    atHome,
    sparedMs,
    merged,
    nextColumn,
    planSubquery: (self, rel) => self.root(prepare(rel)),
    fired: context.fired,
    note: (planId, rel) => {
      record?.note(planId, rel);
      subtrees?.set(planId, rel);
    },
  });
  const placed: QueryPlan = { root: placer.root(prepare(query)), subplans: placer.subplans };
  const plan = disabled.has('shared-fetches') ? placed : shareFetches(placed, context.fired);
  if (volatile) requireWhole(plan, volatile);
  record?.finish(plan, estimator, cost);
  return subtrees ? { ...plan, subtrees: withoutRepeated(subtrees) } : plan;
}

const sortingFor = (rule: string, disabled: ReadonlySet<string>): Sorting =>
  disabled.has(rule) ? 'never' : disabled.has('sorting-cost') ? 'always' : 'by cost';

const flipsFor = (disabled: ReadonlySet<string>): Flips =>
  disabled.has('adaptive-joins') ? 'never' : disabled.has('adaptive-cost') || disabled.has('placement') ? 'always' : 'by cost';

/** Nodes that share a subtree each evaluate a part of it. */
function withoutRepeated(subtrees: ReadonlyMap<number, Rel>): ReadonlyMap<number, Rel> {
  const times = new Map<Rel, number>();
  for (const rel of subtrees.values()) times.set(rel, (times.get(rel) ?? 0) + 1);
  return new Map([...subtrees].filter(([, rel]) => times.get(rel) === 1));
}

function highestColumn(rel: Rel): number {
  let highest = 0;
  visitRel(rel, (node) => {
    for (const column of outputColumns(node)) highest = Math.max(highest, column.id);
    for (const expr of relScalars(node)) {
      visitScalar(expr, (part) => {
        if (part.kind === 'subquery') highest = Math.max(highest, highestColumn(part.rel));
      });
    }
  });
  return highest;
}
