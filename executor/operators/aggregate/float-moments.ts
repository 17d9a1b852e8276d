/**
 * sum, avg, variance and standard deviation of float4 and float8. Moments are Youngs and Cramer's, step by step as in
 * PostgreSQL (float8_accum in src/backend/utils/adt/float.c): avg too, since its overflow check sees them.
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { floatOverflow } from '../../../core/sql-error.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf, grownBytes, grownFloat64, validWhere } from './accumulator.ts';
import type { Dispersion } from './numeric-variance.ts';

const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;

/** `single`: float4, rounded after every addition. */
export class FloatSum implements Accumulator {
  readonly #single: boolean;
  #sums = new Float64Array(16);
  #has = new Uint8Array(16);

  constructor(single: boolean) {
    this.#single = single;
  }

  get bytes(): number {
    return this.#sums.byteLength + this.#has.byteLength;
  }

  reserve(groups: number): void {
    this.#sums = grownFloat64(this.#sums, groups);
    this.#has = grownBytes(this.#has, groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = columnOf(args[0], 'float64');
    const { values } = column;
    const sums = this.#sums;
    const has = this.#has;
    const single = this.#single;
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      const value = values[i]!;
      if (has[g] === 0) {
        has[g] = 1;
        sums[g] = value;
        continue;
      }
      const before = sums[g]!;
      const sum = single ? Math.fround(before + value) : before + value;
      if (isInfinite(sum) && !isInfinite(before) && !isInfinite(value)) throw floatOverflow();
      sums[g] = sum;
    }
  }

  finish(groups: number): Column {
    return { layout: 'float64', length: groups, valid: validWhere(this.#has, groups), values: this.#sums.slice(0, groups) };
  }
}

export class FloatMoments implements Accumulator {
  readonly #what: 'avg' | Dispersion;
  #counts = new Float64Array(16);
  #sums = new Float64Array(16);
  /** Sum of squared deviations. */
  #squares = new Float64Array(16);

  constructor(what: 'avg' | Dispersion) {
    this.#what = what;
  }

  get bytes(): number {
    return 3 * this.#counts.byteLength;
  }

  reserve(groups: number): void {
    this.#counts = grownFloat64(this.#counts, groups);
    this.#sums = grownFloat64(this.#sums, groups);
    this.#squares = grownFloat64(this.#squares, groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = columnOf(args[0], 'float64');
    const { values } = column;
    const counts = this.#counts;
    const sums = this.#sums;
    const squares = this.#squares;
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      const value = values[i]!;
      const before = counts[g]!;
      const count = before + 1;
      counts[g] = count;
      if (before === 0) {
        sums[g]! += value;
        if (value !== value || isInfinite(value)) squares[g] = Number.NaN;
        continue;
      }
      const sumBefore = sums[g]!;
      const sum = sumBefore + value;
      const deviation = value * count - sum;
      let square = squares[g]! + (deviation * deviation) / (count * before);
      if (isInfinite(sum) || isInfinite(square)) {
        if (!isInfinite(sumBefore) && !isInfinite(value)) throw floatOverflow();
        square = Number.NaN;
      }
      sums[g] = sum;
      squares[g] = square;
    }
  }

  finish(groups: number): Column {
    const values = new Float64Array(groups);
    const has = new Uint8Array(groups);
    const what = this.#what;
    for (let g = 0; g < groups; g++) {
      const count = this.#counts[g]!;
      if (count === 0 || (count === 1 && (what === 'var_samp' || what === 'stddev_samp'))) continue;
      has[g] = 1;
      if (what === 'avg') values[g] = this.#sums[g]! / count;
      else {
        const variance = this.#squares[g]! / (what === 'var_pop' || what === 'stddev_pop' ? count : count - 1);
        values[g] = what === 'var_pop' || what === 'var_samp' ? variance : Math.sqrt(variance);
      }
    }
    return { layout: 'float64', length: groups, valid: validWhere(has, groups), values };
  }
}
