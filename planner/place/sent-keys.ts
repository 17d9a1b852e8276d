/**
 * What keys that joins at home send (key-filters.ts) are worth to the search: the rows that the fragment at the bottom of a
 * probe side still sends. Several joins may narrow one fragment, each what the ones below it left:
 *
 *   Hash Join  o.customer = c.id             keys of c go to shop, through the join below
 *   ├─ Hash Join  i.supplier = s.id          keys of s go to shop
 *   │  ├─ shop  items ⋈ orders
 *   │  └─ lake  suppliers
 *   └─ lake  customers
 */
import type { Join, RelColumn } from '../../algebra/rel.ts';
import type { KeyForm } from '../../algebra/plan.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { HOME, type CostModel } from '../cost/cost-model.ts';
import { areDense, bitsWorthSending, keysWorthSending, sparedMs, type ProbedRows } from '../cost/key-filter-cost.ts';
import type { Estimator } from '../estimate/estimator.ts';
import type { Candidate, Probed } from './candidate.ts';
import type { RelationSet } from './conflict-rules.ts';
import { bitsOf, type JoinGraph } from './join-graph.ts';
import { hasBitmap } from './key-conditions.ts';
import { remembered } from './join-selectivity.ts';

interface KeysContext {
  readonly estimator: Estimator;
  readonly cost: CostModel;
  readonly keyForms: ReadonlySet<KeyForm>;
}

/** What is known of one side of a join. */
interface Side {
  readonly set: RelationSet;
  readonly rows: number;
  readonly columns: readonly RelColumn[];
  readonly bytes: number;
  /** To have it at home. */
  readonly homeMs: number;
}

/** The probe side of a join that sends its keys. */
interface Narrowed {
  /** That the join looks up. */
  readonly rows: number;
  readonly costMs: number;
  /** Of the rows of before. */
  readonly part: number;
}

/** Of the search that asks. */
interface Figures {
  readonly leafOf: ReadonlyMap<ColumnId, number>;
  readonly bytesOf: (column: ColumnId) => number;
  /** What one relation costs at a place, alone. */
  readonly leafMs: (leaf: RelationSet, place: string) => number;
}

export class SentKeys {
  readonly #graph: JoinGraph;
  readonly #context: KeysContext;
  readonly #figures: Figures;
  readonly #values = new Map<ColumnId, number>();
  readonly #leftFrequent = new Map<Scalar, number | undefined>();
  readonly #rightFrequent = new Map<Scalar, number | undefined>();
  readonly #work = new Map<string, readonly number[]>();
  readonly #sameColumns = new Map<ColumnId, readonly ColumnId[]>();

  constructor(graph: JoinGraph, context: KeysContext, figures: Figures) {
    this.#graph = graph;
    this.#context = context;
    this.#figures = figures;
  }

