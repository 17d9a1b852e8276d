/**
 * Placement: cuts a rewritten Rel into fragments that one source evaluates exactly and whole, the largest there are, and
 * makes local operators of the rest. Bottom-up: a subtree is a fragment when the judge says so; where its parent cannot
 * join it there, it is closed into a RemoteQuery that returns only the columns still needed.
 *
 * Invariant: every operator and expression that stays at home was accepted by the local executor's own capability table;
 * what nobody evaluates is refused here (0A000), never at run time. Longer than most files: one case per operator, all on
 * the state of one placement.
 */
import { InternalError, unreachable } from '../../core/assert.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import type { KeyForm, Plan, Subplan } from '../../algebra/plan.ts';
import {
  CATALOG_SITE,
  outputColumns,
  SESSION_SITE,
  type Aggregate,
  type Filter,
  type FrameBound,
  type Join,
  type Limit,
  type ProjectSet,
  type Recursive,
  type Rel,
  type RelColumn,
  type SetOperation,
  type Window,
} from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar, SubqueryScalar } from '../../algebra/scalar.ts';
import type { Capabilities } from '../../algebra/site.ts';
import {
  conjunctionOf,
  columnsIn,
  mapAggregateCall,
  mapRelInputs,
  mapRelScalars,
  relInputs,
  returnsSet,
  rewriteScalar,
  windowScalars,
} from '../../algebra/transform.ts';
import type { CostModel } from '../cost/cost-model.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { FragmentJudge } from './fragment-judge.ts';
import { Net, netFragment, Shipped, splitJoin } from './net.ts';
import { isNetOperator, neededBelow, operatorRefusal, shippedOperator } from './net-operators.ts';
import { strategyOf, type JoinStrategyOptions } from './join-strategy.ts';
import { localJoin, type Flips } from './local-join.ts';
import { comeTogether } from './merge-keys.ts';
import { isSortedBy, outputOrder } from './output-order.ts';
import { numberShipped, type ShippedInput } from './shipping.ts';
import type { Sorting } from './sorted-inputs.ts';
import { splitAverages } from './split-averages.ts';
import { Subplans } from './subplans.ts';
import { splitStep } from './recursive-step.ts';
import { weakened } from './weakened.ts';

type Needed = ReadonlySet<ColumnId>;
const NOTHING: Needed = new Set();
type Placed =
  { readonly kind: 'fragment'; readonly site: string; readonly rel: Rel } | { readonly kind: 'local'; readonly plan: Plan };

export interface PlacementSwitches {
  /** Only scans go to sources; everything else stays home. */
  readonly pushNothing: boolean;
  /** Sources do whatever they can. */
  readonly pushEverything: boolean;
  readonly splitAverages: boolean;
  /** In which forms joins send keys to the source of their probe side; none: they do not. */
  readonly keyForms: ReadonlySet<KeyForm>;
  /** Joins may build the other side, or send keys after all, and what was to be shipped may stay. */
  readonly flips: Flips;
  /** Inputs that come in order are merged, or grouped row by row. */
  readonly merging: Sorting;
  readonly grouping: Sorting;
  /** What comes in order is not sorted. */
  readonly redundantSorts: boolean;
}

export class Placer {
  readonly #judge: FragmentJudge;
  readonly #local: Capabilities;
  readonly #estimator: Estimator;
  readonly #switches: PlacementSwitches;
  /** Operators that the search keeps at home although one source could do them. */
  readonly #atHome: ReadonlySet<Rel>;
  readonly #sparedMs: ReadonlyMap<Rel, number>;
  readonly #holdsHome = new WeakMap<Rel, boolean>();
  readonly #net: Net;
  readonly #nextColumn: () => ColumnId;
  readonly #fired: Set<string> | undefined;
  readonly #note: ((planId: number, rel: Rel) => void) | undefined;
  readonly #joins: JoinStrategyOptions;
  /** A recursive step runs anew each round: nothing in it is sent ahead. */
  #inStep = false;
  readonly #subplans: Subplans;
  #nextId = 1;

