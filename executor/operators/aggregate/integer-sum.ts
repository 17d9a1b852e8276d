/** sum and avg of int2, int4, int8. */
import type { Column } from '../../../core/batch.ts';
import { NumericBuilder } from '../../../core/column-builder.ts';
import { divideNumeric } from '../../../core/numeric.ts';
import { outOfRange } from '../../../core/sql-error.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf, validWhere } from './accumulator.ts';
import { ExactSums } from './exact-sum.ts';

abstract class IntegerSums implements Accumulator {
  protected readonly sums = new ExactSums();

  get bytes(): number {
    return this.sums.bytes;
  }

  reserve(groups: number): void {
    this.sums.reserve(groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    if (column.layout === 'int32') this.sums.addInt32(column.values, column.valid, groups, length);
    else this.sums.addInt64(columnOf(column, 'int64').words, column.valid, groups, length);
  }

  remove(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    if (column.layout === 'int32') this.sums.removeInt32(column.values, column.valid, groups, length);
    else this.sums.removeInt64(columnOf(column, 'int64').words, column.valid, groups, length);
  }

  abstract finish(groups: number): Column;
}

/** int2, int4 → int8. */
export class SmallIntegerSum extends IntegerSums {
  override finish(groups: number): Column {
    const { sums } = this;
    const values = new BigInt64Array(groups);
    for (let g = 0; g < groups; g++) {
      const total = sums.total(g);
      if (total !== BigInt.asIntN(64, total)) throw outOfRange('bigint');
      values[g] = total;
    }
    return {
      layout: 'int64',
      length: groups,
      valid: validWhere(sums.counts, groups),
      values,
      words: new Int32Array(values.buffer),
    };
  }
}

/** int8 → numeric of scale 0. */
export class BigIntegerSum extends IntegerSums {
  override finish(groups: number): Column {
    const builder = new NumericBuilder();
    for (let g = 0; g < groups; g++) {
      if (this.sums.count(g) === 0) builder.appendNull();
      else {
        const safe = this.sums.safeTotal(g);
        if (safe !== undefined) builder.appendDecimal(safe, 0);
        else builder.append({ kind: 'finite', unscaled: this.sums.total(g), scale: 0 });
      }
    }
    return builder.finish();
  }
}

export class IntegerAverage extends IntegerSums {
  override finish(groups: number): Column {
    const builder = new NumericBuilder();
    for (let g = 0; g < groups; g++) {
      const count = this.sums.count(g);
      if (count === 0) builder.appendNull();
      else {
        const sum = { kind: 'finite', unscaled: this.sums.total(g), scale: 0 } as const;
        builder.append(divideNumeric(sum, { kind: 'finite', unscaled: BigInt(count), scale: 0 }));
      }
    }
    return builder.finish();
  }
}
