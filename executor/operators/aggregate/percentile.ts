/**
 * percentile_disc and percentile_cont, for one percentile or an array of them (orderedsetaggs.c). Fed in WITHIN GROUP's order by
 * call-input.ts; NULLs do not count. The percentile is known before the first row.
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { columnFromDatums, readDatum } from '../../../core/column.ts';
import type { Datum, PgArray } from '../../../core/datum.ts';
import { sqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { columnBytes } from '../../memory/memory-budget.ts';
import type { Accumulator } from './accumulator.ts';
import { grownInt32 } from './accumulator.ts';
import { GroupLists } from './group-lists.ts';

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
  readonly #argument: SqlType;
  readonly #result: SqlType;
  readonly #percentile: Datum;
  readonly #pick: Pick;
  readonly #lists = new GroupLists();
  readonly #columns: Column[] = [];
  #columnBytes = 0;
  /** Per entry: which column, which row. */
  #source = new Int32Array(64);
  #row = new Int32Array(64);

  constructor(argument: SqlType, result: SqlType, percentile: Datum, pick: Pick) {
    this.#argument = argument;
    this.#result = result;
    this.#percentile = percentile;
    this.#pick = pick;
  }

  get bytes(): number {
    return this.#lists.bytes + this.#columnBytes + 2 * this.#source.byteLength;
  }

  reserve(groups: number): void {
    this.#lists.reserve(groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    const own = this.#columns.push(column) - 1;
    this.#columnBytes += columnBytes(column);
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const entry = this.#lists.append(groups[i]!);
      this.#source = grownInt32(this.#source, entry + 1);
      this.#row = grownInt32(this.#row, entry + 1);
      this.#source[entry] = own;
      this.#row[entry] = i;
    }
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
    if (this.#lists.isEmpty(group)) return null;
    const entries: number[] = [];
    for (let e = this.#lists.first(group); e >= 0; e = this.#lists.next(e)) entries.push(e);
    const value = (rank: number): Datum => {
      const entry = entries[rank]!;
      return readDatum(this.#columns[this.#source[entry]!]!, this.#argument, this.#row[entry]!);
    };
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