  constructor(options: {
    judge: FragmentJudge;
    local: Capabilities;
    net: Capabilities | undefined;
    session: Capabilities | undefined;
    estimator: Estimator;
    cost: CostModel;
    switches: PlacementSwitches;
    atHome: ReadonlySet<Rel>;
    /** What it spares to ship these, rather than nothing at all. */
    sparedMs: ReadonlyMap<Rel, number>;
    /** Joins that the search merges. */
    merged: ReadonlySet<Rel>;
    nextColumn: () => ColumnId;
    /** Plans a subquery from the start (rewrite, order, place): given by plan-query. */
    planSubquery: (placer: Placer, rel: Rel) => Plan;
    fired: Set<string> | undefined;
    /** Told of which subtree a node of the plan is. */
    note: ((planId: number, rel: Rel) => void) | undefined;
  }) {
    this.#judge = options.judge;
    this.#local = options.local;
    this.#estimator = options.estimator;
    this.#switches = options.switches;
    this.#atHome = options.atHome;
    this.#nextColumn = options.nextColumn;
    this.#net = new Net(options.local, options.net, options.session, options.nextColumn);
    this.#subplans = new Subplans((rel) => options.planSubquery(this, rel));
    this.#fired = options.fired;
    this.#note = options.note;
    const { judge, estimator, cost, fired, merged } = options;
    const { keyForms: forms, merging, pushEverything: always, flips } = options.switches;
    this.#sparedMs = options.sparedMs;
    this.#joins = { judge, estimator, cost, always, forms, merging, merged, flips, fired };
  }

  /** In the order in which they may be evaluated. */
  get subplans(): readonly Subplan[] {
    return this.#subplans.all;
  }

  /** A whole query or subquery: puts out all of its columns, in order. */
  root(rel: Rel): Plan {
    const columns = outputColumns(rel);
    const plan = this.#close(this.#place(rel, new Set(columns.map((c) => c.id))), undefined);
    return this.#inOrder(plan, columns);
  }

  #place(rel: Rel, needed: Needed): Placed {
    const site = this.#wholeSite(rel);
    if (site !== undefined) return { kind: 'fragment', site, rel };
    switch (rel.kind) {
      case 'filter':
        return this.#filter(rel, needed);
      case 'aggregate':
        return this.#aggregate(rel);
      default:
        return { kind: 'local', plan: this.#localOperator(rel, needed) };
    }
  }

  /** The site that evaluates the subtree whole. */
  #wholeSite(rel: Rel): string | undefined {
    const sites = this.#judge.ownSites(rel);
    if (sites.size !== 1 || this.#isHeldHome(rel)) return undefined;
    const [site] = sites;
    if (this.#switches.pushNothing && rel.kind !== 'scan') return undefined;
    return this.#judge.rel(rel, site!).verdict === 'exact' ? site : undefined;
  }

  /** Itself or anything below was chosen to be evaluated at home. */
  #isHeldHome(rel: Rel): boolean {
    let held = this.#holdsHome.get(rel);
    if (held === undefined) {
      held = this.#atHome.has(rel) || relInputs(rel).some((input) => this.#isHeldHome(input));
      this.#holdsHome.set(rel, held);
    }
    return held;
  }

