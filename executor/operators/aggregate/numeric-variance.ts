/**
 * variance and standard deviation of integers and numeric, as exact as PostgreSQL's: sums of the values and of their
 * squares without rounding, one division at the end (numeric_stddev_internal in src/backend/utils/adt/numeric.c).
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { NumericBuilder } from '../../../core/column-builder.ts';
import type { Int64, Numeric } from '../../../core/datum.ts';
import { readInt64 } from '../../../core/int64.ts';
import { divideNumeric, divisionScale, NAN, ZERO } from '../../../core/numeric.ts';
import { numericFromBinary } from '../../../core/numeric-binary.ts';
import { sqrtNumeric } from '../../../core/numeric-transcendental.ts';
import { rescale } from '../../../core/numeric.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf } from './accumulator.ts';
import { ExactSums } from './exact-sum.ts';
import { SpecialValues } from './numeric-sum.ts';

export type Dispersion = 'var_pop' | 'var_samp' | 'stddev_pop' | 'stddev_samp';

/** Squares of numbers below this are safe integers. */
const SQUARE_SAFE = 94906265;

interface Moments {
  readonly values: ExactSums;
  readonly squares: ExactSums;
}

export class NumericVariance implements Accumulator {
  readonly #what: Dispersion;
  readonly #byScale = new Map<number, Moments>();
  readonly #specials = new SpecialValues();
  #groups = 0;

  constructor(what: Dispersion) {
    this.#what = what;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { values, squares } of this.#byScale.values()) bytes += values.bytes + squares.bytes;
    return bytes;
  }

  reserve(groups: number): void {
    this.#groups = groups;
    for (const { values, squares } of this.#byScale.values()) {
      values.reserve(groups);
      squares.reserve(groups);
    }
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const group = groups[i]!;
      if (column.layout === 'int32') addTo(this.#moments(0), column.values[i]!, group);
      else if (column.layout === 'int64') addTo(this.#moments(0), readInt64(column.words, column.values, i), group);
      else if (column.layout === 'decimal') addTo(this.#moments(column.scale), readInt64(column.words, column.values, i), group);
      else {
        const { data, offsets } = columnOf(column, 'bytes');
        const value = numericFromBinary(data, offsets[i]!, offsets[i + 1]!);
        if (value.kind === 'finite') addTo(this.#moments(value.scale), value.unscaled, group);
        else this.#specials.see(group, value.kind);
      }
    }
  }

  finish(groups: number): Column {
    const builder = new NumericBuilder();
    for (let g = 0; g < groups; g++) {
      const result = this.#result(g);
      if (result === null) builder.appendNull();
      else builder.append(result);
    }
    return builder.finish();
  }

  #result(group: number): Numeric | null {
    const sample = this.#what === 'var_samp' || this.#what === 'stddev_samp';
    const specials = this.#specials.count(group);
    let count = specials;
    for (const { values } of this.#byScale.values()) count += values.count(group);
    if (count === 0 || (sample && count === 1)) return null;
    if (specials > 0) return NAN;
    const { sum, squares } = this.#totals(group);
    // Beyond the limits of numeric, which hold for the result alone.
    const numerator = {
      kind: 'finite',
      unscaled: BigInt(count) * squares.unscaled - sum.unscaled ** 2n,
      scale: squares.scale,
    } as const;
    if (numerator.unscaled <= 0n) return ZERO;
    const other = BigInt(sample ? count - 1 : count);
    const denominator = { kind: 'finite', unscaled: BigInt(count) * other, scale: 0 } as const;
    const scale = divisionScale(numerator, denominator);
    const variance = divideNumeric(numerator, denominator, scale);
    return this.#what === 'var_pop' || this.#what === 'var_samp' ? variance : sqrtNumeric(variance, scale);
  }

  #totals(group: number): Record<'sum' | 'squares', { readonly unscaled: bigint; readonly scale: number }> {
    let scale = 0;
    for (const [own, { values }] of this.#byScale) if (own > scale && values.count(group) > 0) scale = own;
    let sum = 0n;
    let squares = 0n;
    for (const [own, moments] of this.#byScale) {
      if (moments.values.count(group) === 0) continue;
      sum += rescale(moments.values.total(group), own, scale);
      squares += rescale(moments.squares.total(group), 2 * own, 2 * scale);
    }
    return { sum: { unscaled: sum, scale }, squares: { unscaled: squares, scale: 2 * scale } };
  }

  #moments(scale: number): Moments {
    let moments = this.#byScale.get(scale);
    if (moments === undefined) {
      moments = { values: new ExactSums(), squares: new ExactSums() };
      moments.values.reserve(this.#groups);
      moments.squares.reserve(this.#groups);
      this.#byScale.set(scale, moments);
    }
    return moments;
  }
}

function addTo(moments: Moments, value: Int64, group: number): void {
  if (typeof value === 'number') moments.values.addNumber(value, group);
  else moments.values.addBigInt(value, group);
  if (typeof value === 'number' && value < SQUARE_SAFE && value > -SQUARE_SAFE) moments.squares.addNumber(value * value, group);
  else moments.squares.addBigInt(BigInt(value) * BigInt(value), group);
}
