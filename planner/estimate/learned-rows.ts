/**
 * What executions found out about numbers of rows, for the estimates of later statements: how many rows a subtree of some
 * shape had, where the estimate was far off. One for a gateway, of bounded size: the longest unused goes first.
 *
 * Invariant: an entry holds as long as the statistics that its tables had when it was learned, and no longer than a time:
 * whoever has statistics collected anew starts from those.
 */
import type { Rel, SourceTable } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Statistics, TableStatistics } from '../../algebra/statistics.ts';
import { Shapes, type Shape } from './shapes.ts';

/** An estimate that is no further off is as good as any. */
const FAR_OFF = 2;
/** What is small makes no plan bad. */
const ROWS_MIN = 100;
const ENTRIES_MAX = 2_000;
/** With parameters every execution has rows of its own: their mean, the last so many counting most. */
const MEAN_OF = 16;

export interface Learned {
  readonly rows: number;
  readonly executions: number;
}

interface Entry extends Learned {
  readonly shape: Shape;
  readonly statistics: readonly (TableStatistics | undefined)[];
  readonly atMs: number;
  /** When its rows became others, counted in such changes. */
  readonly changedAt: number;
}

export interface Execution {
  readonly rel: Rel;
  readonly rows: number;
  readonly estimatedRows: number;
}

export class LearnedRows {
  readonly #entries = new Map<string, Entry>();
  /** How many entries read a table. */
  readonly #tables = new Map<string, number>();
  /** Joins by each of their relations. */
  readonly #joins = new Map<string, Set<Entry>>();
  readonly #ageMaxMs: number;
  #changes = 0;

  constructor(ageMaxMs: number) {
    this.#ageMaxMs = ageMaxMs;
  }

  /** Moves whenever something was learned that estimates did not know. */
  get changes(): number {
    return this.#changes;
  }

  /** What a planner may ask; undefined: nothing is known. `used` is told whenever something was. */
  under(statistics: Statistics, used?: () => void): LearnedEstimates | undefined {
    if (this.#entries.size === 0) return undefined;
    const shapes = new Shapes((table) => this.#tables.has(tableKey(table)));
    const known = (shape: Shape | undefined): Learned | undefined => {
      const found = shape && this.#find(shape.key, statistics);
      if (found) used?.();
      return found;
    };
    return {
      rows: (rel) => known(shapes.of(rel)),
      joins: (relations) => {
        const places = new Map<string, number[]>();
        for (const [at, relation] of relations.entries()) {
          const key = shapes.of(relation)?.key;
          if (key !== undefined) places.set(key, [...(places.get(key) ?? []), at]);
        }
        const found = new Set([...places.keys()].flatMap((key) => [...(this.#joins.get(key) ?? [])]));
        return [...found].flatMap(({ shape }) => choices(shape.relations, places));
      },
      joined: (relations, conditions) => known(shapes.ofJoined(relations, conditions)),
    };
  }

  /**
   * A subtree was read to its end. Answers when what is known of it came to differ from the estimate, by `changes`; 0: it
   * does not.
   */
  learn({ rel, rows, estimatedRows }: Execution, statistics: Statistics, nowMs: number): number {
    const isOff = isFarOff(estimatedRows, rows);
    if (!isOff && this.#entries.size === 0) return 0;
    const shape = new Shapes((table) => isOff || this.#tables.has(tableKey(table))).of(rel);
    if (shape === undefined) return 0;
    const known = this.#find(shape.key, statistics, nowMs);
    if (known === undefined && !isOff) return 0;
    const executions = (known?.executions ?? 0) + 1;
    const isMean = known !== undefined && shape.hasParameters;
    const now = isMean ? known.rows + (rows - known.rows) / Math.min(executions, MEAN_OF) : rows;
    const isNews = known === undefined || isFarOff(known.rows, now);
    const changedAt = isNews ? ++this.#changes : known.changedAt;
    this.#remove(shape.key);
    const { key, tables, relations, hasParameters } = shape;
    this.#add({
      // Without the statement that it was made of.
      shape: { key, tables, relations, hasParameters },
      rows: now,
      executions,
      statistics: tables.map((table) => statistics.table(table)),
      atMs: nowMs,
      changedAt,
    });
    return isFarOff(estimatedRows, now) ? changedAt : 0;
  }

  forget(): void {
    this.#entries.clear();
    this.#tables.clear();
    this.#joins.clear();
  }

  #find(key: string, statistics: Statistics, nowMs = Date.now()): Entry | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    const isOld = nowMs - found.atMs > this.#ageMaxMs;
    if (!isOld && found.shape.tables.every((table, i) => isSame(found.statistics[i], statistics.table(table)))) return found;
    this.#remove(key);
    return undefined;
  }

  #add(entry: Entry): void {
    const { key, tables, relations } = entry.shape;
    if (this.#entries.size >= ENTRIES_MAX) this.#remove(this.#entries.keys().next().value!);
    this.#entries.set(key, entry);
    for (const table of tables) this.#tables.set(tableKey(table), (this.#tables.get(tableKey(table)) ?? 0) + 1);
    for (const relation of relations) this.#joins.set(relation, (this.#joins.get(relation) ?? new Set()).add(entry));
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    for (const table of entry.shape.tables) {
      const left = this.#tables.get(tableKey(table))! - 1;
      if (left > 0) this.#tables.set(tableKey(table), left);
      else this.#tables.delete(tableKey(table));
    }
    for (const relation of entry.shape.relations) {
      const others = this.#joins.get(relation)!;
      others.delete(entry);
      if (others.size === 0) this.#joins.delete(relation);
    }
  }
}

/** What was learned, as one planning asks it. */
export interface LearnedEstimates {
  rows(rel: Rel): Learned | undefined;
  /** Which of these relations have been seen joined, by their places; under which conditions is to be asked. */
  joins(relations: readonly Rel[]): readonly (readonly number[])[];
  joined(relations: readonly Rel[], conditions: readonly Scalar[]): Learned | undefined;
}

/** A relation that stands several times in a block may be any of these. */
const CHOICES_MAX = 16;

/** The ways to find relations with these keys among places. */
function choices(keys: readonly string[], places: ReadonlyMap<string, readonly number[]>): readonly (readonly number[])[] {
  let chosen: readonly (readonly number[])[] = [[]];
  for (const [i, key] of keys.entries()) {
    // Of the same key in ascending order, so that each set comes once.
    const before = keys.lastIndexOf(key, i - 1);
    const after = (members: readonly number[]): number => (i > 0 && before >= 0 ? members[before]! : -1);
    chosen = chosen.flatMap((members) => (places.get(key) ?? []).filter((at) => at > after(members)).map((at) => [...members, at])); // prettier-ignore
    if (chosen.length > CHOICES_MAX) return [];
  }
  return chosen;
}

function isFarOff(expected: number, actual: number): boolean {
  const [low, high] = [Math.max(1, Math.min(expected, actual)), Math.max(expected, actual)];
  return high >= ROWS_MIN && high > low * FAR_OFF;
}

/** Collected statistics are told apart as objects; where only a size is known, by it. */
const isSame = (a: TableStatistics | undefined, b: TableStatistics | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.columns.size + b.columns.size === 0 && a.rows === b.rows);

const tableKey = ({ site, schema, name }: SourceTable): string => JSON.stringify([site, schema, name]);
