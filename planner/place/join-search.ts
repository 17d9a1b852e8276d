/**
 * The cheapest plan of a block of joins at every place where it can be had: dynamic programming over sets of relations, one
 * candidate per set and place. Rows of a set are the same whatever order made it; the order of joins, the built side and the
 * place of each join are chosen together, by cost. Long since what a candidate costs is asked of the state of one search.
 */
import { outputColumns, type Join, type Rel, type RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { KeyForm } from '../../algebra/plan.ts';
import { columnsIn, scalarParts, visitRel } from '../../algebra/transform.ts';
import { HOME, type CostModel } from '../cost/cost-model.ts';
import { builtAndProbed, merged } from '../cost/memory-use.ts';
import { ROWS_MAX, type Estimator } from '../estimate/estimator.ts';
import { offer, type Candidate, type Candidates } from './candidate.ts';
import type { RelationSet } from './conflict-rules.ts';
import { enumerateAll, enumerateIntervals, type JoinTable } from './enumerate-joins.ts';
import type { FragmentJudge } from './fragment-judge.ts';
import { joinKeys } from '../../algebra/hash-keys.ts';
import { JoinSelectivities, remembered } from './join-selectivity.ts';
import { LearnedSets } from './learned-sets.ts';
import { joinName, relationNames, type SearchTrace, type TracedSet } from './search-trace.ts';
import { bitsOf, type Connection, type JoinGraph } from './join-graph.ts';
import { SentKeys } from './sent-keys.ts';
import { shippedTo, type Shipping } from './shipping.ts';
import { isWeighed, mergedSides, type Sorting } from './sorted-inputs.ts';

/** Pairs of sets that are looked at before the search falls back to intervals of one order. */
const PAIRS_MAX = 2_000;

export interface SearchContext {
  readonly judge: FragmentJudge;
  readonly estimator: Estimator;
  readonly cost: CostModel;
  /** Whatever a source can do is done there, at any price. */
  readonly pushEverything: boolean;
  readonly pushNothing: boolean;
  /** In which keys of a build side go to the source of the probe side. */
  readonly keyForms: ReadonlySet<KeyForm>;
  /** EXPLAIN asks what was looked at. */
  readonly trace?: SearchTrace;
  readonly shipping: Shipping;
  /** Joins whose inputs are sorted for them. */
  readonly merging: Sorting;
}

/** What is known of one set. */
interface Entry {
  readonly set: RelationSet;
  readonly rows: number;
  /** By estimate alone, before what executions taught. */
  readonly estimated: number;
  readonly columns: readonly RelColumn[];
  readonly bytes: number;
  readonly candidates: Map<string, Candidate>;
  /** Once no more pairs make it: the cheapest way to have its rows at home. */
  home: Candidate | undefined;
  homeMs: number;
  /** What it is when shipped, by place. */
  readonly shipped: Map<string, Candidate | undefined>;
}

/** A join that is weighed at home. */
interface HomeJoin {
  readonly type: Join['type'];
  readonly on: readonly Scalar[];
  /** Whether a hash table answers it. */
  readonly keyed: boolean;
  /** What its conditions cost where the gateway has no kernel for them. */
  readonly refusedMs: number;
  readonly nullAware: boolean;
  readonly joined: (near: Rel, far: Rel) => Join;
}

/** The relations that either side of an equality reads. */
interface KeySides {
  readonly a: RelationSet;
  readonly b: RelationSet;
}

export class JoinSearch implements JoinTable {
  readonly #graph: JoinGraph;
  readonly #context: SearchContext;
  readonly #needed: ReadonlySet<ColumnId>;
  readonly #entries = new Map<RelationSet, Entry>();
  readonly #readers = new Map<ColumnId, readonly RelationSet[]>();
  readonly #selectivities: JoinSelectivities;
  readonly #learned: LearnedSets;
  readonly #leafOf = new Map<ColumnId, number>();
  readonly #sentKeys: SentKeys;
  readonly #bytes = new Map<ColumnId, number>();
  readonly #rowsOfSets = new Map<RelationSet, number>();
  readonly #keySides = new Map<Scalar, KeySides | undefined>();
  /** Of tables: by which conditions an index finds rows. */
  readonly #indexed = new Map<Rel, Map<Scalar, boolean>>();
  #pairs = 0;

  /** `leaves`: candidates of each relation, in order; `needed`: columns that are read above the block. */
  constructor(graph: JoinGraph, leaves: readonly Candidates[], needed: ReadonlySet<ColumnId>, context: SearchContext) {
    this.#graph = graph;
    this.#context = context;
    this.#selectivities = new JoinSelectivities(graph, context.estimator);
    this.#learned = new LearnedSets(graph, context.estimator, (set) => this.#estimateRows(set));
    this.#sentKeys = new SentKeys(graph, context, {
      leafOf: this.#leafOf,
      bytesOf: (column) => this.#bytesOf(column),
      leafMs: (leaf, place) => this.#entries.get(leaf)!.candidates.get(place)?.costMs ?? 0,
    });
    this.#needed = needed;
    for (const [i, relation] of graph.relations.entries()) {
      for (const column of outputColumns(relation)) this.#leafOf.set(column.id, i);
      const rows = context.estimator.rows(relation);
      const entry = this.#entry(1 << i, rows, outputColumns(relation));
      for (const candidate of leaves[i]!.values()) offer(entry.candidates, candidate);
    }
  }

  /** Undefined: no order was found that the block's conditions allow. */
  run(): Candidates | undefined {
    const pairs = this.#allPairs();
    if (pairs === undefined) enumerateIntervals(this.#graph, this);
    else for (const [a, b, connection] of pairs) this.#combine(a, b, connection);
    const { trace } = this.#context;
    if (trace?.wantsSteps) this.#traceSets(trace, pairs?.length);
    return this.candidatesOf(this.#graph.all);
  }

  /** Of sets, whose joins were weighed. */
  get pairs(): number {
    return this.#pairs;
  }

  #traceSets(trace: SearchTrace, pairs: number | undefined): void {
    const names = relationNames(this.#graph.relations);
    const named = (set: RelationSet): readonly string[] => names.filter((_, i) => (set & (1 << i)) !== 0);
    const reads = (rel: Rel): string => {
      let set = 0;
      visitRel(rel, (node) => {
        for (const { id } of outputColumns(node)) set |= this.#leafOf.has(id) ? 1 << this.#leafOf.get(id)! : 0;
      });
      return named(set).join(', ');
    };
    const sets: TracedSet[] = [];
    for (const entry of this.#entries.values()) {
      const { set, rows, bytes } = entry;
      if ((set & (set - 1)) === 0) continue;
      const candidates = [...entry.candidates.values()].map(({ place, costMs, rel }) => ({
        place,
        costMs,
        homeMs: costMs + (place === HOME ? 0 : this.#transferMs(place, entry, rows)),
        rel,
        ...(rel.kind === 'join' ? { joined: joinName(rel, reads(rel.left), reads(rel.right)) } : {}),
      }));
      sets.push({ relations: named(set), rows, bytes, candidates });
    }
    trace.step({ kind: 'joins', relations: names, pairs, sets });
  }

  /** What can be joined with what; undefined: too much of it. Looked at before anything is weighed. */
  #allPairs(): readonly (readonly [RelationSet, RelationSet, Connection])[] | undefined {
    const pairs: [RelationSet, RelationSet, Connection][] = [];
    const sets = new Set(this.#entries.keys());
    const combine = (a: RelationSet, b: RelationSet): void => {
      const connection = this.#graph.between(a, b);
      if (connection === undefined) return;
      pairs.push([a, b, connection]);
      sets.add(a | b);
    };
    return enumerateAll(this.#graph, { has: (set) => sets.has(set), combine }, PAIRS_MAX) ? pairs : undefined;
  }

  /** What executions taught of a join of the block, or many relations tell together: the estimator sees a tree of two by two. */
  tellRows(rel: Join, { rows } = this.#entries.get(this.#graph.all)!): void {
    if (this.#learned.isAny || this.#selectivities.areJoint) this.#context.estimator.tell(rel, rows);
  }

  candidatesOf(set: RelationSet): Candidates | undefined {
    return this.#entries.get(set)?.candidates;
  }

  has(set: RelationSet): boolean {
    return this.#entries.has(set);
  }

  rowsOf(a: RelationSet, b: RelationSet): number | undefined {
    const connection = this.#graph.between(a, b);
    if (connection === undefined) return undefined;
    const known = this.#entries.get(a | b);
    if (known) return known.rows;
    const [left, right] = [this.#rowsOfSet(a), this.#rowsOfSet(b)];
    return this.#learned.correct(a | b, this.#rows(connection, [a, left], [b, right]));
  }

  combine(a: RelationSet, b: RelationSet): void {
    const connection = this.#graph.between(a, b);
    if (connection !== undefined) this.#combine(a, b, connection);
  }

  #combine(a: RelationSet, b: RelationSet, connection: Connection): void {
    this.#pairs++;
    const [first, second] = [this.#entries.get(a)!, this.#entries.get(b)!];
    let entry = this.#entries.get(a | b);
    if (entry === undefined) {
      const rows = this.#rows(connection, [a, first.estimated], [b, second.estimated]);
      entry = this.#entry(a | b, rows, hidesRight(connection) ? leftOf(connection, first, second).columns : [...first.columns, ...second.columns]); // prettier-ignore
    }
    if (connection.kind === 'inner') {
      const on = connection.edges.map((edge) => edge.expr);
      // Most often the fewer are built: the other way is then weighed, and not made.
      const [more, fewer] = first.rows < second.rows ? [second, first] : [first, second];
      this.#offer(entry, more, fewer, 'inner', on, undefined);
      this.#offer(entry, fewer, more, 'inner', on, undefined);
      return;
    }
    const { edge, isSwapped } = connection;
    const [left, right] = isSwapped ? [second, first] : [first, second];
    this.#offer(entry, left, right, edge.type, edge.join.on, edge.join);
    // The same with the other side built.
    if (edge.type === 'left') this.#offer(entry, right, left, 'right', edge.join.on, undefined);
    if (edge.type === 'full') this.#offer(entry, right, left, 'full', edge.join.on, undefined);
  }

  #offer(entry: Entry, left: Entry, right: Entry, type: Join['type'], on: readonly Scalar[], written: Join | undefined): void {
    const { judge, cost, pushEverything, pushNothing } = this.#context;
    const nullAware = written?.nullAware === true ? { nullAware: true } : {};
    const joined = (near: Rel, far: Rel): Join => {
      const rel: Join = { kind: 'join', type, left: near, right: far, on, ...nullAware };
      this.tellRows(rel, entry);
      return rel;
    };
    const keyed = on.some((expr) => this.#isKey(expr, left.set, right.set));
    if (!pushNothing) {
      for (const [near, far] of this.#atSites(left, right)) {
        const costMs = this.#costAtSite(near, far, left, right, entry.rows, on, keyed);
        const known = entry.candidates.get(near.place);
        if (known !== undefined && known.costMs <= costMs) continue;
        const rel = joined(near.rel, far.rel);
        if (judge.node(rel, near.place).verdict === 'exact') {
          const memory = merged(near.memory, far.memory);
          offer(entry.candidates, { place: near.place, rel, costMs, memory, inputs: [...near.inputs, ...far.inputs] });
        }
      }
    }
    if (pushEverything && [...entry.candidates.keys()].some((place) => place !== HOME)) {
      entry.candidates.delete(HOME);
      return;
    }
    const [near, far] = [this.#atHome(left), this.#atHome(right)];
    const asked = keyed ? Math.max(left.rows + right.rows, entry.rows) : left.rows * right.rows;
    const refused = on.reduce((sum, expr) => sum + cost.homeScalarMs(expr, asked), 0);
    const { merging } = this.#context;
    if (isWeighed(merging, this.#built(near, far, right).keptMs)) {
      const [nearSide, farSide] = [
        { ...left, candidate: near },
        { ...right, candidate: far },
      ];
      const byMerging = mergedSides({ type, on, rows: entry.rows }, nearSide, farSide, this.#context);
      if (byMerging !== undefined && written?.nullAware !== true) {
        const [first, second] = byMerging.inputs.map(({ rel }) => rel);
        offer(entry.candidates, { ...byMerging, rel: joined(first!, second!), costMs: byMerging.costMs + refused });
        if (merging === 'always') return;
      }
    }
    this.#offerHashed(entry, left, right, {
      type,
      on,
      keyed,
      refusedMs: refused,
      nullAware: written?.nullAware === true,
      joined,
    });
  }

  /** A hash join at home, with the right side built. */
  #offerHashed(entry: Entry, left: Entry, right: Entry, { type, on, keyed, refusedMs, nullAware, joined }: HomeJoin): void {
    const { cost } = this.#context;
    const [near, far] = [this.#atHome(left), this.#atHome(right)];
    for (const side of keyed ? [near, ...left.candidates.values()] : [near]) {
      const known = entry.candidates.get(HOME)?.costMs ?? Infinity;
      const isOther = side !== near;
      // A source that has both sides needs no keys from itself.
      const isOwn = side.place === HOME || side.place === near.place || side.place === far.place;
      if (isOther && (isOwn || side.costMs + right.homeMs >= known)) continue;
      const target = this.#sentKeys.target(side, left);
      const keys = target && this.#sentKeys.narrowed(side, target, left, right, type, on);
      // What costs more to have at home may cost less with keys.
      if (isOther && keys === undefined) continue;
      const { memory, keptMs } = this.#built(side, far, right);
      const costMs =
        (keys ? keys.costMs : left.homeMs) +
        right.homeMs +
        cost.joinMs(HOME, keys ? keys.rows : left.rows, right.rows, entry.rows, keyed) +
        keptMs;
      if (costMs >= known) continue;
      const probed = nullAware ? undefined : this.#sentKeys.above(target, type, keys);
      const rel = joined(side.rel, far.rel);
      offer(entry.candidates, { place: HOME, rel, costMs: costMs + refusedMs, memory, inputs: [side, far], probed });
    }
  }

  /** What a hash join keeps at home, and what that costs. */
  #built(
    near: Candidate,
    far: Candidate,
    { rows, bytes }: Entry,
  ): { readonly memory: Candidate['memory']; readonly keptMs: number } {
    const { cost } = this.#context;
    const memory = builtAndProbed(near.memory, far.memory, cost.keptBytes(rows, bytes));
    return { memory, keptMs: cost.addedMs(memory, near.memory, far.memory) };
  }

  /** Both sides at one source: theirs, or shipped there. */
  *#atSites(left: Entry, right: Entry): Generator<readonly [Candidate, Candidate]> {
    for (const [place, near] of left.candidates) {
      if (place === HOME) continue;
      const far = right.candidates.get(place);
      if (far) yield [near, far];
      const farSent = this.#shipped(right, place);
      if (farSent) yield [near, farSent];
    }
    for (const [place, far] of right.candidates) {
      if (place === HOME) continue;
      const nearSent = this.#shipped(left, place);
      if (nearSent) yield [nearSent, far];
    }
  }

  #shipped(entry: Entry, place: string): Candidate | undefined {
    return remembered(entry.shipped, place, () => {
      const home = this.#atHome(entry);
      return home.place === place ? undefined : shippedTo(place, { ...entry, home }, this.#context);
    });
  }

  #costAtSite(
    near: Candidate,
    far: Candidate,
    left: Entry,
    right: Entry,
    rows: number,
    on: readonly Scalar[],
    keyed: boolean,
  ): number {
    const { cost } = this.#context;
    const waitingMs = cost.addedMs(merged(near.memory, far.memory), near.memory, far.memory);
    const hashed = near.costMs + far.costMs + waitingMs + cost.joinMs(near.place, left.rows, right.rows, rows, keyed);
    if (!keyed || !this.#isIndexed(far, right, on)) return hashed;
    return Math.min(hashed, near.costMs + cost.lookUpMs(near.place, left.rows, rows));
  }

  /** Whether the side is one table, with an index on a column that these read. */
  #isIndexed({ rel }: Candidate, { set }: Entry, on: readonly Scalar[]): boolean {
    const isTable = (set & (set - 1)) === 0;
    if (!isTable) return false;
    const known = remembered(this.#indexed, rel, () => new Map<Scalar, boolean>());
    return on.some((expr) => remembered(known, expr, () => this.#context.estimator.isIndexed(rel, columnsIn(expr))));
  }

  #transferMs(place: string, { columns, bytes }: Entry, rows: number): number {
    return this.#context.cost.transferMs(place, rows, columns.length, bytes);
  }

  /** Final: enumeration looks at all that makes a set before it uses the set. */
  #atHome(entry: Entry): Candidate {
    if (entry.home === undefined) {
      entry.homeMs = Infinity;
      for (const candidate of entry.candidates.values()) {
        const { place } = candidate;
        const moved = place === HOME ? 0 : this.#transferMs(place, entry, entry.rows);
        if (candidate.costMs + moved >= entry.homeMs) continue;
        entry.homeMs = candidate.costMs + moved;
        entry.home = candidate;
      }
    }
    return entry.home!;
  }

  /** `estimated`: by estimate alone. */
  #entry(set: RelationSet, estimated: number, all: readonly RelColumn[]): Entry {
    const columns = all.filter((column) => this.#needed.has(column.id) || this.#isReadBeyond(column.id, set));
    const bytes = columns.reduce((sum, { id }) => sum + this.#bytesOf(id), 0);
    const entry: Entry = {
      set,
      rows: clamped(this.#learned.correct(set, estimated)),
      estimated: clamped(estimated),
      columns,
      bytes,
      candidates: new Map(),
      home: undefined,
      homeMs: 0,
      shipped: new Map(),
    };
    this.#entries.set(set, entry);
    return entry;
  }

  #isReadBeyond(column: ColumnId, set: RelationSet): boolean {
    let readers = this.#readers.get(column);
    if (readers === undefined) this.#readers.set(column, (readers = this.#graph.readersOf(column)));
    return readers.some((reader) => (reader & ~set) !== 0);
  }

  #bytesOf(column: ColumnId): number {
    return remembered(this.#bytes, column, () =>
      this.#context.estimator.bytes(this.#graph.relations[this.#leafOf.get(column)!]!, column),
    );
  }

  /** Whether a hash table of one side can answer it. */
  #isKey(expr: Scalar, left: RelationSet, right: RelationSet): boolean {
    const sides = remembered(this.#keySides, expr, () => this.#keySidesOf(expr));
    if (sides === undefined) return false;
    const { a, b } = sides;
    return ((a & ~left) === 0 && (b & ~right) === 0) || ((a & ~right) === 0 && (b & ~left) === 0);
  }

  #keySidesOf(expr: Scalar): KeySides | undefined {
    const [first, second, ...others] = scalarParts(expr.kind === 'not' ? expr.arg : expr);
    if (first === undefined || second === undefined || others.length > 0) return undefined;
    const [left, right] = [columnsIn(first), columnsIn(second)];
    if (joinKeys(expr, left, right) === undefined) return undefined;
    const [a, b] = [this.#leavesOf(left), this.#leavesOf(right)];
    return (a & b) === 0 ? { a, b } : undefined;
  }

  #leavesOf(columns: ReadonlySet<ColumnId>): RelationSet {
    let set = 0;
    for (const column of columns) set |= 1 << this.#leafOf.get(column)!;
    return set;
  }

  /** By estimate, also of a set that greedy joining made before there is a plan for it. */
  #rowsOfSet(set: RelationSet): number {
    return this.#entries.get(set)?.estimated ?? remembered(this.#rowsOfSets, set, () => this.#estimateRows(set));
  }

  #estimateRows(set: RelationSet): number {
    let joined = set & -set;
    let rows = this.#entries.get(joined)!.rows;
    for (let rest = set ^ joined; rest !== 0;) {
      const next = bitsOf(rest).find((bit) => this.#graph.between(joined, bit) !== undefined) ?? rest & -rest;
      const connection = this.#graph.between(joined, next);
      const own = this.#entries.get(next)!.rows;
      rows = connection === undefined ? rows * own : this.#rows(connection, [joined, rows], [next, own]);
      joined |= next;
      rest ^= next;
    }
    return rows;
  }

  #rows(connection: Connection, [a, first]: Sized, [b, second]: Sized): number {
    if (connection.kind === 'inner') return first * second * this.#selectivities.ofInner(connection.edges, a, b);
    const { edge, isSwapped } = connection;
    const [left, right] = isSwapped ? [second, first] : [first, second];
    const selectivity = this.#selectivities.ofOuter(edge);
    switch (edge.type) {
      case 'semi':
      case 'anti':
        return left * selectivity;
      case 'left':
        return Math.max(left, left * right * selectivity);
      case 'full':
        return Math.max(left, right, left * right * selectivity);
    }
  }
}

/** A set, and its rows. */
type Sized = readonly [RelationSet, number];

const clamped = (rows: number): number => Math.min(ROWS_MAX, Math.max(1, rows));

const hidesRight = (connection: Connection): boolean =>
  connection.kind === 'outer' && (connection.edge.type === 'semi' || connection.edge.type === 'anti');

const leftOf = (connection: Connection, first: Entry, second: Entry): Entry =>
  connection.kind === 'outer' && connection.isSwapped ? second : first;
