/**
 * sum and avg of numeric. Values are summed per display scale, so that the sum's scale is the largest its group has seen
 * (numeric_sum in src/backend/utils/adt/numeric.c), whatever batches looked like. NaN and the infinities are only counted.
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { NumericBuilder } from '../../../core/column-builder.ts';
import type { Numeric } from '../../../core/datum.ts';
import { divideNumeric, NAN, NEGATIVE_INFINITY, POSITIVE_INFINITY, rescale } from '../../../core/numeric.ts';
import { numericFromBinary, scaleOfBinary, unscaledFromBinary } from '../../../core/numeric-binary.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf } from './accumulator.ts';
import { ExactSums } from './exact-sum.ts';

type Special = Exclude<Numeric['kind'], 'finite'>;

/** How many special values a group has seen. */
export class SpecialValues {
  readonly #seen = new Map<number, Record<Special, number>>();

  /** `times`: -1 takes one out again. */
  see(group: number, kind: Special, times: 1 | -1 = 1): void {
    let seen = this.#seen.get(group);
    if (seen === undefined) this.#seen.set(group, (seen = { nan: 0, infinity: 0, '-infinity': 0 }));
    seen[kind] += times;
  }

  count(group: number): number {
    const seen = this.#seen.get(group);
    return seen === undefined ? 0 : seen.nan + seen.infinity + seen['-infinity'];
  }

  /** What a sum with them is; undefined without any. */
  sum(group: number): Numeric | undefined {
    const seen = this.#seen.get(group);
    if (seen === undefined || this.count(group) === 0) return undefined;
    if (seen.nan > 0 || (seen.infinity > 0 && seen['-infinity'] > 0)) return NAN;
    return seen.infinity > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
  }
}

export abstract class NumericSums implements Accumulator {
  readonly #byScale = new Map<number, ExactSums>();
  protected readonly specials = new SpecialValues();
  #groups = 0;

  get bytes(): number {
    let bytes = 0;
    for (const sums of this.#byScale.values()) bytes += sums.bytes;
    return bytes;
  }

  reserve(groups: number): void {
    this.#groups = groups;
    for (const sums of this.#byScale.values()) sums.reserve(groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    if (column.layout === 'decimal') {
      this.#sums(column.scale).addInt64(column.words, column.valid, groups, length);
      return;
    }
    const { data, offsets } = columnOf(column, 'bytes');
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const from = offsets[i]!;
      const to = offsets[i + 1]!;
      const unscaled = unscaledFromBinary(data, from, to);
      if (unscaled === undefined) this.#addValue(numericFromBinary(data, from, to), groups[i]!);
      else if (typeof unscaled === 'number') this.#sums(scaleOfBinary(data, from)).addNumber(unscaled, groups[i]!);
      else this.#sums(scaleOfBinary(data, from)).addBigInt(unscaled, groups[i]!);
    }
  }

  /** A scale of which no value is left counts no more. */
  remove(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    if (column.layout === 'decimal') {
      this.#sums(column.scale).removeInt64(column.words, column.valid, groups, length);
      return;
    }
    const { data, offsets } = columnOf(column, 'bytes');
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const from = offsets[i]!;
      const to = offsets[i + 1]!;
      const unscaled = unscaledFromBinary(data, from, to);
      if (typeof unscaled === 'number') this.#sums(scaleOfBinary(data, from)).removeNumber(unscaled, groups[i]!);
      else if (unscaled !== undefined) this.#sums(scaleOfBinary(data, from)).removeBigInt(unscaled, groups[i]!);
      else this.#removeValue(numericFromBinary(data, from, to), groups[i]!);
    }
  }

  abstract finish(groups: number): Column;

  /** Count of the group's values, special ones included. */
  protected count(group: number): number {
    let count = this.specials.count(group);
    for (const sums of this.#byScale.values()) count += sums.count(group);
    return count;
  }

  /** The group must have a value. */
  protected sum(group: number): Numeric {
    const special = this.specials.sum(group);
    if (special !== undefined) return special;
    let scale = 0;
    for (const [own, sums] of this.#byScale) if (own > scale && sums.count(group) > 0) scale = own;
    let unscaled = 0n;
    for (const [own, sums] of this.#byScale) if (sums.count(group) > 0) unscaled += rescale(sums.total(group), own, scale);
    return { kind: 'finite', unscaled, scale };
  }

  #addValue(value: Numeric, group: number): void {
    if (value.kind === 'finite') this.#sums(value.scale).addBigInt(value.unscaled, group);
    else this.specials.see(group, value.kind);
  }

  #removeValue(value: Numeric, group: number): void {
    if (value.kind === 'finite') this.#sums(value.scale).removeBigInt(value.unscaled, group);
    else this.specials.see(group, value.kind, -1);
  }

  #sums(scale: number): ExactSums {
    let sums = this.#byScale.get(scale);
    if (sums === undefined) {
      sums = new ExactSums();
      sums.reserve(this.#groups);
      this.#byScale.set(scale, sums);
    }
    return sums;
  }
}

export class NumericSum extends NumericSums {
  override finish(groups: number): Column {
    const builder = new NumericBuilder();
    for (let g = 0; g < groups; g++) {
      if (this.count(g) === 0) builder.appendNull();
      else builder.append(this.sum(g));
    }
    return builder.finish();
  }
}

export class NumericAverage extends NumericSums {
  override finish(groups: number): Column {
    const builder = new NumericBuilder();
    for (let g = 0; g < groups; g++) {
      const count = this.count(g);
      if (count === 0) builder.appendNull();
      else builder.append(divideNumeric(this.sum(g), { kind: 'finite', unscaled: BigInt(count), scale: 0 }));
    }
    return builder.finish();
  }
}
