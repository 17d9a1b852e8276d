/**
 * A block of joins as a hypergraph: the relations that are joined, and what connects them. Conditions of neighbouring inner
 * joins are one pool, with the equalities that follow from others (equality-classes.ts); every other join is an edge between
 * the relations that its conditions read on either side, under the conflict rules of where it was written.
 *
 * Invariant: any tree over all relations whose every step was accepted by `between` is the query that was written.
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, readsOnly } from '../../algebra/transform.ts';
import { conflictRules, type ConflictRule, type JoinType, type RelationSet, type WrittenJoin } from './conflict-rules.ts';
import { equalitiesWithin, equalityBetween, equalityClasses, type EqualityClass } from './equality-classes.ts';

/** Sets are bits of one integer. A larger block is cut: what is below comes in as one relation. */
export const RELATIONS_MAX = 30;

/** A join that is not inner. */
export interface OuterEdge {
  readonly join: Join;
  readonly type: Exclude<JoinType, 'inner'>;
  /** At least these stand on its left and its right. */
  readonly left: RelationSet;
  readonly right: RelationSet;
  readonly rules: readonly ConflictRule[];
}

/** A condition of inner joins. */
export interface InnerEdge {
  readonly expr: Scalar;
  readonly reads: RelationSet;
  /** Conditions of one class say the same: between two sets one is enough. */
  readonly equality: EqualityClass | undefined;
  /** As the user wrote it; else it follows from others. */
  readonly written: boolean;
  readonly rules: readonly ConflictRule[];
}

/** Connects without a condition. */
interface CrossEdge {
  readonly left: RelationSet;
  readonly right: RelationSet;
  readonly rules: readonly ConflictRule[];
}

/** What joins two sets: a join that is not inner, or conditions of an inner one (none: a cross product). */
export type Connection =
  | { readonly kind: 'outer'; readonly edge: OuterEdge; readonly isSwapped: boolean }
  | { readonly kind: 'inner'; readonly edges: readonly InnerEdge[] };

export class JoinGraph {
  readonly relations: readonly Rel[];
  /** Conditions without columns: asked once, above all joins. */
  readonly constants: readonly Scalar[];
  readonly #outer: readonly OuterEdge[];
  readonly #inner: readonly InnerEdge[];
  readonly #cross: readonly CrossEdge[];

  constructor(parts: {
    relations: readonly Rel[];
    constants: readonly Scalar[];
    outer: readonly OuterEdge[];
    inner: readonly InnerEdge[];
    cross: readonly CrossEdge[];
  }) {
    this.relations = parts.relations;
    this.constants = parts.constants;
    this.#outer = parts.outer;
    this.#inner = parts.inner;
    this.#cross = parts.cross;
  }

  get all(): RelationSet {
    return 2 ** this.relations.length - 1;
  }

