/**
 * The order in which pairs of connected sets are tried, each after all pairs within its two sides: DPhyp (Moerkotte, Neumann:
 * "Dynamic programming strikes back", SIGMOD 2008) while that stays within bounds; beyond, all intervals of one order of the
 * relations, which greedy joining gives (after Neumann and Radke: "Adaptive optimization of very large join queries", SIGMOD 2018).
 */
import { bitsOf, type JoinGraph } from './join-graph.ts';
import type { RelationSet } from './conflict-rules.ts';

interface Edge {
  readonly left: RelationSet;
  readonly right: RelationSet;
}

/** What the enumeration asks of who keeps the plans. */
export interface PairTable {
  /** Whether there is a plan for the set. */
  has(set: RelationSet): boolean;
  /** Plans for the union of two disjoint sets, from those of the two. */
  combine(a: RelationSet, b: RelationSet): void;
}

export interface JoinTable extends PairTable {
  /** Rows that joining the two would give; undefined: they may not be joined. */
  rowsOf(a: RelationSet, b: RelationSet): number | undefined;
}

/** False when there were more pairs than `pairsMax`: the table is then incomplete. */
export function enumerateAll(graph: JoinGraph, table: PairTable, pairsMax: number): boolean {
  return new Hypergraph(graph, table, pairsMax).run();
}

/** Beyond this most sets are such as no condition allows. */
const SETS_PER_PAIR = 16;

class Hypergraph {
  readonly #table: PairTable;
  readonly #count: number;
  /** By relation: its neighbours by edges between two single relations. */
  readonly #simple: RelationSet[];
  readonly #complex: readonly Edge[];
  #pairsLeft: number;
  /** Sets looked at, most of which may have no plan. */
  #setsLeft: number;

  constructor(graph: JoinGraph, table: PairTable, pairsMax: number) {
    this.#table = table;
    this.#pairsLeft = pairsMax;
    this.#setsLeft = pairsMax * SETS_PER_PAIR;
    this.#count = graph.relations.length;
    this.#simple = graph.relations.map(() => 0);
    const complex: Edge[] = [];
    for (const { left, right } of graph.edges) {
      if (isSingle(left) && isSingle(right)) {
        this.#simple[indexOf(left)]! |= right;
        this.#simple[indexOf(right)]! |= left;
      } else complex.push({ left, right }, { left: right, right: left });
    }
    this.#complex = complex;
  }

  run(): boolean {
    for (let i = this.#count - 1; i >= 0 && this.#goesOn(); i--) {
      const start = 1 << i;
      this.#partners(start);
      this.#grow(start, upTo(start));
    }
    return this.#pairsLeft > 0 && this.#setsLeft > 0;
  }

  #goesOn(): boolean {
    return this.#pairsLeft > 0 && this.#setsLeft-- > 0;
  }

  /** Larger connected sets that begin with this one. */
  #grow(set: RelationSet, excluded: RelationSet): void {
    const near = this.#neighbours(set, excluded);
    for (let part = near & -near; part !== 0 && this.#goesOn(); part = (part - near) & near) {
      if (this.#table.has(set | part)) this.#partners(set | part);
    }
    for (let part = near & -near; part !== 0 && this.#goesOn(); part = (part - near) & near) {
      this.#grow(set | part, excluded | near);
    }
  }

  /** Sets to join this one with; each pair comes up once. */
  #partners(set: RelationSet): void {
    const excluded = set | upTo(set & -set);
    const near = this.#neighbours(set, excluded);
    for (const start of bitsOf(near).reverse()) {
      if (this.#isConnected(set, start)) this.#pair(set, start);
      this.#growPartner(set, start, excluded | (near & upTo(start)));
    }
  }

  #growPartner(set: RelationSet, partner: RelationSet, excluded: RelationSet): void {
    const near = this.#neighbours(partner, excluded);
    for (let part = near & -near; part !== 0 && this.#goesOn(); part = (part - near) & near) {
      const larger = partner | part;
      if (this.#table.has(larger) && this.#isConnected(set, larger)) this.#pair(set, larger);
    }
    for (let part = near & -near; part !== 0 && this.#goesOn(); part = (part - near) & near) {
      this.#growPartner(set, partner | part, excluded | near);
    }
  }

  #pair(a: RelationSet, b: RelationSet): void {
    this.#pairsLeft--;
    this.#table.combine(a, b);
  }

  /** Of an edge to several relations only the first stands for them. */
  #neighbours(set: RelationSet, excluded: RelationSet): RelationSet {
    let near = 0;
    for (let rest = set; rest !== 0; rest &= rest - 1) near |= this.#simple[indexOf(rest & -rest)]!;
    near &= ~(set | excluded);
    for (const { left, right } of this.#complex) {
      if ((left & ~set) === 0 && (right & (set | excluded)) === 0 && (right & near) === 0) near |= right & -right;
    }
    return near;
  }

  #isConnected(a: RelationSet, b: RelationSet): boolean {
    for (let rest = a; rest !== 0; rest &= rest - 1) if ((this.#simple[indexOf(rest & -rest)]! & b) !== 0) return true;
    return this.#complex.some(({ left, right }) => (left & ~a) === 0 && (right & ~b) === 0);
  }
}

/** Greedy joining gives an order of the relations; then the best plan of each of its intervals. */
export function enumerateIntervals(graph: JoinGraph, table: JoinTable): void {
  const order = greedyOrder(graph, table);
  const count = order.length;
  const sets = order.map((_, from) => {
    let set = 0;
    return order.slice(from).map((bit) => (set |= bit));
  });
  for (let length = 2; length <= count; length++) {
    for (let from = 0; from + length <= count; from++) {
      for (let first = 1; first < length; first++) {
        const [left, right] = [sets[from]![first - 1]!, sets[from + first]![length - first - 1]!];
        if (table.has(left) && table.has(right)) table.combine(left, right);
      }
    }
  }
}

/** Joins the pair with the fewest rows, again and again: the relations as that tree has them from left to right. */
function greedyOrder(graph: JoinGraph, table: JoinTable): readonly RelationSet[] {
  interface Tree {
    readonly set: RelationSet;
    readonly order: readonly RelationSet[];
  }
  const pairsWith = (a: Tree, others: readonly Tree[]): { a: Tree; b: Tree; rows: number }[] =>
    others.flatMap((b) => {
      const rows = table.rowsOf(a.set, b.set);
      return rows === undefined ? [] : [{ a, b, rows }];
    });
  let trees: Tree[] = graph.relations.map((_, i) => ({ set: 1 << i, order: [1 << i] }));
  let pairs = trees.flatMap((tree, i) => pairsWith(tree, trees.slice(i + 1)));
  while (pairs.length > 0) {
    const { a, b } = pairs.reduce((best, pair) => (pair.rows < best.rows ? pair : best));
    const joined = { set: a.set | b.set, order: [...a.order, ...b.order] };
    trees = trees.filter((tree) => tree !== a && tree !== b);
    pairs = pairs.filter((pair) => ![pair.a, pair.b].some((tree) => tree === a || tree === b));
    pairs.push(...pairsWith(joined, trees));
    trees.push(joined);
  }
  return trees.flatMap((tree) => tree.order);
}

const isSingle = (set: RelationSet): boolean => (set & (set - 1)) === 0;
const indexOf = (bit: RelationSet): number => 31 - Math.clz32(bit);
/** A relation and all before it. */
const upTo = (bit: RelationSet): RelationSet => bit | (bit - 1);
