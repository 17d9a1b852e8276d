/**
 * Other ways to compute an operator, each by a rule of its own, for the search to weigh against the operator as it stands:
 * what a source does before its rows are brought home, so that fewer are.
 *
 * A rule gives only what is exact; whether it may pay is decided here by estimate, and then by the cost of the whole.
 */
import { outputColumns, type Aggregate, type Distinct, type Limit, type Rel, type SetOperation } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { distinctOperands, distinctRightSides } from './distinct-sides.ts';
import { eagerAggregates } from './eager-aggregates.ts';
import { earlyLimits } from './early-limits.ts';
import type { SearchContext } from './join-search.ts';
import { partialAggregates } from './partial-aggregates.ts';

export const ALTERNATIVE_RULES = ['eager-aggregates', 'partial-aggregates', 'early-limits', 'distinct-sides'] as const;
type Rule = (typeof ALTERNATIVE_RULES)[number];

/** At most one of so many of a source's rows may be left. */
const REDUCTION_MIN = 2;
/** Of one query: each is searched like the query itself. */
const ALTERNATIVES_MAX = 8;

export interface Alternative {
  readonly rule: Rule;
  readonly rel: Rel;
}

export class Alternatives {
  readonly #context: SearchContext;
  readonly #rules: ReadonlySet<string>;
  readonly #nextColumn: () => ColumnId;
  /** What a rule made, and would make again. */
  readonly #done = new WeakSet<Rel>();
  #room = ALTERNATIVES_MAX;

  /** `rules`: those that may fire. */
  constructor(context: SearchContext, rules: ReadonlySet<string>, nextColumn: () => ColumnId) {
    this.#context = context;
    this.#rules = rules;
    this.#nextColumn = nextColumn;
  }

  /** `costMs`: of the operator as it stands, which they must beat. */
  of(rel: Rel, costMs: number): readonly Alternative[] {
    const { pushNothing, judge } = this.#context;
    if (this.#rules.size === 0 || this.#room === 0 || pushNothing || judge.sites(rel).size < 2 || this.#done.has(rel)) return [];
    const found = this.#found(rel, costMs)
      .filter(({ rule }) => this.#rules.has(rule))
      .slice(0, this.#room);
    this.#room -= found.length;
    return found;
  }

  #found(rel: Rel, costMs: number): readonly Alternative[] {
    const mayPay = (input: Rel, below: Rel): boolean => this.#mayPay(input, below, costMs);
    switch (rel.kind) {
      case 'aggregate':
        return [...this.#eager(rel, mayPay), ...this.#one('partial-aggregates', this.#partial(rel, mayPay))];
      case 'distinct':
        // Without columns a group would be there even of no rows.
        if (outputColumns(rel).length === 0) return [];
        return this.#found(grouped(rel), costMs);
      case 'setop':
        if (rel.op !== 'union') return this.#one('distinct-sides', distinctOperands(rel, mayPay));
        return rel.all || rel.columns.length === 0 ? [] : this.#found(grouped({ kind: 'distinct', input: withAll(rel) }), costMs);
      case 'limit':
        return this.#one('early-limits', this.#limited(rel, mayPay));
      case 'join':
        return this.#one('distinct-sides', distinctRightSides(rel, mayPay));
      default:
        return [];
    }
  }

  #eager(rel: Aggregate, mayPay: (input: Rel, below: Rel) => boolean): readonly Alternative[] {
    if (!this.#rules.has('eager-aggregates')) return [];
    const { estimator } = this.#context;
    const found: (Alternative & { readonly sparedRows: number })[] = [];
    for (const eager of eagerAggregates(rel, this.#nextColumn, this.#done)) {
      const { partial } = eager;
      this.#done.add(partial);
      if (!mayPay(partial.input, partial)) continue;
      found.push({
        rule: 'eager-aggregates',
        rel: eager.rel,
        sparedRows: estimator.rows(partial.input) - estimator.rows(partial),
      });
    }
    // There may be no time for all of them.
    return found.sort((a, b) => b.sparedRows - a.sparedRows);
  }

  #partial(rel: Aggregate, mayPay: (input: Rel, below: Rel) => boolean): Rel | undefined {
    const made = partialAggregates(rel, this.#nextColumn, mayPay);
    let final = made;
    while (final?.kind === 'project') final = final.input;
    if (final !== undefined) this.#done.add(final);
    return made;
  }

  #limited(rel: Limit, mayPay: (input: Rel, below: Rel) => boolean): Rel | undefined {
    const limited = earlyLimits(rel, this.#nextColumn, mayPay);
    if (limited !== undefined) this.#done.add(limited);
    return limited;
  }

  #one(rule: Rule, rel: Rel | undefined): readonly Alternative[] {
    return rel === undefined ? [] : [{ rule, rel }];
  }

  /** `below` at its one source, instead of all the rows of `input`. */
  #mayPay(input: Rel, below: Rel, costMs: number): boolean {
    const { judge, estimator, cost, pushEverything } = this.#context;
    const [site] = judge.sites(below);
    const isThere = site !== undefined && judge.rel(below, site).verdict === 'exact';
    if (!isThere || pushEverything) return isThere;
    return estimator.rows(below) * REDUCTION_MIN <= estimator.rows(input) && cost.wholeMs(below, site) < costMs;
  }
}

/** The same, as groups without calls. */
const grouped = (rel: Distinct): Aggregate => ({
  kind: 'aggregate',
  input: rel.input,
  groups: outputColumns(rel.input),
  aggregates: [],
});

const withAll = (rel: SetOperation): SetOperation => ({ ...rel, all: true });