  /** Pairs of sets that may be worth joining, for the enumeration. */
  get edges(): readonly { readonly left: RelationSet; readonly right: RelationSet }[] {
    const inner = this.#inner.map(({ reads }) => {
      const first = reads & -reads;
      return { left: first, right: reads ^ first };
    });
    return [...this.#outer, ...inner, ...this.#cross];
  }

  /** The sets of relations that the conditions reading a column stand for. */
  readersOf(column: ColumnId): readonly RelationSet[] {
    const readers = this.#inner.filter(({ expr }) => columnsIn(expr).has(column)).map(({ reads }) => reads);
    for (const { join, left, right } of this.#outer) {
      if (join.on.some((expr) => columnsIn(expr).has(column))) readers.push(left | right);
    }
    return readers;
  }

  /** The conditions within a set; undefined: not all of its joins are inner. */
  innerConditions(set: RelationSet): readonly Scalar[] | undefined {
    if (this.#outer.some(({ left, right }) => (left & set) !== 0 && (right & set) !== 0)) return undefined;
    return this.#inner.filter(({ reads }) => (reads & ~set) === 0).map(({ expr }) => expr);
  }

  /** The column, and those that inner joins make equal to it. */
  columnsEqualTo(column: ColumnId): readonly ColumnId[] {
    const same = new Set([column]);
    for (const { equality } of this.#inner)
      if (equality?.columns.has(column)) for (const other of equality.columns) same.add(other);
    return [...same];
  }

  /** How two disjoint sets are joined; undefined: they may not be, or nothing connects them. */
  between(a: RelationSet, b: RelationSet): Connection | undefined {
    const both = a | b;
    const inner: InnerEdge[] = [];
    for (const edge of this.#inner) {
      const { reads } = edge;
      if ((reads & ~both) === 0 && (reads & ~a) !== 0 && (reads & ~b) !== 0) inner.push(edge);
    }
    let outer: OuterEdge | undefined;
    for (const edge of this.#outer) {
      const reads = edge.left | edge.right;
      if ((reads & ~both) !== 0 || (reads & ~a) === 0 || (reads & ~b) === 0) continue;
      if (outer !== undefined || inner.length > 0) return undefined;
      outer = edge;
    }
    if (outer !== undefined) {
      const isSwapped = (outer.left & ~b) === 0 && (outer.right & ~a) === 0;
      const isStraight = (outer.left & ~a) === 0 && (outer.right & ~b) === 0;
      return (isStraight || isSwapped) && holds(outer.rules, both) ? { kind: 'outer', edge: outer, isSwapped } : undefined;
    }
    if (inner.some(({ rules }) => !holds(rules, both))) return undefined;
    if (inner.length > 0) return { kind: 'inner', edges: oneOfEachClass(inner) };
    const isCross = this.#cross.some(
      ({ left, right, rules }) =>
        (((left & ~a) === 0 && (right & ~b) === 0) || ((left & ~b) === 0 && (right & ~a) === 0)) && holds(rules, both),
    );
    return isCross ? { kind: 'inner', edges: [] } : undefined;
  }
}

const holds = (rules: readonly ConflictRule[], set: RelationSet): boolean =>
  rules.every(({ when, needs }) => (when & set) === 0 || (needs & ~set) === 0);

export function bitsOf(set: RelationSet): RelationSet[] {
  const bits: RelationSet[] = [];
  for (let rest = set; rest !== 0; rest &= rest - 1) bits.push(rest & -rest);
  return bits;
}

/**
 * Of two relations that several classes connect, all conditions: together they may be a key. Else as it was written where it
 * was.
 */
function oneOfEachClass(edges: readonly InnerEdge[]): readonly InnerEdge[] {
  if (edges.length === 1) return edges;
  const classesOf = new Map<RelationSet, number>();
  for (const { reads, equality } of edges) if (equality !== undefined) classesOf.set(reads, (classesOf.get(reads) ?? 0) + 1);
  const chosen = new Map<EqualityClass, InnerEdge>();
  for (const edge of edges) {
    if (edge.equality === undefined) continue;
    const known = chosen.get(edge.equality);
    const more = known === undefined ? 1 : classesOf.get(edge.reads)! - classesOf.get(known.reads)!;
    if (more > 0 || (more === 0 && edge.written && !known!.written)) chosen.set(edge.equality, edge);
  }
  return edges.filter((edge) => edge.equality === undefined || chosen.get(edge.equality) === edge);
}

/** The graph of the block whose topmost join is `rel`; what is in `closed` is one relation of it, though it is a join. */
export function joinGraph(rel: Join, closed: ReadonlySet<Rel> = new Set()): JoinGraph {
  return new GraphBuilder(closed).build(rel);
}

/** Inner joins that stand directly on each other. */
interface Pool {
  /** What they join: relations, and trees of other joins. */
  readonly units: RelationSet[];
  readonly conditions: Scalar[];
  readonly rules: ConflictRule[];
}

interface Side {
  readonly set: RelationSet;
  readonly joins: readonly WrittenJoin[];
}

