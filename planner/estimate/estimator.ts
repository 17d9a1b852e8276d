/**
 * How many rows an operator puts out, and how many values a column has there: for join order, build sides and placement.
 * Table statistics at the leaves, textbook formulas above (uniform within histogram parts, containment of join keys, half
 * independent conditions), unless executions taught better; a wrong figure costs time, never an answer. Longer than most
 * files: one formula per operator, each asking for those of its inputs.
 */
import {
  outputColumns,
  type Aggregate,
  type Filter,
  type Join,
  type Rel,
  type RelColumn,
  type Scan,
  type Window,
} from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, LogicScalar, Scalar, WindowCall } from '../../algebra/scalar.ts';
import { scalarKey } from '../../algebra/scalar-key.ts';
import type { Statistics, TableStatistics } from '../../algebra/statistics.ts';
import { relInputs } from '../../algebra/transform.ts';
import { unreachable } from '../../core/assert.ts';
import { impliedOn } from '../rewrite/imply-filters.ts';
import { isNeverNull } from '../rewrite/never-null.ts';
import { asList } from '../rewrite/or-to-in.ts';
import { ColumnProfile } from './column-profile.ts';
import { aggregateSpread, type Spread } from './aggregate-spread.ts';
import type { LearnedEstimates } from './learned-rows.ts';
import type { Measure } from './measure.ts';
import type { ValueSpread } from './meeting-values.ts';
import { aggregateOf, computedFrom, isFilteredBy, nullingJoins, originOf, windowOf } from './column-origin.ts';
import { comparedPairs, equalSides, type Pair } from './compared-pairs.ts';
import { referenceAmong, referenceTo, type Reference } from './foreign-keys.ts';
import { indexSearch, type IndexedRows } from './index-search.ts';
import { rankSpread } from './rank-spread.ts';
import { SmallTables } from './small-table.ts';
import { damped, selectivity, type ColumnFacts } from './selectivity.ts';
import { typeBytes } from './type-bytes.ts';

const UNKNOWN_TABLE_ROWS = 10_000;
/** Values of a column that nobody counted, as a part of the table's rows. */
const UNKNOWN_DISTINCT_PART = 0.1;
const DISTINCT_MIN = 10;
const UNKNOWN_INPUT_ROWS = 1_000;
/** Rows that a set-returning function gives, and rounds of a recursion. */
const SET_ROWS = 10;
/** Products of such numbers stay finite, so that costs can be compared. */
export const ROWS_MAX = 1e100;
const ANTI_MIN_PART = 0.05;

export class Estimator {
  readonly #statistics: Statistics;
  readonly #rows = new WeakMap<Rel, number>();
  readonly #told = new WeakMap<Rel, number>();
  readonly #tables = new WeakMap<Scan, TableStatistics | undefined>();
  readonly #profiles = new WeakMap<Scan, Map<ColumnId, ColumnProfile | undefined>>();

  readonly #small: SmallTables;

  readonly #definitions = new Map<number, Rel>();

  /** What executions found out; undefined: nothing. */
  readonly learned: LearnedEstimates | undefined;

