/** What part of the pairs the conditions of a block's joins keep, each asked of the estimator once. */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { RelationSet } from './conflict-rules.ts';
import { bitsOf, type InnerEdge, type JoinGraph, type OuterEdge } from './join-graph.ts';

export class JoinSelectivities {
  readonly #graph: JoinGraph;
  readonly #estimator: Estimator;
  readonly #known = new Map<string | Scalar | OuterEdge, number>();

  constructor(graph: JoinGraph, estimator: Estimator) {
    this.#graph = graph;
    this.#estimator = estimator;
  }

  /** Of one join, as it was written: part of the left rows (semi, anti), or of the pairs. */
  ofOuter(edge: OuterEdge): number {
    const estimator = this.#estimator;
    return remembered(this.#known, edge, () => {
      const { left, right, on, type } = edge.join;
      if (type === 'semi' || type === 'anti') return Math.min(1, estimator.rows(edge.join) / estimator.rows(left));
      return estimator.joinRows(left, right, on) / (estimator.rows(left) * estimator.rows(right));
    });
  }

  /** Conditions between the same two relations depend on each other; others are taken as independent. */
  ofInner(edges: readonly InnerEdge[]): number {
    const groups = new Map<RelationSet, InnerEdge[]>();
    for (const edge of edges) groups.set(edge.reads, [...(groups.get(edge.reads) ?? []), edge]);
    let product = 1;
    for (const [reads, group] of groups) {
      const key = group.length === 1 ? group[0]!.expr : group.map(({ expr }) => this.#idOf(expr)).join();
      product *= remembered(this.#known, key, () => this.#pairSelectivity(reads, group.map(({ expr }) => expr))); // prettier-ignore
    }
    return product;
  }

  readonly #ids = new Map<Scalar, number>();
  #idOf(expr: Scalar): number {
    let id = this.#ids.get(expr);
    if (id === undefined) this.#ids.set(expr, (id = this.#ids.size));
    return id;
  }

  #pairSelectivity(reads: RelationSet, on: readonly Scalar[]): number {
    const estimator = this.#estimator;
    const [first, ...others] = bitsOf(reads).map((bit) => this.#graph.relations[Math.log2(bit)]!);
    const rest = others.slice(1).reduce<Rel>((left, right) => ({ kind: 'join', type: 'inner', left, right, on: [] }), others[0]!);
    return estimator.joinRows(first!, rest, on) / (estimator.rows(first!) * estimator.rows(rest));
  }
}

export function remembered<K, V>(known: Map<K, V>, key: K, compute: () => V): V {
  if (!known.has(key)) known.set(key, compute());
  return known.get(key)!;
}