class GraphBuilder {
  readonly #leaves: Rel[] = [];
  readonly #columns: ReadonlySet<ColumnId>[] = [];
  readonly #outer: OuterEdge[] = [];
  readonly #pools: Pool[] = [];
  /** Conditions on one relation alone, by its place. */
  readonly #own: Scalar[][] = [];

  /** The inner joins at the top of the block: their conditions without columns hold above all of it. */
  #top: Pool | undefined;
  #root: Join | undefined;

  readonly #closed: ReadonlySet<Rel>;

  constructor(closed: ReadonlySet<Rel>) {
    this.#closed = closed;
  }

  build(rel: Join): JoinGraph {
    this.#root = rel;
    this.#side(rel, undefined, RELATIONS_MAX);
    const constants: Scalar[] = [];
    const inner: InnerEdge[] = [];
    const cross: CrossEdge[] = [];
    for (const pool of this.#pools) {
      const edges = this.#innerEdges(pool, constants);
      inner.push(...edges);
      cross.push(...crossEdges(pool, edges));
    }
    const relations = this.#leaves.map((relation, i) => {
      const conjuncts = this.#own[i]!;
      return conjuncts.length === 0 ? relation : ({ kind: 'filter', input: relation, conjuncts } as const);
    });
    return new JoinGraph({ relations, constants, outer: this.#outer, inner, cross });
  }

  /** `room`: how many relations may come of it. */
  #side(rel: Rel, pool: Pool | undefined, room: number): Side {
    if (rel.kind !== 'join' || room < 2 || this.#closed.has(rel)) {
      this.#leaves.push(rel);
      this.#columns.push(new Set(outputColumns(rel).map((column) => column.id)));
      this.#own.push([]);
      return { set: 1 << (this.#leaves.length - 1), joins: [] };
    }
    const isInner = rel.type === 'inner';
    const own = isInner ? (pool ?? { units: [], conditions: [], rules: [] }) : undefined;
    if (own && pool === undefined) this.#pools.push(own);
    if (rel === this.#root) this.#top = own;
    const sides = isInner ? withOwnFilters(own === this.#top ? rel : withConstantsBelow(rel)) : rel;
    const [near, far] = rel.type === 'right' ? [sides.right, sides.left] : [sides.left, sides.right];
    const left = this.#side(near, own, room - Math.min(room - 1, this.#leavesOf(far)));
    const right = this.#side(far, own, room - bitsOf(left.set).length);
    const type = rel.type === 'right' ? 'left' : rel.type;
    const read = this.#reads(sides.on);
    const written: WrittenJoin = { type, on: sides.on, left: left.set, right: right.set, reads: read };
    const rules = conflictRules(written, { left: left.joins, right: right.joins }, (set) => this.#columnsOf(set));
    if (own) {
      own.conditions.push(...sides.on);
      for (const [side, { set, joins }] of [
        [near, left],
        [far, right],
      ] as const) {
        if (joins.length === 0 || side.kind !== 'join' || side.type !== 'inner') own.units.push(set);
      }
      own.rules.push(...rules);
    } else {
      const edge = {
        join: rel,
        left: (read & left.set) === 0 ? left.set : read & left.set,
        right: (read & right.set) === 0 ? right.set : read & right.set,
        rules,
      };
      this.#outer.push({ ...edge, type: type as OuterEdge['type'] });
    }
    return { set: left.set | right.set, joins: [...left.joins, ...right.joins, written] };
  }

  #leavesOf(rel: Rel): number {
    return rel.kind === 'join' && !this.#closed.has(rel) ? this.#leavesOf(rel.left) + this.#leavesOf(rel.right) : 1;
  }

  #innerEdges(pool: Pool, constants: Scalar[]): InnerEdge[] {
    const { classes, others } = equalityClasses(pool.conditions);
    const edges: InnerEdge[] = [];
    for (const found of classes) edges.push(...this.#ofClass(found, pool));
    for (const expr of others) {
      const reads = this.#reads([expr]);
      const members = bitsOf(reads);
      if (members.length === 0) constants.push(expr);
      else if (members.length > 1) edges.push({ expr, reads, equality: undefined, written: true, rules: pool.rules });
      else this.#own[Math.log2(reads)]!.push(expr);
    }
    return edges;
  }

  /** Every pair of relations that have a column of the class, and what each relation's own columns must satisfy. */
  #ofClass(found: EqualityClass, pool: Pool): InnerEdge[] {
    const edges: InnerEdge[] = [];
    const members = this.#columns.flatMap((columns, i) => ([...found.columns].some((id) => columns.has(id)) ? [i] : []));
    for (const i of members) this.#own[i]!.push(...equalitiesWithin(found, this.#columns[i]!));
    for (const [at, i] of members.entries()) {
      for (const j of members.slice(at + 1)) {
        const expr = equalityBetween(found, this.#columns[i]!, this.#columns[j]!)!;
        const written = found.written.includes(expr as (typeof found.written)[number]);
        edges.push({ expr, reads: (1 << i) | (1 << j), equality: found, written, rules: pool.rules });
      }
    }
    return edges;
  }

  #reads(exprs: readonly Scalar[]): RelationSet {
    let set = 0;
    for (const expr of exprs) {
      for (const column of columnsIn(expr)) {
        const at = this.#columns.findIndex((columns) => columns.has(column));
        if (at >= 0) set |= 1 << at;
      }
    }
    return set;
  }

  #columnsOf(set: RelationSet): ReadonlySet<ColumnId> {
    return new Set(bitsOf(set).flatMap((bit) => [...this.#columns[Math.log2(bit)]!]));
  }
}

/** What no condition over two relations connects is joined whole with the rest. */
function crossEdges({ units, rules }: Pool, edges: readonly InnerEdge[]): readonly CrossEdge[] {
  let components: readonly RelationSet[] = units;
  for (const { reads } of edges) {
    if (bitsOf(reads).length > 2) continue;
    const touched = components.filter((component) => (component & reads) !== 0);
    components = [...components.filter((component) => (component & reads) === 0), touched.reduce((a, b) => a | b, 0)];
  }
  return components.flatMap((left, i) => components.slice(i + 1).map((right) => ({ left, right, rules })));
}

/**
 * Conditions of an inner join on one side alone, where that side is more than inner joins, are filters above it: below an
 * outer join they would mean something else. (push-filters leaves none, unless it is switched off.)
 */
function withOwnFilters(rel: Join): Join {
  const filtered = (side: Rel): Rel => {
    if (isInnerOnly(side)) return side;
    const columns = new Set(outputColumns(side).map((column) => column.id));
    const conjuncts = rel.on.filter((expr) => columnsIn(expr).size > 0 && readsOnly(expr, columns));
    return conjuncts.length === 0 ? side : { kind: 'filter', input: side, conjuncts };
  };
  const [left, right] = [filtered(rel.left), filtered(rel.right)];
  if (left === rel.left && right === rel.right) return rel;
  const moved = [left, right].flatMap((side) => (side.kind === 'filter' ? side.conjuncts : []));
  return { ...rel, left, right, on: rel.on.filter((expr) => !moved.includes(expr)) };
}

/** Below an outer join a condition without columns empties the inner join alone, and so one of its inputs. */
function withConstantsBelow(rel: Join): Join {
  const constants = rel.on.filter((expr) => columnsIn(expr).size === 0);
  if (constants.length === 0) return rel;
  const filtered = (side: Rel): Rel =>
    side.kind === 'join' && side.type === 'inner'
      ? { ...side, left: filtered(side.left) }
      : { kind: 'filter', input: side, conjuncts: constants };
  return { ...rel, left: filtered(rel.left), on: rel.on.filter((expr) => !constants.includes(expr)) };
}

const isInnerOnly = (rel: Rel): boolean =>
  rel.kind !== 'join' || (rel.type === 'inner' && isInnerOnly(rel.left) && isInnerOnly(rel.right));