  /** Some conjuncts go to the source, some stay, a superset does both. */
  #filter(rel: Filter, needed: Needed): Placed {
    const below = new Set(needed);
    for (const conjunct of rel.conjuncts) columnsIn(conjunct, below);
    const input = this.#place(rel.input, below);
    if (input.kind === 'local' || this.#switches.pushNothing) {
      return { kind: 'local', plan: this.#localFilter(this.#close(input, below), rel.conjuncts, rel, this.#whyHome(rel)) };
    }
    const { site } = input;
    const empty: Filter = { kind: 'filter', input: input.rel, conjuncts: [] };
    const pushed: Scalar[] = [];
    const exact: Scalar[] = [];
    const kept: Scalar[] = [];
    let reason: string | undefined;
    for (const conjunct of rel.conjuncts) {
      // With its input and the others in view: a site may have to know the ranges of the columns below, or what else is asked.
      const verdict = this.#judge.node({ ...empty, conjuncts: [...exact, conjunct] }, site);
      if (verdict.verdict !== 'no') pushed.push(conjunct);
      if (verdict.verdict === 'exact') exact.push(conjunct);
      if (verdict.verdict !== 'exact') {
        kept.push(conjunct);
        reason ??= verdict.reason;
      }
      if (verdict.verdict === 'no' && conjunct.kind === 'or') {
        const weak = weakened(
          conjunct,
          (part) => this.#judge.node({ ...empty, conjuncts: [...exact, part] }, site).verdict !== 'no',
        );
        if (weak !== undefined) pushed.push(weak);
      }
    }
    const fragment: Placed = pushed.length === 0 ? input : { kind: 'fragment', site, rel: { ...empty, conjuncts: pushed } };
    if (kept.length === 0) return fragment;
    return { kind: 'local', plan: this.#localFilter(this.#close(fragment, below), kept, rel, reason) };
  }

  #localFilter(input: Plan, conjuncts: readonly Scalar[], rel: Rel, notPushed: string | undefined): Plan {
    const lifted = conjuncts.map((conjunct) => this.#subplans.lift(conjunct));
    const filter = (below: Plan, exprs: readonly Scalar[]): Plan => ({
      ...this.#base(rel, below.columns, notPushed),
      kind: 'filter',
      input: below,
      conjuncts: exprs,
    });
    const refused = lifted.filter((expr) => this.#net.refusal(expr) !== undefined);
    if (refused.length === 0) return filter(input, lifted);
    // The net sees the rows that the others leave; several go together, so that each may spare the next its errors.
    const own = lifted.filter((expr) => !refused.includes(expr));
    const left = own.length === 0 ? input : filter(input, own);
    const shipped = new Shipped();
    const conjunct = this.#net.split(conjunctionOf(refused), shipped);
    return this.#inOrder(filter(this.#ship(left, shipped), [conjunct]), input.columns);
  }

  /** The input with the columns that the net adds. */
  #ship(input: Plan, shipped: Shipped): Plan {
    if (shipped.items.length === 0) return input;
    return {
      id: this.#nextId++,
      kind: 'remote',
      site: shipped.site,
      columns: [...input.columns, ...shipped.items.map((item) => item.column)],
      fragment: netFragment(input.columns, shipped.items),
      inputs: [input],
      estimatedRows: input.estimatedRows,
      notPushed: `no local kernel: ${shipped.reason}`,
    };
  }

  /** An operator that the executor refuses, at the net; undefined when it does not refuse it. */
  #netOperator(rel: Rel, needed: Needed): Plan | undefined {
    const refusal = operatorRefusal(this.#local, rel);
    if (refusal === undefined) return undefined;
    const below = neededBelow(rel, needed);
    const inputs = relInputs(rel).map((input) => this.#close(this.#place(input, below), below));
    return this.#shipWhole(rel, inputs, refusal);
  }

  #shipWhole(rel: Rel, plans: readonly Plan[], reason: string): Plan {
    const lifted = mapRelScalars(rel, (expr) => this.#subplans.lift(expr));
    const { fragment, inputs, site } = shippedOperator(lifted, plans, this.#net.acceptOperator(lifted, reason));
    const base = this.#base(rel, outputColumns(fragment), `no local kernel: ${reason}`);
    return { ...base, kind: 'remote', site, fragment, inputs };
  }

  #aggregate(rel: Aggregate): Placed {
    const sites = this.#judge.ownSites(rel);
    if (this.#switches.splitAverages && !this.#switches.pushNothing && sites.size === 1 && !this.#isHeldHome(rel)) {
      const split = splitAverages(rel, this.#nextColumn);
      const [site] = sites;
      if (split && this.#judge.rel(split.input, site!).verdict === 'exact') {
        this.#fired?.add('split-averages');
        const placed = this.#place(split, new Set(outputColumns(split).map((c) => c.id)));
        if (placed.kind === 'local') this.#note?.(placed.plan.id, rel);
        return placed;
      }
    }
    const whole = this.#netOperator(rel, NOTHING);
    if (whole) return { kind: 'local', plan: whole };
    const below = neededBelow(rel, NOTHING);
    const rows = this.#close(this.#place(rel.input, below), below);
    const shipped = new Shipped();
    const calls = rel.aggregates.map(({ call }) => this.#call(call, shipped));
    const input = this.#ship(rows, shipped);
    return {
      kind: 'local',
      plan: {
        ...this.#base(rel, outputColumns(rel), this.#whyHome(rel)),
        kind: 'aggregate',
        input,
        groups: rel.groups.map((g) => g.id),
        calls,
        ...(rel.sets ? {} : this.#runsOf(rel.groups, input)),
        ...(rel.sets ? { sets: rel.sets, masks: (rel.masks ?? []).map((mask) => mask.of) } : {}),
      },
    };
  }

  #localOperator(rel: Rel, needed: Needed): Plan {
    const whole = rel.kind === 'scan' || rel.kind === 'input' ? undefined : this.#netOperator(rel, needed);
    if (whole) return whole;
    switch (rel.kind) {
      case 'scan':
        throw featureNotSupported(
          `${rel.sample ? 'TABLESAMPLE of' : 'reading'} ${rel.table.site}.${rel.table.schema}.${rel.table.name}`,
          {
            detail: this.#whyHome(rel),
          },
        );
      case 'ctescan':
        return { ...this.#base(rel, rel.columns), kind: 'ctescan', cte: rel.cte, name: rel.name };
      case 'fence':
        return this.#close(this.#place(rel.input, needed), needed);
      case 'project': {
        const items = rel.items.filter((item) => needed.has(item.column.id));
        const below = new Set<ColumnId>();
        for (const item of items) columnsIn(item.expr, below);
        const input = this.#close(this.#place(rel.input, below), below);
        const shipped = new Shipped();
        const exprs = items.map((item) => this.#scalar(item.expr, shipped));
        return {
          ...this.#base(
            rel,
            items.map((item) => item.column),
            this.#whyHome(rel),
          ),
          kind: 'project',
          input: this.#ship(input, shipped),
          exprs,
        };
      }
      case 'join':
        return this.#join(rel, needed);
      case 'sort':
        return this.#sort(rel, needed, undefined);
      case 'limit':
        return this.#limit(rel, needed);
      case 'distinct': {
        const all = new Set(outputColumns(rel.input).map((column) => column.id));
        const input = this.#close(this.#place(rel.input, all), all);
        const runs = this.#runsOf(input.columns, input);
        return { ...this.#base(rel, input.columns, this.#whyHome(rel)), kind: 'distinct', input, ...runs };
      }
      case 'setop':
        return this.#setOperation(rel);
      case 'values':
        return {
          ...this.#base(rel, rel.columns),
          kind: 'values',
          rows: rel.rows.map((row) => row.map((expr) => this.#scalar(expr))),
        };
      case 'with': {
        const definitions = rel.definitions.map((d) => ({ cte: d.cte, name: d.name, plan: this.root(d.rel) }));
        const body = this.#close(this.#place(rel.body, needed), undefined);
        return { ...this.#base(rel, body.columns), kind: 'with', definitions, body };
      }
      case 'filter':
      case 'aggregate':
        return this.#close(this.#place(rel, needed), needed);
      case 'window':
        return this.#window(rel, needed);
      case 'projectset':
        return this.#projectSet(rel, needed);
      case 'recursive':
        return this.#recursive(rel);
      case 'input':
        if (rel.shipped === undefined) throw new InternalError('a shipped relation has no local operator');
        return this.#rowsOf({ ...rel, shipped: rel.shipped });
      default:
        return unreachable(rel);
    }
  }

  #window(rel: Window, needed: Needed): Plan {
    const functions = rel.functions.filter(({ column }) => needed.has(column.id));
    const own = new Set(rel.functions.map(({ column }) => column.id));
    const below = new Set([...needed].filter((id) => !own.has(id)));
    for (const column of rel.partition) below.add(column.id);
    for (const key of rel.order) below.add(key.column);
    for (const { call } of functions) for (const expr of windowScalars(call)) columnsIn(expr, below);
    const rows = this.#close(this.#place(rel.input, below), below);
    const bound = (edge: FrameBound): FrameBound => ('offset' in edge ? { ...edge, offset: this.#scalar(edge.offset) } : edge);
    const shipped = new Shipped();
    const calls = functions.map(({ column, call }) => {
      const args = call.args.map((arg) => this.#scalar(this.#spared(arg, call.filter), shipped));
      return { column, call: { ...call, args, filter: call.filter && this.#scalar(call.filter, shipped) } };
    });
    const input = this.#ship(rows, shipped);
    return {
      ...this.#base(rel, [...input.columns, ...calls.map(({ column }) => column)], this.#whyHome(rel)),
      kind: 'window',
      input,
      partition: rel.partition.map((column) => column.id),
      order: rel.order,
      frame: { ...rel.frame, start: bound(rel.frame.start), end: bound(rel.frame.end) },
      functions: calls,
    };
  }

  #join(rel: Join, needed: Needed): Plan {
    const below = new Set(needed);
    for (const conjunct of rel.on) columnsIn(conjunct, below);
    const near = this.#close(this.#place(rel.left, below), below);
    const far = this.#close(this.#place(rel.right, below), below);
    const sides = splitJoin(rel, rel.on.map((conjunct) => this.#subplans.lift(conjunct)), this.#net); // prettier-ignore
    if (sides === null) return this.#joined(rel, near, far, rel.on.map((conjunct) => this.#scalar(conjunct))); // prettier-ignore
    if ('together' in sides) return this.#shipWhole(rel, [near, far], sides.together);
    const joined = this.#joined(rel, this.#ship(near, sides.left), this.#ship(far, sides.right), sides.on);
    const filtered = sides.above.length === 0 ? joined : this.#localFilter(joined, sides.above, rel, undefined);
    return this.#inOrder(filtered, rel.type === 'semi' || rel.type === 'anti' ? near.columns : [...near.columns, ...far.columns]);
  }

  /** `on`: as the executor evaluates it. */
  #joined(rel: Join, left: Plan, right: Plan, on: readonly Scalar[]): Plan {
    const columns = rel.type === 'semi' || rel.type === 'anti' ? left.columns : [...left.columns, ...right.columns];
    const join = localJoin(this.#base(rel, columns, this.#whyHome(rel)), rel, left, right, on);
    return join.kind === 'hashjoin' ? strategyOf(join, rel, on, !this.#inStep, this.#joins) : join;
  }

  /** How equal rows of these columns are found: one after the other, or by hash. */
  #runsOf(columns: readonly RelColumn[], input: Plan): { readonly isSorted?: true } {
    if (this.#switches.grouping === 'never' || !comeTogether(columns, outputOrder(input))) return {};
    this.#fired?.add('sorted-aggregate');
    return { isSorted: true };
  }

  #sort(rel: Extract<Rel, { kind: 'sort' }>, needed: Needed, topN: { limit: Scalar; offset: Scalar | null } | undefined): Plan {
    const below = new Set([...needed, ...rel.keys.map((key) => key.column)]);
    const input = this.#close(this.#place(rel.input, below), below);
    if (this.#switches.redundantSorts && isSortedBy(outputOrder(input), rel.keys)) {
      this.#fired?.add('redundant-sorts');
      this.#note?.(input.id, rel);
      return input;
    }
    return {
      ...this.#base(rel, input.columns, this.#whyHome(rel)),
      kind: 'sort',
      input,
      keys: rel.keys,
      ...(topN ? { topN } : {}),
    };
  }

  #limit(rel: Limit, needed: Needed): Plan {
    const limit = rel.limit && this.#scalar(rel.limit);
    const offset = rel.offset && this.#scalar(rel.offset);
    const isTopN = rel.input.kind === 'sort' && this.#wholeSite(rel.input) === undefined;
    const topN = limit && isTopN && operatorRefusal(this.#local, rel.input) === undefined ? { limit, offset } : undefined;
    const input =
      topN && rel.input.kind === 'sort'
        ? this.#sort(rel.input, needed, topN)
        : this.#close(this.#place(rel.input, needed), needed);
    if (isNetOperator(input)) {
      const site = this.#net.siteOf({ ...rel, limit, offset });
      if (site !== undefined) {
        const whole = shippedOperator({ ...rel, limit, offset }, [input], site);
        return { ...this.#base(rel, input.columns, input.notPushed), kind: 'remote', ...whole };
      }
    }
    return { ...this.#base(rel, input.columns, this.#whyHome(rel)), kind: 'limit', input, limit, offset };
  }

  #setOperation(rel: SetOperation): Plan {
    const side = (input: Rel, ids: readonly ColumnId[]): Plan => {
      const needed = new Set(ids);
      return this.#close(this.#place(input, needed), needed);
    };
    const left = side(rel.left, rel.leftColumns);
    const right = side(rel.right, rel.rightColumns);
    const { op, all, leftColumns, rightColumns } = rel;
    return {
      ...this.#base(rel, rel.columns, this.#whyHome(rel)),
      kind: 'setop',
      op,
      all,
      left,
      right,
      leftColumns,
      rightColumns,
    };
  }

  #projectSet(rel: ProjectSet, needed: Needed): Plan {
    const below = new Set(needed);
    for (const { call } of rel.functions) columnsIn(call, below);
    const rows = this.#close(this.#place(rel.input, below), below);
    const shipped = new Shipped();
    const functions = rel.functions.map(({ call, columns }) => ({
      call: returnsSet(call)
        ? { ...call, args: call.args.map((arg) => this.#scalar(arg, shipped)) }
        : this.#scalar(call, shipped),
      columns,
    }));
    const input = this.#ship(rows, shipped);
    const { ordinality } = rel;
    const columns = [...input.columns, ...functions.flatMap((item) => item.columns), ...(ordinality ? [ordinality] : [])];
    return { ...this.#base(rel, columns, this.#whyHome(rel)), kind: 'projectset', input, functions, ordinality };
  }

  #recursive(rel: Recursive): Plan {
    const side = (input: Rel, ids: readonly ColumnId[]): Plan => {
      const needed = new Set(ids);
      return this.#close(this.#place(input, needed), needed);
    };
    const { cte, name, all, seedColumns, stepColumns } = rel;
    const seed = side(rel.seed, seedColumns);
    const isOuterStep = this.#inStep;
    this.#inStep = true;
    const { step, constants } = splitStep(side(rel.step, stepColumns), cte, () => this.#nextId++);
    this.#inStep = isOuterStep;
    const base = this.#base(rel, rel.columns, this.#whyHome(rel));
    return { ...base, kind: 'recursive', cte, name, all, constants, seed, step, seedColumns, stepColumns };
  }

  /** Ends a fragment: it becomes a RemoteQuery that returns the needed columns (undefined: all), in the input's order. */
  #close(placed: Placed, needed: Needed | undefined): Plan {
    if (placed.kind === 'local') return placed.plan;
    const { site } = placed;
    const all = outputColumns(placed.rel);
    const columns = needed ? all.filter((column) => needed.has(column.id)) : all;
    const narrowed: Rel =
      columns.length === all.length
        ? placed.rel
        : placed.rel.kind === 'scan'
          ? { ...placed.rel, columns: placed.rel.columns.filter((column) => columns.includes(column)) }
          : {
              kind: 'project',
              input: placed.rel,
              items: columns.map((column) => ({ column, expr: { kind: 'column', column: column.id, type: column.type } })),
            };
    if (narrowed.kind !== 'scan') this.#fired?.add('placement');
    const base = this.#base(placed.rel, columns);
    const { fragment, shipped } = numberShipped(this.#withParameters(narrowed, site));
    if (shipped.length === 0) return { ...base, kind: 'remote', site, fragment };
    this.#fired?.add('shipping');
    const inputs = shipped.map((input) => this.#rowsOf(input));
    // Under the name of the catalog server it would be the net's.
    const place = site === CATALOG_SITE ? SESSION_SITE : site;
    return { ...base, kind: 'remote', site: place, fragment, inputs, ...this.#shipRowsMax(site, shipped) };
  }

  /** Known where shipping was chosen by what it costs. */
  #shipRowsMax(site: string, shipped: readonly ShippedInput[]): { readonly shipRowsMax?: readonly number[] } {
    const { cost, estimator, flips } = this.#joins;
    const isForced = flips === 'always';
    if (!isForced && !shipped.every(({ shipped: rel }) => this.#sparedMs.has(rel))) return {};
    this.#fired?.add('adaptive-joins');
    const shipRowsMax = shipped.map(({ shipped: rel, columns }) => {
      if (isForced) return 0;
      const bytes = columns.reduce((sum, { id }) => sum + estimator.bytes(rel, id), 0);
      return cost.shipRowsMax(site, estimator.rows(rel), columns.length, bytes, this.#sparedMs.get(rel)!);
    });
    return { shipRowsMax };
  }

  /** What is shipped as a plan of its own. */
  #rowsOf({ shipped, columns }: ShippedInput): Plan {
    const needed = new Set(columns.map((column) => column.id));
    return this.#inOrder(this.#close(this.#place(shipped, needed), needed), columns);
  }

  /** Subqueries the site cannot evaluate itself become parameters whose values are known when the fragment starts. */
  #withParameters(rel: Rel, site: string): Rel {
    const inputs = mapRelInputs(rel, (input) => this.#withParameters(input, site));
    return mapRelScalars(inputs, (expr) =>
      rewriteScalar(expr, (node) => {
        if (node.kind !== 'subquery') return node;
        if (this.#judge.becomesParameter(node, site)) return this.#subplans.subquery(node);
        return { ...node, rel: this.#withParameters(node.rel, site) };
      }),
    );
  }

  #inOrder(plan: Plan, columns: readonly RelColumn[]): Plan {
    if (plan.columns.length === columns.length && plan.columns.every((c, i) => c.id === columns[i]!.id)) return plan;
    const exprs = columns.map((c): Scalar => ({ kind: 'column', column: c.id, type: c.type }));
    return { id: this.#nextId++, kind: 'project', input: plan, columns, exprs, estimatedRows: plan.estimatedRows };
  }

  /**
   * Lifts an expression's subqueries out; what the local executor refuses becomes columns of the net, or is refused here.
   * Without rows to ship it is a constant of the query: the net computes it once, as a subquery's value.
   */
  #scalar(expr: Scalar, shipped?: Shipped): Scalar {
    const lifted = this.#subplans.lift(expr);
    if (shipped) return this.#net.split(lifted, shipped);
    if (this.#net.refusal(lifted) === undefined) return lifted;
    const column: RelColumn = { id: this.#nextColumn(), name: 'net', type: expr.type };
    const row: Rel = { kind: 'values', columns: [], rows: [[]] };
    const rel: Rel = { kind: 'project', input: row, items: [{ column, expr: lifted }] };
    const subquery: SubqueryScalar = { kind: 'subquery', mode: 'scalar', rel, type: expr.type };
    return this.#subplans.add(subquery, this.#localOperator(rel, new Set([column.id])));
  }

  #call(call: AggregateCall, shipped: Shipped): AggregateCall {
    const { filter } = call;
    return mapAggregateCall(call, (expr) => this.#scalar(expr === filter ? expr : this.#spared(expr, filter), shipped));
  }

  /** What the net computes for an argument beforehand: FILTER spares its rows what that raises. */
  #spared(expr: Scalar, filter: Scalar | null): Scalar {
    const isShipped = filter !== null && this.#net.refusal(this.#subplans.lift(expr)) !== undefined;
    return isShipped ? whenTrue(filter, expr) : expr;
  }

  #base(
    rel: Rel,
    columns: readonly RelColumn[],
    notPushed?: string,
  ): { id: number; columns: readonly RelColumn[]; estimatedRows: number; notPushed?: string } {
    const id = this.#nextId++;
    this.#note?.(id, rel);
    return {
      id,
      columns,
      estimatedRows: Math.round(this.#estimator.rows(rel)),
      ...(notPushed ? { notPushed } : {}),
    };
  }

  /** Why an operator all of whose inputs are at sources is evaluated at home all the same. */
  #whyHome(rel: Rel): string | undefined {
    const sites = [...this.#judge.ownSites(rel)];
    if (sites.length === 0) return undefined;
    if (sites.length > 1) return rel.kind === 'join' ? `its inputs are at ${sites.sort().join(' and ')}` : undefined;
    if (this.#switches.pushNothing) return 'placement is switched off';
    const verdict = this.#judge.node(rel, sites[0]!);
    if (verdict.verdict !== 'exact') return verdict.reason;
    return this.#atHome.has(rel) && this.#judge.rel(rel, sites[0]!).verdict === 'exact' ? 'cost' : undefined;
  }
}

const whenTrue = (condition: Scalar, then: Scalar): Scalar => ({
  kind: 'case',
  branches: [{ when: condition, then }],
  otherwise: { kind: 'const', value: null, type: then.type },
  type: then.type,
});
