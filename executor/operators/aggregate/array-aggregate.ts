/** array_agg: every value of a group, NULLs included, as an array; NULL for a group without rows. */
import type { Column } from '../../../core/batch.ts';
import { readDatum } from '../../../core/column.ts';
import { BytesBuilder } from '../../../core/column-builder.ts';
import type { Datum } from '../../../core/datum.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { columnBytes } from '../../memory/memory-budget.ts';
import type { Accumulator } from './accumulator.ts';
import { grownInt32 } from './accumulator.ts';
import { arrayOfValues } from './array-value.ts';
import { GroupLists } from './group-lists.ts';

export class ArrayAggregate implements Accumulator {
  readonly #argument: SqlType;
  readonly #result: SqlType;
  readonly #lists = new GroupLists();
  readonly #columns: Column[] = [];
  #columnBytes = 0;
  /** Per entry: which column, which row. */
  #source = new Int32Array(64);
  #row = new Int32Array(64);

  constructor(argument: SqlType, result: SqlType) {
    this.#argument = argument;
    this.#result = result;
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
      const entry = this.#lists.append(groups[i]!);
      this.#source = grownInt32(this.#source, entry + 1);
      this.#row = grownInt32(this.#row, entry + 1);
      this.#source[entry] = own;
      this.#row[entry] = i;
    }
  }

  finish(groups: number): Column {
    const builder = new BytesBuilder(this.#result);
    for (let g = 0; g < groups; g++) {
      if (this.#lists.isEmpty(g)) {
        builder.appendNull();
        continue;
      }
      const values: Datum[] = [];
      for (let e = this.#lists.first(g); e >= 0; e = this.#lists.next(e)) {
        values.push(readDatum(this.#columns[this.#source[e]!]!, this.#argument, this.#row[e]!));
      }
      builder.appendDatum(arrayOfValues(values, this.#argument));
    }
    return builder.finish();
  }
}
