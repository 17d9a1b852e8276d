/** The values of each group, kept in the order they came: for aggregates that look at all of them at the end. */
import type { Column } from '../../../core/batch.ts';
import { readDatum } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { columnBytes } from '../../../core/column-bytes.ts';
import { grownInt32 } from './accumulator.ts';
import { GroupLists } from './group-lists.ts';

export class GroupValues {
  readonly #type: SqlType;
  readonly #lists = new GroupLists();
  readonly #columns: Column[] = [];
  #columnBytes = 0;
  /** Per entry: which column, which row. */
  #source = new Int32Array(64);
  #row = new Int32Array(64);

  constructor(type: SqlType) {
    this.#type = type;
  }

  get bytes(): number {
    return this.#lists.bytes + this.#columnBytes + 2 * this.#source.byteLength;
  }

  reserve(groups: number): void {
    this.#lists.reserve(groups);
  }

  /** Rows below `length` of the column; `isLeftOut` ones are not kept. */
  add(column: Column, groups: Int32Array, length: number, isLeftOut: (column: Column, row: number) => boolean): void {
    const own = this.#columns.push(column) - 1;
    this.#columnBytes += columnBytes(column);
    for (let i = 0; i < length; i++) {
      if (isLeftOut(column, i)) continue;
      const entry = this.#lists.append(groups[i]!);
      this.#source = grownInt32(this.#source, entry + 1);
      this.#row = grownInt32(this.#row, entry + 1);
      this.#source[entry] = own;
      this.#row[entry] = i;
    }
  }

  isEmpty(group: number): boolean {
    return this.#lists.isEmpty(group);
  }

  entries(group: number): Int32Array {
    let count = 0;
    for (let e = this.#lists.first(group); e >= 0; e = this.#lists.next(e)) count++;
    const entries = new Int32Array(count);
    for (let e = this.#lists.first(group), i = 0; e >= 0; e = this.#lists.next(e)) entries[i++] = e;
    return entries;
  }

  /** Of one of `entries`. */
  value(entry: number): Datum {
    return readDatum(this.#columns[this.#source[entry]!]!, this.#type, this.#row[entry]!);
  }
}
