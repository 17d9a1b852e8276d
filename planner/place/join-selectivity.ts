/** What part of the pairs the conditions of a block's joins keep, each asked of the estimator once. */
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Estimator } from '../estimate/estimator.ts';
import { MeetingValues, type ValueSpread } from '../estimate/meeting-values.ts';
import type { RelationSet } from './conflict-rules.ts';
import type { EqualityClass } from './equality-classes.ts';
import { bitsOf, type InnerEdge, type JoinGraph, type OuterEdge } from './join-graph.ts';

export class JoinSelectivities {
  readonly #graph: JoinGraph;
  readonly #estimator: Estimator;
  readonly #classes = new Map<EqualityClass, JoinedClass | undefined>();
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

  /** Whether any estimate rests on more than two relations at once. */
  get areJoint(): boolean {
    return [...this.#classes.values()].some((joined) => joined !== undefined);
  }

  /** Conditions between the same two relations depend on each other; others are taken as independent. `a` and `b`: what is joined. */
  ofInner(edges: readonly InnerEdge[], a: RelationSet, b: RelationSet): number {
    const groups = new Map<RelationSet, InnerEdge[]>();
    for (const edge of edges) groups.set(edge.reads, [...(groups.get(edge.reads) ?? []), edge]);
    let product = 1;
    for (const [reads, group] of groups) {
      const joined = group.length === 1 ? this.#joinedClass(group[0]!.equality) : undefined;
      if (joined) {
        product *= Math.min(1, joined.part(a | b) / (joined.part(a) * joined.part(b)));
        continue;
      }
      const key = group.length === 1 ? group[0]!.expr : group.map(({ expr }) => this.#idOf(expr)).join();
      product *= remembered(this.#known, key, () => this.#pairSelectivity(reads, group.map(({ expr }) => expr))); // prettier-ignore
    }
    return product;
  }

  /** Undefined: its columns meet two by two, or nothing is known of their frequent values. */
  #joinedClass(equality: EqualityClass | undefined): JoinedClass | undefined {
    return (
      equality && remembered(this.#classes, equality, () => JoinedClass.of(equality, this.#graph.relations, this.#estimator))
    );
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

/** Columns of three relations or more that are equal, frequent values of two of them known. */
class JoinedClass {
  readonly #set: RelationSet;
  readonly #relations: readonly number[];
  readonly #values: MeetingValues;
  readonly #parts = new Map<RelationSet, number>();

  private constructor(relations: readonly number[], spreads: readonly ValueSpread[]) {
    this.#relations = relations;
    this.#set = relations.reduce((set, relation) => set | (1 << relation), 0);
    this.#values = new MeetingValues(spreads);
  }

  static of({ columns }: EqualityClass, relations: readonly Rel[], estimator: Estimator): JoinedClass | undefined {
    const members = relations.flatMap((rel, i) => {
      const column = outputColumns(rel).find(({ id }) => columns.has(id));
      return column ? [{ relation: i, spread: estimator.spread(rel, column.id) }] : [];
    });
    const spreads = members.flatMap(({ spread }) => spread ?? []);
    const areKnown = spreads.length === members.length && spreads.filter(({ frequent }) => frequent.length > 0).length >= 2;
    if (members.length < 3 || !areKnown) return undefined;
    return new JoinedClass(
      members.map(({ relation }) => relation),
      spreads,
    );
  }

  /** Of all combinations of rows of a set's relations, those that the class lets through. */
  part(set: RelationSet): number {
    const own = set & this.#set;
    // One relation's rows have the value that they have.
    if ((own & (own - 1)) === 0) return 1;
    return remembered(this.#parts, own, () =>
      this.#values.part(this.#relations.flatMap((relation, i) => ((own & (1 << relation)) === 0 ? [] : [i]))),
    );
  }
}

export function remembered<K, V>(known: Map<K, V>, key: K, compute: () => V): V {
  if (!known.has(key)) known.set(key, compute());
  return known.get(key)!;
}
