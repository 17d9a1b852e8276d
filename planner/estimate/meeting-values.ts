/**
 * How often columns of several tables have one value, where joins make them equal. What is frequent in one table often is
 * in the others: a film that everybody knows has more keywords and more reviews, and both meet. Joins taken one by
 * one, each row with its one film, do not tell.
 */
import type { Measure } from './measure.ts';

/** How a column's rows are spread over its values. */
export interface ValueSpread {
  /** Those that are known one by one. */
  readonly frequent: readonly Measure[];
  /** Part of the rows that have it. */
  readonly part: (value: Measure) => number;
  readonly nullPart: number;
  readonly distinct: number;
}

export class MeetingValues {
  readonly #distinct: readonly number[];
  /** Of each column, the part of its rows with each value that is frequent anywhere. */
  readonly #parts: readonly Float64Array[];
  /** Of each column, the part of its rows with another value. */
  readonly #others: readonly number[];
  readonly #frequent: number;

  constructor(columns: readonly ValueSpread[]) {
    const frequent = [...new Set(columns.flatMap((column) => column.frequent))];
    this.#frequent = frequent.length;
    this.#distinct = columns.map(({ distinct }) => distinct);
    this.#parts = columns.map(({ part }) => Float64Array.from(frequent, part));
    this.#others = columns.map(({ nullPart }, i) =>
      Math.max(0, 1 - nullPart - this.#parts[i]!.reduce((sum, part) => sum + part, 0)),
    );
  }

  /** Part of all combinations of rows of these columns, by their numbers, that have one value. */
  part(columns: readonly number[]): number {
    const met = new Float64Array(this.#frequent).fill(1);
    let others = 1;
    let distinct = 1;
    for (const column of columns) {
      const parts = this.#parts[column]!;
      for (let i = 0; i < met.length; i++) met[i]! *= parts[i]!;
      others *= this.#others[column]!;
      distinct = Math.max(distinct, this.#distinct[column]!);
    }
    // The other values of the smaller sets are among those of the largest one.
    return met.reduce((sum, part) => sum + part, 0) + others / Math.max(1, distinct - this.#frequent) ** (columns.length - 1);
  }
}
