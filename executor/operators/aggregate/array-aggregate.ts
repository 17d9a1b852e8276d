/** array_agg: every value of a group, NULLs included, as an array; NULL for a group without rows. */
import type { Column } from '../../../core/batch.ts';
import { BytesBuilder } from '../../../core/column-builder.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import type { Accumulator } from './accumulator.ts';
import { arrayOfValues } from './array-value.ts';
import { GroupValues } from './group-values.ts';

export class ArrayAggregate implements Accumulator {
  readonly #argument: SqlType;
  readonly #result: SqlType;
  readonly #values: GroupValues;

  constructor(argument: SqlType, result: SqlType) {
    this.#argument = argument;
    this.#result = result;
    this.#values = new GroupValues(argument);
  }

  get bytes(): number {
    return this.#values.bytes;
  }

  reserve(groups: number): void {
    this.#values.reserve(groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    this.#values.add(args[0]!, groups, length, () => false);
  }

  finish(groups: number): Column {
    const builder = new BytesBuilder(this.#result);
    for (let g = 0; g < groups; g++) {
      if (this.#values.isEmpty(g)) {
        builder.appendNull();
        continue;
      }
      const values = Array.from(this.#values.entries(g), (entry) => this.#values.value(entry));
      builder.appendDatum(arrayOfValues(values, this.#argument));
    }
    return builder.finish();
  }
}