  constructor(statistics: Statistics, learned?: LearnedEstimates) {
    this.#statistics = statistics;
    this.learned = learned;
    this.#small = new SmallTables(
      (scan) => this.#table(scan),
      (rel, column) => this.#facts(rel, column),
    );
  }

  /** What the scans of a WITH query's definition read, to be told before its body is estimated. */
  define(cte: number, definition: Rel): void {
    this.#definitions.set(cte, definition);
  }

  /** Estimated output rows, at least 1 and never infinite. */
  rows(rel: Rel): number {
    let rows = this.#rows.get(rel);
    if (rows === undefined) {
      rows = Math.min(ROWS_MAX, Math.max(1, this.learned?.rows(rel)?.rows ?? this.#told.get(rel) ?? this.#compute(rel)));
      this.#rows.set(rel, rows);
    }
    return rows;
  }

  /** Told by the search, which knows which parts of a block of joins have been seen. */
  tell(rel: Rel, rows: number): void {
    this.#told.set(rel, rows);
    this.#rows.delete(rel);
  }

  /** Rows of an inner join of two inputs under these conditions. */
  joinRows(left: Rel, right: Rel, on: readonly Scalar[]): number {
    return this.rows(left) * this.rows(right) * this.#joinSelectivity(left, right, on);
  }

  /** Whether anything is known of every table that the subtree reads. */
  knows(rel: Rel): boolean {
    if (rel.kind === 'scan') return this.#table(rel) !== undefined;
    if (rel.kind === 'input') return rel.shipped !== undefined && this.knows(rel.shipped);
    return relInputs(rel).every((input) => this.knows(input));
  }

  /** Bytes of a column's value, on average. */
  bytes(rel: Rel, column: ColumnId): number {
    const origin = originOf(rel, column);
    const known = origin && this.#table(origin.scan)?.columns.get(origin.column.sourceName)?.width;
    return known ?? typeBytes(outputColumns(rel).find(({ id }) => id === column)?.type);
  }

  /** Whether the rows of a table, filtered or not, can be found by an index on one of these columns. */
  isIndexed(rel: Rel, columns: ReadonlySet<ColumnId>): boolean {
    const scan = tableOf(rel);
    const first = new Set(scan && this.#table(scan)?.indexes.map(([name]) => name));
    return scan?.columns.some((column) => columns.has(column.id) && first.has(column.sourceName)) === true;
  }

  /** What an index has to do to find the rows of a filtered table; undefined: there is none. */
  indexSearch({ input, conjuncts }: Filter): IndexedRows | undefined {
    const scan = tableOf(input);
    const table = scan && this.#table(scan);
    return table && indexSearch(scan, table, conjuncts, this.rows(input), (column) => this.#facts(input, column));
  }

  /** The table that a column comes from, if an index begins with it there. */
  indexedTable(rel: Rel, column: ColumnId): Scan | undefined {
    const origin = originOf(rel, column);
    return origin && this.isIndexed(origin.scan, new Set([origin.column.id])) ? origin.scan : undefined;
  }

  #compute(rel: Rel): number {
    switch (rel.kind) {
      case 'scan':
        return this.#table(rel)?.rows ?? UNKNOWN_TABLE_ROWS;
      case 'values':
        return rel.rows.length;
      case 'ctescan': {
        const definition = this.#definitions.get(rel.cte);
        return definition ? this.rows(definition) : UNKNOWN_INPUT_ROWS;
      }
      case 'input':
        return rel.shipped ? this.rows(rel.shipped) : UNKNOWN_INPUT_ROWS;
      case 'filter':
        return (
          this.rows(rel.input) *
          (this.#small.kept(rel)?.part ?? selectivity(rel.conjuncts, (column) => this.#facts(rel.input, column)))
        );
      case 'project':
      case 'window':
      case 'sort':
      case 'fence':
        return this.rows(rel.input);
      case 'projectset':
        return this.rows(rel.input) * SET_ROWS;
      case 'recursive':
        return this.rows(rel.seed) * SET_ROWS;
      case 'distinct':
        return this.#groups(rel.input, outputColumns(rel.input).map((column) => column.id)); // prettier-ignore
      case 'limit': {
        return Math.min(countOf(rel.limit) ?? Infinity, this.rows(rel.input) - (countOf(rel.offset) ?? 0));
      }
      case 'aggregate':
        return this.#aggregateRows(rel);
      case 'setop': {
        const [left, right] = [this.rows(rel.left), this.rows(rel.right)];
        if (rel.op === 'union') return left + right;
        return rel.op === 'intersect' ? Math.min(left, right) * 0.5 : left * 0.5;
      }
      case 'with':
        return this.rows(rel.body);
      case 'join':
        return this.#joined(rel);
      default:
        return unreachable(rel);
    }
  }

  #joined(rel: Join): number {
    const [left, right] = [this.rows(rel.left), this.rows(rel.right)];
    switch (rel.type) {
      case 'inner':
        return this.joinRows(rel.left, rel.right, rel.on);
      case 'left':
        return Math.max(left, this.joinRows(rel.left, rel.right, rel.on));
      case 'right':
        return Math.max(right, this.joinRows(rel.left, rel.right, rel.on));
      case 'full':
        return Math.max(left, right, this.joinRows(rel.left, rel.right, rel.on));
      case 'semi':
        return left * this.#matchedPart(rel);
      case 'anti':
        return left * Math.max(ANTI_MIN_PART, 1 - this.#matchedPart(rel));
      default:
        return unreachable(rel.type);
    }
  }

  /** Part of the left rows that have a partner: values on the right among those on the left, the smaller set within the larger. */
  #matchedPart(rel: Join): number {
    const parts: number[] = [];
    const { pairs, rest } = comparedPairs(rel.on, rel.left, rel.right);
    for (const between of this.#byTables(rel.left, rel.right, pairs)) {
      const known =
        between.length === 1 ? this.#small.partners(rel.right, rel.left, between[0]!.right, between[0]!.left) : undefined;
      if (known) {
        parts.push(known.matched);
        continue;
      }
      const reference = referenceTo(rel.left, rel.right, between);
      if (reference) parts.push(this.#valuedPart(reference) * this.#leftOf(reference, rel.right, between));
      for (const pair of reference?.others ?? between)
        parts.push(Math.min(1, this.values(rel.right, pair.right) / this.values(rel.left, pair.left)));
    }
    if (parts.length === 0) return Math.min(1, this.joinRows(rel.left, rel.right, rel.on) / this.rows(rel.left));
    return Math.min(...parts) * selectivity(rest, (column) => this.#factsInJoin(rel.left, rel.right, column));
  }

  #joinSelectivity(left: Rel, right: Rel, on: readonly Scalar[]): number {
    const parts: number[] = [];
    const { pairs, rest } = comparedPairs(on, left, right);
    for (const between of this.#byTables(left, right, pairs)) parts.push(this.#equalPairs(left, right, between));
    const equal = parts.reduce((product, part) => product * part, 1);
    if (rest.length === 0) return equal;
    const kept = selectivity(rest, (column) => this.#factsInJoin(left, right, column));
    return equal * Math.min(1, kept / (this.#impliedPart(left, rest) * this.#impliedPart(right, rest)));
  }

  /** Part of the rows that filters within an input left already because of ORs above it (imply-filters): not counted twice. */
  #impliedPart(rel: Rel, above: readonly Scalar[]): number {
    const disjunctions = above.filter((conjunct): conjunct is LogicScalar => conjunct.kind === 'or');
    if (disjunctions.length === 0) return 1;
    const within = rel.kind === 'filter' || rel.kind === 'join' || rel.kind === 'project' ? relInputs(rel) : [];
    const below = within.reduce((part, input) => part * this.#impliedPart(input, disjunctions), 1);
    if (rel.kind !== 'filter') return below;
    const columns = new Set(outputColumns(rel).map((column) => column.id));
    const implied = disjunctions.map((disjunction) => impliedOn(columns, disjunction)).filter((one) => one !== undefined);
    if (implied.length === 0) return below;
    const keys = new Set(implied.flatMap((one) => [scalarKey(one), scalarKey(asList(one))]));
    const isAsked = (conjunct: Scalar): boolean =>
      (conjunct.kind === 'or' || conjunct.kind === 'arraycompare') && keys.has(scalarKey(conjunct));
    const asked = rel.conjuncts.filter(isAsked);
    return asked.length === 0 ? below : below * selectivity(asked, (column) => this.#facts(rel.input, column));
  }

  /** Comparisons of the same two tables depend on one another; those of others do not. */
  #byTables(left: Rel, right: Rel, pairs: readonly Pair[]): readonly (readonly Pair[])[] {
    const groups: { readonly left: Scan | undefined; readonly right: Scan | undefined; readonly pairs: Pair[] }[] = [];
    for (const pair of pairs) {
      const [a, b] = [originOf(left, pair.left)?.scan, originOf(right, pair.right)?.scan];
      const group = groups.find((one) => one.left === a && one.right === b);
      if (group) group.pairs.push(pair);
      else groups.push({ left: a, right: b, pairs: [pair] });
    }
    return groups.map((group) => group.pairs);
  }

  /** All columns of a key compared: one partner each, however many conditions that took. */
  #equalPairs(left: Rel, right: Rel, pairs: readonly Pair[]): number {
    const [pair] = pairs;
    if (pair && pairs.length === 1) {
      const known =
        this.#small.partners(left, right, pair.left, pair.right) ?? this.#small.partners(right, left, pair.right, pair.left);
      if (known) return known.equal;
    }
    const reference = referenceAmong(left, right, pairs);
    if (reference) {
      const part = this.#valuedPart(reference) / this.rows(reference.referenced);
      return damped([part, ...reference.others.map((pair) => this.#equalPart(left, right, pair))]);
    }
    const [leftColumns, rightColumns] = [pairs.map((pair) => pair.left), pairs.map((pair) => pair.right)];
    const keyRows = this.#keyRows(left, leftColumns) ?? this.#keyRows(right, rightColumns);
    if (keyRows !== undefined && pairs.length > 1) return 1 / keyRows;
    return damped(pairs.map((pair) => this.#equalPart(left, right, pair)));
  }

  /** Part of the referencing rows that refer to one: without NULL; NULLs of several columns are taken to come together. */
  #valuedPart({ referencing, columns }: Reference): number {
    const nulls = columns.map((column) =>
      isNeverNull(referencing, column) ? 0 : (this.#facts(referencing, column).nullPart() ?? 0),
    );
    return 1 - Math.max(...nulls);
  }

  /** Part of the referenced table's rows that there are on the right. */
  #leftOf({ referenced, others }: Reference, right: Rel, pairs: readonly Pair[]): number {
    const used = pairs.filter((pair) => !others.includes(pair));
    const rows = used.length === 1 ? this.values(right, used[0]!.right) : this.rows(right);
    return Math.min(1, rows / this.rows(referenced));
  }

  /** Frequent values meet frequent values; the others as if each value of the smaller set were in the larger one. */
  #equalPart(left: Rel, right: Rel, pair: Pair): number {
    const [a, b] = [this.#facts(left, pair.left), this.#facts(right, pair.right)];
    const notNull = (1 - (a.profile?.nullFraction ?? 0)) * (1 - (b.profile?.nullFraction ?? 0));
    const [common, other] = [a.profile?.common ?? [], b.profile?.common ?? []];
    if (common.length === 0 || other.length === 0) return notNull / Math.max(1, a.distinct, b.distinct);
    // Sources write one value in several ways: true and t, 1.0 and 1.
    const ofRight = new Map(other.map(({ measure, text, fraction }) => [measure ?? text, fraction]));
    let [matched, leftMatched, rightMatched] = [0, 0, 0];
    for (const { measure, text, fraction } of common) {
      const partner = ofRight.get(measure ?? text);
      if (partner === undefined) continue;
      matched += fraction * partner;
      leftMatched += fraction;
      rightMatched += partner;
    }
    const [restLeft, restRight] = [Math.max(0, 1 - leftMatched), Math.max(0, 1 - rightMatched)];
    return matched + (restLeft * restRight * notNull) / Math.max(1, a.distinct, b.distinct);
  }

  #aggregateRows({ input, groups, sets }: Aggregate): number {
    const of = (columns: readonly ColumnId[]): number => this.#groups(input, columns);
    return sets ? sets.reduce((rows, set) => rows + of(set), 0) : of(groups.map((column) => column.id));
  }

  /** Groups that the input's rows fall into by these columns. */
  #groups(input: Rel, columns: readonly ColumnId[]): number {
    const rows = this.rows(input);
    if (columns.length === 0) return 1;
    let groups = 1;
    for (const [scan, ofTable] of this.#byTable(input, columns)) {
      // The others of a table's columns have one value for each of its key.
      const deciding = scan ? (this.#keyAmong(input, scan, ofTable) ?? ofTable) : ofTable;
      const product = deciding.reduce((all, column) => all * this.values(input, column), 1);
      groups *= scan ? Math.min(product, this.#combinations(scan, deciding) ?? this.rows(scan)) : product;
    }
    return Math.min(rows, groups);
  }

  /** The columns by the scan they come from; undefined: computed. */
  #byTable(input: Rel, columns: readonly ColumnId[]): ReadonlyMap<Scan | undefined, readonly ColumnId[]> {
    const byTable = new Map<Scan | undefined, ColumnId[]>();
    for (const column of columns) {
      const scan = originOf(input, column)?.scan;
      byTable.set(scan, [...(byTable.get(scan) ?? []), column]);
    }
    return byTable;
  }

  /** Extended statistics of exactly these columns. */
  #combinations(scan: Scan, columns: readonly ColumnId[]): number | undefined {
    const names = columns.map((id) => scan.columns.find((column) => column.id === id)?.sourceName);
    return this.#table(scan)?.combinations.find(
      (known) => known.columns.length === names.length && known.columns.every((name) => names.includes(name)),
    )?.distinct;
  }

  /** Values left of a column when only some of its table's rows are: each row as likely to have gone as any other. */
  values(rel: Rel, column: ColumnId): number {
    const { distinct } = this.#facts(rel, column);
    const origin = originOf(rel, column);
    const here = this.rows(rel);
    const all = origin ? this.rows(origin.scan) : here;
    const left = here >= all ? Math.min(here, distinct) : distinct * (1 - (1 - here / all) ** (all / distinct));
    return Math.max(1, Math.min(left, this.#partnersValues(rel, column)));
  }

  /**
   * The values of a column if each were as frequent as those of a column it is compared with: what conditions leave of a small
   * table may be its frequent ones. Undefined: nothing is known of that.
   */
  valuesAsFrequent(rel: Rel, column: ColumnId, small: Rel, partner: ColumnId): number | undefined {
    const known = this.#small.partners(small, rel, partner, column);
    return known && known.matched > 0 ? known.values / known.matched : undefined;
  }

  /** How a table's rows are spread over a column's values; undefined: that is not known value by value. */
  spread(rel: Rel, column: ColumnId): ValueSpread | undefined {
    const origin = originOf(rel, column);
    if (!origin) return undefined;
    const kept = this.#small.values(rel, column);
    if (kept) {
      const part = (value: Measure): number => (kept.values.get(value) ?? 0) / kept.rows;
      const frequent = [...kept.values.keys()];
      const nullPart = 1 - frequent.reduce<number>((sum, value) => sum + part(value), 0);
      return { frequent, part, nullPart, distinct: kept.values.size };
    }
    const { profile, distinct } = this.#facts(rel, column);
    if (!profile) return { frequent: [], part: () => 1 / distinct, nullPart: 0, distinct };
    const frequent = profile.common.map(({ measure }) => measure).filter((measure) => measure !== undefined);
    if (frequent.length < profile.common.length) return undefined;
    return { frequent, part: (value) => profile.equal(value), nullPart: profile.nullFraction, distinct };
  }

  /** The least and the greatest value that a column has in its table, for all that is known. */
  extent(rel: Rel, column: ColumnId): readonly [Measure, Measure] | undefined {
    return this.#facts(rel, column).profile?.range;
  }

  /** Part of the rows with a value in between; undefined: not known, or a filter has cut the column's values off already. */
  partWithin(rel: Rel, column: ColumnId, [least, greatest]: readonly [Measure, Measure]): number | undefined {
    const { profile } = this.#facts(rel, column);
    if (profile?.range === undefined || isFilteredBy(rel, column)) return undefined;
    const [below, upTo] = [profile.below(least, false), profile.below(greatest, true)];
    return below === undefined || upTo === undefined ? undefined : Math.max(0, upTo - below);
  }

  /** Not more values than rows before joins below, nor than values of what they compare the column with. */
  #partnersValues(rel: Rel, column: ColumnId): number {
    if (rel.kind === 'filter') return this.#partnersValues(rel.input, column);
    if (rel.kind !== 'join' || (rel.type !== 'inner' && rel.type !== 'semi')) return Infinity;
    const isLeft = outputColumns(rel.left).some(({ id }) => id === column);
    const [own, other] = isLeft ? [rel.left, rel.right] : [rel.right, rel.left];
    const partners = rel.on.flatMap((conjunct) => {
      const sides = equalSides(conjunct, own, other);
      return sides?.left === column ? [sides.right] : [];
    });
    return Math.min(this.rows(own), this.#partnersValues(own, column), ...partners.map((partner) => this.values(other, partner)));
  }

  #factsInJoin(left: Rel, right: Rel, column: ColumnId): ColumnFacts {
    return this.#facts(outputColumns(left).some(({ id }) => id === column) ? left : right, column);
  }

  /** What is known of a column: of the table it comes from, or of what it is computed from. */
  #facts(rel: Rel, column: ColumnId): ColumnFacts {
    const origin = originOf(rel, column);
    if (!origin) return this.#computedFacts(rel, column);
    const profile = this.#profile(origin.scan, origin.column);
    const nullPart = (): number | undefined => this.#nullPart(rel, column, profile?.nullFraction);
    const rows = this.rows(origin.scan);
    const isKey = origin.scan.table.keys.some((key) => key.length === 1 && key[0] === origin.column.sourceName);
    if (isKey) return { profile, nullPart, distinct: rows };
    return { profile, nullPart, distinct: profile?.distinct ?? Math.max(DISTINCT_MIN, rows * UNKNOWN_DISTINCT_PART) };
  }

  #computedFacts(rel: Rel, column: ColumnId): ColumnFacts {
    const nullPart = (): number | undefined => this.#nullPart(rel, column, undefined);
    const [aggregate, window] = [aggregateOf(rel, column), windowOf(rel, column)];
    const spread = aggregate ? this.#spread(aggregate.rel, aggregate.call) : window && this.#ranks(window.rel, window.call);
    if (spread) return { profile: undefined, spread, nullPart, distinct: spread.distinct };
    const computed = computedFrom(rel, column);
    const distinct = computed
      ? Math.max(1, ...computed.columns.map((c) => this.#facts(computed.input, c).distinct))
      : this.rows(rel);
    return { profile: undefined, nullPart, distinct: computed?.columns.length === 0 ? 1 : distinct };
  }

  #spread(rel: Aggregate, call: AggregateCall): Spread | undefined {
    const [arg] = call.args;
    const facts = arg?.kind === 'column' ? this.#facts(rel.input, arg.column) : undefined;
    const [groups, rows] = [this.rows(rel), this.rows(rel.input)];
    return aggregateSpread(call, { groups, rows, profile: facts?.profile, nullPart: facts?.nullPart() ?? 0 });
  }

  #ranks({ input, partition, order }: Window, call: WindowCall): Spread | undefined {
    const partitions = partition.map(({ id }) => id);
    const peerGroups = this.#groups(input, [...new Set([...partitions, ...order.map((key) => key.column)])]);
    return rankSpread(call, { rows: this.rows(input), partitions: this.#groups(input, partitions), peerGroups });
  }

  /** `own`: of the table's rows. Outer joins put more to them: as many as have no partner. */
  #nullPart(rel: Rel, column: ColumnId, own: number | undefined): number | undefined {
    let filled = 1;
    let isNulled = false;
    for (const { join, partners } of nullingJoins(rel, column)) {
      const alone = this.rows(partners.left) * Math.max(ANTI_MIN_PART, 1 - this.#matchedPart(partners));
      filled *= 1 - Math.min(1, alone / this.rows(join));
      isNulled = true;
    }
    return isNulled ? 1 - filled * (1 - (own ?? 0)) : own;
  }

  #profile(scan: Scan, column: RelColumn & { readonly sourceName: string }): ColumnProfile | undefined {
    let known = this.#profiles.get(scan);
    if (!known) this.#profiles.set(scan, (known = new Map()));
    if (!known.has(column.id)) {
      const found = this.#table(scan)?.columns.get(column.sourceName);
      known.set(column.id, found && new ColumnProfile(found, column.type));
    }
    return known.get(column.id);
  }

  #table(scan: Scan): TableStatistics | undefined {
    if (!this.#tables.has(scan)) this.#tables.set(scan, this.#statistics.table(scan.table));
    return this.#tables.get(scan);
  }

  /** Rows of the table a whole key of which is among these columns. */
  #keyRows(rel: Rel, columns: readonly ColumnId[]): number | undefined {
    for (const [scan, ofTable] of this.#byTable(rel, columns))
      if (scan && this.#keyAmong(rel, scan, ofTable)) return this.rows(scan);
    return undefined;
  }

  /** Those of these columns, all of one table, that are a key of it; the shortest key. */
  #keyAmong(rel: Rel, { table }: Scan, columns: readonly ColumnId[]): readonly ColumnId[] | undefined {
    const byName = new Map(columns.map((id) => [originOf(rel, id)?.column.sourceName, id]));
    const found = table.keys
      .filter((key) => key.length > 0)
      .map((key) => key.map((name) => byName.get(name)))
      .filter((key) => key.every((id) => id !== undefined));
    return found.length === 0 ? undefined : found.reduce((best, key) => (key.length < best.length ? key : best));
  }
}

/** The table whose rows these are, filtered or not. */
const tableOf = (rel: Rel): Scan | undefined =>
  rel.kind === 'filter' || rel.kind === 'project' ? tableOf(rel.input) : rel.kind === 'scan' ? rel : undefined;

/** A count of rows that is known when planning. */
const countOf = (expr: Scalar | null): number | undefined =>
  expr?.kind === 'const' && expr.value !== null ? Number(expr.value) : undefined;
