/**
 * Can this subtree run whole at that site, exactly? Asks the site's capabilities node by node and remembers the answers.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Capabilities, Verdict } from '../../algebra/site.ts';
import {
  mapRelInputs,
  mapRelScalars,
  relInputs,
  relScalars,
  rewriteScalar,
  scalarParts,
  sitesOf,
  someScalar,
  visitRel,
  visitScalar,
} from '../../algebra/transform.ts';
import { hasOneRow, mayRaise } from '../analyze/safe-functions.ts';

const exact: Verdict = { verdict: 'exact' };
const NO_CTES: ReadonlySet<number> = new Set();
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

export class FragmentJudge {
  readonly #capabilities: (site: string) => Capabilities;
  readonly #rels = new WeakMap<Rel, Map<string, Verdict>>();
  readonly #scalars = new WeakMap<Scalar, Map<string, Verdict>>();
  readonly #receivedRels = new WeakMap<Rel, Map<string, Rel>>();
  readonly #subqueries = new WeakMap<Scalar, boolean>();
  readonly #sites = new WeakMap<Rel, ReadonlySet<string>>();
  readonly #ownSites = new WeakMap<Rel, ReadonlySet<string>>();

  constructor(capabilities: (site: string) => Capabilities) {
    this.#capabilities = capabilities;
  }

  /** Sites whose tables the subtree reads. */
  sites(rel: Rel): ReadonlySet<string> {
    let sites = this.#sites.get(rel);
    if (!sites) this.#sites.set(rel, (sites = sitesOf(rel)));
    return sites;
  }

  /** Those that it reads itself: a subquery of another source can be a parameter. Where it reads nothing, its subqueries' sites. */
  ownSites(rel: Rel): ReadonlySet<string> {
    let sites = this.#ownSites.get(rel);
    if (!sites) {
      const own = sitesOf(rel, new Set(), false);
      this.#ownSites.set(rel, (sites = own.size > 0 ? own : this.sites(rel)));
    }
    return sites;
  }

  /** The whole subtree as one fragment. A CTE reference is judged with its WITH. */
  rel(rel: Rel, site: string, ctes: ReadonlySet<number> = NO_CTES): Verdict {
    const known = ctes.size === 0 ? this.#rels.get(rel)?.get(site) : undefined;
    if (known) return known;
    const verdict = this.#judge(rel, site, ctes);
    if (ctes.size === 0) {
      const bySite = this.#rels.get(rel) ?? new Map<string, Verdict>();
      bySite.set(site, verdict);
      this.#rels.set(rel, bySite);
    }
    return verdict;
  }

  /** The node alone, its inputs taken as given. `ctes`: definitions of the same fragment around it. */
  node(rel: Rel, site: string, ctes: ReadonlySet<number> = NO_CTES): Verdict {
    const received = this.#received(rel, site);
    const own = this.#capabilities(site).operator(received);
    if (own.verdict !== 'exact') return own;
    for (const expr of relScalars(rel)) {
      const verdict = this.scalar(expr, site, ctes);
      if (verdict.verdict !== 'exact') return verdict;
    }
    if (received.kind === 'aggregate') {
      for (const { call } of received.aggregates) {
        const verdict = this.#capabilities(site).aggregate(call);
        if (verdict.verdict !== 'exact') return verdict;
      }
    }
    return exact;
  }

  /** An expression with all its parts. `superset` only where the whole conjunct may keep too much: itself, or under AND/OR. */
  scalar(expr: Scalar, site: string, ctes: ReadonlySet<number> = NO_CTES): Verdict {
    if (ctes.size > 0) return this.#judgeScalar(expr, site, ctes);
    const known = this.#scalars.get(expr)?.get(site);
    if (known) return known;
    const verdict = this.#judgeScalar(expr, site, ctes);
    const bySite = this.#scalars.get(expr) ?? new Map<string, Verdict>();
    bySite.set(site, verdict);
    this.#scalars.set(expr, bySite);
    return verdict;
  }

  /** A subquery whose value can be had beforehand reaches the site as a parameter; not one that reads a WITH around it. */
  becomesParameter(expr: Scalar, site: string): boolean {
    if (expr.kind !== 'subquery' || expr.mode === 'any' || expr.mode === 'all' || readsOuterCte(expr.rel)) return false;
    return this.#capabilities(site).scalar(expr).verdict !== 'exact' || this.rel(expr.rel, site).verdict !== 'exact';
  }

  #judgeScalar(expr: Scalar, site: string, ctes: ReadonlySet<number>): Verdict {
    const capabilities = this.#capabilities(site);
    if (expr.kind === 'subquery') {
      if (this.becomesParameter(expr, site)) return capabilities.scalar(asParameter(expr));
      const inner = this.rel(expr.rel, site, ctes);
      if (inner.verdict !== 'exact') return inner;
    }
    if (this.#sparesSubquery(expr, site)) return no('a subquery under a condition, which might raise where no row asks for it');
    const own = capabilities.scalar(this.#receivedScalar(expr, site));
    let result = exact;
    for (const part of (own.verdict === 'superset' && own.reads) || scalarParts(expr)) {
      const verdict = this.scalar(part, site, ctes);
      if (verdict.verdict === 'no') return verdict;
      if (verdict.verdict === 'superset') {
        if (expr.kind !== 'and' && expr.kind !== 'or') return no(verdict.reason);
        result = verdict;
      }
    }
    return own.verdict === 'exact' ? result : own;
  }

  /** A branch with a subquery that might raise: as a parameter, or at an eager site, it would be evaluated for no row at all. */
  #sparesSubquery(expr: Scalar, site: string): boolean {
    if (expr.kind !== 'case' && expr.kind !== 'coalesce' && expr.kind !== 'and' && expr.kind !== 'or') return false;
    const [, ...spared] = scalarParts(expr);
    const isEager = this.#capabilities(site).eagerSubqueries === true;
    const isRisky = (node: Scalar): boolean =>
      node.kind === 'subquery' &&
      (isEager || this.becomesParameter(node, site)) &&
      (mayRaise(node.rel) || (node.mode === 'scalar' && !hasOneRow(node.rel)));
    return spared.some((part) => someScalar(part, isRisky));
  }

  /** The subtree as the site gets it: what a subquery tells about its value, a parameter does not. */
  #received(rel: Rel, site: string): Rel {
    const bySite = this.#receivedRels.get(rel) ?? new Map<string, Rel>();
    let received = bySite.get(site);
    if (received === undefined) {
      const inputs = mapRelInputs(rel, (input) => this.#received(input, site));
      received = mapRelScalars(inputs, (expr) => this.#receivedScalar(expr, site));
      bySite.set(site, received);
      this.#receivedRels.set(rel, bySite);
    }
    return received;
  }

  #receivedScalar(expr: Scalar, site: string): Scalar {
    if (!this.#hasSubquery(expr)) return expr;
    return rewriteScalar(expr, (part) =>
      part.kind === 'subquery' && this.becomesParameter(part, site) ? asParameter(part) : part,
    );
  }

  #hasSubquery(expr: Scalar): boolean {
    let has = this.#subqueries.get(expr);
    if (has === undefined) this.#subqueries.set(expr, (has = someScalar(expr, (part) => part.kind === 'subquery')));
    return has;
  }

  #judge(rel: Rel, site: string, ctes: ReadonlySet<number>): Verdict {
    if (rel.kind === 'scan') {
      return rel.table.site === site ? this.node(rel, site, ctes) : no(`table of source ${rel.table.site}`);
    }
    if (rel.kind === 'ctescan' && !ctes.has(rel.cte)) return no(`WITH ${rel.name} is evaluated at home`);
    const defined = rel.kind === 'with' ? rel.definitions.map((d) => d.cte) : rel.kind === 'recursive' ? [rel.cte] : [];
    const inner = defined.length === 0 ? ctes : new Set([...ctes, ...defined]);
    for (const input of relInputs(rel)) {
      const verdict = this.rel(input, site, inner);
      if (verdict.verdict !== 'exact') return verdict;
    }
    return this.node(rel, site, ctes);
  }
}

const asParameter = ({ type }: Scalar): Scalar => ({ kind: 'param', index: -1, type });

/** Whether a subquery reads a WITH definition of the query around it. */
function readsOuterCte(rel: Rel): boolean {
  const defined = new Set<number>();
  const read = new Set<number>();
  const visit = (root: Rel): void =>
    visitRel(root, (node) => {
      if (node.kind === 'with') for (const definition of node.definitions) defined.add(definition.cte);
      if (node.kind === 'recursive') defined.add(node.cte);
      if (node.kind === 'ctescan') read.add(node.cte);
      for (const expr of relScalars(node)) {
        visitScalar(expr, (part) => {
          if (part.kind === 'subquery') visit(part.rel);
        });
      }
    });
  visit(rel);
  return [...read].some((cte) => !defined.has(cte));
}
