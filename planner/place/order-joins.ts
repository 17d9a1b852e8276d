/**
 * Rule order-joins: within a block of inner joins, tables of one source come together first (so that the source can do the
 * whole of it) unless that multiplies rows, then the pair with the smallest result is joined, again and again (greedy
 * operator ordering). Cross products only when nothing is connected any more. Equalities that follow from others connect too
 * (equality-classes.ts). The larger input goes left: the right one is built into the hash table.
 *
 *   Join                                  Join                         shop: a, c     lake: b
 *   ├─ Join a.k = b.k                     ├─ Join a.j = c.j   ← one fragment of shop
 *   │  ├─ a                       →       │  ├─ a
 *   │  └─ b                               │  └─ c
 *   └─ c on a.j = c.j                     └─ b on a.k = b.k
 */
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, mapRelInputs } from '../../algebra/transform.ts';
import { equalitiesWithin, equalityBetween, equalityClasses, type EqualityClass } from './equality-classes.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { FragmentJudge } from './fragment-judge.ts';

interface Unit {
  readonly rel: Rel;
  readonly columns: ReadonlySet<ColumnId>;
  /** The one site that can evaluate the unit whole. */
  readonly site: string | undefined;
}

interface Condition {
  readonly expr: Scalar;
  readonly columns: ReadonlySet<ColumnId>;
}

/** What a block of joins asks for. */
interface Conditions {
  readonly equalities: readonly EqualityClass[];
  readonly others: readonly Condition[];
}

export class JoinOrder {
  readonly #judge: FragmentJudge;
  readonly #estimator: Estimator;

  constructor(judge: FragmentJudge, estimator: Estimator) {
    this.#judge = judge;
    this.#estimator = estimator;
  }