  /** The fragment that could be sent keys of a join whose probe side is `near`. */
  target(near: Candidate, { set, rows, columns, bytes }: Side): Probed | undefined {
    if (near.place === HOME) return near.probed;
    // What waits for shipped rows does not wait for keys as well.
    if (near.inputs.length > 0 || this.#context.keyForms.size === 0) return undefined;
    const { place } = near;
    const workMs = Math.max(0, near.costMs - this.#readMs(set, place)) + this.#workWithin(set, place);
    return { place, set, rows, sent: rows, columns: columns.length, bytes, workMs, joins: 0 };
  }

  /** What is left of the target above a join of this type, where keys from further up still reach it. */
  above(target: Probed | undefined, type: Join['type'], keys: Narrowed | undefined): Probed | undefined {
    if (target === undefined || type === 'right' || type === 'full') return undefined;
    const part = keys?.part ?? 1;
    return { ...target, sent: target.sent * part, workMs: target.workMs * part, joins: target.joins + 1 };
  }

  /** The probe side once its fragment has the keys of the build side; undefined: they are not sent. */
  narrowed(
    near: Candidate,
    target: Probed,
    left: Side,
    right: Side,
    type: Join['type'],
    on: readonly Scalar[],
  ): Narrowed | undefined {
    if (type !== 'inner' && type !== 'semi' && type !== 'right') return undefined;
    const { place, rows, columns, bytes, workMs } = target;
    const { leafOf, bytesOf } = this.#figures;
    const { cost } = this.#context;
    let best: Narrowed | undefined;
    for (const expr of on) {
      if (expr.kind !== 'call' || expr.operator?.name !== '=') continue;
      const [a, b] = expr.args;
      if (a?.kind !== 'column' || b?.kind !== 'column') continue;
      const isOwn = (left.set & (1 << leafOf.get(a.column)!)) !== 0;
      const [own, other] = isOwn ? [a.column, b.column] : [b.column, a.column];
      if ((target.set & (1 << leafOf.get(own)!)) === 0) continue;
      const frequent = remembered(isOwn ? this.#leftFrequent : this.#rightFrequent, expr, () => this.#asFrequent(own, other));
      const values = Math.min(rows, frequent ?? this.#valuesOf(own, target.set));
      const keys = Math.min(right.rows, this.#valuesOf(other, right.set));
      const isFirst = near.place !== HOME;
      const index = isFirst ? this.#index(near, target, own) : undefined;
      const probed = { rows, values, columns, bytes, keyBytes: bytesOf(own), workMs, index };
      const form = this.#form(keys, probed, place, other, isOwn ? a.type : b.type);
      if (form === undefined) continue;
      const part = Math.min(1, keys / values);
      if (part >= (best?.part ?? 1)) continue;
      // By an index, other relations are read as before, and this part of the work of joining them is left.
      const foundMs =
        index && cost.lookUpMs(place, keys, index.rows * part) + Math.max(0, near.costMs - index.sparedMs) + workMs * part;
      const ownMs = (isFirst ? near.costMs : 0) - sparedMs(workMs, part);
      const keyedMs = cost.keyedMs(place, ownMs, { keys, rows: isFirst ? rows : target.sent, form, foundMs });
      best = { rows: left.rows * part, costMs: keyedMs + this.#broughtMs(near, target, left, part), part };
    }
    return best;
  }

  /** In which so many keys out of this column's values are worth sending to a column of that type. */
  #form(keys: number, probed: ProbedRows, place: string, column: ColumnId, type: SqlType): 'list' | 'bitmap' | undefined {
    const { keyForms, estimator, cost } = this.#context;
    const costs = cost.site(place);
    if (keyForms.has('list') && keys <= keysWorthSending(costs, probed)) return 'list';
    if (!keyForms.has('bitmap') || !hasBitmap(type) || keys > bitsWorthSending(costs, probed)) return undefined;
    const relation = this.#graph.relations[this.#figures.leafOf.get(column)!]!;
    return areDense(keys, estimator.extent(relation, column)) ? 'bitmap' : undefined;
  }

  /** The rows that are left, brought home; and what there is between the fragment and the join. */
  #broughtMs(near: Candidate, { place, sent, columns, bytes, joins }: Probed, left: Side, part: number): number {
    const { cost } = this.#context;
    const narrowedMs = cost.transferMs(place, sent * part, columns, bytes);
    if (near.place !== HOME) return narrowedMs;
    const passedMs = cost.transferMs(place, sent, columns, bytes) - narrowedMs + joins * cost.probeMs(sent * (1 - part));
    return left.homeMs - passedMs;
  }

  /** On the column of a relation in the target: nothing but the other relations is read then, as before. */
  #index({ costMs }: Candidate, { place, set }: Probed, column: ColumnId): ProbedRows['index'] {
    const { estimator } = this.#context;
    const leaf = this.#figures.leafOf.get(column)!;
    const relation = this.#graph.relations[leaf]!;
    const table = estimator.indexedTable(relation, column);
    if (table === undefined) return undefined;
    // Keys that are grouped by are looked for below the grouping.
    const read = relation.kind === 'aggregate' ? table : relation;
    return { sparedMs: Math.max(0, costMs - this.#readMs(set & ~(1 << leaf), place)), rows: estimator.rows(read) };
  }

  /** What relations that are more than a table take beyond reading: a grouping of the rows that keys leave is a smaller one. */
  #workWithin(set: RelationSet, place: string): number {
    const { cost } = this.#context;
    const own = remembered(this.#work, place, () => this.#graph.relations.map((relation) => cost.workMs(relation, place)));
    return bitsOf(set).reduce((sum, leaf) => sum + Math.min(own[31 - Math.clz32(leaf)]!, this.#figures.leafMs(leaf, place)), 0);
  }

  #readMs(set: RelationSet, place: string): number {
    return bitsOf(set).reduce((sum, leaf) => sum + this.#figures.leafMs(leaf, place), 0);
  }

  #asFrequent(own: ColumnId, other: ColumnId): number | undefined {
    const [relation, partner] = [own, other].map((column) => this.#graph.relations[this.#figures.leafOf.get(column)!]!);
    return this.#context.estimator.valuesAsFrequent(relation!, own, partner!, other);
  }

  /** In a set: not more than any column has there that it equals. */
  #valuesOf(column: ColumnId, set: RelationSet): number {
    let values = Infinity;
    for (const same of remembered(this.#sameColumns, column, () => this.#graph.columnsEqualTo(column))) {
      const leaf = this.#figures.leafOf.get(same)!;
      if ((set & (1 << leaf)) === 0) continue;
      values = Math.min(values, remembered(this.#values, same, () => this.#context.estimator.values(this.#graph.relations[leaf]!, same))); // prettier-ignore
    }
    return values;
  }
}
