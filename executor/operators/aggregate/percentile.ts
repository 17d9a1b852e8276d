/**
 * percentile_disc and percentile_cont, for one percentile or an array of them (orderedsetaggs.c). Fed in WITHIN GROUP's order by
 * call-input.ts; NULLs do not count. The percentile is known before the first row.
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { columnFromDatums } from '../../../core/column.ts';
import type { Datum, PgArray } from '../../../core/datum.ts';
import { sqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import type { Accumulator } from './accumulator.ts';
import { GroupValues } from './group-values.ts';

/** The value at a percentile, given how many there are and each of them by its rank from 0. */
type Pick = (percentile: number, count: number, value: (rank: number) => Datum) => Datum;

export const discretePick: Pick = (percentile, count, value) => value(Math.max(Math.ceil(percentile * count), 1) - 1);

/** Between two values of float8. */
export const continuousPick: Pick = (percentile, count, value) => {
  const at = percentile * (count - 1);
  const [first, second] = [Math.floor(at), Math.ceil(at)];
  const low = value(first) as number;
  return first === second ? low : low + (at - first) * ((value(second) as number) - low);
};

export class PercentileAccumulator implements Accumulator {
  readonly #result: SqlType;
  readonly #percentile: Datum;
  readonly #pick: Pick;
  readonly #values: GroupValues;

  constructor(argument: SqlType, result: SqlType, percentile: Datum, pick: Pick) {
    this.#values = new GroupValues(argument);
    this.#result = result;
    this.#percentile = percentile;
    this.#pick = pick;
  }

  get bytes(): number {
    return this.#values.bytes;
  }

  reserve(groups: number): void {
    this.#values.reserve(groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    this.#values.add(args[0]!, groups, length, isNull);
  }

  finish(groups: number): Column {
    const results: Datum[] = [];
    for (let g = 0; g < groups; g++) results.push(this.#resultOf(g));
    return columnFromDatums(this.#result, results);
  }

  #resultOf(group: number): Datum {
    const percentile = this.#percentile;
    if (percentile === null) return null;
    // A single percentile is checked whatever there is to find, those of an array only then.
    if (typeof percentile === 'number') checkPercentile(percentile);
    if (this.#values.isEmpty(group)) return null;
    const entries = this.#values.entries(group);
    const value = (rank: number): Datum => this.#values.value(entries[rank]!);
    if (typeof percentile === 'number') return this.#pick(percentile, entries.length, value);
    const { dims, lowerBounds, elements } = percentile as PgArray;
    if (elements.length === 0) return { dims: [], lowerBounds: [], elements: [] };
    for (const element of elements) if (element !== null) checkPercentile(element as number);
    const picked = elements.map((p) => (p === null ? null : this.#pick(p as number, entries.length, value)));
    return { dims, lowerBounds, elements: picked };
  }
}

function checkPercentile(percentile: number): void {
  if (percentile >= 0 && percentile <= 1) return;
  throw sqlError('22003', `percentile value ${Number(percentile.toPrecision(6))} is not between 0 and 1`);
}