  /** The query with its joins in order; its output columns stay as they are. */
  apply(rel: Rel): Rel {
    return restoreOrder(this.#apply(rel), rel);
  }

  #apply(rel: Rel): Rel {
    if (rel.kind === 'with') {
      // A CTE's columns are known by their position.
      const definitions = rel.definitions.map((d) => {
        const ordered = this.apply(d.rel);
        this.#estimator.define(d.cte, ordered);
        return { ...d, rel: ordered };
      });
      return { ...rel, definitions, body: this.#apply(rel.body) };
    }
    if (rel.kind !== 'join' || rel.type !== 'inner') return mapRelInputs(rel, (input) => this.#apply(input));
    const leaves: Rel[] = [];
    const written: Scalar[] = [];
    collectBlock(rel, leaves, written);
    const { classes, others } = equalityClasses(written);
    const conditions = { equalities: classes, others: others.map((expr) => ({ expr, columns: columnsIn(expr) })) };
    const units = leaves.map((leaf) => this.#unit(withOwnConditions(this.#apply(leaf), conditions)));
    return this.#join(this.#joinWithinSites(units, conditions), conditions);
  }

  #unit(rel: Rel): Unit {
    const sites = [...this.#judge.sites(rel)];
    const site = sites.length === 1 && this.#judge.rel(rel, sites[0]!).verdict === 'exact' ? sites[0] : undefined;
    return { rel, columns: new Set(outputColumns(rel).map((column) => column.id)), site };
  }

  /** First pass: only pairs that stay one fragment. */
  #joinWithinSites(units: readonly Unit[], conditions: Conditions): readonly Unit[] {
    const bySite = new Map<string, Unit[]>();
    const rest: Unit[] = [];
    for (const unit of units) {
      if (unit.site === undefined) rest.push(unit);
      else bySite.set(unit.site, [...(bySite.get(unit.site) ?? []), unit]);
    }
    for (const [site, members] of bySite) rest.push(...this.#reduce(members, conditions, site));
    return rest;
  }

  #join(units: readonly Unit[], conditions: Conditions): Rel {
    let remaining = this.#reduce(units, conditions, undefined);
    while (remaining.length > 1) {
      const [smallest, next, ...others] = [...remaining].sort(
        (a, b) => this.#estimator.rows(a.rel) - this.#estimator.rows(b.rel),
      );
      remaining = this.#reduce([this.#pair(next!, smallest!, conditions), ...others], conditions, undefined);
    }
    const [only] = remaining;
    const constant = conditions.others.filter((condition) => condition.columns.size === 0).map((condition) => condition.expr);
    return constant.length === 0 ? only!.rel : { kind: 'filter', input: only!.rel, conjuncts: constant };
  }

  /** Joins connected pairs, smallest result first, until none is left (with `site`: pairs that stay one fragment there). */
  #reduce(units: readonly Unit[], conditions: Conditions, site: string | undefined): Unit[] {
    const current = [...units];
    for (;;) {
      let best: { i: number; j: number; rows: number } | undefined;
      for (let i = 0; i < current.length; i++) {
        for (let j = i + 1; j < current.length; j++) {
          const on = conditionsBetween(current[i]!, current[j]!, conditions);
          if (on.length === 0) continue;
          if (site !== undefined && on.some((expr) => this.#judge.scalar(expr, site).verdict !== 'exact')) continue;
          const rows = this.#estimator.joinRows(current[i]!.rel, current[j]!.rel, on);
          // A join that multiplies rows had better wait for what makes them fewer, or be made at home.
          if (site !== undefined && rows > this.#estimator.rows(current[i]!.rel) + this.#estimator.rows(current[j]!.rel))
            continue;
          if (best === undefined || rows < best.rows) best = { i, j, rows };
        }
      }
      if (best === undefined) return current;
      const pair = this.#pair(current[best.i]!, current[best.j]!, conditions);
      current.splice(best.j, 1);
      current.splice(best.i, 1, pair);
    }
  }

  #pair(a: Unit, b: Unit, conditions: Conditions): Unit {
    const [left, right] = this.#estimator.rows(a.rel) >= this.#estimator.rows(b.rel) ? [a, b] : [b, a];
    return this.#unit({ kind: 'join', type: 'inner', left: left.rel, right: right.rel, on: conditionsBetween(a, b, conditions) });
  }
}

function collectBlock(rel: Rel, leaves: Rel[], conditions: Scalar[]): void {
  if (rel.kind !== 'join' || rel.type !== 'inner') {
    leaves.push(rel);
    return;
  }
  conditions.push(...rel.on);
  collectBlock(rel.left, leaves, conditions);
  collectBlock(rel.right, leaves, conditions);
}

/** Conditions that one leaf alone answers are filters on it (push-filters leaves none, unless it is switched off). */
function withOwnConditions(leaf: Rel, conditions: Conditions): Rel {
  const columns = new Set(outputColumns(leaf).map((column) => column.id));
  const own = conditions.others.filter((c) => c.columns.size > 0 && [...c.columns].every((column) => columns.has(column)));
  const equal = conditions.equalities.flatMap((found) => equalitiesWithin(found, columns));
  const conjuncts = [...equal, ...own.map((c) => c.expr)];
  return conjuncts.length === 0 ? leaf : { kind: 'filter', input: leaf, conjuncts };
}

/** Conditions that need both units and nothing else. */
function conditionsBetween(a: Unit, b: Unit, conditions: Conditions): readonly Scalar[] {
  const equal = conditions.equalities
    .map((found) => equalityBetween(found, a.columns, b.columns))
    .filter((found) => found !== undefined);
  const others = conditions.others
    .filter(({ columns }) => {
      let inA = false;
      let inB = false;
      for (const column of columns) {
        if (a.columns.has(column)) inA = true;
        else if (b.columns.has(column)) inB = true;
        else return false;
      }
      return inA && inB;
    })
    .map((condition) => condition.expr);
  return [...equal, ...others];
}

/** The columns in their old order. */
function restoreOrder(rel: Rel, original: Rel): Rel {
  const columns = outputColumns(original);
  const now = outputColumns(rel);
  if (columns.every((column, i) => column.id === now[i]!.id)) return rel;
  return {
    kind: 'project',
    input: rel,
    items: columns.map((column) => ({ column, expr: { kind: 'column', column: column.id, type: column.type } })),
  };
}
